# SPDX-License-Identifier: GPL-2.0-only
"""Edits of what maps a device's registers without a fault, each of which is a bug."""

from __future__ import annotations

_TARGET, _FILE = "kvm_phys_addr_ioremap", "arch/arm64/kvm/mmu.c"

#: (tree, target, file, function that is edited, what is replaced, by what, a theorem that is then refuted)
EDITS = tuple(
    (name, _TARGET, _FILE, _TARGET, old, new, theorem)
    for name, old, new, theorem in (
        (
            "7.3",
            "addr < guest_ipa + size;",
            "addr <= guest_ipa + size;",
            "registers_are_mapped_only_where_asked_for",
        ),
        ("6.12", "guest_ipa &= PAGE_MASK;", "", "registers_are_mapped_only_where_asked_for"),
        ("7.3", "size += offset_in_page(guest_ipa);", "", "registers_are_mapped_to_the_end"),
        ("5.10", "size += offset_in_page(guest_ipa);", "", "registers_are_mapped_to_the_end"),
        ("7.3", "pa += PAGE_SIZE;", "pa++;", "registers_are_mapped_without_a_gap"),
        ("5.10", "pa += PAGE_SIZE;", "pa++;", "registers_are_mapped_without_a_gap"),
        (
            "7.3",
            "write_unlock(&kvm->mmu_lock);\n\t\tif (ret)\n\t\t\tbreak;\n",
            "write_unlock(&kvm->mmu_lock);\n",
            "registers_that_cannot_be_mapped_are_not_passed_over",
        ),
        (
            "7.3",
            "if (ret)\n\t\t\tbreak;\n\n\t\twrite_lock",
            "write_lock",
            "registers_are_mapped_only_with_pages_for_tables",
        ),
        (
            "7.3",
            "kvm_mmu_free_memory_cache(&cache);",
            "if (!ret)\n\t\tkvm_mmu_free_memory_cache(&cache);",
            "registers_are_mapped_and_unused_pages_are_freed",
        ),
    )
)
