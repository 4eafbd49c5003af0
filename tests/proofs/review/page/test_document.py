# SPDX-License-Identifier: GPL-2.0-only
"""report.html as text: well formed, self-contained, escaped, complete, and the same every time."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterexamples.attributes import table
from counterexamples.attributes.input_classes import COLUMNS
from counterexamples.bugs.bug import find_shape
from model.program.procedure import Span
from proofs.review.page.document import render_page
from proofs.review.page.element import element, render_html, visible
from proofs.review.page.picture import CellOutcome, classify_outcome, render_picture
from proofs.review.patches.patch import Patch
from proofs.review.review import (
    FunctionChange,
    FunctionReview,
    PatchReview,
    Review,
    TheoremReview,
    VerdictChange,
)
from tests.support.review import markup, pages

TOP = Path(__file__).resolve().parents[4]
SERIES = pages.of(
    pages.quiet("KVM: arm64: Rename a local"), pages.patch("KVM: arm64: Forget a test"), title="A series"
)
EMPTY = pages.of(PatchReview(Patch("x.patch", ""), ()))
UNREAD = FunctionReview("user_mem_abort", "", FunctionChange.UNREAD, "mmu.c:7: <asm goto> is not read.")
REVIEWS = {
    "one": pages.review(),
    "hostile": pages.review(pages.HOSTILE),
    "series": SERIES,
    "empty": EMPTY,
    "unread": pages.of(PatchReview(Patch("x.patch", "A subject"), (UNREAD,))),
}


def read(review: Review) -> markup.Tag:
    return markup.read(render_page(review))


@pytest.fixture(params=REVIEWS)
def review(request: pytest.FixtureRequest) -> Review:
    return REVIEWS[request.param]


# The file ------------------------------------------------------------------------------------
def test_ids_are_unique_and_links_lead_to_them(review: Review) -> None:
    tags = list(read(review).all())
    ids = Counter(tag.attributes["id"] for tag in tags if "id" in tag.attributes)
    assert ids.total() == len(ids)
    assert all(not re.search(r"\s", own) and own for own in ids)
    links = [tag.attributes["href"] for tag in tags if "href" in tag.attributes]
    assert all(link[0] == "#" and link[1:] in ids for link in links)
    assert links or review in (EMPTY, REVIEWS["unread"])


def test_nothing_is_loaded_and_no_attribute_is_a_script_or_a_style(review: Review) -> None:
    for tag in read(review).all():
        assert tag.name not in ("img", "link", "iframe", "object", "embed", "base", "image", "use")
        names = {
            name for name in tag.attributes if name.startswith("on") or name in ("style", "src", "srcset")
        }
        assert not names
    style = next(read(review).all("style")).text
    assert "url(" not in style and "@import" not in style


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(review: Review) -> None:
    root = read(review)
    (policy,) = root.all("meta", **{"http-equiv": "Content-Security-Policy"})
    told = dict(each.strip().split(" ", 1) for each in policy.attributes["content"].split(";"))
    digests = {}
    for name in ("style", "script"):
        (tag,) = root.all(name)
        digest = hashlib.sha256(tag.text.encode()).digest()
        digests[f"{name}-src"] = f"'sha256-{base64.b64encode(digest).decode()}'"
    assert told == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", **digests}


def test_the_same_review_gives_the_same_bytes_in_every_process() -> None:
    program = "import sys; from tests.support.review import pages; from proofs.review.page.document import render_page; sys.stdout.write(render_page(pages.review()))"
    path = os.pathsep.join([str(TOP), str(TOP / "tests"), *sys.path])
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
            cwd=TOP,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] == render_page(pages.review()).encode()


def test_the_style_and_the_script_cannot_end_themselves() -> None:
    here = TOP / "proofs/review/page/assets"
    assert "</" not in (here / "page.css").read_text() + (here / "page.js").read_text()


# Escaping ------------------------------------------------------------------------------------
@given(st.text(st.characters(codec=None)))
def test_any_text_comes_back_as_text(text: str) -> None:
    (tag,) = markup.read(render_html(element("p", text, title=text))).all()
    assert (tag.name, tag.text, tag.attributes) == ("p", visible(text), {"title": visible(text)})


@given(st.text(st.characters(codec=None)))
def test_what_cannot_be_seen_is_written_as_an_escape(text: str) -> None:
    assert all(c in "\n\t" or c.isprintable() for c in visible(text))
    visible(text).encode()  # no half of a pair is left
    if all(c in "\n\t" or c.isprintable() for c in text):
        assert visible(text) == text


def test_a_hostile_subject_is_text_wherever_it_stands() -> None:
    root = read(pages.review(pages.HOSTILE))
    plain = read(pages.review("plain"))
    shapes = [[tag.name for tag in each.all()] for each in (root, plain)]
    assert shapes[0] == shapes[1]
    told = visible(pages.HOSTILE)
    assert next(root.all("h1")).text == told
    assert told in next(root.all("title")).text
    assert any(told in code.text for code in root.all("code"))
    assert "\\x1b[31m\\u202e\\x00 &lt;" in told


def test_a_hostile_line_of_c_is_text() -> None:
    theorem = next(each for each in pages.patch("x").theorems if each.became is VerdictChange.BROKEN)
    hostile = replace(theorem, name='"<b>', lines=(Span("a<b>.c", 1, "if (a < b && *c) /* </code> */", "f"),))
    root = read(pages.of(replace(pages.patch("x"), theorems=(hostile,))))
    assert "if (a < b && *c) /* </code> */" in [code.text for code in root.all("code")]


# What is told --------------------------------------------------------------------------------
def test_every_theorem_is_told_with_its_verdicts_statement_and_relevance() -> None:
    theorems = pages.review().patches[0].theorems
    shown = {
        tag.attributes["id"].partition("/")[2]: tag
        for tag in read(pages.review()).all("details", **{"class": "claim"})
    }
    assert len(shown) == len(theorems)
    for each in theorems:
        told = shown[each.claim_name]
        verdicts = next(told.all("span", **{"class": "verdicts"})).text
        assert verdicts == " \N{RIGHTWARDS ARROW} ".join(v.value for v in each.verdicts if v)
        assert each.says in told.text
        assert ("The patch is irrelevant to it" in told.text) is (each.relevant is False)
        assert ("rests on lines that the patch touches" in told.text) is (each.relevant is True)
        assert (each.after is not None and each.after.counterexample is not None) is any(
            told.all("pre", **{"class": "prose"})
        )
        assert "Assumptions: set 1 (4 facts)" in told.text


def test_what_was_broken_stands_first() -> None:
    became = [
        tag.attributes["data-became"] for tag in read(pages.review()).all("details", **{"class": "claim"})
    ]
    assert became[0] == "broken" and became == sorted(became, key=["broken", "lost", "same"].index)


def broken() -> TheoremReview:
    return next(each for each in pages.review().patches[0].theorems if each.name == "beyond_needs_hardware")


def test_a_broken_theorem_has_the_course_before_the_patch_beside_that_after_it() -> None:
    own = f"patch-1/{broken().claim_name}"
    (claim,) = read(pages.review()).all(id=own)
    one, two = (tag.text for tag in claim.all("section"))
    assert "Before" in one and "returns -EFAULT" in one
    assert "After" in two and "returns 0" in two and "kvm_pgtable_stage2_map(" in two
    alone = [tag.text for tag in claim.all("li") if "alone" in tag.attributes.get("class", "")]
    assert len(alone) == 1 and "ARM64_HAS_STAGE2_FWB && ARM64_HAS_CACHE_DIC" in alone[0]


def test_branches_that_decide_are_marked() -> None:
    (difference,) = read(pages.review()).all("details", **{"class": "difference"})
    found = [tag for tag in difference.all("li") if "decides" in tag.attributes.get("class", "")]
    witness = pages.differing(pages.review().title).differences[0].witness
    assert witness is not None
    assert len(found) == sum(len(course.decisive) for course in witness.runs.values()) > 0
    assert all("\N{BLACK STAR}" in tag.text for tag in found)


def test_a_theorem_that_only_one_side_has_is_told() -> None:
    new = replace(broken(), became=VerdictChange.NEW, before=None, relevant=None, lines=None)
    gone = replace(broken(), name="gone", became=VerdictChange.LOST, after=None)
    root = read(pages.of(replace(pages.patch("x"), theorems=(new,))))
    (verdicts,) = (tag.text for tag in root.all("span", **{"class": "verdicts"}))
    assert verdicts == "not checked \N{RIGHTWARDS ARROW} REFUTED"
    (claim,) = root.all("details", **{"class": "claim"})
    assert [tag.text.split()[0] for tag in claim.all("section")] == ["After"]
    assert "not checked" in next(read(pages.of(replace(pages.patch("x"), theorems=(gone,)))).all("main")).text


def test_a_series_names_the_first_patch_that_changes_something() -> None:
    root = read(SERIES)
    one, two = next(root.all("tbody")).all("tr")
    assert "pass" in one.text and "first to change" not in one.text
    assert "fail" in two.text
    assert [tag.text for tag in two.all("span", **{"class": "mark"})] == [
        "first to change behaviour",
        "first to change a verdict",
    ]
    assert [tag.attributes["id"] for tag in root.all("section", **{"class": "patch"})] == [
        "patch-1",
        "patch-2",
    ]


def test_the_head_tells_what_was_compared_and_which_verdicts_changed() -> None:
    (keys,) = read(pages.review()).all("dl", **{"class": "keys"})
    assert [tag.text for tag in keys.all("dd")][1] == "user_mem_abort(), 1 function that did not change"
    (links,) = read(pages.review()).all("nav")
    changed = [each for each in pages.review().patches[0].theorems if each.became is not VerdictChange.SAME]
    assert {tag.text for tag in links.all("a")} == {each.name for each in changed}
    otherwise = replace(broken(), became=VerdictChange.OTHERWISE, before=broken().after)
    (links,) = read(pages.of(replace(pages.patch("x"), theorems=(otherwise,)))).all("nav")
    assert "REFUTED \N{RIGHTWARDS ARROW} REFUTED" in links.text and "fails otherwise" in links.text


def test_what_could_not_be_read_is_told() -> None:
    told = next(read(REVIEWS["unread"]).all("article")).text
    assert "user_mem_abort() could not be read: mmu.c:7: <asm goto> is not read." in told
    assert "Nothing was compared" in next(read(EMPTY).all("main")).text


def test_without_scripts_everything_is_shown() -> None:
    root = read(pages.review())
    assert all("open" in tag.attributes for tag in root.all("details"))
    hidden = [tag for tag in root.all() if "hidden" in tag.attributes]
    assert [tag.attributes["class"] for tag in hidden] == ["filters", "at-cell"]


# The picture ---------------------------------------------------------------------------------
def test_every_input_class_that_can_occur_is_in_the_picture_once() -> None:
    before, after = (table.compute_results(find_shape(name)) for name in ("v6.17", "v9"))
    root = markup.read(render_html(element("div", render_picture(before, after, "Classes"))))
    found = [tag.text for tag in root.all("title")]
    wanted = []
    for cell, one in before.items():
        flags, prot, kind, hardware, fault = (c.classes[i].label for c, i in zip(COLUMNS, cell, strict=True))
        two = after[cell]
        if one is not None or two is not None:
            never = "cannot occur"
            told = one if one == two else f"before {one or never}, after {two or never}"
            wanted.append(f"{flags}, {prot}, {kind}, FWB/DIC {hardware}, {fault}: {told}")
    assert Counter(found) == Counter(wanted)
    assert len(list(root.all("g", **{"class": "changed"}))) == sum(before[c] != after[c] for c in before) > 0


def test_each_cell_has_its_letter_and_its_colour() -> None:
    before, after = (table.compute_results(find_shape(name)) for name in ("v6.17", "v9"))
    root = markup.read(render_html(element("div", render_picture(before, after, "Classes"))))
    cells = {each.colour: each.letter for each in CellOutcome}
    rows = [tag for tag in root.all("g") if "transform" in tag.attributes]
    for row in rows:
        rects = [tag for tag in row.all("rect") if tag.attributes["class"] != "edge"]
        letters = "".join(cells[tag.attributes["class"].split()[0]] for tag in rects)
        texts = list(row.all("text", **{"class": "letters"}))
        assert "".join(tag.text for tag in texts) == letters
        assert sum(len(tag.attributes["x"].split()) for tag in texts) == len(letters)
    legend = next(root.all("div", **{"class": "legend"})).text
    assert all(
        f"{classify_outcome(text).letter}{classify_outcome(text).label}" in legend
        for text in before.values()
        if text
    )


def test_a_picture_in_which_nothing_changed_is_a_sentence() -> None:
    same = table.compute_results(find_shape("v6.17"))
    text = render_html(element("div", render_picture(same, same, "Classes")))
    count = sum(each is not None for each in same.values())
    assert (
        text
        == f"<div><p>The outcome is another in none of the {count} input classes that can occur.</p>\n</div>\n"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, CellOutcome.NEVER),
        ("NORMAL RWX", CellOutcome.NORMAL),
        ("NORMAL_NC -", CellOutcome.NORMAL_NC),
        ("DEVICE RW, -EAGAIN", CellOutcome.DEVICE),
        ("DEVICE+NC R", CellOutcome.BOTH),
        ("-EFAULT", CellOutcome.EFAULT),
        ("-ENOEXEC", CellOutcome.ENOEXEC),
        ("-22", CellOutcome.ERROR),
        ("nothing", CellOutcome.NOTHING),
        ("1", CellOutcome.NOTHING),
        ("NORMAL R or NORMAL RW", CellOutcome.NORMAL),
        ("NORMAL R or -EFAULT", CellOutcome.SEVERAL),
    ],
)
def test_outcomes_by_their_texts(text: str | None, kind: CellOutcome) -> None:
    assert classify_outcome(text) is kind


def test_letters_and_colours_tell_all_outcomes_apart() -> None:
    assert (
        len({each.letter for each in CellOutcome})
        == len({each.colour for each in CellOutcome})
        == len(CellOutcome)
    )
    style = (TOP / "proofs/review/page/assets/page.css").read_text()
    assert all(f".{each.colour} {{" in style for each in CellOutcome)
