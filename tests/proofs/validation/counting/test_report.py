# SPDX-License-Identifier: GPL-2.0-only
"""The numbers are exact: they are counted again by going through all inputs, where these are few."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.logic import BOOL, FALSE, TRUE, BitVec, Term, free_names, name, value_of
from model.vocabulary.memory import VM_PFNMAP, VM_WRITE, vm_flags
from proofs.claims.obligations import obligations
from proofs.run import main
from proofs.solvers.bdd.variable_order import order
from proofs.validation.counting import report
from proofs.validation.counting.counted import counted, of_facts
from proofs.validation.counting.premises import of_premises, one_each
from proofs.validation.counting.report import part
from tests.support import toy
from tests.support.terms import Maker

A, B, C = name("a", BitVec(3)), name("b", BitVec(3)), name("c")


def _leaf(point: dict[str, int]) -> Callable[[Term], int]:
    return lambda leaf: point[str(leaf.data)]


def share(term: Term) -> Fraction:
    names = free_names(term)
    values = [range(1 << max(sort.width, 1)) for sort in names.values()]
    points = [dict(zip(names, each, strict=True)) for each in product(*values)]
    found = [value_of(term, _leaf(point), lambda *_: 0) for point in points]
    return Fraction(sum(found), len(found))


@pytest.mark.parametrize(
    "term", [A < B, (A + B) == 3, C >> (A <= B), (A & B) != 0, (A == 5) | C, C, TRUE, FALSE]
)
def test_shares_are_what_counting_gives(term: Term) -> None:
    found = counted("it", term, {})
    assert found.holds == share(term)
    assert (found.admitted == "", found.excluded == "") == (share(term) == 0, share(term) == 1)


def test_examples_are_in_kernel_words() -> None:
    found = counted("it", vm_flags.any(VM_PFNMAP) & vm_flags.any(VM_WRITE), toy.CONSTANTS)
    assert (found.holds, found.admitted, found.excluded) == (
        Fraction(1, 4), "vm_flags = VM_WRITE | VM_PFNMAP", "all words are 0"
    )  # fmt: skip


def test_what_is_too_large_is_not_counted() -> None:
    found = counted("it", A + B == A, {}, nodes=5)
    assert found.holds is None
    assert "it: not counted: the diagram is too large\n" in report.text([found], [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "none"),
        (Fraction(1), "all"),
        (Fraction(1, 8), "1/8, 12.5 %"),
        (Fraction(7, 8), "7/8, 87.5 %"),
        (Fraction(1, 3), "1/3, 33.3 %"),
        (Fraction(3, 2**20), "3/1048576, 1 in 349525"),
        (Fraction(1, 2**32), "1/2^32, 1 in 4.29e9"),
        (1 - Fraction(1, 2**30), "1073741823/2^30, all but 1 in 1.07e9"),
        (Fraction(2**50 + 1, 2**60), "about 1 in 1024"),
        (Fraction(1, 3 * 2**40), "about 1 in 3.29e12"),
    ],
)
def test_parts_are_told_exactly_and_to_be_felt(value: Fraction, shown: str) -> None:
    assert part(value) == shown


@given(st.integers(1, 2**40), st.integers(0, 60))
def test_parts_can_be_told(numerator: int, more: int) -> None:
    value = Fraction(numerator, 1 << (numerator.bit_length() + more))
    exact, _, felt = part(value).rpartition(", ")
    assert felt == "all" or felt.endswith(" %") or "1 in " in felt
    numerator_told, _, denominator_told = exact.partition("/")
    base, _, exponent = denominator_told.partition("^")
    assert not exact or Fraction(int(numerator_told), int(base) ** int(exponent or 1)) == value


def test_facts_are_told_with_the_proofs_that_need_them() -> None:
    claims = toy.claims()
    used = {claim.name: (1,) for claim in claims[:5]}
    found = {each.name: each for each in of_facts(claims, used)}
    assert found["special_cow_pte_is_read_only"].used_by == tuple(claim.name for claim in claims[:5])
    # It is special (1/2), COW (1/4 of vm_flags) and writable (1/2).
    assert found["special_cow_pte_is_read_only"].holds == Fraction(15, 16)
    shown = report.text([found["special_cow_pte_is_read_only"], found["map_memory_is_valid"]], [])
    assert (
        "special_cow_pte_is_read_only: 1/16, 6.25 %\n    admits    all words are 0\n    excludes  " in shown
    )
    assert (
        "    needed by 5 proofs, of memory_is_normal, beyond_follows_the_vma, beyond_needs_hardware and 2 more"
        in shown
    )
    assert shown.count("    needed by no proof that was asked") == 1


def test_premises_are_counted_and_bounded_where_they_cannot_be() -> None:
    claims = [claim for claim in toy.claims() if claim.theorem in ("efault_is_given", "efault_has_a_reason")]
    pairs = list(zip(claims, obligations(claims), strict=True))
    exact = {each.name: each for each in of_premises(pairs)}
    # beyond: 3/4 by flags and 1/2; cacheable: 5/8 of the attributes; FWB and DIC: not both.
    assert exact["efault_is_given@merged"].holds == Fraction(3, 8) * Fraction(5, 8) * Fraction(3, 4)
    assert all(each.exact for each in exact.values())
    for nodes in (4, 40, 100):
        for bounded in of_premises(pairs, nodes):
            holds = exact[bounded.name].holds
            assert bounded.exact == (bounded.holds == holds)
            assert bounded.holds is None or holds is None or bounded.holds >= holds


def test_each_theorem_is_counted_once_where_most_are_asked() -> None:
    claims = toy.claims()
    some = one_each(claims)
    assert [each.theorem for each in some] == list(dict.fromkeys(each.theorem for each in claims))
    asked = Counter(each.subject for each in claims)
    for each in some:
        others = [claim.subject for claim in claims if claim.theorem == each.theorem]
        assert asked[each.subject] == max(asked[subject] for subject in others)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_part_is_what_enumeration_finds(data: st.DataObject) -> None:
    term = Maker(data.draw, (1, 2, 3)).term(BOOL)
    assert counted("it", term, {}).holds == share(term)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_an_order_has_each_bit_once(data: st.DataObject) -> None:
    terms = [Maker(data.draw, (1, 3, 8)).term(BOOL) for _ in range(2)]
    sorts = free_names(*terms)
    every = [(text, bit) for text, sort in sorts.items() for bit in range(max(sort.width, 1))]
    assert sorted(order(*terms)) == sorted(every)


def test_bits_of_one_weight_stand_side_by_side() -> None:
    gfn, hva, base = (name(text, BitVec(16)) for text in ("gfn", "hva", "base"))
    found = [text for text in order((gfn << 4) + base < hva) if text[1] in (0, 4)]
    assert found == [("gfn", 4), ("gfn", 0), ("base", 4), ("hva", 4), ("base", 0), ("hva", 0)]


def test_numbers_of_a_whole_fault_path_are_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theorem = "special_pages_of_a_cow_mapping_are_never_mapped_writable"
    file = tmp_path / "numbers.json"
    arguments = ["--numbers", "--no-cache", "--jobs", "1", "--shape", "merged", "--theorem", theorem]
    assert main([*arguments, "--json", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "lookup_says_writable_of_writable_ptes: 1/4, 25 %\n    admits    all words are 0\n" in shown
    assert f"    excludes  pfn_writable\n    needed by 1 proof, of {theorem}\n" in shown
    assert shown.endswith("\n1 of 1 premises are counted exactly.\n")
    document = json.loads(file.read_text())
    assert document["schema"] == 1
    assert [(each["claim"], each["exact"]) for each in document["premises"]] == [(f"{theorem}@merged", True)]
    by_name = {each["name"]: each for each in document["facts"]}
    assert by_name["lookup_says_writable_of_writable_ptes"]["admits"] == "3/4"


@pytest.mark.parametrize("option", ["--numbers", "--adequacy", "--list"])
def test_files_that_would_not_be_written_are_refused(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, "--smt2", str(tmp_path)])
    assert ended.value.code == 2
    assert "--smt2 writes what is found of claims, and here none is decided" in capsys.readouterr().err
