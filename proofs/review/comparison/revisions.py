# SPDX-License-Identifier: GPL-2.0-only
"""The review of a series, patch by patch: each tree is read once, and compared with the one before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.cache import default_directory
from model.source.index.index import Index
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree
from proofs.claims.subject import parse_subject
from proofs.review.comparison.behaviour import review_functions
from proofs.review.comparison.side import Side, find_changed_lines, read_side
from proofs.review.comparison.theorems import review_theorems
from proofs.review.patches.apply import AppliedPatch, apply_all, is_read
from proofs.review.patches.patch import Patch
from proofs.review.review import FunctionChange, FunctionReview, PatchReview, TheoremReview
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.portfolio.engines import z3_version

#: What a reader might believe was checked, and was not.
NOT_CHECKED = (
    "functions out of scope, and what else runs at the same time",
    "other configurations than the one named here",
    "what callers and callees do beyond the contracts that are assumed",
)


@dataclass(frozen=True)
class Revision:
    """A patch and the tree after it; of two trees, a patch without files."""

    patch: Patch
    tree: Tree
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def apply_series(tree: Tree, patches: Sequence[Patch]) -> list[Revision]:
    """Apply the patches, one on top of the other.  Raises PatchError where one does not apply."""
    return [
        Revision(patch, applied.tree, applied.touches, tuple(_note_placement(applied)))
        for patch, applied in zip(patches, apply_all(tree, patches), strict=True)
    ]


def _note_placement(applied: AppliedPatch) -> Iterator[str]:
    for placed in applied.placed:
        if placed.how != "exact":
            yield f"{placed.name}: a hunk was applied {placed.how}."
    yield from applied.notes
    unread = [name for name in applied.touches if not is_read(name)]
    if unread:
        yield f"Not read, and so not looked at: {', '.join(unread)}."


def review_revisions(
    pool: Pool,
    memory: VerdictCache,
    tree: Tree,
    revisions: Sequence[Revision],
    configurations: Sequence[tuple[str, Profile]],
) -> Iterator[PatchReview]:
    """Yield the review of each revision as it is decided.  Raises TreeError and TableError as ``read_side``."""
    kept = memory.directory
    before = read_side(tree, configurations, Index.build(tree, default_directory()), kept)
    for revision in revisions:
        after = before
        if any(map(is_read, revision.files)):
            after = read_side(revision.tree, configurations, before.index.rebuild(revision.tree), kept)
        yield _review_revision(pool, memory, before, after, revision)
        before = after


def _review_revision(
    pool: Pool, memory: VerdictCache, before: Side, after: Side, revision: Revision
) -> PatchReview:
    functions = review_functions(pool, memory, before, after)
    if all(each.change is FunctionChange.UNTOUCHED for each in functions):
        return PatchReview(
            revision.patch, functions, (), (*revision.notes, *_note_nothing_changed(functions, revision))
        )
    lines = find_changed_lines(before.tree, after.tree, revision.files)
    theorems = review_theorems(pool, memory, before, after, lines)
    return PatchReview(
        revision.patch,
        functions,
        theorems,
        revision.notes,
        tuple(_list_assumptions(after, functions, theorems)),
    )


def _list_assumptions(
    after: Side, functions: Sequence[FunctionReview], theorems: Sequence[TheoremReview]
) -> Iterator[str]:
    """The facts that were offered to the proofs, and the contracts that the changed functions rest on."""
    claims = [each.after.verdict.claim for each in theorems if each.after]
    yield from (
        f"fact {name}" for name in dict.fromkeys(fact.name for claim in claims for fact in claim.facts)
    )
    changed = {each.function for each in functions if each.change is not FunctionChange.UNTOUCHED}
    for subject, contracts in after.read.contracts.items():
        where = parse_subject(subject)
        if where is not None and where.target in changed:
            yield from (f"contract {name}" for name in contracts)


def _note_nothing_changed(functions: Sequence[FunctionReview], revision: Revision) -> Iterator[str]:
    """A note that no function changes, so that a reader does not take silence for a proof."""
    if functions and any(map(is_read, revision.files)):
        yield (
            "None of the functions that were read is changed by this patch, down to the last term; "
            "what else it changes was not looked at."
        )


def list_engines() -> tuple[str, ...]:
    """The solvers, with their versions."""
    return (f"z3 {z3_version()}".strip(),)
