# SPDX-License-Identifier: GPL-2.0-only
"""What stage 2 makes of stage 1, against the tables of the Arm ARM written down a second time."""

from __future__ import annotations

import pytest

from model.arch.arm64.constants import V6_12, V6_19
from model.arch.arm64.memory_type import access_type, memattr
from model.logic import Term, value_of

TYPES = ("Device", "NC", "WT", "WB")
#: Arm ARM D8.6: MemAttr[3:0] of the three encodings that Linux installs, and the type that comes out
#: of each of the guest's own (Device, NC, WT, WB).
WITHOUT_FWB = {0b0001: ("Device",) * 4, 0b0101: ("Device", "NC", "NC", "NC"), 0b1111: TYPES}
WITH_FWB = {0b0001: ("Device",) * 4, 0b0101: ("Device", "NC", "NC", "NC"), 0b0110: ("WB",) * 4}

DEVICE, NORMAL_NC, NORMAL = "KVM_PGTABLE_PROT_DEVICE", "KVM_PGTABLE_PROT_NORMAL_NC", ""
ENCODINGS = {
    (False, NORMAL): 0b1111,
    (False, NORMAL_NC): 0b0101,
    (False, DEVICE): 0b0001,
    (True, NORMAL): 0b0110,
    (True, NORMAL_NC): 0b0101,
    (True, DEVICE): 0b0001,
}


def value(term: Term, constants: dict[str, int], **names: int) -> int:
    return value_of(term, lambda t: {**constants, **names}[str(t.data)], lambda t, a: 0)


@pytest.mark.parametrize("constants", [dict(V6_12), dict(V6_19)], ids=["v6.12", "v6.19"])
@pytest.mark.parametrize(("fwb", "type_"), ENCODINGS)
def test_the_field_and_what_it_makes(constants: dict[str, int], fwb: bool, type_: str) -> None:
    prot = constants.get(type_, 0) | constants["KVM_PGTABLE_PROT_W"]
    given = {"prot": prot, "ARM64_HAS_STAGE2_FWB": int(fwb)}
    field = value(memattr, constants, **given)
    assert field == ENCODINGS[fwb, type_]
    found = [TYPES[value(access_type, constants, **given, guest_attr=own)] for own in range(4)]
    assert tuple(found) == (WITH_FWB if fwb else WITHOUT_FWB)[field]
