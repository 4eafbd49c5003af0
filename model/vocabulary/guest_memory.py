# SPDX-License-Identifier: GPL-2.0-only
"""Words of the fault paths without a VMA: gmem_abort() (since v6.18) and pkvm_mem_abort() (since v7.1).

What they have in common with user_mem_abort() are the words of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, BV64, const
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import BV32

GMEM: Symbols = {
    "memslot_readonly": (BOOL, "memslot->flags has KVM_MEM_READONLY"),
    "gmem_asked": (BOOL, "kvm_gmem_get_pfn() was called"),
    "gmem_ret": (BV32, "what it returned"),
}

PKVM: Symbols = {
    "pin_asked": (BOOL, "pin_user_pages() was called"),
    "pin_ret": (BV32, "what it returned"),
    "pin_addr": (BV64, "the address that it is given"),
    "pin_flags": (BV64, "its FOLL_ flags"),
    "pinned_pfn": (BV64, "page_to_pfn() of the page that it pinned"),
    "account_ret": (BV32, "what account_locked_vm() returned when the page was accounted for"),
    "swapbacked": (BOOL, "folio_test_swapbacked() of what was pinned: anonymous memory or shmem"),
}

memslot_readonly = symbol(GMEM, "memslot_readonly")
gmem_asked = symbol(GMEM, "gmem_asked")
gmem_ret = symbol(GMEM, "gmem_ret")
pin_asked = symbol(PKVM, "pin_asked")
pin_ret = symbol(PKVM, "pin_ret")
pin_addr = symbol(PKVM, "pin_addr")
pin_flags = symbol(PKVM, "pin_flags")
pinned_pfn = symbol(PKVM, "pinned_pfn")
account_ret = symbol(PKVM, "account_ret")
swapbacked = symbol(PKVM, "swapbacked")

#: Of include/linux/mm_types.h.
FOLL_WRITE = const(1 << 0, BV64)
FOLL_LONGTERM = const(1 << 8, BV64)
