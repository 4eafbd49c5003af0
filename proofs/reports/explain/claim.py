# SPDX-License-Identifier: GPL-2.0-only
"""One claim in full, as text: what it says, what was assumed, the verdict, and what stands behind it.

Pure string building; the data is a Finding.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

from counterexamples.render import prose, trace
from counterexamples.witness import Witness
from model.program.procedure import Input, Origin
from proofs.claims.claim import Claim
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from proofs.verdicts.portfolio.text import render_answers, render_certificate
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus

_WIDTH = 100
_INDENT = 12


def render_heading(judged: ClaimVerdict) -> str:
    """The verdict in a line or two: what it is, how it stands, and why."""
    if judged.status is ExpectationStatus.EXPECTED:
        return f"{judged.word}, as expected."
    return f"{judged.word}. {judged.why}".rstrip()


def explain(finding: Finding) -> str:
    """Everything about one claim."""
    claim = finding.verdict.claim
    lines = [
        *_item("claim", [claim.name]),
        *_item("says", [claim.says]),
        *_item("given", [prose.render_term(g) for g in claim.given] or ["nothing"]),
        *_item("then", [prose.render_term(claim.then)]),
        *_item("because", claim.because),
        *(line for key, text in finding.regions.items() for line in _item(key, text.splitlines())),
        *_item("expected", [_expected(claim)]),
        *_item("verdict", [render_heading(finding.verdict)]),
        *_item("engines", render_answers(finding.verdict)),
        *_item("evidence", render_certificate(finding.verdict)),
        *_facts(finding.verdict),
    ]
    return "\n".join([*lines, *_behind(finding)])


def render_unexpected(findings: Iterable[Finding]) -> list[str]:
    """What follows the table: each claim that is not as expected, and of what could not be read the
    reason once."""
    wrong = [each for each in findings if each.verdict.status is not ExpectationStatus.EXPECTED]
    unread = Counter(_why_unread(each) for each in wrong)
    told: dict[tuple[str, str, str] | str, str] = {}
    for each in wrong:
        why = _why_unread(each)
        if why is None or unread[why] == 1:
            told[each.verdict.name] = render_unexpected_claim(each)
        else:
            told.setdefault(why, render_unsupported(each.verdict, unread[why]))
    return list(told.values())


def _why_unread(finding: Finding) -> tuple[str, str, str] | None:
    """What could not be read, and why; None of a claim that was asked."""
    judged = finding.verdict
    if judged.verdict is not Verdict.UNSUPPORTED:
        return None
    return judged.claim.subject, judged.claim.pages, judged.why


def render_unsupported(judged: ClaimVerdict, theorems: int) -> str:
    """A subject that could not be read: why, and how many theorems about it have no answer."""
    claim = judged.claim
    name = claim.subject + (f"/{claim.pages}" if claim.pages else "")
    return f"{name}: UNSUPPORTED. {judged.why.rstrip('.')}; {theorems} theorems about it have no answer."


def render_unexpected_claim(finding: Finding) -> str:
    """What follows the table for a claim that is not as expected."""
    judged = finding.verdict
    lines = [f"{judged.name}: {render_heading(judged)}"]
    if finding.counterexample:
        lines += ["", *_counterexample(finding.counterexample, judged.claim.says)]
    for region, formula in finding.regions.items():
        lines += [
            "",
            textwrap.fill(f"{region} {formula}", 100, initial_indent="    ", subsequent_indent="        "),
        ]
    return "\n".join(lines)


def _expected(claim: Claim) -> str:
    if claim.expected is None:
        return "nothing is declared"
    text = claim.expected.verdict.value
    if claim.expected.reason:
        text += f": {claim.expected.reason}"
    if claim.expected.witness is not None:
        text += f" (each counterexample has {prose.render_term(claim.expected.witness)})"
    return text


def _facts(judged: ClaimVerdict) -> Iterator[str]:
    """The facts that a proof needs, in full; of the others, the names."""
    used = judged.answer.core if judged.answer and judged.answer.core is not None else ()
    facts = list(enumerate(judged.claim.facts))
    yield from _item("facts used", [f"{f.name}: {f.says} [{f.source}]" for i, f in facts if i in used])
    yield from _item("offered", [", ".join(f.name for i, f in facts if i not in used)] if facts else [])


def _behind(finding: Finding) -> Iterator[str]:
    if finding.example:
        yield "\nThe premises hold, for example:\n"
        yield prose.render_example(finding.example)
    if finding.counterexample:
        yield "\nThe theorem fails:\n"
        yield from _counterexample(finding.counterexample, finding.verdict.claim.says)
    if finding.harms:
        yield "\nWhat went wrong where it failed before:\n"
        for harm in finding.harms:
            yield from _filled(harm, prose.WIDTH, "    " * 2)
    if finding.kinds:
        yield "\nHow many kinds of counterexamples there are:\n"
        yield from _indented(finding.kinds)
    if finding.counterpart:
        yield "\nThe same in the model that stands for the kernel, and in the kernel's own C:\n"
        yield finding.counterpart
    if finding.verdict.verdict is Verdict.PROVED:
        yield "\nWhat stands behind the proof:\n"
        for line in list_grounds(finding.verdict):
            yield from _filled(line, _WIDTH, "    " + " " * len("contract  "))
    if finding.breaking:
        yield "\nWhat would make it fail:\n"
        yield from _filled(finding.breaking, prose.WIDTH, "    ")


def _indented(text: str) -> Iterator[str]:
    """A sentence and the table below it."""
    sentence, *table = text.splitlines()
    yield from _filled(sentence, prose.WIDTH, "    ")
    yield from (f"    {line}" for line in table)


def _filled(text: str, width: int, below: str) -> list[str]:
    """A text in lines of that width, indented, and further lines as ``below``."""
    return textwrap.wrap(
        text,
        width,
        initial_indent="    ",
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _counterexample(witness: Witness, says: str) -> Iterator[str]:
    """The prose, and below it every branch."""
    yield prose.render_counterexample(witness, says)
    yield ""
    yield trace.render_trace(witness)


def list_grounds(judged: ClaimVerdict) -> Iterator[str]:
    """What a proof is modulo: the facts used, and what contracts say of inputs; and what it holds in
    spite of."""
    claim, obligation, answer = judged.claim, judged.obligation, judged.answer
    names = obligation.inputs if obligation else {}
    used = [claim.facts[i] for i in answer.core] if answer and answer.core is not None else []
    for fact in used:
        yield f"fact      {fact.name} [{fact.source}]"
    inputs = {n: i for p in claim.procedures.values() for n, i in p.inputs.items() if n in names}
    yield from (f"contract  {text}" for text in _of(inputs, (Origin.CONTRACT,)))
    yield from (f"whatever  {text}" for text in _of(inputs, (Origin.HAVOC, Origin.UNINITIALISED)))
    yield "z3's answer `unsat`, and model.program.symbolic's reading of the procedure"


def _of(inputs: dict[str, Input], origins: tuple[Origin, ...]) -> Iterator[str]:
    for text, each in sorted(inputs.items()):
        if each.origin in origins:
            yield f"{text}: {each.note or each.origin.value}"


def _item(label: str, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for line in textwrap.wrap(text, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False) or [
            ""
        ]:
            yield f"{label:<{_INDENT}}{line}".rstrip()
            label = ""
