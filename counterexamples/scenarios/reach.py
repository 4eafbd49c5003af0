# SPDX-License-Identifier: GPL-2.0-only
"""Reachability of a witness: the scenarios in which what it shows happens as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from counterexamples.scenarios.programs import SCENARIOS
from counterexamples.scenarios.scenario import Scenario, Values, inputs
from model.logic import TRUE, Term
from model.vocabulary.memory import (
    MT_NORMAL_TAGGED,
    attr_index,
    host_pte_special,
    is_hugetlb,
    is_pfnmap,
    is_pfnmap_or_mixedmap,
    mte_allowed,
    vm_page_prot,
)


@dataclass(frozen=True)
class Reach:
    """``scenarios`` that get to a witness; if there are none, ``why`` no program is known that does."""

    scenarios: tuple[Scenario, ...] = ()
    why: str = ""


#: Of what no page is looked for.
NOT_APPLICABLE = Reach()

#: Why no program is known that gets to such a page: what is true of it, and a sentence.
OBSTACLES: tuple[tuple[Term, str], ...] = (
    (
        is_pfnmap_or_mixedmap & (attr_index(vm_page_prot) == MT_NORMAL_TAGGED),
        "MT_NORMAL_TAGGED takes PROT_MTE, which takes VM_MTE_ALLOWED, and no driver's mmap gets it.",
    ),
    (is_pfnmap_or_mixedmap & mte_allowed, "VM_MTE_ALLOWED is never set on what a driver maps."),
    (is_pfnmap_or_mixedmap & is_hugetlb, "hugetlbfs sets neither VM_PFNMAP nor VM_MIXEDMAP."),
)
#: Of the bugs that their own condition leaves to a caller or to a fact: on which pages they are made.
MADE_ON: Mapping[str, Term] = {
    "every_pfnmap_pte_was_writable": is_pfnmap,  # the lookup of others asks GUP for FOLL_WRITE
    "pfnmap_pages_were_said_writable": is_pfnmap & host_pte_special,  # GUP finds the others before
}

NO_SCENARIO = "None of the scenarios has such a page."


def _all_candidates(several: Sequence[Values]) -> int:
    return (1 << len(several)) - 1


def find_scenarios(
    witness: Values,
    fails: Callable[[Values], bool],
    on: Term = TRUE,
    candidates: Callable[[Sequence[Values]], int] = _all_candidates,
) -> tuple[Scenario, ...]:
    """The scenarios in which what the witness shows happens as well, in their order.  ``fails`` says of
    values by symbol whether they can occur and the theorem fails on them, and is called only where
    ``candidates`` has a bit, which looks at many values at once; ``on`` is over symbols of the page, and only
    scenarios of which it is true are looked at."""
    tried = [(s, values) for s in SCENARIOS if s.holds(on) for values in inputs(s, witness)]
    likely = candidates([values for _, values in tried])
    found: dict[str, Scenario] = {}
    for i, (scenario, values) in enumerate(tried):
        if likely >> i & 1 and scenario.name not in found and fails(values):
            found[scenario.name] = scenario
    return tuple(found.values())


def obstacle(holds: Callable[[Term], bool]) -> str:
    """Why no known program reaches a witness that no scenario has; ``holds`` says what is true of it."""
    return next((reason for term, reason in OBSTACLES if holds(term)), NO_SCENARIO)
