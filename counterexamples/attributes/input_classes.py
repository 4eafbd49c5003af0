# SPDX-License-Identifier: GPL-2.0-only
"""Classes of inputs: kinds of pages and of faults, each as a condition and as values that make one.

A column is a question with a few answers; a *cell* is one answer to each question.  Every answer is a
term over words, so that a witness can be found its cell, and the words of a page that has it.

Trusted: that what the columns do not tell apart is not looked at by a reader of the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.logic import Term
from model.source.targets.fault_symbols import ESR
from model.vocabulary.memory import (
    DIC,
    FWB,
    MT_NORMAL,
    MT_NORMAL_NC,
    MT_NORMAL_TAGGED,
    MT_DEVICE_nGnRE,
    MT_DEVICE_nGnRnE,
    attr_index,
    exec_fault,
    has_linear_map,
    has_struct_page,
    is_cow_mapping,
    is_mixedmap,
    is_pfnmap,
    page_is_cow_copy,
    pfn_is_map_memory,
    vfio_allow_any_uc,
    vm_page_prot,
    write_fault,
)

#: Values by word, or by the input that a word is made of.
Values = Mapping[str, int]


@dataclass(frozen=True)
class InputClass:
    """``when`` it is so, and the ``values`` that make it so; a kernel has it only if it has all
    ``constants``.  Of the flags and the page protection the values are names of constants."""

    label: str
    when: Term
    values: Values
    constants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """``together`` names several answers that follow each other, by their labels."""

    title: str
    classes: tuple[InputClass, ...]
    together: Mapping[tuple[str, ...], str]


_UNCACHED = "VM_ALLOW_ANY_UNCACHED"
_PFNS = ("VM_PFNMAP", "VM_IO")


def _flags(label: str, kind: Term, private: bool, *flags: str) -> InputClass:
    """A VMA that has these flags of VM_PFNMAP and VM_MIXEDMAP, shared or private (a COW mapping)."""
    cow = is_cow_mapping if private else ~is_cow_mapping
    uncached = vfio_allow_any_uc if _UNCACHED in flags else ~vfio_allow_any_uc
    sharing = ("VM_MAYWRITE",) if private else ("VM_MAYWRITE", "VM_SHARED")
    return InputClass(label, kind & cow & uncached, {}, (*sharing, *flags))


def _type(label: str, index: Term) -> InputClass:
    return InputClass(label, attr_index(vm_page_prot) == index, {}, (str(index.data),))


_neither, _pfnmap, _mixedmap = ~is_pfnmap & ~is_mixedmap, is_pfnmap & ~is_mixedmap, is_mixedmap & ~is_pfnmap

FLAGS = Column(
    "VMA flags",
    (
        _flags("none", _neither, False),
        _flags("COW", _neither, True),
        _flags("MIXEDMAP", _mixedmap, False, "VM_MIXEDMAP"),
        _flags("PFNMAP", _pfnmap, False, *_PFNS),
        _flags("PFNMAP+ANYUC", _pfnmap, False, *_PFNS, _UNCACHED),
        _flags("MIXEDMAP+COW", _mixedmap, True, "VM_MIXEDMAP"),
        _flags("PFNMAP+COW", _pfnmap, True, *_PFNS),
    ),
    {("PFNMAP", "PFNMAP+ANYUC"): "PFNMAP"},
)

PROT = Column(
    "page_prot",
    (
        _type("Normal", MT_NORMAL),
        _type("Tagged", MT_NORMAL_TAGGED),
        _type("Normal-NC", MT_NORMAL_NC),
        _type("nGnRE", MT_DEVICE_nGnRE),
        _type("nGnRnE", MT_DEVICE_nGnRnE),
    ),
    {
        ("Normal", "Tagged"): "cacheable",
        ("nGnRE", "nGnRnE"): "Device",
        ("Normal-NC", "nGnRE", "nGnRnE"): "uncached",
    },
)

_of_a_device = ~pfn_is_map_memory & has_struct_page & has_linear_map


def _page(valid: int, memory: int, linear: int, copy: int = 0) -> Values:
    page = {"pfn_valid": valid, "has_struct_page": valid, "pfn_is_map_memory": memory}
    return {**page, "has_linear_map": linear, "page_is_cow_copy": copy, "other_is_cow_copy": copy}


PAGE = Column(
    "PFN class",
    (
        InputClass("memory", pfn_is_map_memory & ~page_is_cow_copy, _page(1, 1, 1)),
        InputClass("COW copy", pfn_is_map_memory & page_is_cow_copy, _page(1, 1, 1, 1)),
        InputClass("ZONE_DEVICE", _of_a_device, _page(1, 0, 1)),
        InputClass("beyond", ~pfn_is_map_memory & ~(has_struct_page & has_linear_map), _page(0, 0, 0)),
    ),
    {("memory", "COW copy"): "memory", ("ZONE_DEVICE", "beyond"): "no memory"},
)


def _hardware(fwb: int, dic: int) -> InputClass:
    when = (FWB if fwb else ~FWB) & (DIC if dic else ~DIC)
    return InputClass(f"{fwb}/{dic}", when, {"ARM64_HAS_STAGE2_FWB": fwb, "ARM64_HAS_CACHE_DIC": dic})


HARDWARE = Column(
    "FWB/DIC",
    (_hardware(0, 0), _hardware(1, 0), _hardware(0, 1), _hardware(1, 1)),
    {("0/0", "1/0", "0/1"): "not 1/1", ("0/0", "1/0"): "any/0", ("0/1", "1/1"): "any/1"},
)

#: ESR_EL2 of a translation fault at level 3 (FSC 7) of the guest: EC, and WnR (bit 6) of a store.
_DATA, _FETCH, _WNR = 0x24 << 26 | 7, 0x20 << 26 | 7, 1 << 6


def _fault(label: str, when: Term, esr: int) -> InputClass:
    words = {"write_fault": int(label == "write"), "exec_fault": int(label == "exec")}
    return InputClass(label, when, {**words, ESR: esr})


FAULT = Column(
    "fault",
    (
        _fault("read", ~write_fault & ~exec_fault, _DATA),
        _fault("write", write_fault & ~exec_fault, _DATA | _WNR),
        _fault("exec", exec_fault, _FETCH),
    ),
    {("read", "write"): "data"},
)

#: In the order in which they are printed.
COLUMNS = (FLAGS, PROT, PAGE, HARDWARE, FAULT)
