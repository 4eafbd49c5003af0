# SPDX-License-Identifier: GPL-2.0-only
"""Text about several engines and certificates, and reports of disagreements; nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from platformdirs import user_state_path

from model.logic import smt_text
from proofs.solvers import smtlib
from proofs.verdicts.verdict import DIAGRAMS, ClaimVerdict


def render_summary(judged: Sequence[ClaimVerdict]) -> Iterator[str]:
    """The line under the table: which engines were asked, and of how many claims they say the same;
    nothing if only z3 was."""
    said = {s.name: s.label for each in judged for s in each.engines}
    told = [_count_answers(name, version, judged) for name, version in said.items() if name != "z3"]
    if told:
        yield f"engines: {said['z3']}; {'; '.join(told)}"


def _count_answers(name: str, told: str, judged: Sequence[ClaimVerdict]) -> str:
    answers = [s.agrees for each in judged for s in each.engines if s.name == name]
    agree, open_, against = (answers.count(value) for value in (True, None, False))
    text = f"{told}: {agree} of {len(answers)} claim{'' if len(answers) == 1 else 's'} agree"
    text += f", {open_} left open" if open_ else ""
    return text + (f", {against} DISAGREE" if against else "")


def render_answers(judged: ClaimVerdict) -> Iterator[str]:
    """Each engine's answer to one claim."""
    for each in judged.engines:
        yield f"{each.label}: {each.answer}." + (f" {each.reason}" if each.reason else "")


def render_certificate(judged: ClaimVerdict) -> Iterator[str]:
    """What there is for one proof that needs no solver to be checked."""
    made = judged.certificate
    if made is None:
        return
    if made.accepted:
        yield f"A certificate of {made.size} bytes was checked, with the lemmas that it shares with other claims."
    else:
        others = ", ".join(each.label for each in judged.engines if each.agrees)
        yield f"No certificate: {made.why.rstrip('.')}. Engines that stand for it: {others or 'z3'}."


def render_certificates(judged: Sequence[ClaimVerdict]) -> Iterator[str]:
    """The line under the table about certificates; nothing if no evidence was made."""
    made = [each for each in judged if each.certificate is not None]
    if not made:
        return
    full = sum(each.is_certified for each in made)
    alone = sum(each.certificate is not None and each.certificate.accepted for each in made) - full
    text = f"evidence: {full} of {len(made)} proofs are CERTIFIED (z3 and {DIAGRAMS} agree, and the "
    text += "certificate was checked)"
    text += (
        f"; of {alone} the certificate was checked, and {DIAGRAMS} was not asked or leaves them open"
        if alone
        else ""
    )
    left = len(made) - full - alone
    yield text + (f"; {left} have no certificate, and rest on the engines that agree" if left else "")


def reports_directory() -> Path:
    """Where disagreements are kept on this machine, for a report."""
    return user_state_path("stage2-proofs") / "disagreements"


def render_places(judged: Iterable[ClaimVerdict]) -> Iterator[str]:
    """Where the disagreements are."""
    yield from (f"Kept for a report: {reports_directory() / name}" for name in render_reports(judged))


def render_report(judged: ClaimVerdict) -> str:
    """A disagreement as a file: who said what, and the obligation in SMT-LIB."""
    lines = ["Engines disagree on this claim.", *render_answers(judged), judged.why]
    return smt_text.comment("\n".join(lines)) + smtlib.render_claim(judged.obligation)


def render_reports(judged: Iterable[ClaimVerdict]) -> dict[str, str]:
    """The disagreements among claims, by the name of the file that each belongs in."""
    wrong = [each for each in judged if any(s.agrees is False for s in each.engines)]
    return {smtlib.file_name(each.name): render_report(each) for each in wrong}
