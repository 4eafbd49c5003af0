# SPDX-License-Identifier: GPL-2.0-only
"""The command that the README begins with: every claim about the shapes is decided as declared."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_claim_about_the_shapes_is_decided_as_declared() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "proofs.run", "--jobs", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, ", all as expected; " in last, last.endswith("; 0 not run")) == (0, True, True)
