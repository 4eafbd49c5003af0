# SPDX-License-Identifier: GPL-2.0-only
"""The attributes that a fault path gives each kind of page on each kind of fault.

The kinds are those of ``counterexamples.attributes.input_classes``.  All else is a translation fault of one page that
nothing else is in the way of: no dirty logging, no tags, no nested guest, and every helper answers 0.
The page is writable if the facts let it be, and a fault on a write has found it so.

Trusted: ``model.program.symbolic`` and ``counterexamples.simulation.vectors``, which do all pages at once;
tests hold the table against the interpreter.  What the facts do not admit is left out, and every symbol
that was set is read back, so that a kernel's own C decides what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from counterexamples.attributes.input_classes import COLUMNS, FAULT, HARDWARE, Values
from counterexamples.kernel_words import ERRNO
from counterexamples.simulation.vectors import Simulator, positions
from model.facts.assumed import FACTS
from model.logic import BV64, Term, conj, free_names, name, substitute, value_of
from model.program import symbolic
from model.program.interpreter import Inputs
from model.program.procedure import Procedure, ProcedureError
from model.vocabulary.memory import DEVICE, EXECUTABLE, NORMAL_NC, READABLE, WRITABLE

#: The position of an answer in each column.
Cell = tuple[int, ...]

#: What becomes of each cell; None of one that cannot occur.
Results = Mapping[Cell, str | None]

_SIZES = tuple(len(column.classes) for column in COLUMNS)
#: What is so before the fault: it decides which pages there can be.
_GIVEN_COLUMNS = COLUMNS[:3]
_MAP = "kvm_pgtable_stage2_map"

#: The facts on what a fault path is given, and those on what it did.
_DONE = ("map_size", "lookup_gfn")
_GIVEN = conj(*(f.holds for f in FACTS if not {*_DONE} & free_names(f.holds).keys()))
_AFTERWARDS = conj(*(f.holds for f in FACTS if {*_DONE} & free_names(f.holds).keys()))
_LOOKED_AT = (name("ret", BV64), name("mapped"), DEVICE, NORMAL_NC, READABLE, WRITABLE, EXECUTABLE)
_NEEDED = ("ret", "mapped", "prot", "pfn_is_map_memory", "vm_flags")


class AttributesError(ValueError):
    """A procedure has no table of attributes; the text is a whole sentence."""


@dataclass
class _Shared:
    """Pages by the constants that decide which there are, and their simulators by what the symbols of a page
    are to a procedure; most procedures share both."""

    pages: dict[frozenset[tuple[str, int]], list[tuple[Cell, Values]]] = field(default_factory=dict)
    simulators: dict[tuple[Hashable, ...], Simulator] = field(default_factory=dict)

    def pages_of(self, procedure: Procedure) -> list[tuple[Cell, Values]]:
        key = frozenset(procedure.constants.items())
        if key not in self.pages:
            self.pages[key] = list(_every_page(procedure.constants))
        return self.pages[key]

    def simulator_of(self, procedure: Procedure, pages: Sequence[Values]) -> Simulator:
        """The simulator of ``pages_of`` the procedure."""
        texts = {text for page in pages for text in page}
        meant = frozenset((text, term.key) for text, term in procedure.symbols.items() if text in texts)
        key = frozenset(procedure.constants.items()), meant
        if key not in self.simulators:
            self.simulators[key] = Simulator([_inputs(procedure, page) for page in pages])
        return self.simulators[key]


def compute_results(procedure: Procedure, shared: _Shared | None = None) -> Results:
    """What becomes of every cell of the columns; ``shared`` may serve several procedures.

    Raises AttributesError for a procedure that is no fault path, or whose words cannot be given values.
    """
    lacking = [word for word in _NEEDED if word not in {**procedure.symbols, **procedure.inputs}]
    if lacking:
        raise AttributesError(f"{procedure.name} has no table of attributes: it has no {lacking[0]}.")
    shared = shared or _Shared()
    pages = shared.pages_of(procedure)
    outcomes = _page_outcomes(procedure, [page for _, page in pages], shared)
    found: dict[Cell, dict[str, None]] = {cell: {} for cell in product(*map(range, _SIZES))}
    for (cell, _), text in zip(pages, outcomes, strict=True):
        if text is not None:
            found[cell][text] = None
    return {cell: " or ".join(texts) or None for cell, texts in found.items()}


@dataclass
class Tables:
    """The results of several procedures, each found once."""

    known: dict[int, tuple[Procedure, Results]] = field(default_factory=dict)
    shared: _Shared = field(default_factory=_Shared)

    def of(self, procedure: Procedure) -> Results:
        """``compute_results`` of the procedure; errors as of that."""
        if id(procedure) not in self.known:
            self.known[id(procedure)] = procedure, compute_results(procedure, self.shared)
        return self.known[id(procedure)][1]


def _every_page(constants: Mapping[str, int]) -> Iterator[tuple[Cell, Values]]:
    """The pages of all cells that the facts on what is given admit, as values of words."""
    tried = list(_candidates(constants))
    admitted = Simulator([Inputs({**constants, **page}) for _, page in tried]).truth(_GIVEN)
    seen: dict[tuple[Cell, int], int] = {}
    for i, ((kind, write), page) in enumerate(tried):
        # A page that may be writable is.
        if admitted >> i & 1 and seen.setdefault((kind, write), page["pfn_writable"]) == page["pfn_writable"]:
            for (j, hardware), (k, fault) in product(enumerate(HARDWARE.classes), enumerate(FAULT.classes)):
                if fault.values["write_fault"] == write:
                    yield (*kind, j, k), {**page, **hardware.values, **fault.values}


def _candidates(constants: Mapping[str, int]) -> Iterator[tuple[tuple[Cell, int], Values]]:
    """Pages by their answers and by whether there is a write to them; none if the kernel lacks a constant."""
    for kind in product(*map(range, _SIZES[:3])):
        answers = [column.classes[i] for column, i in zip(_GIVEN_COLUMNS, kind, strict=True)]
        if any(constant not in constants for each in answers for constant in each.constants):
            continue
        flags, prot, page = answers
        values = {**_circumstances(constants), **page.values}
        values["vm_flags"] = sum(constants[flag] for flag in flags.constants)
        values["vm_page_prot"] = values["host_pte_prot"] = constants[prot.constants[0]] << 2
        for write, writable, special in product((0, 1), (1, 0), (0, 1)):
            if writable or not write:
                forms = {"host_pte_writable": writable, "pfn_writable": writable, "host_pte_special": special}
                yield (kind, write), {**values, **forms}


def render_outcome(word: Callable[[Term], int]) -> str:
    """What was done, by the value of each term over words: the memory type and permissions of what was
    mapped, and the errno."""
    ret, texts = word(name("ret", BV64)), []
    if word(name("mapped")):
        device, nc = word(DEVICE), word(NORMAL_NC)
        kind = ("DEVICE+NC" if nc else "DEVICE") if device else "NORMAL_NC" if nc else "NORMAL"
        letters = (("R", READABLE), ("W", WRITABLE), ("X", EXECUTABLE))
        texts.append(f"{kind} {''.join(letter for letter, term in letters if word(term)) or '-'}")
    if ret:
        number = (1 << 32) - ret if ret >> 31 else ret
        texts.append("-" + ERRNO.get(number, str(number)) if ret >> 31 else str(ret))
    return ", ".join(texts) or "nothing"


def _circumstances(constants: Mapping[str, int]) -> dict[str, int]:
    """A VMA of one page at 4 GiB, and an address of the guest."""
    start = 1 << 32
    vma = {"vma_found": 1, "hva": start, "vm_start": start, "vm_end": start + constants["PAGE_SIZE"]}
    mapping = {f"no {_MAP}.size": constants["PAGE_SIZE"]}  # the facts speak of it even if there is none
    return {**vma, **mapping, "fault_ipa": 1 << 30, "pfn": 0x100, "other_pfn": 0x100, "vma": 1}


def _page_outcomes(procedure: Procedure, pages: Sequence[Values], shared: _Shared) -> list[str | None]:
    """What becomes of each page; None if it turns out that it cannot occur."""
    try:
        result = symbolic.run(procedure)
    except ProcedureError as error:
        raise AttributesError(f"{procedure.name} has no table of attributes: {error}") from error
    simulator = shared.simulator_of(procedure, pages)
    known: dict[bytes, Term] = {}

    def bind(term: Term) -> Term:
        """A term over words, as what the procedure makes of it."""
        return substitute(term, lambda t: result.bind(procedure.symbols.get(str(t.data), t)), known)

    outcomes = _outcomes(procedure, bind, simulator, pages)
    read = free_names(*(bind(term) for term in (*_LOOKED_AT, _AFTERWARDS)))
    others_of = {str(each.data): 1 for each in result.uninitialised.values() if str(each.data) in read}
    if others_of:
        others = Simulator([replace(each, names={**others_of, **each.names}) for each in simulator.inputs])
        if outcomes != _outcomes(procedure, bind, others, pages):
            raise AttributesError(
                f"{procedure.name} has no table of attributes: a local is read before it is set."
            )
    return outcomes


def _outcomes(
    procedure: Procedure, bind: Callable[[Term], Term], simulator: Simulator, pages: Sequence[Values]
) -> list[str | None]:
    for text in {text: None for page in pages for text in page if text in procedure.symbols}:
        got = simulator.evaluate(bind(name(text, BV64)))
        for i, page in enumerate(pages):
            if text in page and page[text] != (got >> i & 1 if isinstance(got, int) else got[i]):
                raise AttributesError(
                    f"{procedure.name} has no table of attributes: "
                    f"{text} cannot be made {page[text]:#x} there."
                )
    can = simulator.truth(bind(_AFTERWARDS))
    outcomes: list[str | None] = [None] * len(pages)
    for values, alike in simulator.group([simulator.evaluate(bind(t)) for t in _LOOKED_AT]).items():
        by_key = {term.key: value for term, value in zip(_LOOKED_AT, values, strict=True)}
        text = render_outcome(lambda term, by_key=by_key: by_key[term.key])  # type: ignore[misc]
        for i in positions(alike & can):
            outcomes[i] = text
    return outcomes


def _inputs(procedure: Procedure, page: Values) -> Inputs:
    """The values of the words as those of the procedure's inputs and pure functions."""
    names = {**procedure.constants, **page}
    words = {text: procedure.symbols[text] for text in page if text in procedure.symbols}
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
