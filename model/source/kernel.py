# SPDX-License-Identifier: GPL-2.0-only
"""A function of a real tree as a procedure, with the symbols of the vocabulary bound to its C.

This is the front-end's only door: a tree, a configuration and a target function go in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256

from model.logic import BV64, FALSE, BitVec, SortError, Term
from model.program.procedure import ANSWER, Input, Origin, Procedure, ProcedureError, effects
from model.source.contracts.common import common_contracts
from model.source.contracts.contract import Contract
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.index.lookup import Lookup, can_call
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import LedgerEntry, Objects, Slot
from model.source.preprocessor.annotations import NESTED_PARENTHESES
from model.source.preprocessor.profile import Profile
from model.source.targets.arguments import ROLES, bind_arguments
from model.source.targets.bind import bind_at_entry, bind_at_exit, fit
from model.source.targets.fault_symbols import (
    ESR,
    REQUIRED_CONSTANTS,
    outcome_symbols,
    read_symbols,
    with_esr_of,
)
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from model.source.trees.tree import Tree, Version
from model.source.types.ctypes import ULONG, CType, Pointer, Struct
from model.source.types.parse_types import Types, find_function_declarator, text_at
from model.source.types.syntax import Text
from model.source.types.values import Location, Value, is_scalar, sort_of
from model.vocabulary import memory
from model.vocabulary.symbols import OUTCOMES, READ, VARYING, WORLD

#: Bits that a kernel without them never sets: the symbols that test them are false there.
_ABSENT_BITS = ("KVM_PGTABLE_PROT_NORMAL_NC", "KVM_NV_GUEST_MAP_SZ")


class NoEffect(Exception):  # noqa: N818  # it is an answer, not a fault of the program
    """The tree has no such function, or one that hands nothing to the stage-2 page tables."""


@dataclass(frozen=True)
class Digest:
    """A function that was read: where it is, and a digest of its text without white space."""

    function: str
    file: str
    line: int
    sha256: str


@dataclass(frozen=True)
class Lowered:
    """How a target was read: the front-end as it was left, the parameters with what they were given,
    and the place of the result (None for void)."""

    front: FrontEnd
    arguments: tuple[tuple[str, CType, Value], ...]
    result: Term | None


@dataclass(frozen=True)
class Kernel:
    """A target function of a tree, lowered: the procedure, and everything that it rests on.

    ``function`` is what the tree calls the target; ``lower`` gives how it was read.
    """

    version: Version
    pages: str
    target: Target
    function: str
    procedure: Procedure
    ledger: tuple[LedgerEntry, ...]
    digests: tuple[Digest, ...]
    lower: Callable[[], Lowered] = field(repr=False, compare=False)

    @cached_property
    def lowered(self) -> Lowered:
        """How it was read.  What an earlier run read is read once more for this."""
        return self.lower()


def read(
    tree: Tree, index: Index, profile: Profile, pages: str, subject: str, target: Target = USER_MEM_ABORT
) -> Kernel:
    """Lower a target of the tree under that configuration.

    Raises Unsupported with file and line for what has no lowering, NoEffect where the tree has no
    such function or one that calls none of the target's effects.
    """
    function = target.functions[0]
    if not tree.has(target.file):
        raise NoEffect(f"This tree has no file {target.file}, where {function}() stands.")
    return read_from(index.view(profile, target.file), tree.version, pages, subject, target)


def read_from(view: Lookup, version: Version, pages: str, subject: str, target: Target) -> Kernel:
    """Lower a target from what a view of its file answers.  Raises Unsupported and NoEffect as ``read``."""
    function = target.functions[0]
    try:
        return _read(view, version, pages, subject, target)
    except (SortError, ProcedureError, RecursionError, MemoryError) as error:
        why = str(error) or "it is too large"
        raise Unsupported(
            target.file, 1, f"{function}() does not fit the intermediate form: {why}"
        ) from error


def _read(view: Lookup, version: Version, pages: str, subject: str, target: Target) -> Kernel:
    function = next((f for f in target.functions if view.function(f) is not None), None)
    if function is None:
        _refuse_broken(view, target)
        raise NoEffect(
            f"{target.file} of this tree has no function {' and no '.join(_call_names(target.functions))}."
        )
    roles = dict(ROLES) if target.is_fault_path else {}
    contracts = {**common_contracts(), **target.contracts}
    front = FrontEnd(Types(view), Objects(roles=roles), contracts)
    given = _arguments(front, function, target)
    scope = {p: Slot(p, t, value if is_scalar(t) else None) for p, t, value in given}
    symbols = bind_at_entry(front, target, scope)
    front.context.given = scope
    result = front.lower_target(function, [value for _, _, value in given])
    _refuse_redefinitions(front, target, contracts)
    called = effects(tuple(front.objects.bodies[0]))
    if target.effects and not any(effect in called for effect in target.effects):
        raise NoEffect(
            f"{function}() of this tree calls neither {' nor '.join(_call_names(target.effects))}."
        )
    constants = constants_of(front, target)
    if target.is_fault_path:
        symbols |= _fault_symbols(front, target, constants, called, result)
    symbols |= bind_at_exit(front, target, scope, function, called, result)
    procedure = Procedure(
        subject,
        tuple(front.objects.bodies[0]),
        front.objects.places,
        _inputs(front, target),
        {
            symbol: fit(term, target.symbols[symbol][0])
            for symbol, term in symbols.items()
            if symbol in target.symbols
        }
        | ({} if result is None else {ANSWER: result}),
        constants,
    )
    ledger = tuple(sorted(front.objects.ledger.values()))
    lowered = Lowered(front, tuple(given), result)
    digests = _digests(view, function, ledger)
    return Kernel(version, pages, target, function, procedure, ledger, digests, lambda: lowered)


def _refuse_redefinitions(front: FrontEnd, target: Target, contracts: Mapping[str, Contract]) -> None:
    """Refuse a target whose file has a macro of a name that a contract or a builtin was believed of."""
    for entry in front.objects.ledger.values():
        name = entry.what.partition(":")[0]
        if entry.how not in ("trusted", "modelled") or not name.isidentifier():
            continue
        if name in contracts and target.file in contracts[name].evidence:
            continue
        found = front.view.macro(name)
        if found is not None and found.file == target.file:
            said = f"{name}, of which another meaning is believed than the one that is defined here"
            raise Unsupported(target.file, found.line, said)


def _refuse_broken(view: Lookup, target: Target) -> None:
    """Refuse a target whose head is in the file while its body is not to be found."""
    code = view.code(target.file)
    for function in target.functions:
        head = rb"\b" + function.encode() + rb"[\s\\]*(?:" + NESTED_PARENTHESES + rb"[\s\\]*\{|\([^;{}]*\Z)"
        for found in re.finditer(head, code):
            if view.holds_at(target.file, found.start()) is not False:
                line = view.line_at(target.file, found.start())
                construct = (
                    f"{function}(), which begins here, and whose end was not found (is each brace closed?)"
                )
                raise Unsupported(target.file, line, construct)


def _call_names(functions: Iterable[str]) -> list[str]:
    return [f"{function}()" for function in functions]


def _inputs(front: FrontEnd, target: Target) -> dict[str, Input]:
    """What is free: what was read, and the world of a fault."""
    inputs = dict(front.objects.inputs)
    if target.is_fault_path:
        for world, (sort, note) in WORLD.items():
            inputs.setdefault(world, Input(sort, Origin.GIVEN, note))
    return inputs


def _fault_symbols(
    front: FrontEnd,
    target: Target,
    constants: Mapping[str, int],
    called: Mapping[str, Mapping[str, object]],
    result: Term | None,
) -> dict[str, Term]:
    """The symbols of the fault path, by what a fault is.

    Raises Unsupported for a function that returns no int, and where a constant that they need has no
    value.
    """
    objects = front.objects
    if result is None or not isinstance(result.data, str) or result.sort != BitVec(32):
        raise Unsupported(target.file, 1, f"{target.functions[0]}(), which does not return an int")
    for constant, usual in REQUIRED_CONSTANTS.items():
        if constant not in constants or (usual and constants[constant] not in usual):
            raise Unsupported(target.file, 1, f"{constant} is {constants.get(constant, 'no constant')} here")
    symbols = read_symbols(constants, objects.inputs, partial(can_call, front.view))
    width = objects.inputs[ESR].sort.width
    symbols = {symbol: with_esr_of(width, term) for symbol, term in symbols.items()}
    return symbols | outcome_symbols(objects.places, called, result.data)


def _arguments(front: FrontEnd, function: str, target: Target) -> list[tuple[str, CType, Value]]:
    """The target's parameters, each with what the caller gives."""
    found = front.view.function(function)
    assert found is not None
    text = text_at(found)
    declarator = find_function_declarator(front.types.parser.function(text), text)
    parameters = front.types.parameters(declarator, text)
    if target.is_fault_path:
        esr = front.types.member(Struct("kvm_vcpu_fault_info"), "esr_el2") or ULONG
        front.objects.input(ESR, sort_of(esr))
        return bind_arguments(front, parameters, sort_of(esr).width)
    return [(name, t, _any_value(front, name, t)) for name, t, _ in parameters]


def _any_value(front: FrontEnd, name: str, t: CType) -> Value:
    """Any value of the type, under the parameter's own name."""
    if isinstance(t, Pointer):
        target = front.objects.pointee(name, t)
        return Value(t, front.objects.input(target.path, BV64), (target,))
    if not is_scalar(t):
        return Value(t, FALSE, (Location(name),))
    return Value(t, front.objects.input(name, sort_of(t)))


def constants_of(front: FrontEnd, target: Target = USER_MEM_ABORT) -> dict[str, int]:
    """The value that the tree gives each constant of the vocabulary; what it lacks is left out."""
    values = dict.fromkeys(_ABSENT_BITS, 0)
    parser = front.types.parser
    for constant in _constants():
        text = Text(constant.encode(), target.file, 1, fixed=constant)
        with front.context.at(text):
            try:
                value = front.rvalue(parser.fragment(text))
            except Unsupported:
                continue
        if value.term.op == "const" and isinstance(value.term.data, int):
            values[constant] = value.term.data
    return values


def _constants() -> list[str]:
    """The names that the vocabulary takes from the kernel at hand: those that are no symbols."""
    symbols = READ.keys() | VARYING.keys() | OUTCOMES.keys() | WORLD.keys()
    terms = (t for t in vars(memory).values() if isinstance(t, Term) and t.op == "name")
    return [str(t.data) for t in terms if t.data not in symbols]


def _digests(view: Lookup, function: str, ledger: tuple[LedgerEntry, ...]) -> tuple[Digest, ...]:
    names = [function] + [e.what for e in ledger if e.how == "inlined"]
    digests = []
    for name in dict.fromkeys(names):
        found = view.function(name)
        if found is not None:
            text = b"".join(found.text.split())
            digests.append(Digest(name, found.file, found.line, sha256(text).hexdigest()))
    return tuple(digests)
