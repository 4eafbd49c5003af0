# SPDX-License-Identifier: GPL-2.0-only
"""The command that checks a directory of evidence again, without any solver.

It imports what is trusted and nothing else: see ``proofs.evidence``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from proofs.evidence.checker import manifest
from proofs.evidence.checker.manifest import Manifest
from proofs.evidence.checker.stored import DamagedError
from proofs.evidence.checker.verify import NAMES, CheckResult, Rejection, verify
from proofs.solvers import parallel

EPILOG = """\
exit codes:
  0  every claim was checked
  1  something is rejected
  2  the command line is wrong, the directory has no manifest that can be read, or not all could be checked
  3  some claim has no certificate or witness; what stands for it instead is told
  130  interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    door = argparse.ArgumentParser(
        prog="python -m proofs.check",
        description="Check what python -m proofs.run --evidence DIR wrote, without a solver.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    door.add_argument("directory", metavar="DIR", type=Path)
    door.add_argument("--no-hashes", action="store_true", help="do not compare hashes; check all the rest")
    door.add_argument(
        "--jobs", metavar="N", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)"
    )
    return door


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the command line asks; the exit code."""
    options = parser().parse_args(arguments)
    directory: Path = options.directory
    if not directory.is_dir():
        return _fail(f"{directory} is not a directory.")
    try:
        listed = manifest.load(directory)
        found = CheckResult(wrong=[Rejection(path, "The manifest does not name it.") for path in
                               manifest.strangers(directory, listed)])  # fmt: skip
        work = partial(_check_subject, directory, listed, not options.no_hashes)
        jobs = parallel.limit_jobs(options.jobs, listed.subjects)
        for one in parallel.map_in_order(work, listed.subjects, jobs, "checks evidence"):
            _merge(found, one)
        return _print_result(found)
    except DamagedError as error:
        return _fail(f"{directory / manifest.MANIFEST}: {error}")
    except OSError as error:
        return _fail(f"A file cannot be read: {error}.")
    except parallel.DiedError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        print("Interrupted; not all was checked.", file=sys.stderr)
        return 130


def _check_subject(directory: Path, listed: Manifest, hashes: bool, subject: str) -> CheckResult:
    """What came out for the files of a subject.  Raises OSError."""
    texts: dict[str, str] = {}
    found = CheckResult()
    for name in NAMES:
        path = f"{subject}/{name}"
        try:
            if (directory / subject).is_symlink():
                raise DamagedError(f"{subject} is a symbolic link.")
            texts[name] = manifest.text_of(directory / path)
        except DamagedError as error:
            found.wrong.append(Rejection(path, str(error)))
            continue
        if hashes and manifest.digest(texts[name]) != listed.files[path]:
            found.wrong.append(Rejection(path, "It is not the file whose hash the manifest has."))
    if len(texts) == len(NAMES):
        one = verify(texts)
        one.wrong[:] = [Rejection(f"{subject}/{each.file}", each.what) for each in one.wrong]
        _merge(found, one)
    return found


def _merge(found: CheckResult, one: CheckResult) -> None:
    found.proved += one.proved
    found.refuted += one.refuted
    found.uncertified += one.uncertified
    found.wrong += one.wrong


def _print_result(found: CheckResult) -> int:
    lines = [f"rejected: {each.file}: {each.what}" for each in found.wrong]
    lines += [f"no certificate: {told}" for told in found.uncertified]
    lines.append(
        f"{found.proved} proofs and {found.refuted} counterexamples hold; "
        f"{len(found.uncertified)} claims have no certificate; {len(found.wrong)} things are rejected."
    )
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1 if found.wrong else 3 if found.uncertified else 0


def _fail(sentence: str) -> int:
    print(f"python -m proofs.check: error: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
