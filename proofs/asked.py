# SPDX-License-Identifier: GPL-2.0-only
"""What there is to ask: the claims about the shapes and kernels that a selection names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.shape import Shape
from proofs.claim import Claim, Skipped
from proofs.selection import Selection


class ReadError(Exception):
    """What is to be proved about cannot be read; the text is a whole sentence."""


@dataclass(frozen=True)
class Asked:
    """``unread`` are the claims about something that could not be read, by name, with the reason
    (such a claim has no procedures); ``skipped`` are theorems that were not asked."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()


def load(selection: Selection) -> Asked:
    """Read what the selection names.

    Raises SelectionError for an unknown shape and ReadError for a tree that cannot be read.
    """
    raise ReadError("There is no catalogue of theorems yet.")
