# SPDX-License-Identifier: GPL-2.0-only
"""From verdicts to a directory of evidence.

    DIR/manifest.json                 which files there are, and their hashes
    DIR/SUBJECT/obligations.json      what was to be decided          proofs.evidence.checker.stored
    DIR/SUBJECT/obligations.smt2      the same for people and solvers proofs.evidence.checker.stored
    DIR/SUBJECT/answers.json          verdicts, engines, witnesses    proofs.evidence.checker.answers
    DIR/SUBJECT/certificates.lrat     certificates                    proofs.evidence.checker.answers

Trusted: nothing; ``python -m proofs.check`` checks what is written.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from proofs.evidence import cache as recall
from proofs.evidence import collect
from proofs.evidence.checker import answers, manifest, stored
from proofs.evidence.checker.answers import UNKNOWN, ClaimAnswer, EngineAnswer, NoObligation, StoredAnswers
from proofs.evidence.checker.stored import DamagedError, Obligations
from proofs.evidence.checker.verify import ANSWERS, CERTIFICATES, OBLIGATIONS, SMT2, CheckResult, verify
from proofs.evidence.search import worker
from proofs.evidence.search.sat import solver_version
from proofs.evidence.search.search import ClaimEvidence, SubjectEvidence
from proofs.evidence.search.worker import Task
from proofs.solvers import parallel
from proofs.theorems.expectation import Verdict
from proofs.verdicts.portfolio.engines import z3_version
from proofs.verdicts.verdict import CertificateCheck, ClaimVerdict, EngineOpinion

#: What a process is for that verifies files.
CHECKS = "checks evidence"

SETTLED = (Verdict.PROVED, Verdict.REFUTED)


class EvidenceError(RuntimeError):
    """There is no evidence for the verdicts; a whole sentence."""


def explain_unwritable(directory: Path) -> str:
    """Why evidence cannot be written there, as a sentence; "" if it can.  Evidence that is there is
    replaced, and so is an empty directory."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        return f"{directory} is not a directory; evidence is a directory of its own."
    if not directory.parent.is_dir() or not os.access(directory.parent, os.W_OK | os.X_OK):
        return f"{directory.parent} is not a directory that can be written to."
    if directory.is_dir() and any(directory.iterdir()):
        try:
            manifest.load(directory)
        except (DamagedError, OSError):
            return f"{directory} is not empty and is no evidence; name another directory, or remove it."
    return ""


@dataclass(frozen=True)
class Evidence:
    """The texts of all files, by path, and what there is for each claim that is PROVED, by its name."""

    files: Mapping[str, str]
    certificates: Mapping[str, CertificateCheck]


def files(judged: Iterable[ClaimVerdict], jobs: int) -> dict[str, str]:
    """The texts of all files, by path.  Raises EvidenceError."""
    return dict(make(judged, jobs).files)


def make(judged: Iterable[ClaimVerdict], jobs: int, cache: Path | None = None) -> Evidence:
    """Evidence that was checked; ``cache`` is a directory with what earlier runs found, which is checked
    like the rest.  Raises EvidenceError."""
    subjects: dict[str, list[ClaimVerdict]] = {}
    for each in judged:
        subjects.setdefault(each.name.partition("@")[2], []).append(each)
    parts = [_Part(*part) for subject, members in subjects.items() for part in _parts(subject, members)]
    found: dict[str, str] = {}
    certificates: dict[str, CertificateCheck] = {}
    for part, checked in zip(parts, _check_parts(parts, jobs, cache), strict=True):
        place = _directory(part.obligations.subject, found)
        found |= {f"{place}/{name}": text for name, text in checked.texts.items()}
        certificates |= checked.certificates
    return Evidence({manifest.MANIFEST: manifest.write(found)} | found, certificates)


@dataclass(frozen=True)
class _CheckedPart:
    """The files of a part by name, which were checked, and what they have for each proved claim."""

    texts: Mapping[str, str]
    certificates: Mapping[str, CertificateCheck]


@dataclass(frozen=True)
class _Part:
    """Claims that lie in the same files."""

    obligations: Obligations
    members: Sequence[ClaimVerdict]
    without: Sequence[NoObligation]

    @cached_property
    def text(self) -> str:
        return stored.write(self.obligations)

    @property
    def task(self) -> Task:
        return self.text, [judged.verdict.value for judged in self.members]

    def files(self, found: SubjectEvidence) -> dict[str, str]:
        """The files with what was found.  Raises EvidenceError where that is something else than was said."""
        told = tuple(map(_answer, self.members, found.claims))
        pairs = zip(self.members, found.claims, strict=True)
        proofs = {judged.name: each.certificate for judged, each in pairs if each.certificate}
        return {
            OBLIGATIONS: self.text,
            SMT2: stored.write_smt2(self.obligations),
            ANSWERS: answers.write(StoredAnswers(found.witnesses, told, tuple(self.without))),
            CERTIFICATES: answers.write_certificates(found.lemmas, proofs),
        }

    def checked(self, found: SubjectEvidence, texts: Mapping[str, str], checks: CheckResult) -> _CheckedPart:
        """The files after they were checked.  Raises EvidenceError where they do not hold."""
        if checks.wrong:
            raise EvidenceError(f"What was found does not hold: {checks.wrong[0].what}")
        accepted = frozenset(checks.accepted)
        certificates = {
            judged.name: CertificateCheck(judged.name in accepted, len(each.certificate), each.why)
            for judged, each in zip(self.members, found.claims, strict=True)
            if judged.verdict is Verdict.PROVED
        }
        return _CheckedPart(texts, certificates)


def _check_parts(parts: Sequence[_Part], jobs: int, cache: Path | None) -> list[_CheckedPart]:
    """All parts, in their order; what is not in the cache, or does not hold, is found anew and kept."""
    keys = [] if cache is None else recall.make_keys([part.task for part in parts])
    kept = {} if cache is None else recall.load(cache, keys)
    done = _check_cached(parts, {i: kept[key] for i, key in enumerate(keys) if key in kept}, jobs)
    left = [i for i in range(len(parts)) if i not in done]
    processes = parallel.limit_jobs(jobs, left)
    results: dict[int, SubjectEvidence] = {}
    texts: dict[int, Mapping[str, str]] = {}

    def made() -> Iterator[Mapping[str, str]]:
        for i, found in zip(left, worker.search_all([parts[i].task for i in left], processes), strict=True):
            results[i], texts[i] = found, parts[i].files(found)
            yield texts[i]

    for i, checks in zip(left, parallel.map_in_order(verify, made(), processes, CHECKS), strict=True):
        done[i] = parts[i].checked(results[i], texts[i], checks)
    if cache is not None and keys:
        recall.store(cache, {keys[i]: found for i, found in results.items()})
    return [done[i] for i in range(len(parts))]


def _check_cached(
    parts: Sequence[_Part], known: Mapping[int, SubjectEvidence], jobs: int
) -> dict[int, _CheckedPart]:
    """The parts, by position, of which what is known holds."""
    texts: dict[int, Mapping[str, str]] = {}
    for i, found in known.items():
        with suppress(EvidenceError, ValueError, TypeError, AttributeError, LookupError):
            texts[i] = parts[i].files(found)
    done: dict[int, _CheckedPart] = {}
    checked = parallel.map_in_order(verify, texts.values(), parallel.limit_jobs(jobs, texts), CHECKS)
    for (i, text), checks in zip(texts.items(), checked, strict=True):
        with suppress(EvidenceError):
            done[i] = parts[i].checked(known[i], text, checks)
    return done


def _parts(
    subject: str, members: Sequence[ClaimVerdict]
) -> Iterable[tuple[Obligations, list[ClaimVerdict], list[NoObligation]]]:
    """The parts of a subject, with their verdicts; the first has what could not be asked."""
    without = [NoObligation(j.name, j.verdict.value, j.why) for j in members if j.answer is None]
    by_name = {j.name: j for j in members}
    pairs = [(j.claim, j.obligation) for j in members if j.answer is not None]
    parts = list(collect.collect_parts(subject, pairs)) or [Obligations(subject, (), (), ())]
    for i, part in enumerate(parts):
        yield part, [by_name[claim.name] for claim in part.claims], [] if i else without


def _directory(subject: str, taken: Mapping[str, str]) -> str:
    """A name for the subject's directory, which no other has."""
    plain = re.sub(r"[^A-Za-z0-9_+-]", ".", subject)[:80].lstrip(".+-") or "subject"
    names = {path.partition("/")[0] for path in taken}
    return next(n for n in (plain, *(f"{plain}+{i}" for i in range(2, len(names) + 3))) if n not in names)


def _answer(judged: ClaimVerdict, sought: ClaimEvidence) -> ClaimAnswer:
    verdict = judged.verdict
    if verdict in SETTLED and sought.answer not in (verdict.value, UNKNOWN):
        name, version = solver_version()
        raise EvidenceError(
            f"{judged.name} is {verdict.value} by z3 and {sought.answer} by {name} {version}: one is wrong."
        )
    engines = [EngineAnswer("z3", z3_version(), verdict.value)]
    engines += [
        EngineAnswer(each.name, each.version, _answer_of_engine(judged, each)) for each in judged.engines[1:]
    ]
    if sought.answer == verdict.value:
        engines.append(EngineAnswer(*solver_version(), sought.answer))
    why = sought.why if verdict in SETTLED else f"{judged.why} {sought.why}".strip()
    return ClaimAnswer(
        judged.name, verdict.value, why, tuple(engines),
        sought.facts_used, sought.reached, sought.refuted, bool(sought.certificate),
    )  # fmt: skip


def _answer_of_engine(judged: ClaimVerdict, said: EngineOpinion) -> str:
    """What another engine than z3 says of the verdict."""
    return judged.verdict.value if said.agrees else UNKNOWN if said.agrees is None else said.answer


def write(directory: Path, texts: Mapping[str, str]) -> None:
    """Write the files as the whole content of the directory, or leave it as it was.  Raises OSError."""
    new = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name[:40]}."))
    old = new / "replaced"
    try:
        fresh = new / "fresh"
        for path, text in texts.items():
            (fresh / path).parent.mkdir(parents=True, exist_ok=True)
            (fresh / path).write_text(text, encoding="utf-8", newline="")
        if directory.exists():
            directory.rename(old)
        try:
            fresh.rename(directory)
        except BaseException:
            if old.exists():
                old.rename(directory)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
