# SPDX-License-Identifier: GPL-2.0-only
"""The function of KVM/arm64 that gives pages tags before a guest with MTE sees them."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.functions.fault import MMU
from model.source.targets.target import (
    Conjunction,
    EffectArgument,
    EntryValue,
    InputSymbol,
    LocalValue,
    Occurrence,
    Target,
)
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
    symbols=SYMBOLS,
    bindings={
        "is_zero_pfn": EntryValue(("is_zero_pfn(pfn)",)),
        "kvm_has_mte": InputSymbol("kvm_has_mte"),
        "clears_tags": Occurrence(_CLEAR),
        "clears_this": Occurrence(_CLEAR, seen=True),
        "cleared_address": EffectArgument(_CLEAR, "address"),
        "notes_tags": Occurrence(_NOTE),
        "notes_folio": Occurrence(_NOTE_FOLIO),
        "notes_this": Occurrence(_NOTE, seen=True),
        "noted_address": EffectArgument(_NOTE, "address"),
        "asks_this": Occurrence(_ASK, seen=True),
        "had_tags": InputSymbol("had_tags"),
        "asks_of_folio": Conjunction(Occurrence(_ASK_FOLIO), LocalValue(("folio",))),
    },
    contracts={
        _CLEAR: Contract(
            Kind.EFFECT,
            "sets the tags of one page to 0",
            "arch/arm64/lib/mte.S",
            arguments=(("address", "void *", 0),),
        ),
        _NOTE: Contract(
            Kind.EFFECT, _NOTES, _MTE, observes=(("address", ("(unsigned long)page_address(page)",)),)
        ),
        _NOTE_FOLIO: Contract(Kind.EFFECT, _NOTES, _MTE),
        _ASK: Contract(
            Kind.ANSWER,
            "whether the page has tags",
            _MTE,
            type="bool",
            result="had_tags",
            arguments=(("page", "struct page *", 0),),
        ),
        _ASK_FOLIO: Contract(
            Kind.EFFECT,
            "answers whether the folio is of hugetlbfs",
            "include/linux/page-flags.h",
            type="bool",
            result="is_hugetlb",
        ),
        "try_page_mte_tagging": Contract(
            Kind.EXPRESSION,
            "takes the page to give it tags, unless it has some",
            _MTE,
            expression="!page_mte_tagged(page)",
        ),
    },
    effects=(_CLEAR, _NOTE),
)

TARGETS = (SANITISE,)
