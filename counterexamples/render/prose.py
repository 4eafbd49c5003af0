# SPDX-License-Identifier: GPL-2.0-only
"""A witness as text that is read in a minute: Let, Then, because, However, in at most 12 lines of 72 columns.

What is most telling comes first.  What does not fit is counted where it is missing; all of it stands in
``counterexamples.render.trace``, which is printed below.  Pure string building.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from counterexamples.kernel_words import (
    READINGS,
    Constants,
    is_callee,
    reading,
    render_errno,
    render_number,
    vm_flags_text,
)
from counterexamples.witness import InputValue, Witness, WitnessRun
from model.logic import Term, show
from model.program.interpreter import Step
from model.program.listing import abbreviate
from model.program.procedure import Call, walk
from model.vocabulary.memory import ABBREVIATIONS

#: Columns and lines of the text.
WIDTH, HEIGHT = 72, 12
INDENT = 10
#: Lines of a branch; of its text, what is longer is cut in the middle.
BRANCH = 2
_GLUE = "\0"  # a space at which no line is broken

#: The most telling words first: the VMA, the type, the page, the hardware, the fault, tags; then all others.
_TELLING = (
    ("vm_flags",),
    ("vm_page_prot", "host_pte_prot"),
    ("pfn_is_map_memory", "in_memblock", "pfn_valid", "has_struct_page", "has_linear_map", "page_is_cow_copy",
     "other_is_cow_copy", "is_zero_pfn", "host_pte_special", "host_pte_writable", "page_pinned"),
    ("ARM64_HAS_STAGE2_FWB", "ARM64_HAS_CACHE_DIC"),
    ("perm_fault", "write_fault", "exec_fault", "logging_active", "kvm_has_mte", "vcpu->arch.fault.esr_el2"),
)  # fmt: skip


def render_term(formula: Term) -> str:
    """A formula with the names that the kernel gives to its parts."""
    return show(abbreviate(formula, ABBREVIATIONS))


# The four parts ------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Part:
    """``render`` gives the lines of so many of its ``count`` things; ``least`` lines are its own."""

    count: int
    render: Callable[[int], list[str]]
    least: int

    def within(self, height: int) -> list[str]:
        """As many things as fit, and at least none."""
        fitting = (self.render(n) for n in range(self.count, 0, -1))
        return next((lines for lines in fitting if len(lines) <= height), self.render(0))


def render_counterexample(witness: Witness, says: str) -> str:
    """The whole text: ``says`` is the theorem that fails."""
    return "\n".join(_told(witness, [_whole("However,", f"this was to hold: {says}", HEIGHT // 3)]))


def render_example(witness: Witness) -> str:
    """The text of a witness that a claim's premises can hold."""
    return "\n".join(_told(witness, []))


def _told(witness: Witness, last: list[_Part]) -> list[str]:
    return [line for lines in _fitted([_let(witness), *_courses(witness), *last]) for line in lines]


def _fitted(parts: Sequence[_Part]) -> list[list[str]]:
    """The parts within ``HEIGHT`` lines: each has its least number, and what is left goes line by line to
    the first that has something more to say."""
    heights = [min(part.least, len(part.render(part.count))) for part in parts]
    while sum(heights) < HEIGHT:
        short = [i for i, part in enumerate(parts) if len(part.render(part.count)) > heights[i]]
        if not short:
            break
        heights[min(short, key=lambda i: (heights[i], i))] += 1
    told = [part.within(height) for part, height in zip(parts, heights, strict=True)]
    # A part may leave lines over, as its next thing needs more of them than it has.
    for i in reversed(range(len(parts))):
        told[i] = parts[i].within(HEIGHT - sum(map(len, told)) + len(told[i]))
    return told


def _let(witness: Witness) -> _Part:
    inputs = let_phrases(witness)

    def render(count: int) -> list[str]:
        left = sum(each.inputs for each in inputs[count:])
        more = f"{left} more, below; " if left else ""
        texts = [each.text for each in inputs[:count]]
        end = f"{'and ' if texts else ''}{more}all else is any." if more or texts else "everything be any."
        return paragraph("Let", ", ".join([*texts, end]))

    return _Part(len(inputs), render, 2)


@dataclass(frozen=True)
class Phrase:
    """A phrase about ``inputs`` inputs."""

    text: str
    inputs: int = 1


def let_phrases(witness: Witness) -> list[Phrase]:
    """The inputs that matter, the most telling first; what callees returned is one if they succeed."""
    constants = constants_of(witness)
    mattering = sorted((v for v in witness.values if v.mask), key=_rank)
    good = [v.name for v in mattering if is_callee(v.symbol) and v.value == 0]
    items = [Phrase(_glued(render_value(v, constants))) for v in mattering if v.name not in good]
    if good:
        callees = "the callee succeeds" if len(good) == 1 else "all callees succeed"
        items.append(Phrase(f"{callees} ({', '.join(good)} = 0)", len(good)))
    return items


def _rank(value: InputValue) -> int:
    ranks = (i for i, words in enumerate(_TELLING) if {value.symbol, value.name.partition("(")[0]} & {*words})
    return next(ranks, len(_TELLING))


def render_value(value: InputValue, constants: Constants) -> str:
    """One input as C would say it, and of flags also those that must not be set."""
    if value.width == 0:
        return value.name if value.value else f"!{value.name}"
    if value.symbol != "vm_flags":
        return f"{value.name} = {reading(value.symbol, value.width, value.value, constants)}"
    present, absent = value.value & value.mask, ~value.value & value.mask
    parts = [f"= {vm_flags_text(present, constants)}"] if present else []
    parts += [f"without {vm_flags_text(absent, constants)}"] if absent else []
    return " ".join([value.name, *parts])


def constants_of(witness: Witness) -> Constants:
    """The constants of all procedures."""
    return {n: v for course in witness.runs.values() for n, v in course.procedure.constants.items()}


def _courses(witness: Witness) -> list[_Part]:
    """What each procedure did, and why; ones of the same name are told apart by what the claim calls them."""
    parts: list[_Part] = []
    names = [course.procedure.name for course in witness.runs.values()]
    for subject, course in witness.runs.items():
        whose = f"({subject}) " if subject and names.count(course.procedure.name) > 1 else ""
        several = len(names) > 1
        parts.append(_then(course, whose, 1 if several else 2))
        if any(step.taken is not None for step in course.steps):
            parts.append(_because(course, _ranks(witness, course), 1 if several else 2))
    return parts


def _then(course: WitnessRun, whose: str, least: int) -> _Part:
    *calls, last = list_actions(course, _is_told)

    def render(count: int) -> list[str]:
        left = len(calls) - count
        other = f"{'another call' if left == 1 else f'{left} other calls'}" if count else _calls(left)
        told = [*calls[:count], *([f"makes {other}, below"] if left else []), last]
        return paragraph("Then", f"{whose}{course.procedure.name} {', '.join(told)}.")

    return _Part(len(calls), render, least)


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _is_told(course: WitnessRun, sink: str, argument: str) -> bool:
    """Whether the prose tells an argument: one that the claim speaks of, or that reads as more than a number."""
    return f"{sink}.{argument}" in course.spoken or argument in READINGS


def list_actions(
    course: WitnessRun, is_told: Callable[[WitnessRun, str, str], bool] = lambda _, __, ___: True
) -> list[str]:
    """What a procedure did, as verbs: the sinks it called, with those arguments, and what it returned."""
    ret = course.symbols.get("ret")
    calls = [f"calls {_call(step, course, is_told)}" for step in course.steps if step.effect]
    if not calls and any(isinstance(statement, Call) for statement in walk(course.procedure.body)):
        calls = ["calls nothing that is asked about"]
    returned = [] if ret is None else [f"returns{_GLUE}{render_errno(ret, course.procedure.constants)}"]
    return [*calls, *returned] or ["does nothing that is looked at"]


def _call(step: Step, course: WitnessRun, is_told: Callable[[WitnessRun, str, str], bool]) -> str:
    constants = course.procedure.constants
    told = [
        _glued(f"{a} = {_argument(a, v, constants)}")
        for a, v in step.arguments
        if is_told(course, step.effect, a)
    ]
    return f"{step.effect}({', '.join(told) if told or not step.arguments else '...'})"


def _argument(argument: str, value: int, constants: Mapping[str, int]) -> str:
    read = READINGS.get(argument)
    return render_number(value) if read is None else read(value, constants)


def _ranks(witness: Witness, course: WitnessRun) -> Mapping[int, int]:
    """How telling a branch is, by its position: as the most telling input that decides it."""
    ranks = {value.name: _rank(value) for value in witness.values if value.mask}
    found: dict[int, int] = {}
    for (name, _), at in course.decides.items():
        found[at] = min(ranks.get(name, len(_TELLING)), found.get(at, len(_TELLING)))
    return found


def _because(course: WitnessRun, ranks: Mapping[int, int], least: int) -> _Part:
    branches = [i for i, step in enumerate(course.steps) if step.taken is not None]
    places = course.decisive or branches
    told = [course.steps[i] for i in places]
    # Those that were taken are more telling than those passed by, then those of which a telling input
    # decides, and the last more than the first.
    best = sorted(
        range(len(told)), key=lambda i: (not told[i].taken, ranks.get(places[i], len(_TELLING)), -i)
    )
    texts = [_branch(step) for step in told]

    def render(count: int) -> list[str]:
        left = len(branches) - count
        lines = [line for i in sorted(best[:count]) for line in texts[i]]
        more = [f"and {left} more, below." if count else f"of {left} branches, below."] if left else []
        return label_lines("because", [*lines, *more])

    return _Part(len(texts), render, least)


def _branch(step: Step) -> list[str]:
    """A branch in at most ``BRANCH`` lines."""
    span = step.span
    where = f"{span.function}() " if span.function else ""
    text = span.text.rstrip(":")  # of a label
    end = f":{_GLUE}{_glued('taken' if step.taken else 'not taken')}"
    for keep in range(len(text), INDENT, -2):
        lines = _wrapped(f"{where}line {span.line}, {_middle_cut(text, keep)}{end}")
        if len(lines) <= BRANCH:
            return lines
    return _wrapped(f"{where}line {span.line}{end}")[:BRANCH]


def _middle_cut(text: str, keep: int) -> str:
    """The text without whole words of its middle, if it has more than so many characters."""
    if len(text) <= keep:
        return text
    return f"{text[: keep // 2].rpartition(' ')[0]} ... {text[-(keep // 2) :].partition(' ')[2]}"


def _whole(label: str, text: str, most: int) -> _Part:
    """A text that is told in full; it is cut only where it is longer than so many lines."""
    lines = paragraph(label, text)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][: WIDTH - 4]} ..."]
    return _Part(1, lambda _: lines, len(lines))


# Lines ---------------------------------------------------------------------------------------
def _glued(text: str) -> str:
    """The text, not to be broken if it is short."""
    return text.replace(" ", _GLUE) if len(text) < WIDTH - 2 * INDENT else text


def separate(text: str) -> str:
    """The text with all its spaces as spaces, for lines of another width."""
    return text.replace(_GLUE, " ")


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(text, WIDTH - INDENT, subsequent_indent="    ", break_on_hyphens=False)
    return [separate(line) for line in lines]


def paragraph(label: str, text: str) -> list[str]:
    """A text behind its label, in lines."""
    return label_lines(label, _wrapped(text))


def label_lines(label: str, lines: Sequence[str]) -> list[str]:
    """Lines behind a label."""
    return [f"{label if i == 0 else '':<{INDENT}}{line}".rstrip() for i, line in enumerate(lines)]
