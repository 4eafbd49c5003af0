# SPDX-License-Identifier: GPL-2.0-only
"""Damages the real files of a tree and reads all targets: `python -m tests.fuzz.fuzz_tree PATH --seconds N`.

Not part of the test suite.  Each case changes one file in one place and is one of these:

* inside: a token of a definition that a target reads.  If nothing comes out different and the syntax
  around the token does not say why, the case is told as "silent";
* outside: a token in the body of a function that no target reads.  No target may come out different;
* damage: odd bytes or lines near what a target reads, or anywhere in such a file.

Whatever is read must be a procedure, "no sink" or "unsupported" with file and line, twice the same,
and within LONGEST seconds.  A case is repeated with `--case N` and the same seed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
import traceback
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from random import Random

from model.cache import default_directory
from model.source.index.definitions import Definition, FunctionText
from model.source.index.index import Index
from model.source.index.scan import FUNCTION
from model.source.targets.functions import TARGETS
from model.source.targets.target import Target
from model.source.trees.tree import Tree
from tests.fuzz.fuzz_explain import explain_change
from tests.fuzz.fuzz_reading import Outcome, Reader, read_definitions
from tests.support.c.c_mutate import Change, mutate_bytes, mutate_line, mutate_token, tokens_of

LONGEST = 20.0
"""Seconds that one case may take."""


@dataclass
class Fuzzer:
    """The targets of a tree as they are, and cases that change it."""

    reader: Reader
    seed: int
    targets: list[Target] = field(default_factory=list)
    before: dict[str, Outcome] = field(default_factory=dict)
    parts: dict[str, list[Definition]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for target in TARGETS:
            outcome = self.reader.outcome(target)
            self.before[target.name] = outcome
            if outcome.kernel is not None:
                self.targets.append(target)
                self.parts[target.name] = [p for p in read_definitions(outcome.kernel) if p.end > p.start]

    def case(self, number: int) -> Iterator[str]:
        """Run one case; first what it is, then each thing that is wrong with it."""
        random = Random(f"{self.seed}:{number}")
        kind = random.choice(("inside", "inside", "inside", "outside", "damage", "damage"))
        target = random.choice(self.targets)
        if kind == "outside":
            yield from self._outside(random, target)
        elif kind == "inside":
            yield from self._inside(random, target)
        else:
            yield from self._damage(random, target)

    def _part(self, random: Random, target: Target) -> Definition:
        parts = self.parts[target.name]
        functions = [p for p in parts if isinstance(p, FunctionText)]
        return random.choice(functions if functions and random.randrange(4) else parts)

    def _inside(self, random: Random, target: Target) -> Iterator[str]:
        part = self._part(random, target)
        data = self.reader.tree.read(part.file)
        tokens = tokens_of(data, part.start, part.end) or tokens_of(data)
        change = mutate_token(random, data, tokens)
        yield f"inside {target.name}: {render_change(data, part, change)}"
        new = change.apply_to(data)
        outcome = yield from self._twice(random, target, part.file, new)
        kernel = self.before[target.name].kernel
        if outcome.bare == self.before[target.name].bare and kernel is not None:
            why = explain_change(kernel, part, change)
            yield f"= {why}" if why else "silent"
        else:
            yield f"= {outcome.kind}"

    def _outside(self, random: Random, target: Target) -> Iterator[str]:
        file = target.file
        data = self.reader.tree.read(file)
        kernel = self.before[target.name].kernel
        assert kernel is not None
        source = kernel.lowered.front.view.headers.open_file(file)
        read = [p for parts in self.parts.values() for p in parts if p.file == file]
        bodies = [
            r
            for r in source.scan.records
            if r.kind == FUNCTION and not any(p.start < r.end and r.start < p.end for p in read)
        ]
        if not bodies:
            yield "outside: nothing"
            return
        body = random.choice(bodies)
        inside = tokens_of(data, data.index(b"{", body.start) + 1, body.end - 1)
        if len([t for t in inside if t.text[:1].isalnum()]) < 2:
            yield "outside: nothing"
            return
        change = mutate_token(random, data, inside, balanced=True)
        old = data[change.start : change.end]
        yield f"outside {target.name}: in {body.name}: {old!r} -> {change.new!r} at {change.start}"
        for other in self.targets:
            if other.file == file:
                outcome = self.reader.outcome(other, file, change.apply_to(data))
                if outcome.bare != self.before[other.name].bare:
                    yield f"! {other.name} came out different: {outcome.kind} {outcome.told}"

    def _damage(self, random: Random, target: Target) -> Iterator[str]:
        part = self._part(random, target)
        data = self.reader.tree.read(part.file)
        start, end = (part.start, part.end) if random.randrange(3) else (0, len(data))
        new = data
        changes: list[Change] = []
        for _ in range(random.choice((1, 1, 2, 5))):
            change = random.choice((mutate_bytes, mutate_bytes, mutate_line))(
                random, new, min(start, len(new)), min(end, len(new))
            )
            new, changes = change.apply_to(new), [*changes, change]
        if random.randrange(12) == 0:
            new = new[: random.randint(start, max(start, end))]
        shown = ", ".join(f"{c.start}-{c.end} -> {c.new[:40]!r}" for c in changes)
        yield f"damage {target.name}: {part.file} {part.name}: {shown}"
        outcome = yield from self._twice(random, target, part.file, new)
        yield f"= {outcome.kind}"

    def _twice(self, random: Random, target: Target, file: str, data: bytes) -> Generator[str, None, Outcome]:
        outcome = self.reader.outcome(target, file, data)
        if random.randrange(20) == 0:
            again = self.reader.outcome(target, file, data, whole=True)
            if (again.kind, again.bare, again.told) != (outcome.kind, outcome.bare, outcome.told):
                yield f"! read again it is different: {outcome.kind} {outcome.told} / {again.kind} {again.told}"
        return outcome


def render_change(data: bytes, part: Definition, change: Change) -> str:
    line = data.count(b"\n", 0, change.start) + 1
    begin, end = data.rfind(b"\n", 0, change.start) + 1, data.find(b"\n", change.end)
    return (f"{part.file}:{line} in {part.name}: {data[change.start:change.end]!r} -> {change.new!r}"
            f" in `{data[begin:end].strip().decode(errors='replace')[:90]}`")  # fmt: skip


def work(path: str, pages: str, seed: int, first: int, stop: float, only: bool, to: Connection) -> None:
    """Run cases until the time is over, telling each before and after it."""
    tree = Tree.open(path)
    fuzzer = Fuzzer(Reader(tree, Index.build(tree, default_directory()), pages), seed)
    number = first
    while time.monotonic() < stop:
        to.send((number, "begun", ""))
        try:
            for said in fuzzer.case(number):
                to.send((number, "said", said))
        except Exception:  # whatever it is, it is what this looks for
            to.send((number, "said", "! " + traceback.format_exc()))
        number += 1
        if only:
            break
    to.send((number, "over", ""))


@dataclass
class Reporter:
    """What the cases said: how often each reason, and what is to be looked at."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, None] = field(default_factory=dict)
    case: str = ""

    def hear(self, number: int, what: str, text: str) -> None:
        if what == "begun":
            self.case = ""
        elif not self.case:
            self.case = text
        elif text.startswith("="):
            self.counts[text[2:]] += 1
        if text.startswith("!") or text == "silent":
            self.complain(number, text)

    def complain(self, number: int, text: str) -> None:
        """Print a case that went wrong, once for each way of going wrong."""
        key = text.splitlines()[-1][:90] if text != "silent" else self.case.partition(": ")[2]
        self.counts[text.splitlines()[0][:40]] += 1
        if key not in self.wrong:
            self.wrong[key] = None
            print(f"case {number}: {self.case}\n    {text}", flush=True)


def run(path: str, pages: str, seconds: float, seed: int, case: int | None) -> int:
    """Run cases in a process of their own; how many ways there were to go wrong."""
    stop, number, told_of = time.monotonic() + seconds, case or 0, Reporter()
    while True:
        here, there = multiprocessing.Pipe()
        worker = multiprocessing.Process(
            target=work, args=(path, pages, seed, number, stop, case is not None, there)
        )
        worker.start()
        there.close()
        number, ended = follow(here, number, told_of)
        worker.kill()
        worker.join()
        if not ended:
            break
        told_of.complain(number, ended)
        number += 1
    for why, times in told_of.counts.most_common():
        print(f"{times:6} {why}")
    print(f"{number} cases, {len(told_of.wrong)} to be looked at")
    return len(told_of.wrong)


def follow(worker: Connection, first: int, told_of: Reporter) -> tuple[int, str]:
    """Hear a worker out: the case that it came to, and why it ended too early ("" if it did not)."""
    number = first
    while True:
        try:
            if not worker.poll(LONGEST + 60 * (number == first)):  # the first case reads the tree, too
                return number, "! it takes too long"
            number, what, text = worker.recv()
        except EOFError:
            return number, "! the process ended"
        if what == "over":
            return number, ""
        told_of.hear(number, what, text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", default="4K")
    parser.add_argument("--case", type=int)
    options = parser.parse_args()
    sys.exit(min(run(options.path, options.pages, options.seconds, options.seed, options.case), 1))
