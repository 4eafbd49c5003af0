# SPDX-License-Identifier: GPL-2.0-only
"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofs.cli.files import check_writable, write_all


def test_files_are_written(tmp_path: Path) -> None:
    texts = {tmp_path / "one": "1\n", tmp_path / "two": "zwei ä\n"}
    write_all(texts)
    assert {path: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == texts
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "one").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failure_leaves_the_old_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    with pytest.raises(FileNotFoundError):
        write_all({tmp_path / "one": "new", tmp_path / "gone" / "two": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one": "old"}


def test_a_failure_while_writing_leaves_no_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_all({tmp_path / "one": "\udc80"})
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert check_writable(tmp_path / "new", directory=False) == ""
    assert check_writable(tmp_path / "file", directory=False) == ""
    assert check_writable(tmp_path, directory=True) == ""
    assert check_writable(tmp_path / "new", directory=True) == ""
    assert (
        check_writable(tmp_path, directory=False)
        == f"{tmp_path} is a directory, and a file is to be written."
    )
    assert check_writable(tmp_path / "file", directory=True) == (
        f"{tmp_path / 'file'} is a file, and a directory is to be written."
    )
    assert check_writable(tmp_path / "no" / "new", directory=False) == (
        f"{tmp_path / 'no'} is not a directory, so new cannot be written into it."
    )


def test_a_directory_that_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert check_writable(tmp_path / "new", directory=False) == f"{tmp_path} is not writable."
