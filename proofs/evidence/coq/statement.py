# SPDX-License-Identifier: GPL-2.0-only
"""A claim as Gallina: a record of inputs, named definitions, and the theorem, with a certificate.

The text before the line of the certificate is what is to be read; Coq checks the rest.  It is made
from the claim's obligation, so that whoever reads it needs neither ``model.symbolic`` nor
``proofs.claims.obligations``; what the C has to do with it is the reader's to compare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from model.logic import Term, conj, free_names, name, subterms
from model.program import symbolic
from proofs.claims.claim import Claim, bind
from proofs.evidence.coq.certificate import certify, find_core
from proofs.evidence.coq.lines import TermLine
from proofs.evidence.coq.packed import pack_steps
from proofs.evidence.coq.values import GallinaValue, GallinaValues, identifiers
from proofs.evidence.search.sat import CONFLICTS
from proofs.solvers.obligation import Obligation

#: A premise that is no longer stands in the theorem itself.
SHORT = 90

#: As many nodes are shown to fit their values at once.
TOGETHER = 16

#: No lines of C.
NOWHERE: Mapping[bytes, TermLine] = MappingProxyType({})


@dataclass(frozen=True)
class CoqStatement:
    """What the theorem says, without a proof: the values, which are the hypotheses and the goal, the
    functions of which a certificate knows nothing, and how the inputs are called."""

    claim: str
    theorem: str
    text: str
    values: tuple[GallinaValue, ...]
    hypotheses: tuple[int, ...]
    goal: int
    opaque: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)

    def witness(self, values: Mapping[int, int]) -> Mapping[str, int]:
        """The inputs, where values of these numbers are these, and all others 0."""
        by_text = {self.values[k - 1].text: value for k, value in values.items()}
        return {text: by_text.get(f"({called} i)", 0) for text, called in self.inputs.items()}


def state_claim(
    claim: Claim, obligation: Obligation, lines: Mapping[bytes, TermLine] = NOWHERE
) -> CoqStatement:
    """The claim in Gallina; ``lines`` are those of C that terms come from, by their keys.

    Raises NotCovered where an operator has no text.
    """
    hypotheses = list(_hypotheses(obligation))
    theorem = re.sub(r"\W", "_", claim.theorem, flags=re.ASCII)
    inputs = identifiers(obligation.inputs, [theorem])
    labels = identifiers([*(label for label, _, _ in hypotheses), "conclusion"], [theorem, *inputs.values()])
    words = _words(claim)
    names = {**_places(obligation, lines, words), **words}
    called = identifiers(names.values(), {theorem, *inputs.values(), *labels.values()})
    values = GallinaValues(inputs, {key: called[text] for key, text in names.items()})
    numbers = []
    for label, _, term in [*hypotheses, ("conclusion", "", obligation.then)]:
        values.define([term])
        numbers.append(_label(values, values.known[term.key], labels[label]))
    comments = {values.text(values.known[k]): str(at) for k, at in lines.items() if k in values.known}
    comments |= {f"({labels[label]} i)": says for label, says, _ in hypotheses if says}
    parts = [
        f"(* {_comment(claim.name)}\n   {_comment(claim.says)} *)\n",
        "From Coq Require Import NArith Bool.\nFrom Stage2 Require Import Words Check.\n"
        "Local Open Scope N_scope.\nLocal Open Scope bool_scope.\n",
        _record(obligation, inputs),
        "".join(_definition(each, comments) for each in values.definitions),
        f"Definition theorem := forall i : inputs,\n{_statement(map(values.text, numbers))}.\n",
    ]
    return CoqStatement(
        claim.name, theorem, "\n".join(filter(None, parts)), tuple(values.all), tuple(numbers[:-1]),
        numbers[-1], tuple(sorted(values.opaque)), inputs,
    )  # fmt: skip


def narrow_to_core(statement: CoqStatement, obligation: Obligation) -> Obligation:
    """The obligation without the conditions and facts on which the conclusion does not rest, each deleted
    in their order that the others can do without, and without the inputs that play no part then.

    Raises RefutedError and NotCovered as ``certify`` does.
    """
    used = find_core(statement.values, statement.hypotheses, statement.goal)
    kept = [k in used for k in statement.hypotheses]
    background = tuple(term for term, keep in zip(obligation.background, kept, strict=False) if keep)
    facts = zip(obligation.facts, kept[len(obligation.background) :], strict=False)
    found = tuple(fact for fact, keep in facts if keep)
    names = free_names(*background, *(fact.holds for fact in found), *obligation.given, obligation.then)
    inputs = {text: sort for text, sort in obligation.inputs.items() if text in names}
    return replace(obligation, background=background, facts=found, inputs=inputs)


def _label(values: GallinaValues, made: int, label: str) -> int:
    """The value as it stands in the theorem: facts and what is long under a label, the rest as it is."""
    value = values.all[made - 1]
    is_short = len(value.text) <= SHORT and not label.startswith("fact_")
    return made if is_short or not value.node else values.define_as(made, label)


def _words(claim: Claim) -> dict[bytes, str]:
    """How terms over the inputs are called: by the words of the claim that they are the meaning of."""
    results = {text: symbolic.run(procedure) for text, procedure in claim.procedures.items()}
    found: dict[bytes, str] = {}
    terms = conj(*(f.holds for f in claim.facts), *claim.given, claim.then)
    for word, sort in free_names(terms).items():
        term = bind(name(word, sort), claim.procedures, results)
        if term.args:
            found.setdefault(term.key, word)
    return found


def _places(
    obligation: Obligation, lines: Mapping[bytes, TermLine], words: Mapping[bytes, str]
) -> dict[bytes, str]:
    """How the obligation's terms without a word are called that a place holds at some line: by the place."""
    facts = (fact.holds for fact in obligation.facts)
    found: dict[bytes, str] = {}
    count = Counter({*words.values()})
    for term in subterms(*obligation.background, *facts, *obligation.given, obligation.then):
        line = lines.get(term.key)
        if line is not None and line.place and term.key not in words:
            count[line.place] += 1
            again = f" at {count[line.place]}" if count[line.place] > 1 else ""
            found[term.key] = f"{line.place}{again}"
    return found


def _hypotheses(obligation: Obligation) -> Iterator[tuple[str, str, Term]]:
    """Label, sentence and term of each."""
    for count, term in enumerate(obligation.background, 1):
        yield f"alike {count}", "equal arguments give equal values", term
    for fact in obligation.facts:
        yield f"fact {fact.name}", f"{fact.says} ({fact.source})", fact.holds
    for count, term in enumerate(obligation.given, 1):
        yield f"premise {count}", "", term


def _record(obligation: Obligation, names: Mapping[str, str]) -> str:
    lines = [
        f"  {names[text]} : {'N' if sort.width else 'bool'}; (* {_comment(text)}"
        f"{f': {sort.width} bits' if sort.width else ''} *)"
        for text, sort in obligation.inputs.items()
    ]
    return "Record inputs := {\n" + "\n".join(lines) + "\n}.\n"


def _definition(each: tuple[str, bool, str], comments: Mapping[str, str]) -> str:
    name, truth, text = each
    says = comments.get(f"({name} i)", "")
    head = f"(* {_comment(says)} *)\n" if says else ""
    plain = text[1:-1] if text.startswith("(") and _wraps(text) else text
    return f"{head}Definition {name} (i : inputs) : {'bool' if truth else 'N'} := {plain}.\n"


def _wraps(text: str) -> bool:
    """Whether the first parenthesis closes at the end."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


def _statement(texts: Iterable[str]) -> str:
    return " ->\n".join(f"  {text} = true" for text in texts)


def _comment(text: str) -> str:
    """The text as it may stand in a comment of Coq."""
    plain = text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")
    return re.sub(r"[^\x20-\x7e]", "?", " ".join(plain.split()))


# The proof -----------------------------------------------------------------------------------
def write_proof(statement: CoqStatement, limit: int = CONFLICTS) -> str:
    """The whole file.  Raises SatisfiableError and NotCovered as ``certify`` does."""
    found = certify(statement.values, statement.hypotheses, statement.goal, limit)
    order = "".join(f" h{n}" for n in range(1, len(statement.hypotheses) + 1))
    held = "I"
    for n in range(len(statement.hypotheses), 0, -1):
        held = f"(conj h{n} {held})"
    numbers = "; ".join(map(str, statement.hypotheses))
    return "\n".join([
        statement.text,
        "(* The certificate: to be read by Coq alone. ------------------------------------------- *)\n"
        "From Coq Require List PrimInt63 PArray.\nFrom Stage2 Require Packed Stages.",
        f"Module Integers.\nImport PrimInt63.\nDefinition codes := {_arrays(pack_steps(found.steps))}%uint63.\n"
        "End Integers.\nDefinition codes := Eval vm_compute in Packed.bytes_of Integers.codes.\n"
        "Import List.ListNotations.",
        f"Definition values (i : inputs) : tree :=\n  {_tree({k: statement.values[k - 1] for k in found.values})}.",
        *_write_nodes([(k, statement.values[k - 1]) for k in found.nodes]),
        "Definition steps : list step := Packed.unpacked codes.",
        f"Definition hypotheses : list positive := [{numbers}]%positive%list.",
        f"Lemma accepted : check nodes hypotheses {statement.goal} steps = true.\n"
        "Proof. vm_cast_no_check (eq_refl true). Qed.",
        f"Theorem {statement.theorem} : theorem.\n"
        f"Proof. exact (fun i{order} =>\n  certified nodes hypotheses {statement.goal} steps accepted\n"
        f"    (get (values i)) (as_the_nodes_say i) {held}). Qed.",
        f"Print Assumptions {statement.theorem}.\n",
    ])  # fmt: skip


def _write_nodes(nodes: Sequence[tuple[int, GallinaValue]]) -> Iterator[str]:
    """The nodes, and that the values are made as they say: some at a time, since Coq takes a time for a
    conjunction that grows with the square of its length."""
    names, shown = "[]%list", "I"
    parts = [nodes[at : at + TOGETHER] for at in range(0, len(nodes), TOGETHER)]
    for count, part in enumerate(parts, 1):
        equal = "I"
        for _, value in reversed(part):
            equal = f"(conj {value.proof or 'eq_refl'} {equal})"
        yield f"Definition nodes_{count} : list (positive * node) :=\n  [{_lines(_node(k, v) for k, v in part)}]."
        yield (
            f"Lemma made_{count} (i : inputs) : made (get (values i)) nodes_{count}.\nProof. exact {equal}. Qed."
        )
    for count in range(len(parts), 0, -1):
        shown = f"(made_app _ nodes_{count} {names} (made_{count} i) {shown})"
        names = f"(nodes_{count} ++ {names})%list"
    yield f"Definition nodes : list (positive * node) := {names}."
    yield f"Lemma as_the_nodes_say (i : inputs) : made (get (values i)) nodes.\nProof. exact {shown}. Qed."


def _lines(items: Iterable[str]) -> str:
    return ";\n   ".join(items)


def _arrays(numbers: Iterable[Iterable[int]]) -> str:
    """Arrays of integers in an array."""
    arrays = [f"[|{'; '.join(map(str, each))} | 0|]" for each in numbers]
    return f"[|\n{_lines(arrays)} | [| | 0|] |]"


def _tree(values: Mapping[int, GallinaValue]) -> str:
    """The values as the tree that ``get`` looks into: by the bits of their numbers, the lowest first."""
    below: dict[str, GallinaValue] = {f"{k:b}"[:0:-1]: value for k, value in values.items()}
    inner = {path[:n] for path in below for n in range(len(path) + 1)}

    def node(path: str) -> str:
        if path not in inner:
            return "Leaf"
        value = below.get(path)
        here = "(T false)" if value is None else f"({'T' if value.truth else 'W'} {value.text})"
        return f"(Node {node(path + '0')} {here} {node(path + '1')})"

    return node("")


def _node(k: int, value: GallinaValue) -> str:
    data = [*map(str, value.before), *map(str, value.args), *map(str, value.behind)]
    return f"({k}%positive, {' '.join([value.node, *data])})"
