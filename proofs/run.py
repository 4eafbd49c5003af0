# SPDX-License-Identifier: GPL-2.0-only
"""The door: proves what is asked, prints a table of verdicts, and exits with what came out."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from proofs import explain, report, smtlib
from proofs.asked import Asked, ReadError, load
from proofs.files import check_writable, write_all
from proofs.finding import find
from proofs.obligation import obligations
from proofs.pool import Pool
from proofs.progress import Progress
from proofs.prove import decided, examined, needs_a_closer_look
from proofs.report import Report
from proofs.selection import Selection, SelectionError, chosen, matching
from proofs.verdict import Judged, exit_code

PAGES = ("4K", "16K", "64K")

DESCRIPTION = "Prove what KVM/arm64 may do when it maps a page for a guest, or show how it goes wrong."

EPILOG = """\
examples:
  python -m proofs.run                                    every theorem, every hand-written shape
  python -m proofs.run --linux .kernels/6.12              the same theorems, of a kernel's own C
  python -m proofs.run --linux ~/linux --rev v6.17        of a revision of a git checkout
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


def parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.run",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    kernel = door.add_argument_group("what is asked")
    kernel.add_argument("--linux", metavar="PATH", type=Path, help="a kernel tree, instead of the shapes")
    kernel.add_argument("--rev", metavar="REV", help="a revision, if PATH is a git checkout")
    sizes = kernel.add_mutually_exclusive_group()
    sizes.add_argument("--config", metavar="FILE", type=Path, help="the kernel's .config")
    sizes.add_argument(
        "--pages", choices=(*PAGES, "all"), default=None, help="the page size, if there is no .config (default: 4K)"
    )
    kernel.add_argument("--theorem", metavar="GLOB", help="only theorems of these names")
    kernel.add_argument("--shape", metavar="GLOB", help="only shapes of these names")
    shown = door.add_argument_group("what is shown").add_mutually_exclusive_group()
    shown.add_argument("--list", action="store_true", dest="list_claims", help="the claims; nothing is proved")
    shown.add_argument("--show", metavar="SHAPE", help="a shape as numbered lines; nothing is proved")
    shown.add_argument("--explain", metavar="CLAIM", help="a claim in full (a name, or a GLOB for several)")
    written = door.add_argument_group("what is written")
    written.add_argument("--json", metavar="FILE", type=Path, help="all verdicts, with witnesses and facts used")
    written.add_argument("--smt2", metavar="DIR", type=Path, help="each claim as SMT-LIB text")
    how = door.add_argument_group("how")
    how.add_argument("--jobs", metavar="N", type=_jobs, default=_processors(), help="processes (default: %(default)s)")
    how.add_argument(
        "--timeout", metavar="S", type=_seconds, default=30.0, help="seconds for each claim (default: %(default)g)"
    )
    return door


def _processors() -> int:
    """The number of processors, but no more processes than keep the memory small."""
    return min(os.cpu_count() or 1, 8)


def _jobs(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes; write 1 or more.")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0.")
    return value


def selection(arguments: Sequence[str] | None) -> Selection:
    """The command line as data; ends the program with 2 if it is wrong."""
    door = parser()
    options = vars(door.parse_args(arguments))
    pages = options.pop("pages") or "4K"
    asked = Selection(**options, pages=PAGES if pages == "all" else (pages,))
    problem = _problem(asked)
    if problem:
        door.error(problem)
    return asked


def _problem(asked: Selection) -> str:
    """What is wrong with the paths and their combination, as a sentence."""
    if asked.linux is None and asked.rev is not None:
        return "--rev names a revision of the tree of --linux, which is not given."
    if asked.linux is None and asked.config is not None:
        return "--config belongs to the tree of --linux, which is not given."
    if asked.linux is not None and not asked.linux.is_dir():
        return f"--linux: {asked.linux} is not a directory."
    if asked.config is not None and not (asked.config.is_file() and os.access(asked.config, os.R_OK)):
        return f"--config: {asked.config} is not a file that can be read."
    wrong = [
        f"{option}: {told}"
        for option, path, directory in (("--json", asked.json, False), ("--smt2", asked.smt2, True))
        if path is not None and (told := check_writable(path, directory))
    ]
    return wrong[0] if wrong else ""


def main(arguments: Sequence[str] | None = None, load: Callable[[Selection], Asked] = load) -> int:
    """Does what the command line asks; the exit code.  ``load`` gives what there is to ask."""
    asked = selection(arguments)
    try:
        with Progress(sys.stderr) as progress:
            output, code = _run(asked, load, progress)
        return _print(output, code)
    except (SelectionError, ReadError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"A file could not be written: {error}.")
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
