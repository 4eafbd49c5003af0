# SPDX-License-Identifier: GPL-2.0-only
"""The review of a patch, a series, or the step from one tree to another: data alone.

Everything that is written for a review thread is made from a ``Review``, and from nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from counterexamples.attributes.table import Results
from counterexamples.render.table import AttributeRow
from counterexamples.witness import Witness
from model.program.procedure import Span
from proofs.claims.claim import Claim
from proofs.review.patches.patch import Patch
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from proofs.verdicts.verdict import ExpectationStatus


class FunctionChange(Enum):
    """How a function after the patch compares to it before; the value follows its name in a sentence."""

    UNTOUCHED = "is the same"
    SAME = "does the same for all inputs"
    DIFFERS = "does not do the same"
    APPEARED = "is new"
    GONE = "is gone"
    UNREAD = "could not be read"
    UNDECIDED = "may differ: the solver did not decide"


@dataclass(frozen=True)
class Difference:
    """One respect in which a function differs: ``says`` is what no longer holds, as a sentence, and
    ``witness`` an input with both courses: of "" as it was, of ``other`` as it is."""

    says: str
    claim: Claim
    witness: Witness | None


@dataclass(frozen=True)
class FunctionReview:
    """The comparison of a function (a target) under one page size.

    ``why`` is why it could not be read; ``region`` the inputs on which it differs, as a formula, ""
    if there is none; ``table`` and ``rows`` are those of the attribute table that changed, as text and as
    data; ``results`` what becomes of every input class before and after, None where there are no such
    tables.
    """

    function: str
    pages: str
    change: FunctionChange
    why: str = ""
    region: str = ""
    differences: tuple[Difference, ...] = ()
    table: str = ""
    rows: tuple[AttributeRow, ...] = ()
    results: tuple[Results, Results] | None = None


class VerdictChange(Enum):
    """How the verdict after the patch compares to that before; the value follows a theorem in a sentence."""

    SAME = "as before"
    BROKEN = "held before, and does not hold any more"
    MENDED = "did not hold before, and holds now"
    LOST = "became vacuous, or was not checked after the patch"
    NEW = "was not checked before"
    OTHERWISE = "fails otherwise than it did before"


@dataclass(frozen=True)
class TheoremReview:
    """A theorem checked before and after; None where it is not applicable to one of the two.

    ``relevant``: whether a line that the patch changes is needed for the proof of either; None if
    that is undecided.  ``lines`` is the line core of the proof (before the patch if it is
    broken, after it otherwise), None if it was not computed.
    """

    name: str
    function: str
    pages: str
    says: str
    became: VerdictChange
    before: Finding | None
    after: Finding | None
    relevant: bool | None = None
    lines: tuple[Span, ...] | None = None

    @property
    def claim_name(self) -> str:
        """The name that both claims have."""
        known = self.after or self.before
        assert known is not None  # one of the two was decided
        return known.verdict.name

    @property
    def verdicts(self) -> tuple[Verdict | None, Verdict | None]:
        """Before and after."""
        one, two = self.before, self.after
        return (one.verdict.verdict if one else None, two.verdict.verdict if two else None)

    @property
    def is_declared(self) -> bool:
        """Whether the verdict after the patch is as was declared for that kernel."""
        return self.after is not None and self.after.verdict.status is ExpectationStatus.EXPECTED


class Status(Enum):
    """The result in a word, as checks of a continuous integration have it."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class PatchReview:
    """One step: the patch (of two trees, one that has no files), each function, and each theorem about those
    that it changes.  ``notes`` are sentences: how hunks were placed that did not fit
    exactly, and what was passed over.  ``assumed`` are the facts and contracts that this rests on, as
    ``fact NAME`` and ``contract NAME``."""

    patch: Patch
    functions: tuple[FunctionReview, ...]
    theorems: tuple[TheoremReview, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def changes_behaviour(self) -> bool:
        """Whether some function does not do the same, or may not."""
        same = (FunctionChange.UNTOUCHED, FunctionChange.SAME)
        return any(each.change not in same for each in self.functions)

    @property
    def changes_verdicts(self) -> bool:
        """Whether the verdict on some theorem changes."""
        return any(each.became is not VerdictChange.SAME for each in self.theorems)

    @property
    def is_undecided(self) -> bool:
        """Whether something is undecided: no function was there, one was not read, or a solver gave up."""
        open_changes = (FunctionChange.UNREAD, FunctionChange.UNDECIDED)
        decided = (Verdict.PROVED, Verdict.REFUTED, Verdict.VACUOUS)
        if not self.functions or any(each.change in open_changes for each in self.functions):
            return True
        return any(
            verdict is not None and verdict not in decided
            for each in self.theorems
            for verdict in each.verdicts
        )

    @property
    def status(self) -> Status:
        """FAIL if a theorem was broken or lost; WARN if behaviour changed, or is not known."""
        if any(
            each.became in (VerdictChange.BROKEN, VerdictChange.LOST, VerdictChange.OTHERWISE)
            for each in self.theorems
        ):
            return Status.FAIL
        return Status.WARN if self.changes_behaviour or self.is_undecided else Status.PASS


@dataclass(frozen=True)
class Base:
    """What the change was applied to: the release of the tree, its commit if it is a checkout ("" if
    not), and the page sizes or configuration under which it was read."""

    version: str
    commit: str = ""
    configuration: str = "4K pages"


@dataclass(frozen=True)
class Review:
    """The whole: ``patches`` in their order, and what the verdicts rest on.

    ``not_checked`` is what a reader might believe was checked and was not, ``engines`` are the solvers with
    their versions, ``command`` what repeats it, ``tool`` this tool's name and version.
    """

    title: str
    base: Base
    patches: tuple[PatchReview, ...]
    not_checked: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    command: str = ""
    tool: str = ""
    cover: Patch | None = None

    @property
    def status(self) -> Status:
        """The worst of the patches'."""
        order = (Status.FAIL, Status.WARN, Status.PASS)
        found = {each.status for each in self.patches}
        return next((status for status in order if status in found), Status.PASS)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the patches' reviews rest on, each once, sorted."""
        return tuple(sorted({each for patch in self.patches for each in patch.assumed}))

    @property
    def scope(self) -> tuple[str, ...]:
        """The functions that were compared, those that are not the same first."""
        every = [each for patch in self.patches for each in patch.functions]
        ordered = sorted(every, key=lambda each: each.change is FunctionChange.UNTOUCHED)
        return tuple(dict.fromkeys(each.function for each in ordered))

    @property
    def first_change(self) -> PatchReview | None:
        """The first patch that changes what some function does; None if none does."""
        return next((each for each in self.patches if each.changes_behaviour), None)

    @property
    def first_verdict(self) -> PatchReview | None:
        """The first patch that changes the verdict on some theorem; None if there is none."""
        return next((each for each in self.patches if each.changes_verdicts), None)
