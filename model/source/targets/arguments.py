# SPDX-License-Identifier: GPL-2.0-only
"""The arguments of a fault path: objects by their role, scalars by their type.

The parameters changed with the versions, from seven scalars to one descriptor; each is known by its
type here, never by its name or position.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from model.logic import BV64
from model.program.procedure import Place
from model.source.lowering.front_end import FrontEnd
from model.source.targets.fault_symbols import fault_arguments, with_esr_of
from model.source.types.ctypes import CType, Pointer, Struct
from model.source.types.values import Location, Value, sort_of

#: The objects that a fault is about, by the type of the parameter or member that leads to them.
ROLES = {"kvm_memory_slot": "memslot", "kvm_s2_trans": "nested"}


def bind_arguments(
    front: FrontEnd, parameters: Iterable[tuple[str, CType, str]], esr_width: int
) -> list[tuple[str, CType, Value]]:
    """The parameters of a fault path, each with what it is given; ``esr_width`` in bits."""
    found: list[tuple[str, CType, Value]] = []
    for parameter, t, spelled, role in _with_roles(parameters):
        if isinstance(t, Pointer):
            pointee = front.objects.pointee(parameter, t)
            found.append((parameter, t, Value(t, front.objects.input(pointee.path, BV64), (pointee,))))
            _describe(front, pointee, t)
            continue
        given = None if role else fault_arguments(spelled)
        if given is None:
            given = front.objects.input(role or parameter, sort_of(t))
        found.append((parameter, t, Value(t, with_esr_of(esr_width, given))))
    return found


def _with_roles(
    parameters: Iterable[tuple[str, CType, str]],
) -> Iterator[tuple[str, CType, str, str]]:
    """Each parameter with its symbol; "" for an object, and for what the caller computes.

    ``hva`` is the first unsigned long (v6.1 has ``fault_status`` behind it).
    """
    longs = 0
    for name, t, spelled in parameters:
        longs += spelled == "unsigned long"
        is_hva = spelled == "unsigned long" and longs == 1
        yield name, t, spelled, "fault_ipa" if spelled == "phys_addr_t" else "hva" if is_hva else ""


def _describe(front: FrontEnd, pointee: Location, t: Pointer) -> None:
    """A descriptor (v7.0 and later pass one) holds the scalars that were parameters before."""
    if not isinstance(t.target, Struct) or t.target.tag in ROLES or t.target.tag == "kvm_vcpu":
        return
    members = (
        (member, inner, front.types.spelled_member(t.target, member))
        for member, inner in front.types.all_members(t.target).items()
    )
    for member, inner, _, role in _with_roles(members):
        if role:
            initial = front.objects.input(role, sort_of(inner))
            front.objects.places[pointee.member(member)] = Place(sort_of(inner), initial)
