# SPDX-License-Identifier: GPL-2.0-only
"""Every theorem asked of every subject: the claims there are, and what is not asked and why.

A theorem's name is the attribute that it is bound to in its module, its family is the module.  It
is asked of a subject if and only if the subject binds all its symbols; a theorem that says nothing
of what a fault path did is about core-mm, and is asked once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

from model.arch.arm64 import fault
from model.arch.arm64.constants import PAGES, V6_12
from model.facts.assumed import FACTS, Fact
from model.logic import free_names
from model.program.edit import remove_test
from model.program.procedure import Input, Procedure
from model.shape import Shape
from model.vocabulary.memory import is_cow_mapping
from model.vocabulary.symbols import OUTCOMES, READ, WORLD
from proofs.claims.claim import Claim, NamedTheorem, Skipped, make_claim
from proofs.theorems.expectation import CORE_MM, PROVED, Expectation, NotApplicable
from proofs.theorems.expected import find_expectation
from proofs.theorems.expected.versions import expect_redundancy
from proofs.theorems.fault import (
    block_size,
    cow,
    dirty_logging,
    memory_type,
    permissions,
    refusal,
    resources,
    signals,
    tags,
)
from proofs.theorems.functions import (
    cache_maintenance,
    core_mm,
    guest_abort,
    guest_faults,
    guest_memory,
    leaf_entry,
    leaf_update,
    memslot,
    page_tags,
    pfn_lookup,
)
from proofs.theorems.theorem import Region, Theorem
from proofs.theorems.versions import cow_check, cow_conditions, steps

FAMILIES: tuple[ModuleType, ...] = (
    memory_type,
    cow,
    permissions,
    dirty_logging,
    tags,
    block_size,
    cache_maintenance,
    refusal,
    signals,
    resources,
    guest_abort,
    guest_faults,
    guest_memory,
    page_tags,
    leaf_entry,
    leaf_update,
    memslot,
    core_mm,
    pfn_lookup,
)

COW_WORD = "cow_refused"


@dataclass(frozen=True)
class Subject:
    """Something that theorems are asked of: a shape (``kind`` "shape"), or what was read from a
    kernel (``kind`` "kernel"; its ``shape`` is None).  ``pages`` is 4K, 16K or 64K.

    ``of`` chooses the theorems, by their own ``of``; ``unread`` are words that have a meaning
    there although the procedure does not read them."""

    name: str
    procedure: Procedure
    pages: str
    kind: str
    shape: Shape | None = None
    of: tuple[str, ...] = ("",)
    unread: frozenset[str] = frozenset(READ.keys() | WORLD.keys())


@dataclass(frozen=True)
class Catalogue:
    """What there is to ask, and the pairs of theorem and subject that are not asked."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...]


@cache
def theorems(*of: str) -> tuple[NamedTheorem, ...]:
    """The theorems about these functions ("": the fault paths, and all if nothing is said), in the
    order in which they are written."""
    return tuple(
        NamedTheorem(name, module.__name__.rpartition(".")[2], value)
        for module in FAMILIES
        for name, value in vars(module).items()
        if isinstance(value, Theorem) and (not of or value.of in of)
    )


@cache
def shapes(pages: str) -> tuple[Subject, ...]:
    """Core-mm alone, and every shape, for a kernel with pages of that size."""
    found = [Subject(s.name, fault.at_pages(s.procedure, pages), pages, "shape", s) for s in fault.shapes()]
    return (Subject(CORE_MM, _core_mm(pages), pages, "shape"), *found)


def _core_mm(pages: str) -> Procedure:
    """The procedure that does nothing: what is asked of it rests on facts and definitions alone."""
    inputs = {word: Input(sort, note=note) for word, (sort, note) in READ.items()}
    return Procedure(CORE_MM, (), {}, inputs, constants={**V6_12, **PAGES[pages]})


def make_claims(subjects: Sequence[Subject]) -> Catalogue:
    """Every claim about the subjects.  Kernels have no expectations here: ``kernels.toml`` has them."""
    answers = [answer for subject in subjects for answer in _of(subject)]
    return Catalogue(
        tuple(a for a in answers if isinstance(a, Claim)),
        tuple(a for a in answers if isinstance(a, Skipped)),
    )


def _of(subject: Subject) -> Iterator[Claim | Skipped]:
    bound = _bound(subject)
    offered = tuple(fact for fact, symbols in _symbols_of_facts() if symbols <= bound)
    for named in theorems(*subject.of):
        if is_about_core_mm(named.theorem) == (subject.name == CORE_MM):
            yield _ask(named, subject, bound, offered)
    if COW_WORD in subject.procedure.symbols:
        yield from _about_the_cow_test(subject, bound, offered)
    if subject.kind == "shape":
        yield from _beside_others(subject, offered)


def _ask(
    named: NamedTheorem, subject: Subject, bound: frozenset[str], facts: tuple[Fact, ...]
) -> Claim | Skipped:
    missing = sorted(named.theorem.symbols - bound)
    if missing:
        return Skipped(named.name, subject.name, f"{subject.name} has no {' and no '.join(missing)}.")
    answer = find_expectation(named.name, subject.name) if subject.kind == "shape" else None
    if isinstance(answer, NotApplicable):
        return Skipped(named.name, subject.name, answer.reason)
    return make_claim(named, subject.name, subject.pages, {"": subject.procedure}, facts, answer)


def _beside_others(subject: Subject, facts: tuple[Fact, ...]) -> Iterator[Claim]:
    """The shape beside the version before it, and its tests that are dead."""

    def claim(name: str, theorem: Theorem, procedures: Mapping[str, Procedure]) -> Claim:
        named = NamedTheorem(name, "conformance", theorem)
        return make_claim(named, subject.name, subject.pages, procedures, facts, _expected(name, subject))

    for step in steps.STEPS:
        if step.newer == subject.name:
            older = next(s.procedure for s in shapes(subject.pages) if s.name == step.older)
            for name, theorem in steps.state_step_theorems(step):
                yield claim(name, theorem, {"": subject.procedure, steps.OLDER: older})
    for test in steps.DEAD_TESTS:
        if subject.name in test.shapes:
            marked, theorem = steps.state_dead_test(test, subject.procedure)
            yield claim(test.name, theorem, {"": marked})


def _about_the_cow_test(subject: Subject, bound: frozenset[str], facts: tuple[Fact, ...]) -> Iterator[Claim]:
    """The version with its is_cow_mapping() test beside itself without it."""

    def claim(
        name: str, theorem: Theorem, answer: Expectation | None, *regions: Region, alone: bool = False
    ) -> Claim:
        named = NamedTheorem(name, "cow_check", theorem)
        procedures = {"": subject.procedure} if alone else both
        return make_claim(named, subject.name, subject.pages, procedures, facts, answer, regions)

    unchecked = replace(
        remove_test(subject.procedure, is_cow_mapping), name=f"{subject.name} without its COW test"
    )
    both = {"": unchecked, cow_check.CHECKED: subject.procedure}
    name, theorem, region = cow_check.state_refused_set(subject.name)
    yield claim(name, theorem, _expected(name, subject), region, alone=True)
    for name, theorem, regions in cow_check.OUTCOMES_WITHOUT_TEST:
        yield claim(name, theorem, _expected(name, subject), *regions)
    for named in theorems(""):
        if not (cow_check.is_prohibition(named.theorem) and named.theorem.symbols <= bound):
            continue
        yield claim(
            *cow_check.state_redundancy(named.name, named.theorem),
            expect_redundancy(named.name, subject.name),
        )
        condition = cow_conditions.find_condition(named.name, subject.name)
        if condition is not None:
            yield claim(*cow_check.state_conditional_redundancy(condition, named.name, named.theorem), PROVED)


def _expected(name: str, subject: Subject) -> Expectation | None:
    answer = find_expectation(name, subject.name)
    if isinstance(answer, NotApplicable):
        raise TypeError(f"{name} is asked of {subject.name}, and its expectation says that it is not.")
    return answer


def is_about_core_mm(theorem: Theorem) -> bool:
    """Whether the theorem is of no function, and says nothing of what a fault path did."""
    return not theorem.of and theorem.symbols.isdisjoint(OUTCOMES)


@cache
def _symbols_of_facts() -> tuple[tuple[Fact, frozenset[str]], ...]:
    return tuple((fact, frozenset(free_names(fact.holds))) for fact in FACTS)


def _bound(subject: Subject) -> frozenset[str]:
    """The symbols that have a meaning there."""
    procedure = subject.procedure
    read = procedure.inputs.keys() if subject.kind == "shape" else ()  # inputs of shapes are words
    return subject.unread.union(procedure.symbols, procedure.constants, read)
