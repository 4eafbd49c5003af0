# SPDX-License-Identifier: GPL-2.0-only
"""user_mem_abort() before the series: what v6.16 does, on which every posted version was based."""

from __future__ import annotations

from model.arch.arm64.steps import (
    check_fault,
    check_tags,
    choose_prot,
    find_canonical_page,
    find_vma,
    finish,
    look_up_pfn,
    map_or_relax,
    reduce_for_nested,
    resize_late,
    retry,
    size_from_vma,
)
from model.logic import FALSE, TRUE
from model.shape import Recorder
from model.vocabulary.memory import ENOEXEC, exec_fault, logging_active, pfn_is_map_memory, write_fault


def v6_16(c: Recorder) -> None:
    """The stage-2 type follows pfn_is_map_memory() alone; the VMA's page protection is not read.

    Left out: the order of mmu_invalidate_seq and the locks (that a
    stale answer is noticed is the input mmu_invalidated), tracing, and what the sinks do.
    """
    check_fault(c)
    find_vma(c)
    size_from_vma(c)
    find_canonical_page(c)
    c.Call("mmap_read_unlock")
    look_up_pfn(c)

    c.device = FALSE
    with c.If(~pfn_is_map_memory):
        c.device = TRUE
    with c.Elif(logging_active & ~write_fault):
        c.writable = FALSE
    with c.If(exec_fault & c.device):
        c.Return(-ENOEXEC)
    reduce_for_nested(c)

    c.Call("kvm_fault_lock")
    with c.Until("out_unlock"):
        retry(c)
        resize_late(c, ~(c.force_pte | c.device))
        check_tags(c, ~c.device)
        choose_prot(c, c.device)
        map_or_relax(c)
    finish(c, c.gfn)
