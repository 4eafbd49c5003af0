# SPDX-License-Identifier: GPL-2.0-only
"""Mistakes about whole statements: one is missing, two are swapped, a check stands on the wrong side
of ``if (mmu_invalidate_retry(...))``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from counterexamples.mutation.mutant import (
    Address,
    Body,
    Mutant,
    list_at,
    lists,
    render_term,
    replace_in,
    replace_list,
)
from model.logic import FALSE, Term, name, subterms
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Statement, own_terms, walk
from model.vocabulary.memory import mmu_invalidated


def delete_a_statement(procedure: Procedure) -> Iterator[Mutant]:
    """Without a statement; of an ``if``, its else branch stays."""
    for at, body in lists(procedure.body):
        for i, statement in enumerate(body):
            if isinstance(statement, Block):
                continue
            rest: Body = statement.orelse if isinstance(statement, If) else ()
            if any(isinstance(s, Call) for s in walk((statement,))):
                rest = (If(FALSE, (statement,), rest, statement.span),)  # its sinks are known, and not called
            edited = replace_in(procedure, at, (*body[:i], *rest, *body[i + 1 :]))
            yield Mutant(edited, "delete a statement", statement.span, f"`{text(statement)}` is missing.")


def swap_neighbours(procedure: Procedure) -> Iterator[Mutant]:
    """With two statements in the other order, where that can matter."""
    for at, body in lists(procedure.body):
        for i, (one, two) in enumerate(pairwise(body)):
            if _commute(one, two):
                continue
            edited = replace_in(procedure, at, (*body[:i], two, one, *body[i + 2 :]))
            says = f"`{text(two)}` comes before `{text(one)}`."
            yield Mutant(edited, "swap neighbours", one.span, says)


def move_a_check_across_the_retry(procedure: Procedure) -> Iterator[Mutant]:
    """With a check that may end the fault on the other side of the retry."""
    found = _retry(procedure)
    if found is None:
        return
    home, here = found
    for at, body in lists(procedure.body):
        if at != home[: len(at)]:
            continue
        middle = home[len(at)][0] if len(at) < len(home) else here
        for i, statement in enumerate(body):
            if i == middle or not isinstance(statement, If) or not any(_leaves(statement)):
                continue
            moved = _moved(procedure.body, at, i, home, here, after=i < middle)
            if moved is None:
                continue
            where = "after" if i < middle else "before"
            says = f"`{text(statement)}` is asked directly {where} the retry."
            edited = replace_in(procedure, (), moved)
            yield Mutant(edited, "move a check across the retry", statement.span, says)


def _moved(body: Body, at: Address, i: int, home: Address, here: int, after: bool) -> Body | None:
    """The statement ``i`` of the list ``at`` beside the retry, the statement ``here`` of the list ``home``;
    None where a label that it leaves would not be around it."""
    outer = list_at(body, at)
    statement = outer[i]
    target = list_at(body, home)
    around = {block.label for block in _around(body, home)}
    if not set(_leaves(statement)) <= around | {b.label for b in walk((statement,)) if isinstance(b, Block)}:
        return None
    if at == home:
        rest = [s for k, s in enumerate(target) if k != i]
        return replace_list(body, home, (*rest[:here], statement, *rest[here:]))
    place = here + 1 if after else here
    added = replace_list(body, home, (*target[:place], statement, *target[place:]))
    outer = list_at(added, at)
    return replace_list(added, at, (*outer[:i], *outer[i + 1 :]))


def _around(body: Body, at: Address) -> Iterator[Block]:
    for i, which in at:
        statement = body[i]
        if isinstance(statement, Block):
            yield statement
            body = statement.body
        else:
            assert isinstance(statement, If)
            body = statement.then if which == "then" else statement.orelse


def _leaves(statement: Statement) -> Iterator[str]:
    """The labels that the statement may leave."""
    return (s.label for s in walk((statement,)) if isinstance(s, Leave))


def _retry(procedure: Procedure) -> tuple[Address, int] | None:
    """Where the procedure asks whether an invalidation ran: the list, and the position in it."""
    meant = procedure.symbols.get(
        str(mmu_invalidated.data), name(str(mmu_invalidated.data), mmu_invalidated.sort)
    )
    for at, body in lists(procedure.body):
        for i, statement in enumerate(body):
            if isinstance(statement, If) and _asks(statement.condition, meant):
                return at, i
    return None


def _asks(condition: Term, meant: Term) -> bool:
    return any(t.key == meant.key for t in subterms(condition))


def _commute(one: Statement, two: Statement) -> bool:
    """Whether nothing can tell their order: neither leaves, and neither writes what the other touches."""
    if any(isinstance(s, Leave) for s in walk((one, two))):
        return not any(_effects(one)) and not any(_effects(two))
    first, second = set(_effects(one)), set(_effects(two))
    return not (first & (second | _read(two)) or second & _read(one))


def _effects(statement: Statement) -> Iterator[str]:
    """The places that the statement may write, and the sinks that it may call."""
    for s in walk((statement,)):
        if isinstance(s, Set):
            yield s.target
        elif isinstance(s, Call):
            yield f"{s.effect}()"
        elif isinstance(s, Leave):
            yield f"-> {s.label}"


def _read(statement: Statement) -> set[str]:
    terms = (term for s in walk((statement,)) for term in own_terms(s))
    return {str(t.data) for term in terms for t in subterms(term) if t.op == "place"}


def text(statement: Statement) -> str:
    """The statement on one line, as its source has it, or else as a listing would."""
    if statement.span.text:
        return statement.span.text
    match statement:
        case Set(target, value):
            return f"{target} = {render_term(value)};"
        case If(condition):
            return f"if ({render_term(condition)})"
        case Block(label):
            return f"{label}:"
        case Leave(label, value=value):
            return f"goto {label};" if value is None else f"return {render_term(value)};"
        case Call(sink):
            return f"{sink}();"
