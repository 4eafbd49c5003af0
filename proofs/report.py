# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as tables and as JSON: pure building of strings, no printing.

JSON (``document``; keys sorted, no times):

    schema      1
    exit_code   what the run ended with
    summary     the last line of the table
    claims      a list by name: name, theorem, family, subject, pages, says, because, details,
                verdict, standing ("as expected", "otherwise", "undecided", "disagree"), why,
                expected: null or {verdict, reason, witness},
                facts_offered: [names], facts_used: null or [names],
                unconfirmed: [inputs of unknown origin on which a refutation rests],
                example, counterexample: null or
                    {values: [{name, width, value, mask}]  (hexadecimal; only bits in mask
                              matter; inputs that are not there were 0, and do not matter),
                     courses: {subject: {steps: [{file, line, function, text, taken | sink, arguments}],
                                         words: {word: value}}}}
    not_asked   [{theorem, subject, reason}]
    not_run     how many claims were left out by --theorem
    notes       [sentences about what was read]
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from counterexamples.witness import Course, Witness
from model.interpreter import Step
from model.logic import show
from model.shape import Shape
from proofs.claim import Claim, Skipped, Verdict
from proofs.finding import Finding
from proofs.verdict import Judged, Standing, exit_code, unconfirmed_on

#: Columns of a table that is not on a terminal.
WIDTH = 110

CELL = {
    Verdict.PROVED: "P",
    Verdict.REFUTED: "R",
    Verdict.VACUOUS: "V",
    Verdict.UNKNOWN: "?",
    Verdict.TIMEOUT: "T",
    Verdict.DISAGREE: "D",
    Verdict.UNSUPPORTED: "U",
}
LEGEND = "P proved, R refuted as declared, - not asked; ! is not as expected, and is told below"


@dataclass(frozen=True)
class Section:
    """Some rows of a table under a title."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Table:
    """A header, sections of rows, and lines below."""

    header: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that a run found: the verdicts in the order of the claims, what was not asked, how many
    claims were left out, and sentences about what was read."""

    judged: tuple[Judged, ...]
    skipped: tuple[Skipped, ...] = ()
    not_run: int = 0
    notes: tuple[str, ...] = ()


def summary(report: Report) -> str:
    """The last line: how many claims, what became of them, and how that stands."""
    verdicts = Counter(each.verdict for each in report.judged)
    decided = ", ".join(f"{verdicts[v]} {v.value.lower()}" for v in Verdict if verdicts[v])
    return (
        f"{_count(len(report.judged), 'claim')}: {decided or 'none'}, {_standing(report.judged)}; "
        f"{len(report.skipped)} not asked; {report.not_run} not run"
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _standing(judged: Iterable[Judged]) -> str:
    counts = Counter(each.standing for each in judged)
    told = [
        (Standing.DISAGREE, "on which solver and interpreter disagree"),
        (Standing.OTHERWISE, "otherwise than expected"),
        (Standing.UNDECIDED, "undecided"),
    ]
    return ", ".join(f"{counts[s]} {words}" for s, words in told if counts[s]) or "all as expected"


# Tables --------------------------------------------------------------------------------------
def table(report: Report) -> Table:
    """A row for each claim if there is one subject; otherwise theorems by subjects."""
    subjects = dict.fromkeys(_column(each) for each in report.judged)
    return rows(report) if len(subjects) <= 1 else matrix(report)


def _column(judged: Judged) -> str:
    claim = judged.claim
    return claim.subject + (f"/{claim.pages}" if claim.pages else "")


def rows(report: Report) -> Table:
    """One row for each claim: its verdict, how that stands, its name, and why it is refuted."""

    def row(each: Judged) -> tuple[str, ...]:
        expected = each.claim.expected
        reason = expected.reason if expected and each.verdict is Verdict.REFUTED else ""
        standing = "" if each.standing is Standing.AS_EXPECTED else "!"
        return (each.verdict.value, standing, each.name, reason if not standing else each.why)

    return Table(("verdict", "", "claim", "reason"), _by_family(report.judged, row))


def matrix(report: Report) -> Table:
    """A row for each theorem, and a column for each subject that it was asked of."""
    columns = list(dict.fromkeys(_column(each) for each in report.judged))
    cells = {(e.claim.family, e.claim.theorem, _column(e)): cell(e) for e in report.judged}
    firsts = {(e.claim.family, e.claim.theorem): e for e in reversed(report.judged)}
    ordered = [e for e in report.judged if firsts[e.claim.family, e.claim.theorem] is e]

    def row(each: Judged) -> tuple[str, ...]:
        key = each.claim.family, each.claim.theorem
        return (each.claim.theorem, *(cells.get((*key, column), "-") for column in columns))

    sections = _by_family(ordered, row)
    heads, notes = _headings(columns, max(len(each.claim.theorem) for each in ordered))
    return Table(("theorem", *heads), sections, (*notes, LEGEND))


def cell(judged: Judged) -> str:
    """A verdict as one letter, marked if it is not as expected."""
    return CELL[judged.verdict] + ("" if judged.standing is Standing.AS_EXPECTED else "!")


def _headings(columns: Sequence[str], first: int) -> tuple[list[str], list[str]]:
    """The columns' names, or numbers and what they stand for where the names are too wide."""
    if first + sum(len(column) + 2 for column in columns) <= WIDTH:
        return list(columns), []
    numbers = [str(i) for i, _ in enumerate(columns, 1)]
    return numbers, ["columns: " + ", ".join(f"{n} {c}" for n, c in zip(numbers, columns, strict=True))]


def _by_family(judged: Iterable[Judged], row: Callable[[Judged], tuple[str, ...]]) -> tuple[Section, ...]:
    families: dict[str, list[tuple[str, ...]]] = {}
    for each in judged:
        families.setdefault(each.claim.family, []).append(row(each))
    return tuple(Section(family, tuple(members)) for family, members in families.items())


def plain(shown: Table) -> str:
    """The table as aligned text."""
    every = [shown.header, *(row for section in shown.sections for row in section.rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(shown.header))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()

    lines = [line(shown.header)]
    for section in shown.sections:
        lines += ["", section.title, *(line(row) for row in section.rows)]
    return "\n".join([*lines, *([""] if shown.notes else []), *shown.notes])


def listing(claims: Iterable[Claim], skipped: Iterable[Skipped]) -> str:
    """The names of claims with what is expected of each, and what is not asked."""
    asked = [(c.name, c.expected.verdict.value if c.expected else "no expectation") for c in claims]
    width = max((len(name) for name, _ in asked), default=0)
    lines = [f"{name:<{width}}  {expected}" for name, expected in asked]
    left = [f"{s.theorem}@{s.subject}: not asked, since {s.reason}" for s in skipped]
    return "\n".join([*lines, *([""] if left else []), *left])


def lines(shape: Shape) -> str:
    """A shape as it is read: what it stands for, and its numbered lines."""
    head = [f"{shape.name}: {shape.source}, {shape.since}", "", *shape.says.splitlines(), ""]
    width = len(str(len(shape.lines)))
    return "\n".join([*head, *(f"{i:>{width}}  {text}" for i, text in enumerate(shape.lines, 1))])


# JSON ----------------------------------------------------------------------------------------
def document(report: Report, findings: Sequence[Finding]) -> str:
    """The JSON text; ``findings`` are those of ``report.judged``, in any order."""
    claims = [_claim(finding) for finding in sorted(findings, key=lambda f: f.judged.name)]
    data = {
        "schema": 1,
        "exit_code": exit_code(report.judged),
        "summary": summary(report),
        "claims": claims,
        "not_asked": [
            {"theorem": s.theorem, "subject": s.subject, "reason": s.reason} for s in report.skipped
        ],
        "not_run": report.not_run,
        "notes": list(report.notes),
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def _claim(finding: Finding) -> dict[str, Any]:
    judged = finding.judged
    claim, answer, obligation = judged.claim, judged.answer, judged.obligation
    used = None if answer is None or answer.used is None else [claim.facts[i].name for i in answer.used]
    return {
        "name": claim.name,
        "theorem": claim.theorem,
        "family": claim.family,
        "subject": claim.subject,
        "pages": claim.pages,
        "says": claim.says,
        "because": list(claim.because),
        "details": dict(claim.details),
        "verdict": judged.verdict.value,
        "standing": judged.standing.name.lower().replace("_", " "),
        "why": judged.why,
        "expected": _expected(judged),
        "facts_offered": [fact.name for fact in claim.facts],
        "facts_used": used,
        "unconfirmed": list(unconfirmed_on(obligation, answer)) if obligation and answer else [],
        "example": _witness(finding.example),
        "counterexample": _witness(finding.counterexample),
    }


def _expected(judged: Judged) -> dict[str, Any] | None:
    expected = judged.claim.expected
    if expected is None:
        return None
    witness = None if expected.witness is None else show(expected.witness)
    return {"verdict": expected.verdict.value, "reason": expected.reason, "witness": witness}


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    if witness is None:
        return None
    values = [
        {"name": v.name, "width": v.width, "value": hex(v.value), "mask": hex(v.mask)} for v in witness.values
    ]
    return {"values": values, "courses": {s: _course(c) for s, c in witness.courses.items()}}


def _course(course: Course) -> dict[str, Any]:
    words = {word: hex(value) for word, value in course.words.items()}
    return {"steps": [_step(step) for step in course.steps], "words": words}


def _step(step: Step) -> dict[str, Any]:
    span = step.span
    where = {"file": span.file, "line": span.line, "function": span.function, "text": span.text}
    if step.sink:
        return {**where, "sink": step.sink, "arguments": {a: hex(v) for a, v in step.arguments}}
    return {**where, "taken": step.taken}
