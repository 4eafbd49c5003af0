# SPDX-License-Identifier: GPL-2.0-only
"""A procedure as a C function over a vector of inputs, and the tables of the program that runs it.

Trusted: nothing; a property test holds it against the interpreter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.logic import Sort, Term, subterms
from model.program.procedure import Block, Call, If, Input, Leave, Procedure, Set, Span, Statement, walk
from model.source.kernel import Kernel
from proofs.validation.differential.cgen.c_terms import TermWriter, Unprintable, mask
from proofs.validation.differential.cgen.memory_layout import MemoryLayout

#: Arguments of one event, and events of one run, that are kept.
ARGUMENTS, EVENTS = 10, 64


@dataclass(frozen=True)
class Interface:
    """What the compiled C and the printed procedure have in common.

    ``inputs`` are the vector's words; ``functions`` the pure functions, with how many arguments
    each takes; ``effects`` the events; ``arguments`` those of each effect by name; ``seen`` are the places
    looked at in the end, the first of which is the returned value if there is one.
    """

    inputs: Mapping[str, Sort]
    functions: Mapping[str, int]
    effects: Sequence[str]
    arguments: Mapping[str, Sequence[str]]
    observed: Sequence[str]

    def index(self, text: str) -> int:
        """The number of an input in the vector."""
        return list(self.inputs).index(text)


def find_interface(procedure: Procedure, seen: Sequence[str], inputs: Mapping[str, Input]) -> Interface:
    """The interface of a procedure, of which these places are looked at."""
    sorts = {text: given.sort for text, given in inputs.items()}
    functions: dict[str, int] = {}
    arguments: dict[str, dict[str, None]] = {}
    for term in (t for root in terms_of(procedure) for t in subterms(root)):
        if term.op == "name":
            sorts.setdefault(str(term.data), term.sort)
        elif term.op == "apply":
            functions[str(term.data)] = len(term.args)
    for statement in walk(procedure.body):
        if isinstance(statement, Call):
            arguments.setdefault(statement.effect, {}).update(
                dict.fromkeys(a for a, _ in statement.arguments)
            )
    if any(len(names) > ARGUMENTS for names in arguments.values()):
        raise Unprintable(f"a effect with more than {ARGUMENTS} arguments")
    return Interface(
        sorts, functions, list(arguments), {s: list(a) for s, a in arguments.items()}, list(seen)
    )


def terms_of(procedure: Procedure) -> list[Term]:
    """Every term that stands in the procedure."""
    found = [p.initial for p in procedure.places.values() if p.initial is not None]
    for statement in walk(procedure.body):
        match statement:
            case Set(_, value) | Leave(_, _, _, Term() as value):
                found.append(value)
            case If(condition):
                found.append(condition)
            case Call(_, arguments):
                found += [t for _, t in arguments]
    return found


def write_procedure(procedure: Procedure, interface: Interface) -> tuple[str, tuple[Span, ...]]:
    """The procedure as the C function ``xc_procedure``, and where each of its branches stands."""
    printer = _ProcedureWriter(procedure, interface)
    return printer.text("xc_procedure"), tuple(printer.branches)


class _ProcedureWriter:
    def __init__(self, procedure: Procedure, interface: Interface):
        self.procedure, self.interface = procedure, interface
        self.places: dict[str, int] = {}
        self.numbers = {text: i for i, text in enumerate(interface.inputs)}
        self.labels = 0
        self.used: set[int] = set()
        self.branches: list[Span] = []

    def text(self, function: str) -> str:
        body = self._body(self.procedure.body, ())
        ends = [f"\to->value[{i}] = {self._place(path)};" for i, path in enumerate(self.interface.observed)]
        starts = [f"\txc_word {self._place(p)} = {v};" for p, v in self._initial()]
        head = f"void {function}(const xc_word *in, struct xc_outcome *o)\n{{"
        return "\n".join([head, *starts, *body, *ends, "}\n"])

    def _initial(self) -> list[tuple[str, str]]:
        """What the places that are used hold at first, each an expression over the inputs."""
        found: list[tuple[str, str]] = []
        for path in list(self.places):
            place = self.procedure.places.get(path)
            terms, value = self._new(), "0"
            if place is not None and place.initial is not None:
                value = terms.write(place.initial)
                if any(t.op == "place" for t in subterms(place.initial)):
                    raise Unprintable(f"{path} begins as what another object holds")
                value = f"({{ {' '.join(terms.lines)} {value}; }})"
            found.append((path, value))
        return found

    def _new(self) -> TermWriter:
        return TermWriter(self._leaf, list(self.interface.functions).index)

    def _place(self, path: str) -> str:
        return f"p{self.places.setdefault(path, len(self.places))}"

    def _leaf(self, term: Term) -> str:
        return self._place(str(term.data)) if term.op == "place" else f"in[{self.numbers[str(term.data)]}]"

    def _body(self, body: Sequence[Statement], around: tuple[tuple[str, int], ...]) -> list[str]:
        return [line for statement in body for line in self._statement(statement, around)]

    def _statement(self, statement: Statement, around: tuple[tuple[str, int], ...]) -> list[str]:
        terms = self._new()
        match statement:
            case Set(target, value):
                made = [f"{self._place(target)} = {terms.write(value)};"]
            case If(condition, then, orelse):
                test = terms.write(condition)
                branch = 2 * len(self.branches)
                self.branches.append(statement.span)
                made = [f"xc_branches[{branch} + !!{test}] = 1;"]
                made += [f"if ({test}) {{", *self._body(then, around), "} else {"]
                made += [*self._body(orelse, around), "}"]
            case Block(label, body):
                self.labels += 1
                number = self.labels
                made = self._body(body, (*around, (label, number)))
                made += [f"L{number}: ;"] if number in self.used else []
            case Leave(label, _, result, value):
                number = next(n for text, n in reversed(around) if text == label)
                self.used.add(number)
                made = [f"{self._place(result)} = {terms.write(value)};"] if value is not None else []
                made.append(f"goto L{number};")
            case Call(effect, arguments):
                made = self._call(effect, arguments, terms)
        return ["{", *terms.lines, *made, "}"]

    def _call(self, effect: str, arguments: tuple[tuple[str, Term], ...], terms: TermWriter) -> list[str]:
        names = self.interface.arguments[effect]
        values = ["0"] * len(names)
        for argument, term in arguments:
            mask(term.sort)
            values[names.index(argument)] = terms.write(term)
        given = sum(1 << names.index(argument) for argument, _ in arguments)
        listed = ", ".join(values) or "0"
        number = list(self.interface.effects).index(effect)
        sets = [f"{self._place(f'{effect}.{a}')} = {values[names.index(a)]};" for a, _ in arguments]
        again, called = self._place(f"{effect}.again"), self._place(f"{effect}.called")
        sets += [f"{again} |= {called};", f"{called} = 1;"]
        return [f"xc_happened(o, {number}, {given}UL, {len(names)}, (xc_word[]){{{listed}}});", *sets]


def write_tables(
    kernel: Kernel,
    interface: Interface,
    memory: MemoryLayout,
    capabilities: Collection[str],
    uncompared: Collection[str],
) -> str:
    """The C of all tables; ``capabilities`` are inputs, ``uncompared`` the places and effects not compared."""
    names = list(interface.inputs)
    rows = []
    for text, sort in interface.inputs.items():
        base = re.sub(r"#\d+\Z", "", text)
        at = list(memory.objects).index(text) if text in memory.objects else -1
        kind = "XC_SCALAR" if at < 0 else "XC_POINTER"
        alike = names.index(base) if base != text and base in names else -1
        rows.append(f"{{{quote(text)}, {sort.width}, {kind}, {at}, {alike}, {int(text in capabilities)}}}")
    values = [int(path not in uncompared) for path in interface.observed]
    effects = [int(effect not in uncompared) for effect in interface.effects]
    numbers = sorted(
        {c for c in _literals(kernel.procedure) if c > 1} | set(kernel.procedure.constants.values())
    )
    resources = [
        p for p in kernel.lowered.front.objects.counters if not re.search(r"\) (taken|given back)", p)
    ]
    return "\n".join([
        _write_array("const struct xc_input xc_inputs[XC_INPUTS + 1]", rows),
        _write_array("const xc_word xc_constants[]", [f"{n}UL" for n in numbers]),
        f"const int xc_constants_count = {len(numbers)};",
        _write_array("const int xc_compared[XC_VALUES + 1]", map(str, values)),
        _write_array("const int xc_compared_effects[XC_EFFECTS + 1]", map(str, effects)),
        _write_array("const char *const xc_values[XC_VALUES + 1]", map(quote, interface.observed)),
        _write_array("const char *const xc_effects[XC_EFFECTS + 1]", map(quote, interface.effects)),
        _write_array("struct xc_resource xc_resources[]", [*(f"{{{quote(r)}}}" for r in resources), "{0}"]),
        "unsigned char xc_branches[2 * XC_BRANCHES + 2];\n",
    ])  # fmt: skip


def _literals(procedure: Procedure) -> set[int]:
    """The numbers that stand in the procedure."""
    return {
        t.data
        for root in terms_of(procedure)
        for t in subterms(root)
        if t.op == "const" and isinstance(t.data, int)
    }


def _write_array(head: str, rows: Iterable[str]) -> str:
    return f"{head} = {{\n" + "".join(f"\t{row},\n" for row in rows) + "};\n"


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
