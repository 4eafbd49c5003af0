# SPDX-License-Identifier: GPL-2.0-only
"""A real mistake as one object: what re-creates it, which theorem it refutes, and how.

A mistake is re-created on a shape, where the procedure says it, or else by an edit of the C of a
release.  The theorem is named, as this room knows none.  Trusted: that what is re-created is what
the commit or the mail describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType

from counterexamples.bugs.harm import Harm
from model.arch.arm64.fault import shapes
from model.logic import Term
from model.program.listing import number_lines
from model.program.procedure import Block, Procedure
from model.vocabulary.memory import ABBREVIATIONS


@dataclass(frozen=True)
class OnShape:
    """``procedure`` has the mistake; ``right`` has it not, and is otherwise as near as there is one.

    ``believed`` are facts, by name, that the mistake made false: the neighbour's mistake is there,
    and the fault path trusts it."""

    procedure: Procedure
    right: Procedure
    believed: tuple[str, ...] = ()


@dataclass(frozen=True)
class OnC:
    """In the function of that target (``model.source.targets``), of any of the ``releases``, each old text of
    ``edits`` stands exactly once in ``file`` and is replaced by the new one."""

    releases: tuple[str, ...]
    target: str
    file: str
    edits: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bug:
    """``says`` is the mistake in a sentence, ``cites`` the commits or Message-IDs that have it or end
    it.  The theorem ``refutes`` fails there, every counterexample satisfies ``witness``, a term over
    its words, and ``harm`` is what comes of it."""

    says: str
    cites: tuple[str, ...]
    where: OnShape | OnC
    refutes: str
    witness: Term
    harm: Harm


def find_shape(name: str) -> Procedure:
    """The procedure of a shape.  Raises ValueError if there is no such shape."""
    known = {each.name: each.procedure for each in shapes()}
    if name not in known:
        raise ValueError(f"No model is called {name!r}; name one of {', '.join(known)}.")
    return known[name]


def on_version(name: str, right: str) -> OnShape:
    """A version that has the mistake as it is, and one that has it not; errors as of ``find_shape``."""
    return OnShape(find_shape(name), find_shape(right))


def on_edit(procedure: Procedure, right: Procedure, believed: tuple[str, ...] = ()) -> OnShape:
    """A procedure that was made from ``right`` by an edit, with its lines numbered again, so that a
    counterexample cites what stands there now."""
    (end,) = procedure.body
    assert isinstance(end, Block)  # every shape is one
    _, body = number_lines(f"{procedure.name}, edited", end.body, ABBREVIATIONS)
    return OnShape(replace(procedure, body=(replace(end, body=body),)), right, believed)


def bugs_of(module: ModuleType) -> Mapping[str, Bug]:
    """The bugs of a module by the attributes that they are bound to, as they stand there."""
    return {name: value for name, value in vars(module).items() if isinstance(value, Bug)}
