# SPDX-License-Identifier: GPL-2.0-only
"""What crosses the boundary between the process that asks and those that decide.

A batch is SMT-LIB text and questions about it; questions hold SMT-LIB expressions over the names
that the text defines; answers hold values by input.  All of it is plain data that JSON can carry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from counterexamples.minimise import Model


class Found(Enum):
    """What became of one question to a solver."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Question:
    """One claim: is there an input that satisfies ``facts`` and ``given``, and one that moreover
    does not satisfy ``then``?

    ``background`` always holds; ``witness`` ("" if there is none) is what every refuting input
    must satisfy; ``inputs`` are the widths by name, in the order in which witnesses are minimised.
    ``loose`` are inputs that stand for something unknown, and ``instance`` is the function of
    them which says that an input refutes the claim (see ``smtlib.instance``).
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
    def assumed(self) -> tuple[str, ...]:
        """Everything that is assumed when the conclusion is asked about."""
        return (*self.background, *self.facts, *self.given)

    @property
    def refuted(self) -> str:
        """That the input satisfies the premises and not the conclusion."""
        return f"(and true {' '.join(self.given)} (not {self.then}))"


@dataclass(frozen=True)
class Shown:
    """A least model, and those of its bits that matter, as masks by input: whatever the others are,
    the same is found there."""

    model: Model
    matter: Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """What was found about one claim.

    ``premises``: facts and premises; ``denied``: with them, not the conclusion; ``stray``: with
    those, not the expected witness.  ``reached``, ``refuted`` and ``strayed`` are models of them, which
    may have values of other claims' inputs as well.
    ``reason`` says why something is unknown.  Asked closely, there are also ``used`` (the facts
    that a proof needs, by position) and what is shown: ``example`` of the premises,
    ``counterexample`` and ``confirmed`` (whether the counterexample is one whatever the loose
    inputs are; None if that was not found out).
    """

    claim: str
    premises: Found
    denied: Found = Found.NOT_ASKED
    stray: Found = Found.NOT_ASKED
    reached: Model = field(default_factory=dict)
    refuted: Model = field(default_factory=dict)
    strayed: Model = field(default_factory=dict)
    reason: str = ""
    used: tuple[int, ...] | None = None
    example: Shown | None = None
    counterexample: Shown | None = None
    confirmed: bool | None = None


@dataclass(frozen=True)
class Batch:
    """SMT-LIB definitions, and the questions about them; ``closely``: find also the facts used, and
    the least witnesses; ``together``: seek models that serve many questions first; ``cores``: ask only
    what the solver needs for a proof, and with ``least`` the least of that."""

    text: str
    questions: tuple[Question, ...]
    closely: bool = False
    together: bool = True
    cores: bool = False
    least: bool = False


def write(value: Batch | Answer) -> str:
    """One line of JSON."""
    return json.dumps(value, default=lambda part: part.value if isinstance(part, Found) else vars(part))


def read_batch(line: str) -> Batch:
    """The inverse of ``write`` for batches."""
    data: dict[str, Any] = json.loads(line)
    return Batch(
        data["text"],
        tuple(Question(**_tuples(q)) for q in data["questions"]),
        data["closely"],
        data["together"],
        data["cores"],
        data["least"],
    )


def read_answer(line: str) -> Answer:
    """The inverse of ``write`` for answers; raises ValueError for anything else."""
    try:
        data: dict[str, Any] = _tuples(json.loads(line))
        for key in ("premises", "denied", "stray"):
            data[key] = Found(data[key])
        for key in ("example", "counterexample"):
            data[key] = Shown(**data[key]) if data[key] else None
        return Answer(**data)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError(f"The worker said something that is no answer: {line[:200]}") from error


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
