# SPDX-License-Identifier: GPL-2.0-only
"""Dead conditions of a function: those, and parts of those, that never decide what it does.

A part of a condition is dead if no input that the facts allow comes to it where it decides and finds it
true, or none finds it false.  Code that is inlined in several places is dead if it is so in all.

Trusted: ``model.program.condition_probes``, for the meaning of what is proved; each dead condition is
proved as any claim is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from counterexamples.render import prose
from model.facts.assumed import FACTS, Fact
from model.logic import TRUE, Term
from model.program.condition_probes import ConditionPart, add_probes
from model.program.line_havoc import havoc_lines
from model.program.procedure import Procedure, Span
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from proofs.claims.claim import Claim
from proofs.review.comparison import line_core
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims, find_cores


class DeadKind(Enum):
    """How a part of a condition is dead; the value follows it in a sentence."""

    UNREACHED = "never decides"
    TRUE = "is never true where it decides"
    FALSE = "is never false where it decides"


@dataclass(frozen=True)
class ConditionClaims:
    """A part of a condition, with the claims that it is never true, and never false."""

    part: ConditionPart
    never_true: Claim
    never_false: Claim


@dataclass(frozen=True)
class DeadCondition:
    """A part of the condition at ``span`` (``text`` is "" for the whole), and how it is dead; ``times`` is
    how often its function was inlined; ``proofs`` are the claims that prove it."""

    span: Span
    text: str
    never: DeadKind
    times: int
    proofs: tuple[Claim, ...]

    def render_text(self) -> str:
        """One sentence, in kernel terms."""
        where = f"{self.span.function or self.span.file}(): " if self.span.function else ""
        part = f"`{self.text}` in " if self.text else ""
        copies = f" (in all {self.times} places where it is inlined)" if self.times > 1 else ""
        return f"{where}{part}`{self.span.text}` {self.never.value}{copies}."


def claim_conditions(subject: str, procedure: Procedure, facts: Sequence[Fact]) -> list[ConditionClaims]:
    """The claims about every part of every condition of a procedure."""
    found = add_probes(procedure)

    def claim(number: int, way: str, then: Term) -> Claim:
        return Claim(
            theorem=f"part_{number}_is_never_{way}",
            family="dead_code",
            subject=subject,
            pages="",
            says=f"It is never {way} where it decides.",
            because=("every input that the facts allow is covered",),
            procedures={"": found.procedure},
            facts=tuple(facts),
            given=(TRUE,),
            then=then,
        )

    return [
        ConditionClaims(part, claim(i, "true", ~part.decided_yes), claim(i, "false", ~part.decided_no))
        for i, part in enumerate(found.parts)
    ]


def list_claims(questions: Iterable[ConditionClaims]) -> Iterator[Claim]:
    """All claims, in the order of the conditions."""
    for each in questions:
        yield each.never_true
        yield each.never_false


def find_dead(questions: Iterable[ConditionClaims], verdicts: Mapping[str, Verdict]) -> list[DeadCondition]:
    """The dead conditions, by the verdicts of the claims by name, in the order of the source.

    A part is left out if the condition that it is part of is dead itself.
    """
    ordered = sorted(questions, key=_source_order)
    found: list[DeadCondition] = []
    for _, group in groupby(ordered, key=_source_order):
        copies = list(group)
        ways = {_classify(each, verdicts) for each in copies}
        never = ways.pop() if len(ways) == 1 else None
        if never is not None and not any(_covers(other, copies[0].part) for other in found):
            part = copies[0].part
            text = "" if part.is_whole else prose.render_term(part.part)
            proofs = tuple(c for each in copies for c in _proving_claims(each, never))
            found.append(DeadCondition(part.span, text, never, len(copies), proofs))
    return found


def _source_order(each: ConditionClaims) -> tuple[str, int, str, bool, str]:
    span = each.part.span
    return span.file, span.line, span.text, not each.part.is_whole, prose.render_term(each.part.part)


def _covers(other: DeadCondition, part: ConditionPart) -> bool:
    same_test = (other.span.file, other.span.line, other.span.text) == (
        part.span.file, part.span.line, part.span.text
    )  # fmt: skip
    return same_test and not other.text


def _classify(each: ConditionClaims, verdicts: Mapping[str, Verdict]) -> DeadKind | None:
    yes, no = (verdicts[c.name] is Verdict.PROVED for c in (each.never_true, each.never_false))
    if yes and no:
        return DeadKind.UNREACHED
    return DeadKind.TRUE if yes else DeadKind.FALSE if no else None


def _proving_claims(each: ConditionClaims, never: DeadKind) -> tuple[Claim, ...]:
    both = (each.never_true, each.never_false)
    return both if never is DeadKind.UNREACHED else both[never is DeadKind.FALSE :][:1]


WIDTH = 72


def report_dead_code(
    pool: Pool, memory: VerdictCache, name: str, target: Target, procedure: Procedure
) -> tuple[str, bool]:
    """Every condition, or part of one, that can never change what the function does, as text; and whether
    every claim was decided."""
    facts = FACTS if target is USER_MEM_ABORT or target.is_fault_path else ()
    questions = claim_conditions(name, procedure, facts)
    verdicts = {each.name: each.verdict for each in decide_claims(pool, list(list_claims(questions)), memory)}
    undecided = sum(v not in (Verdict.PROVED, Verdict.REFUTED) for v in verdicts.values())
    found = find_dead(questions, verdicts)
    return "\n".join(
        _render_report(name, len(questions), undecided, found, _find_line_cores(pool, found))
    ), not undecided


def _find_line_cores(pool: Pool, found: Sequence[DeadCondition]) -> dict[str, tuple[str, ...]]:
    """The lines that each proof needs, by the name of its claim."""
    claims = [claim for each in found for claim in each.proofs]
    if not claims:
        return {}
    lines = havoc_lines(claims[0].procedures[""])  # all are about one procedure
    resting = [line_core.add_line_facts(claim, lines) for claim in claims]
    needed = find_cores(pool, [each.claim for each in resting], least=True)
    return {
        claim.name: tuple(dict.fromkeys(span.text for span in each.lines_of(needed.get(each.claim.name, ()))))
        for claim, each in zip(claims, resting, strict=True)
    }


def _render_report(
    name: str, parts: int, undecided: int, found: Sequence[DeadCondition], rests: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{name}(): {parts} conditions and parts of conditions were checked, for all inputs that the"
        f" facts allow; {len(found)} can never change what it does.",
        WIDTH,
    )
    if undecided:
        yield f"{undecided} claims stay undecided."
    for each in found:
        yield ""
        yield from textwrap.wrap(each.render_text(), WIDTH, break_long_words=False, break_on_hyphens=False)
        lines = dict.fromkeys(text for claim in each.proofs for text in rests.get(claim.name, ()))
        yield from textwrap.wrap(
            f"This rests on {'; '.join(f'`{text}`' for text in lines)}." if lines else "This rests on no line.",
            WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
