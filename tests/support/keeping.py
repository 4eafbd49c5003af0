# SPDX-License-Identifier: GPL-2.0-only
"""The toy's claims decided with a memory, for the tests of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.cache import locate_file
from proofs.claims.claim import Claim
from proofs.reports import as_json, table
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.finding import build_finding
from proofs.verdicts.prove import decide_claims, examine_verdicts
from proofs.verdicts.verdict import ClaimVerdict
from tests.support import toy

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = toy.claims()
CLAIMS_BY_NAME = {claim.theorem: claim for claim in CLAIMS}
FAKE = Path(__file__).parent / "solvers" / "fake_worker.py"


def memory(directory: Path, tool: str = "this tool") -> VerdictCache:
    return VerdictCache(directory, lambda: tool)


def ask(
    directory: Path, claims: Sequence[Claim] = CLAIMS, tool: str = "this tool", closely: bool = False
) -> tuple[dict[str, ClaimVerdict], set[str]]:
    """The verdicts, and which of them were recalled."""
    with memory(directory, tool) as remembered, Pool(1, 30.0) as pool:
        found = list(decide_claims(pool, claims, remembered))
        if closely:
            found = list(examine_verdicts(pool, found, remembered))
    return {each.name: each for each in found}, remembered.hits


def recalled(
    directory: Path, claims: Sequence[Claim] = CLAIMS, tool: str = "this tool"
) -> dict[str, ClaimVerdict]:
    return {each.name: each for each in memory(directory, tool).lookup(claims)}


def shown(found: dict[str, ClaimVerdict]) -> dict[str, object]:
    """What a table shows."""
    return {n: (each.verdict, each.status, each.why) for n, each in found.items()}


def document(found: dict[str, ClaimVerdict]) -> str:
    """All that is told of the verdicts, as JSON."""
    judged = tuple(found[n] for n in sorted(found))
    return as_json.render_json(table.Report(judged), [build_finding(each) for each in judged])


def copy(filled: Path, target: Path) -> Path:
    locate_file(target).write_bytes(locate_file(filled).read_bytes())
    return target
