# SPDX-License-Identifier: GPL-2.0-only
"""A picture of the attributes of each input class, before and after a patch.

One panel for each type of vm_page_prot.  A row is a kind of VMA and of page, a column FWB/DIC and the kind of
fault: the cells of ``counterexamples.attributes.input_classes``.  A cell that changed is halved, before on the left and after
on the right, and outlined.  Letters say what the colours do.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import product

from counterexamples.attributes.input_classes import COLUMNS, FAULT, FLAGS, HARDWARE, PAGE, PROT, Column
from counterexamples.attributes.table import Cell, Results
from proofs.review.page.element import Child, Element, element


class CellOutcome(Enum):
    """A kind of outcome: the letter in a cell, and what it means."""

    NORMAL = "N", "NORMAL"
    NORMAL_NC = "C", "NORMAL_NC"
    DEVICE = "D", "DEVICE"
    BOTH = "B", "DEVICE and NORMAL_NC at once"
    EFAULT = "F", "refused: -EFAULT"
    ENOEXEC = "X", "refused: -ENOEXEC"
    ERROR = "E", "another error"
    NOTHING = "0", "nothing is mapped, and no error"
    SEVERAL = "*", "several, by what the classes do not tell apart"
    NEVER = "-", "cannot occur"

    @property
    def letter(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1]

    @property
    def colour(self) -> str:
        """The class in the style sheet."""
        return "o-" + self.name.lower().replace("_", "-")


_BY_WORD = {
    "NORMAL": CellOutcome.NORMAL,
    "NORMAL_NC": CellOutcome.NORMAL_NC,
    "DEVICE": CellOutcome.DEVICE,
    "DEVICE+NC": CellOutcome.BOTH,
    "-EFAULT": CellOutcome.EFAULT,
    "-ENOEXEC": CellOutcome.ENOEXEC,
}


def classify_outcome(text: str | None) -> CellOutcome:
    """The kind of an entry of ``counterexamples.attributes.table.Results``: what is mapped, else the errno."""
    if text is None:
        return CellOutcome.NEVER
    found = {_classify_word(part) for part in text.split(" or ")}
    return found.pop() if len(found) == 1 else CellOutcome.SEVERAL


def _classify_word(text: str) -> CellOutcome:
    word = text.replace(",", " ").split()[0]
    if word in _BY_WORD:
        return _BY_WORD[word]
    return CellOutcome.ERROR if word.startswith("-") else CellOutcome.NOTHING


#: Pixels: the labels on the left (of the VMA, and of the page), a cell, and between groups of cells.
_FLAGS_WIDTH, _LABELS, _WIDE, _HIGH, _GAP, _HEAD = 90, 165, 16, 15, 3, 44
#: From the top of a row to the foot of its letters.
_FOOT = 11


def render_picture(before: Results, after: Results, says: str) -> Child:
    """The panels, with a legend; ``says`` names the whole for those who do not see it.  Only a sentence, if
    no class has another outcome than before."""
    can = [cell for cell in before if before[cell] is not None or after[cell] is not None]
    changed = [cell for cell in can if before[cell] != after[cell]]
    count = f"{len(changed)} of the {len(can)} input classes that can occur"
    if not changed:
        return element("p", f"The outcome is another in none of the {len(can)} input classes that can occur.")
    pairs = [(flags, page) for flags in _places(FLAGS) for page in _places(PAGE)]
    rows = [pair for pair in pairs if any((cell[0], cell[2]) == pair for cell in can)]
    panels = [_panel(i, rows, before, after, says) for i in _places(PROT)]
    shown = {classify_outcome(results[cell]) for cell in can for results in (before, after)}
    return element(
        "div",
        element("p", f"{count} have another outcome."),
        element("div", panels, _legend(shown), class_="panels"),
        element("p", element("output", aria_live="polite"), class_="at-cell", hidden=True),
        class_="picture",
    )


def _places(column: Column) -> range:
    return range(len(column.classes))


def _panel(prot: int, rows: list[tuple[int, int]], before: Results, after: Results, says: str) -> Element:
    width = _left(len(HARDWARE.classes) - 1, len(FAULT.classes))
    height = _HEAD + _HIGH * len(rows)
    title = f"vm_page_prot {PROT.classes[prot].label}"
    return element(
        "svg",
        element("text", title, x="0", y="12", class_="title"),
        _heads(),
        [_row(i, prot, row, rows, before, after) for i, row in enumerate(rows)],
        viewBox=f"-1 0 {width + 2} {height + 2}",
        width=str(width + 2),
        height=str(height + 2),
        role="img",
        tabindex="0",
        aria_label=f"{says}, {title}",
    )


def _left(hardware: int, fault: int) -> int:
    """Where a column begins."""
    return _LABELS + hardware * (_GAP + _WIDE * len(FAULT.classes)) + fault * _WIDE


def _heads() -> Iterator[Element]:
    """The names of the columns."""
    yield element("text", HARDWARE.title, x=str(_LABELS - 6), y="26", class_="end")
    yield element("text", FAULT.title, x=str(_LABELS - 6), y="38", class_="end")
    for i, hardware in enumerate(HARDWARE.classes):
        middle = _left(i, 0) + _WIDE * len(FAULT.classes) / 2
        yield element("text", hardware.label, x=f"{middle:g}", y="26", class_="middle")
        for j, fault in enumerate(FAULT.classes):
            yield element("text", fault.label[0], x=f"{_left(i, j) + _WIDE / 2:g}", y="38", class_="middle")


def _row(
    place: int,
    prot: int,
    row: tuple[int, int],
    rows: list[tuple[int, int]],
    before: Results,
    after: Results,
) -> Element:
    flags, page = row
    first = place == 0 or rows[place - 1][0] != flags
    letters: list[tuple[float, str]] = []
    cells: list[Element] = []
    for i, j in product(*map(_places, (HARDWARE, FAULT))):
        cell = (flags, prot, page, i, j)
        one, two = before[cell], after[cell]
        if one is not None or two is not None:
            cells.append(_cell(_left(i, j), cell, one, two))
            letters += _letters(_left(i, j), one, two)
    return element(
        "g",
        element("line", x1="0", x2=str(_left(len(HARDWARE.classes), 0) - _GAP), y1="-1", y2="-1")
        if first
        else None,
        element("text", FLAGS.classes[flags].label, x="0", y=str(_FOOT)) if first else None,
        element("text", PAGE.classes[page].label, x=str(_FLAGS_WIDTH), y=str(_FOOT)),
        cells,
        _render_letters(letters),
        transform=f"translate(0 {_HEAD + place * _HIGH})",
    )


def _cell(left: int, cell: Cell, one: str | None, two: str | None) -> Element:
    title = element("title", _describe_cell(cell, one, two))
    if one == two:
        return element("rect", title, class_=classify_outcome(one).colour, x=str(left))
    half = left + _WIDE / 2
    return element(
        "g",
        title,
        element("rect", class_=f"{classify_outcome(one).colour} half", x=str(left)),
        element("rect", class_=f"{classify_outcome(two).colour} half", x=f"{half:g}"),
        element("rect", class_="edge", x=str(left)),
        class_="changed",
    )


def _describe_cell(cell: Cell, one: str | None, two: str | None) -> str:
    labels = [column.classes[i].label for column, i in zip(COLUMNS, cell, strict=True)]
    labels[COLUMNS.index(HARDWARE)] = f"FWB/DIC {labels[COLUMNS.index(HARDWARE)]}"
    never = CellOutcome.NEVER.label
    result = one or never if one == two else f"before {one or never}, after {two or never}"
    return f"{', '.join(labels)}: {result}"


def _letters(left: int, one: str | None, two: str | None) -> list[tuple[float, str]]:
    if one == two:
        return [(left + _WIDE / 2, classify_outcome(one).letter)]
    return [
        (left + _WIDE / 4, classify_outcome(one).letter),
        (left + _WIDE * 3 / 4, classify_outcome(two).letter),
    ]


def _render_letters(letters: list[tuple[float, str]]) -> Element | None:
    """All letters of a row as one text, each at its own place."""
    if not letters:
        return None
    places = " ".join(f"{x:g}" for x, _ in letters)
    return element("text", "".join(letter for _, letter in letters), class_="letters", x=places, y=str(_FOOT))


def _legend(shown: set[CellOutcome]) -> Element:
    kinds = [each for each in CellOutcome if each in shown and each is not CellOutcome.NEVER]
    faults = ", ".join(f"{each.label[0]} {each.label}" for each in FAULT.classes)
    return element(
        "div",
        element(
            "ul",
            [
                element("li", element("b", each.letter, class_=f"key {each.colour}"), each.label)
                for each in kinds
            ],
            element("li", element("b", class_="key empty"), CellOutcome.NEVER.label),
            element(
                "li", element("b", class_="key halved"), "changed: before on the left, after on the right"
            ),
        ),
        element("p", f"A translation fault on one page. Faults: {faults}. ANYUC: VM_ALLOW_ANY_UNCACHED."),
        class_="legend",
    )
