# SPDX-License-Identifier: GPL-2.0-only
"""Does the compiled C do on a witness what the interpreter says the procedure does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from model.program.interpreter import Inputs, Run, interpret
from model.program.procedure import Procedure, ProcedureError
from model.source.kernel import Kernel
from proofs.validation.differential.asked import program
from proofs.validation.differential.cgen.harness import Harness
from proofs.validation.differential.cgen.procedure import ARGUMENTS
from proofs.validation.differential.cgen.terms import Unprintable
from proofs.validation.differential.program import Outcome, Program, Vector

#: Where the procedure has the locals of functions; in the compiled C they lie on the stack.
_LOCALS = 0xFFFF_8000_0000_0000


@dataclass(frozen=True)
class Confirmed:
    """Whether the compiled C did the same on one witness; else ``why`` not, or why it was not run.

    ``differs`` if it did something else; ``inputs`` is the witness with the addresses of the objects
    that its pointers lead to here.
    """

    holds: bool
    why: str = ""
    differs: bool = False
    inputs: Inputs = field(default_factory=Inputs)


def confirmed(kernel: Kernel, witnesses: Sequence[Inputs]) -> tuple[Confirmed, ...]:
    """Run the compiled C of a kernel's target on witnesses, and compare with the interpreter's runs.

    A pointer that is not NULL in the witness is the address of an object here.  Raises NoCompiler
    where there is no gcc, and Unprintable where the target cannot be compared at all.
    """
    with TemporaryDirectory(prefix="crosscheck-") as folder:
        run = program(kernel, Path(folder))
        return confirmed_by(run, kernel, witnesses)


def confirmed_by(run: Program, kernel: Kernel, witnesses: Sequence[Inputs]) -> tuple[Confirmed, ...]:
    """The same with a program that was compiled already."""
    found = run.given(witnesses)
    if len(found.vectors) != len(witnesses):
        raise Unprintable("the compiled C did not answer on every witness")
    pairs = zip(found.vectors, witnesses, strict=True)
    return tuple(_judged(vector, inputs, kernel.procedure, run.harness) for vector, inputs in pairs)


def _judged(vector: Vector, inputs: Inputs, procedure: Procedure, made: Harness) -> Confirmed:
    if vector.verdict == "not compared":
        return Confirmed(False, f"the compiled C meets {vector.compiled.trouble.lstrip('- ')} there")
    placed = _placed(vector, inputs, made)
    if vector.verdict == "differs":
        return Confirmed(False, f"the compiled C does otherwise{_told(vector.compiled)}", True, placed)
    try:
        run = interpret(procedure, _zeroed(procedure, placed))
    except ProcedureError as error:
        return Confirmed(False, str(error), inputs=placed)
    for path, value in vector.compiled.values.items():
        if path not in made.apart and run.places.get(path, 0) != value:
            why = f"{path} is {value:#x} in the compiled C, and {run.places.get(path, 0):#x} here"
            return Confirmed(False, why, True, placed)
    why = _events(vector.compiled, run, made)
    return Confirmed(not why, why, bool(why), placed)


def _placed(vector: Vector, inputs: Inputs, made: Harness) -> Inputs:
    """The witness with the addresses of the objects, for pure functions of these as well."""
    moved = [(inputs.names[p], vector.inputs[p]) for p in made.pointers if inputs.names.get(p)]
    functions = dict(inputs.functions)
    for (function, arguments), value in inputs.functions.items():
        for old, new in moved:
            functions[function, tuple(new if a == old else a for a in arguments)] = value
    return Inputs({**inputs.names, **vector.inputs}, functions)


def _zeroed(procedure: Procedure, inputs: Inputs) -> Inputs:
    """The inputs, with what is never set at 0 as the compiled C has it."""
    unset = {f"unset {path}": 0 for path in procedure.places}
    return Inputs({**unset, **inputs.names}, inputs.functions)


def _events(outcome: Outcome, run: Run, made: Harness) -> str:
    """ "" if the same sinks were called with the same numbers, else what is not the same."""
    ours = [
        (step.effect, dict(step.arguments))
        for step in run.steps
        if step.effect and step.effect not in made.apart
    ]
    theirs = [e for e in map(_event, outcome.events) if e[0] not in made.apart]
    if [sink for sink, _ in ours] != [sink for sink, _ in theirs]:
        return f"the compiled C calls other sinks{_told(outcome)}"
    for (sink, arguments), (_, values) in zip(ours, theirs, strict=True):
        names = list(made.shared.arguments[sink])
        for argument, value in arguments.items():
            there = values[names.index(argument)]
            if there != value and not value >= _LOCALS:
                return f"{sink}.{argument} is {there:#x} in the compiled C, and {value:#x} here"
    return ""


def _event(line: str) -> tuple[str, list[int]]:
    """A sink and its arguments, as the program prints them."""
    parts = line.rsplit(" ", ARGUMENTS)
    return parts[0], [int(word, 0) for word in parts[1:]]


def _told(outcome: Outcome) -> str:
    return f": {outcome.trouble}" if outcome.trouble else ""
