# SPDX-License-Identifier: GPL-2.0-only
"""Does the compiled C do on a witness what the interpreter says the procedure does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from model.interpreter import Inputs, Run, interpret
from model.procedure import Procedure, ProcedureError
from model.source.kernel import Kernel
from proofs.compiled.harness import Harness, harness
from proofs.compiled.procedure import ARGUMENTS
from proofs.compiled.run import Outcome, Vector, build
from proofs.compiled.terms import Unprintable


@dataclass(frozen=True)
class Confirmed:
    """Whether the compiled C did the same on one witness; else ``why`` not, or why it was not run."""

    holds: bool
    why: str = ""


def confirmed(kernel: Kernel, witnesses: Sequence[Inputs]) -> tuple[Confirmed, ...]:
    """Run the compiled C of a kernel's root on witnesses, and compare with the interpreter's runs.

    A pointer that is not NULL in the witness is the address of an object here.  Raises NoCompiler
    where there is no gcc, and Unprintable where the root cannot be compared at all.
    """
    made = harness(kernel)
    with TemporaryDirectory(prefix="crosscheck-") as folder:
        found = build(made, Path(folder)).given(witnesses)
    if len(found.vectors) != len(witnesses):
        raise Unprintable("the compiled C did not answer on every witness")
    pairs = zip(found.vectors, witnesses, strict=True)
    return tuple(_judged(vector, inputs, kernel.procedure, made) for vector, inputs in pairs)


def _judged(vector: Vector, inputs: Inputs, procedure: Procedure, made: Harness) -> Confirmed:
    if vector.verdict == "not compared":
        return Confirmed(False, "the compiled C follows a bad pointer, shifts too far or does not end there")
    if vector.verdict == "differs":
        return Confirmed(False, f"the compiled C does otherwise{_told(vector.compiled)}")
    try:
        run = interpret(procedure, _zeroed(procedure, inputs))
    except ProcedureError as error:
        return Confirmed(False, str(error))
    for path, value in vector.compiled.values.items():
        if path not in made.apart and run.places.get(path, 0) != value:
            return Confirmed(
                False, f"{path} is {value:#x} in the compiled C, and {run.places.get(path, 0):#x} here"
            )
    return _events(vector.compiled, run, made)


def _zeroed(procedure: Procedure, inputs: Inputs) -> Inputs:
    """The inputs, with what is never set at 0 as the compiled C has it."""
    unset = {f"unset {path}": 0 for path in procedure.places}
    return Inputs({**unset, **inputs.names}, inputs.functions)


def _events(outcome: Outcome, run: Run, made: Harness) -> Confirmed:
    """Whether the same sinks were called with the same numbers."""
    ours = [
        (step.sink, dict(step.arguments)) for step in run.steps if step.sink and step.sink not in made.apart
    ]
    theirs = [e for e in map(_event, outcome.events) if e[0] not in made.apart]
    if [sink for sink, _ in ours] != [sink for sink, _ in theirs]:
        return Confirmed(False, f"the compiled C calls other sinks{_told(outcome)}")
    for (sink, arguments), (_, values) in zip(ours, theirs, strict=True):
        names = list(made.shared.arguments[sink])
        for argument, value in arguments.items():
            if values[names.index(argument)] != value:
                return Confirmed(
                    False, f"{sink}.{argument} is {values[names.index(argument)]:#x} in the compiled C"
                )
    return Confirmed(True)


def _event(line: str) -> tuple[str, list[int]]:
    """A sink and its arguments, as the program prints them."""
    parts = line.rsplit(" ", ARGUMENTS)
    return parts[0], [int(word, 0) for word in parts[1:]]


def _told(outcome: Outcome) -> str:
    return f": {outcome.trouble}" if outcome.trouble else ""
