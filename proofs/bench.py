# SPDX-License-Identifier: GPL-2.0-only
"""How long do the doors take, as ratios to a bare ``import z3`` in the same run?

A door of its own: ``python -m proofs.bench``.  Each command is run several times as a whole process,
in turn with the others, so that a drift of the machine's speed hits all alike; medians are told.
Exit code: 0 when everything was measured, 2 for a wrong command line, 3 where something could not be.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

BASE = "import z3"

#: What a door says of mutants.
ASKED = re.compile(rb"(\d+) theorems asked of them")

#: What is read of a tree, and the function that a patched one has changed.
READ = ("include", "arch/arm64", "drivers/char", "mm", "virt/kvm")
CHANGED = "arch/arm64/kvm/mmu.c", re.compile(rb"\nstatic int user_mem_abort\([^;{]*\{")


@dataclass(frozen=True)
class Measured:
    """One run of a command: wall-clock seconds, the largest process in megabytes, the exit code, and how many
    theorems it says were asked of mutants."""

    seconds: float
    megabytes: float
    code: int
    theorems: int = 0


@dataclass(frozen=True)
class Subject:
    """A command to measure; ``cold`` gives it empty caches each time; ``bound`` is the agreed limit
    in seconds on two cores (0 for none).  ``--no-cache`` reads and asks everything and keeps the index
    of headers; without it, a second run recalls functions and verdicts.  ``patched`` is a tree in which a
    function is changed before each run."""

    name: str
    command: tuple[str, ...]
    bound: float = 0.0
    cold: bool = False
    patched: Path | None = None


def subjects(kernels: Sequence[Path], copies: Path) -> Iterator[Subject]:
    """What is measured; a tree that is patched is copied into a directory."""
    python = sys.executable
    yield Subject(BASE, (python, "-c", "import z3"))
    shapes = (python, "-m", "proofs.run")
    yield Subject("every shape", (*shapes, "--no-cache"), 1.5)
    yield Subject("shapes, again", shapes, 1.0)
    yield Subject("shapes, z3 alone", (*shapes, "--no-cache", "--engines", "z3"))
    yield Subject("v6.17", (*shapes, "--shape", "v6.17", "--no-cache"))
    yield from _evidence(shapes, python, copies)
    mutate = (python, "-m", "proofs.mutate")
    yield Subject("mutants, merged", (*mutate, "--shape", "v6.17"), 5.0)
    yield Subject("mutants, every one", (*mutate, "--shape", "v6.17", "--all"))
    yield Subject("every past mistake", (python, "-m", "proofs.bugs"), 3.0)
    for tree in kernels:
        command = (python, "-m", "proofs.run", "--linux", str(tree))
        yield Subject(f"{tree.name}, warm", (*command, "--no-cache"), 10.0)
        yield Subject(f"{tree.name}, again", command, 1.0)
        yield Subject(f"{tree.name}, cold", command, 10.0, cold=True)
        yield Subject(f"{tree.name}, read", (*command, "--list", "--no-cache"))
        yield Subject(f"{tree.name}, read again", (*command, "--list"))
        yield Subject(f"{tree.name}, mutants", (*mutate, "--linux", str(tree)), 60.0)
    for tree in kernels[-1:]:  # one, since it takes long, and a copy is large
        evidence = str(copies / "evidence")
        asked = ("--linux", str(tree), "--no-cache", "--engines", "z3", "--evidence", evidence)
        yield Subject(f"{tree.name}, evidence", (*shapes, *asked), 15.0)
        yield Subject(f"{tree.name}, checked", (python, "-m", "proofs.check", evidence), 1.0)
        copy = copied(tree, copies / tree.name)
        listing = (python, "-m", "proofs.run", "--linux", str(copy), "--list")
        yield Subject(f"{tree.name}, read patched", listing, patched=copy)


def _evidence(shapes: tuple[str, ...], python: str, directory: Path) -> Iterator[Subject]:
    """What evidence costs; "again" recalls what an earlier run found, and checks it."""
    some, every = (str(directory / name) for name in ("v6.17", "shapes"))
    yield Subject("merged, evidence", (*shapes, "--shape", "v6.17", "--no-cache", "--evidence", some))
    yield Subject("evidence", (*shapes, "--no-cache", "--engines", "z3", "--evidence", every), 3.0)
    yield Subject("evidence, again", (*shapes, "--evidence", every), 3.0)
    yield Subject("evidence, checked", (python, "-m", "proofs.check", every), 1.0)
    gallina = (python, "-m", "proofs.gallina", "--shape", "v6.17", "--theorem")
    yield Subject("a theorem in Coq", (*gallina, "memory_is_mapped_cacheable"), 10.0)
    yield Subject("the slowest in Coq", (*gallina, "guests_see_what_the_host_maps_*"), 10.0)
    yield Subject("adequacy", (*shapes, "--adequacy", "--no-cache"))


def copied(tree: Path, to: Path) -> Path:
    """A copy of what is read of a tree."""
    for part in READ:
        if (tree / part).is_dir():
            shutil.copytree(tree / part, to / part, symlinks=True, ignore=shutil.ignore_patterns("boot"))
    shutil.copy(tree / "Makefile", to / "Makefile")
    return to


def change(tree: Path) -> None:
    """Put one more empty statement at the head of a function, so that no earlier run has read it.

    Raises ValueError for a tree without that function.
    """
    file, head = tree / CHANGED[0], CHANGED[1]
    data = file.read_bytes()
    found = head.search(data)
    if found is None:
        raise ValueError(f"{file} has no function user_mem_abort(), which is to be changed.")
    file.write_bytes(data[: found.end()] + b" ;" + data[found.end() :])


def measure(subject: Subject, environment: Mapping[str, str]) -> Measured:
    """One run of the command in a process of its own."""
    if subject.patched is not None:
        change(subject.patched)
    with tempfile.TemporaryDirectory() as empty:
        settings = {**environment, **({"XDG_CACHE_HOME": empty} if subject.cold else {})}
        before = time.perf_counter()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(subject.command, stdout=said, stderr=subprocess.DEVNULL, env=settings)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - before
            said.seek(0)
            theorems = ASKED.findall(said.read())
        process.returncode = os.waitstatus_to_exitcode(status)
        last = int(theorems[-1]) if theorems else 0
        return Measured(seconds, usage.ru_maxrss / 1024, process.returncode, last)


def rows(runs: Mapping[Subject, Sequence[Measured]]) -> Iterator[str]:
    """The table: medians, and the ratio to the first row's median; and how many theorems were decided of
    mutants in a second."""
    yield f"{'command':<20} {'ratio':>7} {'median s':>9} {'min s':>7} {'max s':>7} {'MB':>5} {'bound s':>8} exit"
    base = 0.0
    for subject, measured in runs.items():
        seconds = [m.seconds for m in measured]
        base = base or median(seconds)
        bound = f"{subject.bound:.1f}" if subject.bound else "-"
        codes = ",".join(sorted({str(m.code) for m in measured}))
        yield (
            f"{subject.name:<20} {median(seconds) / base:>7.1f} {median(seconds):>9.2f} {min(seconds):>7.2f} "
            f"{max(seconds):>7.2f} {max(m.megabytes for m in measured):>5.0f} {bound:>8} {codes}"
        )
    for subject, measured in runs.items():
        each = median(m.theorems / m.seconds for m in measured)
        if each:
            told = f"{measured[0].theorems} theorems asked of mutants, {each:.0f} a second"
            yield f"{subject.name}: {told}; {each * base:.0f} in the time of {BASE}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    door = argparse.ArgumentParser(prog="python -m proofs.bench", description="Measure the doors, as ratios.")
    door.add_argument(
        "-n", type=int, default=5, metavar="RUNS", help="runs of each command (default: %(default)s)"
    )
    door.add_argument(
        "--kernels", type=Path, default=Path(".kernels"), metavar="DIR", help="where the trees are"
    )
    options = door.parse_args(arguments)
    if options.n < 1:
        door.error(f"-n {options.n}: at least one run of each command is needed.")
    trees = sorted(p for p in options.kernels.glob("*") if (p / "arch" / "arm64").is_dir())
    if not trees:
        print(f"No kernel tree in {options.kernels}; `make kernels` fetches some.", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory() as copies:
            runs = _runs(list(subjects(trees, Path(copies))), options.n)
    except (OSError, ValueError) as error:
        print(f"python -m proofs.bench: error: {error}", file=sys.stderr)
        return 3
    print("\n".join(rows(runs)))
    return 0 if trees else 3


def _runs(asked: Sequence[Subject], count: int) -> dict[Subject, list[Measured]]:
    """The runs of each command, in turn with the others."""
    runs: dict[Subject, list[Measured]] = {subject: [] for subject in asked}
    for turn in range(count + 1):
        for subject in asked:
            measured = measure(subject, os.environ)
            if turn:  # the first round only warms the caches
                runs[subject].append(measured)
    return runs


if __name__ == "__main__":
    sys.exit(main())
