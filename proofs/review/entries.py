# SPDX-License-Identifier: GPL-2.0-only
"""Entries of a review: a status, a sentence and a place for each function and each theorem.

One entry for each function that was compared and each theorem that was checked; every format for other
programs is made from these.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from counterexamples.witness import Witness
from model.program.procedure import Span
from model.source.targets.functions import TARGETS
from proofs.claims.relational.runs import OTHER
from proofs.review.patches.patch import ADDED, REMOVED, Patch
from proofs.review.review import (
    FunctionChange,
    FunctionReview,
    PatchReview,
    Review,
    Status,
    TheoremReview,
    VerdictChange,
)
from proofs.theorems.expectation import Verdict

#: The name under which a function is compared, and what it says.
COMPARED = "does_the_same"
COMPARED_SAYS = "A function does the same after the patch as before it, for all inputs."
#: The subject of a theorem's witness; of a comparison that is as it was, and OTHER as it is.
_SUBJECT = ""
#: A file and the number of a line in it.
_Line = tuple[str, int]
_DECIDED = (Verdict.PROVED, Verdict.REFUTED, Verdict.VACUOUS)
_WORSE = (VerdictChange.BROKEN, VerdictChange.LOST, VerdictChange.OTHERWISE)


@dataclass(frozen=True)
class ReviewEntry:
    """``name`` is that of a theorem, or ``COMPARED``; ``means`` is its sentence, ``says`` that of the result.
    ``is_open``: undecided.  ``place`` is the line of the tree after the patch at which it shows, None if
    none is known; ``core`` is the line core of a broken theorem's proof before the patch."""

    name: str
    means: str
    function: str
    pages: str
    status: Status
    is_open: bool
    says: str
    place: Span | None = None
    core: tuple[Span, ...] = ()

    @property
    def file(self) -> str:
        """Where it shows, or the file of the function; "" of a function that is none of those read."""
        files = (target.file for target in TARGETS if target.name == self.function)
        return self.place.file if self.place else next(files, "")


def list_entries(patch: PatchReview) -> tuple[ReviewEntry, ...]:
    """The functions, then the theorems.  Never none: that nothing was compared is an entry, too."""
    if not patch.functions:
        said = "Nothing was compared: the tree has none of the functions that are read."
        return (
            ReviewEntry(COMPARED, COMPARED_SAYS, "", "", Status.WARN, True, said),
            *_theorem_entries(patch),
        )
    added = _find_added_lines(patch.patch)
    return (*(_function_entry(each, added) for each in patch.functions), *_theorem_entries(patch))


#: What a comparison of two functions is about, and what it leaves out; both are said in one sentence.
WHAT_IS_COMPARED = "answers, calls with their arguments in order, and the memory that functions leave behind"
NOT_COMPARED = (
    "functions that are not read, what believed calls do, and when memory is read that others may write"
)


def summarise(review: Review) -> str:
    """The review in one sentence."""
    patches = review.patches
    broken = sum(is_question(each) for patch in patches for each in patch.theorems)
    if broken:
        first = review.first_verdict
        where = f", first by {_quote_subject(first)}" if first is not None and len(patches) > 1 else ""
        return f"{count(broken, 'theorem')} to be asked about{where}."
    if any(patch.is_undecided for patch in patches):
        return "Something could not be read or decided; see the report."
    changed = review.first_change
    if changed is None:
        return f"No change found in {WHAT_IS_COMPARED}, for all inputs; not compared: {NOT_COMPARED}."
    where = f", first by {_quote_subject(changed)}" if len(patches) > 1 else ""
    names = dict.fromkeys(f"{each.function}()" for patch in patches for each in changed_functions(patch))
    return f"{_join(list(names))} {'do' if len(names) > 1 else 'does'} not do the same{where}; " + (
        "all verdicts are as before."
    )


def is_question(each: TheoremReview) -> bool:
    """Whether the author is to be asked about a theorem: its verdict is worse, or new and not as declared."""
    if each.became is VerdictChange.NEW:
        return each.verdicts[1] is Verdict.REFUTED and not each.is_declared
    return each.became in _WORSE


def changed_functions(patch: PatchReview) -> list[FunctionReview]:
    """The functions that are not as before."""
    return [
        each for each in patch.functions if each.change not in (FunctionChange.UNTOUCHED, FunctionChange.SAME)
    ]


def count(number: int, what: str) -> str:
    """A number and a noun, in the plural unless it is 1."""
    return f"{number} {what}" + ("s" if number != 1 else "")


def _quote_subject(patch: PatchReview) -> str:
    return f'"{patch.patch.subject}"'


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def is_reportable(patch: PatchReview) -> bool:
    """Whether a function changes, or something is not as before or undecided."""
    touched = any(each.change is not FunctionChange.UNTOUCHED for each in patch.functions)
    return touched or patch.changes_verdicts or patch.is_undecided


def is_in_scope(review: Review) -> bool:
    """Whether some patch changes a function that is read, or the file of one."""
    return any(_patch_is_in_scope(patch) for patch in review.patches)


def _patch_is_in_scope(patch: PatchReview) -> bool:
    files = {target.file for target in TARGETS}
    touched = any(each.change is not FunctionChange.UNTOUCHED for each in patch.functions)
    return touched or not patch.patch.files or not files.isdisjoint(patch.patch.touches)


def _find_added_lines(patch: Patch) -> frozenset[_Line]:
    """The lines that the patch adds, in the tree after it."""
    found: set[_Line] = set()
    for change in patch.files:
        for hunk in change.hunks:
            after = [line for line in hunk.lines if line[:1] != REMOVED]
            found |= {(change.name, hunk.new_start + i) for i, line in enumerate(after) if line[:1] == ADDED}
    return frozenset(found)


def _function_entry(each: FunctionReview, added: Container[_Line]) -> ReviewEntry:
    is_open = each.change in (FunctionChange.UNREAD, FunctionChange.UNDECIDED)
    same = each.change in (FunctionChange.UNTOUCHED, FunctionChange.SAME)
    says = f"{each.function}() {each.change.value}"
    says += f": {each.why.rstrip('.')}" if each.why else ""
    says += f"; {each.region}" if each.region else ""
    respects = " ".join(difference.says for difference in each.differences)
    says += f". What is not so any more: {respects}" if respects else "."
    places = (_find_place(difference.witness, OTHER, added) for difference in each.differences)
    return ReviewEntry(
        COMPARED,
        COMPARED_SAYS,
        each.function,
        each.pages,
        Status.PASS if same else Status.WARN,
        is_open,
        says,
        next(filter(None, places), None),
    )


def _theorem_entries(patch: PatchReview) -> Iterator[ReviewEntry]:
    added = _find_added_lines(patch.patch)
    for each in patch.theorems:
        is_open = any(verdict is not None and verdict not in _DECIDED for verdict in each.verdicts)
        finding = each.after
        place = _find_place(finding.counterexample, _SUBJECT, added) if finding is not None else None
        core = each.lines or () if each.became is VerdictChange.BROKEN else ()
        yield ReviewEntry(
            each.name,
            each.says,
            each.function,
            each.pages,
            _status(each, is_open),
            is_open,
            f"{_describe_verdicts(each)}; {each.became.value}: {each.says}",
            None if each.became is VerdictChange.SAME else place,
            tuple(span for span in core if _is_place(span)),
        )


def _status(each: TheoremReview, is_open: bool) -> Status:
    if each.became in _WORSE:
        return Status.FAIL
    fails = each.became is VerdictChange.NEW and each.verdicts[1] is Verdict.REFUTED and not each.is_declared
    return Status.WARN if is_open or fails else Status.PASS


def _describe_verdicts(each: TheoremReview) -> str:
    one, two = (verdict.value if verdict else "not checked" for verdict in each.verdicts)
    return one if one == two else f"{one} before, {two} after"


def _find_place(witness: Witness | None, subject: str, added: Container[_Line]) -> Span | None:
    """The last line of the witness's course that the patch adds; if there is none the last that decided what
    it shows, a branch that was taken sooner than one that was not; and if there is none, the last."""
    course = witness.runs.get(subject) if witness is not None else None
    if course is None:
        return None
    spans = [step.span for step in reversed(course.steps) if _is_place(step.span)]
    decided = [course.steps[i] for i in reversed(course.decisive) if _is_place(course.steps[i].span)]
    best = [span for span in spans if (span.file, span.line) in added]
    best += [step.span for step in decided if step.taken] + [step.span for step in decided]
    return next(iter([*best, *spans]), None)


def _is_place(span: Span) -> bool:
    """Whether it is a line of a file of the tree, and not of a shape."""
    return span.line > 0 and bool(span.file) and not span.file.startswith("shape:")
