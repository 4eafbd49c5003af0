# SPDX-License-Identifier: GPL-2.0-only
"""The door: proves what is asked, prints a table of verdicts, and exits with what came out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from model.cache import default_directory
from proofs.claims.claim import Claim
from proofs.claims.load import LoadedClaims, ReadError, load_claims, select_claims, use_current_names
from proofs.cli.files import write_all
from proofs.cli.options import parse_arguments
from proofs.cli.progress import Progress
from proofs.cli.selection import Selection, SelectionError, match_names
from proofs.evidence import write as evidence
from proofs.evidence.search import sat
from proofs.evidence.search.worker import WorkerError
from proofs.evidence.write import EvidenceError, explain_unwritable
from proofs.reports import as_json, functions, table
from proofs.reports.explain import claim as explain
from proofs.reports.explain.extras import add_explanations
from proofs.reports.functions import FunctionOutline
from proofs.reports.table import Report, VerdictTable
from proofs.solvers import smtlib
from proofs.solvers.parallel import DiedError
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts import assumptions as discharge
from proofs.verdicts.assumptions import assumptions
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.finding import Finding, build_finding
from proofs.verdicts.portfolio import engines
from proofs.verdicts.portfolio import text as told
from proofs.verdicts.prove import decide_claims, examine_verdicts, needs_a_closer_look
from proofs.verdicts.region import FormulaError, find_formula
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, exit_code, make_unsupported


@dataclass(frozen=True)
class _Page:
    """What is printed: tables, the text below them, and the exit code."""

    tables: tuple[VerdictTable | FunctionOutline, ...]
    text: str
    code: int


def _find_missing(asked: Selection) -> str:
    """Which engine or package is not installed, or why evidence cannot be written, as a sentence."""
    if asked.evidence is not None and (why := sat.explain_missing() or explain_unwritable(asked.evidence)):
        return f"--evidence: {why}"
    lacking = engines.explain_missing(asked.engines)
    return f"--engines: {lacking}" if lacking else ""


def main(
    arguments: Sequence[str] | None = None, load: Callable[[Selection], LoadedClaims] = load_claims
) -> int:
    """Does what the command line asks; the exit code.  ``load`` gives what there is to ask."""
    asked, notes = use_current_names(parse_arguments(arguments, _find_missing))
    for note in notes:
        print(note, file=sys.stderr)
    try:
        with Progress(sys.stderr) as progress:
            page = _page(asked, load, progress)
        _put(page, sys.stdout)
        return page.code
    except EvidenceError as error:
        _fail(str(error))
        return ExpectationStatus.DISAGREE.value
    except (WorkerError, DiedError) as error:
        _fail(str(error))
        return ExpectationStatus.UNDECIDED.value
    except (SelectionError, ReadError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"A file could not be written: {error}.")
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130


def _fail(sentence: str) -> int:
    print(f"python -m proofs.run: error: {sentence}", file=sys.stderr)
    return 2


def _page(asked: Selection, load: Callable[[Selection], LoadedClaims], progress: Progress) -> _Page:
    if asked.show is not None:
        return _shown(asked.show, load(asked))
    if asked.table is not None:
        from proofs.reports.attributes import render_tables

        return _Page((), render_tables(asked), 0)
    if asked.ledger:
        return _Page((), "\n".join(load(asked).ledger), 0)
    if asked.list_claims:
        known = load(asked)
        return _Page((), table.render_listing(select_claims(asked, known.claims), known.skipped), 0)
    return _prove(asked, load, progress)


@dataclass(frozen=True)
class _Run:
    """What the stages of a run have at hand."""

    asked: Selection
    pool: Pool
    cache: VerdictCache
    progress: Progress

    @property
    def shows_everything(self) -> bool:
        """Whether a witness is shown of every claim, and not only of the unexpected ones."""
        return self.asked.explain is not None or self.asked.json is not None or self.asked.against is not None


def _prove(asked: Selection, load: Callable[[Selection], LoadedClaims], progress: Progress) -> _Page:
    """From claims to the page: decide, examine, show, explain, ask other engines, run the C, make evidence."""
    place = None if asked.no_cache else default_directory()
    with VerdictCache(place) as cache, Pool(asked.jobs, asked.timeout) as pool:
        run = _Run(asked, pool, cache, progress)
        if not cache.is_promising():
            pool.start(2)  # they load the solver while the claims are made
        progress.begin("reading" if asked.linux else "making the claims")
        known = load(asked)
        claims = select_claims(asked, known.claims)
        if asked.adequacy:
            return _assess(run, claims, known)
        verdicts = _examine(run, _decide(run, claims, known.unread))
        findings = _ask_portfolio(run, _explain(run, _show(run, verdicts)))
    _report_cache_hits(cache, sys.stderr)
    findings = _make_evidence(asked, _run_compiled(asked, findings, progress), place, progress)
    verdicts = tuple(each.verdict for each in findings)
    report = Report(verdicts, known.skipped, len(known.claims) - len(claims), known.notes, known.contracts)
    _write(asked, report, findings)
    return _result(asked, report, findings)


def _assess(run: _Run, claims: Sequence[Claim], known: LoadedClaims) -> _Page:
    """What the theorems are worth, instead of a table."""
    from proofs.validation.adequacy import report as adequacy  # few runs need it

    asked = run.asked
    read = [claim for claim in claims if claim.name not in known.unread]
    whole = len(read) == len(known.claims) and asked.linux is None and asked.shape is None
    found = adequacy.assess_theorems(run.pool, read, run.progress, run.cache, whole)
    if asked.json is not None:
        write_all({asked.json: found.json})
    return _Page((), found.text, found.code)


def _report_cache_hits(cache: VerdictCache, stream: TextIO) -> None:
    """Say to a person how much was taken from earlier runs."""
    if cache.hits and stream.isatty():
        stream.write(f"{len(cache.hits)} answers are from earlier runs; --no-cache asks again.\n")


def _shown(pattern: str, known: LoadedClaims) -> _Page:
    names = match_names("model", pattern, (shape.name for shape in known.shapes))
    texts = [table.render_shape(shape) for shape in known.shapes if shape.name in names]
    return _Page((), "\n\n".join(texts), 0)


# Stages ---------------------------------------------------------------------------------------------
def _decide(run: _Run, claims: Sequence[Claim], unread: Mapping[str, str]) -> tuple[ClaimVerdict, ...]:
    """The verdicts in the order of the claims."""
    asked = [claim for claim in claims if claim.name not in unread]
    run.progress.begin("deciding", len(asked))
    decided = {each.name: each for each in run.progress.count(decide_claims(run.pool, asked, run.cache))}
    return tuple(
        decided[claim.name] if claim.name in decided else make_unsupported(claim, unread[claim.name])
        for claim in claims
    )


def _examine(run: _Run, verdicts: Sequence[ClaimVerdict]) -> tuple[ClaimVerdict, ...]:
    """The verdicts with least witnesses: all if that was asked for, else the unexpected ones."""
    replayed = Verdict.REFUTED if run.asked.compiled else None
    wanted = [
        each
        for each in verdicts
        if run.shows_everything or needs_a_closer_look(each) or each.verdict is replayed
    ]
    run.progress.begin("looking for the least witnesses", len(wanted))
    examined = run.progress.count(examine_verdicts(run.pool, wanted, run.cache))
    return _update(verdicts, {each.name: each for each in examined})


def _show(run: _Run, verdicts: Sequence[ClaimVerdict]) -> tuple[Finding, ...]:
    """The verdicts with their witnesses as data, and regions as formulas where everything is shown."""
    run.progress.begin("writing regions as formulas")
    findings = (build_finding(each) for each in verdicts)
    return tuple(_with_regions(run.pool, each) if run.shows_everything else each for each in findings)


def _explain(run: _Run, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings with what ``--explain`` says besides."""
    if run.asked.explain is None:
        return findings
    return add_explanations(run.pool, findings, run.progress)


def _ask_portfolio(run: _Run, findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings with what other engines answer."""
    from proofs.verdicts.portfolio import agreement  # what proves nothing does not need it

    asked, others = run.asked, engines.select_engines(run.asked.engines)
    run.progress.begin("asking other engines", len(findings) * len(others))
    verdicts = [each.verdict for each in findings]
    answered = run.progress.count(
        agreement.ask_portfolio(verdicts, others, asked.timeout, asked.jobs, run.cache)
    )
    return _with_verdicts(findings, _update(verdicts, {each.name: each for each in answered}))


def _run_compiled(asked: Selection, findings: Sequence[Finding], progress: Progress) -> Sequence[Finding]:
    """The findings, with what the compiled C does on the witness of each refuted claim."""
    if not asked.compiled:
        return findings
    from proofs.validation.differential.witnesses import confirm_tree  # few runs need it

    assert asked.linux is not None
    progress.begin("running the compiled C")
    verdicts = [each.verdict for each in findings]
    runs = confirm_tree(asked.linux, asked.rev, asked.pages, asked.config, verdicts)
    return _with_verdicts(findings, [replace(each, compiled=runs.get(each.name, "")) for each in verdicts])


def _make_evidence(
    asked: Selection, findings: Sequence[Finding], cache: Path | None, progress: Progress
) -> Sequence[Finding]:
    """The findings with what evidence there is of each proof, which is written."""
    if asked.evidence is None:
        return findings
    progress.begin("making evidence")
    verdicts = [each.verdict for each in findings]
    made = evidence.make(verdicts, asked.jobs, cache)
    evidence.write(asked.evidence, made.files)
    return _with_verdicts(
        findings, [replace(each, certificate=made.certificates.get(each.name)) for each in verdicts]
    )


def _update(verdicts: Sequence[ClaimVerdict], newer: Mapping[str, ClaimVerdict]) -> tuple[ClaimVerdict, ...]:
    """The verdicts, in their order, with newer ones of the same claims in their places."""
    return tuple(newer.get(each.name, each) for each in verdicts)


def _with_verdicts(findings: Sequence[Finding], verdicts: Sequence[ClaimVerdict]) -> tuple[Finding, ...]:
    """The findings with these verdicts, in the same order."""
    return tuple(replace(each, verdict=verdict) for each, verdict in zip(findings, verdicts, strict=True))


def _with_regions(pool: Pool, finding: Finding) -> Finding:
    """The finding with each region of the claim as a formula."""
    verdict, formulas = finding.verdict, dict[str, str]()
    for region in verdict.claim.regions if verdict.answer is not None else ():
        try:
            formulas[region.says] = find_formula(pool, verdict.claim, region)
        except FormulaError as error:
            formulas[region.says] = f"no formula: {error}"
    return replace(finding, regions=formulas)


# The page -------------------------------------------------------------------------------------------
def _write(asked: Selection, found: Report, findings: Sequence[Finding]) -> None:
    texts: dict[Path, str] = {}
    if asked.json is not None:
        texts[asked.json] = as_json.render_json(found, findings)
    if asked.smt2 is not None:
        asked.smt2.mkdir(exist_ok=True)
        made = [each.obligation for each in found.verdicts if each.answer is not None]
        texts |= {asked.smt2 / smtlib.file_name(each.claim): smtlib.render_claim(each) for each in made}
    disagreements = told.render_reports(found.verdicts)
    if disagreements:
        told.reports_directory().mkdir(parents=True, exist_ok=True)
        texts |= {told.reports_directory() / name: text for name, text in disagreements.items()}
    write_all(texts)


def _result(asked: Selection, found: Report, findings: Sequence[Finding]) -> _Page:
    code = exit_code(found.verdicts)
    if asked.explain is not None:
        told_in_full = [*map(explain.explain, findings), *told.render_places(found.verdicts)]
        return _Page((), "\n\n\n".join(told_in_full), code)
    # What was left out discharges nothing, so that it is told only of a whole run.
    assumed = () if found.not_run else assumptions(found.verdicts, found.contracts)
    parts = [*explain.render_unexpected(findings), *found.notes, *map(discharge.render_text, assumed)]
    parts += [*told.render_places(found.verdicts), *told.render_summary(found.verdicts)]
    parts += [*told.render_certificates(found.verdicts), table.summary(found)]
    return _Page(functions.build_tables(found), "\n" + "\n\n".join(parts), code)


def _put(page: _Page, stream: TextIO) -> None:
    """Print the page; a reader that has gone away is no error."""
    try:
        if page.tables and stream.isatty():
            from proofs.reports import terminal  # rich is slow to import, and only a terminal needs it

            terminal.print_tables(page.tables, stream)
        elif page.tables:
            stream.write("\n\n".join(map(functions.render_text, page.tables)) + "\n")
        stream.write(page.text + "\n")
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
