# SPDX-License-Identifier: GPL-2.0-only
"""Comparison of the targets of a tree, compiled by GCC, with the procedures read from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

from model.cache import default_directory
from model.program.interpreter import Inputs
from model.program.procedure import Span
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.targets.target import Target
from model.source.trees.tree import Tree
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.harness import Harness
from proofs.validation.differential.program import InputComparison, Program, compile_target
from proofs.validation.differential.solver_inputs import branch_inputs


@dataclass(frozen=True)
class TargetComparison:
    """The comparison of one target under one configuration.

    ``comparison`` is None where it was not run, and ``why`` says why; ``absent`` where the tree has
    no such function, which is no failure.  ``functions`` are how many functions of the
    tree GCC compiled, ``branches`` where those of the procedure stand.
    """

    target: str
    pages: str
    comparison: InputComparison | None = None
    why: str = ""
    absent: bool = False
    functions: int = 0
    made: Harness | None = None

    @property
    def untaken(self) -> tuple[Span, ...]:
        """The branches of which no input took one side."""
        if self.comparison is None or self.made is None:
            return ()
        return tuple(self.made.branches[b // 2] for b in self.comparison.untaken)


@dataclass
class Reader:
    """Reads the targets of one tree, one index for all."""

    tree: Tree
    pages: str
    _index: Index | None = field(default=None, repr=False)

    @property
    def index(self) -> Index:
        """The index of the tree, made on first use."""
        if self._index is None:
            self._index = Index.build(self.tree, default_directory())
        return self._index

    def kernel(self, target: Target) -> Kernel:
        """One target, lowered.  Raises as ``read`` does."""
        return read(
            self.tree, self.index, Profile.builtin(self.pages), self.pages, target.functions[0], target
        )


def matching_targets(pattern: str) -> list[Target]:
    """The targets of which a function's name fits the pattern."""
    return [target for target in TARGETS if any(fnmatch(f, pattern) for f in target.functions)]


def compare_targets(
    reader: Reader, targets: Sequence[Target], count: int, seed: int, folder: Path
) -> Iterator[TargetComparison]:
    """Compare every target on so many random inputs.  Raises NoCompiler where there is no gcc."""
    for target in targets:
        yield _compare_target(reader, target, count, seed, folder / target.functions[0])


def _compare_target(reader: Reader, target: Target, count: int, seed: int, folder: Path) -> TargetComparison:
    name = target.functions[0]
    try:
        kernel = reader.kernel(target)
    except NoEffect as error:
        return TargetComparison(name, reader.pages, why=str(error), absent=True)
    except Unsupported as error:
        return TargetComparison(name, reader.pages, why=f"it has no lowering: {error}")
    try:
        run = compile_target(kernel, folder)
        made, found = run.harness, compare_on_inputs(run, kernel, count, seed)[0]
    except Unprintable as error:
        return TargetComparison(kernel.function, reader.pages, why=str(error))
    functions = sum(entry.how == "inlined" for entry in kernel.ledger) + 1
    if found.agrees and found.compared < count:
        why = f"only {found.compared} of {count} inputs could be compared: {_render_left_out(found)}"
        return TargetComparison(kernel.function, reader.pages, why=why, functions=functions, made=made)
    return TargetComparison(kernel.function, reader.pages, found, functions=functions, made=made)


def compare_on_inputs(
    program: Program, kernel: Kernel, count: int, seed: int
) -> tuple[InputComparison, list[Inputs]]:
    """The comparison on random inputs, on those that a solver made for each branch, and again on random
    ones near these; and what the solver made."""
    first = program.compare_random(count, seed)
    if not first.agrees:
        return first, []
    branches = range(2 * len(program.harness.branches))
    made = branch_inputs(kernel.procedure, branches, program.harness.pointers)
    given = program.compare_inputs(made)
    if not given.agrees:
        return replace(given, made=len(made)), made
    last = program.compare_random(count, seed + 1, made)
    untaken = tuple(b for b in last.untaken if b in first.untaken and b in given.untaken)
    return replace(last, compared=first.compared + last.compared, untaken=untaken, made=given.compared), made


def _render_left_out(found: InputComparison) -> str:
    return (
        ", ".join(f"{what} {number}" for what, number in found.counts.items() if number) or "no reason known"
    )
