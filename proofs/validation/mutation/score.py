# SPDX-License-Identifier: GPL-2.0-only
"""Mutation scores of the models and of functions of a tree, with the lines that a person reads.

Models are scored side by side, in processes of their own; the text does not depend on how many.

Trusted: nothing more than ``proofs.validation.mutation.decide``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from counterexamples.mutation import OPERATORS, generate_mutants, sample
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from model.source.trees.tree import Tree
from proofs.claims.catalogue import make_claims, shapes
from proofs.claims.claim import DEFAULT_PAGES
from proofs.claims.kernel.claims import make_tree_claims
from proofs.claims.kernel.reading import list_profiles, release_of, subject_of
from proofs.solvers.parallel import map_in_order
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import CORE_MM
from proofs.validation.mutation.decide import MutantResult, MutantStatus, decide_mutants
from proofs.validation.mutation.mutation_target import MutationTarget, mutation_target

#: Mutants of a shape, and of a tree's function, evenly chosen.
OF_A_SHAPE, OF_A_TREE = 64, 200

_LABELS = {
    MutantStatus.KILLED_BY_THEOREM: "killed by a refutation",
    MutantStatus.KILLED_AS_UNINITIALISED: "killed for an uninitialised local",
    MutantStatus.KILLED_AS_VACUOUS: "killed only as vacuous",
    MutantStatus.KILLED_AS_MENDED: "killed, for what was declared to fail does not fail",
    MutantStatus.EQUIVALENT: "equivalent",
    MutantStatus.SURVIVES: "surviving",
}


@dataclass(frozen=True)
class Score:
    """The mutants of ``name``, counted by status, and the lines about them.  ``possible`` is how many mutants
    there are, tried or not, and ``claims`` how many theorems of how many mutants were checked."""

    name: str
    counts: Counter[MutantStatus]
    lines: tuple[str, ...] = ()
    possible: int = 0
    claims: int = 0

    def render_text(self) -> str:
        """The counts, as a sentence."""
        counts = ", ".join(f"{self.counts[status]} {text}" for status, text in _LABELS.items())
        tried = self.counts.total()
        of = f" of {self.possible}" if tried < self.possible else ""
        return f"{self.name}: {tried}{of} mutants, {self.claims} claims checked: {counts}."


def score_target(
    subject: MutationTarget, jobs: int, limit: float, everything: bool = False, most: int = 0
) -> Score:
    """The score of one procedure, with a line for each survivor, or with ``everything`` for each mutant; of at
    most so many mutants, evenly chosen (0: of all)."""
    every = list(generate_mutants(subject.procedure))
    with Pool(jobs, limit) as pool:
        found = decide_mutants(pool, subject, sample(every, most))
    made = Counter(each.mutant.operator for each in found)
    lines = [_render_result(each) for each in found if everything or each.status is MutantStatus.SURVIVES]
    lines.append(f"{subject.name}: " + ", ".join(f"{made[o]} of `{o}`" for o in OPERATORS))
    checked = len(found) * len(subject.claims)
    return Score(subject.name, Counter(each.status for each in found), tuple(lines), len(every), checked)


def mutable_shapes(pages: str) -> list[str]:
    """The names of the models that have mutants."""
    return [shape.name for shape in shapes(pages) if shape.name != CORE_MM]


def score_shapes(
    names: Sequence[str],
    pages: str,
    jobs: int,
    limit: float,
    everything: bool = False,
    most: int = OF_A_SHAPE,
) -> Iterator[Score]:
    """The scores of these models, in their order, at most ``jobs`` at a time.  The others are as
    of ``score_target``."""
    if jobs == 1 or len(names) == 1:
        yield from (_score_shape(pages, jobs, limit, everything, most, name) for name in names)
        return
    work = partial(_score_shape, pages, 1, limit, everything, most)
    yield from map_in_order(work, names, jobs, "scores mutants")


def _score_shape(pages: str, jobs: int, limit: float, everything: bool, most: int, name: str) -> Score:
    found = next(shape for shape in shapes(pages) if shape.name == name)
    return score_target(
        mutation_target(name, found.procedure, make_claims([found]).claims), jobs, limit, everything, most
    )


def sample_scores(linux: Path | None, jobs: int, limit: float) -> Iterator[Score]:
    """The scores of some mutants of all models; or of user_mem_abort() of a tree, none if it could not be read.

    Raises TreeError as ``load_target``.
    """
    if linux is None:
        yield from score_shapes(mutable_shapes(DEFAULT_PAGES), DEFAULT_PAGES, jobs, limit)
        return
    found = load_target(linux, USER_MEM_ABORT, DEFAULT_PAGES)
    if found is not None:
        yield score_target(found, jobs, limit, most=OF_A_TREE)


def add_scores(scores: Sequence[Score]) -> Score:
    """The sum of scores."""
    counts = sum((each.counts for each in scores), Counter[MutantStatus]())
    possible, checked = (sum(each.possible for each in scores), sum(each.claims for each in scores))
    return Score(", ".join(each.name for each in scores), counts, (), possible, checked)


def load_target(path: Path, target: Target, pages: str) -> MutationTarget | None:
    """The function of a tree, with the theorems that are proved of it; None if it could not be read.

    Raises TreeError for a path that is no kernel tree: a ValueError, with a sentence for the user.
    """
    tree = Tree.open(path, None)
    name = subject_of(release_of(tree.version), target)
    read = make_tree_claims(tree, list(list_profiles([pages], None)))
    about = [c for c in read.claims if c.subject == name and len(c.procedures) == 1]
    return mutation_target(name, about[0].procedures[""], about) if about else None


def _render_result(result: MutantResult) -> str:
    text = f"{_LABELS[result.status]}: {result.mutant}" + (f"  [{result.reason}]" if result.reason else "")
    if result.status is MutantStatus.SURVIVES and result.inputs is not None:
        values = sorted(result.inputs.names.items())
        text += "\n    seen with " + (", ".join(f"{n} = {v:#x}" for n, v in values if v) or "all inputs 0")
    return text
