# SPDX-License-Identifier: GPL-2.0-only
"""A target: a function that is read on its own, and the C that each symbol of its theorems stands for.

Trusted: the bindings; they are what the symbols mean in a kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.source.contracts.contract import Contract
from model.vocabulary import Symbols


@dataclass(frozen=True)
class EntryValue:
    """The value of a C expression in the function's parameters, when it is called.  ``c`` are its
    spellings in the versions, of which the first that the tree knows is taken."""

    c: tuple[str, ...]


@dataclass(frozen=True)
class ExitValue:
    """The value of such an expression when the function returns."""

    c: tuple[str, ...]


@dataclass(frozen=True)
class Occurrence:
    """Whether an effect occurred.  In a loop, other calls than the one whose arguments are recorded count
    only if ``seen`` is False."""

    effect: str
    seen: bool = False


@dataclass(frozen=True)
class EffectArgument:
    """An argument of the last occurrence of an effect; 0 where there was none."""

    effect: str
    name: str


@dataclass(frozen=True)
class LockState:
    """Whether a lock was ``taken``, or ``given back``, or ``given back again``."""

    lock: str
    what: str


@dataclass(frozen=True)
class ResourceCount:
    """By how much the count of a resource changed."""

    resource: str


@dataclass(frozen=True)
class InputSymbol:
    """An input of the function: what a contract answered, a capability, a field of memory."""

    name: str


@dataclass(frozen=True)
class ReturnValue:
    """What the function returned."""


@dataclass(frozen=True)
class ReturnMember:
    """A member of the struct that the function returned."""

    name: str


@dataclass(frozen=True)
class LocalValue:
    """What a local of the function, or a member of it, holds in the end: the first of these that the
    function has."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Conjunction:
    """Both hold."""

    first: Binding
    second: Binding


Binding = (
    EntryValue
    | ExitValue
    | Occurrence
    | EffectArgument
    | LockState
    | ResourceCount
    | InputSymbol
    | ReturnValue
    | ReturnMember
    | LocalValue
    | Conjunction
)


@dataclass(frozen=True)
class Target:
    """A function of the tree.

    ``name`` is what claims call it (``theorem@kernel:name``); ``functions`` are its names in the
    versions, newest first; ``file`` is relative to the tree.  One of ``effects``, if there are any,
    must be called in it.  ``symbols`` are the vocabulary, ``bindings`` binds each symbol.  ``contracts`` are
    contracts that hold in this target alone, in front of the common ones.
    """

    name: str
    file: str
    functions: tuple[str, ...]
    says: str
    symbols: Symbols
    bindings: Mapping[str, Binding]
    effects: tuple[str, ...] = ()
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    is_fault_path: bool = False
