# SPDX-License-Identifier: GPL-2.0-only
"""The definitions of a tree that GCC needs to compile the functions that were read.

The search begins with what the front-end read: the target, what was inlined, every macro that was
expanded.  Names in their text are then looked up as the front-end does, until nothing is missing.
A name with a contract or an exact builtin ends the search: a stub stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from model.source.contracts.contract import Contract, Kind
from model.source.index.definitions import Definition, EnumText, Macro
from model.source.index.pageflags import HEADER, FlagMacroCall, find_makers
from model.source.lowering.calls.memory_access import ACCESSES
from model.source.lowering.front_end import FrontEnd
from model.source.preprocessor.annotations import code_of
from model.source.preprocessor.macros import tokenise
from model.source.types.ctypes import BUILTIN_TYPEDEFS
from model.source.types.syntax import Node, Text, text_of
from proofs.validation.differential.cgen.builtin_macros import MACROS
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.reduce_types import (
    declared_locals,
    reduce_struct,
    sort_definitions,
)

_KEYWORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile
    while _Bool bool true false NULL typeof __typeof__ __auto_type asm __asm__ __volatile__ __attribute__
    __extension__ __inline__ __inline __always_inline noinline __maybe_unused __unused __init __must_check
    _Static_assert __alignof__ defined __func__ __VA_ARGS__ __LINE__ __FILE__ __COUNTER__ __restrict
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Dependencies:
    """The definitions found so far; ``stubs`` are names that a stub stands for, ``given`` those of
    capabilities, ``fields`` the members that are used anywhere."""

    front: FrontEnd
    inlined: Collection[str]
    given: Collection[str]
    met: Collection[str] = ()  # the contracts that were used, also under names that a macro pasted
    replaced: dict[str, bytes] = field(default_factory=dict)  # texts of functions that are not the tree's
    functions: dict[str, str] = field(default_factory=dict)
    macros: dict[str, str] = field(default_factory=dict)
    structs: dict[str, Node] = field(default_factory=dict)
    typedefs: dict[str, Node] = field(default_factory=dict)
    enums: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  # CONFIG names and the like
    stubs: dict[str, None] = field(default_factory=dict)
    traces: dict[str, None] = field(default_factory=dict)  # trace points
    unread: dict[str, None] = field(default_factory=dict)  # functions that the procedure never calls
    variables: dict[str, str] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)  # functions that a contract hands its arguments to
    flags: dict[str, FlagMacroCall] = field(
        default_factory=dict
    )  # tests and changes of a flag of a page or folio
    tags: dict[str, str] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    locals: set[str] = field(default_factory=set)
    beneath: set[str] = field(default_factory=set)  # what functions call that stand for a contract's meaning
    target: str = ""
    _waiting: list[str] = field(default_factory=list)

    def contract(self, name: str) -> Contract:
        """The contract that a stub stands for."""
        contracts = self.front.contracts
        return contracts[name] if name in contracts else contracts[self.handed[name]]

    def collect(self, target: str, more: str = "") -> None:
        """Find everything that the target needs, and some more C."""
        self.target = target
        for name in dict.fromkeys([target, *self.inlined]):
            self._function(name)
        for found in list(self.front.types.relied.values()):
            if isinstance(found, Macro) and found.name not in self.given:
                self._macro(found)
            elif isinstance(found, EnumText):
                self._enum(found)
        self._waiting += [name for name in self.met if name in self.front.contracts and "." not in name]
        self._waiting += list(self.front.context.constants)
        self._scan(more, set())
        before = -1
        while before < (now := len("".join(self._types()))):
            before = now
            members = {f for f in self.fields if self.front.view.typedef(f) is None}
            for text in list(self._types()):
                self._scan(text, members)
            while self._waiting:
                self._look_up(self._waiting.pop())

    # Texts ----------------------------------------------------------------------------------------
    def _types(self) -> Iterator[str]:
        """The types as they will be written."""
        for node in (*self.structs.values(), *self.typedefs.values()):
            yield self.type_text(node)
        yield from self.enums.values()

    def type_text(self, node: Node) -> str:
        """A struct or typedef with the members that are used."""
        if node.type in ("struct_specifier", "union_specifier"):
            return reduce_struct(node, self.fields) + ";"
        spec = node.child_by_field_name("type")
        if spec is None or spec.child_by_field_name("body") is None or spec.type == "enum_specifier":
            return text_of(node)
        tag = spec.child_by_field_name("name")
        if tag is not None and text_of(tag) in self.structs:  # the struct is written on its own
            declarators = ", ".join(text_of(d) for d in node.children_by_field_name("declarator"))
            return f"typedef {text_of(spec).split()[0]} {text_of(tag)} {declarators};"
        declarators = ", ".join(text_of(d) for d in node.children_by_field_name("declarator"))
        return f"typedef {reduce_struct(spec, self.fields)} {declarators};"

    def resolve_ifs(self, found: Definition) -> str:
        """A definition's text with its ``#if`` decided."""
        made = self.front.view.compile_text(found)
        if not made.certain:
            raise Unprintable(f"{found.name} has an #if that the configuration does not decide")
        return code_of(made.text).decode(errors="replace")

    # Names ----------------------------------------------------------------------------------------
    def _scan(self, text: str, own: Collection[str]) -> None:
        """Note every name in a piece of C but those that are declared there."""
        words = [w for w in tokenise(text) if not w.isspace()]
        for i, word in enumerate(words):
            if not _NAME.fullmatch(word):
                continue
            before = words[i - 1] if i else ""
            if before == "." or words[max(i - 2, 0) : i] == ["-", ">"]:
                self.fields.add(word)
            elif before in ("struct", "union", "enum"):
                self._tag(before, word)
            elif word in self.front.contracts and self.front.contracts[word].is_trampoline:
                self._hands_on(word, words[i + 1 : i + 3])
            elif word not in own and (word not in self.locals or words[i + 1 : i + 2] == ["("]):
                self._waiting.append(word)

    def _hands_on(self, name: str, behind: list[str]) -> None:
        """``kvm_call_hyp(f, ...)`` is a call of ``f``."""
        self._waiting.append(name)
        if len(behind) == 2 and behind[0] == "(" and _NAME.fullmatch(behind[1]):
            self.handed.setdefault(behind[1], name)
            self._waiting.append(behind[1])

    def _tag(self, kind: str, tag: str) -> None:
        if tag in self.tags:
            return
        self.tags[tag] = kind
        found = self.front.view.enum(tag) if kind == "enum" else self.front.view.struct(tag)
        if found is None:
            return
        if kind == "enum":
            self._enum(found)
            return
        node = self._struct_specifier(found)
        if node is not None:
            self.structs[tag] = node

    def _struct_specifier(self, found: Definition) -> Node | None:
        """The specifier of a struct as it was parsed."""
        self.resolve_ifs(found)
        node = self.front.types.parser.declaration(self.front.types.preprocess(found))
        return node if node.type.endswith("_specifier") else node.child_by_field_name("type")

    def _enum(self, found: Definition) -> None:
        at = f"{found.file}:{found.start}"
        if at not in self.enums:
            self.enums[at] = self.resolve_ifs(found).rstrip(";") + ";"
            tag = re.match(r"enum\s+(\w+)", self.enums[at])
            if tag:
                self.tags[tag.group(1)] = "enum"

    def _look_up(self, name: str) -> None:
        """Look a name up as the front-end does."""
        view, values = self.front.view, self.front.view.profile.values
        if name in ACCESSES and name not in MACROS:
            raise Unprintable(f"{name}() is a single access, for which there is no C of ours")
        if name in MACROS:
            return
        if self._has_stub(name):
            self.stubs[name] = None
        elif self._is_collected(name):
            return
        elif name in values and not name.startswith("__"):
            self.numbers[name] = str(values[name])
        elif (macro := view.macro(name)) is not None:
            self._macro(macro)
        elif name in self.inlined or (self._replaces_contract(name) and view.function(name) is not None):
            self._function(name)
        elif (found := view.typedef(name)) is not None:
            self.resolve_ifs(found)
            self.typedefs[name] = self.front.types.parser.declaration(self.front.types.preprocess(found))
        elif (found := view.enumerator(name)) is not None:
            self._enum(found)
        elif name.startswith("trace_") and view.function(name) is None and view.prototype(name) is None:
            self.traces[name] = None
        elif view.function(name) is not None or view.prototype(name) is not None:
            self.unread[name] = None
        elif name in self.front.objects.variables and (found := view.variable(name)) is not None:
            self.variables[name] = _without_value(self.resolve_ifs(found))
            self._scan(self.variables[name], {name})

        elif (made := self._flag_macro(name)) is not None:
            self.flags[name] = made

    def _has_stub(self, name: str) -> bool:
        """Whether a stub stands for the name: not where the tree's own function can be compiled in the
        place of a contract that says what it means."""
        found = self.front.contracts.get(name)
        if found is None:
            return name in self.handed
        return found.kind is not Kind.EXPRESSION or self.front.view.function(name) is None

    def _flag_macro(self, name: str) -> FlagMacroCall | None:
        """The macro of page-flags.h that makes the function under this configuration."""
        view = self.front.view
        found = (m for m in find_makers(name, view.code(HEADER)) if view.holds_at(HEADER, m.offset))
        return next(found, None)

    def _is_collected(self, name: str) -> bool:
        known = (
            self.functions,
            self.macros,
            self.typedefs,
            self.numbers,
            self.stubs,
            self.unread,
            self.variables,
            self.flags,
        )
        if name in KEYWORDS or name in MACROS or name in self.given or name in BUILTIN_TYPEDEFS:
            return True
        return name.startswith("__builtin_") or name in self.traces or any(name in found for found in known)

    def _macro(self, macro: Macro) -> None:
        if macro.name in self.macros or macro.name in MACROS or macro.name in self.front.contracts:
            return
        listed = ""
        if macro.params is not None:
            rest = () if macro.variadic is None else ("...",)
            if macro.variadic not in (None, "__VA_ARGS__"):
                rest = (f"{macro.variadic}...",)
            listed = f"({', '.join((*macro.params, *rest))})"
        body = " ".join(macro.body.decode(errors="replace").split("\n"))
        self.macros[macro.name] = f"#define {macro.name}{listed} {body}"
        self._scan_of(macro.name, body, set(macro.params or ()))
        for pasted in re.findall(r"(\w+)\s*##", body):  # as IS_ENABLED() pastes __ARG_PLACEHOLDER_ and 1
            self._waiting += [
                f"{pasted}{number}" for number in "01" if self.front.view.macro(f"{pasted}{number}")
            ]

    def _function(self, name: str) -> None:
        if name in self.functions:
            return
        found = self.front.view.function(name)
        if found is None:
            raise Unprintable(f"{name}() was read, and is not found again")
        text = self.replaced[name].decode() if name in self.replaced else self.resolve_ifs(found)
        node = self.front.types.parser.function(Text(text.encode(), found.file, found.line))
        own = declared_locals(node)
        self.locals |= own
        self.functions[name] = text
        self._scan_of(name, text, own - _called_names(node))

    def _scan_of(self, name: str, text: str, own: Collection[str]) -> None:
        """Scan the text of a function or macro; one that stands for a contract's meaning stands there with all
        that it speaks of."""
        known = len(self._waiting)
        self._scan(text, own)
        if self._replaces_contract(name):
            self.beneath |= set(self._waiting[known:])

    def _replaces_contract(self, name: str) -> bool:
        """Whether this is the tree's own C for a contract, of which the procedure has the meaning only."""
        has_contract = name in self.front.contracts and name not in self.inlined and name != self.target
        return has_contract or name in self.beneath

    @property
    def ordered_types(self) -> list[str]:
        """The types, each behind those that it is made of."""
        texts = {name: self.type_text(node) for name, node in self.typedefs.items()}
        for at, text in self.enums.items():
            tag = re.match(r"enum\s+(\w+)", text)
            texts[f"enum {tag.group(1)}" if tag else at] = text
        texts |= {f"struct {tag}": self.type_text(node) for tag, node in self.structs.items()}
        return sort_definitions(texts)


def _called_names(node: Node) -> set[str]:
    """The names that stand where a function is called."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.type == "call_expression":
            called = part.child_by_field_name("function")
            found |= {text_of(called)} if called is not None and called.type == "identifier" else set()
        waiting += part.named_children
    return found


def _without_value(declaration: str) -> str:
    """A declaration without extern, without const and without what it is set to."""
    plain = re.sub(r"\b(?:extern|static|const)\b", " ", declaration)
    return re.sub(r"=.*\Z", ";", plain, flags=re.DOTALL)
