# SPDX-License-Identifier: GPL-2.0-only
"""Words of sanitise_mte_tags(), which sees to the tags of pages before a guest with MTE sees them.

Its loop is read as any state and then one iteration: the words with "this" are of that iteration.
"""

from __future__ import annotations

from model.logic import BOOL, BV64
from model.vocabulary import Symbols, symbol
from model.vocabulary.symbols import READ, WORLD

SYMBOLS: Symbols = {
    "is_zero_pfn": WORLD["is_zero_pfn"],
    "kvm_has_mte": READ["kvm_has_mte"],
    "clears_tags": (BOOL, "mte_clear_page_tags() was called"),
    "clears_this": (BOOL, "mte_clear_page_tags() was called in the iteration that is looked at"),
    "cleared_address": (BV64, "the address that it was given"),
    "notes_tags": (BOOL, "set_page_mte_tagged() was called"),
    "notes_folio": (BOOL, "folio_set_hugetlb_mte_tagged() was called"),
    "notes_this": (BOOL, "set_page_mte_tagged() was called in the iteration that is looked at"),
    "noted_address": (BV64, "page_address() of the page that it was given"),
    "asks_of_folio": (BOOL, "folio_test_hugetlb() was asked of the folio, which there is; since v6.13"),
    "asks_this": (BOOL, "page_mte_tagged() or try_page_mte_tagging() was asked in that iteration"),
    "had_tags": (BOOL, "what it said: the page has PG_mte_tagged"),
}

#: What sanitise_mte_tags() asks of a page up to v6.1, and nobody later: a word of user_mem_abort().
ONLINE: Symbols = {
    "online_page": (
        BV64,
        "pfn_to_online_page(pfn), NULL for a page that is none of the kernel's own memory",
    ),
}

online_page = symbol(ONLINE, "online_page")
clears_tags = symbol(SYMBOLS, "clears_tags")
clears_this = symbol(SYMBOLS, "clears_this")
cleared_address = symbol(SYMBOLS, "cleared_address")
notes_tags = symbol(SYMBOLS, "notes_tags")
notes_folio = symbol(SYMBOLS, "notes_folio")
notes_this = symbol(SYMBOLS, "notes_this")
noted_address = symbol(SYMBOLS, "noted_address")
asks_of_folio = symbol(SYMBOLS, "asks_of_folio")
asks_this = symbol(SYMBOLS, "asks_this")
had_tags = symbol(SYMBOLS, "had_tags")
