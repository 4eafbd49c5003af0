# SPDX-License-Identifier: GPL-2.0-only
"""A witness as text, in kernel words and a fixed grammar: Let, Then, because, However.

Pure string building.  How a word reads (flags, memory type, size, error number) is the table
``READINGS``; the numbers behind the names are those of the kernel at hand.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping

from counterexamples.witness import Course, Value, Witness
from model.interpreter import Step
from model.listing import abbreviate
from model.logic import Term, show
from model.memory import ABBREVIATIONS
from model.procedure import Call, walk

#: Columns of the text; source lines may be longer.
WIDTH = 72
INDENT = 10
_GLUE = "\0"  # a space at which no line is broken

Constants = Mapping[str, int]


def _flags(prefix: str) -> Callable[[int, Constants], str]:
    """A word as the flags that are set in it, those of several bits first."""

    def read(value: int, constants: Constants) -> str:
        known = [(flag, bits) for flag, bits in constants.items() if flag.startswith(prefix) and bits]
        rest, names = value, []
        for flag, bits in sorted(known, key=lambda item: (-item[1].bit_count(), item[1])):
            if bits & rest == bits:
                names.append((bits, flag))
                rest &= ~bits
        texts = [flag for _, flag in sorted(names)] + ([hex(rest)] if rest else [])
        return " | ".join(texts) or "0"

    return read


def _memory_type(value: int, constants: Constants) -> str:
    index = (value & constants.get("PTE_ATTRINDX_MASK", 7 << 2)) >> 2
    names = [name for name, number in constants.items() if name.startswith("MT_") and number == index]
    return f"AttrIndx {index}" + (f" ({names[0]})" if names else ", which no kernel uses")


def _size(value: int, constants: Constants) -> str:
    names = [name for name, size in constants.items() if name.endswith("_SIZE") and size == value]
    return names[0] if names else number(value)


def _errno(value: int, constants: Constants) -> str:
    negative = value - (1 << 32) if value >> 31 == 1 else value
    return f"-{ERRNO[-negative]}" if -negative in ERRNO else str(negative)


def term(formula: Term) -> str:
    """A formula with the names that the kernel gives to its parts."""
    return show(abbreviate(formula, ABBREVIATIONS))


def number(value: int) -> str:
    """A number as a kernel log prints it."""
    return str(value) if value < 1024 else hex(value)


#: arm64's include/uapi/asm-generic/errno*.h, as far as the fault path uses them.
ERRNO: Mapping[int, str] = {
    1: "EPERM", 2: "ENOENT", 4: "EINTR", 5: "EIO", 7: "E2BIG", 8: "ENOEXEC", 11: "EAGAIN", 12: "ENOMEM",
    14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 22: "EINVAL", 28: "ENOSPC", 34: "ERANGE", 95: "EOPNOTSUPP",
    133: "EHWPOISON",
}  # fmt: skip

_VM, _PROT = _flags("VM_"), _flags("KVM_PGTABLE_PROT_")

#: How the value of a word of ``model.words`` reads; other words are numbers.
READINGS: Mapping[str, Callable[[int, Constants], str]] = {
    "vm_flags": _VM,
    "vm_page_prot": _memory_type,
    "host_pte_prot": _memory_type,
    "prot": _PROT,
    "relaxed_prot": _PROT,
    "map_size": _size,
    "size": _size,
    "sanitised_size": _size,
    "huge_page_size": _size,
    "fault_granule": _size,
    "nested_size": _size,
    "ret": _errno,
    "map_ret": _errno,
    "relax_ret": _errno,
    "topup_ret": _errno,
    "thp_size": _errno,
}


def reading(word: str, width: int, value: int, constants: Constants) -> str:
    """The value of a word as a kernel developer would write it."""
    if width == 0:
        return "true" if value else "false"
    read = READINGS.get(word)
    return number(value) if read is None else read(value, constants)


def value_line(value: Value, constants: Constants) -> str:
    """One input: its name and value, and of flags also those that must not be set."""
    if value.word == "vm_flags":
        return _flags_line(value, constants)
    return f"{value.name} = {reading(value.word, value.width, value.value, constants)}"


def _flags_line(value: Value, constants: Constants) -> str:
    present, absent = value.value & value.mask, ~value.value & value.mask
    parts = [f" = {_VM(present, constants)}"] if present else []
    if absent:
        names = _VM(absent, constants).split(" | ")
        parts.append(f" without {', '.join(f'bits {n}' if n.startswith('0x') else n for n in names)}")
    return value.name + ",".join(parts)


def counterexample(witness: Witness, says: str) -> str:
    """The whole text: ``says`` is the theorem that fails."""
    return "\n".join(
        [*_let(witness), *_courses(witness), *paragraph("However,", f"this was to hold: {says}")]
    )


def example(witness: Witness) -> str:
    """The text of a witness that a claim's premises can hold."""
    return "\n".join([*_let(witness), *_courses(witness)])


def _let(witness: Witness) -> list[str]:
    constants = _constants(witness)
    lines = [line for v in witness.values if v.mask for line in _wrapped(value_line(v, constants))]
    rest = [text for v in witness.values for text in _left_over(v, constants)]
    closing = "and all else be as it may" if lines else "everything be as it may"
    return _labelled(
        "Let", [*lines, *_wrapped(f"{closing}; say, {', '.join(rest)}." if rest else f"{closing}.")]
    )


def _left_over(value: Value, constants: Constants) -> Iterable[str]:
    """What is not 0 and could be."""
    if not value.mask:
        yield f"{value.name} = {reading(value.word, value.width, value.value, constants)}".replace(" ", _GLUE)
    elif value.word == "vm_flags" and value.value & ~value.mask:
        yield f"{value.name} also {_VM(value.value & ~value.mask, constants)}".replace(" ", _GLUE)


def _constants(witness: Witness) -> Constants:
    return {n: v for course in witness.courses.values() for n, v in course.procedure.constants.items()}


def _courses(witness: Witness) -> list[str]:
    """What each procedure did; ones of the same name are told apart by what the claim calls them."""
    lines: list[str] = []
    names = [course.procedure.name for course in witness.courses.values()]
    for subject, course in witness.courses.items():
        whose = f"({subject}) " if subject and names.count(course.procedure.name) > 1 else ""
        lines += paragraph("Then", whose + happened(course))
        branches = [line for step in course.steps if step.taken is not None for line in _branch(step)]
        if branches:
            lines += _labelled("because", branches)
    return lines


def happened(course: Course) -> str:
    """What a procedure did, as a sentence: the sinks it called and what it returned."""
    calls = [_call(step, course) for step in course.steps if step.sink]
    ret = course.words.get("ret")
    returned = "" if ret is None else f"returns {_errno(ret, course.procedure.constants)}"
    verbs = [f"calls {call}" for call in calls] + ([returned] if returned else [])
    if not calls and _has_sinks(course):
        verbs.insert(0, "calls nothing that is asked about")
    return f"{course.procedure.name} " + (", ".join(verbs) or "does nothing that is looked at") + "."


def _has_sinks(course: Course) -> bool:
    return any(isinstance(statement, Call) for statement in walk(course.procedure.body))


def _call(step: Step, course: Course) -> str:
    told = [f"{a} = {_argument(a, v, course)}".replace(" ", _GLUE) for a, v in step.arguments]
    return f"{step.sink}({', '.join(told)})"


def _argument(argument: str, value: int, course: Course) -> str:
    read = READINGS.get(argument)
    return number(value) if read is None else read(value, course.procedure.constants)


def _branch(step: Step) -> Iterable[str]:
    place = f"{step.span}  " + (f"{step.span.function}()  " if step.span.function else "")
    yield f"{place}{step.span.text}  ({'taken' if step.taken else 'not taken'})"


def _wrapped(text: str) -> list[str]:
    lines = textwrap.wrap(
        text, WIDTH - INDENT, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return [line.replace(_GLUE, " ") for line in lines]


def paragraph(label: str, text: str) -> list[str]:
    """A text behind its label, in lines."""
    return _labelled(label, _wrapped(text))


def _labelled(label: str, lines: Iterable[str]) -> list[str]:
    return [f"{label if i == 0 else '':<{INDENT}}{line}".rstrip() for i, line in enumerate(lines)]
