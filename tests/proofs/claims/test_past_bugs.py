# SPDX-License-Identifier: GPL-2.0-only
"""The mistakes of the past: each is found, only in the way that its commit describes, and by no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from counterexamples.bugs import bugs
from counterexamples.bugs.bug import Bug, OnC, OnShape, find_shape, on_edit, on_version
from counterexamples.bugs.harm import Harm
from model.cache import default_directory
from model.logic import TRUE
from model.program.edit import remove_test
from model.source.index.index import Index
from model.source.trees.tree import Tree
from model.vocabulary.memory import FWB, is_cow_mapping, kvm_supports_cacheable_pfnmap
from proofs.claims.claim import Replay, replay
from proofs.claims.past_bugs import (
    BugError,
    apply_edit,
    make_c_claim,
    make_fixed_c_claim,
    make_fixed_shape_claim,
    make_shape_claim,
)
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support import trees
from tests.support.solvers.asking import ask, ask_closely

BUGS = bugs()
SHAPES = {name: bug for name, bug in BUGS.items() if isinstance(bug.where, OnShape)}
C = {name: bug.where for name, bug in BUGS.items() if isinstance(bug.where, OnC)}
#: A mistake that is also made elsewhere, for the tests of what is wrong with a bug.
DIC = BUGS["forgot_dic"]


def test_there_are_many_and_of_both_kinds() -> None:
    assert len(BUGS) >= 20
    assert SHAPES and C


@pytest.mark.parametrize("name", BUGS)
def test_each_cites_a_commit_or_a_message(name: str) -> None:
    for cited in BUGS[name].cites:
        assert re.fullmatch(r"[0-9a-f]{12}|[^\s@<>]+@[a-z0-9.-]+", cited), cited
    assert BUGS[name].cites
    assert BUGS[name].says.endswith(".")


def test_every_harm_is_done_by_some_mistake() -> None:
    assert {bug.harm for bug in BUGS.values()} == set(Harm)
    assert all(harm.says.endswith(".") and harm.source for harm in Harm)


#: What every account of this path names: the commits or messages of a mistake, and words of its sentence.
KNOWN = (
    ("6d674e28f642", "executable"),
    ("6d674e28f642", "became a block"),
    ("bd2fae8da794", "said writable"),
    ("873ba463914c", "pfn_valid()"),
    ("2aa53d68cee6", "vm_pgoff"),
    ("71cc2c67fb8f", "vm_pgoff"),
    ("2a8dfab26677", "mapped Device"),
    ("216887f79d98", "ZONE_DEVICE"),
    ("5f9466b50c1b", "did not release the page"),
    ("2986a6257405", "zero page"),
    ("8c47ce3e1d2c", "without the driver's"),
    ("b244d1e5cdeb", "on any hardware"),
    ("20250310103008.3471-1-ankita@nvidia.com", "FWB was asked for and DIC was not"),
    ("20250523154445.3779-1-ankita@nvidia.com", "Only VM_PFNMAP"),
    ("20250618065541.50049-1-ankita@nvidia.com", "every cacheable VMA was refused"),
    ("20250310103008.3471-1-ankita@nvidia.com", "before mmap_read_unlock()"),
    ("c4ad98e4b72c", "fetch"),
    ("406504c7b040", "walk"),
)


@pytest.mark.parametrize(("cited", "said"), KNOWN)
def test_the_known_mistakes_are_there(cited: str, said: str) -> None:
    assert any(cited in bug.cites and said in bug.says for bug in BUGS.values())


def test_each_on_a_shape_is_found_and_in_no_other_way_than_declared() -> None:
    wrong = [
        f"{judged.name}: {judged.verdict.value}. {judged.why}"
        for judged in ask([make_shape_claim(name, bug) for name, bug in SHAPES.items()])
        if judged.verdict is not Verdict.REFUTED or judged.status is not ExpectationStatus.EXPECTED
    ]
    assert wrong == []


def test_without_the_mistake_nothing_fails_that_way() -> None:
    verdicts = {
        j.name: j.verdict for j in ask([make_fixed_shape_claim(name, bug) for name, bug in SHAPES.items()])
    }
    assert {n: v for n, v in verdicts.items() if v not in (Verdict.PROVED, Verdict.VACUOUS)} == {}


#: The mistakes that refute a theorem together with others.
COMPANY = [name for name in SHAPES if sum(bug.refutes == SHAPES[name].refutes for bug in SHAPES.values()) > 1]


def least(names: list[str]) -> Iterator[tuple[str, Replay]]:
    """The run of each mistake on its least counterexample."""
    for finding in ask_closely([make_shape_claim(name, SHAPES[name]) for name in names]):
        judged = finding.verdict
        assert judged.obligation and judged.answer and judged.answer.counterexample, judged.name
        model = judged.answer.counterexample.model
        yield judged.claim.subject, replay(judged.claim, judged.obligation.concrete(model))


def taken_for(names: list[str], known: Mapping[str, Bug]) -> list[tuple[str, str]]:
    """Each mistake with those, of the same theorem, whose condition its least counterexample satisfies."""
    return [
        (name, other)
        for name, run in least(names)
        for other in names
        if known[other].refutes == known[name].refutes and run.value(known[other].witness)
    ]


def test_no_mistake_is_taken_for_another_that_refutes_the_same_theorem() -> None:
    assert len({SHAPES[name].refutes for name in COMPANY}) >= 5
    assert taken_for(COMPANY, SHAPES) == [(name, name) for name in COMPANY]


def test_a_condition_that_fits_every_counterexample_is_found_out() -> None:
    names = [name for name in COMPANY if SHAPES[name].refutes == "einval_is_never_the_answer"]
    careless = {**SHAPES, names[0]: replace(SHAPES[names[0]], witness=TRUE)}
    others = [(name, names[0]) for name in names[1:]]
    assert others and set(others) <= set(taken_for(names, careless))


def test_only_theorems_of_a_shape_are_refuted_by_several() -> None:
    """What the pairs leave out: mistakes in C are the only ones that refute their theorems."""
    counts = Counter(bug.refutes for bug in BUGS.values())
    assert [name for name in C if counts[BUGS[name].refutes] > 1] == []


# In C -----------------------------------------------------------------------------------------
IN_C = [(name, release) for name, where in C.items() for release in where.releases]


def judged_in_c(name: str, tree: Tree) -> ClaimVerdict:
    made = apply_edit(name, BUGS[name], tree)
    return ask([make_c_claim(name, BUGS[name], made, Index.build(made, default_directory()))])[0]


@pytest.mark.parametrize(("name", "release"), IN_C)
def test_each_in_c_is_found_and_in_no_other_way_than_declared(name: str, release: str) -> None:
    found = judged_in_c(name, trees.tree(release))
    assert found.verdict is Verdict.REFUTED, found.why
    assert found.status is ExpectationStatus.EXPECTED, found.why


@pytest.mark.parametrize(("name", "release"), IN_C)
def test_the_tree_as_it_is_does_not_fail_that_way(name: str, release: str) -> None:
    tree = trees.tree(release)
    (found,) = ask([make_fixed_c_claim(name, BUGS[name], tree, Index.build(tree, default_directory()))])
    assert found.verdict in (Verdict.PROVED, Verdict.VACUOUS), found.why


@pytest.mark.parametrize("name", [name for name, where in C.items() if "7.3" in where.releases])
def test_no_mistake_in_c_is_taken_for_another(name: str) -> None:
    """Whatever else an edit refutes, it is never refuted as another mistake's commit describes it."""
    made = apply_edit(name, BUGS[name], trees.tree("7.3"))
    index = Index.build(made, default_directory())
    others = [other for other, where in C.items() if other != name and "7.3" in where.releases]
    found = dict(
        zip(others, ask([make_c_claim(other, BUGS[other], made, index) for other in others]), strict=True)
    )
    assert [other for other, judged in found.items() if judged.status is ExpectationStatus.EXPECTED] == []


def test_an_edit_that_does_not_fit_is_an_error() -> None:
    name = "walks_of_fetches_were_no_writes"
    told = (
        r"^walks_of_fetches_were_no_writes: arch/arm64/include/asm/kvm_emulate\.h of .* has "
        r"`return kvm_vcpu_trap_is_permission_fault\(vcpu\);` 0 times, and once is meant; this bug can "
        r"be made in 7\.2, 7\.3\.$"
    )
    with pytest.raises(BugError, match=told):
        apply_edit(name, BUGS[name], trees.tree("6.1"))


# What is wrong with a bug -------------------------------------------------------------------------
def only(bug: Bug) -> ClaimVerdict:
    return ask([make_shape_claim("made_up", bug)])[0]


def test_a_mistake_that_is_not_there_is_missed() -> None:
    found = only(replace(DIC, where=on_version("v6", right="v6")))
    assert (found.verdict, found.status) == (Verdict.PROVED, ExpectationStatus.UNEXPECTED)
    assert found.why == "Expected was REFUTED."


def test_a_mistake_that_fails_in_another_way_is_not_as_declared() -> None:
    found = only(replace(DIC, witness=~FWB))
    assert (found.verdict, found.status) == (Verdict.REFUTED, ExpectationStatus.UNEXPECTED)
    assert "refuted in another way than declared" in found.why


def test_two_mistakes_at_once_are_not_one() -> None:
    both = remove_test(find_shape("v6.17"), ~kvm_supports_cacheable_pfnmap)
    found = only(replace(DIC, where=on_edit(both, right=find_shape("v6.17"))))
    assert found.status is ExpectationStatus.UNEXPECTED


def test_a_theorem_that_is_not_there_is_an_error() -> None:
    told = r"^made_up: no theorem is called all_is_well; `proofs\.run --list` has their names\.$"
    with pytest.raises(BugError, match=told):
        only(replace(DIC, refutes="all_is_well"))


def test_a_theorem_that_cannot_be_asked_is_an_error() -> None:
    told = r"^made_up: refused_memslots_would_fault cannot be asked: made_up has no memslot_refused\.$"
    with pytest.raises(BugError, match=told):
        only(replace(DIC, refutes="refused_memslots_would_fault"))


def test_a_fact_that_is_not_there_is_an_error() -> None:
    merged = find_shape("v6.17")
    told = r"^made_up: no fact about it is called all_is_well; name one of model/facts/assumed\.py\.$"
    with pytest.raises(BugError, match=told):
        only(replace(DIC, where=on_edit(merged, right=merged, believed=("all_is_well",))))


def test_a_shape_that_is_not_there_is_an_error() -> None:
    with pytest.raises(
        ValueError, match=r"^No model is called 'v4'; name one of v6.16, v3, v6, v7, v8, v9, "
    ):
        find_shape("v4")


def test_an_edited_shape_cites_its_own_lines() -> None:
    where = on_edit(remove_test(find_shape("v9"), is_cow_mapping), right=find_shape("v9"))
    spans = {s.span.file for s in where.procedure.body[0].body}  # type: ignore[union-attr]
    assert spans == {"v9, edited"}
    assert where.right is find_shape("v9")
