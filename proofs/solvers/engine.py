# SPDX-License-Identifier: GPL-2.0-only
"""What an engine is: a solver that is spoken to in SMT-LIB 2."""

from __future__ import annotations

from collections.abc import Callable

#: Runs commands and returns what they print, and keeps what it was told from one call to the next.
#: Raises EngineError where the solver complains.
SmtEngine = Callable[[str], str]


class EngineError(RuntimeError):
    """The solver did not understand a command."""
