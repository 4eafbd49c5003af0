# SPDX-License-Identifier: GPL-2.0-only
"""Calls in the compiled C: pointers to functions, and what a stub needs to know of its caller.

A member that points to a function (``mm_ops->put_page``) is a stub, or NULL if the input is.  What a contract
``observes`` is read where the call stands: a macro of the function's name stands around each call.  A name in
that C is a parameter of the function, else one of the target's, else whatever is in scope there, as for the
front-end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from model.source.contracts.contract import Contract
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import LAST_STEP
from model.source.types.ctypes import CType, Function, Pointer, Struct
from model.source.types.parse_types import text_at
from model.source.types.syntax import Node, text_of


@dataclass(frozen=True)
class FunctionPointers:
    """The members of the tree's structs that point to functions; ``tags`` and ``fields`` are those that are
    used."""

    front: FrontEnd
    tags: Collection[str]
    fields: Collection[str]

    def names(self) -> Iterator[str]:
        """The members that are used, as "tag.member"."""
        for tag in self.tags:
            for member, t in self.members(Struct(tag)):
                if isinstance(t, Pointer) and isinstance(t.target, Function):
                    yield f"{tag}.{member}"

    def members(self, struct: Struct) -> Iterator[tuple[str, CType]]:
        """The members of a struct that are used."""
        for member in self.front.types.members_of(struct):
            t = self.front.types.member(struct, member) if member in self.fields else None
            if t is not None:
                yield member, t

    def result(self, name: str) -> str:
        """The type, as it is written, of what the function returns."""
        tag, _, member = name.rpartition(".")
        found = self.front.types.members_of(Struct(tag))[member]
        spec: Node | None = found.spec
        declarator: Node | None = found.declarator
        typedef = self.front.view.typedef(text_of(found.spec))
        if typedef is not None and found.declarator.type == "field_identifier":
            node = self.front.types.parser.declaration(text_at(typedef))
            spec, declarator = node.child_by_field_name("type"), node.child_by_field_name("declarator")
        stars = ""
        while declarator is not None and declarator.type != "function_declarator":
            stars += "*" * (declarator.type == "pointer_declarator")
            declarator = declarator.child_by_field_name("declarator")
        return f"{text_of(spec) if spec is not None else 'int'} {stars}".strip()

    def member_at(self, path: str, objects: dict[str, CType]) -> str:
        """The member that the pointer at a path is, as "tag.member"; "" if it is none."""
        step = LAST_STEP.search(path)
        prefix = path[: step.start()] if step is not None else ""
        t = objects.get(prefix)
        return f"{t.tag}.{path[len(prefix) :].lstrip('->.')}" if isinstance(t, Struct) else ""


def stub_name(name: str) -> str:
    """The C function that stands for "tag.member"."""
    return f"xc_operation_{name.replace('.', '_')}"


_NAME = re.compile(r"(?<![\w.>])[A-Za-z_]\w*")
#: How many values a contract may observe.
SEEN = 10


@dataclass(frozen=True)
class CallSites:
    """Writes the macros; ``given`` are the target's parameters with their types as they are written,
    ``scopes`` the names that functions of the tree declare."""

    front: FrontEnd
    given: dict[str, str]
    scopes: Collection[str]

    def visible_values(self, contract: Contract, parameters: Collection[str]) -> list[tuple[str, str]]:
        """What the contract observes, each in the spelling of this tree."""
        return [
            (name, next((c for c in spellings if self._is_in_scope(c, parameters)), "0"))
            for name, spellings in contract.observes
        ]

    def _is_in_scope(self, c: str, parameters: Collection[str]) -> bool:
        view = self.front.view
        return all(
            n in parameters
            or n in self.given
            or n in self.scopes
            or any(
                look(n) is not None for look in (view.function, view.prototype, view.macro, view.enumerator)
            )
            for n in _NAME.findall(c)
        )

    def write_macro(
        self, name: str, contract: Contract, parameters: Sequence[tuple[str, str]], is_member: bool
    ) -> str:
        """The macro; "" where the stub needs to know nothing of the call.  ``parameters`` are names and types."""
        chosen = self.visible_values(contract, [p for p, _ in parameters])
        listed = [f"xc_a{i}" for i in range(len(parameters))]
        written = (
            "".join(f" xc_written[{i}] = #{a};" for i, a in enumerate(listed))
            if self.writes_unnamed(contract)
            else ""
        )
        if not chosen and not written:
            return ""
        sees = " ".join(f"xc_seen[{i}] = (xc_word)({c});" for i, (_, c) in enumerate(chosen))
        words = {n for _, c in chosen for n in _NAME.findall(c)}
        bound = " ".join(self._bindings(words, parameters))
        if is_member:  # the call's left side is not known here: the first argument carries it
            first = f"({{ __auto_type xc_first = ({listed[0]}); {{ {bound} {sees} }} xc_first; }})"
            return f"#define {name}({', '.join(listed)}) {name}({', '.join([first, *listed[1:]])})"
        held = " ".join(f"__auto_type xc_v{i} = ({a});" for i, a in enumerate(listed))
        values = ", ".join(f"xc_v{i}" for i in range(len(listed)))
        binds = " ".join(f"{t} {p} = ({t})xc_v{i};" for i, (p, t) in enumerate(parameters) if p in words)
        outer = " ".join(self._bindings(words, parameters))
        return (
            f"#define {name}({', '.join(listed)}) "
            f"({{ {held} {{ {outer} {binds} {sees} }}{written} ({name})({values}); }})"
        )

    def writes_unnamed(self, contract: Contract) -> bool:
        """Whether the contract may write through pointers that it has no names for."""
        return contract.kind.name == "ANSWER"

    def _bindings(self, words: set[str], parameters: Sequence[tuple[str, str]]) -> Iterator[str]:
        """The target's parameters, where the function has none of that name."""
        known = {p for p, _ in parameters}
        for name, t in self.given.items():
            if name in words - known:
                yield f"{t} {name} = xc_given_{name};"

    def write_globals(self) -> list[str]:
        """Where the target's parameters, what was seen and what was written are kept."""
        kept = [f"static {t} xc_given_{name};" for name, t in self.given.items()]
        return [f"static xc_word xc_seen[{SEEN}];", f"static const char *xc_written[{SEEN}];", *kept]
