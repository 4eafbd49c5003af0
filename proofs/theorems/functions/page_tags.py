# SPDX-License-Identifier: GPL-2.0-only
"""Sanitising of MTE tags: which pages get fresh tags, and which keep their own."""

from __future__ import annotations

from model.vocabulary.memory import is_zero_pfn, kvm_has_mte
from model.vocabulary.tags import (
    asks_of_folio,
    asks_this,
    cleared_address,
    clears_tags,
    clears_this,
    had_tags,
    noted_address,
    notes_folio,
    notes_tags,
    notes_this,
)
from proofs.theorems.theorem import Theorem

_SANITISE = "sanitise_mte_tags"

_untouched = ~clears_tags & ~notes_tags & ~notes_folio

zero_pages_are_never_tagged = Theorem(
    of=_SANITISE,
    says="Of the zero page nothing is asked, its tags are never cleared for a guest, and it is never noted "
    "as tagged.",
    given=(is_zero_pfn,),
    then=_untouched & ~asks_of_folio,
    because=("2986a6257405; f620d66af316: pages_identical() refuses a zero page with PG_mte_tagged",),
)

pages_of_guests_without_mte_are_left_alone = Theorem(
    of=_SANITISE,
    says="For a guest without MTE, no tags are cleared and no page is noted as tagged.",
    given=(~kvm_has_mte,),
    then=_untouched,
    because=("sanitise_mte_tags(): `if (!kvm_has_mte(kvm)) return`",),
)

tags_in_use_are_never_cleared = Theorem(
    of=_SANITISE,
    says="A page that has tags keeps them.",
    given=(asks_this, had_tags),
    then=~clears_this & ~notes_this,
    because=("PG_mte_tagged: the VMM or the guest may have set them",),
)

pages_without_tags_are_given_cleared_ones = Theorem(
    of=_SANITISE,
    says="The tags of a page that has none are cleared, and it is noted as tagged.",
    given=(asks_this, ~had_tags),
    then=clears_this & notes_this,
    because=("sanitise_mte_tags(): the VM will be able to see the page's tags",),
)

pages_are_noted_whose_tags_were_cleared = Theorem(
    of=_SANITISE,
    says="The page that is noted as tagged is the one whose tags were cleared, and it was asked before.",
    given=(notes_this,),
    then=asks_this & clears_this & (noted_address == cleared_address),
    because=("d77e59a8fccd: PG_mte_tagged is set when the tags are there",),
)
