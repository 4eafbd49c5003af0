# SPDX-License-Identifier: GPL-2.0-only
"""The trace of a SAT solver, read as steps that can be checked.

CaDiCaL's format LIDRUP has a line for whatever happens.  These matter here, with clauses by number:

    i NUMBER LITERALS 0               a clause is given
    l NUMBER LITERALS 0 HINTS 0       a lemma is learnt; it follows through these clauses
    u LITERALS 0 HINTS 0              the literals that were assumed cannot be true together: a refusal

Of the lemmas only those are kept that a refusal needs which is asked for, and they are numbered anew.

Trusted: nothing; ``proofs.evidence.checker.lrat`` checks the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from proofs.evidence.checker.lrat import Step


@dataclass(frozen=True)
class Refusal:
    """Literals that cannot be true together.  If each is a clause, the hints lead to a contradiction."""

    literals: tuple[int, ...]
    hints: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """Lemmas with their hints, and refusals."""

    lemmas: tuple[Step, ...]
    refusals: tuple[Refusal, ...]


def read(lines: Iterable[bytes], wanted: Sequence[int], numbers: Sequence[int], last: int) -> Trace:
    """What the refusals of these positions rest on; the first refusal has position 0.

    ``numbers`` are those that the clauses get, in the order in which they were given, and lemmas are
    numbered after the ``last``.
    """
    given: list[int] = []
    lemmas: dict[int, bytes] = {}
    refusals: list[bytes] = []
    for line in lines:
        kind, _, rest = line.partition(b" ")
        if kind == b"i":
            given.append(_number(rest))
        elif kind == b"l":
            lemmas[_number(rest)] = rest
        elif kind == b"u":
            refusals.append(rest)
    final = [_halves(refusals[i]) for i in wanted]
    kept = _collect_needed(lemmas, [hints for _, hints in final])
    new = dict(zip(given, numbers, strict=True))
    new |= {old: number for number, (old, _, _) in enumerate(kept, last + 1)}
    return Trace(
        tuple([(new[number], clause, _renumber(hints, new)) for number, clause, hints in kept]),
        tuple([Refusal(literals, _renumber(hints, new)) for literals, hints in final]),
    )


def _collect_needed(lemmas: Mapping[int, bytes], final: Iterable[Sequence[int]]) -> list[Step]:
    """The lemmas that these hints lead to, in their order."""
    wanted = {hint for hints in final for hint in hints}
    found: list[Step] = []
    for number in reversed([*lemmas]):
        if number in wanted:
            head, hints = _halves(lemmas[number])
            found.append((number, head[1:], hints))
            wanted.update(hints)
    found.reverse()
    return found


def _renumber(hints: Iterable[int], new: Mapping[int, int]) -> tuple[int, ...]:
    return tuple([new[hint] for hint in hints])


def _number(rest: bytes) -> int:
    return int(rest[: rest.index(b" ")])


def _halves(rest: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The numbers before the first 0, and those between it and the last."""
    numbers = tuple(map(int, rest.split()))
    middle = numbers.index(0)
    return numbers[:middle], numbers[middle + 1 : -1]
