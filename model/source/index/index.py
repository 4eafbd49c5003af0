# SPDX-License-Identifier: GPL-2.0-only
"""The index of a tree: where each name is defined, and views of it under a configuration.

``Index.build`` reads the headers of a tree once; ``view`` then answers under one configuration, for
one file under study.  The index of a patched tree takes over what the patch leaves alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from model.source.index.headers import Headers, read_headers
from model.source.index.view import View
from model.source.preprocessor.profile import Profile
from model.source.trees.tree import Tree


@dataclass(frozen=True, slots=True)
class Index:
    """The names that the headers of one tree define."""

    headers: Headers

    @staticmethod
    def build(tree: Tree, cache_dir: Path | None = None) -> Index:
        """Index a tree.  ``cache_dir`` (see ``model.cache``) keeps the scans; None keeps none.

        Raises TreeError where a header cannot be read; never for the state of the cache.
        """
        return Index(read_headers(tree, cache_dir, {}))

    def rebuild(self, tree: Tree) -> Index:
        """The index of a tree much like this one, such as an overlay of it; scans what differs."""
        return Index(read_headers(tree, None, self.headers.entries).share_with(self.headers))

    def view(self, profile: Profile, file: str | None = None) -> View:
        """What names mean under a configuration, seen from a file under study.

        Raises TreeError where the tree has no such file.
        """
        return View(self.headers, profile, file)
