# SPDX-License-Identifier: GPL-2.0-only
"""Each theorem that was checked before and after: its sentence, its verdicts, its witness and its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from counterexamples.render import prose
from model.program.procedure import Span
from proofs.claims.claim import Claim
from proofs.review.page import runs
from proofs.review.page.element import Child, Element, anchor, element
from proofs.review.page.facts import FactIndex
from proofs.review.review import TheoremReview, VerdictChange
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding

#: What a reader is to look at first.
TELLING = (
    VerdictChange.BROKEN,
    VerdictChange.LOST,
    VerdictChange.OTHERWISE,
    VerdictChange.NEW,
    VerdictChange.MENDED,
    VerdictChange.SAME,
)


def render_theorems(patch: str, theorems: Iterable[TheoremReview], assumed: FactIndex) -> Child:
    """All theorems of a patch (whose id is ``patch``), the telling ones first."""
    found = sorted(theorems, key=lambda each: TELLING.index(each.became))
    if not found:
        return None
    return element(
        "section",
        element("h3", f"Theorems checked before and after ({len(found)})"),
        [_claim(patch, each, assumed, is_open=i == 0) for i, each in enumerate(found)],
        class_="group",
    )


def theorem_id(patch: str, theorem: TheoremReview) -> str:
    """The id of a theorem."""
    return anchor(patch, theorem.claim_name)


def _claim(patch: str, each: TheoremReview, assumed: FactIndex, is_open: bool) -> Element:
    """One theorem; all but the first whose verdict changes are folded where that can be undone."""
    own = theorem_id(patch, each)
    return element(
        "details",
        element(
            "summary",
            element("span", *render_verdicts(each), class_="verdicts"),
            element("span", element("b", each.name), f" {each.says}", class_="says"),
            element("span", each.function, f" {each.pages}" if each.pages else None, class_="where"),
        ),
        element("div", _body(each, assumed), element("p", element("a", "Link to this theorem", href=f"#{own}")),
                class_="body"),
        id=own,
        open=True,
        class_="claim",
        data_became=each.became.name.lower(),
        data_function=each.function,
        data_fold=not is_open or each.became is VerdictChange.SAME,
    )  # fmt: skip


def render_verdicts(each: TheoremReview) -> Iterator[Child]:
    """Before and after."""
    one, two = each.verdicts
    yield render_verdict(one)
    yield " \N{RIGHTWARDS ARROW} "
    yield render_verdict(two)


def render_verdict(given: Verdict | None) -> Element:
    """A verdict as a word with a colour."""
    word = "not checked" if given is None else given.value
    return element("span", word, class_=f"verdict v-{word.lower().replace(' ', '-')}")


def _body(each: TheoremReview, assumed: FactIndex) -> Iterator[Child]:
    finding = each.after or each.before
    assert finding is not None  # one of the two was decided
    claim = finding.verdict.claim
    yield element("p", f"This {_describe_change(each)}. {describe_relevance(each)}".rstrip())
    yield _lines(each)
    if each.after is not None and each.after.counterexample is not None:
        both = runs.pair_theorem_runs(each.before, each.after)
        yield element("h4", "Counterexample after the patch")
        yield runs.render_counterexample(each.after.counterexample, each.says, both)
    yield _statement(claim)
    yield _reasons(each)
    yield assumed.render_facts(finding)


def _describe_change(each: TheoremReview) -> str:
    return f"is {each.became.value}" if each.became is VerdictChange.SAME else each.became.value


def describe_relevance(each: TheoremReview) -> str:
    """Whether the proofs need a line that the patch touches; "" where there are not two proofs."""
    if each.relevant:
        return "A proof of it rests on lines that the patch touches."
    if each.relevant is not None:
        return "The patch is irrelevant to it: no proof needs a line that it touches."
    if each.verdicts == (Verdict.PROVED, Verdict.PROVED):
        return "Whether its proofs rest on a line of the patch is undecided."
    return ""


def _lines(each: TheoremReview) -> Child:
    if not each.lines:
        return None
    when = "before" if each.became is VerdictChange.BROKEN else "after"
    spans = {(span.file, span.line, span.text): span for span in each.lines}
    return element(
        "details",
        element("summary", f"The lines that its proof {when} the patch rested on ({len(spans)})"),
        element("ul", map(_line, spans.values()), class_="lines"),
        open=True,
        data_fold=True,
    )


def _line(span: Span) -> Element:
    return element("li", element("code", span.text), " ", element("span", str(span), class_="quiet"))


def _statement(claim: Claim) -> Child:
    given = [element("li", element("code", prose.render_term(each))) for each in claim.given]
    return [
        element("h4", "Statement"),
        element("p", "Given") if given else element("p", "Given nothing"),
        element("ul", given) if given else None,
        element("p", "then ", element("code", prose.render_term(claim.then))),
        element("p", f"Because: {'; '.join(claim.because)}", class_="quiet") if claim.because else None,
    ]


def _reasons(each: TheoremReview) -> Iterator[Child]:
    """What is to be known beside the verdicts, if there is something."""
    for when, finding in ((runs.BEFORE, each.before), (runs.AFTER, each.after)):
        if finding is not None and (reason := _reason(finding)):
            yield element("p", f"{when}: {reason}", class_="quiet")


def _reason(finding: Finding) -> str:
    expected = finding.verdict.claim.expected
    declared = expected.reason if expected is not None and expected.reason else ""
    return " ".join(filter(None, (finding.verdict.why, f"Declared: {declared}." if declared else "")))
