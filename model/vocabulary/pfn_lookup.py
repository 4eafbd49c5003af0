# SPDX-License-Identifier: GPL-2.0-only
"""Words of hva_to_pfn(), which asks one lookup after the other for the page at an address.

The lookups themselves, hva_to_pfn_fast(), hva_to_pfn_slow() and hva_to_pfn_remapped(), are read on their own:
``model.vocabulary.host``.  Where a lookup is made again after -EAGAIN, the words are of the last time.
"""

from __future__ import annotations

from model.logic import BOOL, BV64
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import BV32, OUTCOMES, READ

SYMBOLS: Symbols = {
    **{text: READ[text] for text in ("vma_found", "vm_flags")},
    **{text: OUTCOMES[text] for text in ("mmap_locked", "mmap_unlocked", "mmap_unlocked_again")},
    "answer_pfn": (BV64, "what hva_to_pfn() returned: a pfn, or an error as a pfn"),
    "may_not_sleep": (BOOL, "the argument atomic, up to v6.12"),
    "can_be_asked": (BOOL, "kfp->refcounted_page is not NULL; up to v6.12 not both atomic and async"),
    "asked_fast": (BOOL, "hva_to_pfn_fast() was called"),
    "fast_said": (BOOL, "what it answered: it has a page"),
    "fast_pfn": (BV64, "the pfn that it gave"),
    "asked_slow": (BOOL, "hva_to_pfn_slow() was called"),
    "slow_said": (BV32, "what it answered: 1, or an error"),
    "slow_pfn": (BV64, "the pfn that it gave"),
    "asked_remapped": (BOOL, "hva_to_pfn_remapped() was called"),
    "asked_remapped_last": (BOOL, "hva_to_pfn_remapped() was called the last time"),
    "went_back": (BOOL, "`goto retry` was taken: the path ends there, and the lookup is made again"),
    "remapped_said": (BV32, "what it answered: 0, or an error"),
    "remapped_pfn": (BV64, "the pfn that it gave"),
    "fault_pfn": (BV64, "KVM_PFN_ERR_FAULT"),
    "poison_pfn": (BV64, "KVM_PFN_ERR_HWPOISON"),
    "signal_pfn": (BV64, "KVM_PFN_ERR_SIGPENDING"),
    "error_pfns": (BV64, "KVM_PFN_ERR_MASK: the bits of which an error has some"),
}

answer_pfn = symbol(SYMBOLS, "answer_pfn")
may_not_sleep = symbol(SYMBOLS, "may_not_sleep")
can_be_asked = symbol(SYMBOLS, "can_be_asked")
asked_fast = symbol(SYMBOLS, "asked_fast")
fast_said = symbol(SYMBOLS, "fast_said")
fast_pfn = symbol(SYMBOLS, "fast_pfn")
asked_slow = symbol(SYMBOLS, "asked_slow")
slow_said = symbol(SYMBOLS, "slow_said")
slow_pfn = symbol(SYMBOLS, "slow_pfn")
asked_remapped = symbol(SYMBOLS, "asked_remapped")
asked_remapped_last = symbol(SYMBOLS, "asked_remapped_last")
went_back = symbol(SYMBOLS, "went_back")
remapped_said = symbol(SYMBOLS, "remapped_said")
remapped_pfn = symbol(SYMBOLS, "remapped_pfn")
fault_pfn = symbol(SYMBOLS, "fault_pfn")
poison_pfn = symbol(SYMBOLS, "poison_pfn")
signal_pfn = symbol(SYMBOLS, "signal_pfn")
error_pfns = symbol(SYMBOLS, "error_pfns")
