# SPDX-License-Identifier: GPL-2.0-only
"""Confirmation of refuted claims by the compiled C of a kernel.

The witness of the claim becomes the input of the compiled C.  The refutation is confirmed if the C does what
the procedure does, and if what it does refutes the claim.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from model.cache import default_directory
from model.program.interpreter import Inputs, Run, interpret
from model.program.procedure import Procedure, ProcedureError
from model.source.index.index import Index
from model.source.kernel import Kernel
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree
from proofs.claims.claim import Claim, replay
from proofs.claims.fingerprint import Fingerprints
from proofs.claims.kernel.reading import list_profiles, read_all
from proofs.claims.subject import parse_subject
from proofs.theorems.expectation import Verdict
from proofs.validation.differential.cgen.c_procedure import ARGUMENTS
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.harness import Harness
from proofs.validation.differential.program import (
    ComparedInput,
    NoCompiler,
    Program,
    SideOutcome,
    compile_target,
)
from proofs.verdicts.verdict import ClaimVerdict

#: Where the procedure has the locals of functions; in the compiled C they lie on the stack.
_LOCALS = 0xFFFF_8000_0000_0000


@dataclass(frozen=True)
class Confirmation:
    """Whether the compiled C did the same on one witness; else ``why`` not, or why it was not run.

    ``differs`` if it did something else; ``inputs`` is the witness with the addresses of the objects
    that its pointers lead to here.
    """

    holds: bool
    why: str = ""
    differs: bool = False
    inputs: Inputs = field(default_factory=Inputs)


def confirm_witnesses(kernel: Kernel, witnesses: Sequence[Inputs]) -> tuple[Confirmation, ...]:
    """Run the compiled C of a kernel's target on witnesses, and compare with the interpreter's runs.

    A pointer that is not NULL in the witness is the address of an object here.  Raises NoCompiler
    where there is no gcc, and Unprintable where the target cannot be compared at all.
    """
    with TemporaryDirectory(prefix="crosscheck-") as folder:
        run = compile_target(kernel, Path(folder))
        return confirm_with(run, kernel, witnesses)


def confirm_with(run: Program, kernel: Kernel, witnesses: Sequence[Inputs]) -> tuple[Confirmation, ...]:
    """The same with a program that was compiled already."""
    found = run.compare_inputs(witnesses)
    if len(found.vectors) != len(witnesses):
        raise Unprintable("the compiled C did not answer on every witness")
    pairs = zip(found.vectors, witnesses, strict=True)
    return tuple(_confirm(vector, inputs, kernel.procedure, run.harness) for vector, inputs in pairs)


def _confirm(vector: ComparedInput, inputs: Inputs, procedure: Procedure, made: Harness) -> Confirmation:
    if vector.verdict == "not compared":
        return Confirmation(False, f"the compiled C meets {vector.compiled.trouble.lstrip('- ')} there")
    placed = _with_addresses(vector, inputs, made)
    if vector.verdict == "differs":
        return Confirmation(
            False, f"the compiled C does otherwise{_render_trouble(vector.compiled)}", True, placed
        )
    try:
        run = interpret(procedure, _zero_uninitialised(procedure, placed))
    except ProcedureError as error:
        return Confirmation(False, str(error), inputs=placed)
    for path, value in vector.compiled.values.items():
        if path not in made.uncompared and run.places.get(path, 0) != value:
            why = f"{path} is {value:#x} in the compiled C, and {run.places.get(path, 0):#x} here"
            return Confirmation(False, why, True, placed)
    why = _events(vector.compiled, run, made)
    return Confirmation(not why, why, bool(why), placed)


def _with_addresses(vector: ComparedInput, inputs: Inputs, made: Harness) -> Inputs:
    """The witness with the addresses of the objects, for pure functions of these as well."""
    moved = [(inputs.names[p], vector.inputs[p]) for p in made.pointers if inputs.names.get(p)]
    functions = dict(inputs.functions)
    for (function, arguments), value in inputs.functions.items():
        for old, new in moved:
            functions[function, tuple(new if a == old else a for a in arguments)] = value
    return Inputs({**inputs.names, **vector.inputs}, functions)


def _zero_uninitialised(procedure: Procedure, inputs: Inputs) -> Inputs:
    """The inputs, with what is never set at 0 as the compiled C has it."""
    unset = {f"unset {path}": 0 for path in procedure.places}
    return Inputs({**unset, **inputs.names}, inputs.functions)


def _events(outcome: SideOutcome, run: Run, made: Harness) -> str:
    """ "" if the same effects were called with the same numbers, else what is not the same."""
    ours = [
        (step.effect, {a: v for a, v in step.arguments if a in made.interface.arguments[step.effect]})
        for step in run.steps
        if step.effect in made.interface.arguments and step.effect not in made.uncompared
    ]
    theirs = [e for e in map(_event, outcome.events) if e[0] not in made.uncompared]
    if [effect for effect, _ in ours] != [effect for effect, _ in theirs]:
        return f"the compiled C calls other effects{_render_trouble(outcome)}"
    for (effect, arguments), (_, values) in zip(ours, theirs, strict=True):
        names = list(made.interface.arguments[effect])
        for argument, value in arguments.items():
            there = values[names.index(argument)]
            if there != value and not value >= _LOCALS:
                return f"{effect}.{argument} is {there:#x} in the compiled C, and {value:#x} here"
    return ""


def _event(line: str) -> tuple[str, list[int]]:
    """A effect and its arguments, as the program prints them."""
    parts = line.rsplit(" ", ARGUMENTS)
    return parts[0], [int(word, 0) for word in parts[1:]]


def _render_trouble(outcome: SideOutcome) -> str:
    return f": {outcome.trouble}" if outcome.trouble else ""


CONFIRMED = "confirmed by the compiled C"
#: A number that is a plausible width, shift and size.
_SOME = 24


@dataclass(frozen=True)
class WitnessReplay:
    """Whether the compiled C confirms the witness of a claim; ``differs`` if it does not what the procedure does."""

    claim: str
    holds: bool
    why: str = ""
    differs: bool = False

    def __str__(self) -> str:
        return CONFIRMED if self.holds else f"not confirmed: {self.why}"


@dataclass
class CompiledKernels:
    """The functions of a tree, each compiled on first use."""

    kernels: Sequence[Kernel]
    folder: Path
    prints: Fingerprints = field(default_factory=lambda: Fingerprints(""))
    programs: dict[tuple[str, str], Program | str] = field(default_factory=dict)

    def functions_of(self, claim: Claim) -> list[tuple[str, Kernel]] | str:
        """The functions that the claim is about, by its own names of them; or why one is not in the tree."""
        found: list[tuple[str, Kernel]] = []
        for subject, procedure in claim.procedures.items():
            body = self.prints.content(procedure.body)
            fits = [k for k in self.kernels if self.prints.content(k.procedure.body) == body]
            if not fits:
                return "it speaks of a function that is changed, of which there is no C"
            found.append((subject, fits[0]))
        return found

    def program(self, kernel: Kernel) -> Program:
        """The compiled C of a function.  Raises Unprintable if there is none."""
        key = kernel.target.name, kernel.pages
        if key not in self.programs:
            try:
                self.programs[key] = compile_target(kernel, self.folder / "-".join(key))
            except (Unprintable, NoCompiler) as error:
                self.programs[key] = str(error)
        made = self.programs[key]
        if isinstance(made, str):
            raise Unprintable(made)
        return made


def replay_refutations(
    tree: Tree, configurations: Sequence[tuple[str, Profile]], judged: Sequence[ClaimVerdict]
) -> Iterator[WitnessReplay]:
    """Replay the witness of each REFUTED claim about the tree; they must have been examined closely."""
    refuted = [
        each for each in judged if each.verdict is Verdict.REFUTED and parse_subject(each.claim.subject)
    ]
    if not refuted:
        return
    index = Index.build(tree, default_directory())
    kernels = [
        kernel
        for size, profile in configurations
        for kernel in read_all(tree, index, size, profile).values()
        if isinstance(kernel, Kernel)
    ]
    with TemporaryDirectory(prefix="crosscheck-") as folder:
        known = CompiledKernels(kernels, Path(folder))
        for each in refuted:
            yield replay_claim(each, known)


def confirm_tree(
    path: Path, rev: str | None, pages: Sequence[str], config: Path | None, judged: Sequence[ClaimVerdict]
) -> dict[str, str]:
    """Whether each REFUTED claim about the tree at a path is confirmed, as text, by the name of the claim."""
    if shutil.which("gcc") is None:
        return {each.name: "not run: there is no gcc" for each in judged if each.verdict is Verdict.REFUTED}
    tree, configurations = Tree.open(path, rev), list(list_profiles(pages, config))
    return {each.claim: str(each) for each in replay_refutations(tree, configurations, judged)}


def replay_claim(judged: ClaimVerdict, known: CompiledKernels) -> WitnessReplay:
    """Run the compiled C on the witness of one claim."""
    shown = judged.answer.counterexample if judged.answer else None
    if shown is None:
        return WitnessReplay(judged.name, False, "it has no witness")
    functions = known.functions_of(judged.claim)
    if isinstance(functions, str):
        return WitnessReplay(judged.name, False, functions)
    first = judged.obligation.concrete(shown.model)
    found = _replay_on(judged.claim, functions, known, first)
    if found.holds or found.differs:
        return found
    others = (
        _replay_on(judged.claim, functions, known, near) for near in _nearby_inputs(first, functions, known)
    )
    return next((other for other in others if other.holds or other.differs), found)


def _replay_on(
    claim: Claim, functions: Sequence[tuple[str, Kernel]], known: CompiledKernels, inputs: Inputs
) -> WitnessReplay:
    """Run the compiled C on one input."""
    for _, kernel in functions:
        try:
            found = _confirm_kernel(kernel, known, inputs)
        except Unprintable as error:
            return WitnessReplay(claim.name, False, str(error))
        if not found.holds:
            return WitnessReplay(claim.name, False, f"{kernel.function}(): {found.why}", found.differs)
        inputs = replace(found.inputs, names={**inputs.names, **found.inputs.names})
    try:
        again = replay(claim, inputs)
        refutes = all(again.value(each) for each in claim.given) and not again.value(claim.then)
    except ProcedureError as error:
        return WitnessReplay(claim.name, False, str(error))
    return WitnessReplay(claim.name, refutes, "" if refutes else "it depends on where objects lie in memory")


def _confirm_kernel(kernel: Kernel, known: CompiledKernels, inputs: Inputs) -> Confirmation:
    names = {**inputs.names, **kernel.procedure.constants}
    return confirm_with(known.program(kernel), kernel, [Inputs(names, inputs.functions)])[0]


def _nearby_inputs(
    inputs: Inputs, functions: Sequence[tuple[str, Kernel]], known: CompiledKernels
) -> Iterator[Inputs]:
    """The same with an object behind each pointer that the witness says nothing of, and then with a
    number in the place of one that is 0: what the procedure has a value for may be undefined in C."""
    made = [known.programs.get((kernel.target.name, kernel.pages)) for _, kernel in functions]
    pointers = {p for each in made if isinstance(each, Program) for p in each.harness.pointers}
    names = {**inputs.names, **{p: 1 for p in pointers if not inputs.names.get(p)}}
    yield Inputs(names, inputs.functions)
    for _, kernel in functions:
        for text, given in kernel.procedure.inputs.items():
            if given.sort.width > 1 and not names.get(text):
                yield Inputs({**names, text: _SOME}, inputs.functions)
