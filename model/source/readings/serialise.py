# SPDX-License-Identifier: GPL-2.0-only
"""Serialisation of procedures as rows of JSON.

As rows of JSON: each term once, after its arguments, and each span once; so what terms share is shared
again.  The same procedure gives the same text.  What is read again may come from a tree in which lines
have moved (``line_map``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from model.logic import BOOL, BitVec, Sort, Term
from model.program.procedure import (
    Block,
    Call,
    If,
    Input,
    Leave,
    Origin,
    Place,
    Procedure,
    Set,
    Span,
    Statement,
)
from model.source.readings.line_map import LineMap

#: What reading rows of another kind raises, and what ``LineMap`` raises for a line that was not read.
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)


def write_rows(procedure: Procedure) -> dict[str, Any]:
    """The procedure without its name, as what JSON can say."""
    writer = _Writer()
    return {
        "body": [writer.statement(s) for s in procedure.body],
        "places": [[p, at.sort.width, writer.maybe(at.initial)] for p, at in procedure.places.items()],
        "inputs": [[n, i.sort.width, i.origin.name, i.note] for n, i in procedure.inputs.items()],
        "symbols": [[symbol, writer.term(term)] for symbol, term in procedure.symbols.items()],
        "constants": list(map(list, procedure.constants.items())),
        "terms": writer.terms,
        "spans": writer.spans,
    }


def read_rows(name: str, rows: Mapping[str, Any], line_map: LineMap) -> Procedure:
    """The procedure that was written, under that name.  Raises one of UNREADABLE for anything else."""
    reader = _Reader(line_map, rows)
    return Procedure(
        name,
        tuple(reader.statement(row) for row in rows["body"]),
        {reader.check_name(p): Place(_sort(width), reader.maybe(t)) for p, width, t in rows["places"]},
        {
            reader.check_name(n): Input(_sort(width), Origin[origin], line_map.map_text(note))
            for n, width, origin, note in rows["inputs"]
        },
        {symbol: reader.terms[number] for symbol, number in rows["symbols"]},
        {constant: int(value) for constant, value in rows["constants"]},
    )


@dataclass
class _Writer:
    """Terms and spans by number, in the order in which they were met."""

    terms: list[list[Any]] = field(default_factory=list)
    spans: list[list[Any]] = field(default_factory=list)
    known: dict[bytes, int] = field(default_factory=dict)
    seen: dict[Span, int] = field(default_factory=dict)

    def term(self, term: Term) -> int:
        """The number of a term.  Terms are deeper than Python may call itself, so there is a stack."""
        stack = [term]
        while stack:
            top = stack[-1]
            missing = [a for a in top.args if a.key not in self.known]
            if top.key not in self.known and not missing:
                self.known[top.key] = len(self.terms)
                arguments = [self.known[a.key] for a in top.args]
                self.terms.append([top.op, top.sort.width, top.data, *arguments])
            if not missing:
                stack.pop()
            stack += reversed(missing)
        return self.known[term.key]

    def maybe(self, term: Term | None) -> int | None:
        return None if term is None else self.term(term)

    def span(self, span: Span) -> int:
        if span not in self.seen:
            self.seen[span] = len(self.spans)
            self.spans.append([span.file, span.line, span.text, span.function, list(span.via)])
        return self.seen[span]

    def statement(self, statement: Statement) -> list[Any]:
        at = self.span(statement.span)
        match statement:
            case Set(target, value):
                return ["set", at, target, self.term(value)]
            case If(condition, then, orelse):
                bodies = ([self.statement(s) for s in body] for body in (then, orelse))
                return ["if", at, self.term(condition), *bodies]
            case Block(label, body):
                return ["block", at, label, [self.statement(s) for s in body]]
            case Leave(label, _, result, leaving):
                return ["leave", at, label, result, self.maybe(leaving)]
            case Call(effect, arguments, _, seen):
                return ["call", at, effect, [[name, self.term(t)] for name, t in arguments], seen]


class _Reader:
    """The terms and spans, by number."""

    def __init__(self, line_map: LineMap, rows: Mapping[str, Any]) -> None:
        self.line_map = line_map
        self.terms: list[Term] = []
        for op, width, data, *arguments in rows["terms"]:
            self.terms.append(self._term(op, width, data, arguments))
        self.spans = [
            Span(file, line_map.map_line(file, line), text, function, tuple(map(line_map.map_text, via)))
            for file, line, text, function, via in rows["spans"]
        ]

    def _term(self, op: str, width: int, data: Any, arguments: list[int]) -> Term:
        if isinstance(data, str):
            self.check_name(data)
        parts = tuple(self.terms[number] for number in arguments)
        return Term(op, _sort(width), parts, tuple(data) if isinstance(data, list) else data)

    def check_name(self, name: str) -> str:
        """A name that no moved line is part of.  Raises ValueError for another: names are no places."""
        if self.line_map.is_named_in(name):
            raise ValueError(f"A line that moved is part of the name {name!r}.")
        return name

    def maybe(self, number: int | None) -> Term | None:
        return None if number is None else self.terms[number]

    def statement(self, row: list[Any]) -> Statement:
        kind, at, *rest = row
        span = self.spans[at]
        match kind, rest:
            case "set", [target, value]:
                return Set(target, self.terms[value], span)
            case "if", [condition, then, orelse]:
                return If(self.terms[condition], self.body(then), self.body(orelse), span)
            case "block", [label, body]:
                return Block(self.check_name(label), self.body(body), span)
            case "leave", [label, result, value]:
                return Leave(label, span, result, self.maybe(value))
            case "call", [effect, arguments, seen]:
                return Call(effect, tuple((name, self.terms[t]) for name, t in arguments), span, seen)
        raise ValueError(f"{kind!r} is no kind of statement.")

    def body(self, rows: list[list[Any]]) -> tuple[Statement, ...]:
        return tuple(map(self.statement, rows))


def _sort(width: int) -> Sort:
    return BitVec(width) if width else BOOL
