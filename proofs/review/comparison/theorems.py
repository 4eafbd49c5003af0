# SPDX-License-Identifier: GPL-2.0-only
"""Theorems before and after a patch: the verdicts on those about functions that it changes.

A claim that is the same on both sides, procedures and all, is skipped.  Of one that is PROVED on both sides
it is also decided whether either proof needs a line that the patch changes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from model.program.line_havoc import LineHavoc, havoc_lines
from model.program.procedure import Procedure, Span
from proofs.claims.claim import Claim
from proofs.claims.fingerprint import Fingerprints
from proofs.claims.obligations import build_obligations
from proofs.claims.subject import parse_subject
from proofs.review.comparison import line_core
from proofs.review.comparison.behaviour import digest_procedure
from proofs.review.comparison.side import ChangedLines, Side
from proofs.review.review import TheoremReview, VerdictChange
from proofs.solvers.obligation import Obligation
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.finding import Finding, build_finding
from proofs.verdicts.prove import decide_claims, decide_conclusions, examine_verdicts, find_cores
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, make_unsupported

#: Of so many broken theorems, at most, the line core of the proof before the patch is computed.
EXPLAINED = 3

#: That a kernel conforms to its model is no theorem about either, and is not reviewed.
_CONFORMANCE = "conformance"


@dataclass(frozen=True)
class _ClaimPair:
    """A theorem about a function on each side.  The claims' names differ where the releases do."""

    one: Claim | None
    two: Claim | None


def review_theorems(
    pool: Pool, memory: VerdictCache, before: Side, after: Side, lines: ChangedLines
) -> tuple[TheoremReview, ...]:
    """The theorems about what the patch changes, in the order of the claims."""
    changed = list(_pair_changed_claims(before, after))
    alike = _find_identical(changed, {*before.read.unread, *after.read.unread})
    one = _decide(pool, memory, before, [each.one for each in changed if each.one])
    again = [each.two for i, each in enumerate(changed) if each.two and i not in alike]
    two = _decide(pool, memory, after, again)
    found = []
    for i, each in enumerate(changed):
        old = one[each.one.name] if each.one else None
        new = old if i in alike else two[each.two.name] if each.two else None
        found.append(_review_pair(each, old, new))
    found = _with_witnesses(pool, memory, found)
    return tuple(_with_lines(pool, list(_with_relevance(pool, found, alike, lines)), lines))


def _find_identical(changed: Sequence[_ClaimPair], unread: Container[str]) -> frozenset[int]:
    """The positions of theorems with the same formulas on both sides: nothing that they are about changes."""
    pairs = {
        i: (each.one, each.two)
        for i, each in enumerate(changed)
        if each.one and each.two and each.one.name not in unread and each.two.name not in unread
    }
    one, two = (build_obligations([pair[side] for pair in pairs.values()]) for side in (0, 1))
    made = zip(pairs, one, two, strict=True)
    return frozenset(i for i, a, b in made if a.formula == b.formula and _witness_key(a) == _witness_key(b))


def _witness_key(made: Obligation) -> bytes:
    """What every counterexample is declared to show; nothing if nothing is declared."""
    return b"" if made.witness is None else made.witness.key


def _pair_changed_claims(before: Side, after: Side) -> Iterator[_ClaimPair]:
    """The theorems whose claims differ between the sides."""
    meanings = _Digests()
    one, two = (
        {_identity(claim): claim for claim in side.read.claims if claim.family != _CONFORMANCE}
        for side in (before, after)
    )
    for key in dict.fromkeys([*one, *two]):
        both = _ClaimPair(one.get(key), two.get(key))
        if both.one is None or both.two is None or meanings.of(both.one) != meanings.of(both.two):
            yield both


def _identity(claim: Claim) -> tuple[str, str, str]:
    """Theorem, function and page size, whatever the release is called."""
    return claim.theorem, _function_of(claim), claim.pages


def _function_of(claim: Claim) -> str:
    where = parse_subject(claim.subject)
    return where.target if where else claim.subject


class _Digests:
    """Digests of claims, wherever in the C their procedures are written."""

    def __init__(self) -> None:
        self.fingerprints = Fingerprints("")
        self.procedures: dict[int, tuple[Procedure, bytes]] = {}

    def of(self, claim: Claim) -> tuple[object, ...]:
        subjects = tuple((name, self.procedure(p)) for name, p in claim.procedures.items())
        rest = self.fingerprints.content((claim.facts, claim.given, claim.then, claim.expected))
        return subjects, rest

    def procedure(self, procedure: Procedure) -> bytes:
        found = self.procedures.get(id(procedure))
        if found is None:
            found = self.procedures[id(procedure)] = procedure, digest_procedure(procedure)
        return found[1]


def _decide(pool: Pool, memory: VerdictCache, side: Side, claims: Sequence[Claim]) -> dict[str, Finding]:
    """The findings by name, without witnesses."""
    unread = side.read.unread
    judged = {c.name: make_unsupported(c, unread[c.name]) for c in claims if c.name in unread}
    judged |= {
        each.name: each for each in decide_claims(pool, [c for c in claims if c.name not in unread], memory)
    }
    return {name: build_finding(each) for name, each in judged.items()}


def _with_witnesses(pool: Pool, memory: VerdictCache, found: Sequence[TheoremReview]) -> list[TheoremReview]:
    """The same with witnesses of what is refuted after the patch, and was not so before."""
    wanted = [
        each.after.verdict
        for each in found
        if each.after
        and each.became is not VerdictChange.SAME
        and each.after.verdict.verdict is Verdict.REFUTED
    ]
    closely = {each.name: build_finding(each) for each in examine_verdicts(pool, wanted, memory)}
    return [replace(each, after=closely.get(each.claim_name, each.after)) for each in found]


def _review_pair(both: _ClaimPair, one: Finding | None, two: Finding | None) -> TheoremReview:
    claim = both.two or both.one
    assert claim is not None
    return TheoremReview(
        claim.theorem,
        _function_of(claim),
        claim.pages,
        claim.says,
        _compare_verdicts(one.verdict if one else None, two.verdict if two else None),
        one,
        two,
    )


def _compare_verdicts(one: ClaimVerdict | None, two: ClaimVerdict | None) -> VerdictChange:
    old, new = one.verdict if one else None, two.verdict if two else None
    if old is None or one is None:
        return VerdictChange.NEW
    if new is None or two is None or (new in (Verdict.VACUOUS, Verdict.UNSUPPORTED) and old is not new):
        return VerdictChange.LOST
    if (old, new) == (Verdict.PROVED, Verdict.REFUTED):
        return VerdictChange.BROKEN
    if (old, new) == (Verdict.REFUTED, Verdict.PROVED):
        return VerdictChange.MENDED
    fails_otherwise = new is Verdict.REFUTED and two.status is ExpectationStatus.UNEXPECTED
    if fails_otherwise and one.status is not ExpectationStatus.UNEXPECTED:
        return VerdictChange.OTHERWISE
    return VerdictChange.SAME


def _claim_if_proved(finding: Finding | None) -> Claim | None:
    if finding is None or finding.verdict.verdict is not Verdict.PROVED:
        return None
    return finding.verdict.claim


def _with_relevance(
    pool: Pool, found: Sequence[TheoremReview], alike: Container[int], lines: ChangedLines
) -> Iterator[TheoremReview]:
    """Of each theorem that is proved on both sides, whether a proof needs a changed line; those ``alike``
    are about nothing that changes."""
    spared = _HavocClaims(lines)
    halves: dict[int, list[Claim]] = {}
    for i, each in enumerate(found):
        one, two = _claim_if_proved(each.before), _claim_if_proved(each.after)
        if one is not None and two is not None and i not in alike:
            halves[i] = [*spared.before(i, one), *spared.after(i, two)]
    claims = [claim for both in halves.values() for claim in both]
    still_proved = decide_conclusions(pool, claims)
    for i, each in enumerate(found):
        answers = [still_proved.get(claim.name) for claim in halves.get(i, [])]
        known = i in alike or (i in halves and None not in answers)
        yield replace(each, relevant=not all(answers) if known else None)


@dataclass
class _HavocClaims:
    """Claims about procedures of which the changed lines may do anything, each made once; none if the
    procedure has no such line.  Their subjects distinguish the sides."""

    lines: ChangedLines
    made: dict[int, tuple[Procedure, LineHavoc]] = field(default_factory=dict)

    def before(self, i: int, claim: Claim) -> Iterator[Claim]:
        return self.claim(i, claim, "before", self.lines.is_old)

    def after(self, i: int, claim: Claim) -> Iterator[Claim]:
        return self.claim(i, claim, "after", self.lines.is_new)

    def claim(self, i: int, claim: Claim, side: str, which: Callable[[Span], bool]) -> Iterator[Claim]:
        procedure = claim.procedures[""]
        if id(procedure) not in self.made:
            self.made[id(procedure)] = procedure, havoc_lines(procedure, which)
        found = self.made[id(procedure)][1]
        if found.lines:
            named = replace(claim, theorem=f"{i}.{claim.theorem}", subject=f"{claim.subject}, {side}")
            yield line_core.restate_under_havoc(named, found.procedure)


def _with_lines(pool: Pool, found: Iterable[TheoremReview], lines: ChangedLines) -> Iterator[TheoremReview]:
    """Of the first theorems that are broken, the lines that the proof needed, those that are gone first."""
    reviews = list(found)
    wanted = [i for i, each in enumerate(reviews) if each.became is VerdictChange.BROKEN][:EXPLAINED]
    proofs = {i: claim for i in wanted if (claim := _claim_if_proved(reviews[i].before)) is not None}
    resting = {
        i: line_core.add_line_facts(claim, havoc_lines(claim.procedures[""])) for i, claim in proofs.items()
    }
    needed = find_cores(pool, [each.claim for each in resting.values()], least=True)
    for i, each in enumerate(reviews):
        used = needed.get(resting[i].claim.name) if i in resting else None
        spans = () if used is None else resting[i].lines_of(used)
        ordered = tuple(sorted(spans, key=lambda span: not lines.is_old(span)))
        yield replace(each, lines=None if used is None else ordered)
