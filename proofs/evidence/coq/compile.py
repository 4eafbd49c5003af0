# SPDX-License-Identifier: GPL-2.0-only
"""Compiling a text with coqc, and whether its theorem rests on no axiom.

Trusted: Coq's kernel and its virtual machine, and that a text which proves a theorem without axioms prints
just ``CLOSED``.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

#: What ``Print Assumptions`` prints of a theorem that rests on nothing.
CLOSED = "Closed under the global context"

#: The files that every theorem is built on, in the order in which they are compiled.
LIBRARY = ("Words.v", "Check.v", "Packed.v", "Stages.v")

#: Seconds for the library alone.
LIBRARY_SECONDS = 120.0


class CoqError(Exception):
    """The library could not be compiled; the text is a whole sentence."""


@dataclass(frozen=True)
class CompilerResult:
    """Whether the theorem was accepted without axioms; if not, why; ``in_time`` is whether coqc ended."""

    accepted: bool
    why: str = ""
    in_time: bool = True


def find_coqc() -> str | None:
    """The path of the compiler; None if there is none."""
    return shutil.which("coqc")


def read_library() -> Mapping[str, str]:
    """The texts of the library, by file name."""
    folder = files("proofs.evidence.coq").joinpath("library")
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in LIBRARY}


def compile_library(compiler: str, directory: Path) -> None:
    """Compile the library in the directory.  Raises CoqError."""
    for name, text in read_library().items():
        (directory / name).write_text(text, encoding="utf-8")
        said = _run(compiler, directory, name, LIBRARY_SECONDS)
        if not said.accepted and said.why != _NOT_CLOSED:
            raise CoqError(f"coqc does not accept {name}: {said.why}")


_NOT_CLOSED = "the theorem rests on axioms, or prints something else than that it rests on none"


def compile_text(compiler: str, directory: Path, name: str, text: str, seconds: float) -> CompilerResult:
    """What coqc says of the text, in a directory that is prepared."""
    (directory / name).write_text(text, encoding="utf-8")
    return _run(compiler, directory, name, seconds)


def _run(compiler: str, directory: Path, name: str, seconds: float) -> CompilerResult:
    command = [compiler, "-q", "-Q", str(directory), "Stage2", name]
    try:
        done = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return CompilerResult(False, f"coqc did not end within {seconds:g} s", in_time=False)
    if done.returncode != 0:
        return CompilerResult(
            False, " ".join(done.stderr.split())[:300] or f"coqc ended with {done.returncode}"
        )
    closed = done.stdout.strip() == CLOSED
    return CompilerResult(closed, "" if closed else _NOT_CLOSED)
