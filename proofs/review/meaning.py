# SPDX-License-Identifier: GPL-2.0-only
"""Are two procedures the same, but for where they were written?"""

from __future__ import annotations

from dataclasses import replace

from model.procedure import NOWHERE, Block, If, Procedure, Statement
from proofs.fingerprint import Fingerprints


def meaning(procedure: Procedure) -> bytes:
    """A digest of everything that a procedure says; lines, texts and its name are no part of it."""
    bare = replace(procedure, name="", body=_without_spans(procedure.body))
    return Fingerprints("").content(bare)


def _without_spans(body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return tuple(_without_span(statement) for statement in body)


def _without_span(statement: Statement) -> Statement:
    bare = replace(statement, span=NOWHERE)
    if isinstance(bare, If):
        return replace(bare, then=_without_spans(bare.then), orelse=_without_spans(bare.orelse))
    return replace(bare, body=_without_spans(bare.body)) if isinstance(bare, Block) else bare
