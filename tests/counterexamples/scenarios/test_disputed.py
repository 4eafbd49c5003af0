# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of D1 to D12, version by version, with and without FWB and DIC."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from counterexamples.scenarios.programs import DISPUTED
from counterexamples.scenarios.scenario import Scenario
from model.arch.arm64.constants import PAGES, V6_12
from model.arch.arm64.fault import shapes
from model.facts.assumed import FACTS
from model.logic import Term, value_of
from model.program import symbolic
from model.program.interpreter import Inputs, interpret
from model.program.procedure import Procedure
from model.vocabulary.memory import DEVICE, EFAULT, EINVAL, NORMAL_NC, WRITABLE, memslot_refused
from proofs.claims.claim import bind

SHAPES = {s.name: s.procedure for s in shapes()}
BY_NAME = {s.name: s for s in DISPUTED}
VERSIONS = ("v6.16", "v7", "v9", "v6.17", "v7.2.10")

#: N, NC, D: the stage-2 type, RO or RW; EFAULT, EINVAL: refused; C: refused at memslot creation as
#: well.  Two answers: with FWB and DIC, and without.
OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "D1": {"v6.16": "N RW", "v7": "N RW", "v9": "N RW", "v6.17": "N RW", "v7.2.10": "N RW"},
    "D2": {
        "v6.16": "N RO",
        "v7": "EINVAL",
        "v9": "N RO",
        "v6.17": "N RO/N RO C",
        "v7.2.10": "N RO/N RO C",
    },
    "D2, after a store": {
        "v6.16": "N RW",
        "v7": "EINVAL",
        "v9": "N RW",
        "v6.17": "N RW/N RW C",
        "v7.2.10": "N RW/N RW C",
    },
    "D3": {"v6.16": "D RO", "v7": "EINVAL", "v9": "EINVAL", "v6.17": "D RO", "v7.2.10": "D RO"},
    "D4": {"v6.16": "N RW", "v7": "EINVAL", "v9": "N RW", "v6.17": "N RW", "v7.2.10": "N RW"},
    "D5": {"v6.16": "D RW", "v7": "N RW/EINVAL", "v9": "N RW", "v6.17": "N RW", "v7.2.10": "N RW"},
    "D6": {"v6.16": "D RW", "v7": "N RW/EINVAL", "v9": "N RW", "v6.17": "N RW", "v7.2.10": "N RW"},
    "D7": {
        "v6.16": "D RW",
        "v7": "N RW/EINVAL",
        "v9": "N RW/EFAULT",
        "v6.17": "N RW/EFAULT",
        "v7.2.10": "N RW/EFAULT",
    },
    "D8": {
        "v6.16": "D RW",
        "v7": "N RW/EINVAL",
        "v9": "N RW/EFAULT",
        "v6.17": "N RW/EFAULT C",
        "v7.2.10": "N RW/EFAULT C",
    },
    "D11": {"v6.16": "NC RW", "v7": "NC RW", "v9": "NC RW", "v6.17": "NC RW", "v7.2.10": "NC RW"},
    "D12": {"v6.16": "N RW", "v7": "N RW", "v9": "N RW", "v6.17": "N RW", "v7.2.10": "N RW"},
}
OUTCOMES = {**OUTCOMES, "D9": OUTCOMES["D8"], "D10": OUTCOMES["D8"]}


def outcome(procedure: Procedure, scenario: Scenario, hardware: bool) -> str:
    machine = {"ARM64_HAS_STAGE2_FWB": int(hardware), "ARM64_HAS_CACHE_DIC": int(hardware)}
    run = interpret(procedure, Inputs({**procedure.constants, **scenario.values, **machine}))
    results = symbolic.run(procedure)

    def is_(word: Term) -> bool:
        return bool(run.value(bind(word, {"": procedure}, {"": results})))

    refused = " C" if "memslot_refused" in procedure.symbols and is_(memslot_refused) else ""
    ret = run.value(procedure.symbols["ret"])
    if not run.value(procedure.symbols["mapped"]):
        return {(1 << 32) - EFAULT: "EFAULT", (1 << 32) - EINVAL: "EINVAL"}[ret] + refused
    kind = "D" if is_(DEVICE) else "NC" if is_(NORMAL_NC) else "N"
    return f"{kind} {'RW' if is_(WRITABLE) else 'RO'}{refused}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scenario", DISPUTED, ids=lambda s: s.name)
def test_what_becomes_of_a_page(scenario: Scenario, version: str) -> None:
    declared = OUTCOMES[scenario.name][version].split("/")
    with_hardware, without_hardware = (outcome(SHAPES[version], scenario, hw) for hw in (True, False))
    assert [with_hardware, without_hardware] == [declared[0], declared[-1]]


@pytest.mark.parametrize("scenario", DISPUTED, ids=lambda s: s.name)
def test_the_facts_admit_it(scenario: Scenario) -> None:
    values = {**V6_12, **PAGES["4K"], **scenario.values}
    # Nothing is mapped as one block here, and the page that was looked up is the one that faulted.
    values |= {"map_size": 1 << 12, "lookup_gfn": 0}
    for fact in FACTS:
        assert value_of(fact.holds, lambda t: values.get(str(t.data), 0), lambda t, a: 0), fact.name


def test_every_scenario_has_its_outcomes() -> None:
    assert set(OUTCOMES) == set(BY_NAME)
