# SPDX-License-Identifier: GPL-2.0-only
"""Which attributes does a fault path give a page?  One run for each kind of page and of fault.

The kinds are those of ``counterexamples.columns``.  All else is a translation fault of one page that
nothing else is in the way of: no dirty logging, no tags, no nested guest, and every helper answers 0.
The page is writable if the facts let it be, and a fault on a write has found it so.

Trusted: the interpreter.  What the facts do not admit is left out, and every word that was set is read
back from the run, so that a kernel's own C decides what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

from counterexamples.columns import COLUMNS, FAULT, HARDWARE, Answer, Values
from counterexamples.render.prose import ERRNO
from model.facts import FACTS
from model.interpreter import Inputs, Run, interpret
from model.logic import WORD64, Term, conj, free_names, name, value_of
from model.memory import DEVICE, EXECUTABLE, NORMAL_NC, READABLE, WRITABLE
from model.procedure import Procedure, ProcedureError

#: The position of an answer in each column.
Cell = tuple[int, ...]

#: What becomes of each cell; None of one that cannot occur.
Results = Mapping[Cell, str | None]

#: What is so before the fault: it decides which pages there can be.
_GIVEN_COLUMNS = COLUMNS[:3]
_MAP = "kvm_pgtable_stage2_map"

#: The facts on what a fault path is given, and those on what it did.
_DONE = ("map_size", "lookup_gfn")
_GIVEN = conj(*(f.holds for f in FACTS if not {*_DONE} & free_names(f.holds).keys()))
_AFTERWARDS = conj(*(f.holds for f in FACTS if {*_DONE} & free_names(f.holds).keys()))
_NEEDED = ("ret", "mapped", "prot", "pfn_is_map_memory", "vm_flags")


class TableError(ValueError):
    """A procedure has no table of attributes; the text is a whole sentence."""


def results(procedure: Procedure) -> Results:
    """What becomes of every cell of the columns.

    Raises TableError for a procedure that is no fault path, or whose words cannot be given values.
    """
    lacking = [word for word in _NEEDED if word not in {**procedure.words, **procedure.inputs}]
    if lacking:
        raise TableError(f"{procedure.name} has no table of attributes: it has no {lacking[0]}.")
    found: dict[Cell, str | None] = {}
    for kind in product(*(range(len(column.answers)) for column in _GIVEN_COLUMNS)):
        answers = [column.answers[i] for column, i in zip(_GIVEN_COLUMNS, kind, strict=True)]
        pages = {write: _pages(procedure.constants, answers, write) for write in (0, 1)}
        for (i, hardware), (j, fault) in product(enumerate(HARDWARE.answers), enumerate(FAULT.answers)):
            there = [{**p, **hardware.values, **fault.values} for p in pages[fault.values["write_fault"]]]
            found[(*kind, i, j)] = _result(procedure, there)
    return found


def _result(procedure: Procedure, pages: Sequence[Values]) -> str | None:
    """What every page does, each way once."""
    told = (_told(procedure, page) for page in pages)
    return " or ".join(dict.fromkeys(text for text in told if text is not None)) or None


def outcome(word: Callable[[Term], int]) -> str:
    """What was done, by the value of each term over words: the memory type and permissions of what was
    mapped, and the errno."""
    ret, texts = word(name("ret", WORD64)), []
    if word(name("mapped")):
        device, nc = word(DEVICE), word(NORMAL_NC)
        kind = ("DEVICE+NC" if nc else "DEVICE") if device else "NORMAL_NC" if nc else "NORMAL"
        letters = (("R", READABLE), ("W", WRITABLE), ("X", EXECUTABLE))
        texts.append(f"{kind} {''.join(letter for letter, term in letters if word(term)) or '-'}")
    if ret:
        number = (1 << 32) - ret if ret >> 31 else ret
        texts.append("-" + ERRNO.get(number, str(number)) if ret >> 31 else str(ret))
    return ", ".join(texts) or "nothing"


def word_reader(procedure: Procedure, run: Run) -> Callable[[Term], int]:
    """The value of a term over words in a run of the procedure."""

    def leaf(term: Term) -> int:
        text = str(term.data)
        if text in procedure.words:
            return run.value(procedure.words[text])
        return procedure.constants.get(text, run.inputs.names.get(text, 0))

    return lambda term: value_of(term, leaf, run.inputs.call)


def _pages(constants: Mapping[str, int], answers: Sequence[Answer], write: int) -> list[Values]:
    """The pages with those answers that the facts on what is given admit, as values of words; none if
    the kernel lacks a constant."""
    if any(constant not in constants for each in answers for constant in each.constants):
        return []
    flags, prot, page = answers
    values = {**_circumstances(constants), **page.values}
    values["vm_flags"] = sum(constants[flag] for flag in flags.constants)
    values["vm_page_prot"] = values["host_pte_prot"] = constants[prot.constants[0]] << 2
    for writable in (1,) if write else (1, 0):
        forms = {"host_pte_writable": writable, "pfn_writable": writable}
        pages: list[Values] = [{**values, **forms, "host_pte_special": special} for special in (0, 1)]
        admitted = [each for each in pages if _admitted(each, constants)]
        if admitted:
            return admitted
    return []


def _circumstances(constants: Mapping[str, int]) -> dict[str, int]:
    """A VMA of one page at 4 GiB, and an address of the guest."""
    start = 1 << 32
    vma = {"vma_found": 1, "hva": start, "vm_start": start, "vm_end": start + constants["PAGE_SIZE"]}
    mapping = {f"no {_MAP}.size": constants["PAGE_SIZE"]}  # the facts speak of it even if there is none
    return {**vma, **mapping, "fault_ipa": 1 << 30, "pfn": 0x100, "other_pfn": 0x100, "vma": 1}


def _admitted(page: Values, constants: Mapping[str, int]) -> bool:
    """Whether the facts on what is given hold."""
    known = {**constants, **page}
    return bool(value_of(_GIVEN, lambda leaf: known.get(str(leaf.data), 0), _none))


def _told(procedure: Procedure, page: Values) -> str | None:
    """What becomes of a page; None if it turns out that it cannot occur."""
    try:
        run = interpret(procedure, _inputs(procedure, page))
    except ProcedureError as error:
        raise TableError(f"{procedure.name} has no table of attributes: {error}") from error
    word = word_reader(procedure, run)
    for text, value in page.items():
        if text in procedure.words and run.value(procedure.words[text]) != value:
            raise TableError(
                f"{procedure.name} has no table of attributes: {text} cannot be made {value:#x} there."
            )
    return outcome(word) if word(_AFTERWARDS) else None


def _inputs(procedure: Procedure, page: Values) -> Inputs:
    """The values of the words as those of the procedure's inputs and pure functions."""
    names = {**procedure.constants, **page}
    words = {text: procedure.words[text] for text in page if text in procedure.words}
    names |= {str(term.data): page[text] for text, term in words.items() if term.op == "name"}
    functions = {
        (str(term.data), tuple(value_of(a, lambda t: names.get(str(t.data), 0), _none) for a in term.args)): (
            page[text]
        )
        for text, term in words.items()
        if term.op == "apply"
    }
    return Inputs(names, functions)


def _none(_: Term, __: list[int]) -> int:
    return 0
