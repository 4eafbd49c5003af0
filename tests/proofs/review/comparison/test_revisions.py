# SPDX-License-Identifier: GPL-2.0-only
"""Series that git made from edits of a real kernel: each report says the right thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree, overlay
from proofs.review.comparison.revisions import Revision, apply_series, review_revisions
from proofs.review.entries import summarise
from proofs.review.formats import text
from proofs.review.patches.patch import Patch
from proofs.review.patches.series import read_series
from proofs.review.review import Base, FunctionChange, PatchReview, Review, Status, VerdictChange
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import VerdictCache
from tests.support.review.series_of import commit, git
from tests.support.trees import MMU, tree

RETRY = """	if (mmu_invalidate_retry(kvm, mmu_seq)) {
		ret = -EAGAIN;
		goto out_unlock;
	}
"""
TAGS = "	if (!fault_is_perm && !device && kvm_has_mte(kvm)) {\n"


def renamed(source: str) -> str:
    start = source.index("static int user_mem_abort(")
    end = source.index("\n}\n", start)
    return source[:start] + re.sub(r"\bvma_pagesize\b", "mapping_size", source[start:end]) + source[end:]


def reordered(source: str) -> str:
    return once(source, "if (exec_fault && device)", "if (device && exec_fault)")


def without_a_conjunct(source: str) -> str:
    return once(source, TAGS, "	if (!fault_is_perm && kvm_has_mte(kvm)) {\n")


def tags_before_the_retry(source: str) -> str:
    """The retry check behind the tags, so that these are sanitised on a page that may be another's."""
    end = source.index("	if (writable)\n		prot |= KVM_PGTABLE_PROT_W;", source.index(TAGS))
    return once(source[:end], RETRY, "") + RETRY + "\n" + source[end:]


def once(source: str, old: str, new: str) -> str:
    assert source.count(old) == 1, (source.count(old), old)
    return source.replace(old, new)


EDITS = (
    ("KVM: arm64: Call the size of the mapping what it is", renamed),
    ("KVM: arm64: Test for a device page first", reordered),
    ("KVM: arm64: Sanitise tags early", tags_before_the_retry),
    ("KVM: arm64: Sanitise tags of whatever is mapped", without_a_conjunct),
)


@pytest.fixture(scope="module")
def kernel() -> Tree:
    return tree("6.12")


@pytest.fixture(scope="module")
def review(kernel: Tree, tmp_path_factory: pytest.TempPathFactory) -> Review:
    """The four edits, one on top of the other, as a series with a cover letter."""
    top = tmp_path_factory.mktemp("checkout")
    git(top, "init", "-q")
    source = kernel.read(MMU).decode()
    commit(top, "base", {MMU: source.encode()})
    for subject, edit in EDITS:
        source = edit(source)
        commit(top, subject, {MMU: source.encode()})
    out = top / "mails"
    git(top, "format-patch", "-q", "-v3", "--cover-letter", "-o", str(out), f"HEAD~{len(EDITS)}")
    return of(kernel, out)


def of(kernel: Tree, mails: Path) -> Review:
    found = read_series(mails)
    with Pool(2, 60) as pool:
        along = apply_series(kernel, found.patches)
        patches = tuple(
            review_revisions(pool, VerdictCache(), kernel, along, [("4K", Profile.builtin("4K"))])
        )
    return Review("A series", Base(str(kernel.version)), patches)


def fault_path(patch: PatchReview) -> FunctionChange:
    return next(each.change for each in patch.functions if each.function == "user_mem_abort")


def became(patch: PatchReview, what: VerdictChange) -> set[str]:
    return {each.name for each in patch.theorems if each.became is what}


def test_a_renamed_variable_changes_nothing_and_nothing_has_to_be_proved(review: Review) -> None:
    patch = review.patches[0]
    assert fault_path(patch) in (FunctionChange.UNTOUCHED, FunctionChange.SAME)
    assert patch.status is Status.PASS
    assert "No change found in answers, calls with their arguments in order, " in " ".join(
        text.render_patch(patch)
    )


def test_two_tests_in_another_order_do_the_same(review: Review) -> None:
    patch = review.patches[1]
    assert fault_path(patch) is FunctionChange.SAME
    assert patch.status is Status.PASS
    assert not any(became(patch, what) for what in VerdictChange if what is not VerdictChange.SAME)


def test_a_check_that_is_moved_across_the_retry_is_told(review: Review) -> None:
    patch = review.patches[2]
    assert fault_path(patch) is FunctionChange.DIFFERS
    assert patch.status is Status.FAIL
    assert became(patch, VerdictChange.BROKEN)


def test_a_conjunct_that_is_dropped_is_told_by_what_it_breaks(review: Review) -> None:
    patch = review.patches[3]
    assert fault_path(patch) is FunctionChange.DIFFERS
    assert patch.status is Status.FAIL
    broken = became(patch, VerdictChange.BROKEN)
    assert any("tag" in name for name in broken), broken
    function = next(each for each in patch.functions if each.change is FunctionChange.DIFFERS)
    assert "kvm_has_mte(kvm)" in function.region and "pfn_is_map_memory(pfn)" in function.region


def test_the_first_patch_that_changes_something_is_named(review: Review) -> None:
    assert review.first_change is review.patches[2] is review.first_verdict
    assert summarise(review).endswith(f'first by "{EDITS[2][0]}".')


def test_each_report_is_mail(review: Review) -> None:
    for patch in review.patches:
        lines = text.render_report(Review("One", review.base, (patch,))).splitlines()
        assert all(len(line) <= 72 and line.isascii() for line in lines)
        assert len(lines) <= 75


def test_theorems_of_two_releases_are_the_same_theorems(kernel: Tree) -> None:
    makefile = once(kernel.read("Makefile").decode(), "PATCHLEVEL = 12\n", "PATCHLEVEL = 13\n")
    changes = {MMU: reordered(kernel.read(MMU).decode()), "Makefile": makefile}
    other = overlay(kernel, {file: text.encode() for file, text in changes.items()})
    step = Revision(Patch(where="two trees", subject="two trees"), other, tuple(changes))
    with Pool(2, 60) as pool:
        (found,) = review_revisions(pool, VerdictCache(), kernel, [step], [("4K", Profile.builtin("4K"))])
    assert found.theorems and {each.became for each in found.theorems} == {VerdictChange.SAME}
