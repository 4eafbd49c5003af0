# SPDX-License-Identifier: GPL-2.0-only
"""The application of a patch to a tree, in memory.

The tree itself stays as it is: the files that change lie over it in memory.  A patch that does not
apply as a whole does not apply at all.

Trusted: ``model.source.trees.tree`` that no name leads out of the tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from model.source.trees.stores import Directory
from model.source.trees.tree import Tree, TreeError, overlay
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import FileChange, Patch, excerpt, split_lines
from proofs.review.patches.place import HunkPlacer, MisfitError, PlacedHunk, WorkBudget

READ = ("Makefile", "arch/arm64/tools/sysreg")
"""What this tool reads of a tree besides .c and .h files."""


@dataclass(frozen=True, slots=True)
class AppliedPatch:
    """``tree`` is the one after the patch; ``placed`` has every hunk, in the order of the patch.

    ``notes`` are sentences about what was passed over, which the caller is to show.
    """

    tree: Tree
    placed: tuple[PlacedHunk, ...]
    touches: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether every hunk went where it said, with nothing ignored."""
        return all(placed.how == "exact" for placed in self.placed)


def is_read(name: str) -> bool:
    """Whether a file of this name can matter to this tool: C, or one of the few others that it reads."""
    return name.endswith((".c", ".h")) or name in READ


def apply(tree: Tree, patch: Patch, work: WorkBudget | None = None) -> AppliedPatch:
    """The tree with the patch applied.  ``work`` is what may still be spent on it, and on others with it.

    Raises PatchError, naming the patch, the file and the hunk, where the patch does not apply, applies in
    two ways, is applied already, or changes what is read in a way that is not read: a binary file, a link.
    """
    try:
        done = _Application.all(tree, patch.files, work or WorkBudget())
        return AppliedPatch(done.tree_after, tuple(done.placed), patch.touches, tuple(done.notes))
    except _RefusedError as refused:
        if _without(tree, patch):
            said = "is in the tree already; take the tree without it, or leave the patch out"
            raise PatchError(f"{patch.where}: the patch {said}.") from refused
        only = replace(patch, files=(refused.change,))
        already = "; the tree has this change of the file already" if _without(tree, only) else ""
        raise PatchError(f"{patch.where}: {refused.change.name}: {refused.why}{already}.") from refused
    except (PatchError, TreeError) as error:
        said = str(error).rstrip(".")
        raise PatchError(f"{patch.where}: the patch was not applied: {said}.") from error


def apply_all(tree: Tree, patches: Sequence[Patch]) -> tuple[AppliedPatch, ...]:
    """The tree after each of the patches, one on top of the other.

    Raises PatchError as ``apply`` does, and where all of them are in the tree already.
    """
    results: list[AppliedPatch] = []
    work = WorkBudget()
    for patch in patches:
        try:
            results.append(apply(results[-1].tree if results else tree, patch, work))
        except PatchError as error:
            if len(patches) > 1 and _all_in(tree, patches):
                said = "all patches are in the tree already; take the tree without them"
                raise PatchError(f"{patches[0].where} to {patches[-1].where}: {said}.") from error
            raise
    return tuple(results)


def _all_in(tree: Tree, patches: Sequence[Patch]) -> bool:
    before: Tree | None = tree
    for patch in reversed(patches):
        before = _without(before, patch) if before else None
    return before is not None


class _RefusedError(Exception):
    """A change of one file is not possible."""

    def __init__(self, change: FileChange, why: str) -> None:
        super().__init__(why)
        self.change, self.why = change, why


@dataclass
class _Application:
    """One patch on its way.  All that it says of old files is about the tree before it, ``gone`` after it."""

    tree: Tree
    gone: frozenset[str]
    work: WorkBudget
    exactly: bool = False
    result: dict[str, bytes | None] = field(default_factory=dict)
    placed: list[PlacedHunk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    @staticmethod
    def all(
        tree: Tree, changes: Sequence[FileChange], work: WorkBudget, *, exactly: bool = False
    ) -> _Application:
        """All changes of a patch.  Raises _RefusedError, PatchError and TreeError."""
        gone = {c.old for c in changes if c.old is not None and c.old != c.new and not c.copied}
        applying = _Application(tree, frozenset(gone), work, exactly)
        for change in changes:
            applying.change(change)
        return applying

    @property
    def tree_after(self) -> Tree:
        return overlay(self.tree, self.result)

    def change(self, change: FileChange) -> None:
        self._once(change)
        if change.binary or change.special:
            self._pass_over(change)
            return
        old = self._before(change)
        if change.old is None or change.old != change.new:
            self._is_free(change)
        content = self._after(change, old)
        if change.new is None:
            if content:
                raise _RefusedError(change, "the patch deletes the file, but not all lines that it has")
        else:
            self.work.keep(len(content))
            self.result[change.new] = content
        if change.old is not None and change.old != change.new and not change.copied:
            self.result.setdefault(change.old, None)
        if change.old_mode and change.new_mode and change.old_mode != change.new_mode:
            modes = f"{change.old_mode} to {change.new_mode}"
            self.notes.append(f"The mode of {change.name} changes from {modes}, which is not looked at.")

    def _once(self, change: FileChange) -> None:
        """A patch says one thing of a file, or two: that it is deleted, and made anew."""
        for name, names in ((None if change.copied else change.old, self.taken), (change.new, self.made)):
            if name in names:
                raise _RefusedError(change, "is changed twice by one patch; give its patches one by one")
            if name is not None:
                names.add(name)
                self._no_link(change, name)

    def _no_link(self, change: FileChange, name: str) -> None:
        """A name behind a link is a second name of a file, which would stay as it is under the first."""
        store = self.tree.store
        if isinstance(store, Directory) and name not in self.tree.changes:
            place = store.top / name
            if place.is_symlink() or place.parent.resolve() != place.parent:
                raise _RefusedError(change, f"{name} is a symbolic link or behind one; name the file itself")

    def _pass_over(self, change: FileChange) -> None:
        kind = "a binary file" if change.binary else "a symbolic link or a submodule"
        if any(is_read(name) for name in change.touches):
            raise _RefusedError(change, f"is changed as {kind}, which cannot be read; it may matter here")
        self.notes.append(f"{change.name} is changed as {kind}, and was passed over.")

    def _before(self, change: FileChange) -> bytes:
        if change.old is None:
            return b""
        if change.old not in self.tree.read_all([change.old]):
            raise _RefusedError(change, f"the tree has no file {change.old}")
        return self.tree.read(change.old)

    def _is_free(self, change: FileChange) -> None:
        if change.new is not None and change.new not in self.gone and self.tree.has(change.new):
            raise _RefusedError(change, "the patch makes this file, but the tree has it")
        parents = [name.rpartition("/")[0] for name in _prefixes(change.new or "")]
        if blocking := sorted(set(self.tree.read_all(parents)) - self.gone):
            raise _RefusedError(change, f"the patch makes this file below {blocking[0]}, which is a file")

    def _after(self, change: FileChange, old: bytes) -> bytes:
        try:
            content, placed = _with_hunks(change, old, self.work, exactly=self.exactly)
        except MisfitError as misfit:
            raise _RefusedError(change, f"the hunk {excerpt(misfit.hunk.header)} {misfit.why}") from misfit
        self.placed.extend(placed)
        return content


def _prefixes(name: str) -> list[str]:
    """The name and the directories it is in, but for the top."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(2, len(parts) + 1)]


class _Content(NamedTuple):
    content: bytes
    placed: list[PlacedHunk]


def _with_hunks(change: FileChange, old: bytes, work: WorkBudget, *, exactly: bool) -> _Content:
    """A file with hunks applied; its context stays as the file has it.  Raises MisfitError."""
    lines = split_lines(old)
    placing = HunkPlacer(change.name, lines, work, exactly)
    parts: list[bytes] = []
    placed: list[PlacedHunk] = []
    end = 0
    for hunk in change.hunks:
        found = placing.place(hunk)
        at = found.line - 1
        parts.extend(lines[end:at])
        for line in hunk.lines:
            if line[:1] != b"-":
                parts.append(line[1:] if line[:1] == b"+" else lines[at])
            at += line[:1] != b"+"
        placed.append(found)
        end = at
    return _Content(b"".join((*parts, *lines[end:])), placed)


def _without(tree: Tree, patch: Patch) -> Tree | None:
    """The tree before the patch if it is in the tree exactly, else None."""
    if any(change.copied for change in patch.files):
        return None
    try:
        return _Application.all(
            tree, [change.invert() for change in patch.files], WorkBudget(), exactly=True
        ).tree_after
    except (_RefusedError, PatchError, TreeError):
        return None
