# SPDX-License-Identifier: GPL-2.0-only
"""A procedure as a C function: what it does on a vector of inputs, and what is seen of it afterwards.

Trusted: nothing; a property test holds it against the interpreter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.logic import Sort, Term, subterms
from model.program.procedure import Block, Call, If, Input, Leave, Procedure, Set, Span, Statement, walk
from model.source.kernel import Kernel
from proofs.validation.differential.cgen.c_terms import Terms, Unprintable, mask
from proofs.validation.differential.cgen.memory_layout import Wiring

#: Arguments of one event, and events of one run, that are kept.
ARGUMENTS, EVENTS = 10, 64


@dataclass(frozen=True)
class Interface:
    """What the compiled C and the printed procedure have in common.

    ``inputs`` are the vector's words; ``functions`` the pure functions, with how many arguments
    each takes; ``sinks`` the events; ``arguments`` those of each sink by name; ``seen`` are the places
    looked at in the end, the first of which is the returned value if there is one.
    """

    inputs: Mapping[str, Sort]
    functions: Mapping[str, int]
    sinks: Sequence[str]
    arguments: Mapping[str, Sequence[str]]
    seen: Sequence[str]

    def index(self, text: str) -> int:
        """The number of an input in the vector."""
        return list(self.inputs).index(text)


def interface(procedure: Procedure, seen: Sequence[str], inputs: Mapping[str, Input]) -> Interface:
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
        raise Unprintable(f"a sink with more than {ARGUMENTS} arguments")
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


def printed(procedure: Procedure, shared: Interface) -> tuple[str, tuple[Span, ...]]:
    """The procedure as the C function ``xc_procedure``, and where each of its branches stands."""
    printer = _Printer(procedure, shared)
    return printer.text("xc_procedure"), tuple(printer.branches)


class _Printer:
    def __init__(self, procedure: Procedure, shared: Interface):
        self.procedure, self.shared = procedure, shared
        self.places: dict[str, int] = {}
        self.numbers = {text: i for i, text in enumerate(shared.inputs)}
        self.labels = 0
        self.used: set[int] = set()
        self.branches: list[Span] = []

    def text(self, function: str) -> str:
        body = self._body(self.procedure.body, ())
        ends = [f"\to->value[{i}] = {self._place(path)};" for i, path in enumerate(self.shared.seen)]
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
                value = terms.of(place.initial)
                if any(t.op == "place" for t in subterms(place.initial)):
                    raise Unprintable(f"{path} begins as what another object holds")
                value = f"({{ {' '.join(terms.lines)} {value}; }})"
            found.append((path, value))
        return found

    def _new(self) -> Terms:
        return Terms(self._leaf, list(self.shared.functions).index)

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
                made = [f"{self._place(target)} = {terms.of(value)};"]
            case If(condition, then, orelse):
                test = terms.of(condition)
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
                made = [f"{self._place(result)} = {terms.of(value)};"] if value is not None else []
                made.append(f"goto L{number};")
            case Call(sink, arguments):
                made = self._call(sink, arguments, terms)
        return ["{", *terms.lines, *made, "}"]

    def _call(self, sink: str, arguments: tuple[tuple[str, Term], ...], terms: Terms) -> list[str]:
        names = self.shared.arguments[sink]
        values = ["0"] * len(names)
        for argument, term in arguments:
            mask(term.sort)
            values[names.index(argument)] = terms.of(term)
        given = sum(1 << names.index(argument) for argument, _ in arguments)
        listed = ", ".join(values) or "0"
        number = list(self.shared.sinks).index(sink)
        sets = [f"{self._place(f'{sink}.{a}')} = {values[names.index(a)]};" for a, _ in arguments]
        again, called = self._place(f"{sink}.again"), self._place(f"{sink}.called")
        sets += [f"{again} |= {called};", f"{called} = 1;"]
        return [f"xc_happened(o, {number}, {given}UL, {len(names)}, (xc_word[]){{{listed}}});", *sets]


def tables(
    kernel: Kernel, shared: Interface, wiring: Wiring, capabilities: Collection[str], apart: Collection[str]
) -> str:
    """The C of all tables; ``capabilities`` are inputs, ``apart`` the places and sinks not compared."""
    names = list(shared.inputs)
    rows = []
    for text, sort in shared.inputs.items():
        base = re.sub(r"#\d+\Z", "", text)
        at = list(wiring.objects).index(text) if text in wiring.objects else -1
        kind = "XC_SCALAR" if at < 0 else "XC_POINTER"
        alike = names.index(base) if base != text and base in names else -1
        rows.append(f"{{{quoted(text)}, {sort.width}, {kind}, {at}, {alike}, {int(text in capabilities)}}}")
    values = [int(path not in apart) for path in shared.seen]
    sinks = [int(sink not in apart) for sink in shared.sinks]
    numbers = sorted(
        {c for c in _constants(kernel.procedure) if c > 1} | set(kernel.procedure.constants.values())
    )
    resources = [
        p for p in kernel.lowered.front.objects.counters if not re.search(r"\) (taken|given back)", p)
    ]
    return "\n".join([
        _table("const struct xc_input xc_inputs[XC_INPUTS + 1]", rows),
        _table("const xc_word xc_constants[]", [f"{n}UL" for n in numbers]),
        f"const int xc_constants_count = {len(numbers)};",
        _table("const int xc_compared[XC_VALUES + 1]", map(str, values)),
        _table("const int xc_compared_sinks[XC_SINKS + 1]", map(str, sinks)),
        _table("const char *const xc_values[XC_VALUES + 1]", map(quoted, shared.seen)),
        _table("const char *const xc_sinks[XC_SINKS + 1]", map(quoted, shared.sinks)),
        _table("struct xc_resource xc_resources[]", [*(f"{{{quoted(r)}}}" for r in resources), "{0}"]),
        "unsigned char xc_branches[2 * XC_BRANCHES + 2];\n",
    ])  # fmt: skip


def _constants(procedure: Procedure) -> set[int]:
    """The numbers that stand in the procedure."""
    return {
        t.data
        for root in terms_of(procedure)
        for t in subterms(root)
        if t.op == "const" and isinstance(t.data, int)
    }


def _table(head: str, rows: Iterable[str]) -> str:
    return f"{head} = {{\n" + "".join(f"\t{row},\n" for row in rows) + "};\n"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
