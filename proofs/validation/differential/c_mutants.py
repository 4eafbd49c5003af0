# SPDX-License-Identifier: GPL-2.0-only
"""Mutation testing of the differential test: mutants of the C of a target.

The C of a mutant is compared with the procedure of the tree's own C, which must detect every change of
behaviour, and with the procedure that is read from the mutant, which must agree.  A mutant that is not detected
is decided by proof: it is equivalent, or missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from model.logic import FALSE, Term, disj, negate, same
from model.program import symbolic
from model.program.interpreter import Inputs
from model.program.procedure import Procedure
from model.source.errors import Unsupported
from model.source.index.definitions import Definition
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import Target
from model.source.trees.tree import overlay
from model.source.types.syntax import Node, Text, children, text_of
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.harness import Harness, generate_harness
from proofs.validation.differential.compare import Reader, compare_on_inputs
from proofs.validation.differential.program import InputComparison, Program, compile_harness, compile_target
from proofs.validation.differential.solver_inputs import solve_inputs

_SWAPS = {
    "&&": "||", "||": "&&", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "&": "|", "|": "&", "+": "-", "-": "+", "<<": ">>", ">>": "<<",
}  # fmt: skip

#: Of the mutants that are detected, one in so many is read and compared with its own procedure.
_ONE_IN = 4


@dataclass(frozen=True)
class CMutant:
    """One mutation: bytes ``start`` to ``end`` of a function's text become ``new``."""

    function: str
    line: int
    start: int
    end: int
    new: bytes
    says: str

    def __str__(self) -> str:
        return f"{self.function}() line {self.line}: {self.says}"


@dataclass
class MutantCounts:
    """The mutants of one target, counted by outcome.

    ``detected`` by random inputs, ``by_solver`` only on an input that the solver made for this
    mutant, ``faulting`` are those whose C agrees where it is compared, but faults or never ends on
    many more inputs, ``equal`` are proved to do the same, ``stillborn`` are those that GCC refuses.
    """

    target: str
    made: int = 0
    detected: int = 0
    by_solver: int = 0
    faulting: int = 0
    equal: int = 0
    undecided: int = 0
    stillborn: int = 0
    agree: int = 0
    unread: int = 0
    missed: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)


def c_mutants(kernel: Kernel) -> Iterator[CMutant]:
    """Every mutant of the functions that were read."""
    front = kernel.lowered.front
    for function in dict.fromkeys([kernel.function, *(e.what for e in kernel.ledger if e.how == "inlined")]):
        found = front.view.function(function)
        if found is None:
            continue
        text = Text(front.view.compile_text(found).text, found.file, found.line)
        body = front.types.parser.function(text).child_by_field_name("body")
        for node in _walk(body):
            for start, end, new, says in _edits(node):
                yield CMutant(function, text.line_of(node), start, end, new.encode(), says)


def _walk(node: Node | None) -> Iterator[Node]:
    waiting = [node] if node is not None else []
    while waiting:
        part = waiting.pop()
        yield part
        waiting += reversed(part.named_children)


def _edits(node: Node) -> Iterator[tuple[int, int, str, str]]:
    """The mutations at one node: from, to, new text, and a description."""
    shown = " ".join(text_of(node).split())[:60]
    match node.type:
        case "expression_statement" | "if_statement":
            yield node.start_byte, node.end_byte, ";", f"without `{shown}`"
        case "number_literal":
            yield node.start_byte, node.end_byte, f"({text_of(node)} + 1)", f"{shown} + 1 for {shown}"
        case "true" | "false":
            other = "false" if node.type == "true" else "true"
            yield node.start_byte, node.end_byte, other, f"{other} for {shown}"
        case "call_expression":
            listed = node.child_by_field_name("arguments")
            given = children(listed) if listed is not None else []
            if len(given) > 1:
                a, b = given[0], given[1]
                first, second = text_of(a), text_of(b)
                yield a.start_byte, b.end_byte, f"{second}, {first}", f"two arguments swapped in `{shown}`"
    if node.type == "if_statement":
        test = node.child_by_field_name("condition")
        if test is not None:
            yield test.start_byte, test.end_byte, f"(!{text_of(test)})", f"if (!{text_of(test)[:60]})"
    operator = node.child_by_field_name("operator")
    if node.type == "binary_expression" and operator is not None and text_of(operator) in _SWAPS:
        new = _SWAPS[text_of(operator)]
        yield operator.start_byte, operator.end_byte, new, f"{new} in `{shown}`"


def try_mutants(
    reader: Reader, targets: Sequence[Target], most: int, count: int, seed: int, folder: Path
) -> Iterator[MutantCounts]:
    """Try about ``most`` mutants, as many of each target that can be compared."""
    kernels = [kernel for target in targets if (kernel := _kernel(reader, target)) is not None]
    for kernel in kernels:
        place = folder / f"{kernel.function} itself"
        try:
            run = compile_target(kernel, place)
            near = compare_on_inputs(run, kernel, count, seed)[1]
            first = run.compare_random(count, seed, near)  # exactly what every mutant is given
        except Unprintable:
            continue
        found = list(c_mutants(kernel))
        Random(seed).shuffle(found)
        trial = _Trial(reader, kernel.target, kernel, run.harness, first, near, place, count, seed)
        yield trial.run(found, -(-most // len(kernels)))


def _kernel(reader: Reader, target: Target) -> Kernel | None:
    try:
        return reader.kernel(target)
    except (NoEffect, Unsupported):
        return None


@dataclass
class _Trial:
    reader: Reader
    target: Target
    kernel: Kernel
    original: Harness
    first: InputComparison
    near: list[Inputs]
    place: Path
    count: int
    seed: int

    def run(self, found: Sequence[CMutant], most: int) -> MutantCounts:
        """The mutants one after the other, until there were enough that GCC accepts."""
        counts = MutantCounts(self.kernel.function)
        for mutant in found:
            if counts.made == most:
                break
            self._try(mutant, counts)
        return counts

    def _try(self, mutant: CMutant, counts: MutantCounts) -> None:
        definition = self.kernel.lowered.front.view.function(mutant.function)
        assert definition is not None
        text = self.kernel.lowered.front.view.compile_text(definition).text
        changed = text[: mutant.start] + mutant.new + text[mutant.end :]
        folder = self.place.parent / "mutant"
        try:
            made = replace(self.original, compiled=self._compile_text({mutant.function: changed}))
            run = compile_harness(made, folder, self.place)
            against = run.compare_random(self.count, self.seed, self.near)
        except Unprintable:
            counts.stillborn += 1
            return
        counts.made += 1
        if not against.agrees and counts.made % _ONE_IN:
            counts.detected += 1
            return
        own = self._lower_mutant(mutant, definition)
        if not against.agrees:
            counts.detected += 1
        elif self._faults_more(against):
            counts.faulting += 1
        elif own is None:
            counts.undecided += 1
        else:
            self._decide(mutant, own.procedure, run, counts)
        self._compare_own(own, mutant, folder, counts)

    def _compile_text(self, replaced: dict[str, bytes]) -> str:
        """The compiled C with functions changed."""
        return generate_harness(self.kernel, replaced, self.original.asked).compiled

    def _faults_more(self, against: InputComparison) -> bool:
        """Whether the mutant follows bad pointers, or does not end, far more often than the tree's C."""
        left_out = {w: n for w, n in self.first.counts.items() if w not in ("stopped", "repeated")}
        return against.compared < self.first.compared or any(
            against.counts[what] > 2 * number + 100 for what, number in left_out.items()
        )

    def _lower_mutant(self, mutant: CMutant, definition: Definition) -> Kernel | None:
        """The mutant, lowered; None where it has no lowering."""
        data = self.reader.tree.read(definition.file)
        at = definition.start
        changed = data[: at + mutant.start] + mutant.new + data[at + mutant.end :]
        tree = overlay(self.reader.tree, {definition.file: changed})
        try:
            return read(
                tree, self.reader.index.rebuild(tree), Profile.builtin(self.reader.pages), self.reader.pages,
                self.kernel.procedure.name, self.target,
            )  # fmt: skip
        except (Unsupported, NoEffect):
            return None

    def _compare_own(self, own: Kernel | None, mutant: CMutant, folder: Path, counts: MutantCounts) -> None:
        """Compare the mutant's C with the mutant's own procedure."""
        try:
            if own is None:
                raise Unprintable("it has no lowering")
            found = compile_target(own, folder, more=self.original.asked).compare_random(
                self.count, self.seed
            )
        except Unprintable:
            counts.unread += 1
            return
        if found.agrees:
            counts.agree += 1
        else:
            counts.differ.append(f"differs from its own procedure: {mutant}")

    def _decide(self, mutant: CMutant, other: Procedure, run: Program, counts: MutantCounts) -> None:
        """Decide a mutant that no random input detects: equivalent, or detected on an input of the solver."""
        one, two = (self._final_terms(p) for p in (self.kernel.procedure, other))
        for path in (
            one.keys() ^ two.keys()
        ):  # a effect that only one of them has is never called in the other
            if path.endswith((".called", ".again")):
                one.setdefault(path, FALSE)
                two.setdefault(path, FALSE)
            else:
                one.pop(path, None)
        common = {path for path in one.keys() & two.keys() if one[path].sort == two[path].sort}
        differ = disj(FALSE, *(negate(same(one[path], two[path])) for path in sorted(common)))
        found = next(iter(solve_inputs([differ], self.original.pointers)))
        if found is None and common == one.keys() == two.keys():
            counts.equal += 1
        elif found is not None and not run.compare_inputs([found]).agrees:
            counts.by_solver += 1
        elif found is not None and not run.compare_inputs([found]).compared:
            counts.faulting += 1  # on the very input on which the procedures differ
        else:
            counts.missed.append(f"missed: {mutant}")

    def _final_terms(self, procedure: Procedure) -> dict[str, Term]:
        """The final values of what is compared, as terms."""
        run = symbolic.run(procedure)
        interface = self.original.interface
        paths = [p for p in interface.observed if p not in self.original.uncompared and p in procedure.places]
        paths += [
            f"{effect}.{part}"
            for effect in interface.effects
            if effect not in self.original.uncompared
            for part in (*interface.arguments[effect], "called", "again")
        ]
        return {path: run.places[path] for path in paths if path in run.places}
