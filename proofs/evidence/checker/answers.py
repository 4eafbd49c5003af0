# SPDX-License-Identifier: GPL-2.0-only
"""The stored answers to a subject's obligations: verdicts, witnesses and certificates.

``answers.json`` has

    format     2
    witnesses  [{input: hexadecimal value}]; inputs that are not there are 0
    claims     {name, verdict, why, engines, facts_used, reached, refuted, certified}, in the order of
               the obligations: ``engines`` are {name, version, answer}, the first of which gave the
               verdict, and UNKNOWN is an answer of one that leaves it open; ``facts_used`` positions of
               the facts that a proof needs (null: not found out), ``reached`` and ``refuted`` positions
               of witnesses that satisfy the premises, and not the conclusion (null: there is none)
    no_obligation  {name, verdict, why}: claims of which nothing could be asked

``certificates.lrat`` has a line ``c lemmas`` and the lemmas that the certificates share, then for each
certified claim a line ``c NAME`` and the rest of its certificate, in the lines of the LRAT format: ``number
literals 0 hints 0``.

Trusted: this file; what is not well-formed raises DamagedError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from proofs.evidence.checker.lrat import Step
from proofs.evidence.checker.stored import FORMAT, DamagedError, a_list, a_text, fields, load_json, place

_VALUE = re.compile(r"0x[0-9a-f]{1,32}")
_NUMBER = re.compile(r"-?[1-9][0-9]{0,8}|0", re.ASCII)

#: The verdicts that are checked; the others are told.  And the answer that is none.
PROVED, REFUTED = "PROVED", "REFUTED"
UNKNOWN = "UNKNOWN"

#: What stands in the place of a claim's name before the lemmas; every claim's name has an "@".
LEMMAS = "lemmas"


@dataclass(frozen=True)
class EngineAnswer:
    """What one engine said of a claim."""

    name: str
    version: str
    answer: str


@dataclass(frozen=True)
class ClaimAnswer:
    """What is told of a claim; see above."""

    name: str
    verdict: str
    why: str
    engines: tuple[EngineAnswer, ...]
    facts_used: tuple[int, ...] | None = None
    reached: int | None = None
    refuted: int | None = None
    certified: bool = False


@dataclass(frozen=True)
class NoObligation:
    """A claim of which nothing could be asked, and why."""

    name: str
    verdict: str
    why: str


@dataclass(frozen=True)
class StoredAnswers:
    """All that is told of one subject."""

    witnesses: tuple[Mapping[str, int], ...]
    claims: tuple[ClaimAnswer, ...]
    no_obligation: tuple[NoObligation, ...] = ()


# Writing -----------------------------------------------------------------------------------------
def write(answers: StoredAnswers) -> str:
    """The text of ``answers.json``: a line for each witness and claim."""
    witnesses = [{name: f"{v:#x}" for name, v in sorted(w.items()) if v} for w in answers.witnesses]
    rows = {
        "witnesses": witnesses,
        "claims": list(map(asdict, answers.claims)),
        "no_obligation": list(map(asdict, answers.no_obligation)),
    }
    parts = [f'"format": {FORMAT}']
    for name, each in rows.items():
        body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in each)
        parts.append(f'"{name}": [\n{body}\n]')
    return "{" + ",\n".join(parts) + "}\n"


def write_certificates(lemmas: str, certificates: Mapping[str, str]) -> str:
    """The text of ``certificates.lrat``."""
    return f"c {LEMMAS}\n{lemmas}" + "".join(f"c {name}\n{text}" for name, text in certificates.items())


def write_steps(steps: Iterable[Step]) -> str:
    """The lines of one certificate."""
    return "".join(" ".join(map(str, (n, *clause, 0, *hints, 0))) + "\n" for n, clause, hints in steps)


# Reading -----------------------------------------------------------------------------------------
def read(text: str, facts: int) -> StoredAnswers:
    """The inverse of ``write``; ``facts`` is how many the obligations have.  Raises DamagedError."""
    data = load_json(text)
    fields(data, ("format", "witnesses", "claims", "no_obligation"), "The file")
    if data["format"] != FORMAT or isinstance(data["format"], bool):
        raise DamagedError(f"Its format is {str(data['format'])[:20]}, and this tool reads {FORMAT}.")
    witnesses = tuple(_witness(row) for row in a_list(data["witnesses"], "witnesses"))
    claims = tuple(_claim(row, facts, len(witnesses)) for row in a_list(data["claims"], "claims"))
    without = a_list(data["no_obligation"], "claims without an obligation")
    return StoredAnswers(witnesses, claims, tuple(_no_obligation(row) for row in without))


def _witness(row: Any) -> Mapping[str, int]:
    if not isinstance(row, dict):
        raise DamagedError("A witness is not a list of values by input.")
    for value in row.values():
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise DamagedError(f"{str(value)[:40]} is not a value of an input.")
    return {name: int(value, 16) for name, value in row.items()}


def _claim(row: Any, facts: int, witnesses: int) -> ClaimAnswer:
    names = ("name", "verdict", "why", "engines", "facts_used", "reached", "refuted", "certified")
    fields(row, names, "A claim")
    if not isinstance(row["certified"], bool):
        raise DamagedError("Whether a claim is certified is not said by true or false.")
    name, verdict, why = (a_text(row[key], key) for key in ("name", "verdict", "why"))
    engines = tuple(_engine(each) for each in a_list(row["engines"], "engines"))
    used = row["facts_used"]
    facts_used = None if used is None else tuple(place(i, facts) for i in a_list(used, "facts"))
    reached, refuted = (
        None if row[key] is None else place(row[key], witnesses) for key in ("reached", "refuted")
    )
    return ClaimAnswer(name, verdict, why, engines, facts_used, reached, refuted, row["certified"])


def _engine(row: Any) -> EngineAnswer:
    fields(row, ("name", "version", "answer"), "An engine")
    return EngineAnswer(*(a_text(row[key], key) for key in ("name", "version", "answer")))


def _no_obligation(row: Any) -> NoObligation:
    fields(row, ("name", "verdict", "why"), "A claim without an obligation")
    return NoObligation(*(a_text(row[key], key) for key in ("name", "verdict", "why")))


def read_certificates(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """The lines of the lemmas, and of each certificate by claim.  Raises DamagedError."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("c "):
            if line[2:] in found:
                raise DamagedError(f"There are two certificates of {line[2:][:100]}.")
            lines = found[line[2:]] = []
        elif lines is None:
            raise DamagedError("It does not begin with the name of a claim.")
        else:
            lines.append(line)
    if next(iter(found), "") != LEMMAS:
        raise DamagedError("It does not begin with the lemmas that its certificates share.")
    return found.pop(LEMMAS), found


def read_steps(lines: Sequence[str]) -> list[Step]:
    """The steps of one certificate.  Raises DamagedError."""
    steps = []
    for line in lines:
        tokens = line.split(" ")
        if not all(map(_NUMBER.fullmatch, tokens)) or tokens.count("0") != 2 or tokens[-1] != "0":
            raise DamagedError(f"{line[:60]!r} is not a step of a certificate.")
        number, *rest = map(int, tokens[:-1])
        end = rest.index(0)
        steps.append((number, tuple(rest[:end]), tuple(rest[end + 1 :])))
    return steps
