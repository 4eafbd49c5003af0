# SPDX-License-Identifier: GPL-2.0-only
"""Replay of a kernel's counterexample on the model that stands for the kernel, both beside each other.

The shape runs on the kernel's inputs, with the kernel's own definition of each word
(``proofs.claims.relational.conformance``), so that it is the same witness.

Trusted: the interpreter, which runs both; that the shape stands for the release is a claim of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from counterexamples.render.two_columns import render_two_columns
from counterexamples.witness import build_witness
from model import kernels
from model.arch.arm64 import fault
from model.program.interpreter import Run
from model.program.procedure import Procedure, ProcedureError
from model.source.targets.functions.fault import USER_MEM_ABORT
from proofs.claims.claim import Claim, replay
from proofs.claims.relational.conformance import KERNEL, SHAPE, conform, pair_procedures
from proofs.claims.subject import KernelFunction
from proofs.verdicts.finding import symbol_names
from proofs.verdicts.verdict import ClaimVerdict

_PAGES = "4K"


def render_counterpart(judged: ClaimVerdict, about: KernelFunction | None) -> str:
    """The counterexample of a claim about that function of a kernel in its shape and in its own C, or a
    sentence that says why there is none; "" of what is no kernel, or has no counterexample."""
    answer = judged.answer
    if about is None or about.is_comparison or answer is None or answer.counterexample is None:
        return ""
    if about.target != USER_MEM_ABORT.name:
        return f"No model has a counterpart of it: models stand for user_mem_abort() alone, not {about.target}()."
    shape = _shape_of(about.kernel, judged.claim.pages or _PAGES)
    if shape is None:
        return f"No model stands for {about.kernel}, so that there is no counterpart of it."
    if tuple(judged.claim.procedures) != (KERNEL,):
        return "The claim is about several procedures, so that no single model has a counterpart of it."
    both = replace(judged.claim, procedures=pair_procedures(shape, judged.claim.procedures[KERNEL]))
    try:
        return _told(both, judged, shape.name)
    except ProcedureError as error:
        return f"The model of {shape.name} has no counterpart of it: {error}"


def _told(both: Claim, judged: ClaimVerdict, shape: str) -> str:
    obligation, answer = judged.obligation, judged.answer
    assert answer is not None and answer.counterexample is not None
    shown = answer.counterexample

    def rerun(model: Mapping[str, int]) -> Mapping[str, Run]:
        return replay(both, obligation.concrete(model)).runs

    widths = {name: sort.width for name, sort in obligation.inputs.items()}
    words = symbol_names(judged.claim)
    found = build_witness(shown.model, shown.cube, widths, both.procedures, rerun, words, lambda _, __: True)
    alike = replay(both, obligation.concrete(shown.model)).value(conform())
    end = (
        f"The model of {shape} does on this witness what the kernel does."
        if alike
        else f"The model of {shape} does otherwise on this witness."
    )
    return f"{render_two_columns(found, SHAPE, KERNEL)}\n{end}"


def _shape_of(kernel: str, pages: str) -> Procedure | None:
    """The shape that stands for the release, with pages of that size; None if there is none."""
    point = re.match(r"[\d.]*\d", kernel)
    release, is_known = kernels.load_kernel_table().nearest(
        kernels.parse_version(point[0] if point else kernel)
    )
    shapes = {shape.name: shape.procedure for shape in fault.shapes()}
    if not is_known or release.shape not in shapes:
        return None
    return fault.at_pages(shapes[release.shape], pages)
