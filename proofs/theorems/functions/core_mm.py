# SPDX-License-Identifier: GPL-2.0-only
"""Core-mm and the pfn lookup, read from their own C: proofs of what facts assume of them."""

from __future__ import annotations

from model.facts.normal_page import normal
from model.logic import choose, const, resize
from model.vocabulary.host import (
    answer,
    chose_pfn,
    chose_size,
    driver_decides,
    fast_flags,
    fast_found,
    found_pfn,
    given_prot,
    in_memblock,
    looked_fast,
    looked_slow,
    made_prot,
    mapped_pfn,
    new_flags,
    new_pgoff,
    page_found,
    page_of_pfn,
    pins,
    planned_addr,
    planned_end,
    planned_pfn,
    planned_size,
    prot_for_mem,
    range_is_valid,
    read_only_fault,
    refcounted_page,
    remap_end,
    remap_pfn,
    remap_ret,
    remap_start,
    remapped_addr,
    remapped_now,
    remapped_pfn,
    remapped_size,
    said,
    said_before,
    said_writable,
    slow_flags,
    slow_found,
    synchronous,
    tells_writable,
    wants_write,
)
from model.vocabulary.memory import (
    MT_NORMAL_NC,
    PAGE_SHIFT,
    PTE_ATTRINDX_MASK,
    VM_IO,
    VM_PFNMAP,
    MT_DEVICE_nGnRnE,
    attr_index,
    host_pte_writable,
    is_cow_mapping,
    pfn,
    pfn_is_map_memory,
    vm_end,
    vm_flags,
    vm_page_prot,
    vm_pgoff,
    vm_start,
)
from proofs.theorems.theorem import Theorem

_XN = const(3 << 53, made_prot.sort)  # PTE_PXN, PTE_UXN
#: Of include/linux/mm.h, in every version.
_DONTEXPAND, _DONTDUMP = const(0x0004_0000, new_flags.sort), const(0x0400_0000, new_flags.sort)
_FOLL_WRITE = const(1, fast_flags.sort)  # include/linux/mm_types.h

normal_pages_are_as_modelled = Theorem(
    of="vm_normal_page",
    says="With CONFIG_ARCH_HAS_PTE_SPECIAL, vm_normal_page() answers the page if and only if the PTE is not "
    "special and the memmap covers its pfn.",
    given=(~driver_decides,),
    then=choose(normal, page_found == page_of_pfn, page_found == const(0, page_found.sort)),
    because=("model/facts/normal_page.py says so, and facts and theorems about normal pages rest on it",),
)

cow_mappings_are_as_modelled = Theorem(
    of="is_cow_mapping",
    says="A mapping is COW if and only if VM_MAYWRITE is set and VM_SHARED is not.",
    given=(),
    then=~(said ^ is_cow_mapping),
    because=("include/linux/mm.h; in v7.3 vma_flags_is_cow_mapping()",),
)

memory_is_what_memblock_has = Theorem(
    of="pfn_is_map_memory",
    says="pfn_is_map_memory() holds if and only if memblock has the address as memory, not NOMAP, and the "
    "address does not overflow.",
    given=(),
    then=~(said ^ (in_memblock & ((pfn << PAGE_SHIFT) >> PAGE_SHIFT == pfn))),
    because=("873ba463914c: pfn_valid() was true of NOMAP memory",),
)

dev_mem_beyond_memory_is_device = Theorem(
    of="phys_mem_access_prot",
    says="A mapping of /dev/mem beyond memory is Device-nGnRnE.",
    given=(~pfn_is_map_memory,),
    then=attr_index(made_prot) == MT_DEVICE_nGnRnE,
    because=("arch/arm64/mm/mmu.c: pgprot_noncached()",),
)

dev_mem_is_as_its_file_was_opened = Theorem(
    of="phys_mem_access_prot",
    says="A mapping of memory by /dev/mem is Normal-NC if the file was opened with O_SYNC, and else as it was.",
    given=(pfn_is_map_memory,),
    then=choose(synchronous, attr_index(made_prot) == MT_NORMAL_NC, made_prot == given_prot),
    because=("arch/arm64/mm/mmu.c: pgprot_writecombine()",),
)

dev_mem_keeps_its_permissions = Theorem(
    of="phys_mem_access_prot",
    says="A mapping of /dev/mem keeps its protection but for the type, and gets no execution.",
    given=(),
    then=((made_prot ^ given_prot) & ~(PTE_ATTRINDX_MASK | _XN)) == const(0, made_prot.sort),
    because=("arch/arm64/include/asm/pgtable.h: __pgprot_modify()",),
)

dev_mem_vmas_have_the_protection_that_was_chosen = Theorem(
    of="mmap_mem",
    says="A mapping of /dev/mem that is made has the vm_page_prot that phys_mem_access_prot() chose.",
    given=(answer == 0,),
    then=vm_page_prot == prot_for_mem,
    because=("drivers/char/mem.c; D12 of model/facts/classes.py",),
)

dev_mem_ranges_are_checked = Theorem(
    of="mmap_mem",
    says="A range that is not physical memory, or that CONFIG_STRICT_DEVMEM keeps, is never mapped.",
    given=(~range_is_valid,),
    then=answer != 0,
    because=("drivers/char/mem.c: valid_mmap_phys_addr_range(), range_is_allowed()",),
)

_size = vm_end - vm_start
_first = vm_pgoff << PAGE_SHIFT

dev_mem_ranges_that_wrap_are_refused = Theorem(
    of="mmap_mem",
    says="A range that does not fit in a physical address, or that goes around its end, is never mapped.",
    given=(answer == 0,),
    then=(_first >> PAGE_SHIFT == vm_pgoff) & (_first + _size - 1 >= _first),
    because=("drivers/char/mem.c: does it even fit in phys_addr_t? It's illegal to wrap around the end",),
)

dev_mem_is_mapped_where_it_was_asked_for = Theorem(
    of="mmap_mem",
    says="What is mapped of /dev/mem is the whole VMA, to the pfns from vm_pgoff on, or an error is the answer.",
    given=(answer == 0,),
    then=choose(
        remapped_now,
        (remapped_addr == vm_start)
        & (remapped_size == _size)
        & (remapped_pfn == vm_pgoff)
        & (remap_ret == 0),
        (planned_addr == vm_start) & (planned_size == _size) & (planned_pfn == vm_pgoff),
    ),
    because=("drivers/char/mem.c: remap_pfn_range(), since v6.19 mmap_action_remap_full()",),
)

dev_mem_type_is_that_of_what_is_mapped = Theorem(
    of="mmap_mem",
    says="phys_mem_access_prot() is asked about the pfns that are mapped.",
    given=(answer == 0,),
    then=(chose_pfn == vm_pgoff) & (chose_size == _size),
    because=("drivers/char/mem.c; the type of a mapping that begins in memory is that of memory",),
)

_covers = (remap_start == vm_start) & (remap_end == vm_end)

remapping_part_of_a_cow_mapping_is_refused = Theorem(
    of="remap_pfn_range",
    says="remap_pfn_range() of a part of a COW mapping is refused.",
    given=(is_cow_mapping, ~_covers),
    then=answer != 0,
    because=("there's a horrible special case to handle copy-on-write behaviour: get_remap_pgoff()",),
)

remapped_cow_mappings_know_their_first_pfn = Theorem(
    of="remap_pfn_range",
    says="remap_pfn_range() of a COW mapping leaves the first pfn in vm_pgoff.",
    given=(is_cow_mapping, answer == 0),
    then=_covers & (new_pgoff == remap_pfn),
    because=("vm_normal_page() without CONFIG_ARCH_HAS_PTE_SPECIAL tells COW copies by it",),
)

remapped_vmas_are_pfnmap = Theorem(
    of="remap_pfn_range",
    says="remap_pfn_range() sets VM_PFNMAP, VM_IO, VM_DONTEXPAND and VM_DONTDUMP, and clears no flag.",
    given=(answer == 0,),
    then=new_flags.any(VM_PFNMAP)
    & new_flags.any(VM_IO)
    & new_flags.any(_DONTEXPAND)
    & new_flags.any(_DONTDUMP)
    & ((vm_flags & ~new_flags) == const(0, vm_flags.sort)),
    because=("mm/memory.c: VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP",),
)

remapped_ranges_lie_in_their_vma = Theorem(
    of="remap_pfn_range",
    says="A driver's plan to map a range that does not lie in the VMA is refused.",
    given=(answer == 0,),
    then=(vm_start <= planned_addr) & (planned_end <= vm_end),
    because=("mm/memory.c: range_in_vma_desc(); before v6.19 the caller was trusted",),
)

_tells = tells_writable & ~said_before & said_writable

fast_lookups_are_for_writing = Theorem(
    of="hva_to_pfn_fast",
    says="The fast lookup always asks for a page that the host PTE lets it write.",
    given=(looked_fast,),
    then=fast_flags.any(_FOLL_WRITE),
    because=("hva_to_pfn_fast(): in order to avoid racing an operation that breaks Copy-on-Write",),
)

fast_lookups_are_made_where_writing_matters = Theorem(
    of="hva_to_pfn_fast",
    says="The fast lookup looks for a page if and only if it is to be written, or the caller asks whether it is "
    "writable.",
    given=(),
    then=~(looked_fast ^ (wants_write | tells_writable)) & (said >> looked_fast),
    because=("hva_to_pfn_fast(): if the caller only wants to read the page, KVM must go down the slow path",),
)

fast_lookups_say_writable_of_what_they_found = Theorem(
    of="hva_to_pfn_fast",
    says="The fast lookup says writable only of a page that it found for writing.",
    given=(_tells,),
    then=looked_fast & fast_flags.any(_FOLL_WRITE) & said,
    because=("fact lookup_says_writable_of_writable_ptes",),
)

slow_lookups_say_writable_of_what_was_found_for_writing = Theorem(
    of="hva_to_pfn_slow",
    says="The slow lookup says writable only of a page that was found with FOLL_WRITE.",
    given=(_tells,),
    then=(looked_slow & slow_flags.any(_FOLL_WRITE)) | (fast_found & fast_flags.any(_FOLL_WRITE)),
    because=("fact lookup_says_writable_of_writable_ptes",),
)

fast_lookups_answer_for_what_they_found = Theorem(
    of="hva_to_pfn_fast",
    says="The fast lookup says that it has a page only if it found one.",
    given=(said, ~pins),
    then=fast_found,
    because=("hva_to_pfn_fast(): true indicates success",),
)

slow_lookups_answer_for_what_they_found = Theorem(
    of="hva_to_pfn_slow",
    says="The slow lookup answers 1 for a page, and its error where it found none.",
    given=(~pins,),
    then=looked_slow & (answer == resize(slow_found, 32)),
    because=("hva_to_pfn_slow(): 1 indicates success, -errno is returned if error is detected",),
)

slow_lookups_for_writing_ask_for_writing = Theorem(
    of="hva_to_pfn_slow",
    says="A slow lookup for a write asks for a page that the host PTE lets it write.",
    given=(wants_write,),
    then=looked_slow & slow_flags.any(_FOLL_WRITE),
    because=("hva_to_pfn_slow(): flags |= FOLL_WRITE",),
)

remapped_pages_are_said_writable_as_their_pte_is = Theorem(
    of="hva_to_pfn_remapped",
    says="Of what a VM_PFNMAP mapping maps, writable is said only if the host PTE is writable.",
    given=(_tells,),
    then=host_pte_writable,
    because=("bd2fae8da794: do not assume PTE is writable after follow_pfn",),
)

writes_to_remapped_pages_need_a_writable_pte = Theorem(
    of="hva_to_pfn_remapped",
    says="A write to what a VM_PFNMAP mapping maps read-only is refused, and any other access finds the "
    "pfn of the host PTE.",
    given=(answer == 0,),
    then=found_pfn == choose(wants_write & ~host_pte_writable, read_only_fault, mapped_pfn),
    because=("hva_to_pfn_remapped(): KVM_PFN_ERR_RO_FAULT",),
)

remapped_pages_are_never_pinned = Theorem(
    of="hva_to_pfn_remapped",
    says="Of what a VM_PFNMAP mapping maps, no reference is taken.",
    given=(said_writable & ~said_before,),
    then=refcounted_page == const(0, refcounted_page.sort),
    because=("fact lookup_pins_normal_pages: kvm_resolve_pfn(kfp, NULL, ...)",),
)
