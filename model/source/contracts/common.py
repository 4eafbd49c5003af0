# SPDX-License-Identifier: GPL-2.0-only
"""Contracts of calls, by name: those of the fault path, and all that hold for every target.

A contract says what a call does for the caller.  A call without one is inlined from the tree, and what
cannot be inlined is havoc, reported as such.  ``evidence`` is where a contract can be checked.

Trusted: every contract that a proof's procedure used; the report lists them.
"""

from __future__ import annotations

from model.source.contracts.contract import Contract, Kind
from model.source.contracts.kvm import kvm_contracts
from model.source.contracts.mm import mm_contracts


def _no_effect(says: str, evidence: str, *names: str) -> dict[str, Contract]:
    return {n: Contract(Kind.NO_EFFECT, says, evidence) for n in names}


def _event(says: str, evidence: str, *names: str) -> dict[str, Contract]:
    return {n: Contract(Kind.EFFECT, says, evidence, type="void", is_order_only=True) for n in names}


def _count(resource: str, by: int, says: str, evidence: str, *names: str) -> dict[str, Contract]:
    return {n: Contract(Kind.COUNT, says, evidence, counts=(resource, by), type="void") for n in names}


def _capability(*names: str) -> dict[str, Contract]:
    says = "whether the machine has the capability; it does not change while the host runs"
    return {
        n: Contract(Kind.CAPABILITY, says, "arch/arm64/include/asm/cpufeature.h", type="bool") for n in names
    }


_MAP = (("addr", "u64", 0), ("size", "u64", 1), ("phys", "u64", 2), ("prot", "enum kvm_pgtable_prot", 0))
_RELAX = (("addr", "u64", 0), ("prot", "enum kvm_pgtable_prot", 0))
_MAP_SAYS = "hands a stage-2 entry to the page-table code, which may fail in any way"
_RELAX_SAYS = "adds permissions to the existing leaf entry, which may fail in any way"
_PGTABLE = "arch/arm64/kvm/hyp/pgtable.c"
_PKVM = "arch/arm64/kvm/pkvm.c"

_LOOKUP_SAYS = (
    "looks up the pfn for the gfn; it may say anything of it, and says writable only of what the "
    "host may write (fact lookup_says_writable_of_writable_ptes)"
)


def common_contracts() -> dict[str, Contract]:
    """All contracts, by the name of the function or macro, or as "struct_tag.member" of a pointer to one."""
    return {
        **mm_contracts(),
        **kvm_contracts(),
        **_no_effect("prints", "include/linux/kvm_host.h, include/linux/printk.h",
                     "kvm_err", "kvm_pr_unimpl", "kvm_debug", "kvm_info", "pr_err", "pr_warn", "pr_debug",
                     "pr_warn_ratelimited", "pr_err_ratelimited", "printk", "_printk"),
        **_event("orders memory accesses; no value changes", "Documentation/memory-barriers.txt",
                     "smp_rmb", "smp_wmb", "smp_mb", "barrier", "cpu_relax"),
        **{n: Contract(Kind.EFFECT, "orders memory accesses", "arch/arm64/include/asm/barrier.h", type="void",
                       is_instruction=True) for n in ("dsb", "dmb", "isb")},
        **_no_effect("checks, in debugging kernels only", "include/linux/lockdep.h, include/linux/mmdebug.h",
                     "lockdep_assert_held", "lockdep_assert_once", "lockdep_assert", "might_sleep",
                     "VM_BUG_ON", "VM_WARN_ON_ONCE", "VM_WARN_ON", "VM_BUG_ON_PAGE", "BUILD_BUG_ON",
                     "BUILD_BUG_ON_MSG", "static_assert", "fallthrough", "compiletime_assert",
                     "compiletime_assert_atomic_type", "lockdep_assert_irqs_enabled", "assert_spin_locked"),
        **_event("ages the page in the host's own structures", "virt/kvm/kvm_main.c",
                     "kvm_set_pfn_accessed"),
        "kvm_set_pfn_dirty": Contract(
            Kind.EFFECT, "tells the host that the page is written to", "virt/kvm/kvm_main.c"),
        "kvm_send_hwpoison_signal": Contract(
            Kind.EFFECT, "sends SIGBUS to the VMM", "arch/arm64/kvm/mmu.c",
            arguments=(("address", "unsigned long", 0),)),
        **_event("lets others run for a moment, with the lock given back meanwhile", "kernel/sched/core.c",
                     "cond_resched", "cond_resched_lock", "cond_resched_rwlock_read",
                     "cond_resched_rwlock_write"),
        **_event("masks interrupts", "include/linux/irqflags.h", "local_irq_save", "local_irq_restore"),
        **_capability("cpus_have_final_cap", "cpus_have_const_cap", "cpus_have_cap", "cpus_have_final_boot_cap",
                      "alternative_has_cap_likely", "alternative_has_cap_unlikely"),
        "BUG": Contract(Kind.CRASH, "stops the host", "include/asm-generic/bug.h"),
        "panic": Contract(Kind.CRASH, "stops the host", "kernel/panic.c"),
        "kvm_has_mte": Contract(Kind.PURE, "whether the VM has memory tagging; fixed when its first vCPU runs",
                                "arch/arm64/include/asm/kvm_host.h", type="bool"),
        "is_protected_kvm_enabled": Contract(
            Kind.PURE, "whether the host runs as pKVM's host; fixed at boot", "arch/arm64/include/asm/virt.h", type="bool"),
        "kvm_has_xnx": Contract(Kind.PURE, "whether the guest's stage 2 has FEAT_XNX",
                                "arch/arm64/include/asm/kvm_nested.h", type="bool"),
        "pfn_is_map_memory": Contract(
            Kind.PURE, "whether the page is in memblock.memory and not NOMAP", "arch/arm64/mm/init.c", type="bool"),
        "pfn_valid": Contract(Kind.PURE, "whether the pfn has a struct page", "include/linux/mmzone.h", type="bool"),
        "pfn_to_page": Contract(
            Kind.PURE, "the struct page of the pfn", "include/asm-generic/memory_model.h", type="struct page *"),
        "is_zero_pfn": Contract(Kind.PURE, "whether the pfn is that of the zero page", "include/linux/pgtable.h", type="bool"),
        "is_vm_hugetlb_page": Contract(
            Kind.EXPRESSION, "whether vm_flags has VM_HUGETLB", "include/linux/hugetlb_inline.h",
            expression="!!(vma->vm_flags & VM_HUGETLB)"),
        "hstate_vma": Contract(Kind.ANSWER, "the hugetlbfs state of the VMA's file", "include/linux/hugetlb.h",
                               result="hstate"),
        "get_current": Contract(Kind.PURE, "the task that runs", "arch/arm64/include/asm/current.h",
                                result="current"),
        "vma_lookup": Contract(
            Kind.ANSWER, "the VMA at the address, or NULL", "include/linux/mm.h", result="vma",
            event="VMA lookup", arguments=(("address", "unsigned long", 0),)),
        "find_vma": Contract(
            Kind.ANSWER, "the first VMA that ends above the address, or NULL", "mm/mmap.c", result="vma"),
        "find_vma_intersection": Contract(
            Kind.ANSWER, "the VMA that intersects the range, or NULL", "include/linux/mm.h", result="vma",
            event="VMA lookup", arguments=(("address", "unsigned long", 0),)),
        "kvm_mmu_topup_memory_cache": Contract(
            Kind.ANSWER, "0, or an error where memory ran out", "virt/kvm/kvm_main.c", result="topup_ret"),
        "topup_hyp_memcache": Contract(
            Kind.ANSWER, "0, or an error where memory ran out", "arch/arm64/include/asm/kvm_host.h",
            result="topup_ret"),
        "kvm_mmu_cache_min_pages": Contract(
            Kind.PURE, "a number of pages", "arch/arm64/include/asm/kvm_mmu.h", type="int"),
        "get_user_mapping_size": Contract(
            Kind.ANSWER, "the size of the host's own leaf entry at the address, or an error",
            "arch/arm64/kvm/mmu.c", result="user_mapping_size", event="get_user_mapping_size",
            observes=(("address", ("addr",)),)),
        "mmu_invalidate_retry": Contract(
            Kind.ANSWER, "whether an MMU notifier ran since the sequence number was read",
            "include/linux/kvm_host.h", result="mmu_invalidate_retry", event="mmu_invalidate_retry",
            arguments=(("seq", "unsigned long", 0),)),
        "__gfn_to_pfn_memslot": Contract(
            Kind.ANSWER, _LOOKUP_SAYS, "virt/kvm/kvm_main.c", result="pfn", event="pfn lookup",
            arguments=(("gfn", "gfn_t", 0),), observes=(("write", ("!!write_fault",)),),
            outs=(("bool", "pfn_writable"),)),
        "__kvm_faultin_pfn": Contract(
            Kind.ANSWER, _LOOKUP_SAYS, "virt/kvm/kvm_main.c", result="pfn", event="pfn lookup",
            arguments=(("gfn", "gfn_t", 0),), observes=(("write", ("!!(foll & FOLL_WRITE)",)),),
            outs=(("bool", "pfn_writable"), ("struct page *", "page"))),
        "kvm_pgtable_stage2_map": Contract(Kind.EFFECT, _MAP_SAYS, _PGTABLE, result="map_ret", arguments=_MAP),
        "pkvm_pgtable_stage2_map": Contract(
            Kind.EFFECT, _MAP_SAYS, _PKVM, result="map_ret", arguments=_MAP, event="kvm_pgtable_stage2_map"),
        "kvm_pgtable_stage2_relax_perms": Contract(
            Kind.EFFECT, _RELAX_SAYS, _PGTABLE, result="relax_ret", arguments=_RELAX),
        "pkvm_pgtable_stage2_relax_perms": Contract(
            Kind.EFFECT, _RELAX_SAYS, _PKVM, result="relax_ret", arguments=_RELAX,
            event="kvm_pgtable_stage2_relax_perms"),
        "sanitise_mte_tags": Contract(
            Kind.EFFECT,
            "initialises the tags of the pages",
            "arch/arm64/kvm/mmu.c",
            arguments=(("pfn", "kvm_pfn_t", 0), ("size", "unsigned long", 0)),
            is_inlined=True,
        ),
        "mte_clear_page_tags": Contract(
            Kind.EFFECT,
            "sets the tags of one page to 0",
            "arch/arm64/lib/mte.S",
        ),
        "pfn_to_online_page": Contract(
            Kind.ANSWER,
            "the struct page of the pfn, or NULL if it is none of the kernel's own memory",
            "mm/memory_hotplug.c",
            result="online_page",
            type="struct page *",
        ),
        "page_folio": Contract(
            Kind.ANSWER, "the folio that the page is of", "include/linux/page-flags.h", type="struct folio *"
        ),
        "folio_test_hugetlb": Contract(
            Kind.ANSWER, "whether the folio is of hugetlbfs", "include/linux/page-flags.h", type="bool"
        ),
        "page_address": Contract(
            Kind.PURE, "the page's address in the linear map", "include/linux/mm.h", type="void *"
        ),
        **_event(
            "notes that the tags of a page are initialised",
            "arch/arm64/include/asm/mte.h",
            "set_page_mte_tagged",
            "folio_set_hugetlb_mte_tagged",
        ),
        **{
            test: Contract(
                Kind.ANSWER, "whether the tags are to be initialised", "arch/arm64/include/asm/mte.h", type="bool"
            )
            for test in ("page_mte_tagged", "try_page_mte_tagging", "folio_try_hugetlb_mte_tagging")
        },
        "clean_dcache_guest_page": Contract(
            Kind.EFFECT, "cleans the page to the point of coherency, up to v5.13", "arch/arm64/kvm/mmu.c"
        ),
        "invalidate_icache_guest_page": Contract(
            Kind.EFFECT, "invalidates the instruction cache for the page, up to v5.13", "arch/arm64/kvm/mmu.c"
        ),
        "gfn_to_pfn_prot": Contract(
            Kind.ANSWER,
            _LOOKUP_SAYS,
            "virt/kvm/kvm_main.c",
            result="pfn",
            event="pfn lookup",
            arguments=(("gfn", "gfn_t", 0), ("write", "bool", 0)),
            outs=(("bool", "pfn_writable"),),
        ),
        "mmu_notifier_retry": Contract(
            Kind.ANSWER,
            "whether an MMU notifier ran since the sequence number was read",
            "include/linux/kvm_host.h, up to v6.0",
            result="mmu_invalidate_retry",
            type="int",
            event="mmu_invalidate_retry",
            arguments=(("seq", "unsigned long", 0),),
        ),
        "kvm_is_transparent_hugepage": Contract(
            Kind.ANSWER,
            "whether the host maps the page by a transparent huge page",
            "virt/kvm/kvm_main.c, up to v5.13",
            type="bool",
        ),
        "mark_page_dirty": Contract(
            Kind.EFFECT,
            "marks the page dirty in its slot's bitmap",
            "virt/kvm/kvm_main.c",
            arguments=(("gfn", "gfn_t", 0),),
            event="mark_page_dirty_in_slot",
        ),
        "mark_page_dirty_in_slot": Contract(
            Kind.EFFECT, "marks the page dirty in the slot's bitmap", "virt/kvm/kvm_main.c",
            arguments=(("gfn", "gfn_t", 0),)),
        **_count("mmap_lock", 1, "takes mmap_lock", "include/linux/mmap_lock.h", "mmap_read_lock", "mmap_write_lock"),
        **_count("mmap_lock", -1, "gives mmap_lock back", "include/linux/mmap_lock.h",
                 "mmap_read_unlock", "mmap_write_unlock"),
        **_count("", 1, "takes the lock", "include/linux/rwlock.h", "read_lock", "write_lock", "spin_lock"),
        **_count("", -1, "gives the lock back", "include/linux/rwlock.h", "read_unlock", "write_unlock",
                 "spin_unlock"),
        **_count("page_refs", -1, "gives the page's reference back", "virt/kvm/kvm_main.c",
                 "kvm_release_pfn_clean", "kvm_release_pfn", "kvm_release_page_unused",
                 "kvm_release_page_clean", "put_page"),
        **{
            n: Contract(
                Kind.COUNT, "gives the page's reference back, and tells the host that it is written to",
                "virt/kvm/kvm_main.c", counts=("page_refs", -1), type="void", event="kvm_set_pfn_dirty")
            for n in ("kvm_release_pfn_dirty", "kvm_release_page_dirty")
        },
        "kvm_release_faultin_page": Contract(
            Kind.COUNT, "gives the page's reference back; of a page that is used, says whether it is dirty",
            "include/linux/kvm_host.h", counts=("page_refs", -1), type="void",
            arguments=(("page_unused", "bool", 0), ("page_dirty", "bool", 1))),
        **_count("page_refs", 1, "takes a reference to the page", "include/linux/mm.h", "get_page", "kvm_get_pfn"),
    }  # fmt: skip
