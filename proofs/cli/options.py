# SPDX-License-Identifier: GPL-2.0-only
"""The command line of ``python -m proofs.run``: its options, and what is wrong with their combination.

Trusted: nothing.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from proofs.cli.files import check_writable
from proofs.cli.selection import DEFAULT_ENGINES, ENGINES, Selection

PAGES = ("4K", "16K", "64K")
NO_CACHE = "STAGE2_PROOFS_NO_CACHE"


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.run",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    kernel = door.add_argument_group("what is asked")
    kernel.add_argument("--linux", metavar="PATH", type=Path, help="a kernel tree, instead of the models")
    kernel.add_argument("--rev", metavar="REV", help="a revision, if PATH is a git checkout")
    kernel.add_argument("--against", metavar="PATH", type=Path, help="another tree: do the two do the same?")
    kernel.add_argument("--against-rev", metavar="REV", help="a revision, if that is a git checkout")
    sizes = kernel.add_mutually_exclusive_group()
    sizes.add_argument("--config", metavar="FILE", type=Path, help="the kernel's .config")
    sizes.add_argument(
        "--pages",
        choices=(*PAGES, "all"),
        default=None,
        help="the page size, if there is no .config (default: 4K)",
    )
    kernel.add_argument("--theorem", metavar="GLOB", help="only theorems of these names")
    kernel.add_argument("--shape", metavar="GLOB", help="only models of these names")
    shown = door.add_argument_group("what is shown").add_mutually_exclusive_group()
    shown.add_argument(
        "--list", action="store_true", dest="list_claims", help="the claims; nothing is proved"
    )
    shown.add_argument(
        "--ledger", action="store_true", help="what was done with every call of a kernel; nothing is proved"
    )
    shown.add_argument("--show", metavar="SHAPE", help="a model as numbered lines; nothing is proved")
    shown.add_argument(
        "--table",
        metavar="SHAPE",
        nargs="?",
        const="",
        help="which attributes a model gives a page, or the kernel of --linux; with both, or with --against, "
        "only rows that differ; nothing is proved",
    )
    shown.add_argument(
        "--adequacy", action="store_true", help="whether the theorems are worth proving, and why"
    )
    shown.add_argument("--explain", metavar="CLAIM", help="a claim in full (a name, or a GLOB for several)")
    written = door.add_argument_group("what is written")
    written.add_argument(
        "--json",
        metavar="FILE",
        type=Path,
        help="all verdicts, with witnesses and facts used; or all answers",
    )
    written.add_argument("--smt2", metavar="DIR", type=Path, help="each claim as SMT-LIB text")
    written.add_argument(
        "--evidence",
        metavar="DIR",
        type=Path,
        help="obligations, witnesses and certificates, which python -m proofs.check checks without a solver",
    )
    written.add_argument(
        "--compiled",
        action="store_true",
        help="also run what GCC makes of the C of --linux on the witness of each refuted claim",
    )
    how = door.add_argument_group("how")
    how.add_argument(
        "--jobs", metavar="N", type=_jobs, default=_processors(), help="processes (default: %(default)s)"
    )
    how.add_argument(
        "--engines",
        metavar="LIST",
        type=_engines,
        default=DEFAULT_ENGINES,
        help=f"which have to agree, of {','.join(ENGINES)}; z3 decides (default: {','.join(DEFAULT_ENGINES)})",
    )
    how.add_argument(
        "--timeout",
        metavar="S",
        type=_seconds,
        default=30.0,
        help="seconds for each claim (default: %(default)g)",
    )
    how.add_argument(
        "--no-cache",
        action="store_true",
        default=bool(os.environ.get(NO_CACHE)),
        help=f"ask everything again; so does ${NO_CACHE}, if it is not empty",
    )
    return door


def _processors() -> int:
    """The number of processors, but no more processes than keep the memory small."""
    return min(os.cpu_count() or 1, 8)


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes; write 1 or more.")
    return int(text)


def _engines(text: str) -> tuple[str, ...]:
    names = text.split(",")
    strange = [name for name in names if name not in ENGINES]
    if strange or len(set(names)) != len(names):
        known = ", ".join(ENGINES)
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of engines, each once, of {known}.")
    if "z3" not in names:
        raise argparse.ArgumentTypeError(f"{text!r} leaves out z3, which finds what is shown; name it too.")
    return tuple(names)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0.")
    return value


def parse_arguments(
    arguments: Sequence[str] | None, find_missing: Callable[[Selection], str] = lambda _: ""
) -> Selection:
    """The command line as data; ends the program with 2 if it is wrong.

    ``find_missing`` says in a sentence what is selected and cannot be had on this machine, "" if nothing.
    """
    door = build_parser()
    options = vars(door.parse_args(arguments))
    pages = options.pop("pages") or "4K"
    asked = Selection(**options, pages=PAGES if pages == "all" else (pages,))
    problem = _problem(asked) or find_missing(asked)
    if problem:
        door.error(problem)
    return asked


def _problem(asked: Selection) -> str:
    """What is wrong with the paths and their combination, as a sentence."""
    if unwritten := _never_written(asked):
        return unwritten
    if asked.linux is None and asked.rev is not None:
        return "--rev names a revision of the tree of --linux, which is not given."
    if asked.compiled and (asked.linux is None or asked.against is not None):
        return "--compiled runs the C of the tree of --linux; give that, and no --against."
    if asked.linux is None and asked.config is not None:
        return "--config belongs to the tree of --linux, which is not given."
    if asked.linux is not None and not asked.linux.is_dir():
        return f"--linux: {asked.linux} is not a directory."
    if asked.ledger and (asked.linux is None or asked.against is not None):
        return "--ledger tells what was read of the tree of --linux; give that, and no --against."
    if asked.linux is None and asked.against is not None:
        return "--against names a tree to compare with that of --linux, which is not given."
    if asked.against is None and asked.against_rev is not None:
        return "--against-rev names a revision of the tree of --against, which is not given."
    if asked.against is not None and not asked.against.is_dir():
        return f"--against: {asked.against} is not a directory."
    if asked.config is not None and not (asked.config.is_file() and os.access(asked.config, os.R_OK)):
        return f"--config: {asked.config} is not a file that can be read."
    wrong = [
        f"{option}: {why}"
        for option, path, directory in (("--json", asked.json, False), ("--smt2", asked.smt2, True))
        if path is not None and (why := check_writable(path, directory))
    ]
    return wrong[0] if wrong else ""


def _never_written(asked: Selection) -> str:
    """Which file is asked for that is not made of what is shown, as a sentence."""
    shows_text = asked.list_claims or asked.ledger or asked.show is not None or asked.table is not None
    no_verdicts = shows_text or asked.adequacy
    files = (("--json", asked.json, shows_text), ("--smt2", asked.smt2, no_verdicts))
    for option, path, unmade in (*files, ("--evidence", asked.evidence, no_verdicts)):
        if path is not None and unmade:
            return (
                f"{option} writes what is found of claims, and here none is decided; leave one of both out."
            )
    return ""


DESCRIPTION = "Prove what KVM/arm64 may do when it maps a page for a guest, or show how it goes wrong."


EPILOG = """\
examples:
  python -m proofs.run                                    every theorem, every hand-written shape
  python -m proofs.run --linux .kernels/6.12              the same theorems, of a kernel's own C
  python -m proofs.run --linux ~/linux --rev v6.17        of a revision of a git checkout
  python -m proofs.run --linux .kernels/7.2 --against .kernels/7.3   where do the two differ?
  python -m proofs.run --theorem 'cow_*' --shape v9       some theorems, one shape
  python -m proofs.run --explain CLAIM                    one claim in full; names as in --list
  python -m proofs.run --smt2 out                         one file for each claim: unsat is PROVED

verdicts:
  PROVED     no input that the facts allow satisfies the premises and not the conclusion
  REFUTED    such an input exists; it was replayed before it is shown
  VACUOUS    no input satisfies the premises: nothing is proved
  UNKNOWN, TIMEOUT      the solver did not decide
  UNSUPPORTED           the kernel's C has a construct that is not read
  DISAGREE              solver and interpreter contradict each other

exit codes:
  0  every claim was decided as expected
  1  a claim was decided otherwise than expected
  2  the command line or a file that it names is wrong
  3  something stays undecided, or has no expectation
  4  solver and interpreter disagree
  130  interrupted
  Of several, 4 goes before 1 before 3 before 0.
"""
