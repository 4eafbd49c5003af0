# SPDX-License-Identifier: GPL-2.0-only
"""The files of a review: which there are, that each is well-formed whatever a patch says, and is repeatable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.review import files
from proofs.review.entries import COMPARED, list_entries
from proofs.review.review import FunctionChange, FunctionReview, PatchReview, Review, Status, VerdictChange
from proofs.theorems.expectation import Verdict
from tests.support.review import reviews

TOP = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((TOP / "proofs/review/formats/results.schema.json").read_text())
HEADERS = {
    "Subject",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
ONE = reviews.review(reviews.broken())
SERIES = reviews.review(reviews.broken(1), reviews.harmless(2), first=reviews.cover())


def strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from (key, *strings(value))
    elif isinstance(data, list):
        for each in data:
            yield from strings(each)


EVIDENCE = re.compile(r"evidence/([0-9]{2}/)?[A-Za-z0-9_.@-]+\.(smt2|txt)")


def check_all(review: Review) -> None:
    """Every file is well-formed, and nothing in it hides."""
    for name, text in files.render_files(review).items():
        data = text.encode("utf-8")
        if name.endswith((".json", ".sarif")):
            assert text.isascii() and text.endswith("\n")
            assert all(
                each.replace("\n", "").replace("\t", "").isprintable() for each in strings(json.loads(text))
            )
        elif name.endswith(".xml"):
            root = ElementTree.fromstring(data)
            assert {each.tag for each in root.iter()} <= {
                "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"
            }  # fmt: skip
        elif name.endswith(".eml"):
            check_mail(data)
        elif name.endswith(".html"):
            pass  # tests/proofs/review/page/test_document.py
        else:
            assert name == "report.txt" or EVIDENCE.fullmatch(name), name
            assert text.isascii() and text.replace("\n", "").isprintable()


def check_mail(data: bytes) -> None:
    mail = message_from_bytes(data, policy=policy.default)
    assert set(mail.keys()) <= HEADERS and len(mail.keys()) == len(set(mail.keys()))
    assert not mail.defects and not any(mail[name].defects for name in mail)
    assert max(map(len, data.split(b"\n"))) <= 998
    body = mail.get_content()
    assert body.replace("\n", "").replace("\t", "").isprintable()
    assert "status:      fail" in body


@pytest.mark.parametrize("dirt", reviews.DIRT, ids=range(len(reviews.DIRT)))
def test_every_file_is_well_formed_whatever_a_patch_says(dirt: str) -> None:
    check_all(reviews.dirty(dirt))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_every_file_is_well_formed_whatever_text_it_is(dirt: str) -> None:
    check_all(reviews.dirty(dirt))


def plain(review: Review) -> list[str]:
    """The files that are no evidence."""
    return sorted(name for name in files.render_files(review) if not name.startswith("evidence/"))


def test_the_files_by_name() -> None:
    tables = [f"evidence/user_mem_abort.4K.{side}.table.txt" for side in ("after", "before")]
    found = [name for name in files.render_files(ONE) if name.startswith("evidence/")]
    assert set(tables) < set(found) and all(map(EVIDENCE.fullmatch, found))
    common = [
        "b4.json",
        "junit.xml",
        "patchwork.json",
        "reply.eml",
        "report.html",
        "report.txt",
        "results.json",
        "results.sarif",
    ]
    assert plain(ONE) == common
    assert plain(SERIES) == sorted([*common, "reply-01.eml"])
    assert "evidence/01/user_mem_abort.4K.before.table.txt" in files.render_files(SERIES)
    trees = replace(reviews.harmless(), patch=replace(reviews.patch(), files=()))
    assert "reply.eml" not in files.render_files(reviews.review(trees))


def test_the_same_review_gives_the_same_bytes() -> None:
    again = reviews.review(reviews.broken(1), reviews.harmless(2), first=reviews.cover())
    assert files.render_files(SERIES) == files.render_files(again)


def test_drafts_of_an_earlier_review_are_removed_and_nothing_else(tmp_path: Path) -> None:
    kept = ["reply-me.eml", "reply.txt", "notes.eml"]
    (tmp_path / "evidence/03").mkdir(parents=True)
    kept.append("evidence/03/notes.txt")
    for name in [*kept, "reply-07.eml", "evidence/old@6.12.after.smt2", "evidence/03/old@6.12.lines.txt"]:
        (tmp_path / name).write_text("mine")
    files.write_files(tmp_path, ONE)
    there = sorted(each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*") if each.is_file())
    assert there == sorted([*kept, *files.render_files(ONE)])
    assert (tmp_path / "reply.eml").read_text() == files.render_files(ONE)["reply.eml"]


def test_what_is_printed_is_what_is_written() -> None:
    found = files.render_files(ONE)
    assert files.render_format(ONE, "json") == found["results.json"]
    assert files.render_format(ONE, "b4") == found["b4.json"]


# The JSON ------------------------------------------------------------------------------------
def valid(review: Review) -> dict[str, Any]:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    found: dict[str, Any] = json.loads(files.render_format(review, "json"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


@pytest.mark.parametrize(
    "review", [ONE, SERIES, *map(reviews.dirty, reviews.DIRT)], ids=lambda r: r.title[:20]
)
def test_the_results_are_as_the_schema_says(review: Review) -> None:
    assert valid(review)["status"] == review.status.value


def test_what_the_schema_does_not_know_is_no_result() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    for key in ("patches", "status", "schema"):
        found = valid(ONE)
        del found[key]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SCHEMA).validate(found)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate({**valid(ONE), "time": 1})


def test_the_results_have_all_that_was_found() -> None:
    (one,) = json.loads(files.render_format(ONE, "json"))["patches"]
    function, theorem = one["functions"][0], one["theorems"][0]
    assert (function["change"], function["cells"][0]["after"]) == ("differs", "Device")
    assert len(function["cells"]) == 1 and function["cells"][0]["before"] == "Normal"
    assert function["differences"][0]["witness"]["courses"]["other"]["steps"][0]["line"] == reviews.DECIDED
    assert theorem["lines"][0]["line"] == reviews.RESTED
    assert (theorem["before"]["verdict"], theorem["after"]["verdict"]) == ("PROVED", "REFUTED")
    assert one["patch"]["message_id"] == "<20250106.1@example.org>"


# Entries -------------------------------------------------------------------------------------
FUNCTIONS = st.sampled_from([FunctionReview("user_mem_abort", "4K", each) for each in FunctionChange])
VERDICTS = st.sampled_from(list(Verdict))
THEOREMS = st.builds(reviews.theorem, st.sampled_from(list(VerdictChange)), VERDICTS, VERDICTS)
WORST = (Status.FAIL, Status.WARN, Status.PASS)


@given(st.lists(FUNCTIONS, max_size=3), st.lists(THEOREMS, max_size=3))
def test_the_worst_entry_is_the_status_of_the_patch(functions: Any, theorems: Any) -> None:
    """But that a new theorem fails warns, which the patch does by the function that is new with it."""
    if any(each.became is VerdictChange.NEW for each in theorems):
        functions = [*functions, FunctionReview("user_mem_abort", "16K", FunctionChange.APPEARED)]
    patch = PatchReview(reviews.patch(), tuple(functions), tuple(theorems))
    found = {each.status for each in list_entries(patch)}
    assert next(status for status in WORST if status in found) is patch.status
    assert any(each.is_open for each in list_entries(patch)) is patch.is_undecided


def test_the_place_of_an_entry_is_a_line_that_the_patch_adds_if_one_decides() -> None:
    """Whichever of the course's steps that is; without one, the branch that was taken and decided."""
    moved = replace(reviews.SECOND, new_start=1508)  # its third line, which is added, is 1510
    patch = replace(reviews.broken(), patch=reviews.patch(1, hunks=(moved,)))
    assert [each.place.line for each in list_entries(patch) if each.place] == [1510, 1510]
    apart = replace(reviews.SECOND, new_start=9000)
    patch = replace(reviews.broken(), patch=reviews.patch(1, hunks=(apart,)))
    assert [each.place.line for each in list_entries(patch) if each.place] == [reviews.DECIDED] * 2


def test_the_places_of_entries() -> None:
    function, _, theorem, same = list_entries(reviews.broken())
    assert (function.name, str(function.place)) == (COMPARED, f"{reviews.MMU}:{reviews.DECIDED}")
    assert (theorem.status, str(theorem.place)) == (Status.FAIL, f"{reviews.MMU}:{reviews.DECIDED}")
    assert [span.line for span in theorem.core] == [reviews.RESTED]
    assert (same.place, same.file) == (None, reviews.MMU)
