# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts, and the expectations of a theorem: PROVED of every shape, but for what its row says.

A row names a shape (``"v8"``), or a part of the history of shapes: ``since("v8")``, ``until("v7")``,
``between("v3", "v7")``, ``EVERY``.  The history is the order of ``model.arch.arm64.fault.shapes()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from model.arch.arm64 import fault
from model.logic import Term


class Verdict(Enum):
    """What is found of a claim; only the first two can be expected."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    VACUOUS = "VACUOUS"
    UNKNOWN = "UNKNOWN"
    TIMEOUT = "TIMEOUT"
    DISAGREE = "DISAGREE"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True)
class Expectation:
    """The declared verdict.  ``witness`` (of a refutation) is a term over symbols that every witness
    must satisfy, and ``reason`` says why the theorem fails there, with its source."""

    verdict: Verdict
    witness: Term | None = None
    reason: str = ""


PROVED = Expectation(Verdict.PROVED)


@dataclass(frozen=True)
class NotApplicable:
    """The theorem does not apply, for this reason: its premises cannot occur."""

    reason: str


#: The exceptions of one theorem, by shape.
Row = Mapping[str, Expectation | NotApplicable]
#: The rows of a family, by theorem.
Table = Mapping[str, Row]


#: Every shape, oldest first.
EVERY: tuple[str, ...] = tuple(shape.name for shape in fault.shapes())
#: The subject of theorems that are about core-mm alone, which is no shape.
CORE_MM = "core_mm"


def since(first: str) -> tuple[str, ...]:
    """This shape and every later one.  Raises ValueError if there is no such shape."""
    return EVERY[_position(first) :]


def until(last: str) -> tuple[str, ...]:
    """This shape and every earlier one; errors as of ``since``."""
    return EVERY[: _position(last) + 1]


def between(first: str, last: str) -> tuple[str, ...]:
    """These two shapes and those between them; also raises ValueError if the last is the older."""
    if _position(last) < _position(first):
        raise ValueError(f'{last} is older than {first}; write between("{last}", "{first}").')
    return EVERY[_position(first) : _position(last) + 1]


def _position(shape: str) -> int:
    _check_name(shape, EVERY)
    return EVERY.index(shape)


def _check_name(name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise ValueError(f"No model is called {name!r}; name one of {', '.join(names)}.")


def _flatten(groups: tuple[str | tuple[str, ...], ...]) -> list[str]:
    """The shapes of all groups; a group may be a single shape, or core-mm."""
    names = [name for group in groups for name in ([group] if isinstance(group, str) else group)]
    for name in names:
        _check_name(name, (CORE_MM, *EVERY))
    return names


def expect_refuted(*shapes: str | tuple[str, ...], witness: Term, reason: str) -> Row:
    """Declare that the theorem fails on these shapes: every counterexample satisfies ``witness``, and
    ``reason`` says why, with the source.  Raises ValueError if there is no such shape."""
    return dict.fromkeys(_flatten(shapes), Expectation(Verdict.REFUTED, witness, reason))


def exclude(*shapes: str | tuple[str, ...], reason: str) -> Row:
    """Declare that the theorem does not apply to these shapes; errors as of ``expect_refuted``."""
    return dict.fromkeys(_flatten(shapes), NotApplicable(reason))


def expect_proved(*exceptions: Row) -> Row:
    """Declare that the theorem is PROVED of every shape but the exceptions, each shape in one at most."""
    row: dict[str, Expectation | NotApplicable] = {}
    for exception in exceptions:
        twice = row.keys() & exception.keys()
        if twice:
            raise ValueError(
                f"{', '.join(sorted(twice))}: two verdicts are declared of one theorem; keep one."
            )
        row.update(exception)
    return row
