# SPDX-License-Identifier: GPL-2.0-only
"""What there is to ask: the claims about the shapes and kernels that a selection names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model.arch.arm64 import fault
from model.cache import default_directory
from model.shape import Shape
from proofs.claims import catalogue
from proofs.claims.claim import Claim, Skipped
from proofs.cli.selection import Selection, SelectionError, match_names
from proofs.theorems import old_names


class ReadError(Exception):
    """What is to be proved about cannot be read; the text is a whole sentence."""


@dataclass(frozen=True)
class LoadedClaims:
    """``unread`` are the claims about something that could not be read, by name, with the reason
    (such a claim has no procedures); ``skipped`` are theorems that were not asked; ``notes`` are
    sentences about what was read, which are printed with the verdicts; ``ledger`` is a line for each
    call, macro and condition that was met; ``contracts`` are the names of those that each function of
    a kernel rests on."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()
    contracts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_claims(selection: Selection) -> LoadedClaims:
    """Read what the selection names: a kernel tree, or the shapes; both where both are named.

    Raises SelectionError for an unknown shape and ReadError for a tree that cannot be read.
    """
    if selection.linux is None:
        return _shapes(selection)
    kernel = _kernel(selection) if selection.against is None else _compared(selection)
    if selection.shape is None:
        return kernel
    shapes = _shapes(selection)
    return replace(shapes, claims=(*kernel.claims, *shapes.claims), skipped=(*kernel.skipped, *shapes.skipped),
                   unread=kernel.unread, notes=kernel.notes, ledger=kernel.ledger,
                   contracts=kernel.contracts)  # fmt: skip


def use_current_names(selection: Selection) -> tuple[Selection, tuple[str, ...]]:
    """The selection with each old name of a theorem or model replaced, and a sentence for each."""
    current = {
        "theorem": old_names.current_theorem,
        "shape": old_names.current_model,
        "show": old_names.current_model,
        "table": old_names.current_model,
        "explain": old_names.current_claim,
    }
    given = {option: value for option in current if (value := getattr(selection, option)) is not None}
    renamed: dict[str, Any] = {option: current[option](name) for option, name in given.items()}
    notes = (old_names.old_name_note(f"--{option}", given[option], renamed[option]) for option in given)
    return replace(selection, **renamed), tuple(note for note in notes if note)


def _kernel(selection: Selection) -> LoadedClaims:
    from proofs.claims.kernel.claims import (
        load_tree_claims,  # the C parser takes time to load, and shapes need none
    )

    assert selection.linux is not None
    try:
        read = load_tree_claims(
            selection.linux, selection.rev, selection.pages, selection.config, _kept(selection)
        )
    except ValueError as error:  # TreeError, ProfileError and TableError: sentences for the user
        raise ReadError(str(error)) from error
    ledger = tuple(f"{entry.how:<10} {entry.where:<45} {entry.what}" for entry in read.ledger)
    return LoadedClaims(read.claims, read.skipped, read.unread, (), read.notes, ledger, read.contracts)


def _kept(selection: Selection) -> Path | None:
    """Where earlier runs left what they read."""
    return None if selection.no_cache else default_directory()


def _compared(selection: Selection) -> LoadedClaims:
    from proofs.claims.kernel.two_trees import compare_trees  # as above

    assert selection.linux is not None and selection.against is not None
    try:
        found = compare_trees(selection.linux, selection.rev, selection.against, selection.against_rev,
                         selection.pages, selection.config, _kept(selection))  # fmt: skip
    except ValueError as error:
        raise ReadError(str(error)) from error
    return LoadedClaims(found.claims, found.skipped, found.unread)


def _shapes(selection: Selection) -> LoadedClaims:
    subjects = [s for pages in selection.pages for s in catalogue.shapes(pages)]
    names = match_names("model", selection.shape, (s.name for s in subjects))
    found = catalogue.make_claims([s for s in subjects if s.name in names])
    return LoadedClaims(found.claims, found.skipped, {}, fault.shapes())


def select_claims(selection: Selection, claims: Sequence[Claim]) -> list[Claim]:
    """The claims that the selection asks for, in their order.

    Raises SelectionError if there is none.
    """
    theorems = set(match_names("theorem", selection.theorem, (c.theorem for c in claims)))
    wanted = [c for c in claims if c.theorem in theorems]
    if selection.explain is not None:
        names = set(match_names("claim", selection.explain, (c.name for c in wanted)))
        wanted = [c for c in wanted if c.name in names]
    if not wanted:
        raise SelectionError("There is no claim to ask; --list prints what there is.")
    return wanted
