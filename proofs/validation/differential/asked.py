# SPDX-License-Identifier: GPL-2.0-only
"""A target of a tree as a program: what GCC says is missing is looked up in the tree, until nothing is.

Names that a macro pastes together stand nowhere as they are, so that no search of the text finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from model.source.kernel import Kernel
from proofs.validation.differential.cgen.harness import harness
from proofs.validation.differential.program import Missing, Program, build

_ROUNDS = 8


def program(
    kernel: Kernel, folder: Path, replaced: Mapping[str, bytes] | None = None, more: str = ""
) -> Program:
    """Compile a target and its procedure; ``replaced`` gives functions another text than the tree's.

    Raises NoCompiler where there is no gcc, and Unprintable for what it refuses for good.
    """
    for _ in range(_ROUNDS):
        made = harness(kernel, replaced, more)
        try:
            return build(replace(made, asked=more), folder)
        except Missing as error:
            if all(each in more.split() for each in error.names):
                raise
            more = " ".join([more, *error.names])
    return build(harness(kernel, replaced, more), folder)
