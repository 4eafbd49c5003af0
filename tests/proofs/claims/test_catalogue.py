# SPDX-License-Identifier: GPL-2.0-only
"""What is asked of what: nothing is left out in silence, and every answer is declared."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from model.arch.arm64.fault import shapes as recorded
from model.logic import free_names
from model.source.targets.functions import TARGETS
from model.vocabulary.symbols import OUTCOMES, READ, VARYING, WORLD
from proofs.claims.catalogue import Subject, is_about_core_mm, make_claims, shapes, theorems
from proofs.claims.claim import NamedTheorem, pages_in_name
from proofs.theorems.expectation import CORE_MM, NotApplicable, Verdict
from proofs.theorems.expected import EXPECTED
from proofs.theorems.versions.cow_check import is_prohibition
from proofs.theorems.versions.cow_conditions import CONDITIONS
from tests.support.solvers.asking import by_theorem

CATALOGUE = make_claims(shapes("4K"))
SHAPES = {s.name for s in shapes("4K")}


def test_every_theorem_is_asked_of_every_subject_or_skipped() -> None:
    told = {(c.theorem, c.subject) for c in CATALOGUE.claims} | {
        (s.theorem, s.subject) for s in CATALOGUE.skipped
    }
    for named in theorems(""):
        subjects = {CORE_MM} if is_about_core_mm(named.theorem) else SHAPES - {CORE_MM}
        assert {s for t, s in told if t == named.name} == subjects, named.name


def test_every_claim_has_an_expectation() -> None:
    assert not [c.name for c in CATALOGUE.claims if c.expected is None]


def test_every_row_is_of_a_theorem_and_of_shapes() -> None:
    asked = {c.theorem for c in CATALOGUE.claims}
    assert set(EXPECTED) <= asked
    for theorem, row in EXPECTED.items():
        of = {c.subject for c in CATALOGUE.claims if c.theorem == theorem}
        skipped = {s.subject for s in CATALOGUE.skipped if s.theorem == theorem}
        assert {s for s, e in row.items() if isinstance(e, NotApplicable)} <= skipped, theorem
        assert {s for s, e in row.items() if not isinstance(e, NotApplicable)} <= of, theorem


@pytest.mark.parametrize("named", theorems(""), ids=lambda n: n.name)
def test_every_theorem_has_a_row_of_its_own(named: NamedTheorem) -> None:
    assert named.name in EXPECTED


def test_refutations_are_cited_and_have_a_witness() -> None:
    for claim in CATALOGUE.claims:
        assert claim.expected is not None
        if claim.expected.verdict is Verdict.REFUTED:
            assert claim.expected.witness is not None, claim.name
            assert len(claim.expected.reason) > 20, claim.name


def test_reasons_for_not_asking_are_sentences() -> None:
    for skipped in CATALOGUE.skipped:
        assert re.fullmatch(r"\S.*\.", skipped.reason), skipped


def test_names_are_different() -> None:
    names = [c.name for c in CATALOGUE.claims]
    assert len(names) == len(set(names))


def test_the_page_size_is_told_unless_it_is_4k() -> None:
    assert {c.pages for c in CATALOGUE.claims} == {""}
    large = make_claims(shapes("64K"))
    assert {c.pages for c in large.claims} == {"64K"}
    assert len(large.claims) == len(CATALOGUE.claims)


def test_a_subject_without_a_symbol_is_not_asked() -> None:
    merged = next(s for s in shapes("4K") if s.name == "v6.17")
    lacking = {k: v for k, v in merged.procedure.constants.items() if k != "VM_ALLOW_ANY_UNCACHED"}
    old = Subject("old", replace(merged.procedure, constants=lacking), "4K", "kernel")
    found = make_claims([old])
    reasons = {s.theorem: s.reason for s in found.skipped}
    name = "noncacheable_pages_are_nc_if_and_only_if_the_vma_allows_it"
    assert reasons[name] == "old has no VM_ALLOW_ANY_UNCACHED."
    assert all(c.expected is None for c in found.claims)
    assert not [c for c in found.claims if c.family in ("cow_check", "conformance")]


def test_facts_are_offered_where_their_symbols_are_bound() -> None:
    varying = {"guest_faults_are_forwarded"}
    split, merged = (by_theorem()["memory_is_mapped_cacheable"][s].facts for s in ("v7.1", "v6.17"))
    assert {f.name for f in merged} - {f.name for f in split} == varying
    theorem = "reads_stay_read_only_if_a_pfnmap_vma_was_put_there"
    left_out = {f.name for f in merged} - {f.name for f in by_theorem()[theorem]["v6.17"].facts}
    assert left_out == {"pfnmap_memslots_never_log"}


def test_the_cow_test_is_asked_about_where_there_is_one() -> None:
    with_test = {s.name for s in recorded() if "cow_refused" in s.procedure.symbols}
    assert with_test == {"v3", "v6", "v7", "v8", "v9"}
    for named in theorems(""):
        redundancy = by_theorem().get(f"cow_check_is_redundant_for_{named.name}", {})
        asked = {s for s in with_test if is_prohibition(named.theorem) and s in by_theorem()[named.name]}
        assert set(redundancy) <= with_test
        assert asked <= set(redundancy), named.name


def test_a_theorem_that_is_proved_of_a_late_version_survives_without_its_cow_test() -> None:
    for name, row in by_theorem().items():
        for shape in ("v8", "v9"):
            redundancy = by_theorem().get(f"cow_check_is_redundant_for_{name}", {}).get(shape)
            if redundancy and row[shape].expected.verdict is Verdict.PROVED:
                assert redundancy.expected.verdict is Verdict.PROVED, name


def test_conditions_are_of_theorems() -> None:
    names = {n.name for n in theorems()}
    assert {c.theorem for c in CONDITIONS} <= names
    assert all(c.says.startswith(("if ", "unless ", "until ")) for c in CONDITIONS)


def test_the_default_page_size_is_not_in_names() -> None:
    assert [pages_in_name(pages) for pages in ("4K", "16K", "64K")] == ["", "16K", "64K"]


@pytest.mark.parametrize("named", theorems(), ids=lambda n: n.name)
def test_theorems_read_as_sentences(named: NamedTheorem) -> None:
    theorem = named.theorem
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){2,}", named.name)
    assert re.fullmatch(r"([A-Z\-]|[a-z0-9_]+(\(\))? ).*\.", theorem.says)
    assert theorem.because
    assert all(theorem.because)
    of = next((target for target in TARGETS if target.name == theorem.of), None)
    known = {*READ, *VARYING, *OUTCOMES, *WORLD, *(of.symbols if of else ())}
    words = free_names(*theorem.given, theorem.then)
    assert all(w in known or w.isupper() or w.startswith(("MT_", "VM_", "KVM_", "PTE_")) for w in words)


def test_the_verb_of_a_name_is_there() -> None:
    verbs = {
        "is",
        "are",
        "have",
        "begin",
        "lie",
        "see",
        "map",
        "stay",
        "follow",
        "get",
        "change",
        "would",
        "leave",
        "look",
        "has",
        "set",
        "return",
        "grant",
        "clears",
        "adds",
        "makes",
        "takes",
        "changes",
        "keep",
        "keeps",
        "need",
        "log",
        "meets",
        "releases",
        "know",
        "say",
        "answer",
        "ask",
        "add",
        "become",
    }
    for named in theorems():
        assert verbs & set(named.name.split("_")), named.name
