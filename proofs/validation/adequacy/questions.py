# SPDX-License-Identifier: GPL-2.0-only
"""Claims about the theorems themselves, which show whether they are worth proving.

A claim here never has an expectation.  "Is it possible?" wants a refutation of "never"; so VACUOUS
and PROVED both mean that it is not.

Trusted: nothing; the claims are decided as any are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from counterexamples.render import prose
from model.logic import FALSE, TRUE, Term, free_names, is_false, is_true
from model.logic import name as symbol
from model.program.procedure import Input, Procedure
from model.program.symbolic import substitute_constants
from proofs.claims.claim import Claim

#: What can be wrong with a conclusion.
TAUTOLOGY = "The conclusion is a tautology."
NO_CODE = "The premises imply the conclusion by themselves."


def never_claim(claim: Claim, name: str, says: str, given: Sequence[Term]) -> Claim:
    """That this never happens under the facts of the claim; refuted if it is possible."""
    return replace(
        claim, theorem=name, family="adequacy", says=says, because=(), given=tuple(given) or (TRUE,),
        then=FALSE, expected=None, regions=(),
    )  # fmt: skip


def fact_claims(claims: Iterable[Claim]) -> list[Claim]:
    """For each subject and each selection of facts: that they exclude everything."""
    found: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        key = (_subject(claim), tuple(fact.name for fact in claim.facts))
        if claim.facts and key not in found:
            says = "No input satisfies the facts."
            found[key] = never_claim(claim, f"no_input_{len(found)}", says, ())
    return list(found.values())


def triviality_claims(claims: Iterable[Claim]) -> dict[str, list[tuple[str, list[Claim]]]]:
    """For each theorem, what could be wrong with it, and the claims that all have to be proved for that:
    that its conclusion is true whatever its symbols mean; and that its premises imply it whatever the code
    does and whatever is assumed.  One for each kernel whose constants differ."""
    found: dict[str, list[tuple[str, list[Claim]]]] = {}
    known: set[tuple[object, ...]] = set()
    for claim in claims:
        constants = [sorted(_constants(claim, subject).items()) for subject in claim.procedures]
        key = (claim.theorem, str(constants))
        if key in known:
            continue
        known.add(key)
        bare = replace(claim, procedures={s: _empty_procedure(claim, s) for s in claim.procedures}, facts=())
        wrong = found.setdefault(claim.theorem, [(TAUTOLOGY, []), (NO_CODE, [])])
        wrong[0][1].append(_triviality_claim(bare, "is_a_tautology", TAUTOLOGY, (TRUE,), claim.then))
        if not all(map(is_true, claim.given)):
            wrong[1][1].append(_triviality_claim(bare, "needs_no_code", NO_CODE, claim.given, claim.then))
    return found


def _constants(claim: Claim, subject: str) -> dict[str, int]:
    """The constants of a subject that the claim mentions."""
    known = claim.procedures[subject].constants
    words = (text.rpartition(":") for text in free_names(*claim.given, claim.then))
    return {word: known[word] for whose, _, word in words if whose == subject and word in known}


def _empty_procedure(claim: Claim, subject: str) -> Procedure:
    """A procedure that does nothing, with every symbol of the claim as an input; a symbol of two subjects is
    two inputs."""
    inputs: dict[str, Input] = {}
    for text, sort in free_names(*claim.given, claim.then).items():
        whose, _, word = text.rpartition(":")
        if whose == subject and word not in claim.procedures[subject].constants:
            inputs[word] = Input(sort)
    words = {w: symbol(f"{subject} {w}".strip(), each.sort) for w, each in inputs.items()}
    constants = claim.procedures[subject].constants
    named = {str(t.data): Input(t.sort) for t in words.values()}
    return Procedure("no code", (), {}, named, words, constants)


def _triviality_claim(claim: Claim, what: str, says: str, given: Sequence[Term], then: Term) -> Claim:
    return replace(
        claim, theorem=f"{claim.theorem}.{what}", family="adequacy", says=says, because=(),
        given=tuple(given), then=then, expected=None, regions=(),
    )  # fmt: skip


def false_siblings(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """Theorems like this one that should be false, with what was changed: each premise dropped, then the
    conclusion denied."""
    for i, premise in enumerate(claim.given):
        rest = claim.given[:i] + claim.given[i + 1 :]
        if not is_true(premise):
            yield (
                f"without the premise {prose.render_term(premise)}",
                _sibling(claim, str(i), rest, claim.then),
            )
    yield "with its conclusion denied", _sibling(claim, "denied", claim.given, ~claim.then)


def _sibling(claim: Claim, which: str, given: Sequence[Term], then: Term) -> Claim:
    return replace(
        claim, theorem=f"{claim.theorem}.sibling_{which}", family="adequacy", given=tuple(given) or (TRUE,),
        then=then, expected=None, regions=(),
    )  # fmt: skip


def outcome_claims(claims: Iterable[Claim], known: Mapping[str, Term]) -> list[tuple[str, Claim]]:
    """For each fault path that has the symbols of an outcome: that it never comes about.  What the constants
    of a kernel exclude, which has no such bit, is left out."""
    found: dict[tuple[str, str], tuple[str, Claim]] = {}
    for claim in claims:
        procedure = claim.procedures.get("")
        if procedure is None or len(claim.procedures) > 1 or not _is_fault_path(procedure):
            continue
        bound = {*procedure.symbols, *procedure.constants}
        for name, term in known.items():
            if (name, _subject(claim)) in found or not set(free_names(term)) <= bound:
                continue
            if not is_false(substitute_constants(term, procedure.constants)):
                never = never_claim(claim, f"never_{name}", f"It never {name.replace('_', ' ')}.", (term,))
                found[name, _subject(claim)] = (name, never)
    return list(found.values())


def _is_fault_path(procedure: Procedure) -> bool:
    """Whether it is code that maps a page, or says why not."""
    return bool(procedure.body) and {"mapped", "ret"} <= procedure.symbols.keys()


def _subject(claim: Claim) -> str:
    return claim.subject + (f"/{claim.pages}" if claim.pages else "")
