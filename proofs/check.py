# SPDX-License-Identifier: GPL-2.0-only
"""The door: checks a directory of evidence again, without any solver.

It imports what is trusted and nothing else: see ``proofs.evidence``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from proofs.evidence import manifest
from proofs.evidence.manifest import Manifest
from proofs.evidence.stored import DamagedError
from proofs.evidence.verify import NAMES, Checked, Wrong, verify

EPILOG = """\
exit codes:
  0  every claim was checked
  1  something is rejected
  2  the command line is wrong, or the directory has no manifest that can be read
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
    return door


def main(arguments: Sequence[str] | None = None) -> int:
    """Does what the command line asks; the exit code."""
    options = parser().parse_args(arguments)
    directory: Path = options.directory
    if not directory.is_dir():
        return _fail(f"{directory} is not a directory.")
    try:
        listed = manifest.load(directory)
        found = Checked(wrong=[Wrong(path, "The manifest does not name it.") for path in
                               manifest.strangers(directory, listed)])  # fmt: skip
        for subject in listed.subjects:
            _check(directory, subject, listed, not options.no_hashes, found)
        return _tell(found)
    except DamagedError as error:
        return _fail(f"{directory / manifest.MANIFEST}: {error}")
    except OSError as error:
        return _fail(f"A file cannot be read: {error}.")
    except KeyboardInterrupt:
        print("Interrupted; not all was checked.", file=sys.stderr)
        return 130


def _check(directory: Path, subject: str, listed: Manifest, hashes: bool, found: Checked) -> None:
    """Check the files of a subject, and add what came out."""
    texts: dict[str, str] = {}
    for name in NAMES:
        path = f"{subject}/{name}"
        try:
            if (directory / subject).is_symlink():
                raise DamagedError(f"{subject} is a symbolic link.")
            texts[name] = manifest.text_of(directory / path)
        except DamagedError as error:
            found.wrong.append(Wrong(path, str(error)))
            continue
        if hashes and manifest.digest(texts[name]) != listed.files[path]:
            found.wrong.append(Wrong(path, "It is not the file whose hash the manifest has."))
    if len(texts) < len(NAMES):
        return
    one = verify(texts)
    found.proved += one.proved
    found.refuted += one.refuted
    found.uncertified += one.uncertified
    found.wrong += [Wrong(f"{subject}/{each.file}", each.what) for each in one.wrong]


def _tell(found: Checked) -> int:
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
