# SPDX-License-Identifier: GPL-2.0-only
"""What is said beside the verdicts on a kernel: which release it was taken for, what has changed since
that was learned, and what the verdicts rest on beside the C."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from model.kernels import Release
from model.source.kernel import Digest
from model.source.lowering.state.objects import LedgerEntry
from model.source.trees.tree import Version

_HOW = {
    "inlined": "functions of the tree",
    "modelled": "macros with an exact meaning of ours",
    "trusted": "calls that are believed to keep to a contract",
    "condition": "#if lines that the configuration decides",
}


def note_release(version: Version, release: Release, is_known: bool) -> Iterator[str]:
    if not is_known:
        yield (
            f"The Makefile says {version}, which model/kernels.toml does not have; "
            f"what is expected is that of {release.since}, the nearest."
        )


def note_gaps(ledger: Sequence[LedgerEntry]) -> Iterator[str]:
    """What the verdicts rest on beside the C that was read, in short."""
    vague = [f"{entry.what} ({entry.where})" for entry in ledger if entry.how == "havoc"]
    if vague:
        yield "Over-approximated, so that a refutation may rest on it: " + "; ".join(vague) + "."
    counts = [(how, sum(entry.how == how for entry in ledger)) for how in _HOW]
    told = ", ".join(f"{count} {_HOW[how]}" for how, count in counts)
    yield f"Read: {told}; --ledger lists each with file and line."


def note_changes(digests: Iterable[Digest], release: Release) -> Iterator[str]:
    """Functions whose text is not the one that was read when the row was learned."""
    found = [d for d in digests if not d.sha256.startswith(release.digests.get(d.function, ""))]
    if found:
        told = ", ".join(f"{d.function}() ({d.file}:{d.line})" for d in found)
        yield f"Since {release.learned}, which the expectations were learned on, these have changed: {told}."
