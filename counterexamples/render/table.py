# SPDX-License-Identifier: GPL-2.0-only
"""The attributes that a fault path gives, as a table: all rows, the row of a witness, or what changed.

Neighbouring rows that are alike are one.  ``any`` in a row is whatever can occur beside what its
columns before it (in the order of ``_ORDER``) say: a row is written only if all its cells that can occur
were run and did the same.

Pure string building over ``counterexamples.attributes.table``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from counterexamples.attributes import table as attributes
from counterexamples.attributes.input_classes import COLUMNS, Column
from counterexamples.attributes.table import Cell, Results, Tables
from counterexamples.witness import Witness
from model.logic import Term, show, value_of
from model.program.procedure import Procedure

#: What becomes of a cell, one text for each procedure; None if it cannot occur.
Leaf = tuple[str, ...] | None

#: The columns are merged in this order, which makes few rows: flags, page, protection, fault, hardware.
_ORDER = (0, 2, 1, 4, 3)
_WIDTHS = (12, 9, 11, 7, 5)
#: Of a result that stands alone, and of two beside each other.
_RESULT, _RESULTS = 13, 10

_LEGEND = (
    "A translation fault on one page; any: whatever can occur there.",
    "cacheable: Normal, Tagged; uncached: the others; beyond: neither",
    "memory nor ZONE_DEVICE; ANYUC: VM_ALLOW_ANY_UNCACHED.",
)


@dataclass(frozen=True)
class AttributeRow:
    """``answers`` are the positions in each column, in the order of ``COLUMNS``; ``texts`` what becomes
    of all their cells that can occur; ``shown`` the labels."""

    answers: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]
    shown: tuple[str, ...]

    def has(self, cell: Cell) -> bool:
        """Whether the cell is of the row."""
        return all(i in answers for i, answers in zip(cell, self.answers, strict=True))


def merge_rows(leaves: Mapping[Cell, Leaf]) -> list[AttributeRow]:
    """The rows, those alike merged; each cell that can occur is in exactly one."""
    return [_row(answers, texts, leaves) for answers, texts in _merged(leaves)]


#: The answers of a row by column, and what becomes of them.
_Found = tuple[dict[int, tuple[int, ...]], tuple[str, ...]]


def _merged(leaves: Mapping[Cell, Leaf]) -> Iterator[_Found]:
    """The answers by column, and what becomes of them."""
    sizes = [range(len(COLUMNS[column].classes)) for column in _ORDER]
    moved = {tuple(cell[column] for column in _ORDER): leaf for cell, leaf in leaves.items()}
    flat = [moved[cell] for cell in product(*sizes)]

    def below(depth: int, table: Sequence[Leaf]) -> Iterator[_Found]:
        if depth == len(_ORDER):
            if table[0] is not None:
                yield {}, table[0]
            return
        for answers, part in _runs(table, len(sizes[depth])):
            for rest, texts in below(depth + 1, part):
                yield {_ORDER[depth]: answers, **rest}, texts

    return below(0, flat)


def _runs(table: Sequence[Leaf], count: int) -> list[tuple[tuple[int, ...], list[Leaf]]]:
    """The answers of a column that follow each other and do the same, with what they do."""
    size = len(table) // count
    found: list[tuple[tuple[int, ...], list[Leaf]]] = []
    for answer in range(count):
        part = list(table[answer * size : (answer + 1) * size])
        if all(leaf is None for leaf in part):
            continue
        if found and all(a is None or b is None or a == b for a, b in zip(found[-1][1], part, strict=True)):
            answers, known = found[-1]
            both = [b if a is None else a for a, b in zip(known, part, strict=True)]
            found[-1] = ((*answers, answer), both)
        else:
            found.append(((answer,), part))
    return found


def _row(
    answers: Mapping[int, tuple[int, ...]], texts: tuple[str, ...], leaves: Mapping[Cell, Leaf]
) -> AttributeRow:
    """The row with its labels: ``any`` is all that can occur beside the columns merged before."""
    shown = {}
    for depth, column in enumerate(_ORDER):
        fixed = {c: answers[c] for c in _ORDER[:depth]}
        can = [i for i in range(len(COLUMNS[column].classes)) if _occurs(leaves, {**fixed, column: (i,)})]
        shown[column] = _label(COLUMNS[column], answers[column], can)
    places = range(len(COLUMNS))
    return AttributeRow(tuple(answers[c] for c in places), texts, tuple(shown[c] for c in places))


def _occurs(leaves: Mapping[Cell, Leaf], fixed: Mapping[int, tuple[int, ...]]) -> bool:
    choices = [fixed.get(c, tuple(range(len(column.classes)))) for c, column in enumerate(COLUMNS)]
    return any(leaves[cell] is not None for cell in product(*choices))


def _label(column: Column, answers: tuple[int, ...], can: Sequence[int]) -> str:
    if len(answers) == len(can) > 1:
        return "any"
    missing = [i for i in can if i not in answers]
    if len(missing) == 1 and len(answers) > 3:
        return f"not {column.classes[missing[0]].label}"
    labels = tuple(column.classes[i].label for i in answers)
    return column.together.get(labels, ", ".join(labels))


def render_attribute_table(procedure: Procedure) -> str:
    """All rows of a procedure.  Raises AttributesError if it has none."""
    return render_results(attributes.compute_results(procedure))


def render_results(results: Results) -> str:
    """All rows of results."""
    return _text(merge_rows(wrap_results(results)), ("result",))


def render_decision_table(procedure: Procedure, witness: Witness) -> str:
    """All rows, with ``>`` at that of the witness; a last line says if the witness is in no row, or if
    something else in it made what happened another.  Raises AttributesError as ``render_attribute_table`` does."""
    found = merge_rows(wrap_results(attributes.compute_results(procedure)))
    cell = cell_of(procedure, witness)
    taken = [row for row in found if cell is not None and row.has(cell)]
    text = _text(found, ("result",), taken)
    if not taken:
        return f"{text}\nThe witness is in none of these rows."
    words = next(iter(witness.runs.values())).symbols
    told = attributes.render_outcome(
        lambda term: value_of(term, _leaf({**procedure.constants, **words}), _none)
    )
    if told != taken[0].texts[0]:
        text += f"\n> The witness comes to: {told}, as it has more than the columns tell."
    return text


def cell_of(procedure: Procedure, witness: Witness) -> Cell | None:
    """The cell of a witness; None if some column has no answer for it."""
    values = {value.name: value.value for value in witness.values}

    def given(term: Term) -> int:
        text = str(term.data)
        bound = procedure.symbols.get(text)
        if bound is not None and bound.op != "place":
            return value_of(bound, _leaf(values), lambda t, _: values.get(show(t), 0))
        return procedure.constants.get(text, values.get(text, 0))

    cell: list[int] = []
    for column in COLUMNS:
        has = [i for i, each in enumerate(column.classes) if value_of(each.when, given, _none)]
        if not has:
            return None
        cell.append(has[0])
    return tuple(cell)


def render_changes(before: Procedure, after: Procedure) -> str:
    """The rows in which two procedures differ, or a sentence that none does.  Raises AttributesError as
    ``render_attribute_table`` does."""
    found = find_changes(before, after, Tables())
    return render_changed_rows(found) or f"No row differs between {before.name} and {after.name}."


def render_rows(found: Sequence[AttributeRow]) -> str:
    """Some rows of one procedure as text; "" if there is none."""
    return _text(found, ("result",)) if found else ""


def render_changed_rows(found: Sequence[AttributeRow]) -> str:
    """Rows of two procedures as text; "" if there is none."""
    return _text(found, ("before", "after")) if found else ""


def render_wrong_rows(
    right: Procedure, wrong: Procedure, witness: Witness, tables: Tables | None = None
) -> str:
    """The rows in which a mistake shows, that of its witness marked, and only those of the same VMA
    flags; "" if the witness is in none.  Raises AttributesError as ``render_attribute_table`` does."""
    found, cell = find_changes(right, wrong, tables or Tables()), cell_of(wrong, witness)
    if cell is None:
        return ""
    taken = [row for row in found if row.has(cell)]
    near = [row for row in found if taken and row.answers[0] == taken[0].answers[0]]
    if not near:
        return ""
    more = len(found) - len(near)
    end = [f"Of other VMA flags {more} more differ{'s' if more == 1 else ''}."] if more else []
    return "\n".join([_text(near, ("right", "bug"), taken), *end])


def find_changes(before: Procedure, after: Procedure, tables: Tables) -> list[AttributeRow]:
    """The rows in which two procedures differ.  Raises AttributesError as ``render_attribute_table`` does."""
    return [row for row in merge_rows(_both(tables.of(before), tables.of(after))) if row.texts]


def wrap_results(results: Results) -> dict[Cell, Leaf]:
    """What becomes of each cell, of one procedure."""
    return {cell: None if text is None else (text,) for cell, text in results.items()}


def _both(first: Results, second: Results) -> dict[Cell, Leaf]:
    """What becomes of each cell in both; nothing, which is something to be merged with, if it is the
    same."""
    leaves: dict[Cell, Leaf] = {}
    for cell, text in first.items():
        other = second[cell]
        alike = None if text is None else ()
        leaves[cell] = alike if text == other else (text or "cannot be", other or "cannot be")
    return leaves


def _leaf(values: Mapping[str, int]) -> Callable[[Term], int]:
    return lambda term: values.get(str(term.data), 0)


def _none(_: Term, __: list[int]) -> int:
    return 0


def _text(found: Sequence[AttributeRow], titles: tuple[str, ...], taken: Sequence[AttributeRow] = ()) -> str:
    head = (*(column.title for column in COLUMNS), *titles)
    lines = [*_lines("", head)]
    for row in found:
        lines += _lines(">" if row in taken else "", (*row.shown, *row.texts))
    return "\n".join([*lines, *_LEGEND])


def _lines(mark: str, cells: Sequence[str]) -> list[str]:
    """A row; what is too wide goes on below."""
    count = len(cells) - len(_WIDTHS)
    widths = [*_WIDTHS, *([_RESULT if count == 1 else _RESULTS] * count)]
    parts = [
        textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(map(len, parts))
    columns = [[*part, *[""] * (height - len(part))] for part in parts]
    marks = [mark, *[""] * (height - 1)]
    return [
        f"{marked:<1}"
        + " ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for marked, line in zip(marks, zip(*columns, strict=True), strict=True)
    ]
