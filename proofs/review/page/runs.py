# SPDX-License-Identifier: GPL-2.0-only
"""The runs on the input of a counterexample: in prose, and branch by branch beside the C text.

Of a theorem that fails after the patch the witness has no run before it.  It is computed here: the
interpreter runs the procedure before the patch on the same input.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby

from counterexamples.render import prose
from counterexamples.witness import Witness, WitnessRun
from model.program.interpreter import Run, Step
from model.program.procedure import ProcedureError
from proofs.claims.claim import Claim, replay
from proofs.review.page.element import Child, Element, element
from proofs.verdicts.finding import Finding

BEFORE, AFTER = "Before", "After"


def render_counterexample(witness: Witness, says: str, courses: Mapping[str, WitnessRun]) -> Element:
    """The prose, all inputs that matter, and the ``courses`` by their titles, beside each other."""
    constants = prose.constants_of(witness)
    inputs = [prose.render_value(value, constants) for value in witness.values if value.mask]
    return element(
        "div",
        element("pre", prose.render_counterexample(witness, says), class_="prose"),
        _inputs(inputs),
        element("div", [_render_run(*each, courses) for each in courses.items()], class_="courses"),
        _render_legend(courses),
        class_="counterexample",
    )


def pair_runs(witness: Witness) -> dict[str, WitnessRun]:
    """The courses of a claim about both sides: first as it was, then as it is."""
    return dict(zip((BEFORE, AFTER), witness.runs.values(), strict=False))


def pair_theorem_runs(before: Finding | None, after: Finding) -> dict[str, WitnessRun]:
    """The course after the patch, and that before it on the same input, if there is one."""
    assert after.counterexample is not None
    course = after.counterexample.runs[""]
    earlier = _replay_before(before.verdict.claim, after, course) if before is not None else None
    return {AFTER: course} if earlier is None else {BEFORE: earlier, AFTER: course}


def _replay_before(claim: Claim, after: Finding, course: WitnessRun) -> WitnessRun | None:
    answer = after.verdict.answer
    if answer is None or answer.counterexample is None:
        return None
    obligation = after.verdict.obligation
    try:
        run = replay(claim, obligation.concrete(answer.counterexample.model)).runs[""]
    except ProcedureError:
        return None  # there a local is read before it is set
    return _select_steps(claim, run, course)


def _select_steps(claim: Claim, run: Run, course: WitnessRun) -> WitnessRun:
    """The run with the branches that were taken, and those that the other course shows."""
    shown = {_where(step) for step in course.steps}
    steps = tuple(step for step in run.steps if step.taken or step.effect or _where(step) in shown)
    procedure = claim.procedures[""]
    words = {word: run.value(term) for word, term in procedure.symbols.items()}
    return WitnessRun(procedure, steps, words, unshown=len(run.steps) - len(steps))


def _where(step: Step) -> tuple[str, str, str]:
    """The step wherever its line has moved to."""
    return step.span.function, step.span.text, step.effect


def _inputs(texts: list[str]) -> Child:
    if not texts:
        return None
    codes = [[", " if i else "", element("code", text)] for i, text in enumerate(texts)]
    return element("p", "Inputs that matter: ", codes, ".")


def _render_run(title: str, course: WitnessRun, courses: Mapping[str, WitnessRun]) -> Element:
    others = {_direction(s) for name, each in courses.items() if name != title for s in each.steps}
    happened = prose.paragraph("", f"{course.procedure.name} {', '.join(prose.list_actions(course))}.")
    return element(
        "section",
        element("h5", title),
        _steps(course, others),
        _count_omitted(course.unshown),
        element("p", " ".join(line.strip() for line in happened), class_="happened"),
    )


def _steps(course: WitnessRun, others: Collection[_Direction]) -> Iterator[Element]:
    """The branches, function by function; the file is written where it is another than above."""
    branches = [(i, step) for i, step in enumerate(course.steps) if step.taken is not None]
    above = ""
    for (function, file), steps in groupby(
        branches, key=lambda each: (each[1].span.function, each[1].span.file)
    ):
        called = element("b", f"{function}()") if function else None
        yield element("p", called, f" {file}" if file != above else None, class_="file")
        yield element(
            "ol", [_branch(step, i in course.decisive, _is_on_one_side(step, others)) for i, step in steps]
        )
        above = file


def _count_omitted(count: int) -> Child:
    if not count:
        return None
    return element("p", f"And {count} branch{'es' if count > 1 else ''} more, not taken.", class_="quiet")


#: Function, text and sink of a step, and whether it was taken.
_Direction = tuple[str, str, str, bool | None]


def _direction(step: Step) -> _Direction:
    return (*_where(step), step.taken)


def _is_on_one_side(step: Step, others: Collection[_Direction]) -> bool:
    """Whether the other side is known not to go this way: not all branches that are not taken are listed."""
    if not others:
        return False
    return _direction(step) not in others if step.taken else (*_where(step), True) in others


def _branch(step: Step, decides: bool, alone: bool) -> Element:
    marks = [name for name, has in (("taken", step.taken), ("decides", decides), ("alone", alone)) if has]
    return element(
        "li",
        element("span", str(step.span.line), class_="line"),
        element("code", step.span.text),
        element(
            "span",
            "taken" if step.taken else "not taken",
            " \N{BLACK STAR}" if decides else None,
            class_="way",
        ),
        class_=" ".join(marks) or None,
    )


def _render_legend(courses: Mapping[str, WitnessRun]) -> Child:
    """What the marks mean that are there."""
    marks = list(_marks(courses))
    return element("p", " ".join(marks), class_="quiet") if marks else None


def _marks(courses: Mapping[str, WitnessRun]) -> Iterator[str]:
    if any(course.decisive for course in courses.values()):
        yield "\N{BLACK STAR} with this branch alone turned, it would not come to this."
    if len(courses) > 1:
        yield "A bar on the left: only this side goes this way here."
