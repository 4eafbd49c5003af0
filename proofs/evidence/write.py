# SPDX-License-Identifier: GPL-2.0-only
"""From verdicts to a directory of evidence.

    DIR/manifest.json                 which files there are, and their hashes
    DIR/SUBJECT/obligations.json      what was to be decided          proofs.evidence.stored
    DIR/SUBJECT/obligations.smt2      the same for people and solvers proofs.evidence.smt2
    DIR/SUBJECT/answers.json          verdicts, engines, witnesses    proofs.evidence.answers
    DIR/SUBJECT/certificates.lrat     certificates                    proofs.evidence.answers

Trusted: nothing; ``python -m proofs.check`` checks what is written.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from proofs.claim import Verdict
from proofs.evidence import answers, collect, manifest, smt2, stored, worker
from proofs.evidence.answers import Answers, ClaimAnswer, EngineAnswer, NoObligation
from proofs.evidence.search import Sought, engine
from proofs.evidence.stored import DamagedError, Obligations
from proofs.evidence.verify import ANSWERS, CERTIFICATES, OBLIGATIONS, SMT2
from proofs.prove import with_obligations
from proofs.verdict import Judged

SETTLED = (Verdict.PROVED, Verdict.REFUTED)


class EvidenceError(RuntimeError):
    """There is no evidence for the verdicts; a whole sentence."""


def unwritable(directory: Path) -> str:
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


def files(judged: Iterable[Judged], jobs: int) -> dict[str, str]:
    """The texts of all files, by path.  Raises EvidenceError."""
    subjects: dict[str, list[Judged]] = {}
    for each in with_obligations(judged):
        subjects.setdefault(each.name.partition("@")[2], []).append(each)
    made = [part for subject, members in subjects.items() for part in _parts(subject, members)]
    texts = [stored.write(part) for part, _, _ in made]
    tasks = [(t, [j.verdict.value for j in members]) for t, (_, members, _) in zip(texts, made, strict=True)]
    found: dict[str, str] = {}
    results = worker.results(tasks, min(jobs, len(tasks)))
    for text, (part, members, without), (sought, witnesses) in zip(texts, made, results, strict=True):
        place = _directory(part.subject, found)
        told = tuple(map(_answer, members, sought))
        proofs = {j.name: s.certificate for j, s in zip(members, sought, strict=True) if s.certificate}
        found[f"{place}/{OBLIGATIONS}"] = text
        found[f"{place}/{SMT2}"] = smt2.text(part)
        found[f"{place}/{ANSWERS}"] = answers.write(Answers(tuple(witnesses), told, tuple(without)))
        found[f"{place}/{CERTIFICATES}"] = answers.write_certificates(proofs)
    return {manifest.MANIFEST: manifest.write(found)} | found


def _parts(
    subject: str, members: Sequence[Judged]
) -> Iterable[tuple[Obligations, list[Judged], list[NoObligation]]]:
    """The parts of a subject, with their verdicts; the first has what could not be asked."""
    without = [NoObligation(j.name, j.verdict.value, j.why) for j in members if j.obligation is None]
    by_name = {j.name: j for j in members}
    pairs = [(j.claim, j.obligation) for j in members if j.obligation is not None]
    parts = list(collect.parts(subject, pairs)) or [Obligations(subject, (), (), ())]
    for i, part in enumerate(parts):
        yield part, [by_name[claim.name] for claim in part.claims], [] if i else without


def _directory(subject: str, taken: Mapping[str, str]) -> str:
    """A name for the subject's directory, which no other has."""
    plain = re.sub(r"[^A-Za-z0-9_+-]", ".", subject)[:80].lstrip(".+-") or "subject"
    names = {path.partition("/")[0] for path in taken}
    return next(n for n in (plain, *(f"{plain}+{i}" for i in range(2, len(names) + 3))) if n not in names)


def _answer(judged: Judged, sought: Sought) -> ClaimAnswer:
    verdict = judged.verdict
    if verdict in SETTLED and sought.answer not in (verdict.value, "UNKNOWN"):
        name, version = engine()
        raise EvidenceError(
            f"{judged.name} is {verdict.value} by z3 and {sought.answer} by {name} {version}: one is wrong."
        )
    engines = [EngineAnswer("z3", _version("z3-solver"), verdict.value)]
    if sought.answer == verdict.value:
        engines.append(EngineAnswer(*engine(), sought.answer))
    why = sought.why if verdict in SETTLED else f"{judged.why} {sought.why}".strip()
    return ClaimAnswer(
        judged.name, verdict.value, why, tuple(engines),
        sought.facts_used, sought.reached, sought.refuted, bool(sought.certificate),
    )  # fmt: skip


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "of unknown version"


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
