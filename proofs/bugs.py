# SPDX-License-Identifier: GPL-2.0-only
"""Past bugs, made again, and how each of them is found.

    python -m proofs.bugs [--bug GLOB] [--linux PATH] [--format text|json|table] [--out DIR]

Exit codes are those of ``python -m proofs.run``: 0 every bug was found, and only as declared; 1
one is missed or its counterexample is another; 2 usage; 3 something was not run or is undecided; 4
solver and interpreter disagree.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from counterexamples.attributes.table import AttributesError, Tables
from counterexamples.bugs import bugs
from counterexamples.bugs.bug import Bug, OnC, OnShape
from counterexamples.bugs.trees import Trees
from counterexamples.render import bugs as render
from counterexamples.render.bugs import Account, State
from counterexamples.render.table import render_wrong_rows
from counterexamples.scenarios.reach import MADE_ON, NOT_APPLICABLE
from model.logic import TRUE
from model.source.errors import Unsupported
from model.source.kernel import NoEffect
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.trees.tree import TreeError
from proofs.claims.claim import Claim
from proofs.claims.past_bugs import BugError, EditError, apply_edit, make_c_claim, make_shape_claim
from proofs.claims.subject import KernelFunction
from proofs.cli.files import check_writable, write_all
from proofs.cli.progress import Progress
from proofs.cli.selection import SelectionError, match_names
from proofs.reports.explain.classes import count_all_kinds
from proofs.reports.explain.reachability import find_reach
from proofs.reports.explain.shape_replay import render_counterpart
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.validation.mutation.decide import MutantStatus
from proofs.validation.mutation.score import OF_A_SHAPE, OF_A_TREE, add_scores, sample_scores
from proofs.verdicts.finding import build_finding
from proofs.verdicts.prove import decide_claims, examine_verdicts
from proofs.verdicts.verdict import PRIORITY, ClaimVerdict, ExpectationStatus

#: Where `python -m proofs.fetch` puts trees.
KERNELS = Path(".kernels")
SECONDS = 60.0

_STATES = {
    ExpectationStatus.EXPECTED: State.FOUND,
    ExpectationStatus.UNEXPECTED: State.OTHERWISE,
    ExpectationStatus.UNDECIDED: State.UNDECIDED,
    ExpectationStatus.DISAGREE: State.DISAGREE,
}
_CODES = {
    State.FOUND: ExpectationStatus.EXPECTED,
    State.MISSED: ExpectationStatus.UNEXPECTED,
    State.OTHERWISE: ExpectationStatus.UNEXPECTED,
    State.UNDECIDED: ExpectationStatus.UNDECIDED,
    State.NOT_RUN: ExpectationStatus.UNDECIDED,
    State.DISAGREE: ExpectationStatus.DISAGREE,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m proofs.bugs",
        description="Make the real bugs of the past again, and show how each of them is found.",
        epilog="Exit code: 0 all found as declared; 1 one is missed, or found otherwise; 2 wrong usage; "
        "3 something was not run or is undecided; 4 solver and interpreter disagree.",
        allow_abbrev=False,
    )
    command.add_argument("--bug", metavar="GLOB", help="only bugs of these names")
    command.add_argument("--list", action="store_true", help="the bugs; nothing is proved")
    command.add_argument(
        "--mutants",
        action="store_true",
        help="instead, mutation testing of the models, or of user_mem_abort() of --linux, on mutants that are evenly chosen: "
        f"{OF_A_SHAPE} of a model, {OF_A_TREE} of a tree (all of them: python -m proofs.mutate --all)",
    )
    command.add_argument(
        "--linux", metavar="PATH", type=Path, help="a kernel tree for those made in C (default: in .kernels)"
    )
    command.add_argument(
        "--format", choices=("text", "json", "table"), default="text", help="default: %(default)s"
    )
    command.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="write DIR/THEOREM/BUG/{witness.json,counterexample.txt,repro.c}",
    )
    return command


def main(
    arguments: Sequence[str] | None = None,
    load: Callable[[], Mapping[str, Bug]] = bugs,
    kernels: Path = KERNELS,
) -> int:
    """Does what the command line asks; the exit code.  ``load`` gives the bugs, ``kernels`` has
    the trees that are at hand."""
    command = parser()
    options = command.parse_args(arguments)
    if options.out is not None and (wrong := check_writable(options.out, directory=True)):
        command.error(f"--out: {wrong}")
    try:
        if options.mutants:
            return _mutants(options.linux)
        known = load()
        chosen = {name: known[name] for name in match_names("bug", options.bug, known)}
        if options.list:
            print(render.render_listing(chosen))
            return 0
        with Progress(sys.stderr) as progress:
            closely = options.format != "table" or options.out is not None
            accounts = recreate(chosen, Trees(options.linux, kernels), closely, progress)
        if options.out is not None:
            write_files(options.out, accounts)
    except (SelectionError, TreeError, BugError, AttributesError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"A file could not be written: {error}.")
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    _print_accounts(accounts, options.format)
    return exit_code(accounts)


def _mutants(linux: Path | None) -> int:
    """Print the score of each procedure, and of all last; the exit code.  Raises TreeError."""
    found = []
    jobs = min(os.cpu_count() or 1, 8)
    for each in sample_scores(linux, jobs, SECONDS):
        print("\n".join((*each.lines, each.render_text())), flush=True)
        found.append(each)
    if not found:
        return _fail(f"user_mem_abort() of {linux} could not be read.")
    everything = add_scores(found)
    print(everything.render_text())
    code: int = (
        ExpectationStatus.UNEXPECTED
        if everything.counts[MutantStatus.SURVIVES]
        else ExpectationStatus.EXPECTED
    ).value
    return code


def _fail(sentence: str) -> int:
    print(f"python -m proofs.bugs: error: {sentence}", file=sys.stderr)
    return 2


def recreate(chosen: Mapping[str, Bug], trees: Trees, closely: bool, progress: Progress) -> list[Account]:
    """An account of each bug, in their order; ``closely``: with their minimal counterexamples.

    Raises BugError where one cannot be made as it is declared.
    """
    progress.begin("making the bugs", len(chosen))
    made = {name: make_claim(name, bug, trees) for name, bug in chosen.items()}
    claims = [each[1] for each in made.values() if isinstance(each, tuple)]
    tables = Tables()
    with Pool(min(os.cpu_count() or 1, 8), SECONDS) as pool:
        several: dict[str, str] = {}
        progress.begin("deciding the claims", len(claims))
        judged = list(progress.count(decide_claims(pool, claims)))
        if closely:
            progress.begin("minimising counterexamples", len(claims))
            judged = list(progress.count(examine_verdicts(pool, judged)))
            several = _count_kinds(pool, chosen, judged, progress, tables)
    by_name = {each.claim.subject: each for each in judged}
    progress.begin("explaining the bugs", len(chosen))
    accounts = (
        _make_account(name, bug, made[name], by_name, tables) for name, bug in progress.count(chosen.items())
    )
    return [replace(each, kinds=several.get(each.name, "")) for each in accounts]


def _count_kinds(
    pool: Pool, chosen: Mapping[str, Bug], judged: Sequence[ClaimVerdict], progress: Progress, tables: Tables
) -> dict[str, str]:
    """How many kinds of counterexamples each bug in a fault path has, if it was found as declared."""
    options = {
        each.claim.subject: (each.claim, each.claim.procedures[""])
        for each in judged
        if each.status is ExpectationStatus.EXPECTED and _has_a_table(chosen[each.claim.subject].where)
    }
    progress.begin("looking for other kinds")
    return {name: kinds.render_summary() for name, kinds in count_all_kinds(pool, options, tables).items()}


def _has_a_table(where: OnShape | OnC) -> bool:
    """Whether the bug is in a fault path, whose pages and faults are of kinds."""
    return isinstance(where, OnShape) or where.target == USER_MEM_ABORT.name


def make_claim(name: str, bug: Bug, trees: Trees) -> tuple[str, Claim] | str:
    """The release ("" for a shape) and the claim that the bug is found; or why it is not run."""
    if not isinstance(bug.where, OnC):
        return "", make_shape_claim(name, bug)
    found = trees.of(bug.where)
    if isinstance(found, str):
        return found
    release, tree = found
    try:
        edited = apply_edit(name, bug, tree)
        return release, make_c_claim(name, bug, edited, trees.index(release, tree).rebuild(edited))
    except (EditError, Unsupported, NoEffect) as error:
        return str(error)


def _make_account(
    name: str, bug: Bug, made: tuple[str, Claim] | str, judged: Mapping[str, ClaimVerdict], tables: Tables
) -> Account:
    if isinstance(made, str):
        return Account(name, bug, State.NOT_RUN, why=made)
    release, claim = made
    each = judged[name]
    state = State.MISSED if each.verdict is Verdict.PROVED else _STATES[each.status]
    # The calls in the declared condition are shown as well.
    spoken = replace(each, claim=replace(claim, given=(*claim.given, bug.witness)))
    reached = find_reach(spoken, MADE_ON.get(name, TRUE)) if state is State.FOUND else NOT_APPLICABLE
    witness, where = build_finding(spoken).counterexample, bug.where
    changed = ""
    if witness is not None and state is State.FOUND and isinstance(where, OnShape):
        changed = render_wrong_rows(where.right, where.procedure, witness, tables)
    beside = render_counterpart(each, KernelFunction(release, where.target)) if isinstance(where, OnC) else ""
    return Account(name, bug, state, release, claim.says, each.why, witness, reached, changed, "", beside)


def exit_code(accounts: Sequence[Account]) -> int:
    """The most important thing that is not as declared."""
    found = {_CODES[account.state] for account in accounts}
    return next((standing.value for standing in PRIORITY if standing in found), 0)


def write_files(out: Path, accounts: Sequence[Account]) -> None:
    """Write what was found, all files or none.  Raises OSError."""
    texts = dict(_files(out, accounts))
    for path in texts:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_all(texts)


def _files(out: Path, accounts: Sequence[Account]) -> Iterator[tuple[Path, str]]:
    for account in accounts:
        if account.witness is not None:
            folder = out / account.bug.refutes / account.name
            yield from ((folder / name, text) for name, text in render.render_files(account).items())


def _print_accounts(accounts: Sequence[Account], form: str) -> None:
    """Print the accounts; a reader that has gone away is no error."""
    if form == "json":
        page = render.render_document(accounts)
    else:
        shown = (
            "\n\n\n".join(map(render.render_account, accounts))
            if form == "text"
            else render.render_table(accounts)
        )
        parts = [
            shown,
            render.render_troubles(accounts) if form == "table" else "",
            render.render_summary(accounts),
        ]
        page = "\n\n".join(filter(None, parts)) + "\n"
    try:
        sys.stdout.write(page)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
