# SPDX-License-Identifier: GPL-2.0-only
"""model/kernels.toml and how it is read."""

from __future__ import annotations

import pytest

from model.kernels import TableError, load_kernel_table, parse_kernel_table, parse_version
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.predicate import parse_predicate as predicate
from proofs.claims.catalogue import theorems
from proofs.claims.kernel.invalidation_order import THEOREM as INVALIDATIONS
from proofs.claims.relational.conformance import CONFORMANCE
from proofs.claims.subject import find_target

ROW = '[kernel."7.2"]\nlearned = "7.2.9"\n'


def test_every_theorem_in_the_table_exists() -> None:
    names = {named.name for named in theorems()} | {CONFORMANCE, INVALIDATIONS}
    assert [k.theorem for k in load_kernel_table().known if k.theorem not in names] == []


def test_every_witness_is_a_condition_over_words_and_every_reason_a_sentence() -> None:
    about = {named.name: named.theorem.of for named in theorems()}
    for known in load_kernel_table().known:
        assert known.reason.endswith("."), known.theorem
        target = find_target(known.target or about.get(known.theorem) or USER_MEM_ABORT.name)
        assert target is not None, known
        if known.witness:
            predicate(known.witness, known.theorem, target.symbols)


@pytest.mark.parametrize(
    ("version", "since", "is_known"),
    [
        ("7.2.9", "7.2", True),
        ("7.2.10", "7.2.10", True),
        ("7.2.99", "7.2.10", True),
        ("6.12.0", "6.12", True),
        ("6.17.3", "6.12.112", False),
        ("7.9.1", "7.3", False),
        ("4.19.0", "5.10", False),
    ],
)
def test_the_nearest_row(version: str, since: str, is_known: bool) -> None:
    release, known = load_kernel_table().nearest(parse_version(version))
    assert (release.since, known) == (since, is_known)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = ", "cannot be read"),
        ('[kernel."7.2"]\n', "cannot be read: KeyError('learned')"),
        (ROW + '[[refuted]]\ntheorem = "a"\nin = ["7.2"]\nreason = "r."\n', "KeyError('witness')"),
        (
            ROW + '[[never]]\ntheorem = "a"\nin = ["9.9"]\nreason = "r."\n',
            "a names the release 9.9, which has no row.",
        ),
        (
            ROW + '[[never]]\ntheorem = "a"\nin = ["7.2", "7.2"]\nreason = "r."\n',
            "a is told twice of 7.2; keep one.",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_told(text: str, told: str) -> None:
    with pytest.raises(TableError) as error:
        parse_kernel_table(text)
    assert told in str(error.value)
