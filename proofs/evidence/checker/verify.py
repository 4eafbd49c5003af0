# SPDX-License-Identifier: GPL-2.0-only
"""The check of a subject's answers against its obligations.

A claim that is PROVED needs a certificate, and a witness that its premises can hold; one that is
REFUTED needs a witness that satisfies its premises and not its conclusion.  No solver is asked.

Trusted: this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from model.logic import SortError, Term, evaluate
from proofs.evidence.checker import answers, clauses, stored
from proofs.evidence.checker.answers import PROVED, REFUTED, UNKNOWN, ClaimAnswer, StoredAnswers
from proofs.evidence.checker.lrat import Clause, RejectedError
from proofs.evidence.checker.stored import DamagedError, Obligations, StoredClaim

OBLIGATIONS, SMT2 = "obligations.json", "obligations.smt2"
ANSWERS, CERTIFICATES = "answers.json", "certificates.lrat"

#: The files of a subject.
NAMES = (OBLIGATIONS, SMT2, ANSWERS, CERTIFICATES)


@dataclass(frozen=True)
class Rejection:
    """Something that is rejected: in which file of the subject, and why (a sentence)."""

    file: str
    what: str


@dataclass
class CheckResult:
    """What came out for a subject: how many claims hold, sentences about those that have no
    certificate or witness, and what is rejected.  ``accepted`` are the claims that are proved by a
    certificate of the clauses that were made anew."""

    proved: int = 0
    refuted: int = 0
    uncertified: list[str] = field(default_factory=list)
    wrong: list[Rejection] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)


def verify(texts: Mapping[str, str]) -> CheckResult:
    """Check the four files of a subject, by name."""
    found = CheckResult()
    file = OBLIGATIONS
    try:
        kept = stored.read(texts[file])
        formula = clauses.encode_obligations(kept)
        file = ANSWERS
        told = answers.read(texts[file], len(kept.facts))
        if [c.name for c in told.claims] != [c.name for c in kept.claims]:
            raise DamagedError("Its claims are not those of the obligations.")
        file = CERTIFICATES
        lemmas, certificates = answers.read_certificates(texts[file])
        if list(certificates) != [c.name for c in told.claims if c.certified]:
            raise DamagedError("Its certificates are not those of the claims that are said to have one.")
    except ValueError as error:  # DamagedError among them
        found.wrong.append(Rejection(file, str(error)))
        return found
    if not _is_text_of(kept, texts[SMT2]):
        found.wrong.append(Rejection(SMT2, "It is not the text of the stored obligations."))
    _Check(formula, told, _lemmas(formula, lemmas, found), certificates, found).claims()
    return found


def _is_text_of(obligations: Obligations, text: str) -> bool:
    try:
        return stored.write_smt2(obligations) == text
    except SortError:  # a name that SMT-LIB does not have
        return False


def _lemmas(
    formula: clauses.SubjectClauses, lines: Sequence[str], found: CheckResult
) -> Mapping[int, Clause]:
    """The lemmas by number; none where one of them does not follow, which is told."""
    try:
        return formula.lemmas(answers.read_steps(lines))
    except (RejectedError, DamagedError) as error:
        found.wrong.append(Rejection(CERTIFICATES, f"{answers.LEMMAS}: {error}"))
        return {}


@dataclass
class _Check:
    """One subject in the making; values of all terms are kept by witness."""

    formula: clauses.SubjectClauses
    answers: StoredAnswers
    lemmas: Mapping[int, Clause]
    certificates: Mapping[str, Sequence[str]]
    found: CheckResult
    values: dict[int, dict[bytes, int]] = field(default_factory=dict)

    @property
    def obligations(self) -> Obligations:
        return self.formula.obligations

    def claims(self) -> None:
        """Check each claim, and tell what came out."""
        for each in self.answers.no_obligation:
            if each.verdict in (PROVED, REFUTED):
                self.reject(ANSWERS, each.name, f"It is said to be {each.verdict}, and nothing was asked")
            self.found.uncertified.append(f"{each.name} is {each.verdict}: {each.why}")
        for claim, answer in zip(self.obligations.claims, self.answers.claims, strict=True):
            wrong = list(self.answer(claim, answer))
            for file, what in wrong:
                self.reject(file, claim.name, what)
            if wrong:
                continue
            if answer.verdict == REFUTED and answer.refuted is not None:
                self.found.refuted += 1
            elif answer.verdict == PROVED and answer.certified and answer.reached is not None:
                self.found.proved += 1
                self.found.accepted.append(claim.name)
            else:
                self.found.uncertified.append(_explain_missing(answer))

    def reject(self, file: str, claim: str, what: str) -> None:
        self.found.wrong.append(Rejection(file, f"{claim}: {what.removesuffix('.')}."))

    def answer(self, claim: StoredClaim, answer: ClaimAnswer) -> Iterator[tuple[str, str]]:
        """What is wrong with an answer, by file."""
        if answer.verdict in (PROVED, REFUTED):
            if not answer.engines:
                yield ANSWERS, "It names no engine"
            for i, engine in enumerate(answer.engines):  # the first one gave the verdict
                if engine.answer != answer.verdict and (i == 0 or engine.answer != UNKNOWN):
                    yield ANSWERS, f"{engine.name} says {engine.answer}, and the verdict is {answer.verdict}"
        facts = claim.facts if answer.facts_used is None else answer.facts_used
        if list(facts) != [fact for fact in claim.facts if fact in set(facts)]:
            yield ANSWERS, "The facts used are not among those that the claim may assume"
            return
        if answer.verdict != PROVED and answer.certified:
            yield ANSWERS, f"It is {answer.verdict}, and is said to have a certificate"
        if answer.verdict != REFUTED and answer.refuted is not None:
            yield ANSWERS, f"It is {answer.verdict}, and is said to have a counterexample"
        if answer.certified:
            try:
                steps = answers.read_steps(self.certificates[claim.name])
                self.formula.check(claim, facts, self.lemmas, steps)
            except (RejectedError, DamagedError) as error:
                yield CERTIFICATES, str(error)
        yield from self.witnesses(claim, answer)

    def witnesses(self, claim: StoredClaim, answer: ClaimAnswer) -> Iterator[tuple[str, str]]:
        """What is wrong with the witnesses of a claim."""
        conclusion = self.obligations.conclusion(claim)
        for what, number in (("premises", answer.reached), ("counterexample", answer.refuted)):
            if number is None:
                continue
            try:
                values = self.evaluate_witness(number)
            except DamagedError as error:
                yield ANSWERS, str(error)
                continue
            if not all(values[term.key] for term in self.obligations.premises(claim)):
                yield ANSWERS, f"The witness of the {what} does not satisfy facts and premises"
            if what == "counterexample" and values[conclusion.key]:
                yield ANSWERS, "The conclusion holds on the counterexample"

    def evaluate_witness(self, number: int) -> Mapping[bytes, int]:
        """The values of all terms on a witness, by their keys.  Raises DamagedError."""
        found = self.values.get(number)
        if found is None:
            found = self.values[number] = evaluate_terms(
                self.obligations.terms, self.answers.witnesses[number]
            )
        return found


def evaluate_terms(terms: Sequence[Term], witness: Mapping[str, int]) -> dict[bytes, int]:
    """The values of terms (arguments first) where inputs that the witness does not name are 0.

    Raises DamagedError for a name or a value that no input has.
    """
    found: dict[bytes, int] = {}
    left = dict(witness)
    for term in terms:
        if term.op == "const":
            assert isinstance(term.data, int)
            found[term.key] = term.data
        elif term.op == "name":
            value = found[term.key] = witness.get(str(term.data), 0)
            left.pop(str(term.data), None)
            if value >> max(term.sort.width, 1):
                raise DamagedError(f"{value:#x} is not a value of {term.data}.")
        else:
            sorts = tuple([a.sort for a in term.args])
            found[term.key] = evaluate(
                term.op, term.sort, term.data, sorts, [found[a.key] for a in term.args]
            )
    if left:
        raise DamagedError(f"There is no input {next(iter(left))[:100]!r}.")
    return found


def _explain_missing(answer: ClaimAnswer) -> str:
    standing = [engine for engine in answer.engines if engine.answer == answer.verdict]
    told = ", ".join(f"{f'{engine.name} {engine.version}'.strip()}: {engine.answer}" for engine in standing)
    why = answer.why or "there is no certificate"
    return (
        f"{answer.name} is {answer.verdict}: {why.removesuffix('.')}; what stands for it: {told or 'nothing'}"
    )
