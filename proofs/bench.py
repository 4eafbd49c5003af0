# SPDX-License-Identifier: GPL-2.0-only
"""Benchmarks of the commands, as ratios to a bare ``import z3`` in the same run: `python -m proofs.bench`

Each command is run several times as a whole process,
in turn with the others, so that a drift of the machine's speed hits all of them; medians are printed.
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

#: What a command says of mutants.
CLAIMS = re.compile(rb"(\d+) claims checked")

#: What is read of a tree, and the function that a patched one has changed.
READ = ("include", "arch/arm64", "drivers/char", "mm", "virt/kvm")
CHANGED = "arch/arm64/kvm/mmu.c", re.compile(rb"\nstatic int user_mem_abort\([^;{]*\{")


@dataclass(frozen=True)
class Measurement:
    """One run of a command: wall-clock seconds, the largest process in megabytes, the exit code, and how many
    claims about mutants it says it checked."""

    seconds: float
    megabytes: float
    code: int
    claims: int = 0


@dataclass(frozen=True)
class BenchCommand:
    """A command to measure; ``cold`` gives it empty caches each time; ``bound`` is the agreed limit
    in seconds on two cores (0 for none).  ``--no-cache`` reads and decides everything and keeps the index
    of headers; without it, a second run looks functions and verdicts up.  ``patched`` is a tree in which a
    function is changed before each run."""

    name: str
    command: tuple[str, ...]
    bound: float = 0.0
    cold: bool = False
    patched: Path | None = None


def list_commands(kernels: Sequence[Path], copies: Path) -> Iterator[BenchCommand]:
    """The commands that are measured; a tree that is patched is copied into a directory."""
    python = sys.executable
    yield BenchCommand(BASE, (python, "-c", "import z3"))
    shapes = (python, "-m", "proofs.run")
    yield BenchCommand("every shape", (*shapes, "--no-cache"), 1.5)
    yield BenchCommand("shapes, again", shapes, 1.0)
    yield BenchCommand("shapes, z3 alone", (*shapes, "--no-cache", "--engines", "z3"))
    yield BenchCommand("v6.17", (*shapes, "--shape", "v6.17", "--no-cache"))
    yield from _evidence(shapes, python, copies)
    mutate = (python, "-m", "proofs.mutate")
    yield BenchCommand("mutants, v6.17", (*mutate, "--shape", "v6.17"), 5.0)
    yield BenchCommand("mutants, every one", (*mutate, "--shape", "v6.17", "--all"))
    yield BenchCommand("every past bug", (python, "-m", "proofs.bugs"), 3.0)
    for tree in kernels:
        run = (python, "-m", "proofs.run", "--linux", str(tree))
        yield BenchCommand(f"{tree.name}, warm", (*run, "--no-cache"), 10.0)
        yield BenchCommand(f"{tree.name}, again", run, 1.0)
        yield BenchCommand(f"{tree.name}, cold", run, 10.0, cold=True)
        yield BenchCommand(f"{tree.name}, read", (*run, "--list", "--no-cache"))
        yield BenchCommand(f"{tree.name}, read again", (*run, "--list"))
        yield BenchCommand(f"{tree.name}, mutants", (*mutate, "--linux", str(tree)), 60.0)
    for tree in kernels[-1:]:  # one, since it takes long, and a copy is large
        evidence = str(copies / "evidence")
        options = ("--linux", str(tree), "--no-cache", "--engines", "z3", "--evidence", evidence)
        yield BenchCommand(f"{tree.name}, evidence", (*shapes, *options), 15.0)
        yield BenchCommand(f"{tree.name}, checked", (python, "-m", "proofs.check", evidence), 1.0)
        copy = copy_tree(tree, copies / tree.name)
        listing = (python, "-m", "proofs.run", "--linux", str(copy), "--list")
        yield BenchCommand(f"{tree.name}, read patched", listing, patched=copy)


def _evidence(shapes: tuple[str, ...], python: str, directory: Path) -> Iterator[BenchCommand]:
    """The commands that make or check evidence; "again" looks certificates of an earlier run up, and checks them."""
    some, every = (str(directory / name) for name in ("v6.17", "shapes"))
    yield BenchCommand("v6.17, evidence", (*shapes, "--shape", "v6.17", "--no-cache", "--evidence", some))
    yield BenchCommand("evidence", (*shapes, "--no-cache", "--engines", "z3", "--evidence", every), 3.0)
    yield BenchCommand("evidence, again", (*shapes, "--evidence", every), 3.0)
    yield BenchCommand("evidence, checked", (python, "-m", "proofs.check", every), 1.0)
    gallina = (python, "-m", "proofs.gallina", "--shape", "v6.17", "--theorem")
    yield BenchCommand("a theorem in Coq", (*gallina, "memory_is_mapped_cacheable"), 10.0)
    yield BenchCommand("the slowest in Coq", (*gallina, "guests_see_what_the_host_maps_*"), 10.0)
    yield BenchCommand("adequacy", (*shapes, "--adequacy", "--no-cache"))


def copy_tree(tree: Path, to: Path) -> Path:
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


def measure(bench: BenchCommand, environment: Mapping[str, str]) -> Measurement:
    """One run of the command in a process of its own."""
    if bench.patched is not None:
        change(bench.patched)
    with tempfile.TemporaryDirectory() as empty:
        settings = {**environment, **({"XDG_CACHE_HOME": empty} if bench.cold else {})}
        before = time.perf_counter()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(bench.command, stdout=output, stderr=subprocess.DEVNULL, env=settings)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - before
            output.seek(0)
            claims = CLAIMS.findall(output.read())
        process.returncode = os.waitstatus_to_exitcode(status)
        last = int(claims[-1]) if claims else 0
        return Measurement(seconds, usage.ru_maxrss / 1024, process.returncode, last)


def render_rows(runs: Mapping[BenchCommand, Sequence[Measurement]]) -> Iterator[str]:
    """The table: medians, and the ratio to the first row's median; and how many claims about mutants
    were checked in a second."""
    yield f"{'command':<20} {'ratio':>7} {'median s':>9} {'min s':>7} {'max s':>7} {'MB':>5} {'bound s':>8} exit"
    base = 0.0
    for bench, measured in runs.items():
        seconds = [m.seconds for m in measured]
        base = base or median(seconds)
        bound = f"{bench.bound:.1f}" if bench.bound else "-"
        codes = ",".join(sorted({str(m.code) for m in measured}))
        yield (
            f"{bench.name:<20} {median(seconds) / base:>7.1f} {median(seconds):>9.2f} {min(seconds):>7.2f} "
            f"{max(seconds):>7.2f} {max(m.megabytes for m in measured):>5.0f} {bound:>8} {codes}"
        )
    for bench, measured in runs.items():
        rate = median(m.claims / m.seconds for m in measured)
        if rate:
            claims = f"{measured[0].claims} claims about mutants, {rate:.0f} a second"
            yield f"{bench.name}: {claims}; {rate * base:.0f} in the time of {BASE}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    command = argparse.ArgumentParser(
        prog="python -m proofs.bench", description="Measure the commands, as ratios."
    )
    command.add_argument(
        "-n", type=int, default=5, metavar="RUNS", help="runs of each command (default: %(default)s)"
    )
    command.add_argument(
        "--kernels", type=Path, default=Path(".kernels"), metavar="DIR", help="where the trees are"
    )
    options = command.parse_args(arguments)
    if options.n < 1:
        command.error(f"-n {options.n}: at least one run of each command is needed.")
    trees = sorted(p for p in options.kernels.glob("*") if (p / "arch" / "arm64").is_dir())
    if not trees:
        print(f"No kernel tree in {options.kernels}; `make kernels` fetches some.", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory() as copies:
            runs = _measure_all(list(list_commands(trees, Path(copies))), options.n)
    except (OSError, ValueError) as error:
        print(f"python -m proofs.bench: error: {error}", file=sys.stderr)
        return 3
    print("\n".join(render_rows(runs)))
    return 0 if trees else 3


def _measure_all(commands: Sequence[BenchCommand], count: int) -> dict[BenchCommand, list[Measurement]]:
    """The runs of each command, in turn with the others."""
    runs: dict[BenchCommand, list[Measurement]] = {bench: [] for bench in commands}
    for turn in range(count + 1):
        for bench in commands:
            measured = measure(bench, os.environ)
            if turn:  # the first round only warms the caches
                runs[bench].append(measured)
    return runs


if __name__ == "__main__":
    sys.exit(main())
