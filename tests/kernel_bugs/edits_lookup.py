# SPDX-License-Identifier: GPL-2.0-only
"""Edits of the pfn lookup, of /dev/mem and of remap_pfn_range(), each of which is a bug."""

from __future__ import annotations

_KVM, _DEV_MEM, _MEMORY, _MMU = (
    "virt/kvm/kvm_main.c",
    "drivers/char/mem.c",
    "mm/memory.c",
    "arch/arm64/kvm/mmu.c",
)
_LOOKUP, _FAST, _PREPARE = "hva_to_pfn", "hva_to_pfn_fast", "kvm_arch_prepare_memory_region"
_GUARD = "(kfp->flags & FOLL_WRITE) || kfp->map_writable"
_FIT, _WRAP = "offset >> PAGE_SHIFT != desc->pgoff", "offset + (phys_addr_t)size - 1 < offset"
_NOW = "vma->vm_start,\n\t\t\t    vma->vm_pgoff,"
_ON = "hva = min(reg_end, vma->vm_end);"
_FOUND_FAST = "if (hva_to_pfn_fast(kfp, &pfn))\n\t\treturn pfn;"
_REMAP_FLAGS = "vma_desc_set_flags_mask(desc, VMA_REMAP_FLAGS);"
_OLD_FLAGS = "VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP"
_SIGNAL, _POISON = "npages == -EINTR || npages == -EAGAIN", "npages == -EHWPOISON"

#: (tree, target, file, function that is edited, what is replaced, by what, a theorem that is then refuted)
EDITS = (
    ("7.3", _FAST, _KVM, _FAST, f"!({_GUARD})", "0", "fast_lookups_are_made_where_writing_matters"),
    ("7.3", _FAST, _KVM, _FAST, _GUARD, "kfp->flags & FOLL_WRITE", "fast_lookups_are_made_where_writing_matters"),
    ("6.12", _FAST, _KVM, _FAST, "!(write_fault || writable)", "!writable", "fast_lookups_are_made_where_writing_matters"),
    ("7.3", "mmap_mem", _DEV_MEM, "mmap_mem_prepare", _FIT, "0", "dev_mem_ranges_that_wrap_are_refused"),
    ("7.3", "mmap_mem", _DEV_MEM, "mmap_mem_prepare", _WRAP, "0", "dev_mem_ranges_that_wrap_are_refused"),
    ("6.12", "mmap_mem", _DEV_MEM, "mmap_mem", "offset >> PAGE_SHIFT != vma->vm_pgoff", "0", "dev_mem_ranges_that_wrap_are_refused"),
    ("6.12", "mmap_mem", _DEV_MEM, "mmap_mem", _NOW, _NOW.replace("vm_pgoff", "vm_pgoff + 1"),
     "dev_mem_is_mapped_where_it_was_asked_for"),
    ("6.12", "mmap_mem", _DEV_MEM, "mmap_mem", "return -EAGAIN;", "return 0;", "dev_mem_is_mapped_where_it_was_asked_for"),
    ("7.3", "mmap_mem", _DEV_MEM, "mmap_mem_prepare", "mmap_action_remap_full(desc, desc->pgoff);",
     "mmap_action_remap_full(desc, offset);", "dev_mem_is_mapped_where_it_was_asked_for"),
    ("7.3", "mmap_mem", _DEV_MEM, "mmap_mem_prepare", "mmap_action_remap_full(desc, desc->pgoff);", "",
     "dev_mem_is_mapped_where_it_was_asked_for"),
    ("7.3", "mmap_mem", _DEV_MEM, "mmap_mem_prepare", "phys_mem_access_prot(file, desc->pgoff,",
     "phys_mem_access_prot(file, offset,", "dev_mem_type_is_that_of_what_is_mapped"),
    ("7.3", "remap_pfn_range", _MEMORY, "remap_pfn_range_prepare", "!range_in_vma_desc(desc, start, end)", "0",
     "remapped_ranges_lie_in_their_vma"),
    ("7.3", "remap_pfn_range", _MEMORY, "remap_pfn_range_prepare", "range_in_vma_desc(desc, start, end)",
     "range_in_vma_desc(desc, start, start)", "remapped_ranges_lie_in_their_vma"),
    ("7.3", "remap_pfn_range", _MEMORY, "remap_pfn_range_prepare", _REMAP_FLAGS, "", "remapped_vmas_are_pfnmap"),
    ("6.12", "remap_pfn_range", _MEMORY, "remap_pfn_range_internal", _OLD_FLAGS,
     _OLD_FLAGS.replace(" | VM_DONTEXPAND", ""), "remapped_vmas_are_pfnmap"),
    ("7.3", _PREPARE, _MMU, _PREPARE, _ON, "hva = reg_end;", "memslots_are_looked_at_without_a_gap"),
    ("7.3", _PREPARE, _MMU, _PREPARE, _ON, _ON.replace("vm_end", "vm_start"), "memslots_are_looked_at_without_a_gap"),
    ("6.1", _PREPARE, _MMU, _PREPARE, _ON, _ON.replace("vm_end)", "vm_end + PAGE_SIZE)"),
     "memslots_are_looked_at_without_a_gap"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, _FOUND_FAST, "", "pages_are_looked_up_fast_first"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "if (npages == 1)", "if (npages >= 0)", "addresses_without_a_page_are_errors"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "if (npages == 1)\n\t\treturn pfn;", "",
     "pages_that_the_slow_lookup_found_are_the_answer"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "vma->vm_flags & (VM_IO | VM_PFNMAP)", "1",
     "only_pfnmap_and_io_mappings_are_looked_up_as_remapped"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "mmap_read_lock(current->mm);", "",
     "only_pfnmap_and_io_mappings_are_looked_up_as_remapped"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "if (r < 0)\n\t\t\tpfn = KVM_PFN_ERR_FAULT;", "", "remapped_pages_are_the_answer"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "if (r == -EAGAIN)\n\t\t\tgoto retry;", "",
     "remapped_pages_are_looked_up_again_only_if_they_changed"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, _SIGNAL, "npages == -EAGAIN", "interrupted_lookups_are_told"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, _POISON, "0", "poisoned_pages_are_told"),
    ("7.3", _LOOKUP, _KVM, _LOOKUP, "mmap_read_unlock(current->mm);", "", "mmap_lock_is_released_by_lookups"),
    ("6.12", _LOOKUP, _KVM, _LOOKUP, "if (atomic)\n\t\treturn KVM_PFN_ERR_FAULT;", "", "pages_are_looked_up_slowly_then"),
    ("6.1", _LOOKUP, _KVM, _LOOKUP, "if (vma == NULL)\n\t\tpfn = KVM_PFN_ERR_FAULT;", "if (vma == NULL)\n\t\tpfn = 0;",
     "addresses_without_a_page_are_errors"),
)  # fmt: skip
