# SPDX-License-Identifier: GPL-2.0-only
"""A review as plain text for a mail: at most 72 columns, ASCII, with findings put as questions to the author.

The prose comes first; below a line of ``---`` stands what a reader needs to repeat it.  Pure string
building.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from counterexamples.render import prose
from proofs.review.entries import (
    NOT_COMPARED,
    WHAT_IS_COMPARED,
    changed_functions,
    count,
    is_question,
    summarise,
)
from proofs.review.review import (
    FunctionChange,
    FunctionReview,
    PatchReview,
    Review,
    TheoremReview,
    VerdictChange,
)

WIDTH = 72
#: Theorems, names, rows, functions and differences that are named of one patch, at most; the rest is counted.
BROKEN, NAMES, ROWS, FUNCTIONS, RESPECTS = 3, 4, 14, 3, 4

_QUESTION = {
    VerdictChange.BROKEN: "Is it intended that this does not hold any more?",
    VerdictChange.LOST: "This became vacuous, or could not be checked after the patch; is it intended?",
    VerdictChange.OTHERWISE: "Is it intended that this fails in another way than before?",
    VerdictChange.NEW: "This was not checked before; is it as intended now?",
}
#: The questions in the order in which they are put.
_ORDER = (VerdictChange.BROKEN, VerdictChange.OTHERWISE, VerdictChange.LOST, VerdictChange.NEW)


def render_report(review: Review) -> str:
    """The whole text, with a newline at its end."""
    parts = [*_wrap(review.title or "A change without a subject"), "", *_render_prose(review), "", "---"]
    parts += _render_footer(review)
    return ascii_only("\n".join(line.rstrip() for line in parts) + "\n")


def ascii_only(text: str) -> str:
    """The text with what is not ASCII written as an escape, and control characters too."""
    safe = "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return safe.encode("ascii", "backslashreplace").decode("ascii")


def _render_prose(review: Review) -> Iterator[str]:
    if len(review.patches) == 1:
        yield from render_patch(review.patches[0])
        return
    yield from _wrap(summarise(review))
    for patch in review.patches:
        yield ""
        yield from _wrap(
            f"{patch.patch.number or ''}/{len(review.patches)}: {patch.patch.subject}".lstrip("/")
        )
        yield from (f"  {line}".rstrip() for line in render_patch(patch, WIDTH - 2))


def render_patch(patch: PatchReview, width: int = WIDTH) -> list[str]:
    """The text about one patch."""
    lines = [*_render_behaviour(patch, width)]
    questions = sorted(filter(is_question, patch.theorems), key=lambda each: _ORDER.index(each.became))
    shown = questions[:BROKEN]
    for i, each in enumerate(shown):
        lines += [
            "",
            *_wrap(_QUESTION[each.became], width),
            *_render_theorem(each, width, with_witness=i == 0),
        ]
    if len(questions) > len(shown):
        names = _some([each.name for each in questions[len(shown) :]])
        lines += ["", *_wrap(f"The same is to be asked of {names}.", width)]
    mended = [each.name for each in patch.theorems if each.became is VerdictChange.MENDED]
    if mended:
        lines += ["", *_wrap(f"What did not hold before holds now: {_some(mended)}.", width)]
    return [
        *lines,
        *_count_theorems(patch, width),
        *(n for note in patch.notes for n in ["", *_wrap(note, width)]),
    ]


def _render_behaviour(patch: PatchReview, width: int) -> Iterator[str]:
    changed = changed_functions(patch)
    if not patch.functions:
        yield from _wrap("Nothing was compared: the tree has none of the functions that are read.", width)
    elif not changed:
        same = sum(each.change is FunctionChange.SAME for each in patch.functions)
        proved = f"; of {same} this had to be proved" if same else ""
        yield from _wrap(
            f"No change found in {WHAT_IS_COMPARED}, for all inputs: {count(len(patch.functions), 'function')} compared"
            f"{proved}. Not compared: {NOT_COMPARED}.",
            width,
        )
    for each in changed[:FUNCTIONS]:
        yield from _render_function(each, width)
    if len(changed) > FUNCTIONS:
        names = _some([f"{each.function}()" for each in changed[FUNCTIONS:]])
        yield from _wrap(f"Nor are these as before: {names}.", width)


def _render_function(each: FunctionReview, width: int) -> Iterator[str]:
    pages = f" with {each.pages} pages" if each.pages not in ("", "4K") else ""
    why = f": {each.why.rstrip('.')}" if each.why else ""
    region = f"; {each.region}" if each.region else ""
    yield from _wrap(f"{each.function}(){pages} {each.change.value}{why}{region}.", width)
    respects = [difference.says for difference in each.differences]
    if respects:
        more = f" And {len(respects) - RESPECTS} more." if len(respects) > RESPECTS else ""
        listed = " ".join(respects[:RESPECTS])
        yield from _wrap(f"What is not so any more: {listed}{more}", width)
    if each.table:
        yield ""
        yield from _render_table(each.table)


def _render_table(table: str) -> Iterator[str]:
    lines = table.splitlines()
    yield from lines[:ROWS]
    if len(lines) > ROWS:
        yield f"({len(lines) - ROWS} more lines of this table are in results.json.)"


def _render_theorem(each: TheoremReview, width: int, with_witness: bool) -> Iterator[str]:
    yield from _wrap(f"{each.says} ({each.name}, of {each.function}())", width, "  ")
    finding = each.after
    if with_witness and finding is not None and finding.counterexample is not None:
        yield ""
        yield from prose.render_counterexample(finding.counterexample, each.says).splitlines()
    if each.lines:
        texts = list(dict.fromkeys(span.text for span in each.lines))
        more = f" and {count(len(texts) - 1, 'other line')}" if len(texts) > 1 else ""
        yield from _wrap(f"Its proof before the patch rested on `{texts[0]}`{more}.", width, "  ")


def _count_theorems(patch: PatchReview, width: int) -> Iterator[str]:
    """How many theorems keep their verdicts, and to how many the patch is irrelevant."""
    if not patch.theorems:
        return
    same = [each for each in patch.theorems if each.became is VerdictChange.SAME]
    spared = sum(each.relevant is False for each in same)
    resting = sum(each.relevant is True for each in same)
    yield ""
    text = f"{count(len(patch.theorems), 'theorem')} checked before and after: {len(same)} as before"
    if spared:
        text += f"; to {spared} the patch is irrelevant, since no proof needs a line of it"
    if resting:
        text += f"; {resting} rest on its lines and still hold"
    yield from _wrap(text + ".", width)


def _render_footer(review: Review) -> Iterator[str]:
    base = review.base.version + (f" ({review.base.commit})" if review.base.commit else "")
    scope = _some([f"{name}()" for name in review.scope])
    for label, text in (
        ("tool", review.tool),
        ("base", base),
        ("read with", review.base.configuration),
        ("scope", scope),
        ("assumed", _count_assumptions(review.assumptions)),
        ("not checked", "; ".join(review.not_checked)),
        ("decided by", ", ".join(review.engines)),
        ("status", review.status.value),
        ("repeat", review.command),
    ):
        if text:
            yield from textwrap.wrap(
                f"{label + ':':<13}{text}",
                WIDTH,
                subsequent_indent=" " * 13,
                break_long_words=False,
                break_on_hyphens=False,
            )


def _count_assumptions(names: Sequence[str]) -> str:
    """How many facts and contracts; there are too many to name."""
    counts = [(kind, sum(name.startswith(kind) for name in names)) for kind in ("fact", "contract")]
    counts_text = " and ".join(count(number, kind) for kind, number in counts if number)
    return f"{counts_text} (named in results.json, defined in model/)" if counts_text else "nothing"


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMES
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMES])} and {more} more"


def _wrap(text: str, width: int = WIDTH, indent: str = "") -> Iterable[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
