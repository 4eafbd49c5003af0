# SPDX-License-Identifier: GPL-2.0-only
"""The command that has Coq check theorems: ``python -m proofs.gallina [--shape GLOB | --linux TREE] [--theorem GLOB]``

Each claim that is not expected to be refuted is written as Gallina with a certificate, and compiled.
Exit code: 0 if all are CHECKED, 1 if one FAILED, 2 for a wrong command line, 3 if one was not covered or
not run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import ChainMap, Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from proofs.claims.claim import Claim
from proofs.claims.load import LoadedClaims, ReadError, load_claims, select_claims, use_current_names
from proofs.claims.obligations import build_obligations
from proofs.cli.files import check_writable, write_all
from proofs.cli.selection import Selection, SelectionError
from proofs.evidence.coq import compile as coq
from proofs.evidence.coq.checked import (
    CoqOutcome,
    CoqResult,
    compile_claim,
    file_name,
    is_theorem,
    write_claim,
)
from proofs.evidence.coq.lines import trace_lines
from proofs.solvers.parallel import DiedError, limit_jobs, map_in_order

CHECKED, FAILED, WRONG, OPEN = 0, 1, 2, 3


def parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.gallina",
        description="Write each theorem as Gallina, with a proof that Coq's kernel checks.",
        epilog="CHECKED: Coq accepts it, and it rests on no axiom. NOT COVERED: there is no proof for Coq, and "
        "why. FAILED: Coq refuses it. NOT RUN: there is no coqc. Exit code: 0 all are CHECKED; 1 one FAILED; "
        "2 a wrong command line; 3 one was not covered or not run.",
        allow_abbrev=False,
    )
    door.add_argument("--linux", metavar="TREE", type=Path, help="a kernel tree, instead of the models")
    door.add_argument("--shape", metavar="GLOB", help="only models of such a name")
    door.add_argument("--theorem", metavar="GLOB", help="only theorems of such a name")
    door.add_argument("--pages", choices=("4K", "16K", "64K"), default="4K", help="the page size")
    door.add_argument("--out", metavar="DIR", type=Path, help="keep the texts there")
    door.add_argument(
        "--jobs", metavar="N", type=_positive, default=2, help="theorems at a time (default: 2)"
    )
    door.add_argument(
        "--timeout", metavar="S", type=_positive, default=30, help="seconds for each theorem (default: 30)"
    )
    return door


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 10**6):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000000.")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, compile, print, and return the exit code."""
    door = parser()
    asked = door.parse_args(arguments)
    if asked.linux is not None and not asked.linux.is_dir():
        door.error(f"--linux: {asked.linux} is not a directory.")
    if asked.out is not None and (wrong := check_writable(asked.out, True)):
        door.error(f"--out: {wrong}")
    wanted, notes = use_current_names(
        Selection(linux=asked.linux, shape=asked.shape, theorem=asked.theorem, pages=(asked.pages,))
    )
    for note in notes:
        print(note, file=sys.stderr)
    try:
        found = load_claims(wanted)
        claims = [claim for claim in select_claims(wanted, found.claims) if is_theorem(claim)]
        results = check_theorems(found, claims, coq.find_coqc(), asked.jobs, asked.timeout)
        if asked.out is not None:
            _write(asked.out, results)
    except (SelectionError, ReadError) as error:
        door.error(str(error))
    except coq.CoqError as error:
        print(error)
        return FAILED
    except DiedError as error:
        print(error)
        return OPEN
    except OSError as error:
        door.error(f"A file could not be written: {error}.")
    left_out = len(select_claims(wanted, found.claims)) - len(claims)
    _print_text(render_text(results, left_out))
    return exit_code(results)


def check_theorems(
    found: LoadedClaims, claims: Sequence[Claim], compiler: str | None, jobs: int, seconds: float
) -> list[CoqResult]:
    """What became of each claim, in their order.  Raises CoqError if the library is not accepted."""
    readable = [claim for claim in claims if claim.name not in found.unread]
    made = dict(zip((c.name for c in readable), build_obligations(readable), strict=True))
    read = {
        id(p): trace_lines(p) for p in {id(p): p for c in readable for p in c.procedures.values()}.values()
    }
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if compiler is not None:
            coq.compile_library(compiler, directory)

        def one(claim: Claim) -> CoqResult:
            if claim.name in found.unread:
                return CoqResult(claim.name, CoqOutcome.NOT_COVERED, found.unread[claim.name])
            where = dict(ChainMap(*(dict(read[id(p)]) for p in claim.procedures.values())))
            each = write_claim(claim, made[claim.name], where)
            return each if compiler is None else compile_claim(each, compiler, directory, seconds)

        return list(map_in_order(one, claims, limit_jobs(jobs, claims), "checks a theorem"))


def _write(directory: Path, results: Iterable[CoqResult]) -> None:
    directory.mkdir(exist_ok=True)
    texts = {file_name(each.claim): each.text for each in results if each.text}
    write_all({directory / name: text for name, text in {**coq.read_library(), **texts}.items()})


def render_text(results: Sequence[CoqResult], left_out: int) -> str:
    """The table: a line for each claim, and how many there are of each outcome."""
    width = max((len(each.claim) for each in results), default=0)
    lines = [f"{each.claim:<{width}}  {each.outcome.value:<11}  {each.why}".rstrip() for each in results]
    counted = Counter(each.outcome for each in results)
    parts = [f"{counted[outcome]} {outcome.value}" for outcome in CoqOutcome if counted[outcome]]
    lines += ["", f"{len(results)} theorem{'' if len(results) == 1 else 's'}: {', '.join(parts) or 'none'}."]
    if left_out:
        lines.append(f"{left_out} claims are expected to be refuted, and have no proof.")
    return "\n".join(lines)


def exit_code(results: Sequence[CoqResult]) -> int:
    """1 goes before 3, and 3 before 0; nothing at all is 3."""
    outcomes = {each.outcome for each in results}
    if CoqOutcome.FAILED in outcomes:
        return FAILED
    return CHECKED if outcomes == {CoqOutcome.CHECKED} else OPEN


def _print_text(text: str) -> None:
    """Print the text; a reader that has gone away is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
