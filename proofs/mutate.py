# SPDX-License-Identifier: GPL-2.0-only
"""Would the theorems notice a mistake?  `python -m proofs.mutate [--shape GLOB | --linux TREE]`

Small mistakes are made in a shape, or in the procedure that was read from a kernel, and the theorems that
are proved of it are asked again: mistakes that are evenly chosen, some of each kind, or with ``--all`` every
one.  Exit code: 0 if each mutant is killed or equivalent, 1 if one
survives, 2 for a wrong command line, 3 if the function could not be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from model.source.preprocessor.profile import PAGES
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.table import TARGETS
from proofs.validation.mutation.decide import Fate
from proofs.validation.mutation.score import (
    OF_A_SHAPE,
    OF_A_TREE,
    Score,
    names_of_shapes,
    score,
    scores_of_shapes,
    target_of_tree,
    total,
)

KILLED, SURVIVED, WRONG, NOT_READ = 0, 1, 2, 3


def parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.mutate",
        description="Make small mistakes in a procedure, and see whether a theorem is refuted.",
        epilog="Exit code: 0 none survives; 1 a mutant survives; 2 a wrong command line; 3 not read.",
        allow_abbrev=False,
    )
    what = door.add_mutually_exclusive_group()
    what.add_argument("--shape", default="*", metavar="GLOB", help="only shapes of such a name")
    what.add_argument("--linux", type=Path, metavar="TREE", help="a kernel tree, instead of the shapes")
    door.add_argument("--root", default=USER_MEM_ABORT.name, metavar="NAME", help="the function of the tree")
    door.add_argument("--pages", choices=[*PAGES], default="4K", help="the page size")
    door.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes at a time")
    door.add_argument("--limit", type=_positive, default=30, metavar="S", help="seconds for each question")
    how_many = door.add_mutually_exclusive_group()
    how_many.add_argument(
        "--most",
        type=_positive,
        metavar="N",
        help=f"mutants of each procedure, evenly chosen (default: {OF_A_SHAPE} of a shape, {OF_A_TREE} of a "
        "tree's function)",
    )
    how_many.add_argument("--all", action="store_true", help="every mutant, however long it takes")
    door.add_argument("--tell", action="store_true", help="tell every mutant, and not the survivors alone")
    return door


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10**6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000.")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate, print, and return the exit code."""
    door = parser()
    asked = door.parse_args(arguments)
    try:
        scores = _kernel(asked) if asked.linux else _shapes(asked)
    except ValueError as error:
        door.error(str(error))
    if scores is None:
        print(f"{asked.root} of {asked.linux} was not read, or no theorem is proved of it.")
        return NOT_READ
    return told(scores)


def told(scores: Iterable[Score]) -> int:
    """Print each score when it is known, and all together last; the exit code."""
    found = []
    for each in scores:
        print("\n".join((*each.lines, each.told())), flush=True)
        found.append(each)
    everything = total(found)
    print(everything.told())
    return SURVIVED if everything.counts[Fate.SURVIVING] else KILLED


def _shapes(asked: argparse.Namespace) -> Iterable[Score]:
    """The shapes that were named."""
    named = [name for name in names_of_shapes(asked.pages) if fnmatchcase(name, asked.shape)]
    if not named:
        raise ValueError(f"--shape {asked.shape} fits the name of no shape.")
    most = _most(asked, OF_A_SHAPE)
    return scores_of_shapes(named, asked.pages, asked.jobs, float(asked.limit), asked.tell, most)


def _kernel(asked: argparse.Namespace) -> Iterable[Score] | None:
    """The function of a tree; None if it could not be read."""
    target = next((r for r in TARGETS if r.name == asked.root), None)
    if target is None:
        raise ValueError(f"--root {asked.root} is the name of no entry function.")
    found = target_of_tree(asked.linux, target, asked.pages)
    if found is None:
        return None
    return [score(found, asked.jobs, float(asked.limit), asked.tell, _most(asked, OF_A_TREE))]


def _most(asked: argparse.Namespace, default: int) -> int:
    """How many mutants of a procedure are wanted; 0: all."""
    return 0 if asked.all else asked.most or default


if __name__ == "__main__":
    sys.exit(main())
