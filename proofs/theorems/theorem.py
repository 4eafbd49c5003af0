# SPDX-License-Identifier: GPL-2.0-only
"""Theorems: a sentence, its premises, its conclusion, and the sources it rests on.

A theorem is stated over the symbols of ``model.vocabulary.memory`` and knows no shape, no kernel, no solver.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.logic import Term, free_names, name, substitute


@dataclass(frozen=True)
class Theorem:
    """``says`` is the whole theorem as a sentence in kernel words; all of ``given`` together imply
    ``then``; ``because`` cites the commit, mail (Message-ID), manual rule or comment it rests on.
    ``not_assuming`` names facts that must not be used: the theorem says what holds without them.
    ``of`` is the function that it is about (the name of a target in ``model.source.targets``), "" for
    the fault paths.

    Its name is the attribute it is bound to in its module, a true sentence in snake_case.
    """

    says: str
    given: tuple[Term, ...]
    then: Term
    because: tuple[str, ...]
    not_assuming: tuple[str, ...] = ()
    of: str = ""

    @property
    def symbols(self) -> frozenset[str]:
        """The symbols and constants that a procedure must bind for the theorem to apply to it."""
        return frozenset(free_names(*self.given, self.then))


@dataclass(frozen=True)
class Region:
    """A set of inputs that is printed as a formula: ``term`` over the symbols, in terms of at most eight
    labelled conditions.  ``says`` is what it is the set of.  Where the conditions do not determine it,
    ``projected`` says to take each combination of them that some input of the region has.

    In a sentence ``says`` comes first, then ``where`` and the formula, or ``always`` if the region
    has every combination."""

    says: str
    atoms: tuple[tuple[str, Term], ...]
    term: Term
    projected: bool = False
    where: str = ""
    always: str = "always"


def qualify(subject: str, term: Term) -> Term:
    """The term over the symbols of that subject: ``ret`` becomes ``SUBJECT:ret``."""
    return substitute(term, lambda leaf: name(f"{subject}:{leaf.data}", leaf.sort))
