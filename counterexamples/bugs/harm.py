# SPDX-License-Identifier: GPL-2.0-only
"""The harm that comes of a failing theorem: a closed list, by name.

Trusted: the sentences.  Sources: Arm ARM B2.10, B2.11 and D8.6; the commits that the bugs cite.
"""

from __future__ import annotations

from enum import Enum


class Harm(Enum):
    """A consequence: ``says`` tells it, ``source`` is where that can be read."""

    STALE_READ = (
        "stale read of a previous owner's data",
        "The guest reads past the caches what was in memory before the host's last writes: an earlier "
        "owner's data.",
        "Arm ARM B2.11: mismatched attributes; 2a8dfab26677",
    )
    CACHEABLE_MMIO = (
        "cacheable access to MMIO",
        "The guest, or a speculative fill on its behalf, reads and writes registers of a device by cache lines.",
        "Arm ARM B2.10: accesses to Normal memory may be speculative, repeated and merged",
    )
    UNCACHED_MMIO_UNASKED = (
        "Normal-NC access to registers that the driver did not allow",
        "The guest may speculate into registers; where the device answers an error, the host takes an SError.",
        "8c47ce3e1d2c: VM_ALLOW_ANY_UNCACHED is the driver's word that the device contains such errors",
    )
    FETCH_FROM_DEVICE = (
        "instruction fetch from Device",
        "The guest may fetch instructions from a device's registers, which reads with side effects may follow.",
        "Arm ARM B2.10: CONSTRAINED UNPREDICTABLE; 6d674e28f642",
    )
    NO_LINEAR_MAP = (
        "cache maintenance on an address without a linear map",
        "The kernel cleans or invalidates caches by an address that it does not map, and faults.",
        "kvm_pte_follow() is __va(); Z1oL1yZtdvGUIW9h@arm.com",
    )
    UNRELATED_MEMORY = (
        "unrelated host memory mapped",
        "The guest reads, and may write, pages that the VMM never gave it.",
        "aF6hamOI7YVDP1Cp@willie-the-truck; 71cc2c67fb8f",
    )
    WRITE_TO_READ_ONLY = (
        "write to a page that the host maps read-only",
        "The guest changes a page that its VMM may only read: the original of a private mapping.",
        "bd2fae8da794",
    )
    MEMORY_AS_DEVICE = (
        "memory accessed as a device",
        "The guest's unaligned accesses, atomics and DC ZVA fault on what it takes for memory, and all "
        "is slow.",
        "Arm ARM B2.10: Device memory; 216887f79d98",
    )
    FOREIGN_TAGS = (
        "tags of memory that may have none",
        "The guest sets and reads tags of pages that others share or that nobody saves.",
        "c911f0d46879",
    )
    ZERO_PAGE_TAGGED = (
        "zero page noted as tagged",
        "The kernel writes to a page that all share, takes it for one with tags of its own, and no longer "
        "finds pages of zeroes equal to it.",
        "f620d66af316: pages_identical() refuses what is marked as tagged",
    )
    NEEDLESS_ABORT = (
        "abort in the guest for nothing",
        "The guest takes an abort that no hardware would give it: a walk of its page tables in read-only "
        "memory.",
        "406504c7b040: page tables baked in a read-only memslot",
    )
    NEEDLESS_REFUSAL = (
        "guest stopped for nothing",
        "The VMM is told an error for a page that could have been mapped, and the guest does not go on.",
        "aEMvbIu530nCqwhG@google.com: such checks may break existing setups",
    )
    LATE_REFUSAL = (
        "guest stopped by what registration let pass",
        "The VMM learns from a running guest's fault what it could have been told of the memslot.",
        "20250310103008.3471-1-ankita@nvidia.com, Marc Zyngier: refusals need a check at registration",
    )
    ENDLESS_FAULT = (
        "fault without end",
        "The guest takes the same fault again and again, as what is mapped does not permit its access.",
        "c4ad98e4b72c: the guest gets stuck forever",
    )
    LOCK_HELD = (
        "mmap_lock held for ever",
        "The VMM's next mmap(), or its exit, waits for a lock that nobody will release.",
        "Documentation/mm/process_addrs.rst",
    )
    PAGE_LEAK = (
        "page leaked",
        "A reference is never given back, so that the page can never be freed or moved.",
        "5f9466b50c1b",
    )

    def __init__(self, called: str, says: str, source: str):
        self.called = called
        self.says = says
        self.source = source
