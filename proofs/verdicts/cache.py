# SPDX-License-Identifier: GPL-2.0-only
"""What earlier runs decided, and how much of it is believed again.

Kept are answers that decided a claim, by the claim's fingerprint: those of verdicts as expected, with
which a table can be filled without an obligation, and those of closer looks.  Every refutation that
is recalled is replayed in the interpreter first, whether it is shown or not; what does not replay, or
cannot be read, is asked again.  UNKNOWN, TIMEOUT, VACUOUS and DISAGREE are never kept.

Trusted: what was kept, for PROVED and for "only as declared"; ``model.cache`` says how far.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from model.cache import Cache, Row
from model.program.interpreter import Inputs
from proofs.claims import fingerprint
from proofs.claims.claim import Claim
from proofs.claims.fingerprint import Fingerprints
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, SatStatus, read_answer, write_line
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, Replays, judge

DECIDED = (Verdict.PROVED, Verdict.REFUTED)

#: What reading or replaying a text of another kind raises; ProcedureError is a ValueError.
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)

#: What is behind the fingerprint in the key of a closer look.
CLOSELY = " closely"
#: Rows that stay; about a thousand are one run, and a row is one or two kilobytes.
MOST = 20_000
#: Characters of the longest text that is stored.
LONGEST = 1 << 16
#: What is kept of another engine.
AGREES, OPEN = "agrees", "open"


@dataclass
class VerdictCache:
    """A context: what was decided in it is written on the way out, unless it is left by an error; until
    then it is recalled as what earlier runs decided.

    ``tool`` says which tool this is (None: it cannot be told, so nothing is recalled or kept; nor
    is anything kept if it became another one meanwhile).  ``hits`` are claims.
    """

    directory: Path | None = None
    tool: Callable[[], str | None] = fingerprint.fingerprint_tool
    hits: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    replays: Replays = field(default_factory=Replays)

    def __post_init__(self) -> None:
        self.name = self.tool() if self.directory is not None else None
        self.prints = Fingerprints(self.name or "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.directory is None or self.name is None or kind is not None or not self.texts:
            return
        if self.tool() == self.name:
            store(self.directory, self.name, self.texts)

    def is_promising(self) -> bool:
        """Whether this tool was the last one to keep something, so that much may be recalled."""
        return (
            self.directory is not None
            and self.name is not None
            and _cache(self.directory).is_latest(self.name)
        )

    # Verdicts as expected ------------------------------------------------------------------------
    def lookup(self, claims: Iterable[Claim]) -> Iterator[ClaimVerdict]:
        """Those of the claims that are known to be as expected, without their obligations."""
        by_key = {self.prints.of(claim): claim for claim in claims} if self.name else {}
        for key, text in self._texts(by_key).items():
            answer = self._as_expected(by_key[key], text)
            if answer is not None:
                self.hits.add(answer.claim)
                verdict = Verdict.PROVED if answer.denied is SatStatus.UNSAT else Verdict.REFUTED
                yield ClaimVerdict(by_key[key], verdict, ExpectationStatus.EXPECTED, answer=answer)

    def store(self, judged: ClaimVerdict) -> None:
        """Keep the verdict, if it is one to keep."""
        answer, obligation = judged.answer, judged.obligation
        if not self.name or judged.status is not ExpectationStatus.EXPECTED or not (answer and obligation):
            return
        data: dict[str, Any] = {"claim": judged.name, "verdict": judged.verdict.value}
        if judged.verdict is Verdict.REFUTED:
            inputs = obligation.concrete(answer.refuted)
            data["names"] = dict(inputs.names)
            data["functions"] = [[f, arguments, v] for (f, arguments), v in inputs.functions.items()]
        self.texts[self.prints.of(judged.claim)] = json.dumps(data)

    def _as_expected(self, claim: Claim, text: str) -> Answer | None:
        """The answer, as far as it is kept; None if it does not bear the expectation out."""
        try:
            data = json.loads(text)
            expected = claim.expected
            if expected is None or (data["claim"], data["verdict"]) != (claim.name, expected.verdict.value):
                return None
            if expected.verdict is Verdict.PROVED:
                return Answer(claim.name, SatStatus.SAT, SatStatus.UNSAT)
            functions = {(f, tuple(arguments)): v for f, arguments, v in data["functions"]}
            if not self._refutes(claim, Inputs(data["names"], functions)):
                return None
        except UNREADABLE:
            return None
        stray = SatStatus.NOT_QUERIED if expected.witness is None else SatStatus.UNSAT
        return Answer(claim.name, SatStatus.SAT, SatStatus.SAT, stray, refuted=data["names"])

    def _refutes(self, claim: Claim, inputs: Inputs) -> bool:
        """Whether the interpreter finds that the input refutes the claim as it declares."""
        assert claim.expected is not None
        runs = self.replays.rerun(claim, inputs)
        witness = [] if claim.expected.witness is None else [claim.expected.witness]
        assumed = (*(fact.holds for fact in claim.facts), *claim.given, *witness)
        return not self.replays.holds(runs, claim.then) and all(self.replays.holds(runs, t) for t in assumed)

    # Closer looks --------------------------------------------------------------------------------
    def lookup_minimal(self, claims: Sequence[Claim], made: Sequence[Obligation]) -> Iterator[ClaimVerdict]:
        """Those of the claims that were looked at closely; all their models are replayed."""
        asked = zip(claims, made, strict=True)
        by_key = {self.prints.of(c) + CLOSELY: (c, o) for c, o in asked} if self.name else {}
        for key, text in self._texts(by_key).items():
            try:
                judged = judge(*by_key[key], read_answer(text), self.replays)
            except UNREADABLE:
                continue
            if _is_settled(judged):
                self.hits.add(judged.name)
                yield judged

    def store_minimal(self, judged: ClaimVerdict) -> None:
        """Keep the closer look, if nothing of it is open."""
        if self.name and judged.answer is not None and _is_settled(judged):
            self.texts[self.prints.of(judged.claim) + CLOSELY] = write_line(judged.answer)

    # What another engine of this tool said ------------------------------------------------------
    def agreement_keys(self, claims: Iterable[Claim], engine: str) -> dict[str, str]:
        """Where it is kept, for each claim by name.  What an engine finds within its budget depends on what
        it is asked of the same subject besides: all these claims are in the key."""
        if not self.name:
            return {}
        together: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for claim in claims:
            prints = together.setdefault((claim.subject, claim.pages), [])
            prints.append((claim.name, self.prints.of(claim)))
        keys: dict[str, str] = {}
        for members in together.values():
            company = fingerprint.combine(each for _, each in members)
            keys |= {name: f"{each} {engine} {company}" for name, each in members}
        return keys

    def lookup_agreement(self, keys: Mapping[str, str]) -> dict[str, bool]:
        """Of claims by name, whether the engine proved them too, or left them open, in an earlier run."""
        texts = self._texts(keys.values())
        told = {name: texts[key] for name, key in keys.items() if key in texts}
        return {name: text == AGREES for name, text in told.items() if text in (AGREES, OPEN)}

    def store_agreement(self, key: str, agrees: bool) -> None:
        """Keep whether the engine proved the claim."""
        self.texts[key] = AGREES if agrees else OPEN

    def _texts(self, keys: Iterable[str]) -> dict[str, str]:
        """What is kept for these keys, by this run or by earlier ones."""
        wanted = list(keys)
        if self.directory is None or not wanted:
            return {}
        own = {key: self.texts[key] for key in wanted if key in self.texts}
        return load(self.directory, [key for key in wanted if key not in own]) | own


def load(directory: Path, keys: Iterable[str]) -> dict[str, str]:
    """The texts that are stored for these keys."""
    rows = _cache(directory).lookup(keys)
    return {key: body.decode("utf-8", "surrogatepass") for key, body in rows.items()}


def store(directory: Path, tool: str, texts: Mapping[str, str], most: int = MOST) -> None:
    """Store texts by key, all of them or none, and no more than ``most`` rows altogether."""
    _cache(directory, most).store(
        Row(key, text.encode("utf-8", "surrogatepass"), tool)
        for key, text in texts.items()
        if len(text) <= LONGEST
    )


def _cache(directory: Path, most: int = MOST) -> Cache:
    return Cache(directory, "verdict 1", most)


def _is_settled(judged: ClaimVerdict) -> bool:
    """Whether a closer look found out all that it looks for."""
    answer = judged.answer
    if judged.verdict not in DECIDED or answer is None or answer.reason:
        return False
    if answer.stray in (SatStatus.UNKNOWN, SatStatus.TIMEOUT):
        return False
    if judged.verdict is Verdict.PROVED:
        return answer.core is not None and answer.example is not None
    return answer.counterexample is not None and (
        answer.confirmed is not None or answer.stray is SatStatus.SAT
    )
