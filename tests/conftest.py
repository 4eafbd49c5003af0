# SPDX-License-Identifier: GPL-2.0-only
"""No test believes, or changes, what was kept on the machine that it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors ask everything, in this process and in those that tests start."""
    monkeypatch.setenv("STAGE2_PROOFS_NO_CACHE", "1")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which the toy's verdicts are kept."""
    from tests.support.keeping import ask  # only the tests that want it pay for the imports

    directory = tmp_path_factory.mktemp("filled")
    ask(directory)
    return directory


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the compiled library for Coq, where there is a coqc."""
    from proofs.evidence.coq import compile as coq

    directory = tmp_path_factory.mktemp("coq")
    compiler = coq.find_coqc()
    assert compiler is not None
    coq.compile_library(compiler, directory)
    return directory
