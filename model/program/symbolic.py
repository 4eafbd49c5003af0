# SPDX-License-Identifier: GPL-2.0-only
"""Symbolic execution of a procedure: its last state as terms over inputs.

Runs every path at once: a branch forks the state, and where paths meet again each place becomes
``condition ? then : else``.  No solver is called.  The other meaning is ``interpreter``; tests
hold the two against each other on every shape.

Trusted: this file, for whatever is PROVED.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from model.logic import (
    FALSE,
    TRUE,
    Term,
    apply,
    choose,
    conj,
    const,
    disj,
    is_const,
    is_true,
    name,
    negate,
    substitute,
)
from model.program.procedure import (
    TRACE,
    TRACE_SORT,
    UNCALLED_PREFIX,
    UNINITIALISED_PREFIX,
    Block,
    Call,
    If,
    Leave,
    Procedure,
    ProcedureError,
    Set,
    Statement,
    effects,
)


@dataclass(frozen=True)
class Result:
    """The last value of each place, over the inputs; ``uninitialised_value`` are the stand-ins for values that
    were read before they were set, by name; ``constants`` have taken the place of their names."""

    places: Mapping[str, Term]
    uninitialised: Mapping[str, Term]
    constants: Mapping[str, int]

    def bind(self, term: Term) -> Term:
        """A term over places, such as a word of the procedure, as a term over inputs."""

        def leaf(t: Term) -> Term:
            if t.op != "place":
                return _constant(self.constants, t)
            found = self.places.get(str(t.data))
            return uninitialised_value(str(t.data), t) if found is None else found

        return substitute(term, leaf)


def uninitialised_value(key: str, like: Term) -> Term:
    """What stands in for the value of a place that no statement set."""
    return name(UNINITIALISED_PREFIX + key, like.sort)


def substitute_constants(term: Term, constants: Mapping[str, int]) -> Term:
    """The term with the names that the kernel at hand gives a value as those values."""
    return substitute(term, partial(_constant, constants))


def _constant(constants: Mapping[str, int], leaf: Term) -> Term:
    """A name that the kernel at hand gives a value, as that value; any other name as it is."""
    key = str(leaf.data)
    return const(constants[key], leaf.sort) if key in constants else leaf


@dataclass
class _State:
    """Where a set of paths stands: the condition under which it is taken, and what places hold."""

    guard: Term
    store: dict[str, Term]


def run(procedure: Procedure) -> Result:
    """The last state of the procedure on all inputs.

    Raises ProcedureError where a block is left that does not surround the statement.
    """
    executor = _Executor(procedure)
    state = executor.body(procedure.body, _State(TRUE, executor.initial()))
    if executor.pending:
        label = next(iter(executor.pending))
        raise ProcedureError(
            f"{procedure.name}: {label} is left, but no block of that label stands around it."
        )
    if state is None:
        raise ProcedureError(f"{procedure.name}: no path reaches the end.")
    return Result(state.store, executor.uninitialised, procedure.constants)


class _Executor:
    def __init__(self, procedure: Procedure):
        self.procedure = procedure
        self.pending: dict[str, list[_State]] = {}
        self.uninitialised: dict[str, Term] = {}

    def initial(self) -> dict[str, Term]:
        store = {
            n: self.read(p.initial, {}) for n, p in self.procedure.places.items() if p.initial is not None
        }
        for sink, arguments in effects(self.procedure.body).items():
            store[f"{sink}.called"] = store[f"{sink}.again"] = store[f"{sink}.seen"] = FALSE
            for argument, sort in arguments.items():
                store[f"{sink}.{argument}"] = name(f"{UNCALLED_PREFIX}{sink}.{argument}", sort)
        store[TRACE] = const(0, TRACE_SORT)
        return store

    def read(self, term: Term, store: dict[str, Term]) -> Term:
        def leaf(t: Term) -> Term:
            if t.op != "place":
                return _constant(self.procedure.constants, t)
            key = str(t.data)
            return store[key] if key in store else self._unset(key, t)

        return substitute(term, leaf)

    def _unset(self, key: str, term: Term) -> Term:
        return self.uninitialised.setdefault(key, uninitialised_value(key, term))

    def body(self, statements: tuple[Statement, ...], state: _State) -> _State | None:
        current: _State | None = state
        for statement in statements:
            if current is None:
                return None
            current = self.step(statement, current)
        return current

    def step(self, statement: Statement, state: _State) -> _State | None:
        match statement:
            case Set(target, value):
                state.store[target] = self.read(value, state.store)
                return state
            case If():
                return self.branch(statement, state)
            case Block(label, body):
                return self.block(label, body, state)
            case Leave(label, _, result, value):
                if value is not None:
                    state.store[result] = self.read(value, state.store)
                self.pending.setdefault(label, []).append(state)
                return None
            case Call():
                return self.call(statement, state)

    def call(self, call: Call, state: _State) -> _State:
        store, sink = state.store, call.effect
        values = {f"{sink}.{a}": self.read(t, store) for a, t in call.arguments}
        store[f"{sink}.again"] = disj(store[f"{sink}.again"], store[f"{sink}.called"])
        store[f"{sink}.called"] = TRUE
        store[f"{sink}.seen"] = TRUE if call.seen else FALSE
        store[TRACE] = apply(f"{TRACE} {sink}", TRACE_SORT, store[TRACE], *values.values())
        store.update(values)
        return state

    def branch(self, statement: If, state: _State) -> _State | None:
        condition = self.read(statement.condition, state.store)
        if is_const(condition):
            return self.body(statement.then if is_true(condition) else statement.orelse, state)
        left_before = self._left()
        then = self.body(statement.then, _State(conj(state.guard, condition), dict(state.store)))
        orelse = self.body(statement.orelse, _State(conj(state.guard, negate(condition)), dict(state.store)))
        if then is None or orelse is None:
            return then or orelse
        all_stay = self._left() == left_before
        guard = state.guard if all_stay else disj(then.guard, orelse.guard)
        return _State(guard, self.merge(condition, then.store, orelse.store))

    def _left(self) -> int:
        return sum(len(states) for states in self.pending.values())

    def block(self, label: str, body: tuple[Statement, ...], state: _State) -> _State | None:
        if label in self.pending:
            raise ProcedureError(f"{self.procedure.name}: two blocks within each other are called {label}.")
        before, entry = self._left(), state.guard
        end = self.body(body, state)
        arrived = self.pending.pop(label, [])
        if end is not None:
            arrived.append(end)
        if not arrived:
            return None
        store = arrived[-1].store
        for other in reversed(arrived[:-1]):
            store = self.merge(other.guard, other.store, store)
        all_stay = self._left() == before
        return _State(entry if all_stay else disj(*(s.guard for s in arrived)), store)

    def merge(self, condition: Term, then: dict[str, Term], orelse: dict[str, Term]) -> dict[str, Term]:
        """Where two sets of paths meet; a place that one of them never set is unset there."""
        merged: dict[str, Term] = {}
        for key in then if len(then) >= len(orelse) else orelse:
            merged[key] = self.join(key, condition, then.get(key), orelse.get(key))
        for key in then.keys() ^ merged.keys() | orelse.keys() ^ merged.keys():
            merged[key] = self.join(key, condition, then.get(key), orelse.get(key))
        return merged

    def join(self, key: str, condition: Term, a: Term | None, b: Term | None) -> Term:
        if a is b:
            assert a is not None
            return a
        if a is None:
            assert b is not None
            a = self._unset(key, b)
        if b is None:
            b = self._unset(key, a)
        return choose(condition, a, b)
