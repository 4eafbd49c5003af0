# SPDX-License-Identifier: GPL-2.0-only
"""Building the proof obligations of claims: terms over inputs alone.

The procedures are run once each, the words of the claim are replaced by what the procedures make
of them, and every application of a pure function becomes an input of its own, under the condition
that equal arguments give equal values (Ackermann's reduction).

Trusted: this file and ``model.program.symbolic``, for whatever is PROVED; a replay checks both for
whatever is REFUTED.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from model.logic import BV64, Sort, Term, conj, has_more_leaves, name, rebuild, same, show
from model.program import symbolic
from model.program.procedure import Origin, Procedure
from proofs.claims.claim import Claim, bind
from proofs.solvers.obligation import Application, Assumption, Obligation
from proofs.theorems.expectation import Verdict

#: Words of which single bits are told in a witness; of other words the whole value is.
BITWISE = ("vm_flags", "vm_page_prot", "host_pte_prot")

#: Names longer than this are not spelled out when an application becomes an input.
LONGEST_NAME = 60


def build_obligations(claims: Iterable[Claim]) -> list[Obligation]:
    """The obligations of the claims, in their order; each procedure is run once."""
    maker = ObligationMaker()
    return [maker.obligation(claim) for claim in claims]


@dataclass
class ObligationMaker:
    """Makes the obligation of a claim when it is first needed, and keeps it.

    Claims share results by procedure, and bound terms by group of procedures.
    """

    made: dict[str, Obligation] = field(default_factory=dict)
    results: dict[int, symbolic.Result] = field(default_factory=dict)
    groups: dict[tuple[tuple[str, int], ...], _Group] = field(default_factory=dict)

    def obligation(self, claim: Claim) -> Obligation:
        """The obligation of the claim; claims are told apart by their names."""
        if claim.name not in self.made:
            self.made[claim.name] = self._make(claim)
        return self.made[claim.name]

    def _make(self, claim: Claim) -> Obligation:
        identity = tuple((text, id(procedure)) for text, procedure in claim.procedures.items())
        group = self.groups.get(identity)
        if group is None:
            results = {text: self.result(procedure) for text, procedure in claim.procedures.items()}
            group = self.groups[identity] = _Group(claim.procedures, results)
        return group.obligation(claim)

    def result(self, procedure: Procedure) -> symbolic.Result:
        found = self.results.get(id(procedure))
        if found is None:
            found = self.results[id(procedure)] = symbolic.run(procedure)
        return found


class _Group:
    """Makes the obligations of all claims about the same procedures."""

    def __init__(self, subjects: Mapping[str, Procedure], results: Mapping[str, symbolic.Result]):
        self.procedures = subjects
        self.results = results
        self.bound: dict[bytes, Term] = {}
        self.loose: dict[str, bool] = {}
        self.names = _Names()
        self.flat = _Flat(self.names)
        self.unset = tuple(str(t.data) for result in results.values() for t in result.uninitialised.values())
        bound = (p.symbols.get(word, name(word, BV64)) for p in subjects.values() for word in BITWISE)
        self.bitwise = frozenset(str(term.data) for term in bound if term.op == "name")

    def is_loose(self, text: str) -> bool:
        if text not in self.loose:
            self.loose[text] = is_loose(text, self.procedures.values())
        return self.loose[text]

    def term(self, term: Term) -> Term:
        return self.flat.term(bind(term, self.procedures, self.results, self.bound))

    def obligation(self, claim: Claim) -> Obligation:
        facts = tuple([Assumption(f.name, f.says, f.source, self.term(f.holds)) for f in claim.facts])
        given = tuple([self.term(g) for g in claim.given])
        then = self.term(claim.then)
        wanted = claim.expected.witness if claim.expected else None
        witness = None if wanted is None else self.term(wanted)
        roots = [*(f.holds for f in facts), *given, then, *([] if witness is None else [witness])]
        applications = self.flat.reached(roots)
        background = tuple(_equal_arguments_give_equal_values(applications))
        names = self.names.of(*roots, *background)
        loose = tuple(sorted(n for n in names if self.is_loose(n)))
        ordered = [*sorted(names.difference(loose)), *loose]
        inputs = {n: self.names.sorts[n] for n in ordered}
        hopeless = claim.expected is not None and claim.expected.verdict is Verdict.REFUTED
        return Obligation(
            claim.name, claim.says, background, facts, given, then, witness, inputs, loose, applications,
            self.unset, hopeless, tuple(n for n in inputs if n in self.bitwise), tuple(self.procedures),
        )  # fmt: skip


class _Names:
    """The free names below terms; each shared term is looked at once."""

    def __init__(self) -> None:
        self.known: dict[bytes, frozenset[str]] = {}
        self.sorts: dict[str, Sort] = {}

    def of(self, *terms: Term) -> frozenset[str]:
        return frozenset().union(*[self.below(t) for t in terms])

    def below(self, term: Term) -> frozenset[str]:
        found = self.known.get(term.key)
        if found is None:
            if term.op == "name":
                found = frozenset([str(term.data)])
                self.sorts[str(term.data)] = term.sort
            else:
                found = self.of(*term.args)
            self.known[term.key] = found
        return found


def is_loose(text: str, procedures: Iterable[Procedure]) -> bool:
    """Whether an input stands for something unknown: what a call of which nothing is known gave,
    a local that was read before it was set, or an argument of a sink that was not called."""
    if text.startswith(("unset ", "no ")):
        return True
    origins = {p.inputs[text].origin for p in procedures if text in p.inputs}
    return bool(origins & {Origin.HAVOC, Origin.UNINITIALISED})


class _Flat:
    """Terms without applications, and the inputs that stand for the applications."""

    def __init__(self, names: _Names) -> None:
        self.names = names
        self.known: dict[bytes, Term] = {}
        self.by_name: dict[str, Application] = {}
        self.by_key: dict[bytes, Term] = {}

    def term(self, term: Term) -> Term:
        if not term.args:
            return term
        found = self.known.get(term.key)
        if found is None:
            args = tuple([self.term(a) for a in term.args])
            if term.op == "apply":
                found = self.stand_in(Term("apply", term.sort, args, term.data))
            else:
                unchanged = all(x is y for x, y in zip(args, term.args, strict=True))
                found = term if unchanged else rebuild(term, args)
            self.known[term.key] = found
        return found

    def stand_in(self, term: Term) -> Term:
        found = self.by_key.get(term.key)
        if found is None:
            # To write out a term that shares much would take for ever.
            text = "" if has_more_leaves(term, LONGEST_NAME) else show(term)
            if not 0 < len(text) <= LONGEST_NAME or text in self.by_name or "|" in text:
                text = f"{term.data}(...) #{1 + len(self.by_name)}"
            found = self.by_key[term.key] = name(text, term.sort)
            self.by_name[text] = Application(text, str(term.data), term.args, term.sort)
        return found

    def reached(self, roots: Sequence[Term]) -> tuple[Application, ...]:
        """The applications that the terms depend on, in the order in which they were first met."""
        needed: set[str] = set()
        todo = list(roots)
        while todo:
            new = [t for t in self.names.of(*todo) if t in self.by_name and t not in needed]
            needed.update(new)
            todo = [argument for text in new for argument in self.by_name[text].arguments]
        return tuple(each for text, each in self.by_name.items() if text in needed)


def _equal_arguments_give_equal_values(applications: Sequence[Application]) -> Iterator[Term]:
    for a, b in combinations(applications, 2):
        alike = a.function == b.function and a.sort == b.sort and len(a.arguments) == len(b.arguments)
        if alike and all(x.sort == y.sort for x, y in zip(a.arguments, b.arguments, strict=True)):
            equal = conj(*(same(x, y) for x, y in zip(a.arguments, b.arguments, strict=True)))
            yield equal >> same(name(a.name, a.sort), name(b.name, b.sort))
