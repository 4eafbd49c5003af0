# SPDX-License-Identifier: GPL-2.0-only
"""The nodes of terms: immutable, they share what is below them and know their digest."""

from __future__ import annotations

from hashlib import blake2b

from model.logic.sorts import BOOL, Sort


class Node:
    """One node: an operator, its sort, its arguments, and what else the operator needs.

    Operators and their data:
      ``const`` (value), ``name`` (a free symbol: an input, a constant of the kernel, a word of
      the vocabulary), ``place`` (what a C object holds when this is read; only in procedures),
      ``apply`` (an unknown but pure function of the arguments), and those of ``evaluate``.

    ``key`` is a digest of the whole term: two terms are written alike if their keys are equal.
    It does not depend on the process, so it may be stored.
    """

    __slots__ = ("args", "data", "key", "op", "sort")

    def __init__(
        self, op: str, sort: Sort, args: tuple[Node, ...] = (), data: str | int | tuple[int, int] = 0
    ):
        self.op = op
        self.sort = sort
        self.args = args
        self.data = data
        digest = blake2b(f"{op} {sort.width} {data}".encode(), digest_size=16)
        for arg in args:
            digest.update(arg.key)
        self.key: bytes = digest.digest()


def is_const(term: Node) -> bool:
    return term.op == "const"


def is_true(term: Node) -> bool:
    return term.op == "const" and term.sort is BOOL and term.data == 1


def is_false(term: Node) -> bool:
    return term.op == "const" and term.sort is BOOL and term.data == 0


def is_same(a: Node, b: Node) -> bool:
    """Whether two terms are written alike (not: equal in value)."""
    return a.key == b.key
