# SPDX-License-Identifier: GPL-2.0-only
"""A target and its procedure compiled by GCC into one program, which compares them on inputs.

Trusted: GCC with these flags, which give x86-64 the integers of arm64, and locals that are not set the
value 0, as the procedure's have here.

GCC of the host is enough, and no emulator is needed: no assembly is reached in any target, for what is
written in it has a contract.  Both machines have little-endian words, 64-bit long and pointers (LP64)
and the same sizes of integers.  char is signed on x86-64 and unsigned on arm64 (-funsigned-char); the
kernel lets signed arithmetic wrap (-fwrapv); shifts beyond the width differ between the machines, and
such inputs are left out and counted.  Where members lie in memory is not looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from model.program.interpreter import Inputs
from model.source.kernel import Kernel
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.harness import Harness, generate_harness

FLAGS = (
    "-std=gnu11", "-w", "-O1", "-fwrapv", "-funsigned-char", "-fno-strict-aliasing", "-fno-builtin",
    "-fno-delete-null-pointer-checks", "-ftrivial-auto-var-init=zero", "-fsanitize=shift-exponent,null",
    "-fsanitize-undefined-trap-on-error", "-Werror=implicit-function-declaration",
)  # fmt: skip
_COMPILING, _RUNNING = 120, 300
#: What GCC says of a name that it does not know, in the C locale.
_MISSING = (
    (re.compile(r"'(\w+)' undeclared"), ""),
    (re.compile(r"implicit declaration of function '(\w+)'"), ""),
    (re.compile(r"unknown type name '(\w+)'"), ""),
    (re.compile(r"has no member named '(\w+)'"), "."),
)


class MissingNames(Unprintable):
    """GCC misses these names (members with a dot in front), which may be in the tree."""

    def __init__(self, message: str, names: Sequence[str]):
        super().__init__(message)
        self.names = tuple(names)


class NoCompiler(Exception):  # noqa: N818  # it is an answer, not a fault of the program
    """There is no GCC to compile with."""


@dataclass(frozen=True)
class SideOutcome:
    """The behaviour of one side: the last values of the observed places, the events, and what went wrong."""

    values: Mapping[str, int]
    events: tuple[str, ...]
    trouble: str = ""


@dataclass(frozen=True)
class ComparedInput:
    """A given input, and whether both sides did the same ("alike", "differs", "not compared");
    ``inputs`` are its values with pointers as the addresses of the objects here."""

    verdict: str
    inputs: Mapping[str, int]
    compiled: SideOutcome
    procedure: SideOutcome


@dataclass(frozen=True)
class InputComparison:
    """The number of inputs that were compared, and the first on which the sides differ, if any.

    ``counts`` says how many inputs were left out and why (a null pointer that is followed, an
    undefined shift, a loop without an end in sight, a
    difference behind a loop that asks for more answers than the procedure has names for), and in
    how many compared runs the host ``stopped``; ``untaken`` are the numbers of branches that no
    input took, two for each ``if`` of the procedure; ``tied`` if repeated calls answered alike.
    """

    compared: int
    inputs: Mapping[str, int] = field(default_factory=dict)
    compiled: SideOutcome | None = None
    procedure: SideOutcome | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    untaken: tuple[int, ...] = ()
    tied: bool = False
    vectors: tuple[ComparedInput, ...] = ()
    made: int = 0  # how many of the inputs a solver made

    @property
    def agrees(self) -> bool:
        """Whether no input was found on which the sides differ."""
        return self.compiled is None and all(v.verdict != "differs" for v in self.vectors)


@dataclass(frozen=True)
class Program:
    """A compiled harness in a folder of its own."""

    path: Path
    harness: Harness

    def compare_random(self, count: int, seed: int, near: Sequence[Inputs] = ()) -> InputComparison:
        """Compare on random inputs, many of them near given ones; if that fails where calls repeat,
        with calls that answer alike."""
        text = "".join(self._write_input(v) for v in near)
        found = self._execute(["random", str(count), str(seed)], text)
        if not found.agrees and any("#" in name for name in self.harness.interface.inputs):
            tied = self._execute(["random", str(count), str(seed), "tied"], text)
            return tied if tied.agrees else found
        return found

    def compare_inputs(self, vectors: Sequence[Inputs]) -> InputComparison:
        """Compare on these inputs."""
        return self._execute(["given"], "".join(self._write_input(v) for v in vectors))

    def _write_input(self, vector: Inputs) -> str:
        functions = list(self.harness.interface.functions)
        known = [
            f"f {functions.index(text):x} {len(given):x} {' '.join(f'{a:x}' for a in given)} {value:x}\n"
            for (text, given), value in vector.functions.items()
            if text in functions
        ]
        loose = dict.fromkeys(self.harness.pointers, 1)  # any object: what is not said may be anything
        words = " ".join(
            f"{int(vector.names.get(t, loose.get(t, 0))):x}" for t in self.harness.interface.inputs
        )
        return "".join(known) + f"v {words}\n"

    def _execute(self, arguments: list[str], text: str = "") -> InputComparison:
        try:
            done = subprocess.run(
                [str(self.path), *arguments],
                input=text,
                capture_output=True,
                text=True,
                timeout=_RUNNING,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unprintable(f"the compiled C did not end within {_RUNNING} seconds") from None
        if done.returncode not in (0, 1):
            raise Unprintable(f"the compiled C ended with {done.returncode}: {done.stderr[:200]}")
        return _parse_output(done.stdout, "tied" in arguments)


def compile_harness(made: Harness, folder: Path, procedure: Path | None = None) -> Program:
    """Compile a harness; ``procedure`` is the object file of one whose procedure and program are the same.

    Raises NoCompiler where there is no gcc, and Unprintable for what it refuses.
    """
    gcc = shutil.which("gcc")
    if gcc is None:
        raise NoCompiler("There is no gcc on the PATH: install it (Debian: apt-get install gcc).")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"compiled": made.compiled}
    if procedure is None:
        texts |= {"procedure": made.procedure, "program": made.program}
        procedure = folder
    for name, text in texts.items():
        (folder / f"{name}.c").write_text(text)
        _run_gcc([gcc, *FLAGS, "-c", "-o", f"{folder / name}.o", f"{folder / name}.c"])
    path = folder / "crosscheck"
    parts = [f"{folder}/compiled.o", f"{procedure}/procedure.o", f"{procedure}/program.o"]
    _run_gcc([gcc, "-o", str(path), *parts])
    return Program(path, made)


def _run_gcc(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_COMPILING,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired:
        raise Unprintable(f"gcc did not end within {_COMPILING} seconds") from None
    if done.returncode:
        signs = (" error: ", ": undefined reference ")
        messages = [line.partition(s)[2] for line in done.stderr.splitlines() for s in signs if s in line]
        sentence = f"gcc refuses what was cut out: {(messages or [done.stderr.strip()[-200:]])[0]}"
        names = [prefix + name for pattern, prefix in _MISSING for name in pattern.findall(done.stderr)]
        raise MissingNames(sentence, list(dict.fromkeys(names))) if names else Unprintable(sentence)


def _parse_output(printed: str, tied: bool) -> InputComparison:
    """The comparison that the program printed."""
    inputs: dict[str, int] = {}
    counts: dict[str, int] = {}
    untaken: list[int] = []
    vectors: list[ComparedInput] = []
    sides = {"compiled": _SideLines(), "procedure": _SideLines()}
    verdict, differs = "", False
    given: dict[str, int] = {}
    for line in printed.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "input":
            text, _, value = rest.rpartition(" = ")
            inputs[text] = int(value, 0)
            differs = True
        elif kind in sides:
            sides[kind].take(rest)
        elif kind == "vector":
            verdict, sides, given = rest, {"compiled": _SideLines(), "procedure": _SideLines()}, {}
        elif kind == "given":
            text, _, value = rest.rpartition(" = ")
            given[text] = int(value, 0)
        elif kind == "end":
            vectors.append(
                ComparedInput(verdict, given, sides["compiled"].outcome, sides["procedure"].outcome)
            )
        elif kind == "untaken":
            untaken.append(int(rest))
        elif kind == "fault":
            what, _, number = rest.rpartition(": ")
            counts[what] = int(number)
        elif kind in ("compared", "stopped", "endless", "repeated"):
            counts[kind] = int(rest)
    compared = counts.pop("compared", 0)
    one, two = (sides[side].outcome if differs else None for side in ("compiled", "procedure"))
    return InputComparison(compared, inputs, one, two, counts, tuple(untaken), tied, tuple(vectors))


@dataclass
class _SideLines:
    values: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    trouble: str = ""

    def take(self, line: str) -> None:
        kind, _, rest = line.partition(" ")
        if kind == "value":
            text, _, value = rest.rpartition(" = ")
            self.values[text] = int(value, 0)
        elif kind == "event":
            self.events.append(rest)
        elif kind == "trouble":
            self.trouble = rest

    @property
    def outcome(self) -> SideOutcome:
        return SideOutcome(dict(self.values), tuple(self.events), self.trouble)


_ROUNDS = 8


def compile_target(
    kernel: Kernel, folder: Path, replaced: Mapping[str, bytes] | None = None, more: str = ""
) -> Program:
    """Compile a target and its procedure; ``replaced`` gives functions another text than the tree's.

    Raises NoCompiler where there is no gcc, and Unprintable for what it refuses for good.
    """
    for _ in range(_ROUNDS):
        made = generate_harness(kernel, replaced, more)
        try:
            return compile_harness(replace(made, asked=more), folder)
        except MissingNames as error:
            if all(each in more.split() for each in error.names):
                raise
            more = " ".join([more, *error.names])
    return compile_harness(generate_harness(kernel, replaced, more), folder)
