# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as tables: pure building of strings, no printing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from model.shape import Shape
from proofs.claims.claim import Claim, Skipped
from proofs.claims.subject import ALL_THEOREMS, parse_subject
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus

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
#: A proof that is certified as well.
CERTIFIED = "C"
LEGEND = "P proved, R refuted as declared, - not asked; ! is not as expected, and is told below"
CERTIFIED_LEGEND = "C proved and certified"


@dataclass(frozen=True)
class Section:
    """Some rows of a table under a title."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class VerdictTable:
    """A header, sections of rows, and lines below."""

    header: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that a run found: the verdicts in the order of the claims, what was not asked, how many
    claims were left out, sentences about what was read, and the contracts that each function of a
    kernel rests on."""

    verdicts: tuple[ClaimVerdict, ...]
    skipped: tuple[Skipped, ...] = ()
    not_run: int = 0
    notes: tuple[str, ...] = ()
    contracts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def summary(report: Report) -> str:
    """The last line: how many claims, what became of them, and how that stands."""
    verdicts = Counter(each.verdict for each in report.verdicts)
    decided = ", ".join(f"{verdicts[v]} {v.value.lower()}" for v in Verdict if verdicts[v])
    return (
        f"{_count(len(report.verdicts), 'claim')}: {decided or 'none'}, {_standing(report.verdicts)}; "
        f"{_not_asked(report)}; {report.not_run} not run"
    )


def _not_asked(report: Report) -> str:
    """What was not asked.  A theorem that speaks of what a function of a kernel has not does not apply
    to it; of a function that a tree has not, nothing is asked at all."""
    lacking = {each.subject for each in report.skipped if each.theorem == ALL_THEOREMS}
    others = [each for each in report.skipped if each.theorem != ALL_THEOREMS]
    inapplicable = [each for each in others if parse_subject(each.subject)]
    of_kernels = any(parse_subject(each.claim.subject) for each in report.verdicts)
    told = [
        (len(others) - len(inapplicable), "not asked", not of_kernels),
        (len(inapplicable), f"{'does' if len(inapplicable) == 1 else 'do'} not apply", of_kernels),
        (len(lacking), f"function{'' if len(lacking) == 1 else 's'} not read", False),
    ]
    return "; ".join(f"{number} {words}" for number, words, always in told if number or always)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _standing(judged: Iterable[ClaimVerdict]) -> str:
    counts = Counter(each.status for each in judged)
    told = [
        (ExpectationStatus.DISAGREE, "on which solver and interpreter disagree"),
        (ExpectationStatus.UNEXPECTED, "otherwise than expected"),
        (ExpectationStatus.UNDECIDED, "undecided"),
    ]
    return ", ".join(f"{counts[s]} {words}" for s, words in told if counts[s]) or "all as expected"


# Tables --------------------------------------------------------------------------------------
def build_table(report: Report) -> VerdictTable:
    """A row for each claim if there is one subject; otherwise theorems by subjects."""
    subjects = dict.fromkeys(_column(each) for each in report.verdicts)
    return rows(report) if len(subjects) <= 1 else matrix(report)


def _column(judged: ClaimVerdict) -> str:
    claim = judged.claim
    return claim.subject + (f"/{claim.pages}" if claim.pages else "")


def rows(report: Report) -> VerdictTable:
    """One row for each claim: its verdict, how that stands, its name, and why it is refuted."""

    def row(each: ClaimVerdict) -> tuple[str, ...]:
        expected = each.claim.expected
        reason = expected.reason if expected and each.verdict is Verdict.REFUTED else ""
        standing = "" if each.status is ExpectationStatus.EXPECTED else "!"
        return (each.word, standing, each.name, reason if not standing else each.why)

    return VerdictTable(("verdict", "", "claim", "reason"), _by_family(report.verdicts, row))


def matrix(report: Report) -> VerdictTable:
    """A row for each theorem, and a column for each subject that it was asked of."""
    columns = list(dict.fromkeys(_column(each) for each in report.verdicts))
    cells = {(e.claim.family, e.claim.theorem, _column(e)): cell(e) for e in report.verdicts}
    firsts = {(e.claim.family, e.claim.theorem): e for e in reversed(report.verdicts)}
    ordered = [e for e in report.verdicts if firsts[e.claim.family, e.claim.theorem] is e]

    def row(each: ClaimVerdict) -> tuple[str, ...]:
        key = each.claim.family, each.claim.theorem
        return (each.claim.theorem, *(cells.get((*key, column), "-") for column in columns))

    sections = _by_family(ordered, row)
    heads, notes = _headings(columns, max(len(each.claim.theorem) for each in ordered))
    return VerdictTable(("theorem", *heads), sections, (*notes, legend(report.verdicts, LEGEND)))


def legend(judged: Iterable[ClaimVerdict], text: str) -> str:
    """What the letters stand for; that one is of certified proofs is told where there is one."""
    return f"{CERTIFIED_LEGEND}, {text}" if any(each.is_certified for each in judged) else text


def letter(judged: ClaimVerdict) -> str:
    """A verdict as one letter."""
    return CERTIFIED if judged.is_certified else CELL[judged.verdict]


def cell(judged: ClaimVerdict) -> str:
    """A verdict as one letter, marked if it is not as expected."""
    return letter(judged) + ("" if judged.status is ExpectationStatus.EXPECTED else "!")


def _headings(columns: Sequence[str], first: int) -> tuple[list[str], list[str]]:
    """The columns' names, or numbers and what they stand for where the names are too wide."""
    if first + sum(len(column) + 2 for column in columns) <= WIDTH:
        return list(columns), []
    numbers = [str(i) for i, _ in enumerate(columns, 1)]
    return numbers, ["columns: " + ", ".join(f"{n} {c}" for n, c in zip(numbers, columns, strict=True))]


def _by_family(
    judged: Iterable[ClaimVerdict], row: Callable[[ClaimVerdict], tuple[str, ...]]
) -> tuple[Section, ...]:
    families: dict[str, list[tuple[str, ...]]] = {}
    for each in judged:
        families.setdefault(each.claim.family, []).append(row(each))
    return tuple(Section(family, tuple(members)) for family, members in families.items())


def render_text(shown: VerdictTable) -> str:
    """The table as aligned text."""
    every = [shown.header, *(row for section in shown.sections for row in section.rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(shown.header))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()

    lines = [line(shown.header)]
    for section in shown.sections:
        lines += ["", section.title, *(line(row) for row in section.rows)]
    return "\n".join([*lines, *([""] if shown.notes else []), *shown.notes])


def render_listing(claims: Iterable[Claim], skipped: Iterable[Skipped]) -> str:
    """The names of claims with what is expected of each, and what is not asked."""
    asked = [(c.name, c.expected.verdict.value if c.expected else "no expectation") for c in claims]
    width = max((len(name) for name, _ in asked), default=0)
    lines = [f"{name:<{width}}  {expected}" for name, expected in asked]
    left = [f"{s.theorem}@{s.subject}: {_why_not(s)}, since {s.reason}" for s in skipped]
    return "\n".join([*lines, *([""] if left else []), *left])


def _why_not(skipped: Skipped) -> str:
    """In the words of the summary."""
    if skipped.theorem == ALL_THEOREMS:
        return "not read"
    return "does not apply" if parse_subject(skipped.subject) else "not asked"


def render_shape(shape: Shape) -> str:
    """A shape as it is read: what it stands for, and its numbered lines."""
    head = [f"{shape.name}: {shape.source}, {shape.since}", "", *shape.says.splitlines(), ""]
    width = len(str(len(shape.lines)))
    return "\n".join([*head, *(f"{i:>{width}}  {text}" for i, text in enumerate(shape.lines, 1))])
