# SPDX-License-Identifier: GPL-2.0-only
"""The real kernel trees at hand: what `make kernels` fetched, and those in STAGE2_KERNELS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from model.source.trees.tree import Tree, overlay

HERE = Path(__file__).resolve().parents[2]
WANTED = ("6.1", "6.12", "7.2", "7.3")
MMU = "arch/arm64/kvm/mmu.c"


def find(name: str) -> Path | None:
    """The tree of a release, if there is one."""
    folders = [HERE / ".kernels", *(Path(p) for p in os.environ.get("STAGE2_KERNELS", "").split(":") if p)]
    found = [folder / name for folder in folders if (folder / name / "arch" / "arm64").is_dir()]
    return found[0] if found else None


def tree(name: str) -> Tree:
    """The tree of a release; the test is reported as not run if there is none."""
    path = find(name)
    if path is None:
        pytest.skip(f"not run: there is no kernel tree {name}; `make kernels` fetches it")
    return Tree.open(path)


def edited(name: str, file: str, *edits: tuple[str, str]) -> Tree:
    """The tree with each text replaced by another; a text must stand there exactly once."""
    original = tree(name)
    text = original.read(file).decode()
    for old, new in edits:
        assert text.count(old) == 1, f"{file} of {name} has {old!r} {text.count(old)} times"
        text = text.replace(old, new)
    return overlay(original, {file: text.encode()})
