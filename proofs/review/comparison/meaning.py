# SPDX-License-Identifier: GPL-2.0-only
"""Are two procedures the same, but for where they were written?"""

from __future__ import annotations

from dataclasses import replace

from model.program.procedure import Procedure
from proofs.claims.fingerprint import Fingerprints


def meaning(procedure: Procedure) -> bytes:
    """A digest of everything that a procedure says; its name is no part of it, nor, as in any fingerprint,
    where it is written."""
    return Fingerprints("").content(replace(procedure, name=""))
