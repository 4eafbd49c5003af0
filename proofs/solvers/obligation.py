# SPDX-License-Identifier: GPL-2.0-only
"""The proof obligation of a claim: a formula over inputs, with all that an engine is given.

Trusted: nothing here; ``proofs.claims.obligations`` makes them, and is trusted for what they say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.logic import Sort, Term, show, value_of
from model.program.interpreter import Inputs


@dataclass(frozen=True)
class Assumption:
    """A fact in terms of the inputs; ``says`` and ``source`` as in ``model.facts.assumed.Fact``."""

    name: str
    says: str
    source: str
    holds: Term


@dataclass(frozen=True)
class Application:
    """The input ``name`` stands for the value of ``function`` at ``arguments``."""

    name: str
    function: str
    arguments: tuple[Term, ...]
    sort: Sort


@dataclass(frozen=True)
class Obligation:
    """PROVED is: no input satisfies ``background``, ``facts`` and ``given`` and not ``then``.

    ``background`` are the conditions on applications of pure functions.  ``witness`` is what an
    expected refutation must show.  ``inputs`` are all free names with their sorts, in the order
    in which witnesses are minimised; ``loose`` are those on which a refutation must not rest,
    because they stand for something unknown; ``unset`` are stand-ins that a replay needs.
    ``hopeless`` says that it is expected to be refuted, which matters for the order of questions.
    ``bitwise`` are inputs of which single bits are told in a witness, and ``procedures`` are the names
    of those that the terms were made from.
    """

    claim: str
    says: str
    background: tuple[Term, ...]
    facts: tuple[Assumption, ...]
    given: tuple[Term, ...]
    then: Term
    witness: Term | None
    inputs: Mapping[str, Sort]
    loose: tuple[str, ...]
    applications: tuple[Application, ...] = ()
    unset: tuple[str, ...] = ()
    hopeless: bool = False
    bitwise: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()

    @property
    def formula(self) -> tuple[bytes, ...]:
        """What two obligations have in common if they ask the same, whatever they are called."""
        facts = (fact.holds for fact in self.facts)
        return tuple(term.key for term in (*self.background, *facts, *self.given, self.then))

    def concrete(self, model: Mapping[str, int]) -> Inputs:
        """A solver's model as the interpreter wants it, with the values of pure functions."""

        def call(term: Term, _: list[int]) -> int:
            raise AssertionError(f"{show(term)} is still an application.")

        functions: dict[tuple[str, tuple[int, ...]], int] = {}
        for each in self.applications:
            values = [value_of(a, lambda leaf: model.get(str(leaf.data), 0), call) for a in each.arguments]
            functions[each.function, tuple(values)] = model.get(each.name, 0)
        return Inputs(dict.fromkeys(self.unset, 0) | dict(model), functions)
