# SPDX-License-Identifier: GPL-2.0-only
"""A claim: a theorem asked of something definite, with the answer that is expected.

The subjects of a claim are procedures on the same inputs.  A term of the claim speaks of the words
of a subject by ``SUBJECT:WORD`` (or ``WORD`` for the subject called ""); ``bind`` gives it the
solver's meaning and ``Replay`` the interpreter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from model.facts.assumed import Fact
from model.logic import Term, Value, const, name, substitute, value_of
from model.program.interpreter import Inputs, Run, interpret
from model.program.procedure import Procedure
from model.program.symbolic import Result


class Verdict(Enum):
    """The closed set of answers; only the first two can be as expected."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    VACUOUS = "VACUOUS"
    UNKNOWN = "UNKNOWN"
    TIMEOUT = "TIMEOUT"
    DISAGREE = "DISAGREE"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True)
class Expectation:
    """The declared answer.  ``witness`` (of a refutation) is a term over words that every witness
    must satisfy, and ``reason`` says why the theorem fails there, with its source."""

    verdict: Verdict
    witness: Term | None = None
    reason: str = ""


@dataclass(frozen=True)
class Region:
    """A set of inputs that is told as a formula: ``term`` over the words, in terms of at most eight
    labelled conditions.  ``says`` is what it is the set of.  Where the conditions do not determine it,
    ``projected`` says to take each combination of them that some input of the region has.

    In a sentence ``says`` comes first, then ``where`` and the formula, or ``always`` if the region
    has every combination."""

    says: str
    atoms: tuple[tuple[str, Term], ...]
    term: Term
    projected: bool = False
    where: str = ""
    always: str = "always"


@dataclass(frozen=True)
class Claim:
    """``theorem`` asked of ``subject`` (a shape or a kernel; ``pages`` is 4K, 16K or 64K, or "" where
    the page size plays no part).  ``given`` and ``then`` are over the words of ``subjects``."""

    theorem: str
    family: str
    subject: str
    pages: str
    says: str
    because: tuple[str, ...]
    subjects: Mapping[str, Procedure]
    facts: tuple[Fact, ...]
    given: tuple[Term, ...]
    then: Term
    expected: Expectation | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()

    @property
    def name(self) -> str:
        """``<theorem>@<subject>[/<pages>]``"""
        return f"{self.theorem}@{self.subject}" + (f"/{self.pages}" if self.pages else "")


@dataclass(frozen=True)
class Skipped:
    """A theorem that is not asked of a subject, and why."""

    theorem: str
    subject: str
    reason: str


def about(subject: str, term: Term) -> Term:
    """The term with its words meant of that subject."""
    return substitute(term, lambda leaf: name(f"{subject}:{leaf.data}", leaf.sort))


def _word(procedure: Procedure, word: str, leaf: Term) -> Term:
    """What the procedure binds a word to: its own term, a constant, or an input of that name."""
    if word in procedure.symbols:
        return procedure.symbols[word]
    if word in procedure.constants:
        return const(procedure.constants[word], leaf.sort)
    return name(word, leaf.sort)


def bind(
    term: Term,
    subjects: Mapping[str, Procedure],
    results: Mapping[str, Result],
    memo: dict[bytes, Term] | None = None,
) -> Term:
    """The term over the inputs, by the symbolic results of the subjects; ``memo`` may be shared
    between calls that have the same subjects."""

    def leaf(t: Term) -> Term:
        if t.op != "name":
            return t
        subject, _, word = str(t.data).rpartition(":")
        return results[subject].bind(_word(subjects[subject], word, t))

    return substitute(term, leaf, memo)


@dataclass(frozen=True)
class Replay:
    """The runs of all subjects on one concrete input."""

    subjects: Mapping[str, Procedure]
    runs: Mapping[str, Run]

    def value(self, term: Term) -> Value:
        """The value of a claim's term in these runs."""

        def leaf(t: Term) -> Value:
            subject, _, word = str(t.data).rpartition(":")
            return self.runs[subject].value(_word(self.subjects[subject], word, t))

        return value_of(term, leaf, next(iter(self.runs.values())).inputs.call)


def replay(claim: Claim, inputs: Inputs) -> Replay:
    """Interpret every subject of the claim on these inputs (constants of each kernel included)."""
    runs = {}
    for subject, procedure in claim.subjects.items():
        names = dict(inputs.names) | dict(procedure.constants)
        runs[subject] = interpret(procedure, Inputs(names, inputs.functions))
    return Replay(claim.subjects, runs)
