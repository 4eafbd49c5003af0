# SPDX-License-Identifier: GPL-2.0-only
"""Names of subjects, read back: which function of which kernel a claim is about.

A kernel's fault path is called as its release, ``7.3``; any other function of it ``7.3:gmem_abort``.
Two kernels that are compared are ``7.2.13..7.3.4``.  Shapes have names that begin with a letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target

#: The theorem of which Skipped tells where a tree has no such function: all of them.
ALL_THEOREMS = "the theorems"

_RELEASE = r"\d+\.\d+[\w.+-]*"
_SUBJECT = re.compile(rf"({_RELEASE})(?::(\w+))?", re.ASCII)


@dataclass(frozen=True)
class KernelFunction:
    """A function of a kernel, or of two: the release (or both), and the target's name."""

    kernel: str
    target: str

    @property
    def is_comparison(self) -> bool:
        """Whether it is that function of two kernels."""
        return ".." in self.kernel


def parse_subject(subject: str) -> KernelFunction | None:
    """The function that a subject is; None for a shape."""
    found = _SUBJECT.fullmatch(subject)
    return KernelFunction(found[1], found[2] or USER_MEM_ABORT.name) if found else None


def find_target(name: str) -> Target | None:
    """The target of that name."""
    return next((target for target in TARGETS if target.name == name), None)


def target_order(name: str) -> int:
    """Where a target of that name is told: as in the table of targets, and unknown ones last."""
    return next((i for i, target in enumerate(TARGETS) if target.name == name), len(TARGETS))
