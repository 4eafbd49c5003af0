# SPDX-License-Identifier: GPL-2.0-only
"""Differential testing of the front-end against GCC: `python -m proofs.crosscheck --linux TREE`

The C functions of the tree are compiled behind generated stubs, and run beside the procedures that were
read from them.  Exit code: 0 if all agree, 1 if one does not, 2 for a wrong command line, 3 if
something was not run.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from model.cache import default_directory
from model.source.preprocessor.profile import PAGES
from model.source.trees.tree import Tree
from proofs.claims.kernel.claims import make_tree_claims
from proofs.claims.kernel.reading import list_profiles
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.validation.differential.c_mutants import MutantCounts, try_mutants
from proofs.validation.differential.compare import (
    Reader,
    TargetComparison,
    compare_targets,
    matching_targets,
)
from proofs.validation.differential.program import NoCompiler, SideOutcome
from proofs.validation.differential.witnesses import WitnessReplay, replay_refutations
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims, examine_verdicts

AGREE, DIFFER, WRONG, NOT_RUN = 0, 1, 2, 3
_SECONDS = 30.0  # for each claim


def positive(text: str) -> int:
    """A whole number above 0 on the command line."""
    if not text.isdecimal() or not 0 < int(text) <= 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000000.")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m proofs.crosscheck",
        description="Compare the C of a kernel tree, compiled by GCC, with the procedures read from it.",
        epilog="Exit code: 0 all agree; 1 a mismatch; 2 a wrong command line; 3 something was not run.",
    )
    command.add_argument("--linux", type=Path, required=True, metavar="TREE", help="the kernel tree")
    command.add_argument(
        "--inputs", type=positive, default=100_000, metavar="N", help="random inputs for each entry function"
    )
    command.add_argument("--root", default="*", metavar="GLOB", help="only entry functions of such a name")
    command.add_argument("--pages", choices=[*PAGES, "all"], default="4K", help="the page size")
    command.add_argument(
        "--mutants", type=positive, metavar="N", help="also compare about N mutants, of all entry functions"
    )
    command.add_argument(
        "--claims", action="store_true", help="also replay the witness of each refuted claim"
    )
    command.add_argument(
        "--seed", type=positive, default=1, metavar="S", help="the seed of all random choices"
    )
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and return the exit code."""
    command = parser()
    options = command.parse_args(arguments)
    targets = matching_targets(options.root)
    if not targets:
        command.error(f"--root {options.root} fits the name of no entry function.")
    try:
        tree = Tree.open(options.linux, None)
    except ValueError as error:
        command.error(str(error))
    code, counts = AGREE, Counter[str]()
    with TemporaryDirectory(prefix="crosscheck-") as folder:
        try:
            sizes = tuple(PAGES) if options.pages == "all" else (options.pages,)
            for pages in sizes:
                reader = Reader(tree, pages)
                for each in compare_targets(
                    reader, targets, options.inputs, options.seed, Path(folder) / pages
                ):
                    code = _worse(code, _print_comparison(str(tree.version), each))
                    counts[_count_as(each)] += 1
                if options.mutants:
                    for one in try_mutants(
                        reader, targets, options.mutants, options.inputs, options.seed, Path(folder) / pages
                    ):
                        code = _worse(code, _print_mutants(one))
                        counts["mutants detected"] += one.detected + one.by_solver + one.faulting
                        counts["mutants proved to do the same"] += one.equal
                        counts["mutants missed"] += len(one.missed)
                        counts["mutants undecided"] += one.undecided
            for claim in _replay_claims(tree, sizes) if options.claims else ():
                print(f"{claim.claim}: {claim}")
                counts["claims confirmed" if claim.holds else "claims not confirmed"] += 1
                code = _worse(code, DIFFER if claim.differs else AGREE)
        except NoCompiler as error:
            print(f"not run: {error}")
            return NOT_RUN
        except ValueError as error:
            command.error(str(error))
    print(f"{tree.version}: {', '.join(f'{number} {what}' for what, number in counts.items() if number)}")
    return code


def _count_as(each: TargetComparison) -> str:
    """The heading under which a target is counted in the last line."""
    if each.absent:
        return "functions not in this tree"
    if each.comparison is None:
        return "functions not run"
    return "functions agree" if each.comparison.agrees else "functions differ"


def _replay_claims(tree: Tree, pages: tuple[str, ...]) -> Iterator[WitnessReplay]:
    """The replay by the compiled C of the witness of each refuted claim about the tree."""
    configurations = list(list_profiles(pages, None))
    read = make_tree_claims(tree, configurations)
    claims = [claim for claim in read.claims if claim.name not in read.unread]
    with VerdictCache(default_directory()) as memory, Pool(1, _SECONDS) as pool:
        refuted = [each for each in decide_claims(pool, claims, memory) if each.verdict is Verdict.REFUTED]
        closely = sorted(examine_verdicts(pool, refuted, memory), key=lambda each: each.name)
    yield from replay_refutations(tree, configurations, closely)


def _worse(a: int, b: int) -> int:
    """The exit code of two: a mismatch counts more than what was not run."""
    return a if a == DIFFER or b == AGREE else b


def _print_comparison(version: str, each: TargetComparison) -> int:
    """Print the comparison of one target; its exit code."""
    where = f"{version} {each.pages} {each.target}()"
    if each.absent:
        print(f"{where}: not in this tree")
        return AGREE
    if each.comparison is None:
        print(f"{where}: not run: {each.why}")
        return NOT_RUN
    found = each.comparison
    left_out = ", ".join(
        f"{what}: {number}"
        for what, number in found.counts.items()
        if number and what not in ("stopped", "repeated")
    )
    branches = 2 * len(each.made.branches) if each.made is not None else 0
    taken = f"{branches - len(found.untaken)} of {branches} branches taken"
    status = "agree" if found.agrees else "DIFFER"
    inputs = f"{found.compared} random and {found.made} solver-made inputs"
    print(f"{where}: {status} on {inputs}; {each.functions} functions compiled; {taken}")
    if left_out:
        print(f"    left out: {left_out}")
    for what, why in each.made.uncompared.items() if each.made is not None else ():
        print(f"    not compared: {what}: {why}")
    if found.counts.get("repeated"):
        number = found.counts["repeated"]
        print(f"    {number} of them ask more often in a loop; they agree on the last answers")
    if found.tied:
        print("    only where repeated calls of a function answer alike")
    if found.agrees:
        return AGREE
    for text, value in found.inputs.items():
        print(f"    input {text} = {value:#x}")
    _print_outcome("compiled", found.compiled)
    _print_outcome("procedure", found.procedure)
    return DIFFER


def _print_outcome(side: str, outcome: SideOutcome | None) -> None:
    if outcome is None:
        return
    for text, value in outcome.values.items():
        print(f"    {side}: {text} = {value:#x}")
    for event in outcome.events:
        print(f"    {side}: {event}")
    if outcome.trouble:
        print(f"    {side}: {outcome.trouble}")


def _print_mutants(one: MutantCounts) -> int:
    """Print the counts of the mutants of one target; the exit code."""
    print(
        f"{one.target}(): {one.made} mutants; {one.detected} detected by random inputs, {one.by_solver} by one of the "
        f"solver's, {one.faulting} by faults alone, {one.equal} behave the same (proved), "
        f"{len(one.missed)} missed, {one.undecided} undecided; of their own procedures {one.agree} agree, "
        f"{len(one.differ)} differ, {one.unread} are not run"
    )
    for text in (*one.missed, *one.differ):
        print(f"    {text}")
    return DIFFER if one.missed or one.differ else AGREE


if __name__ == "__main__":
    sys.exit(main())
