# SPDX-License-Identifier: GPL-2.0-only
"""Coverage of functions by theorems, per kernel: counts of verdicts as Markdown.

Trusted: as for every verdict; nothing is decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.source.trees.tree import Tree
from proofs.claims.claim import DEFAULT_PAGES
from proofs.claims.kernel.claims import KernelClaims, make_tree_claims
from proofs.claims.kernel.reading import list_profiles
from proofs.claims.subject import ALL_THEOREMS, parse_subject, target_order
from proofs.reports.table import Report
from proofs.solvers.smt.pool import Pool
from proofs.theorems.expectation import Verdict
from proofs.verdicts.assumptions import ROWS, Assumptions, assumptions
from proofs.verdicts.cache import VerdictCache
from proofs.verdicts.prove import decide_claims
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus, make_unsupported


@dataclass(frozen=True)
class TreeCoverage:
    """A tree by its version, and everything that was found of it."""

    version: str
    report: Report


def cover(path: Path, pool: Pool, memory: VerdictCache) -> TreeCoverage:
    """Ask every theorem of a tree, with pages of the default size.

    Raises ValueError, with a sentence, as ``proofs.claims.kernel.claims.load_tree_claims`` does.
    """
    tree = Tree.open(path)
    read = make_tree_claims(tree, list(list_profiles((DEFAULT_PAGES,), None)))
    return TreeCoverage(
        str(tree.version), Report(_judged(read, pool, memory), read.skipped, contracts=read.contracts)
    )


def _judged(read: KernelClaims, pool: Pool, memory: VerdictCache) -> tuple[ClaimVerdict, ...]:
    asked = [claim for claim in read.claims if claim.name not in read.unread]
    known = {each.name: each for each in decide_claims(pool, asked, memory)}
    return tuple(
        known[claim.name] if claim.name in known else make_unsupported(claim, read.unread[claim.name])
        for claim in read.claims
    )


def render_markdown(covered: Sequence[TreeCoverage]) -> str:
    """The tables: verdicts by function, family and kernel; what became of each assumption; and, of each
    function, the contracts that are trusted."""
    parts = [_verdicts(covered), _discharged(covered), _contracts(covered)]
    return "\n\n".join("\n".join(part) for part in parts)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(first: Sequence[str], covered: Sequence[TreeCoverage]) -> Iterator[str]:
    heads = [*first, *(each.version for each in covered)]
    yield _row(heads)
    yield "|" + "---|" * len(heads)


# Verdicts ----------------------------------------------------------------------------------------
def _verdicts(covered: Sequence[TreeCoverage]) -> Iterator[str]:
    yield from _head(("function", "theorems"), covered)
    for target in _targets(covered):
        families = dict.fromkeys(e.claim.family for c in covered for e in _about(target, c)) or {"": None}
        for number, family in enumerate(families):
            cells = (_cell(target, family, each) for each in covered)
            yield _row((f"`{target}()`" if number == 0 else "", family, *cells))


def _targets(covered: Iterable[TreeCoverage]) -> list[str]:
    """Every target of which anything is told, in the order of the table of targets."""
    told = {e.claim.subject for c in covered for e in c.report.verdicts}
    told |= {s.subject for c in covered for s in c.report.skipped}
    return sorted(
        {about.target for each in told if (about := parse_subject(each))},
        key=lambda name: (target_order(name), name),
    )


def _about(target: str, covered: TreeCoverage) -> list[ClaimVerdict]:
    return [each for each in covered.report.verdicts if _target(each.claim.subject) == target]


def _target(subject: str) -> str:
    about = parse_subject(subject)
    return about.target if about else ""


def _cell(target: str, family: str, covered: TreeCoverage) -> str:
    """How many theorems of a family have which verdict there, or why there is none."""
    if any(_target(s.subject) == target and s.theorem == ALL_THEOREMS for s in covered.report.skipped):
        return "no such function"
    found = [each for each in _about(target, covered) if each.claim.family == family]
    if not found:
        return "none applies"
    counts = Counter(each.verdict for each in found)
    if counts[Verdict.UNSUPPORTED] == len(found):
        return "unsupported"
    told = [f"{counts[verdict]} {verdict.value.lower()}" for verdict in Verdict if counts[verdict]]
    wrong = sum(each.status is not ExpectationStatus.EXPECTED for each in found)
    return ", ".join(told) + (f" ({wrong} not as declared)" if wrong else "")


# Assumptions -------------------------------------------------------------------------------------
def _discharged(covered: Sequence[TreeCoverage]) -> Iterator[str]:
    found = [assumptions(each.report.verdicts, each.report.contracts) for each in covered]
    yield from _head(("assumption",), covered)
    for row in ROWS:
        yield _row((f"`{row.name}`", *(_became(row.name, each[0]) if each else "" for each in found)))


def _became(name: str, found: Assumptions) -> str:
    if name in found.discharged:
        return "discharged"
    if name in found.partly:
        return "in part"
    return "trusted" if name in (*found.facts, *found.contracts) else "not assumed"


def _contracts(covered: Sequence[TreeCoverage]) -> Iterator[str]:
    yield "Calls that are believed to keep to a contract, by the function that makes them:"
    yield ""
    for target in _targets(covered):
        names = {
            n for c in covered for s, rows in c.report.contracts.items() if _target(s) == target for n in rows
        }
        if names:
            yield f"* `{target}()`: {', '.join(f'`{name}`' for name in sorted(names))}"
