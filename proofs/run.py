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
    place = None if asked.no_cache else default_directory()
    with VerdictCache(place) as memory, Pool(asked.jobs, asked.timeout) as pool:
        if not memory.is_promising():
            pool.start(2)  # they load the solver while the claims are made
        progress.begin("reading" if asked.linux else "making the claims")
        known = load(asked)
        claims = select_claims(asked, known.claims)
        if asked.adequacy:
            return _weighed(asked, pool, claims, known, progress, memory)
        judged = _decided(pool, claims, known.unread, progress, memory)
        left_out = len(known.claims) - len(claims)
        found = Report(judged, known.skipped, left_out, known.notes, known.contracts)
        findings = _findings(asked, pool, found, progress, memory)
        findings = _crossed(asked, findings, progress, memory)
    _tell(memory, sys.stderr)
    findings = _compiled(asked, findings, progress) if asked.compiled else findings
    if asked.evidence is not None:
        findings = _evident(asked.evidence, findings, asked.jobs, place, progress)
    found = replace(found, verdicts=tuple(f.verdict for f in findings))
    _write(asked, found, findings)
    return _result(asked, found, findings)


def _weighed(
    asked: Selection,
    pool: Pool,
    claims: Sequence[Claim],
    known: LoadedClaims,
    progress: Progress,
    memory: VerdictCache,
) -> _Page:
    """What the theorems are worth, instead of a table."""
    from proofs.validation.adequacy import report as adequacy  # few runs need it

    read = [claim for claim in claims if claim.name not in known.unread]
    whole = len(read) == len(known.claims) and asked.linux is None and asked.shape is None
    found = adequacy.assess_theorems(pool, read, progress, memory, whole)
    if asked.json is not None:
        write_all({asked.json: found.json})
    return _Page((), found.text, found.code)


def _tell(memory: VerdictCache, stream: TextIO) -> None:
    """Tell a person how much was taken from earlier runs."""
    if memory.hits and stream.isatty():
        stream.write(f"{len(memory.hits)} answers are from earlier runs; --no-cache asks again.\n")


def _shown(pattern: str, known: LoadedClaims) -> _Page:
    names = match_names("model", pattern, (shape.name for shape in known.shapes))
    texts = [table.render_shape(shape) for shape in known.shapes if shape.name in names]
    return _Page((), "\n\n".join(texts), 0)


def _decided(
    pool: Pool, claims: Sequence[Claim], unread: Mapping[str, str], progress: Progress, memory: VerdictCache
) -> tuple[ClaimVerdict, ...]:
    """The verdicts in the order of the claims."""
    asked = [claim for claim in claims if claim.name not in unread]
    progress.begin("deciding", len(asked))
    by_name = {each.name: each for each in progress.count(decide_claims(pool, asked, memory))}
    return tuple(
        by_name[c.name] if c.name in by_name else make_unsupported(c, unread[c.name]) for c in claims
    )


def _findings(
    asked: Selection, pool: Pool, found: Report, progress: Progress, memory: VerdictCache
) -> list[Finding]:
    """The verdicts with what is shown of them: all if that was asked for, else the unexpected."""
    everything = asked.explain is not None or asked.json is not None or asked.against is not None
    replayed = Verdict.REFUTED if asked.compiled else None
    closely = [
        each for each in found.verdicts if everything or needs_a_closer_look(each) or each.verdict is replayed
    ]
    progress.begin("looking for the least witnesses", len(closely))
    closer = {each.name: each for each in progress.count(examine_verdicts(pool, closely, memory))}
    shown = [closer.get(each.name, each) for each in found.verdicts]
    progress.begin("writing regions as formulas")
    findings = [
        _with_regions(pool, build_finding(each)) if everything else build_finding(each) for each in shown
    ]
    return add_explanations(pool, findings, progress) if asked.explain is not None else findings


def _compiled(asked: Selection, findings: Sequence[Finding], progress: Progress) -> list[Finding]:
    """The findings, with what the compiled C does on the witness of each refuted claim."""
    from proofs.validation.differential.witnesses import confirm_tree  # as in proofs.asked

    assert asked.linux is not None
    progress.begin("running the compiled C")
    judged = [each.verdict for each in findings]
    runs = confirm_tree(asked.linux, asked.rev, asked.pages, asked.config, judged)
    return [
        replace(each, verdict=replace(each.verdict, compiled=runs.get(each.verdict.name, "")))
        for each in findings
    ]


def _evident(
    directory: Path, findings: Sequence[Finding], jobs: int, cache: Path | None, progress: Progress
) -> list[Finding]:
    """The findings with what evidence there is of each proof, which is written."""
    progress.begin("making evidence")
    made = evidence.make((each.verdict for each in findings), jobs, cache)
    evidence.write(directory, made.files)
    certificates = made.certificates
    return [
        replace(each, verdict=replace(each.verdict, certificate=certificates.get(each.verdict.name)))
        for each in findings
    ]


def _crossed(
    asked: Selection, findings: Sequence[Finding], progress: Progress, memory: VerdictCache
) -> list[Finding]:
    """The findings, with what other engines answer."""
    from proofs.verdicts.portfolio import agreement  # what proves nothing does not need it

    others = engines.select_engines(asked.engines)
    progress.begin("asking other engines", len(findings) * len(others))
    judged = {each.verdict.name: each.verdict for each in findings}
    for each in progress.count(
        agreement.ask_portfolio(judged.values(), others, asked.timeout, asked.jobs, memory)
    ):
        judged[each.name] = each
    return [replace(each, verdict=judged[each.verdict.name]) for each in findings]


def _with_regions(pool: Pool, finding: Finding) -> Finding:
    """The finding with each region of the claim as a formula."""
    judged, formulas = finding.verdict, dict[str, str]()
    for region in judged.claim.regions if judged.answer is not None else ():
        try:
            formulas[region.says] = find_formula(pool, judged.claim, region)
        except FormulaError as error:
            formulas[region.says] = f"no formula: {error}"
    return replace(finding, regions=formulas)


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
