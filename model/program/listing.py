# SPDX-License-Identifier: GPL-2.0-only
"""A procedure as numbered lines that read like C.

The line numbers are what a counterexample on a shape cites, and what ``--show`` prints.
"""

from __future__ import annotations

from dataclasses import replace

from model.logic import BOOL, Term, conj, name, negate, rebuild, show
from model.program.procedure import Block, Call, If, Leave, Set, Span, Statement

#: Terms that are called by a name instead of being spelled out.
Abbreviations = tuple[tuple[Term, str], ...]


def number_lines(
    file: str, body: tuple[Statement, ...], abbreviations: Abbreviations = ()
) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    """The lines, and the same statements with spans that point at them."""
    writer = _Writer(file, abbreviations)
    numbered = writer.body(body, 0)
    return tuple(writer.lines), numbered


def abbreviate(term: Term, abbreviations: Abbreviations) -> Term:
    """The term with each abbreviation, also as a part of a longer conjunction, in its place."""
    for meant, text in abbreviations:
        if term.key == meant.key:
            return name(text, meant.sort)
        if meant.sort is BOOL and term.key == negate(meant).key:
            return negate(name(text, meant.sort))
        keys = {t.key for t in meant.args}
        if term.op == meant.op == "and" and keys <= {t.key for t in term.args}:
            rest = conj(*(t for t in term.args if t.key not in keys))
            return conj(abbreviate(rest, abbreviations), name(text, meant.sort))
    if not term.args:
        return term
    return rebuild(term, tuple(abbreviate(a, abbreviations) for a in term.args))


class _Writer:
    def __init__(self, file: str, abbreviations: Abbreviations):
        self.file = file
        self.lines: list[str] = []
        self.abbreviations = abbreviations

    def show(self, term: Term) -> str:
        return show(abbreviate(term, self.abbreviations))

    def line(self, depth: int, text: str) -> Span:
        self.lines.append("    " * depth + text)
        return Span(self.file, len(self.lines), text.removesuffix(" {").removeprefix("} "))

    def body(self, statements: tuple[Statement, ...], depth: int) -> tuple[Statement, ...]:
        return tuple([self.statement(s, depth) for s in statements])

    def statement(self, statement: Statement, depth: int) -> Statement:
        match statement:
            case Set(target, value):
                return replace(statement, span=self.line(depth, f"{target} = {self.show(value)};"))
            case Leave(label, value=value):
                text = f"goto {label};" if value is None else f"return {self.show(value)};"
                return replace(statement, span=self.line(depth, text))
            case Call(sink, arguments):
                told = ", ".join(f"{a}: {self.show(t)}" for a, t in arguments)
                return replace(statement, span=self.line(depth, f"{sink}({told});"))
            case Block(label, body):
                inner = self.body(body, depth)
                span = self.line(depth, f"{label}:") if label else Span(self.file, len(self.lines), "")
                return replace(statement, body=inner, span=span)
            case If():
                return self.branch(statement, depth, "")

    def branch(self, statement: If, depth: int, before: str) -> If:
        span = self.line(depth, f"{before}if ({self.show(statement.condition)}) {{")
        then = self.body(statement.then, depth + 1)
        orelse = statement.orelse
        if len(orelse) == 1 and isinstance(orelse[0], If):
            numbered: tuple[Statement, ...] = (self.branch(orelse[0], depth, "} else "),)
        elif orelse:
            self.line(depth, "} else {")
            numbered = self.body(orelse, depth + 1)
            self.line(depth, "}")
        else:
            numbered = ()
            self.line(depth, "}")
        return replace(statement, then=then, orelse=numbered, span=span)
