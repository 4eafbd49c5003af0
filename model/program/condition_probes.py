# SPDX-License-Identifier: GPL-2.0-only
"""Condition probes: the procedure also records what each part of each condition decided.

A part of ``A && B`` decides where the rest is true, a part of ``A || B`` where the rest is false.  A part
that never decides the one way, or never the other, can be struck out: the condition is then what it was.

Trusted: this file, for what is said to be dead code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from model.logic import BOOL, FALSE, TRUE, Term, conj, disj, is_const, name, negate, place
from model.program.procedure import If, Place, Procedure, Set, Span, Statement
from model.program.rewrite import Descend, rewrite


@dataclass(frozen=True)
class ConditionPart:
    """A part of a condition, and the test that it stands in; ``is_whole``: it is the condition itself.

    ``decided_yes`` and ``decided_no``, over words of the watched procedure: it was come to where it
    decides, and was true; or false.
    """

    span: Span
    part: Term
    is_whole: bool
    decided_yes: Term
    decided_no: Term


@dataclass(frozen=True)
class Probed:
    """``procedure`` does what it did before; ``parts`` are those of its conditions, as written."""

    procedure: Procedure
    parts: tuple[ConditionPart, ...]


def add_probes(procedure: Procedure) -> Probed:
    """The procedure with a note on every part of every condition."""
    watcher = _Watcher()
    body = rewrite(procedure.body, watcher.visit)
    notes = {text: Place(BOOL, FALSE) for text in watcher.notes}
    words = {text: place(text, BOOL) for text in watcher.notes}
    made = replace(
        procedure,
        body=body,
        places={**procedure.places, **notes},
        symbols={**procedure.symbols, **words},
    )
    return Probed(made, tuple(watcher.parts))


@dataclass
class _Watcher:
    notes: list[str] = field(default_factory=list)
    parts: list[ConditionPart] = field(default_factory=list)

    def visit(self, statement: Statement, descend: Descend) -> Iterator[Statement]:
        if isinstance(statement, If):
            for part, decides in condition_parts(statement.condition):
                yield from self.watch(part, decides, part is statement.condition, statement.span)
        yield descend(statement)

    def watch(self, part: Term, decides: Term, is_whole: bool, span: Span) -> Iterator[Statement]:
        yes, no = (self.note(way) for way in ("true", "false"))
        self.parts.append(ConditionPart(span, part, is_whole, yes, no))
        yield Set(str(yes.data), conj(decides, part), span)
        yield Set(str(no.data), conj(decides, negate(part)), span)

    def note(self, way: str) -> Term:
        self.notes.append(f"part {len(self.notes)} decided {way}")
        return name(self.notes[-1])


def condition_parts(condition: Term, decides: Term = TRUE) -> Iterator[tuple[Term, Term]]:
    """The condition and its parts, each with the condition under which it decides.

    Constants are none, and neither are flags that the front-end made up for a switch or a loop, whose
    names begin with a parenthesis.
    """
    if is_const(condition) or (condition.op == "place" and str(condition.data).startswith("(")):
        return
    yield condition, decides
    match condition.op:
        case "not":
            inner = condition_parts(condition.args[0], decides)
            next(inner, None)  # it decides whenever its opposite does
            yield from inner
        case "and" | "or":
            for i, part in enumerate(condition.args):
                rest = [other for j, other in enumerate(condition.args) if j != i]
                free = conj(*rest) if condition.op == "and" else negate(disj(*rest))
                yield from condition_parts(part, conj(decides, free))
