# SPDX-License-Identifier: GPL-2.0-only
"""Would the theorems notice a mistake?  `python -m proofs.mutate [--shape GLOB | --linux TREE]`

Every small mistake is made in a shape, or in the procedure that was read from a kernel, and the theorems
that are proved of it are asked again.  Exit code: 0 if each mutant is killed or equivalent, 1 if one
survives, 2 for a wrong command line, 3 if the function could not be read.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from counterexamples.mutation import OPERATORS
from model.interpreter import Inputs
from model.source.profile import PAGES
from model.source.roots.fault import USER_MEM_ABORT
from model.source.roots.table import ROOTS
from model.source.tree import Tree
from proofs.catalogue import claims, shapes
from proofs.expectations.table import CORE_MM
from proofs.kernel_claims import claims_of
from proofs.mutants import Fallen, Fate, Target, fates, target
from proofs.pool import Pool
from proofs.roots_read import profiles, release_of, subject_of

KILLED, SURVIVED, WRONG, NOT_READ = 0, 1, 2, 3
_TOLD = {
    Fate.REFUTED: "killed by a refutation",
    Fate.UNSET: "killed for an unset local",
    Fate.VACUOUS: "killed only as vacuous",
    Fate.EQUIVALENT: "equivalent",
    Fate.SURVIVING: "surviving",
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.mutate",
        description="Make every small mistake in a procedure, and see whether a theorem is refuted.",
        epilog="Exit code: 0 none survives; 1 a mutant survives; 2 a wrong command line; 3 not read.",
        allow_abbrev=False,
    )
    what = door.add_mutually_exclusive_group()
    what.add_argument("--shape", default="*", metavar="GLOB", help="only shapes of such a name")
    what.add_argument("--linux", type=Path, metavar="TREE", help="a kernel tree, instead of the shapes")
    door.add_argument("--root", default=USER_MEM_ABORT.name, metavar="NAME", help="the function of the tree")
    door.add_argument("--pages", choices=[*PAGES], default="4K", help="the page size")
    door.add_argument("--jobs", type=_positive, default=1, metavar="N", help="solvers at a time")
    door.add_argument("--limit", type=_positive, default=30, metavar="S", help="seconds for each question")
    door.add_argument("--all", action="store_true", help="tell every mutant, and not the survivors alone")
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
        targets = _kernel(asked) if asked.linux else _shapes(asked)
    except ValueError as error:
        door.error(str(error))
    if not targets:
        print(f"{asked.root} of {asked.linux} was not read, or no theorem is proved of it.")
        return NOT_READ
    return told(targets, asked.jobs, float(asked.limit), asked.all)


def told(targets: Sequence[Target], jobs: int, limit: float, everything: bool = False) -> int:
    """Print the fate of the mutants of each target, and the score last; the exit code."""
    scores: dict[str, Counter[Fate]] = {}
    known: dict[str, Inputs] = {}
    with Pool(jobs, limit) as pool:
        for each in targets:
            found = fates(pool, each, known=list(known.values()))
            known |= {repr(f.inputs): f.inputs for f in found if f.inputs is not None}
            scores[each.name] = Counter(f.fate for f in found)
            for fallen in found:
                if everything or fallen.fate is Fate.SURVIVING:
                    print(_line(fallen), flush=True)
            made = Counter(f.mutant.operator for f in found)
            print(f"{each.name}: " + ", ".join(f"{made[o]} of `{o}`" for o in OPERATORS))
            print(f"{each.name}: {_score(scores[each.name])}.", flush=True)
    total = sum(scores.values(), Counter[Fate]())
    print(f"{', '.join(scores)}: {_score(total)}.")
    return SURVIVED if total[Fate.SURVIVING] else KILLED


def _shapes(asked: argparse.Namespace) -> list[Target]:
    """The shapes that were named, each with its theorems."""
    named = [s for s in shapes(asked.pages) if s.name != CORE_MM and fnmatchcase(s.name, asked.shape)]
    if not named:
        raise ValueError(f"--shape {asked.shape} fits the name of no shape.")
    return [target(s.name, s.procedure, claims([s]).claims) for s in named]


def _kernel(asked: argparse.Namespace) -> list[Target]:
    """The function of a tree, with its theorems; none if it could not be read."""
    root = next((r for r in ROOTS if r.name == asked.root), None)
    if root is None:
        raise ValueError(f"--root {asked.root} is the name of no root.")
    tree = Tree.open(asked.linux, None)
    name = subject_of(release_of(tree.version), root)
    read = claims_of(tree, list(profiles([asked.pages], None)))
    about = [c for c in read.claims if c.subject == name and len(c.subjects) == 1]
    return [target(name, about[0].subjects[""], about)] if about else []


def _line(fallen: Fallen) -> str:
    told = f"{_TOLD[fallen.fate]}: {fallen.mutant}" + (f"  [{fallen.by}]" if fallen.by else "")
    if fallen.fate is Fate.SURVIVING and fallen.inputs is not None:
        values = sorted(fallen.inputs.names.items())
        told += "\n    seen with " + (", ".join(f"{n} = {v:#x}" for n, v in values if v) or "all inputs 0")
    return told


def _score(found: Counter[Fate]) -> str:
    counts = ", ".join(f"{found[fate]} {text}" for fate, text in _TOLD.items())
    return f"{found.total()} mutants: {counts}"


if __name__ == "__main__":
    sys.exit(main())
