# SPDX-License-Identifier: GPL-2.0-only
"""The macros of asm/sysreg-defs.h, derived from the tree's list of system registers."""

from __future__ import annotations

import pytest

from model.source.index.sysreg import SYSREG, render_header
from tests.support.c.c_code import lower, view_of

LISTED = """\
# A register of our own.
SysregFields OURS_ELx
Res0 63:8
Field 7:4 LOW
Unkn 3:0
EndSysregFields

Sysreg OURS_EL1 3 0 9 8 7
Prefix WIDE
Field 63:0 ALL
EndPrefix
Res0 63:20
Res1 19
UnsignedEnum 18:16 SIZE
0b000 SMALL
0b101 LARGE
EndEnum
SignedEnum 15:12 DEPTH
0b1111 NONE
EndEnum
Field 11 ONE
Raz 10:0
EndSysreg

Sysreg OURS_EL12 3 5 9 8 7
Fields OURS_ELx
EndSysreg
something else that no script has
"""


def defined(listed: str) -> dict[str, str]:
    text, _ = render_header(listed.encode())
    lines = (line.split(" ", 2) for line in text.decode().splitlines())
    return {name: body for _, name, body in lines}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("OURS_EL1_SIZE", "GENMASK(18, 16)"),
        ("OURS_EL1_SIZE_MASK", "GENMASK(18, 16)"),
        ("OURS_EL1_SIZE_SHIFT", "16"),
        ("OURS_EL1_SIZE_WIDTH", "3"),
        ("OURS_EL1_SIZE_SIGNED", "false"),
        ("OURS_EL1_SIZE_LARGE", "UL(0b101)"),
        ("OURS_EL1_DEPTH_SIGNED", "true"),
        ("OURS_EL1_DEPTH_NONE", "UL(0b1111)"),
        ("OURS_EL1_ONE", "GENMASK(11, 11)"),
        ("WIDE_OURS_EL1_ALL_WIDTH", "64"),
        ("OURS_EL1_RES0", "(UL(0) | GENMASK_ULL(63, 20))"),
        ("OURS_EL1_RES1", "(UL(0) | GENMASK_ULL(19, 19))"),
        ("OURS_ELx_UNKN", "(UL(0) | GENMASK_ULL(3, 0))"),
        ("SYS_OURS_EL1", "sys_reg(3, 0, 9, 8, 7)"),
        ("SYS_OURS_EL12_Op1", "5"),
        ("REG_OURS_EL1", "S3_0_C9_C8_7"),
    ],
)
def test_each_statement_defines_what_the_script_makes_of_it(name: str, body: str) -> None:
    assert defined(LISTED)[name] == body


def test_nothing_else_is_defined() -> None:
    names = defined(LISTED)
    assert "OURS_EL1_ONE_SIGNED" not in names
    assert "OURS_EL12_RES0" not in names
    assert not any("something" in name for name in names)
    assert render_header(b"") == (b"", ())
    assert defined("Field 3:x BAD\nEnum 1:0 OK\n0b2 TWO\n") == defined("Enum 1:0 OK\n")


def test_a_constant_is_found_at_its_line_of_the_list() -> None:
    code = "#define UL(x) (x##UL)\nunsigned long f(unsigned long r) { return (r & OURS_EL1_SIZE) == (OURS_EL1_SIZE_LARGE << OURS_EL1_SIZE_SHIFT); }"
    f = lower(code, headers={SYSREG: LISTED})
    assert [f(r=0x50000), f(r=0x58000), f(r=0x40000)] == [1, 1, 0]
    found = view_of(code, {SYSREG: LISTED}).macro("OURS_EL1_SIZE_LARGE")
    assert found is not None
    assert str(found.place) == f"{SYSREG}:16"
