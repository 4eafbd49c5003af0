# SPDX-License-Identifier: GPL-2.0-only
"""The function of KVM/arm64 that gives pages tags before a guest with MTE sees them."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.functions.fault import MMU
from model.source.targets.target import Argument, Before, Both, Given, Happened, Local, Target
from model.vocabulary.tags import SYMBOLS

_CLEAR, _NOTE, _NOTE_FOLIO, _ASK, _ASK_FOLIO = (
    "mte_clear_page_tags",
    "set_page_mte_tagged",
    "folio_set_hugetlb_mte_tagged",
    "page_mte_tagged",
    "folio_test_hugetlb",
)
_MTE = "arch/arm64/include/asm/mte.h"
_NOTES = "notes that the tags are initialised"

SANITISE = Target(
    name="sanitise_mte_tags",
    file=MMU,
    functions=("sanitise_mte_tags",),
    says="clears the tags of pages that had none, before a guest with MTE sees them",
    words=SYMBOLS,
    means={
        "is_zero_pfn": Before(("is_zero_pfn(pfn)",)),
        "kvm_has_mte": Given("kvm_has_mte"),
        "clears_tags": Happened(_CLEAR),
        "clears_this": Happened(_CLEAR, seen=True),
        "cleared_address": Argument(_CLEAR, "address"),
        "notes_tags": Happened(_NOTE),
        "notes_folio": Happened(_NOTE_FOLIO),
        "notes_this": Happened(_NOTE, seen=True),
        "noted_address": Argument(_NOTE, "address"),
        "asks_this": Happened(_ASK, seen=True),
        "had_tags": Given("had_tags"),
        "asks_of_folio": Both(Happened(_ASK_FOLIO), Local(("folio",))),
    },
    rows={
        _CLEAR: Contract(
            Kind.SINK,
            "sets the tags of one page to 0",
            "arch/arm64/lib/mte.S",
            arguments=(("address", "void *", 0),),
        ),
        _NOTE: Contract(Kind.SINK, _NOTES, _MTE, sees=(("address", ("(unsigned long)page_address(page)",)),)),
        _NOTE_FOLIO: Contract(Kind.SINK, _NOTES, _MTE),
        _ASK: Contract(
            Kind.ANSWER,
            "whether the page has tags",
            _MTE,
            type="bool",
            result="had_tags",
            arguments=(("page", "struct page *", 0),),
        ),
        _ASK_FOLIO: Contract(
            Kind.SINK,
            "answers whether the folio is of hugetlbfs",
            "include/linux/page-flags.h",
            type="bool",
            result="is_hugetlb",
        ),
        "try_page_mte_tagging": Contract(
            Kind.MEANS,
            "takes the page to give it tags, unless it has some",
            _MTE,
            means="!page_mte_tagged(page)",
        ),
    },
    sinks=(_CLEAR, _NOTE),
)

TARGETS = (SANITISE,)
