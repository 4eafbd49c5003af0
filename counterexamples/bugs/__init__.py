# SPDX-License-Identifier: GPL-2.0-only
"""The real mistakes in the fault path and its neighbours, by name, one module a subject.

A bug's name is the attribute that it is bound to.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from counterexamples.bugs import hardware, memory_type, neighbours, on_c, refusal, sizes
from counterexamples.bugs.bug import Bug, bugs_of

SUBJECTS: tuple[ModuleType, ...] = (memory_type, hardware, sizes, refusal, neighbours, on_c)


def bugs() -> Mapping[str, Bug]:
    """Every bug, in the order in which they are written."""
    return {name: bug for module in SUBJECTS for name, bug in bugs_of(module).items()}
