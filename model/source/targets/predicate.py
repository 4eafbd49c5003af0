# SPDX-License-Identifier: GPL-2.0-only
"""Parses a C condition over symbols into a term: ``vm_flags & VM_PFNMAP && !mapped``.

This is how ``kernels.toml`` says what a witness must show.
"""

from __future__ import annotations

from model.logic import BOOL, Term, name
from model.source.errors import Unsupported
from model.source.index.branches import CompiledText
from model.source.index.definitions import Definition
from model.source.lowering.front_end import FrontEnd
from model.source.lowering.state.objects import Objects, Slot
from model.source.preprocessor.profile import Profile
from model.source.types.ctypes import BOOLEAN, UINT, ULONG
from model.source.types.parse_types import Types
from model.source.types.syntax import Text
from model.source.types.values import Value, as_bool
from model.vocabulary import Symbols, memory
from model.vocabulary.symbols import OUTCOMES, READ, VARYING, WORLD


class PredicateError(ValueError):
    """A condition over symbols could not be read; the text is a whole sentence."""


class _NoTree:
    """A view of no tree: every name is a symbol or unknown."""

    profile = Profile("none", {})

    def _none(self, name: str) -> None:
        return None

    macro = function = prototype = variable = struct = typedef = enumerator = enum = _none

    def condition(self, condition: str) -> tuple[bool | None, tuple[object, ...]]:
        return None, ()

    def code(self, rel: str) -> bytes:
        return b""

    def line_at(self, rel: str, offset: int) -> int:
        return 1

    def holds_at(self, rel: str, offset: int) -> bool | None:
        return None

    def compile_text(self, part: Definition) -> CompiledText:
        raise LookupError(part.name)


def _slots(symbols: Symbols) -> dict[str, Slot]:
    """Every symbol, definition and constant under its name; ``symbols`` go first."""
    tables = (READ, VARYING, OUTCOMES, WORLD, symbols)
    terms: dict[str, Term] = {w: name(w, sort) for table in tables for w, (sort, _) in table.items()}
    terms |= {n: t for n, t in vars(memory).items() if isinstance(t, Term) and n not in symbols}
    slots = {}
    for symbol, term in terms.items():
        t = BOOLEAN if term.sort == BOOL else UINT if term.sort.width == 32 else ULONG
        slots[symbol] = Slot(symbol, t, Value(t, term))
    return slots


def parse_predicate(condition: str, where: str, symbols: Symbols | None = None) -> Term:
    """The condition as a term over symbols: those of the fault path, and ``symbols`` besides.

    Raises PredicateError, naming ``where`` it stands, for what is no condition over symbols.
    """
    front = FrontEnd(Types(_NoTree()), Objects(), {})
    text = Text(condition.encode(), where, 1, fixed=condition)
    try:
        with front.context.within([_slots(symbols or {})]), front.context.at(text):
            return as_bool(front.rvalue(front.types.parser.fragment(text)))
    except Unsupported as error:
        raise PredicateError(
            f"{where}: `{condition}` is no condition over the symbols of model/vocabulary/memory.py: {error.construct}."
        ) from None
