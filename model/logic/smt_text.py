# SPDX-License-Identifier: GPL-2.0-only
"""Terms as SMT-LIB 2 text (logic QF_BV), in which what is used more than once is defined once.

Trusted: the table of operators, for whatever is PROVED.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from model.logic.sorts import Sort, SortError
from model.logic.term import Term, number
from model.logic.traversal import subterms

_OPERATORS: Mapping[str, str] = {
    "not": "not", "and": "and", "or": "or", "ite": "ite", "eq": "=",
    "ult": "bvult", "ule": "bvule", "slt": "bvslt", "sle": "bvsle",
    "add": "bvadd", "sub": "bvsub", "mul": "bvmul",
    "udiv": "bvudiv", "urem": "bvurem", "sdiv": "bvsdiv", "srem": "bvsrem",
    "bvand": "bvand", "bvor": "bvor", "bvxor": "bvxor", "bvnot": "bvnot",
    "shl": "bvshl", "lshr": "bvlshr", "ashr": "bvashr",
}  # fmt: skip


def sort_text(sort: Sort) -> str:
    """``Bool`` or ``(_ BitVec N)``."""
    return f"(_ BitVec {sort.width})" if sort.width else "Bool"


def value_text(value: int, width: int) -> str:
    """A value of that many bits (0: a truth value) as a literal."""
    if width == 0:
        return "true" if value else "false"
    return f"#x{value:0{width // 4}x}" if width % 4 == 0 else f"#b{value:0{width}b}"


def symbol(text: str) -> str:
    """A name between bars, as SMT-LIB wants names that are not plain words.

    Raises SortError for a name that cannot be written so.
    """
    if "|" in text or "\\" in text or not text.isascii() or not text.isprintable():
        raise SortError(f"{text!r} cannot be the name of an input: use printable ASCII without | and \\.")
    return f"|{text}|"


def comment(text: str) -> str:
    """The text as comment lines."""
    return "".join(f"; {line}\n" for line in text.splitlines())


def _operator(term: Term) -> str:
    if term.op == "extract":
        assert isinstance(term.data, tuple)
        return f"(_ extract {term.data[0]} {term.data[1]})"
    if term.op in ("zext", "sext"):
        kind = "zero" if term.op == "zext" else "sign"
        return f"(_ {kind}_extend {term.sort.width - term.args[0].sort.width})"
    return _OPERATORS[term.op]


@dataclass
class Writer:
    """Writes terms; what is used more than once is defined once, and ``lines`` are those
    definitions.  ``known`` says how a term is written after them."""

    lines: list[str] = field(default_factory=list)
    known: dict[bytes, str] = field(default_factory=dict)
    sorts: dict[str, Sort] = field(default_factory=dict)

    def declare(self, names: Mapping[str, Sort]) -> None:
        """Declare free names; raises SortError if a name has two sorts."""
        for text, sort in names.items():
            known = self.sorts.get(text)
            if known is None:
                self.sorts[text] = sort
                self.lines.append(f"(declare-const {symbol(text)} {sort_text(sort)})")
            elif known != sort:
                raise SortError(f"{text} is a {known} in one place and a {sort} in another.")

    def share(self, roots: Iterable[Term]) -> None:
        """Define the terms below the roots that are used more than once, and the roots themselves."""
        top = list(roots)
        uses: dict[bytes, int] = {}
        for root in top:
            uses[root.key] = 2
        for term in subterms(*top):
            for arg in term.args:
                uses[arg.key] = uses.get(arg.key, 0) + 1
        for term in subterms(*top):
            if term.key not in self.known:
                self.known[term.key] = self.write(term)
                if term.args and uses[term.key] > 1:
                    self.define(f"t{len(self.lines)}", term)

    def write(self, term: Term) -> str:
        """One node, its arguments having been written before."""
        if term.op == "const":
            return value_text(number(term), term.sort.width)
        if term.op == "name":
            return symbol(str(term.data))
        return f"({_operator(term)} {' '.join([self.known[a.key] for a in term.args])})"

    def define(self, text: str, term: Term) -> None:
        """From here on, the term is written as this name."""
        body = self.known[term.key]
        self.lines.append(f"(define-fun {text} () {sort_text(term.sort)} {body})")
        self.known[term.key] = text
