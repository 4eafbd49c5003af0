# SPDX-License-Identifier: GPL-2.0-only
"""The two meanings of every shape agree on every value of the atoms that decide memory type and refusal.

The flags and the memory type of the VMA are enumerated.  The truth values are chosen when the
interpreter reads them, so a run stands for all values of those that it did not read; the symbolic
meaning must be certain of the same outcome without them.  That nothing was left out is seen from
the runs' shares of the input space, which add up to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import pytest

from model.arch.arm64.fault import shapes
from model.logic import Term, const, substitute
from model.logic.ternary import evaluate_ternary
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure
from model.shape import Shape

FLAGS = ("VM_PFNMAP", "VM_MIXEDMAP", "VM_MTE_ALLOWED", "VM_ALLOW_ANY_UNCACHED")
#: A shared mapping, one that cannot be written, and a copy-on-write mapping.
SHARING = (("VM_SHARED", "VM_MAYWRITE"), (), ("VM_MAYWRITE",))
#: Chosen when they are read.
ATOMS = (
    "pfn_is_map_memory", "ARM64_HAS_STAGE2_FWB", "ARM64_HAS_CACHE_DIC", "kvm_has_mte", "exec_fault",
    "perm_fault",
)  # fmt: skip
WORDS = ("ret", "mapped", "prot", "relaxed", "relaxed_prot", "cow_refused", "memslot_refused")
#: The rest of the fault: a page of an ordinary host mapping, at 4K.
REST = {"vma_found": 1, "vm_start": 0, "vm_end": 1 << 40, "hva": 0x1000, "fault_ipa": 0x5000, "pfn": 7,
        "thp_size": 4096, "pfn_writable": 1}  # fmt: skip


@dataclass
class Choices(Mapping[str, int]):
    """Inputs of which the atoms are false or true as the script says, and false after its end."""

    fixed: Mapping[str, int]
    script: list[int] = field(default_factory=list)
    chosen: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> int:
        if key in ATOMS and key not in self.chosen:
            if len(self.chosen) == len(self.script):
                self.script.append(0)
            self.chosen[key] = self.script[len(self.chosen)]
        return self.chosen[key] if key in self.chosen else self.fixed[key]

    def __contains__(self, key: object) -> bool:
        return key in ATOMS or key in self.fixed

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def decision(procedure: Procedure) -> dict[str, Term]:
    """The words that say what was mapped, how, and what was answered."""
    return {word: term for word, term in procedure.symbols.items() if word in WORDS}


def outcomes(
    procedure: Procedure, fixed: Mapping[str, int]
) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """Every run: what was chosen, and the outcome words."""
    script: list[int] = []
    while True:
        choices = Choices(fixed, script)
        run = interpret(procedure, Inputs(choices))
        yield choices.chosen, {word: run.value(term) for word, term in decision(procedure).items()}
        while script and script[-1]:
            script.pop()
        if not script:
            return
        script[-1] = 1


def placed(terms: Mapping[str, Term], values: Mapping[str, int]) -> dict[str, Term]:
    """The terms with values in the place of names."""

    def leaf(term: Term) -> Term:
        key = str(term.data)
        return const(values[key], term.sort) if key in values else term

    memo: dict[bytes, Term] = {}
    return {word: substitute(term, leaf, memo) for word, term in terms.items()}


def vmas(constants: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every combination of flags and memory type."""
    alone = [((), (flag,)) for flag in FLAGS]
    for *groups, index in product(SHARING, *alone, range(8)):
        flags = sum(constants[flag] for group in groups for flag in group)
        yield {"vm_flags": flags, "vm_page_prot": index << 2}


def value_in(chosen: Mapping[str, int]) -> Callable[[Term], int | None]:
    """The value of a name, where it was chosen; arguments that no call gave are 0."""
    return lambda leaf: 0 if str(leaf.data).startswith("no ") else chosen.get(str(leaf.data))


@pytest.mark.parametrize("shape", shapes(), ids=lambda s: s.name)
def test_on_every_value_of_the_atoms(shape: Shape) -> None:
    procedure = shape.procedure
    rest = {name: REST.get(name, 0) for name in procedure.inputs if name not in ATOMS} | dict(
        procedure.constants
    )
    result = symbolic.run(procedure)
    meant = placed({word: result.bind(term) for word, term in decision(procedure).items()}, {
        name: value for name, value in rest.items() if name not in ("vm_flags", "vm_page_prot")
    })  # fmt: skip
    answers = set()
    for vma in vmas(procedure.constants):
        here = placed(meant, vma)
        share = Fraction(0)
        for chosen, found in outcomes(procedure, {**rest, **vma}):
            share += Fraction(1, 1 << len(chosen))
            answers.add((found["ret"], found["mapped"], found["prot"]))
            for word, term in here.items():
                assert evaluate_ternary(term, value_in(chosen)) == found[word], (word, vma, chosen)
        assert share == 1
    assert len(answers) >= 6
