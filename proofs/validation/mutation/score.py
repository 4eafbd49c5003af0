# SPDX-License-Identifier: GPL-2.0-only
"""How many mutants of what does which theorem notice?  Scores of shapes and of functions of a tree, with the
lines that a person reads.

Shapes are scored side by side, in processes of their own; what is told does not depend on how many.

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
from proofs.claims.catalogue import DEFAULT_PAGES, claims, shapes
from proofs.claims.kernel.claims import claims_of
from proofs.claims.kernel.reading import profiles, release_of, subject_of
from proofs.solvers.parallel import map_in_order
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import CORE_MM
from proofs.validation.mutation.decide import Fallen, Fate, fates
from proofs.validation.mutation.mutation_target import MutationTarget, mutation_target

#: Mutants of a shape, and of a tree's function, evenly chosen.
OF_A_SHAPE, OF_A_TREE = 64, 200

_TOLD = {
    Fate.REFUTED: "killed by a refutation",
    Fate.UNSET: "killed for an unset local",
    Fate.VACUOUS: "killed only as vacuous",
    Fate.NOTICED: "killed, for what was declared to fail does not fail",
    Fate.EQUIVALENT: "equivalent",
    Fate.SURVIVING: "surviving",
}


@dataclass(frozen=True)
class Score:
    """The fates of the mutants of ``name``, counted, and what is told of them.  ``possible`` is how many
    mutants there are, tried or not, and ``theorems`` how many theorems they were asked, mutant by mutant."""

    name: str
    counts: Counter[Fate]
    lines: tuple[str, ...] = ()
    possible: int = 0
    theorems: int = 0

    def told(self) -> str:
        """The counts, as a sentence."""
        counts = ", ".join(f"{self.counts[fate]} {text}" for fate, text in _TOLD.items())
        tried = self.counts.total()
        of = f" of {self.possible}" if tried < self.possible else ""
        return f"{self.name}: {tried}{of} mutants, {self.theorems} theorems asked of them: {counts}."


def score(subject: MutationTarget, jobs: int, limit: float, everything: bool = False, most: int = 0) -> Score:
    """The score of one procedure; survivors are told, and ``everything``: all mutants are.  ``most``: of so
    many mutants, evenly chosen (0: of all)."""
    every = list(generate_mutants(subject.procedure))
    with Pool(jobs, limit) as pool:
        found = fates(pool, subject, sample(every, most))
    made = Counter(each.mutant.operator for each in found)
    lines = [_line(each) for each in found if everything or each.fate is Fate.SURVIVING]
    lines.append(f"{subject.name}: " + ", ".join(f"{made[o]} of `{o}`" for o in OPERATORS))
    asked = len(found) * len(subject.claims)
    return Score(subject.name, Counter(each.fate for each in found), tuple(lines), len(every), asked)


def names_of_shapes(pages: str) -> list[str]:
    """The shapes that have mutants."""
    return [shape.name for shape in shapes(pages) if shape.name != CORE_MM]


def scores_of_shapes(
    names: Sequence[str],
    pages: str,
    jobs: int,
    limit: float,
    everything: bool = False,
    most: int = OF_A_SHAPE,
) -> Iterator[Score]:
    """The scores of these shapes, in their order; at most so many are made at a time.  The others are as
    of ``score``."""
    if jobs == 1 or len(names) == 1:
        yield from (_of_shape(pages, jobs, limit, everything, most, name) for name in names)
        return
    work = partial(_of_shape, pages, 1, limit, everything, most)
    yield from map_in_order(work, names, jobs, "scores mutants")


def _of_shape(pages: str, jobs: int, limit: float, everything: bool, most: int, name: str) -> Score:
    found = next(shape for shape in shapes(pages) if shape.name == name)
    return score(
        mutation_target(name, found.procedure, claims([found]).claims), jobs, limit, everything, most
    )


def scores_of(linux: Path | None, jobs: int, limit: float) -> Iterator[Score]:
    """The scores of some mutants of all shapes; or of user_mem_abort() of a tree, none if it could not be read.

    Raises TreeError as ``target_of_tree``.
    """
    if linux is None:
        yield from scores_of_shapes(names_of_shapes(DEFAULT_PAGES), DEFAULT_PAGES, jobs, limit)
        return
    found = target_of_tree(linux, USER_MEM_ABORT, DEFAULT_PAGES)
    if found is not None:
        yield score(found, jobs, limit, most=OF_A_TREE)


def total(scores: Sequence[Score]) -> Score:
    """All of them together."""
    counts = sum((each.counts for each in scores), Counter[Fate]())
    possible, theorems = (sum(each.possible for each in scores), sum(each.theorems for each in scores))
    return Score(", ".join(each.name for each in scores), counts, (), possible, theorems)


def target_of_tree(path: Path, target: Target, pages: str) -> MutationTarget | None:
    """The function of a tree, with the theorems that are proved of it; None if it could not be read.

    Raises TreeError for a path that is no kernel tree: a ValueError, with a sentence for the user.
    """
    tree = Tree.open(path, None)
    name = subject_of(release_of(tree.version), target)
    read = claims_of(tree, list(profiles([pages], None)))
    about = [c for c in read.claims if c.subject == name and len(c.subjects) == 1]
    return mutation_target(name, about[0].subjects[""], about) if about else None


def _line(fallen: Fallen) -> str:
    told = f"{_TOLD[fallen.fate]}: {fallen.mutant}" + (f"  [{fallen.by}]" if fallen.by else "")
    if fallen.fate is Fate.SURVIVING and fallen.inputs is not None:
        values = sorted(fallen.inputs.names.items())
        told += "\n    seen with " + (", ".join(f"{n} = {v:#x}" for n, v in values if v) or "all inputs 0")
    return told
