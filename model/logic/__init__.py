# SPDX-License-Identifier: GPL-2.0-only
"""Typed terms: the one language in which shapes, kernels, facts and theorems are written.

A term is a truth value (``BOOL``) or a machine word (``BitVec(width)``).  Terms are immutable and
share subterms; they know no kernel and no solver.  Which file says what, each on those before it:

    sorts      what values a term takes
    node       what a term is made of
    meaning    the value of each operator on numbers
    showing    how a term reads
    term       terms with Python's operators, and the constructors, which simplify
    traversal  a term's value, the same with other leaves, and what is in it
    smt_text   terms as SMT-LIB 2 text
"""

from __future__ import annotations

from model.logic.meaning import evaluate, signed
from model.logic.node import is_const, is_false, is_same, is_true
from model.logic.showing import show
from model.logic.sorts import BOOL, BV64, BitVec, Sort, SortError, Value
from model.logic.term import (
    FALSE,
    TRUE,
    Term,
    apply,
    bit,
    bitvec_op,
    choose,
    compare,
    conj,
    const,
    disj,
    extract,
    make,
    name,
    negate,
    number,
    place,
    resize,
    same,
)
from model.logic.traversal import free_names, has_more_leaves, rebuild, substitute, subterms, value_of

__all__ = [
    "BOOL",
    "BV64",
    "Sort",
    "SortError",
    "Value",
    "BitVec",
    "is_const",
    "is_false",
    "is_same",
    "is_true",
    "evaluate",
    "signed",
    "show",
    "FALSE",
    "TRUE",
    "Term",
    "apply",
    "bit",
    "choose",
    "compare",
    "conj",
    "const",
    "disj",
    "extract",
    "make",
    "name",
    "negate",
    "number",
    "place",
    "resize",
    "same",
    "bitvec_op",
    "free_names",
    "has_more_leaves",
    "rebuild",
    "substitute",
    "subterms",
    "value_of",
]
