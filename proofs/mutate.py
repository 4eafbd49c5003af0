# SPDX-License-Identifier: GPL-2.0-only
"""Mutation testing of the theorems: `python -m proofs.mutate [--shape GLOB | --linux TREE]`

Mutants of a model, or of the procedure that was read from a kernel, are checked against the theorems that are
proved of it: mutants that are evenly chosen, some of each kind, or with ``--all`` every one.  Exit code: 0 if
each mutant is killed or equivalent, 1 if one survives, 2 for a wrong command line, 3 if the function could not
be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from model.source.preprocessor.profile import PAGES
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from proofs.theorems.old_names import current_model, old_name_note
from proofs.validation.mutation.decide import MutantStatus
from proofs.validation.mutation.score import (
    OF_A_SHAPE,
    OF_A_TREE,
    Score,
    add_scores,
    load_target,
    mutable_shapes,
    score_shapes,
    score_target,
)

KILLED, SURVIVED, WRONG, NOT_READ = 0, 1, 2, 3


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m proofs.mutate",
        description="Make mutants of a procedure, and check whether a theorem is refuted of each.",
        epilog="Exit code: 0 none survives; 1 a mutant survives; 2 a wrong command line; 3 not read.",
        allow_abbrev=False,
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--shape", default="*", metavar="GLOB", help="only models of such a name")
    what.add_argument("--linux", type=Path, metavar="TREE", help="a kernel tree, instead of the models")
    command.add_argument(
        "--root", default=USER_MEM_ABORT.name, metavar="NAME", help="the function of the tree"
    )
    command.add_argument("--pages", choices=[*PAGES], default="4K", help="the page size")
    command.add_argument("--jobs", type=_positive, default=2, metavar="N", help="processes at a time")
    command.add_argument("--limit", type=_positive, default=30, metavar="S", help="seconds for each query")
    how_many = command.add_mutually_exclusive_group()
    how_many.add_argument(
        "--most",
        type=_positive,
        metavar="N",
        help=f"mutants of each procedure, evenly chosen (default: {OF_A_SHAPE} of a model, {OF_A_TREE} of a "
        "tree's function)",
    )
    how_many.add_argument("--all", action="store_true", help="every mutant, however long it takes")
    command.add_argument("--tell", action="store_true", help="list every mutant, and not the survivors alone")
    return command


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 10**6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000.")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate, print, and return the exit code."""
    command = parser()
    options = command.parse_args(arguments)
    try:
        scores = _score_kernel(options) if options.linux else _score_shapes(options)
    except ValueError as error:
        command.error(str(error))
    if scores is None:
        print(f"{options.root} of {options.linux} was not read, or no theorem is proved of it.")
        return NOT_READ
    return print_scores(scores)


def print_scores(scores: Iterable[Score]) -> int:
    """Print each score as soon as it is known, and the sum last; the exit code."""
    done = []
    for one in scores:
        print("\n".join((*one.lines, one.render_text())), flush=True)
        done.append(one)
    everything = add_scores(done)
    print(everything.render_text())
    return SURVIVED if everything.counts[MutantStatus.SURVIVES] else KILLED


def _score_shapes(options: argparse.Namespace) -> Iterable[Score]:
    """The scores of the models of these names."""
    pattern = current_model(options.shape)
    if note := old_name_note("--shape", options.shape, pattern):
        print(note, file=sys.stderr)
    named = [name for name in mutable_shapes(options.pages) if fnmatchcase(name, pattern)]
    if not named:
        raise ValueError(f"--shape {options.shape} fits the name of no model.")
    most = _sample_size(options, OF_A_SHAPE)
    return score_shapes(named, options.pages, options.jobs, float(options.limit), options.tell, most)


def _score_kernel(options: argparse.Namespace) -> Iterable[Score] | None:
    """The score of the function of a tree; None if it could not be read."""
    target = next((r for r in TARGETS if r.name == options.root), None)
    if target is None:
        raise ValueError(f"--root {options.root} is the name of no entry function.")
    mutated = load_target(options.linux, target, options.pages)
    if mutated is None:
        return None
    return [
        score_target(
            mutated, options.jobs, float(options.limit), options.tell, _sample_size(options, OF_A_TREE)
        )
    ]


def _sample_size(options: argparse.Namespace, default: int) -> int:
    """The number of mutants of a procedure; 0: all."""
    return 0 if options.all else options.most or default


if __name__ == "__main__":
    sys.exit(main())
