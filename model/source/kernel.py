# SPDX-License-Identifier: GPL-2.0-only
"""A function of a real tree as a procedure, with the words of the vocabulary bound to its C.

This is the front-end's only door: a tree, a configuration and the name of a root function go in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from model.logic import WORD64, SortError, Term
from model.procedure import Input, Origin, Place, Procedure, ProcedureError, sinks
from model.source.contracts import table
from model.source.ctypes import ULONG, Pointer, Struct
from model.source.errors import Unsupported
from model.source.index import Index
from model.source.names import ESR, done_words, fault_arguments, read_words, with_esr_of
from model.source.objects import Entry, Objects
from model.source.profile import Profile
from model.source.statements import Statements
from model.source.text import Text
from model.source.tree import Tree, Version
from model.source.types import Types, function_declarator, text_at
from model.source.values import Target, Value, sort_of
from model.source.view import View
from model.words import WORLD

MMU = "arch/arm64/kvm/mmu.c"
ROOT = "user_mem_abort"
_SINKS = ("kvm_pgtable_stage2_map", "kvm_pgtable_stage2_relax_perms")

#: The objects that a fault is about, by the type of the parameter or member that leads to them.
_ROLES = {"kvm_memory_slot": "memslot", "kvm_s2_trans": "nested"}

_CONSTANTS = (
    "VM_WRITE", "VM_SHARED", "VM_MAYWRITE", "VM_PFNMAP", "VM_IO", "VM_HUGETLB", "VM_MIXEDMAP",
    "VM_MTE_ALLOWED", "VM_ALLOW_ANY_UNCACHED", "MT_NORMAL", "MT_NORMAL_TAGGED", "MT_NORMAL_NC",
    "MT_DEVICE_nGnRnE", "MT_DEVICE_nGnRE", "PTE_ATTRINDX_MASK", "KVM_PGTABLE_PROT_X",
    "KVM_PGTABLE_PROT_PX", "KVM_PGTABLE_PROT_UX", "KVM_PGTABLE_PROT_W", "KVM_PGTABLE_PROT_R",
    "KVM_PGTABLE_PROT_DEVICE", "KVM_PGTABLE_PROT_NORMAL_NC", "KVM_NV_GUEST_MAP_SZ", "PAGE_SHIFT",
    "PAGE_SIZE", "CONT_PTE_SIZE", "PMD_SIZE", "CONT_PMD_SIZE", "PUD_SIZE", "KVM_PFN_ERR_NOSLOT_MASK",
    "KVM_PFN_ERR_HWPOISON",
)  # fmt: skip


#: Bits that a kernel without them never sets: the words that test them are false there.
_ABSENT_BITS = ("KVM_PGTABLE_PROT_NORMAL_NC", "KVM_NV_GUEST_MAP_SZ")


class NoSink(Exception):  # noqa: N818  # it is an answer, not a fault of the program
    """The tree has no such function, or one that hands nothing to the stage-2 page tables."""


@dataclass(frozen=True)
class Digest:
    """A function that was read: where it is, and a digest of its text without white space."""

    function: str
    file: str
    line: int
    sha256: str


@dataclass(frozen=True)
class Kernel:
    """A root function of a tree, lowered: the procedure, and everything that it rests on."""

    version: Version
    pages: str
    root: str
    procedure: Procedure
    ledger: tuple[Entry, ...]
    digests: tuple[Digest, ...]


def read(tree: Tree, index: Index, profile: Profile, pages: str, subject: str) -> Kernel:
    """Lower ``user_mem_abort()`` of the tree under that configuration.

    Raises Unsupported with file and line for what has no lowering, NoSink where the tree has no
    such function or one without a map sink.
    """
    view = index.view(profile, MMU)
    try:
        return _read(tree, view, pages, subject)
    except (SortError, ProcedureError, RecursionError) as error:
        raise Unsupported(MMU, 1, f"{ROOT}() does not fit the intermediate form: {error}") from error


def _read(tree: Tree, view: View, pages: str, subject: str) -> Kernel:
    found = view.function(ROOT)
    if found is None:
        raise NoSink(f"{MMU} of this tree has no function {ROOT}(); KVM/arm64 has one since v3.11.")
    front = Statements(Types(view), Objects(roles=dict(_ROLES)), table())
    result = front.root(ROOT, _arguments(front, text_at(found)))
    body = tuple(front.objects.bodies[0])
    called = sinks(body)
    if not any(sink in called for sink in _SINKS):
        raise NoSink(f"{ROOT}() of this tree calls neither {' nor '.join(f'{s}()' for s in _SINKS)}.")
    return _kernel(
        tree, pages, subject, front, view, Procedure(subject, body, front.objects.places, {}), result
    )


def _kernel(
    tree: Tree, pages: str, subject: str, front: Statements, view: View, raw: Procedure, result: Term | None
) -> Kernel:
    assert result is not None and isinstance(result.data, str)
    objects = front.objects
    constants = constants_of(front)
    words = read_words(constants, objects.inputs, lambda f: view.function(f) is not None)
    width = objects.inputs[ESR].sort.width
    words = {word: with_esr_of(width, term) for word, term in words.items()}
    words |= done_words(objects.places, sinks(raw.body), result.data)
    inputs = dict(objects.inputs)
    for world, (sort, note) in WORLD.items():
        inputs.setdefault(world, Input(sort, Origin.GIVEN, note))
    procedure = replace(raw, inputs=inputs, words=words, constants=constants)
    ledger = tuple(sorted(objects.ledger.values()))
    return Kernel(tree.version, pages, ROOT, procedure, ledger, _digests(view, ledger))


def constants_of(front: Statements) -> dict[str, int]:
    """The value that the tree gives each constant of the vocabulary; what it lacks is left out."""
    values = dict.fromkeys(_ABSENT_BITS, 0)
    parser = front.types.parser
    for constant in _CONSTANTS:
        text = Text(constant.encode(), MMU, 1, fixed=constant)
        with front.at(text):
            try:
                value = front.rvalue(parser.fragment(text))
            except Unsupported:
                continue
        if value.term.op == "const" and isinstance(value.term.data, int):
            values[constant] = value.term.data
    return values


def _arguments(front: Statements, text: Text) -> list[Value]:
    """The root's arguments: objects by role, scalars under their own names."""
    node = front.types.parser.function(text)
    arguments: list[Value] = []
    longs = 0
    esr = front.types.member(Struct("kvm_vcpu_fault_info"), "esr_el2") or ULONG
    front.objects.input(ESR, sort_of(esr))
    for parameter, t, spelled in front.types.parameters(function_declarator(node, text), text):
        if isinstance(t, Pointer):
            target = front.objects.pointee(parameter, t)
            arguments.append(Value(t, front.objects.input(target.path, WORD64), (target,)))
            _describe(front, target, t)
            continue
        longs += spelled == "unsigned long"
        role = _scalar_role(spelled, longs)
        given = None if role else fault_arguments(spelled)
        if given is None:
            given = front.objects.input(role or parameter, sort_of(t))
        arguments.append(Value(t, with_esr_of(sort_of(esr).width, given)))
    return arguments


def _scalar_role(spelled: str, longs: int) -> str:
    """The word that a scalar parameter is, by its type; "" for what the caller computes."""
    if spelled == "phys_addr_t":
        return "fault_ipa"
    return "hva" if spelled == "unsigned long" and longs == 1 else ""


def _describe(front: Statements, target: Target, t: Pointer) -> None:
    """A descriptor (v7.0 and later pass one) holds the scalars that were parameters before."""
    if not isinstance(t.target, Struct) or t.target.tag in _ROLES or t.target.tag == "kvm_vcpu":
        return
    longs = 0
    for member, inner in front.types.all_members(t.target).items():
        spelled = front.types.spelled_member(t.target, member)
        longs += spelled == "unsigned long"
        role = _scalar_role(spelled, longs)
        if role:
            path = target.member(member)
            initial = front.objects.input(role, sort_of(inner))
            front.objects.places[path] = Place(sort_of(inner), initial)


def _digests(view: View, ledger: tuple[Entry, ...]) -> tuple[Digest, ...]:
    names = [ROOT] + [e.what for e in ledger if e.how == "inlined"]
    digests = []
    for function in dict.fromkeys(names):
        found = view.function(function)
        if found is not None:
            text = b"".join(found.text.split())
            digests.append(Digest(function, found.file, found.line, sha256(text).hexdigest()))
    return tuple(digests)
