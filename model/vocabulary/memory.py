# SPDX-License-Identifier: GPL-2.0-only
"""The words that theorems, facts and shapes share, each a term over a few named symbols.

A *symbol* stands in ``model.vocabulary.symbols`` and is bound by every procedure to its own terms: a shape has
inputs of the same names; for real C, ``model.source.targets.fault_symbols`` says which C expression each one is.
A *constant* (VM_PFNMAP) is bound to the value that the kernel at hand gives it.  Everything else
here is a definition over symbols and constants, independent of any kernel's code.

Sources: include/linux/mm.h, arch/arm64/include/asm/{memory,pgtable-hwdef,kvm_pgtable}.h,
arch/arm64/kvm/mmu.c.  Trusted: the definitions; they are what the theorems mean.
"""

from __future__ import annotations

from model.logic import BV64, Term, compare, conj, const, disj, name
from model.vocabulary.symbols import BV32, OUTCOMES, READ, VARYING, WORLD


# Constants of the kernel at hand -------------------------------------------------------------
def _constant(text: str) -> Term:
    """A 64-bit constant that the kernel at hand defines under this name."""
    return name(text, BV64)


VM_WRITE = _constant("VM_WRITE")
VM_SHARED = _constant("VM_SHARED")
VM_MAYWRITE = _constant("VM_MAYWRITE")
VM_PFNMAP = _constant("VM_PFNMAP")
VM_IO = _constant("VM_IO")
VM_HUGETLB = _constant("VM_HUGETLB")
VM_MIXEDMAP = _constant("VM_MIXEDMAP")
VM_MTE_ALLOWED = _constant("VM_MTE_ALLOWED")
VM_ALLOW_ANY_UNCACHED = _constant("VM_ALLOW_ANY_UNCACHED")

MT_NORMAL = _constant("MT_NORMAL")
MT_NORMAL_TAGGED = _constant("MT_NORMAL_TAGGED")
MT_NORMAL_NC = _constant("MT_NORMAL_NC")
MT_DEVICE_nGnRnE = _constant("MT_DEVICE_nGnRnE")  # spelled as in the kernel
MT_DEVICE_nGnRE = _constant("MT_DEVICE_nGnRE")
PTE_ATTRINDX_MASK = _constant("PTE_ATTRINDX_MASK")

KVM_PGTABLE_PROT_X = _constant("KVM_PGTABLE_PROT_X")
KVM_PGTABLE_PROT_PX = _constant("KVM_PGTABLE_PROT_PX")
KVM_PGTABLE_PROT_UX = _constant("KVM_PGTABLE_PROT_UX")
KVM_PGTABLE_PROT_W = _constant("KVM_PGTABLE_PROT_W")
KVM_PGTABLE_PROT_R = _constant("KVM_PGTABLE_PROT_R")
KVM_PGTABLE_PROT_DEVICE = _constant("KVM_PGTABLE_PROT_DEVICE")
KVM_PGTABLE_PROT_NORMAL_NC = _constant("KVM_PGTABLE_PROT_NORMAL_NC")
KVM_NV_GUEST_MAP_SZ = _constant("KVM_NV_GUEST_MAP_SZ")

PAGE_SHIFT = _constant("PAGE_SHIFT")
PAGE_SIZE = _constant("PAGE_SIZE")
CONT_PTE_SIZE = _constant("CONT_PTE_SIZE")
PMD_SIZE = _constant("PMD_SIZE")
CONT_PMD_SIZE = _constant("CONT_PMD_SIZE")
PUD_SIZE = _constant("PUD_SIZE")

KVM_PFN_ERR_NOSLOT_MASK = _constant("KVM_PFN_ERR_NOSLOT_MASK")
KVM_PFN_ERR_HWPOISON = _constant("KVM_PFN_ERR_HWPOISON")

# Negative errno values are 32-bit words, as an `int` that is returned.
EFAULT, EINVAL, ENOEXEC, EAGAIN, EHWPOISON = 14, 22, 8, 11, 133


def _read(text: str) -> Term:
    return name(text, READ[text][0])


def _done(text: str) -> Term:
    return name(text, OUTCOMES[text][0])


def _varying(text: str) -> Term:
    return name(text, VARYING[text][0])


def _world(text: str) -> Term:
    return name(text, WORLD[text][0])


# The VMA -------------------------------------------------------------------------------------
vma_found = _read("vma_found")
vm_flags = _read("vm_flags")
vm_page_prot = _read("vm_page_prot")
vm_start = _read("vm_start")
vm_end = _read("vm_end")
vm_pgoff = _read("vm_pgoff")
huge_page_size = _read("huge_page_size")

is_cow_mapping = (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE
is_pfnmap = vm_flags.any(VM_PFNMAP)
is_mixedmap = vm_flags.any(VM_MIXEDMAP)
is_hugetlb = vm_flags.any(VM_HUGETLB)
is_pfnmap_or_mixedmap = vm_flags.any(VM_PFNMAP | VM_MIXEDMAP)
mte_allowed = vm_flags.any(VM_MTE_ALLOWED)
vfio_allow_any_uc = vm_flags.any(VM_ALLOW_ANY_UNCACHED)


def attr_index(pgprot: Term) -> Term:
    """The memory type a stage-1 page protection selects (PTE AttrIndx, bits [4:2]), 0 to 7."""
    return (pgprot & PTE_ATTRINDX_MASK) >> 2


def cacheable(pgprot: Term) -> Term:
    """Neither Normal non-cacheable nor Device: commit 8cc9dc1ae4fb, kvm_vma_is_cacheable()."""
    index = attr_index(pgprot)
    return conj(index != MT_NORMAL_NC, index != MT_DEVICE_nGnRnE, index != MT_DEVICE_nGnRE)


is_vma_cacheable = cacheable(vm_page_prot)

# The page that the pfn lookup found, and the host PTE that maps it -----------------------------
pfn = _read("pfn")
pfn_writable = _read("pfn_writable")
pfn_is_map_memory = _read("pfn_is_map_memory")
is_error_noslot_pfn = pfn.any(KVM_PFN_ERR_NOSLOT_MASK)
is_hwpoison_pfn = pfn == KVM_PFN_ERR_HWPOISON

host_pte_special = _world("host_pte_special")
host_pte_writable = _world("host_pte_writable")
host_pte_prot = _world("host_pte_prot")
page_is_cow_copy = _world("page_is_cow_copy")
pfn_valid = _world("pfn_valid")
has_struct_page = _world("has_struct_page")
has_linear_map = _world("has_linear_map")
is_zero_pfn = _world("is_zero_pfn")
above_highest_memmap_pfn = _world("above_highest_memmap_pfn")
page_pinned = _world("page_pinned")
other_index = _world("other_index")
other_pfn = _world("other_pfn")
other_is_cow_copy = _world("other_is_cow_copy")
guest_attr = _world("guest_attr")

# The fault -------------------------------------------------------------------------------------
fault_ipa = _read("fault_ipa")
hva = _read("hva")
write_fault = _read("write_fault")
exec_fault = _read("exec_fault")
perm_fault = _read("perm_fault")
excl_atomic_fault = _varying("excl_atomic_fault")
fault_granule = _read("fault_granule")
logging_active = _read("logging_active")
dirty_tracked = _read("dirty_tracked")
supports_pmd = _read("supports_pmd")
supports_pud = _read("supports_pud")
mmu_invalidated = _read("mmu_invalidated")
thp_size = _read("thp_size")
topup_ret = _read("topup_ret")
map_ret = _read("map_ret")
relax_ret = _read("relax_ret")

# The machine and the guest ---------------------------------------------------------------------
FWB = _read("ARM64_HAS_STAGE2_FWB")
DIC = _read("ARM64_HAS_CACHE_DIC")
kvm_has_mte = _read("kvm_has_mte")
is_protected_kvm_enabled = _read("is_protected_kvm_enabled")
kvm_supports_cacheable_pfnmap = FWB & DIC
nested = _read("nested")
nested_output = _read("nested_output")
nested_size = _read("nested_size")
nested_level = _read("nested_level")
nested_readable = _read("nested_readable")
nested_writable = _read("nested_writable")
nested_executable = _varying("nested_executable")
nested_exec_el0 = _varying("nested_exec_el0")
nested_exec_el1 = _varying("nested_exec_el1")

# What the fault path did -------------------------------------------------------------------------
ret = _done("ret")
mapped = _done("mapped")
map_addr = _done("map_addr")
map_size = _done("map_size")
map_phys = _done("map_phys")
prot = _done("prot")
map_locked = _done("map_locked")
relaxed = _done("relaxed")
relaxed_addr = _done("relaxed_addr")
relaxed_prot = _done("relaxed_prot")
relax_locked = _done("relax_locked")
vma_address = _done("vma_address")
sized_address = _done("sized_address")
looked_up = _done("looked_up")
lookup_gfn = _done("lookup_gfn")
lookup_writes = _done("lookup_writes")
sanitised = _done("sanitised")
sanitised_pfn = _done("sanitised_pfn")
sanitised_size = _done("sanitised_size")
marked_dirty = _done("marked_dirty")
marked_gfn = _done("marked_gfn")
page_dirtied = _done("page_dirtied")
page_kept = _done("page_kept")
kept_locked = _done("kept_locked")
page_released = _done("page_released")
page_released_again = _done("page_released_again")
poison_told = _done("poison_told")
poison_hva = _done("poison_hva")
excl_atomic_injected = _done("excl_atomic_injected")
mmap_locked = _done("mmap_locked")
mmap_unlocked = _done("mmap_unlocked")
mmap_unlocked_again = _done("mmap_unlocked_again")
mmu_locked = _done("mmu_locked")
mmu_unlocked = _done("mmu_unlocked")
cow_refused = _done("cow_refused")
memslot_refused = _done("memslot_refused")

READABLE = prot.any(KVM_PGTABLE_PROT_R)
WRITABLE = prot.any(KVM_PGTABLE_PROT_W)
EXECUTABLE = prot.any(KVM_PGTABLE_PROT_X)
DEVICE = prot.any(KVM_PGTABLE_PROT_DEVICE)
NORMAL_NC = prot.any(KVM_PGTABLE_PROT_NORMAL_NC)
NORMAL = ~DEVICE & ~NORMAL_NC


def returns(errno: int) -> Term:
    """The fault path answered ``-errno``."""
    return ret == -errno


def is_negative(word: Term) -> Term:
    """``word < 0`` of a signed C integer."""
    return compare("slt", word, const(0, word.sort))


refused = disj(*(returns(e) for e in (EFAULT, EINVAL, ENOEXEC))) & ~mapped & ~relaxed
beyond = is_pfnmap_or_mixedmap & ~pfn_is_map_memory

#: Definitions that a listing calls by their C name instead of spelling them out.
ABBREVIATIONS: tuple[tuple[Term, str], ...] = (
    (is_cow_mapping, "is_cow_mapping(vm_flags)"),
    (is_vma_cacheable, "is_vma_cacheable"),
    (is_error_noslot_pfn, "is_error_noslot_pfn(pfn)"),
    (kvm_supports_cacheable_pfnmap, "kvm_supports_cacheable_pfnmap()"),
    (mte_allowed, "mte_allowed"),
    (vfio_allow_any_uc, "vfio_allow_any_uc"),
    (const(-EFAULT, BV32), "-EFAULT"),
    (const(-EINVAL, BV32), "-EINVAL"),
    (const(-ENOEXEC, BV32), "-ENOEXEC"),
    (const(-EAGAIN, BV32), "-EAGAIN"),
)
