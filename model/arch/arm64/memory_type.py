# SPDX-License-Identifier: GPL-2.0-only
"""What a stage-2 mapping makes of the guest's accesses: MemAttr, and its combination with stage 1.

Source: stage2_set_prot_attr() and arch/arm64/include/asm/memory.h; Arm ARM D8.6 and the pseudocode
S2DecodeMemAttrs, S2CombineS1MemAttrs and AArch64_S2ApplyFWBMemAttrs.  Left out: Device sub-types,
shareability, hints, differing inner and outer attributes, HCR_EL2.CD and ID.
"""

from __future__ import annotations

from model.logic import BitVec, Term, choose, const
from model.vocabulary.memory import DEVICE, FWB, NORMAL_NC, guest_attr

_TWO, _FOUR = BitVec(2), BitVec(4)

#: The order of memory types: the less cacheable of two stages wins where FWB does not force one.
DEVICE_TYPE, NC_TYPE, WT_TYPE, WB_TYPE = (const(n, _TWO) for n in range(4))

MT_S2_DEVICE_nGnRE = const(0x1, _FOUR)  # spelled as in the kernel
MT_S2_NORMAL_NC = const(0x5, _FOUR)
MT_S2_NORMAL = const(0xF, _FOUR)
MT_S2_FWB_DEVICE_nGnRE = const(0x1, _FOUR)
MT_S2_FWB_NORMAL_NC = const(0x5, _FOUR)
MT_S2_FWB_NORMAL = const(0x6, _FOUR)

#: KVM_S2_MEMATTR() of the prot that was handed to the map sink: the field that is installed.
memattr: Term = choose(
    FWB,
    choose(DEVICE, MT_S2_FWB_DEVICE_nGnRE, choose(NORMAL_NC, MT_S2_FWB_NORMAL_NC, MT_S2_FWB_NORMAL)),
    choose(DEVICE, MT_S2_DEVICE_nGnRE, choose(NORMAL_NC, MT_S2_NORMAL_NC, MT_S2_NORMAL)),
)

_weaker_of_nc = choose(guest_attr < NC_TYPE, guest_attr, NC_TYPE)


def _without_fwb(field: Term) -> Term:
    """S2CombineS1MemAttrs: the less cacheable of the two stages."""
    return choose(
        field == MT_S2_NORMAL, guest_attr, choose(field == MT_S2_NORMAL_NC, _weaker_of_nc, DEVICE_TYPE)
    )


def _with_fwb(field: Term) -> Term:
    """AArch64_S2ApplyFWBMemAttrs: 0110 is Write-Back whatever stage 1 says."""
    return choose(
        field == MT_S2_FWB_NORMAL, WB_TYPE, choose(field == MT_S2_FWB_NORMAL_NC, _weaker_of_nc, DEVICE_TYPE)
    )


#: The type of the guest's accesses through the entry, for any stage-1 type of its own.
access_type: Term = choose(FWB, _with_fwb(memattr), _without_fwb(memattr))
is_accessed_cacheable: Term = access_type >= WT_TYPE
