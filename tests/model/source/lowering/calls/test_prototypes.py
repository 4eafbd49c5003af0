# SPDX-License-Identifier: GPL-2.0-only
"""Prototypes in a tree, which need nothing but its types."""

from __future__ import annotations

from model.source.lowering.calls.prototypes import Prototypes
from model.source.types.ctypes import INT, ULONG, VOID, Pointer
from model.source.types.parse_types import Types
from tests.support.c.c_code import view_of

CODE = """
typedef int (*callback)(unsigned long size);
struct ops { void (*map)(int prot); callback call; int number; };
int declared(unsigned long pfn, int *out);
static int local(int x) { return x; }
"""


def test_a_function_is_found_by_its_definition_or_its_declaration() -> None:
    prototypes = Prototypes(Types(view_of(CODE)))
    declared, local = prototypes.signature("declared"), prototypes.signature("local")
    assert declared == (INT, [("pfn", ULONG, "unsigned long"), ("out", Pointer(INT), "int *")])
    assert local == (INT, [("x", INT, "int")])
    assert prototypes.signature("other") is None


def test_a_member_may_point_to_a_function() -> None:
    prototypes = Prototypes(Types(view_of(CODE)))
    assert prototypes.signature("ops.map") == (VOID, [("prot", INT, "int")])
    assert prototypes.signature("ops.call") == (INT, [("size", ULONG, "unsigned long")])
    assert prototypes.signature("ops.number") is None
    assert prototypes.signature("ops.other") is None
