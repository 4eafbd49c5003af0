# SPDX-License-Identifier: GPL-2.0-only
"""Queries to a solver, their answers, and both as lines of JSON.

A batch is SMT-LIB text and queries about it; a query holds SMT-LIB expressions over the names that the text
defines, and an answer holds values by input.  All of it is plain data, so that it passes between processes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from counterexamples.minimise import Model


class SatStatus(Enum):
    """What a solver says of one satisfiability query; not every query is made."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"
    NOT_QUERIED = "not queried"


@dataclass(frozen=True)
class Query:
    """The queries about one claim: an input that satisfies ``facts`` and ``given``, and one that moreover
    does not satisfy ``then``.

    ``background`` always holds; ``witness`` ("" if there is none) is what every refuting input
    must satisfy; ``inputs`` are the widths by name, in the order in which witnesses are minimised.
    ``loose`` are inputs that stand for something unknown, and ``instance`` is the function of
    them which says that an input refutes the claim (see ``smtlib.define_instance``).
    ``hopeless``: it is expected to be refuted, so a model is sought first.  ``bitwise`` are inputs of
    which single bits are told in a witness.
    """

    claim: str
    background: tuple[str, ...]
    facts: tuple[str, ...]
    given: tuple[str, ...]
    then: str
    witness: str
    inputs: Mapping[str, int]
    loose: tuple[str, ...] = ()
    instance: str = ""
    hopeless: bool = False
    bitwise: tuple[str, ...] = ()

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Everything that is assumed when the conclusion is asked about."""
        return (*self.background, *self.facts, *self.given)

    @property
    def refutation(self) -> str:
        """That the input satisfies the premises and not the conclusion."""
        return f"(and true {' '.join(self.given)} (not {self.then}))"


@dataclass(frozen=True)
class MinimalModel:
    """A minimal model, and the cube around it: the bits that are enough, as masks by input; whatever the
    others are, the outcome is the same."""

    model: Model
    cube: Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """What was found about one claim.

    ``premises``: facts and premises; ``denied``: with them, not the conclusion; ``stray``: with
    those, not the expected witness.  ``reached``, ``refutation`` and ``strayed`` are models of them, which
    may have values of other claims' inputs as well.
    ``reason`` says why something is unknown.  For a minimal answer there are also ``core`` (an unsat core: the facts
    that a proof needs, by position), a minimal ``example`` of the premises and
    ``counterexample``, and ``confirmed`` (whether the counterexample is one whatever the loose
    inputs are; None if that was not found out).
    """

    claim: str
    premises: SatStatus
    denied: SatStatus = SatStatus.NOT_QUERIED
    stray: SatStatus = SatStatus.NOT_QUERIED
    reached: Model = field(default_factory=dict)
    refuted: Model = field(default_factory=dict)
    strayed: Model = field(default_factory=dict)
    reason: str = ""
    core: tuple[int, ...] | None = None
    example: MinimalModel | None = None
    counterexample: MinimalModel | None = None
    confirmed: bool | None = None


@dataclass(frozen=True)
class Batch:
    """SMT-LIB definitions, and the queries about them; ``minimal``: find also minimal unsat cores and
    models; ``together``: first seek models that serve many queries; ``cores``: find only unsat cores, and
    with ``minimal_cores`` minimal ones."""

    text: str
    queries: tuple[Query, ...]
    minimal: bool = False
    together: bool = True
    cores: bool = False
    minimal_cores: bool = False


def write_line(value: Batch | Answer) -> str:
    """One line of JSON."""
    return json.dumps(value, default=lambda part: part.value if isinstance(part, SatStatus) else vars(part))


def read_batch(line: str) -> Batch:
    """The inverse of ``write_line`` for batches."""
    data: dict[str, Any] = json.loads(line)
    return Batch(
        data["text"],
        tuple(Query(**_tuples(q)) for q in data["queries"]),
        data["minimal"],
        data["together"],
        data["cores"],
        data["minimal_cores"],
    )


def read_answer(line: str) -> Answer:
    """The inverse of ``write_line`` for answers; raises ValueError for anything else."""
    try:
        data: dict[str, Any] = _tuples(json.loads(line))
        for key in ("premises", "denied", "stray"):
            data[key] = SatStatus(data[key])
        for key in ("example", "counterexample"):
            data[key] = MinimalModel(**data[key]) if data[key] else None
        return Answer(**data)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"The worker said something that is no answer: {line[:200]}") from error


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
