# SPDX-License-Identifier: GPL-2.0-only
"""Words of the fault paths without a VMA: gmem_abort() (since v6.18) and pkvm_mem_abort() (since v7.1).

What they have in common with user_mem_abort() are the words of ``model.vocabulary.memory``.
"""

from __future__ import annotations

from model.logic import BOOL, WORD64, const
from model.vocabulary import Words, word
from model.vocabulary.symbols import WORD32

GMEM: Words = {
    "memslot_readonly": (BOOL, "memslot->flags has KVM_MEM_READONLY"),
    "gmem_asked": (BOOL, "kvm_gmem_get_pfn() was called"),
    "gmem_ret": (WORD32, "what it returned"),
}

PKVM: Words = {
    "pin_asked": (BOOL, "pin_user_pages() was called"),
    "pin_ret": (WORD32, "what it returned"),
    "pin_addr": (WORD64, "the address that it is given"),
    "pin_flags": (WORD64, "its FOLL_ flags"),
    "pinned_pfn": (WORD64, "page_to_pfn() of the page that it pinned"),
    "account_ret": (WORD32, "what account_locked_vm() returned when the page was accounted for"),
    "swapbacked": (BOOL, "folio_test_swapbacked() of what was pinned: anonymous memory or shmem"),
}

memslot_readonly = word(GMEM, "memslot_readonly")
gmem_asked = word(GMEM, "gmem_asked")
gmem_ret = word(GMEM, "gmem_ret")
pin_asked = word(PKVM, "pin_asked")
pin_ret = word(PKVM, "pin_ret")
pin_addr = word(PKVM, "pin_addr")
pin_flags = word(PKVM, "pin_flags")
pinned_pfn = word(PKVM, "pinned_pfn")
account_ret = word(PKVM, "account_ret")
swapbacked = word(PKVM, "swapbacked")

#: Of include/linux/mm_types.h.
FOLL_WRITE = const(1 << 0, WORD64)
FOLL_LONGTERM = const(1 << 8, WORD64)
