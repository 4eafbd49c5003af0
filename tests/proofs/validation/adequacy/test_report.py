# SPDX-License-Identifier: GPL-2.0-only
"""The adequacy of theorems: a vacuous theorem, a tautology, an outcome that never comes
about, and an assumption that no proof needs are each planted and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.facts.assumed import FACTS as ALL_FACTS
from model.facts.assumed import Fact
from model.logic import Term, free_names
from model.source.targets.functions import TARGETS
from model.vocabulary.memory import (
    NORMAL,
    NORMAL_NC,
    PMD_SIZE,
    PUD_SIZE,
    logging_active,
    map_size,
    mapped,
    ret,
    returns,
)
from proofs.claims.catalogue import theorems
from proofs.claims.claim import Claim
from proofs.run import main
from proofs.solvers.smt.pool import Pool
from proofs.validation.adequacy.outcomes import (
    BY_DEFINITION,
    NEVER,
    OF_OTHER_KERNELS,
    OUTCOMES,
    WITH_LARGE_PAGES,
)
from proofs.validation.adequacy.report import (
    FACTS,
    NEEDED,
    OUTCOME,
    PREMISES,
    SAYS,
    SIBLING,
    AdequacyAnswer,
    answer_questions,
    exit_code,
    render_text,
)
from tests.support import toy
from tests.support.solvers.asking import by_theorem

FEW: dict[str, Term] = {"returns_EFAULT": returns(toy.ERRNO["EFAULT"]), "maps_normal": mapped & NORMAL}
NEEDS = "special_cow_is_read_only"


def claims(*names: str) -> list[Claim]:
    return [claim for claim in toy.claims() if claim.theorem in names]


def found(
    asked: Sequence[Claim],
    outcomes: dict[str, Term] | None = None,
    never: dict[tuple[str, str], str] | None = None,
    **more: bool,
) -> list[AdequacyAnswer]:
    with Pool(1, 30) as pool:
        return answer_questions(pool, asked, None, outcomes or FEW, never or {}, {}, **more)


def wrong(asked: Sequence[AdequacyAnswer]) -> list[tuple[str, str]]:
    return [(row.question, row.about) for row in asked if not row.adequate]


def test_the_toy_is_adequate_but_for_assumptions_that_its_theorems_do_not_need() -> None:
    answers = found(toy.claims())
    needed = {row.about: row.adequate for row in answers if row.question == NEEDED}
    assert wrong(answers) == [(NEEDED, name) for name, good in needed.items() if not good]
    assert needed == {
        "map_memory_is_valid": False,
        "special_cow_pte_is_read_only": True,
        "lookup_is_as_writable_as_the_pte": True,
        "special_means_no_normal_page": False,
    }
    assert exit_code(answers) == 1


def test_of_a_part_of_the_catalogue_assumptions_are_not_judged() -> None:
    answers = found(claims("never_both", NEEDS), whole=False)
    assert NEEDED not in {row.question for row in answers}
    assert exit_code(answers) == 0
    assert render_text(answers).endswith("answers: adequate")


def test_a_vacuous_theorem_is_found() -> None:
    planted = toy.claim("planted", toy.fault_path(), (mapped, ret == 7), NORMAL)
    answers = found([*claims("never_both"), planted], whole=False)
    assert wrong(answers) == [(PREMISES, "planted@merged")]
    assert exit_code(answers) == 1


def test_a_tautology_is_found() -> None:
    planted = toy.claim("planted", toy.fault_path(), (mapped,), NORMAL | ~NORMAL | logging_active)
    answers = found([*claims("never_both"), planted], whole=False)
    assert (SAYS, "planted") in wrong(answers)
    (row,) = [row for row in answers if (row.question, row.about) == (SAYS, "planted")]
    assert row.finding == "The conclusion is a tautology. The premises imply the conclusion by themselves."


def test_a_theorem_of_which_no_code_is_needed_is_found_unless_that_is_declared() -> None:
    planted = toy.claim("planted", toy.fault_path(), (mapped, map_size == PMD_SIZE), map_size != PUD_SIZE - 1)
    path = replace(toy.fault_path(), constants={**toy.CONSTANTS, "PUD_SIZE": 1 << 30})
    planted = replace(planted, procedures={"": path})
    assert wrong(found([planted], whole=False)) == [(SAYS, "planted")]
    with Pool(1, 30) as pool:
        assert not wrong(
            answer_questions(pool, [planted], None, FEW, {}, {"planted": "it is a definition"}, False)
        )
        declared = answer_questions(
            pool, claims("never_both"), None, FEW, {}, {"never_both": "it is a definition"}, False
        )
    assert wrong(declared) == [(SAYS, "never_both")]


def test_facts_that_exclude_each_other_are_found() -> None:
    nothing = Fact("nothing_is_logged", "Nothing is logged.", ~logging_active, "nowhere")
    all_ = Fact("all_is_logged", "All is logged.", logging_active, "nowhere")
    planted = replace(claims("never_both")[0], facts=(nothing, all_))
    answers = found([planted], whole=False)
    assert (FACTS, "merged, 2 facts") in wrong(answers)


def test_outcomes_are_reached_or_declared_never_to_come_about() -> None:
    both = FEW | {"returns_7": ret == 7}
    asked = claims("never_both")
    assert wrong(found(asked, both, whole=False)) == [(OUTCOME, "returns 7 in merged")]
    assert not wrong(found(asked, both, {("", "returns_7"): "nothing does"}, whole=False))
    declared = found(asked, FEW, {("", "maps_normal"): "nothing does"}, whole=False)
    assert wrong(declared) == [(OUTCOME, "maps normal in merged")]


def test_what_the_constants_exclude_is_no_outcome() -> None:
    """A kernel without the bit cannot set it."""
    (asked,) = claims("never_both")
    path = asked.procedures[""]
    (bit,) = {text for text in free_names(NORMAL_NC) if text in path.constants and "NC" in text}
    without = replace(path, constants={**path.constants, bit: 0})
    (row,) = [
        row
        for row in found(
            [replace(asked, procedures={"": without})], {"maps_nc": mapped & NORMAL_NC} | FEW, whole=False
        )
        if row.question == OUTCOME and row.about.startswith("maps n")
    ]
    assert row.about == "maps normal in merged"


def test_every_theorem_of_the_toy_has_a_false_sibling_that_is_told() -> None:
    siblings = {row.about: row.finding for row in found(toy.claims()) if row.question == SIBLING}
    assert siblings.keys() == toy.THEOREMS.keys() - toy.REFUTED.keys()
    assert siblings["logging_maps_pages"] == "refuted without the premise logging_active, in merged"


def test_what_is_undecided_is_no_success() -> None:
    asked = [replace(toy.hard(), theorem="hard")]
    with Pool(1, 0.2) as pool:
        answers = answer_questions(pool, asked, None, FEW, {}, {}, False)
    assert exit_code([row for row in answers if row.question == PREMISES]) == 3
    assert "UNDECIDED: the premises can hold: hard@hard: Nothing was decided" in render_text(answers)


def test_what_is_declared_names_what_there_is() -> None:
    assert {outcome for _, outcome in NEVER} <= OUTCOMES.keys()
    assert {function for function, _ in NEVER} <= {"", *(target.name for target in TARGETS)}
    assert BY_DEFINITION.keys() <= by_theorem().keys()
    assert {name.removeprefix("no_case_of_") for name in OF_OTHER_KERNELS} <= {
        each.name for each in theorems()
    }
    assert WITH_LARGE_PAGES.keys() <= {fact.name for fact in ALL_FACTS}


def test_the_command_assesses_what_was_chosen(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = [
        "--adequacy",
        "--no-cache",
        "--jobs",
        "1",
        "--shape",
        "v6.17",
        "--theorem",
        "mapped_pages_*",
    ]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "the outcome is reached: 22 of 22\na false sibling is refuted: 1 of 1\n" in told
    assert told.endswith("answers: adequate\n")
