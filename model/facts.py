# SPDX-License-Identifier: GPL-2.0-only
"""Every assumption, by name: what is believed of core-mm, of the caller and of the machine.

A fact is a term over the words of ``model.memory``.  It is offered to the solver under its name,
and the facts that a proof used are printed with it; nothing else is assumed of any input.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term


@dataclass(frozen=True)
class Fact:
    """``holds`` on every input that can occur; ``source`` is where that can be read; ``says`` is
    the fact as a sentence."""

    name: str
    says: str
    holds: Term
    source: str
