# SPDX-License-Identifier: GPL-2.0-only
"""Conformance of a kernel to the hand-written shape of its version, on the kernel's inputs.

The shape's inputs are words, so the kernel's own definition of each word takes its place; every
observable of the two must then be the same on every input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from model.arch.arm64 import fault
from model.facts.assumed import FACTS
from model.kernels import Release
from model.logic import TRUE, Term, conj, name, substitute
from model.program.procedure import Procedure
from model.program.rewrite import map_terms
from model.vocabulary.symbols import READ, VARYING
from proofs.claims.catalogue import Subject
from proofs.claims.claim import Claim, NamedTheorem, make_claim
from proofs.theorems.observable import EVERYTHING
from proofs.theorems.theorem import Theorem

SHAPE, KERNEL = "shape", ""
CONFORMANCE = "the_kernel_behaves_as_its_model"
FACTS_NEEDED = ("guest_pages_are_no_smaller", "hugetlb_has_four_sizes")


def conform() -> Term:
    """That every observable of the kernel is that of its shape."""
    return conj(*(observable.agrees_with(SHAPE) for observable in EVERYTHING))


def run_on_inputs_of(kernel: Procedure, shape: Procedure) -> Procedure:
    """The shape on the kernel's inputs, with the kernel's constants."""
    words: dict[str, Term] = {}
    for text, (sort, _) in {**READ, **VARYING}.items():
        words[text] = kernel.symbols.get(text, name(text, sort))

    def leaf(term: Term) -> Term:
        return words.get(str(term.data), term) if term.op == "name" else term

    body = map_terms(shape.body, lambda t: substitute(t, leaf))
    return replace(shape, body=body, inputs=kernel.inputs, constants={**shape.constants, **kernel.constants})


def pair_procedures(shape: Procedure, kernel: Procedure) -> Mapping[str, Procedure]:
    """The procedures of a claim about both."""
    return {KERNEL: kernel, SHAPE: run_on_inputs_of(kernel, shape)}


def make_conformance_claim(subject: Subject, release: Release) -> Iterator[Claim]:
    """The claim that a kernel conforms to the shape that stands for its release; none where no shape does."""
    shapes = {shape.name: shape for shape in fault.shapes()}
    if release.shape not in shapes:
        return
    shape = fault.at_pages(shapes[release.shape].procedure, subject.pages)
    says = (
        f"{subject.name} and the model of {release.shape} do the same on every input: every argument of every "
        "effect, the answer, the page's reference."
    )
    because = ("what is proved of the model is about this kernel only if the two are one",)
    named = NamedTheorem(CONFORMANCE, "conformance", Theorem(says, (TRUE,), conform(), because))
    facts = tuple(fact for fact in FACTS if fact.name in FACTS_NEEDED)
    yield make_claim(named, subject.name, subject.pages, pair_procedures(shape, subject.procedure), facts)
