# SPDX-License-Identifier: GPL-2.0-only
"""The adequacy of the theorems as data, as text and as an exit code.

Trusted: nothing more than the verdicts are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from counterexamples.render.as_json import render_json
from model.logic import Term
from proofs.claims.claim import Claim
from proofs.claims.subject import parse_subject
from proofs.cli.progress import Progress
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.validation.adequacy import questions
from proofs.validation.adequacy.outcomes import (
    BY_DEFINITION,
    NEVER,
    OF_OTHER_KERNELS,
    OUTCOMES,
    WITH_LARGE_PAGES,
)
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims, find_cores
from proofs.verdicts.verdict import ClaimVerdict


@dataclass(frozen=True)
class AdequacyAnswer:
    """One answer: to which question, about what, whether it is as it should be (None: undecided), and
    the finding."""

    question: str
    about: str
    adequate: bool | None
    finding: str


FACTS = "the facts can hold together"
PREMISES = "the premises can hold"
SAYS = "the conclusion says something"
OUTCOME = "the outcome is reached"
NEEDED = "the assumption is needed"
SIBLING = "a false sibling is refuted"
QUESTIONS = (FACTS, PREMISES, SAYS, OUTCOME, NEEDED, SIBLING)

_DECIDED = {Verdict.PROVED: False, Verdict.VACUOUS: False, Verdict.REFUTED: True}


def answer_questions(
    pool: Pool,
    claims: Sequence[Claim],
    memory: VerdictCache | None = None,
    outcomes: Mapping[str, Term] = OUTCOMES,
    never: Mapping[tuple[str, str], str] = NEVER,
    by_definition: Mapping[str, str] = BY_DEFINITION,
    whole: bool = True,
) -> list[AdequacyAnswer]:
    """All answers, in the order of the questions.  ``never`` are the outcomes that cannot come about, and
    ``by_definition`` theorems that need no code, each with the reason.  Whether an assumption is needed
    is decided only of the ``whole`` catalogue."""
    verdicts = _Verdicts(pool, memory or VerdictCache())
    judged = verdicts.decide(claims)
    ordered = [judged[claim.name] for claim in claims]
    return [
        *_check_facts(verdicts, claims),
        *_check_premises(ordered),
        *_check_conclusions(verdicts, claims, by_definition, OF_OTHER_KERNELS),
        *_check_outcomes(verdicts, claims, outcomes, never),
        *(_check_assumptions(pool, ordered) if whole else ()),
        *_check_siblings(verdicts, ordered),
    ]


@dataclass(frozen=True)
class _Verdicts:
    pool: Pool
    memory: VerdictCache

    def decide(self, claims: Iterable[Claim]) -> dict[str, ClaimVerdict]:
        return {each.name: each for each in decide_claims(self.pool, list(claims), self.memory)}

    def are_possible(self, claims: Iterable[Claim]) -> dict[str, bool | None]:
        """Of each claim that says "never", by name, whether it is false."""
        return {name: _DECIDED.get(each.verdict) for name, each in self.decide(claims).items()}


def _check_facts(verdicts: _Verdicts, claims: Sequence[Claim]) -> Iterator[AdequacyAnswer]:
    made = questions.fact_claims(claims)
    answers = verdicts.are_possible(made)
    for each in made:
        finding = {True: "some input satisfies them all", False: "no input does", None: "undecided"}
        yield AdequacyAnswer(
            FACTS, f"{each.subject}, {len(each.facts)} facts", answers[each.name], finding[answers[each.name]]
        )


def _check_premises(judged: Iterable[ClaimVerdict]) -> Iterator[AdequacyAnswer]:
    for each in judged:
        known = each.verdict in (Verdict.PROVED, Verdict.REFUTED)
        good = True if known else False if each.verdict is Verdict.VACUOUS else None
        finding = "some input satisfies the facts and the premises" if known else each.why
        yield AdequacyAnswer(PREMISES, each.name, good, finding)


def _check_conclusions(
    verdicts: _Verdicts,
    claims: Sequence[Claim],
    by_definition: Mapping[str, str],
    elsewhere: Mapping[str, str],
) -> Iterator[AdequacyAnswer]:
    """What is wrong with a theorem has to be so with the constants of all kernels that were chosen; of the
    theorems ``elsewhere``, kernels that were left out have other constants."""
    made = questions.triviality_claims(claims)
    every = [each for wrongs in made.values() for _, several in wrongs for each in several]
    answers = verdicts.are_possible(every)
    for theorem, wrongs in made.items():
        found = {says: _any(answers[each.name] for each in several) for says, several in wrongs if several}
        declared = by_definition.get(theorem)
        if declared is not None:
            good = None if None in found.values() else False in found.values()
            yield AdequacyAnswer(
                SAYS,
                theorem,
                good,
                declared if good else f"it is declared that {declared}; it says something",
            )
            continue
        wrong = [says for says, falsified in found.items() if falsified is False]
        good = False if wrong else None if None in found.values() else True
        finding = {True: "it can be false", False: " ".join(wrong), None: "undecided"}[good]
        if wrong and theorem in elsewhere:
            good, finding = True, f"of other kernels: {elsewhere[theorem]}"
        yield AdequacyAnswer(SAYS, theorem, good, finding)


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, None if that is not known."""
    found = set(answers)
    return True if True in found else None if None in found else False


def _check_outcomes(
    verdicts: _Verdicts,
    claims: Sequence[Claim],
    outcomes: Mapping[str, Term],
    never: Mapping[tuple[str, str], str],
) -> Iterator[AdequacyAnswer]:
    made = questions.outcome_claims(claims, outcomes)
    answers = verdicts.are_possible(claim for _, claim in made)
    for name, claim in made:
        reached = answers[claim.name]
        function = parse_subject(claim.subject)
        reason = never.get((function.target if function else "", name)) or never.get(("", name), "")
        good = None if reached is None else reached is (reason == "")
        finding = {True: "reached", False: "never reached", None: "undecided"}[reached]
        if reason:
            finding += f" ({reason})"
        yield AdequacyAnswer(
            OUTCOME, f"{name.replace('_', ' ')} in {claim.name.partition('@')[2]}", good, finding
        )


def _check_assumptions(pool: Pool, judged: Sequence[ClaimVerdict]) -> Iterator[AdequacyAnswer]:
    proved = [each.claim for each in judged if each.verdict is Verdict.PROVED]
    used: Counter[str] = Counter()
    example: dict[str, str] = {}
    found = find_cores(pool, proved, least=True)
    for claim in proved:
        for i in found.get(claim.name, ()):
            used[claim.facts[i].name] += 1
            example.setdefault(claim.facts[i].name, claim.name)
    undecided = len(found) < len(proved)
    for name in dict.fromkeys(fact.name for each in judged for fact in each.claim.facts):
        finding = "no proof needs it"
        good = True if used[name] else None if undecided else False
        if name in WITH_LARGE_PAGES and not used[name] and not any(claim.pages for claim in proved):
            good, finding = True, f"no proof needs it with pages of 4K: {WITH_LARGE_PAGES[name]}"
        if used[name]:
            proofs = "1 proof needs it," if used[name] == 1 else f"{used[name]} proofs need it, such as"
            finding = f"{proofs} {example[name]}"
        yield AdequacyAnswer(NEEDED, name, good, finding)


def _check_siblings(verdicts: _Verdicts, judged: Sequence[ClaimVerdict]) -> Iterator[AdequacyAnswer]:
    """Of each theorem that is proved somewhere; a subject is tried only if those before it have no false
    sibling, and the denied conclusion is tried last."""
    proved: dict[str, list[Claim]] = {}
    for each in judged:
        if each.verdict is Verdict.PROVED:
            proved.setdefault(each.claim.theorem, []).append(each.claim)
    found: dict[str, str] = {}
    for turn in range(max(map(len, proved.values()), default=0)):
        made = {
            claim.name: (theorem, f"{change}, in {claim.subject}", claim)
            for theorem, several in proved.items()
            if theorem not in found and turn < len(several)
            for change, claim in questions.false_siblings(several[turn])
        }
        answers = verdicts.are_possible(claim for _, _, claim in made.values())
        for name, (theorem, finding, _) in made.items():
            if answers[name] and theorem not in found:
                found[theorem] = finding
    for theorem in proved:
        yield AdequacyAnswer(SIBLING, theorem, theorem in found, f"refuted {found.get(theorem, 'is none')}")


# Text ------------------------------------------------------------------------------------------
def exit_code(found: Iterable[AdequacyAnswer]) -> int:
    """0 if all is adequate, 1 if something is not, 3 if something is undecided."""
    answers = {row.adequate for row in found}
    return 1 if False in answers else 3 if None in answers else 0


def render_text(found: Sequence[AdequacyAnswer]) -> str:
    """What is not adequate, in full; the assumptions; a line for each question; and a last line."""
    wrong = [row for row in found if not row.adequate]
    lines = [f"{_render_status(row)}: {row.question}: {row.about}: {row.finding}" for row in wrong]
    needed = [row for row in found if row.question == NEEDED]
    width = max((len(row.about) for row in needed), default=0)
    lines += (
        [""] * bool(lines) + [f"{row.about:<{width}}  {row.finding}" for row in needed] + [""] * bool(needed)
    )
    for question in QUESTIONS:
        answers = [row.adequate for row in found if row.question == question]
        if answers:
            lines.append(f"{question}: {answers.count(True)} of {len(answers)}")
    ending = {0: "adequate", 1: "not adequate", 3: "undecided"}[exit_code(found)]
    return "\n".join([*lines, "", f"{len(found)} answers: {ending}"])


def render_answers(found: Sequence[AdequacyAnswer]) -> str:
    """The same as JSON text: ``schema``, ``exit_code``, and ``answers``, each with ``question``, ``about``,
    ``adequate`` (null: undecided) and ``told``."""
    answers = [
        {"question": row.question, "about": row.about, "adequate": row.adequate, "told": row.finding}
        for row in found
    ]
    data = {"schema": 1, "exit_code": exit_code(found), "answers": answers}
    return render_json(data)


def _render_status(row: AdequacyAnswer) -> str:
    return "UNDECIDED" if row.adequate is None else "NOT"


@dataclass(frozen=True)
class AdequacyReport:
    """The text to print, the same as JSON text, and the exit code."""

    text: str
    json: str
    code: int


def assess_theorems(
    pool: Pool, claims: Sequence[Claim], progress: Progress, memory: VerdictCache, whole: bool
) -> AdequacyReport:
    """Whether the theorems are worth proving; ``whole`` says that these are all claims of the shapes."""
    progress.begin("assessing the theorems")
    found = answer_questions(pool, claims, memory, whole=whole)
    return AdequacyReport(render_text(found), render_answers(found), exit_code(found))
