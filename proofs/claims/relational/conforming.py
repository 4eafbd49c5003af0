# SPDX-License-Identifier: GPL-2.0-only
"""Whether the shape that stands for a release does what the kernel does, as a claim."""

from __future__ import annotations

from collections.abc import Iterator

from model.arch.arm64 import fault
from model.facts.assumed import FACTS
from model.kernels import Release
from model.logic import TRUE
from proofs.claims.catalogue import Subject, pages_in_name
from proofs.claims.claim import Claim
from proofs.claims.relational.conformance import behaves_alike, subjects

CONFORMANCE = "the_kernel_behaves_as_its_shape"
_NEEDED = ("guest_pages_are_no_smaller", "hugetlb_has_four_sizes")


def conformance(subject: Subject, release: Release) -> Iterator[Claim]:
    """Whether the shape that stands for the release does what the kernel does."""
    shapes = {shape.name: shape for shape in fault.shapes()}
    if release.shape not in shapes:
        return
    shape = fault.at_pages(shapes[release.shape].procedure, subject.pages)
    yield Claim(
        CONFORMANCE,
        "conformance",
        subject.name,
        pages_in_name(subject.pages),
        f"{subject.name} and the shape {release.shape} do the same on every input: every argument of every "
        "sink, the answer, the page's reference.",
        ("what is proved of the shape is about this kernel only if the two are one",),
        subjects(shape, subject.procedure),
        tuple(f for f in FACTS if f.name in _NEEDED),
        (TRUE,),
        behaves_alike(),
    )
