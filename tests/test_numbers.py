# SPDX-License-Identifier: GPL-2.0-only
"""The numbers are exact: they are counted again by going through all inputs, where these are few."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from model.logic import FALSE, TRUE, Term, Word, free_names, name, value_of
from model.memory import VM_PFNMAP, VM_WRITE, vm_flags
from proofs import numbers
from proofs.numbers import counted, part
from proofs.obligation import obligations
from proofs.run import main

A, B, C = name("a", Word(3)), name("b", Word(3)), name("c")


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


def test_what_is_too_large_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "NODES", 5)
    assert counted("it", A + B == A, {}).holds is None
    assert "it: not counted: the diagram is too large\n" in numbers.text([counted("it", A + B == A, {})], [])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Fraction(0), "none"),
        (Fraction(1), "all"),
        (Fraction(1, 8), "1 in 8"),
        (Fraction(7, 8), "all but 1 in 8"),
        (Fraction(3, 32), "3/32, 1 in 10.7"),
        (Fraction(1, 2**32), "1/2^32, 1 in 4.29e9"),
        (1 - Fraction(1, 2**32), "all but 1/2^32, 1 in 4.29e9"),
        (Fraction(2**50 + 1, 2**60), "0x4000000000001/2^60, 1 in 1024"),
    ],
)
def test_parts_are_told_exactly_and_to_be_felt(value: Fraction, told: str) -> None:
    assert part(value) == told


@given(st.integers(1, 2**40), st.integers(0, 60))
def test_parts_can_be_told(numerator: int, more: int) -> None:
    value = Fraction(numerator, 1 << (numerator.bit_length() + more))
    assert part(value).startswith(("all", "1 in ")) or ", 1 in " in part(value)


def test_facts_are_told_with_the_proofs_that_need_them() -> None:
    claims = toy.claims()
    used = {claim.name: (1,) for claim in claims[:5]}
    found = {each.name: each for each in numbers.of_facts(claims, used)}
    assert found["special_cow_pte_is_read_only"].used_by == tuple(claim.name for claim in claims[:5])
    # It is special (1/2), COW (1/4 of vm_flags) and writable (1/2).
    assert found["special_cow_pte_is_read_only"].holds == Fraction(15, 16)
    told = numbers.text([found["special_cow_pte_is_read_only"], found["map_memory_is_valid"]], [])
    assert "special_cow_pte_is_read_only: 1 in 16\n    admits    all words are 0\n    excludes  " in told
    assert (
        "    needed by 5 proofs, of memory_is_normal, beyond_follows_the_vma, beyond_needs_hardware and 2 more"
        in told
    )
    assert told.count("    needed by no proof that was asked") == 1


def test_premises_are_counted_and_bounded_where_they_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = [claim for claim in toy.claims() if claim.theorem in ("efault_is_given", "efault_has_a_reason")]
    pairs = list(zip(claims, obligations(claims), strict=True))
    exact = {each.name: each for each in numbers.of_premises(pairs)}
    # beyond: 3/4 by flags and 1/2; cacheable: 5/8 of the attributes; FWB and DIC: not both.
    assert exact["efault_is_given@merged"].holds == Fraction(3, 8) * Fraction(5, 8) * Fraction(3, 4)
    assert all(each.exact for each in exact.values())
    monkeypatch.setattr(numbers, "NODES_OF_PREMISES", 4)
    (bounded, *_) = numbers.of_premises(pairs)
    assert not bounded.exact


def test_the_door_prints_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    theorem = "special_pages_of_a_cow_mapping_are_never_mapped_writable"
    arguments = ["--numbers", "--no-cache", "--jobs", "1", "--shape", "merged", "--theorem", theorem]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "lookup_says_writable_of_writable_ptes: 1 in 4\n    admits    all words are 0\n" in told
    assert f"    excludes  pfn_writable\n    needed by 1 proof, of {theorem}\n" in told
    assert f"\n{theorem}@merged  at most " in told
