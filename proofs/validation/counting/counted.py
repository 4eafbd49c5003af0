# SPDX-License-Identifier: GPL-2.0-only
"""Which part of all values of its words does an assumption remove, and what are examples?

Trusted: ``proofs.solvers.bdd.exact`` and what it trusts, for the numbers; examples are evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from counterexamples.render import prose
from counterexamples.witness import InputValue
from model.logic import Sort, Term, free_names, value_of
from model.program.symbolic import with_constants
from proofs.claims.claim import Claim
from proofs.solvers.bdd.bdd import Bdd, TooLarge, Variable
from proofs.solvers.bdd.exact import Exact
from proofs.solvers.bdd.variable_order import order

#: Nodes of a diagram above which nothing is counted: about a second of work.
NODES = 300_000


@dataclass(frozen=True)
class Counted:
    """A fact or the premises of a theorem: the part of all inputs on which it holds (None: the diagram
    is too large to count; at most on it if that is not ``exact``), and an input on which it holds, and does
    not, as text ("" if there is none); ``used_by`` names the claims whose proofs need a fact."""

    name: str
    holds: Fraction | None
    admitted: str = ""
    excluded: str = ""
    used_by: tuple[str, ...] = ()
    exact: bool = True


def counted(
    name: str,
    term: Term,
    constants: Mapping[str, int],
    used_by: tuple[str, ...] = (),
    nodes: int = NODES,
) -> Counted:
    """The numbers of a condition over words, of which ``constants`` are known.

    Raises ValueError if an example is not one, which would be a mistake of the diagram.
    """
    meant = with_constants(term, constants)
    names = dict(sorted(free_names(meant).items()))
    bdd = Bdd(order(meant), nodes)
    try:
        edge = Exact(bdd).truth(meant)
    except (TooLarge, RecursionError):
        return Counted(name, None, used_by=used_by)
    examples = []
    for side, wanted in ((edge, True), (bdd.negate(edge), False)):
        model = None if side == bdd.false else _model(bdd.some(side), names)
        if model is not None and _holds(meant, model) is not wanted:
            raise ValueError(f"The diagram of {name} and its meaning differ on {model}.")
        examples.append("" if model is None else told(model, names, constants))
    return Counted(name, bdd.share(edge), examples[0], examples[1], used_by)


def of_facts(claims: Sequence[Claim], used: Mapping[str, Sequence[int]]) -> list[Counted]:
    """The numbers of all facts that are offered to the claims, in their order; ``used`` are the facts
    (by position) that the proof of each claim needs, by its name."""
    users: dict[str, list[str]] = {}
    first: dict[str, tuple[Term, Mapping[str, int]]] = {}
    for claim in claims:
        constants = next(iter(claim.subjects.values())).constants
        for i, fact in enumerate(claim.facts):
            first.setdefault(fact.name, (fact.holds, constants))
            if i in used.get(claim.name, ()):
                users.setdefault(fact.name, []).append(claim.name)
    return [counted(name, *each, tuple(users.get(name, ()))) for name, each in first.items()]


def told(model: Mapping[str, int], names: Mapping[str, Sort], constants: Mapping[str, int]) -> str:
    """An input in kernel words; what is not told is 0 or false."""
    values = [InputValue(n, names[n].width, v, v, n) for n, v in model.items() if v]
    return ", ".join(prose.value_text(v, constants) for v in values) or "all words are 0"


def _model(bits: Mapping[Variable, int], names: Mapping[str, Sort]) -> dict[str, int]:
    model = dict.fromkeys(names, 0)
    for (text, bit), value in bits.items():
        model[text] |= value << bit
    return model


def _holds(term: Term, model: Mapping[str, int]) -> bool:
    return bool(value_of(term, lambda leaf: model[str(leaf.data)], _no_call))


def _no_call(term: Term, _: list[int]) -> int:
    raise ValueError(f"{term.data} is an application.")
