# SPDX-License-Identifier: GPL-2.0-only
"""A claim: a theorem about definite procedures, with the expected verdict.

The procedures of a claim run on the same inputs.  A term of the claim speaks of the words
of a subject by ``SUBJECT:WORD`` (or ``WORD`` for the subject called ""); ``bind`` gives it the
solver's meaning and ``Replay`` the interpreter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.facts.assumed import Fact
from model.logic import TRUE, Term, Value, const, name, substitute, value_of
from model.program.interpreter import Inputs, Run, interpret
from model.program.procedure import Procedure
from model.program.symbolic import Result
from proofs.theorems.expectation import Expectation
from proofs.theorems.theorem import Region, Theorem

#: The page size that the names of claims leave out.
DEFAULT_PAGES = "4K"


@dataclass(frozen=True)
class NamedTheorem:
    """A theorem with its name and family."""

    name: str
    family: str
    theorem: Theorem


@dataclass(frozen=True, kw_only=True)
class Claim:
    """``theorem`` asked of ``subject`` (a shape or a kernel; ``pages`` is 4K, 16K or 64K, or "" where
    the page size plays no part).  ``given`` and ``then`` are over the words of ``procedures``."""

    theorem: str
    family: str
    subject: str
    pages: str
    says: str
    because: tuple[str, ...]
    procedures: Mapping[str, Procedure]
    facts: tuple[Fact, ...]
    given: tuple[Term, ...]
    then: Term
    expected: Expectation | None = None
    regions: tuple[Region, ...] = ()

    @property
    def name(self) -> str:
        """``<theorem>@<subject>[/<pages>]``"""
        return f"{self.theorem}@{self.subject}" + (f"/{self.pages}" if self.pages else "")


def make_claim(
    named: NamedTheorem,
    subject: str,
    pages: str,
    procedures: Mapping[str, Procedure],
    facts: tuple[Fact, ...] = (),
    expected: Expectation | None = None,
    regions: tuple[Region, ...] = (),
) -> Claim:
    """The claim that a theorem holds of procedures; ``facts`` are those that may be assumed unless the
    theorem excludes them, ``pages`` is the page size."""
    theorem = named.theorem
    return Claim(
        theorem=named.name,
        family=named.family,
        subject=subject,
        pages=pages_in_name(pages),
        says=theorem.says,
        because=theorem.because,
        procedures=procedures,
        facts=tuple(f for f in facts if f.name not in theorem.not_assuming)
        if theorem.not_assuming
        else facts,
        given=theorem.given,
        then=theorem.then,
        expected=expected,
        regions=regions,
    )


def make_unread_claim(named: NamedTheorem, subject: str, pages: str) -> Claim:
    """The claim that a theorem holds of what could not be read, so that it has no procedures."""
    return Claim(
        theorem=named.name,
        family=named.family,
        subject=subject,
        pages=pages_in_name(pages),
        says=named.theorem.says,
        because=named.theorem.because,
        procedures={},
        facts=(),
        given=(),
        then=TRUE,
    )


def pages_in_name(pages: str) -> str:
    """The page size as the names of claims have it: "" for the default."""
    return "" if pages == DEFAULT_PAGES else pages


@dataclass(frozen=True)
class Skipped:
    """A theorem that is no claim of a subject, and why."""

    theorem: str
    subject: str
    reason: str


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

    procedures: Mapping[str, Procedure]
    runs: Mapping[str, Run]

    def value(self, term: Term) -> Value:
        """The value of a claim's term in these runs."""

        def leaf(t: Term) -> Value:
            subject, _, word = str(t.data).rpartition(":")
            return self.runs[subject].value(_word(self.procedures[subject], word, t))

        return value_of(term, leaf, next(iter(self.runs.values())).inputs.call)


def replay(claim: Claim, inputs: Inputs) -> Replay:
    """Interpret every subject of the claim on these inputs (constants of each kernel included)."""
    runs = {}
    for subject, procedure in claim.procedures.items():
        names = dict(inputs.names) | dict(procedure.constants)
        runs[subject] = interpret(procedure, Inputs(names, inputs.functions))
    return Replay(claim.procedures, runs)
