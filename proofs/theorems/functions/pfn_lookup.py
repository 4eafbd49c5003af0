# SPDX-License-Identifier: GPL-2.0-only
"""The pfn lookup, hva_to_pfn(): which way is tried when, and which errors come out.

With the theorems about the lookups themselves (``core_mm``), this is what the contracts of __kvm_faultin_pfn()
and __gfn_to_pfn_memslot() say, but for GUP.
"""

from __future__ import annotations

from model.logic import choose, conj, const
from model.vocabulary.memory import (
    EAGAIN,
    EHWPOISON,
    VM_IO,
    VM_PFNMAP,
    is_negative,
    mmap_locked,
    mmap_unlocked,
    mmap_unlocked_again,
    vm_flags,
    vma_found,
)
from model.vocabulary.pfn_lookup import (
    answer_pfn,
    asked_fast,
    asked_remapped,
    asked_remapped_last,
    asked_slow,
    can_be_asked,
    error_pfns,
    fast_pfn,
    fast_said,
    fault_pfn,
    may_not_sleep,
    poison_pfn,
    remapped_pfn,
    remapped_said,
    signal_pfn,
    slow_pfn,
    slow_said,
    went_back,
)
from proofs.theorems.theorem import Theorem

_LOOKUP = "hva_to_pfn"
_EINTR = 4  # include/uapi/asm-generic/errno-base.h

pages_are_looked_up_fast_first = Theorem(
    of=_LOOKUP,
    says="The fast lookup is asked first, and a page that it has is the answer; nothing else is asked.",
    given=(can_be_asked,),
    then=asked_fast
    & (fast_said >> ((answer_pfn == fast_pfn) & ~asked_slow & ~asked_remapped & ~mmap_locked)),
    because=("hva_to_pfn(): `if (hva_to_pfn_fast(kfp, &pfn)) return pfn`",),
)

pages_are_looked_up_slowly_then = Theorem(
    of=_LOOKUP,
    says="The slow lookup is asked if and only if the fast one has no page and the caller may sleep; a caller that "
    "may not is told KVM_PFN_ERR_FAULT.",
    given=(asked_fast, ~fast_said),
    then=choose(may_not_sleep, ~asked_slow & (answer_pfn == fault_pfn), asked_slow),
    because=("hva_to_pfn(); up to v6.12 `if (atomic) return KVM_PFN_ERR_FAULT`",),
)

pages_that_the_slow_lookup_found_are_the_answer = Theorem(
    of=_LOOKUP,
    says="A page that the slow lookup found is the answer, and nothing else is asked.",
    given=(asked_slow, slow_said == 1),
    then=(answer_pfn == slow_pfn) & ~asked_remapped & ~mmap_locked,
    because=("hva_to_pfn(): `if (npages == 1) return pfn`",),
)

only_pfnmap_and_io_mappings_are_looked_up_as_remapped = Theorem(
    of=_LOOKUP,
    says="What a mapping maps without GUP is looked at only under mmap_lock, in a VMA with VM_PFNMAP or VM_IO, and "
    "after the slow lookup found no page.",
    given=(asked_remapped_last,),
    then=conj(vma_found, vm_flags.any(VM_PFNMAP | VM_IO), mmap_locked, asked_slow, slow_said != 1),
    because=("hva_to_pfn(): `else if (vma->vm_flags & (VM_IO | VM_PFNMAP))`",),
)

remapped_pages_are_the_answer = Theorem(
    of=_LOOKUP,
    says="What hva_to_pfn_remapped() found is the answer, and its error is KVM_PFN_ERR_FAULT.",
    given=(asked_remapped_last, remapped_said != -EAGAIN),
    then=answer_pfn == choose(is_negative(remapped_said), fault_pfn, remapped_pfn),
    because=("hva_to_pfn(): `if (r < 0) pfn = KVM_PFN_ERR_FAULT`",),
)

remapped_pages_are_looked_up_again_only_if_they_changed = Theorem(
    of=_LOOKUP,
    says="The lookup is made again if and only if hva_to_pfn_remapped() says -EAGAIN.",
    given=(asked_remapped_last,),
    then=~(went_back ^ (remapped_said == -EAGAIN)),
    because=("hva_to_pfn(): `if (r == -EAGAIN) goto retry`; fixup_user_fault() dropped mmap_lock",),
)

addresses_without_a_page_are_errors = Theorem(
    of=_LOOKUP,
    says="Where neither GUP nor a VM_PFNMAP or VM_IO mapping has a page, the answer is an error.",
    given=(asked_slow, slow_said != 1, ~asked_remapped),
    then=(answer_pfn & error_pfns) != const(0, answer_pfn.sort),
    because=("hva_to_pfn(): KVM_PFN_ERR_FAULT, KVM_PFN_ERR_HWPOISON, KVM_PFN_ERR_SIGPENDING",),
)

poisoned_pages_are_told = Theorem(
    of=_LOOKUP,
    says="For a poisoned page the answer is KVM_PFN_ERR_HWPOISON.",
    given=(asked_slow, slow_said == -EHWPOISON),
    then=(answer_pfn == poison_pfn) & ~asked_remapped,
    because=("user_mem_abort() sends a signal for it: kvm_send_hwpoison_signal()",),
)

interrupted_lookups_are_told = Theorem(
    of=_LOOKUP,
    says="Where a signal interrupted the lookup, the answer is KVM_PFN_ERR_SIGPENDING.",
    given=(asked_slow, slow_said == -_EINTR),
    then=(answer_pfn == signal_pfn) & ~asked_remapped,
    because=("hva_to_pfn(): `if (npages == -EINTR)`; since v6.2",),
)

mmap_lock_is_released_by_lookups = Theorem(
    of=_LOOKUP,
    says="mmap_lock is released once on every path that takes it.",
    given=(mmap_locked, ~went_back),
    then=mmap_unlocked & ~mmap_unlocked_again,
    because=("hva_to_pfn(): mmap_read_unlock(current->mm)",),
)
