# SPDX-License-Identifier: GPL-2.0-only
"""The functions of core-mm and of the pfn lookup that the fault path's facts rest on."""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.targets.target import (
    Binding,
    Conjunction,
    EffectArgument,
    EntryValue,
    ExitValue,
    InputSymbol,
    LocalValue,
    Occurrence,
    ReturnMember,
    ReturnValue,
    Target,
)
from model.vocabulary.host import SYMBOLS

_MEMORY, _LOOKUP = "mm/memory.c", "virt/kvm/kvm_main.c"
_FAST, _SLOW = "fast lookup", "slow lookup"
_CHOICE, _REMAP = "phys_mem_access_prot", "remap_pfn_range"

NORMAL_PAGE = Target(
    name="vm_normal_page",
    file=_MEMORY,
    functions=("vm_normal_page",),
    says="says whether a PTE maps a page that core-mm manages",
    symbols=SYMBOLS,
    bindings={
        "vm_flags": EntryValue(("vma->vm_flags",)),
        "host_pte_special": EntryValue(("pte_special(pte)",)),
        "pfn": EntryValue(("pte_pfn(pte)",)),
        "above_highest_memmap_pfn": EntryValue(("pte_pfn(pte) > highest_memmap_pfn",)),
        "page_found": ReturnValue(),
        "page_of_pfn": EntryValue(("pfn_to_page(pte_pfn(pte))",)),
        "driver_decides": EntryValue(
            tuple(f"!!(vma->vm_ops && vma->vm_ops->find_{kind}_page)" for kind in ("normal", "special"))
        ),
    },
)

COW = Target(
    name="is_cow_mapping",
    file=_MEMORY,
    functions=("vma_flags_is_cow_mapping", "is_cow_mapping"),
    says="says whether a write to a private mapping makes a copy",
    symbols=SYMBOLS,
    bindings={"vm_flags": EntryValue(("flags->__vma_flags[0]", "flags")), "said": ReturnValue()},
)

MAP_MEMORY = Target(
    name="pfn_is_map_memory",
    file="arch/arm64/mm/init.c",
    functions=("pfn_is_map_memory",),
    says="says whether a pfn is of the kernel's own memory",
    symbols=SYMBOLS,
    bindings={
        "pfn": EntryValue(("pfn",)),
        "in_memblock": EntryValue(("memblock_is_map_memory(PFN_PHYS(pfn))",)),
        "said": ReturnValue(),
    },
)

ACCESS_PROT = Target(
    name="phys_mem_access_prot",
    file="arch/arm64/mm/mmu.c",
    functions=("phys_mem_access_prot",),
    says="chooses the attributes of a mapping of /dev/mem",
    symbols=SYMBOLS,
    bindings={
        "pfn": EntryValue(("pfn",)),
        "pfn_is_map_memory": EntryValue(("pfn_is_map_memory(pfn)", "pfn_valid(pfn)")),
        "synchronous": EntryValue(("!!(file->f_flags & O_SYNC)",)),
        "given_prot": EntryValue(("vma_prot.pgprot",)),
        "made_prot": ReturnMember("pgprot"),
    },
)

MMAP_MEM = Target(
    name="mmap_mem",
    file="drivers/char/mem.c",
    functions=("mmap_mem_prepare", "mmap_mem"),
    says="maps a range of /dev/mem",
    symbols=SYMBOLS,
    bindings={
        "answer": ReturnValue(),
        "vm_start": EntryValue(("desc->start", "vma->vm_start")),
        "vm_end": EntryValue(("desc->end", "vma->vm_end")),
        "vm_pgoff": EntryValue(("desc->pgoff", "vma->vm_pgoff")),
        "chose_pfn": EffectArgument(_CHOICE, "pfn"),
        "chose_size": EffectArgument(_CHOICE, "size"),
        "remapped_now": Occurrence(_REMAP),
        "remapped_addr": EffectArgument(_REMAP, "addr"),
        "remapped_pfn": EffectArgument(_REMAP, "pfn"),
        "remapped_size": EffectArgument(_REMAP, "size"),
        "remap_ret": InputSymbol("remap_ret"),
        "planned_addr": ExitValue(("desc->action.remap.start", "0")),
        "planned_pfn": ExitValue(("desc->action.remap.start_pfn", "0")),
        "planned_size": ExitValue(("desc->action.remap.size", "0")),
        "prot_for_mem": InputSymbol("prot_for_mem.pgprot"),
        "vm_page_prot": ExitValue(("desc->page_prot.pgprot", "vma->vm_page_prot.pgprot")),
        "range_is_valid": EntryValue(
            (
                "valid_mmap_phys_addr_range(desc->pgoff, desc->end - desc->start) "
                "&& range_is_allowed(desc->pgoff, desc->end - desc->start)",
                "valid_mmap_phys_addr_range(vma->vm_pgoff, vma->vm_end - vma->vm_start) "
                "&& range_is_allowed(vma->vm_pgoff, vma->vm_end - vma->vm_start)",
            )
        ),
    },
    contracts={
        _CHOICE: Contract(
            Kind.ANSWER,
            "attributes for a mapping that begins at the pfn",
            "arch/arm64/mm/mmu.c",
            result="prot_for_mem",
            arguments=(("pfn", "unsigned long", 0), ("size", "unsigned long", 1)),
        ),
    },
)

REMAP = Target(
    name="remap_pfn_range",
    file=_MEMORY,
    functions=("remap_pfn_range_prepare", "remap_pfn_range_notrack"),
    says="prepares a VMA for a range of pfns",
    symbols=SYMBOLS,
    bindings={
        "answer": ReturnValue(),
        "vm_flags": EntryValue(("desc->vma_flags.__vma_flags[0]", "desc->vm_flags", "vma->vm_flags")),
        "vm_start": EntryValue(("desc->start", "vma->vm_start")),
        "vm_end": EntryValue(("desc->end", "vma->vm_end")),
        "remap_start": EntryValue(("desc->action.remap.start", "addr")),
        "remap_end": EntryValue(
            ("desc->action.remap.start + desc->action.remap.size", "addr + PAGE_ALIGN(size)")
        ),
        "remap_pfn": EntryValue(("desc->action.remap.start_pfn", "pfn")),
        "planned_addr": EntryValue(("desc->action.remap.start",)),
        "planned_end": EntryValue(("desc->action.remap.start + desc->action.remap.size",)),
        "new_flags": ExitValue(("desc->vma_flags.__vma_flags[0]", "desc->vm_flags", "vma->vm_flags")),
        "new_pgoff": ExitValue(("desc->pgoff", "vma->vm_pgoff")),
    },
)


def _gup(event: str, result: str) -> Contract:
    return Contract(
        Kind.ANSWER,
        "looks up the page behind the address; with FOLL_WRITE, only one that the host PTE lets it write",
        "mm/gup.c",
        result=result,
        event=event,
        arguments=(("flags", "unsigned int", 0),),
        outs=(("struct page *", "page"),),
    )


def _lookup(name: str, says: str, **more: Binding) -> Target:
    """A part of hva_to_pfn(); since v6.13 its arguments are in a struct kvm_follow_pfn."""
    return Target(
        name=name,
        file=_LOOKUP,
        functions=(name,),
        says=says,
        symbols=SYMBOLS,
        bindings={
            "wants_write": EntryValue(("!!(kfp->flags & FOLL_WRITE)", "write_fault")),
            "tells_writable": EntryValue(("!!kfp->map_writable", "!!writable")),
            "said_before": EntryValue(("*kfp->map_writable", "*writable")),
            "said_writable": ExitValue(("*kfp->map_writable", "*writable")),
            "looked_fast": Occurrence(_FAST),
            "fast_flags": EffectArgument(_FAST, "flags"),
            "fast_found": Conjunction(Occurrence(_FAST), InputSymbol("fast_found")),
            "looked_slow": Occurrence(_SLOW),
            "slow_flags": EffectArgument(_SLOW, "flags"),
            "slow_found": InputSymbol("slow_found"),
            "pins": EntryValue(("kfp->pin", "0")),
            "answer": ReturnValue(),
            **more,
        },
        contracts={
            "get_user_page_fast_only": _gup(_FAST, "fast_found"),
            "pin_user_pages_fast": _gup(_FAST, "fast_pinned"),
            "get_user_pages_unlocked": _gup(_SLOW, "slow_found"),
            "pin_user_pages_unlocked": _gup(_SLOW, "slow_pinned"),
        },
    )


LOOKUP_FAST = _lookup("hva_to_pfn_fast", "looks a page up without taking a lock", said=ReturnValue())
LOOKUP_SLOW = _lookup("hva_to_pfn_slow", "looks a page up, and faults it in")
LOOKUP_REMAPPED = _lookup(
    "hva_to_pfn_remapped",
    "looks up what a VM_PFNMAP or VM_IO mapping maps",
    host_pte_writable=LocalValue(("args.writable",)),
    found_pfn=ExitValue(("*p_pfn",)),
    mapped_pfn=LocalValue(("args.pfn",)),
    read_only_fault=EntryValue(("KVM_PFN_ERR_RO_FAULT",)),
    refcounted_page=ExitValue(("*kfp->refcounted_page",)),
)

TARGETS = (
    NORMAL_PAGE,
    COW,
    MAP_MEMORY,
    ACCESS_PROT,
    MMAP_MEM,
    REMAP,
    LOOKUP_FAST,
    LOOKUP_SLOW,
    LOOKUP_REMAPPED,
)
