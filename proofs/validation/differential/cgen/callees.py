# SPDX-License-Identifier: GPL-2.0-only
"""Members that point to functions (``mm_ops->put_page``): each is a stub here, or NULL if the input says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from model.source.lowering.state.objects import LAST_STEP
from model.source.lowering.statements.statements import Statements
from model.source.types.ctypes import CType, Function, Pointer, Struct
from model.source.types.parse_types import text_at
from model.source.types.syntax import Node, text_of


@dataclass(frozen=True)
class Operations:
    """The members of the tree's structs that point to functions; ``tags`` and ``fields`` are what is
    spoken of."""

    front: Statements
    tags: Collection[str]
    fields: Collection[str]

    def names(self) -> Iterator[str]:
        """Those that are kept, as "tag.member"."""
        for tag in self.tags:
            for member, t in self.of(Struct(tag)):
                if isinstance(t, Pointer) and isinstance(t.target, Function):
                    yield f"{tag}.{member}"

    def of(self, struct: Struct) -> Iterator[tuple[str, CType]]:
        """The kept members of a struct."""
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

    def pointed(self, path: str, objects: dict[str, CType]) -> str:
        """The member that the pointer at a path is, as "tag.member"; "" if it is none."""
        step = LAST_STEP.search(path)
        prefix = path[: step.start()] if step is not None else ""
        t = objects.get(prefix)
        return f"{t.tag}.{path[len(prefix) :].lstrip('->.')}" if isinstance(t, Struct) else ""


def stub_name(name: str) -> str:
    """The C function that stands for "tag.member"."""
    return f"xc_operation_{name.replace('.', '_')}"
