# SPDX-License-Identifier: GPL-2.0-only
"""Mutation operators: every small bug that they can make in a procedure, one at a time.

An operator is a pure function from a procedure to its mutants, in the order of the statements.
Nothing here is trusted: what became of a mutant is found out in ``proofs.validation.mutation.decide``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from counterexamples.mutation.mutant import Mutant, Operator, Shape, shape_of
from counterexamples.mutation.statements import (
    delete_a_statement,
    move_a_check_across_the_retry,
    swap_neighbours,
)
from counterexamples.mutation.terms import (
    add_a_conjunct,
    change_a_constant,
    drop_a_conjunct,
    negate_a_guard,
    weaken_a_comparison,
)
from model.program.procedure import Procedure

#: Every operator by its name, in the order in which they are told.
OPERATORS: Mapping[str, Operator] = {
    "delete a statement": delete_a_statement,
    "negate a guard": negate_a_guard,
    "drop a conjunct": drop_a_conjunct,
    "add a conjunct": add_a_conjunct,
    "swap neighbours": swap_neighbours,
    "change a constant": change_a_constant,
    "weaken a comparison": weaken_a_comparison,
    "move a check across the retry": move_a_check_across_the_retry,
}


def generate_mutants(procedure: Procedure) -> Iterator[Mutant]:
    """Every mutant that differs from the procedure and from those before it."""
    seen: set[Shape] = {shape_of(procedure.body)}
    for operator in OPERATORS.values():
        for mutant in operator(procedure):
            form = shape_of(mutant.procedure.body)
            if form not in seen:
                seen.add(form)
                yield mutant


#: Mutants of each operator, at least, if there are so many.
EACH = 3


def sample(made: Sequence[Mutant], most: int) -> list[Mutant]:
    """About so many of the mutants, evenly, and some of each operator; 0: all."""
    if not most or len(made) <= most:
        return list(made)
    chosen = {i * len(made) // most for i in range(most)}
    for operator in OPERATORS:
        of_it = [i for i, each in enumerate(made) if each.operator == operator]
        missing = EACH - sum(i in chosen for i in of_it)
        chosen |= set([i for i in of_it if i not in chosen][: max(missing, 0)])
    return [made[i] for i in sorted(chosen)]
