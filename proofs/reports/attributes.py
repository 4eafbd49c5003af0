# SPDX-License-Identifier: GPL-2.0-only
"""The tables of attributes that a command line asks for: of shapes, of a kernel, or of what two differ in.

Nothing is proved here; the rows are values of the terms that the solver is asked about, of which tests
hold a sample against the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from counterexamples.render.table import render_attribute_table, render_changes
from model.arch.arm64.fault import at_pages, shapes
from model.program.procedure import Procedure
from proofs.claims.claim import pages_in_name
from proofs.claims.load import ReadError
from proofs.cli.selection import Selection, match_names


def render_tables(selection: Selection) -> str:
    """The text for ``--table``: each shape, or the kernel of ``linux``; beside another tree, or beside
    a shape that is named, only the rows that differ.

    Raises SelectionError for an unknown shape and ReadError for a tree that cannot be read, or for
    what has no table.
    """
    try:
        return "\n\n".join(_tables(selection))
    except ValueError as error:  # TreeError, ProfileError, TableError: sentences for the user
        raise ReadError(str(error)) from error


def _tables(selection: Selection) -> Iterator[str]:
    assert selection.table is not None
    named = _shapes(selection.table or "*") if selection.table or selection.linux is None else []
    if selection.linux is None:
        for pages in selection.pages:
            for shape in named:
                yield _titled(shape.name, pages, render_attribute_table(at_pages(shape, pages)))
        return
    kernels = _kernels(selection, selection.linux, selection.rev)
    if selection.against is not None:
        others = _kernels(selection, selection.against, selection.against_rev)
        for (pages, one), (_, other) in zip(kernels, others, strict=True):
            yield _titled(f"{one.name}..{other.name}", pages, render_changes(one, other))
        return
    for pages, kernel in kernels:
        if not named:
            yield _titled(kernel.name, pages, render_attribute_table(kernel))
        for shape in named:
            yield _titled(
                f"{shape.name}..{kernel.name}", pages, render_changes(at_pages(shape, pages), kernel)
            )


def _shapes(pattern: str) -> list[Procedure]:
    """The shapes of those names.  Raises SelectionError if there is none."""
    known = {each.name: each.procedure for each in shapes()}
    return [known[name] for name in match_names("model", pattern, known)]


def _titled(name: str, pages: str, table: str) -> str:
    of_size = pages_in_name(pages)
    return f"{name}{'/' if of_size else ''}{of_size}\n{table}"


def _kernels(selection: Selection, path: Path, rev: str | None) -> Iterator[tuple[str, Procedure]]:
    """The fault path of a tree under each configuration, with the page size."""
    from model.cache import default_directory  # the C parser takes time to load
    from model.source.errors import Unsupported
    from model.source.index.index import Index
    from model.source.kernel import NoEffect, read
    from model.source.trees.tree import Tree
    from proofs.claims.kernel.reading import list_profiles

    tree = Tree.open(path, rev)
    index = Index.build(tree, default_directory())
    for pages, profile in list_profiles(selection.pages, selection.config):
        try:
            yield pages, read(tree, index, profile, pages, str(tree.version)).procedure
        except (Unsupported, NoEffect) as error:
            raise ReadError(f"{tree.version} has no table of attributes: {error}") from error
