# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a tree, read one after the other: under which configurations, and which could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from model.cache import default_directory
from model.source.errors import Unsupported
from model.source.index.index import Index
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import PAGES, Profile, ProfileError
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from model.source.trees.tree import Tree, Version
from proofs.claims.claim import DEFAULT_PAGES
from proofs.claims.kernel.reading_cache import ReadingCache

#: Every target by its name: lowered, or why not.
Targets = Mapping[str, Kernel | NoEffect | Unsupported]


def list_profiles(pages: Sequence[str], config: Path | None) -> Iterator[tuple[str, Profile]]:
    """The configurations to read the tree under, each with its page size.

    Raises ProfileError for a .config that cannot be used.
    """
    if config is not None:
        profile = Profile.from_config(config)
        sizes = {Profile.builtin(size).page_shift: size for size in PAGES}
        size = sizes.get(profile.page_shift)
        if size is None:
            raise ProfileError(
                f"{config}: does not say what the page size is; give a complete .config for arm64."
            )
        yield size, profile
        return
    for size in pages:
        yield size, Profile.builtin(size)


def read_all(
    tree: Tree,
    index: Index,
    pages: str,
    profile: Profile,
    name: str = "",
    targets: Sequence[Target] = TARGETS,
    cache: Path | None = None,
) -> Targets:
    """These targets of a tree under one configuration; ``name`` is the tree's, its release unless said.

    ``cache`` is the directory where earlier runs left what they read; None looks for nothing there and
    leaves nothing.
    """
    found: dict[str, Kernel | NoEffect | Unsupported] = {}
    with ReadingCache(cache, tree, index, profile, pages) as reader:
        for target in targets:
            try:
                found[target.name] = reader.read(subject_of(name or release_of(tree.version), target), target)
            except (NoEffect, Unsupported) as error:
                found[target.name] = error
    return found


def release_of(version: Version) -> str:
    """``7.3`` of 7.3.4."""
    return f"{version.major}.{version.minor}"


def subject_of(name: str, target: Target) -> str:
    """What claims about the target are about: ``7.3`` for user_mem_abort(), ``7.3:gmem_abort``."""
    return name if target is USER_MEM_ABORT else f"{name}:{target.name}"


def render_row(path: Path) -> str:
    """The rows of ``kernels.toml`` for a tree: its version and the digests of what was read.

    Raises ValueError (TreeError) for a path that is no kernel tree, Unsupported and NoEffect as
    ``model.source.kernel.read`` does of user_mem_abort().
    """
    tree = Tree.open(path)
    index, profile = Index.build(tree, default_directory()), Profile.builtin(DEFAULT_PAGES)
    digests: dict[str, str] = {}
    for target in TARGETS:
        try:
            kernel = read(tree, index, profile, DEFAULT_PAGES, "", target)
        except (Unsupported, NoEffect):
            if target is USER_MEM_ABORT:
                raise
            continue
        digests |= {d.function: d.sha256[:16] for d in kernel.digests}
    name = release_of(tree.version)
    lines = [f'[kernel."{name}"]', f'learned = "{tree.version}"', "", f'[kernel."{name}".digests]']
    return "\n".join([*lines, *(f'{function} = "{digest}"' for function, digest in sorted(digests.items()))])
