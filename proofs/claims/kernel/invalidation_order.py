# SPDX-License-Identifier: GPL-2.0-only
"""Invalidations that run while a page is looked up.

The count of invalidations may grow at any time, so that what mmu_invalidate_retry() compares with must have
been read before the VMA was let go and before the pfn was looked up.  The claim is about the function with a
count that becomes another one there.  Trusted: that nothing else matters to
which count was read; the memory barriers beside it are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from model.logic import BOOL, BV64, name, place
from model.program.procedure import Call, Input, Origin, Place, Procedure, Set, Statement, effects
from model.program.rewrite import Descend, rewrite
from model.source.kernel import Kernel
from proofs.claims.claim import Claim, NamedTheorem, make_claim
from proofs.theorems.theorem import Theorem

THEOREM = "invalidations_are_counted_before_the_page_is_looked_up"
_RETRY = "mmu_invalidate_retry"
#: From these calls on the count may be another one.
_LOOKUPS = ("pfn lookup", "kvm_gmem_get_pfn")
_VMA_LET_GO = "(mmap_lock) given back"
#: What the count is called; up to v6.0 it had another name.
_COUNTS = ("kvm->mmu_invalidate_seq", "kvm->mmu_notifier_seq")
_retries, _compared, _counted = (
    name("(asked)", BOOL),
    name("(compared with)", BV64),
    name("(counted)", BV64),
)


def make_invalidation_claim(subject: str, kernel: Kernel) -> Iterator[Claim]:
    """The claim about a function that may try again; none about any other."""
    if "seq" not in effects(kernel.procedure.body).get(_RETRY, {}):
        return
    theorem = Theorem(
        "What mmu_invalidate_retry() compares with was read before mmap_lock was given back and before "
        "the page was looked up.",
        (_retries,),
        _compared == _counted,
        ("13ec9308a857: Retry fault if vma_lookup() results become invalid",),
    )
    procedures = {"": add_invalidations(kernel.procedure)}
    yield make_claim(NamedTheorem(THEOREM, "resources", theorem), subject, kernel.pages, procedures)


def add_invalidations(procedure: Procedure) -> Procedure:
    """The procedure while invalidations run, with words for what is claimed of it."""
    count = next((c for c in _COUNTS if c in procedure.places), _COUNTS[0])
    first, later = name(count, BV64), name(f"{count} later", BV64)
    words = {
        str(_retries.data): place(f"{_RETRY}.called", BOOL),
        str(_compared.data): place(f"{_RETRY}.seq", BV64),
        str(_counted.data): first,
    }
    grown = Input(BV64, Origin.CONTRACT, "the count after more invalidations")

    def visit(statement: Statement, descend: Descend) -> Iterator[Statement]:
        yield descend(statement)
        if _lets_others_count(statement):
            yield Set(count, later, statement.span)

    return replace(
        procedure,
        body=rewrite(procedure.body, visit),
        places={count: Place(BV64, first), **procedure.places},
        inputs={count: Input(BV64), **procedure.inputs, str(later.data): grown},
        symbols={**procedure.symbols, **words},
    )


def _lets_others_count(statement: Statement) -> bool:
    """Whether the count may be another one behind the statement."""
    is_lookup = isinstance(statement, Call) and statement.effect in _LOOKUPS
    return is_lookup or (isinstance(statement, Set) and statement.target == _VMA_LET_GO)
