# SPDX-License-Identifier: GPL-2.0-only
"""What there is to ask: the claims about the shapes and kernels that a selection names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from model.logic import TRUE
from model.shape import Shape
from proofs import catalogue
from proofs.catalogue import Subject
from proofs.claim import Claim, Skipped
from proofs.selection import Selection, matching


class ReadError(Exception):
    """What is to be proved about cannot be read; the text is a whole sentence."""


@dataclass(frozen=True)
class Asked:
    """``unread`` are the claims about something that could not be read, by name, with the reason
    (such a claim has no procedures); ``skipped`` are theorems that were not asked; ``notes`` are
    sentences about what was read, which are printed with the verdicts."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = ()
    notes: tuple[str, ...] = ()


def load(selection: Selection) -> Asked:
    """Read what the selection names: shapes, unless only a kernel is asked for; and the kernel.

    Raises SelectionError for an unknown shape and ReadError for a tree that cannot be read.
    """
    subjects: list[Subject] = []
    unread: dict[str, str] = {}
    if selection.linux is None or selection.shape is not None:
        known = [s for pages in selection.pages for s in catalogue.shapes(pages)]
        names = matching("shape", selection.shape, (s.name for s in known))
        subjects += [s for s in known if s.name in names]
    if selection.linux is not None:
        for pages in selection.pages:
            found = _kernel(selection, pages)
            if isinstance(found, Subject):
                subjects.append(found)
            else:
                unread[found.subject] = found.reason
    asked = catalogue.claims(subjects)
    missing = tuple(claim for subject in unread for claim in _claims_about_nothing(subject))
    shapes = tuple(s.shape for s in subjects if s.shape is not None)
    return Asked(
        (*asked.claims, *missing),
        asked.skipped,
        {claim.name: unread[claim.subject] for claim in missing},
        shapes,
    )


@dataclass(frozen=True)
class _Unread:
    subject: str
    reason: str


def _kernel(selection: Selection, pages: str) -> Subject | _Unread:
    """The fault path of the selection's tree, or why it could not be read."""
    from model.source.cache import default_directory  # tree-sitter: only a kernel needs it
    from model.source.errors import Unsupported
    from model.source.index import Index
    from model.source.kernel import NoSink, read
    from model.source.profile import Profile, ProfileError
    from model.source.tree import Tree, TreeError

    assert selection.linux is not None
    try:
        tree = Tree.open(selection.linux, selection.rev)
        profile = Profile.from_config(selection.config) if selection.config else Profile.builtin(pages)
        name = f"linux-{tree.version}"
        try:
            kernel = read(tree, Index.build(tree, default_directory()), profile, pages, name)
        except Unsupported as gap:
            return _Unread(name, f"{gap.file}:{gap.line}: {gap.construct}")
        except NoSink as gap:
            return _Unread(name, f"There is no sink: {gap}")
    except (TreeError, ProfileError) as error:
        raise ReadError(str(error)) from None
    return Subject(name, kernel.procedure, pages, "kernel")


def _claims_about_nothing(subject: str) -> list[Claim]:
    """A claim for each theorem, about something that could not be read."""
    every = catalogue.theorems()
    empty = Claim("", "", subject, "", "", (), {}, (), (), TRUE)
    return [
        replace(empty, theorem=n.name, family=n.family, says=n.theorem.says, because=n.theorem.because)
        for n in every
        if not catalogue.is_about_core_mm(n.theorem)
    ]
