# SPDX-License-Identifier: GPL-2.0-only
"""What is asked for is found by name or pattern, or the nearest names are told."""

from __future__ import annotations

import pytest

from proofs.claims.load import select_claims
from proofs.cli.selection import Selection, SelectionError, match_names
from tests.support import toy

NAMES = ("memory_is_normal", "beyond_needs_hardware", "all_needs_hardware", "never_both")


def test_names_and_patterns() -> None:
    assert match_names("theorem", None, [*NAMES, *NAMES]) == list(NAMES)
    assert match_names("theorem", "never_both", NAMES) == ["never_both"]
    assert match_names("theorem", "*_needs_*", NAMES) == ["beyond_needs_hardware", "all_needs_hardware"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "all_need_hardware",
            "No theorem is called all_need_hardware; the nearest names are all_needs_hardware, "
            "beyond_needs_hardware.",
        ),
        ("never_bothe", "No theorem is called never_bothe; the nearest name is never_both."),
        ("zzz*", "No theorem is called zzz*; --list prints all names."),
    ],
)
def test_unknown_names(pattern: str, message: str) -> None:
    with pytest.raises(SelectionError) as caught:
        match_names("theorem", pattern, NAMES)
    assert str(caught.value) == message


def test_claims_are_chosen_by_theorem_and_by_name() -> None:
    claims = toy.claims()
    assert select_claims(Selection(), claims) == claims
    assert [c.theorem for c in select_claims(Selection(theorem="never*"), claims)] == ["never_both"]
    assert [c.theorem for c in select_claims(Selection(explain="*hardware@merged"), claims)] == [
        "beyond_needs_hardware",
        "all_needs_hardware",
    ]
    with pytest.raises(SelectionError, match="^No claim is called never_both@merged; "):
        select_claims(Selection(theorem="all*", explain="never_both@merged"), claims)


def test_nothing_to_ask_is_an_error() -> None:
    with pytest.raises(SelectionError, match="^There is no claim to ask; --list prints what there is.$"):
        select_claims(Selection(), [])
