# SPDX-License-Identifier: GPL-2.0-only
"""The hardware features that decide something here, one a line."""

from __future__ import annotations

from collections.abc import Mapping

from model.vocabulary.memory import DIC, FWB, kvm_has_mte

#: The word, and what the machine does if it has the feature (Arm ARM).
FEATURES: Mapping[str, str] = {
    str(FWB.data): "FEAT_S2FWB: stage 2 can force Normal Write-Back, so a guest's accesses need no "
    "cleaning of data",
    str(DIC.data): "CTR_EL0.DIC: instruction fetches are coherent without invalidating the instruction cache",
    str(kvm_has_mte.data): "FEAT_MTE2, given to this VM: the guest sees the tags of Normal memory",
}
