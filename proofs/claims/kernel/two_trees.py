# SPDX-License-Identifier: GPL-2.0-only
"""Reading two kernel trees under the same configurations, to compare them function by function."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.cache import default_directory
from model.kernels import TableError
from model.program.procedure import Procedure
from model.source.index.index import Index
from model.source.kernel import Kernel
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.trees.tree import Tree
from proofs.claims.kernel.reading import Targets, list_profiles, read_all
from proofs.claims.relational.equivalence import Comparison, compare_fault_paths, compare_functions


def compare_trees(
    first: Path,
    rev: str | None,
    second: Path,
    second_rev: str | None,
    pages: Sequence[str],
    config: Path | None,
    cache: Path | None = None,
) -> Comparison:
    """A claim for each observable of user_mem_abort(), and one for all of them with the inputs that
    differ as a region; and a claim for each other function.  ``cache`` as in ``reading.read_all``.

    Raises ValueError (TreeError, ProfileError) for what is no kernel tree or configuration, and
    TableError, with file and line, where a tree cannot be read exactly.
    """
    trees = Tree.open(first, rev), Tree.open(second, second_rev)
    configurations = list(list_profiles(pages, config))
    indexes = [Index.build(tree, default_directory()) for tree in trees]
    labels = str(trees[0].version), str(trees[1].version)
    result = Comparison()
    for size, profile in configurations:
        one, two = (
            read_all(tree, index, size, profile, label, cache=cache)
            for tree, index, label in zip(trees, indexes, labels, strict=True)
        )
        result = result.join(compare_targets(size, labels, one, two))
    return result


def compare_targets(pages: str, labels: tuple[str, str], one: Targets, two: Targets) -> Comparison:
    """The comparison of what was read of two trees, which are called so.

    Raises TableError where user_mem_abort() of one of them cannot be read.
    """
    names = "..".join(labels)
    paths = _fault_path(labels[0], one), _fault_path(labels[1], two)
    others = {target: (one[target], two[target]) for target in one if target != USER_MEM_ABORT.name}
    of_paths = Comparison(tuple(compare_fault_paths(*paths, names, pages)))
    return of_paths.join(compare_functions(names, pages, others))


def _fault_path(label: str, targets: Targets) -> Procedure:
    """The fault path, without which there is nothing to compare."""
    kernel = targets[USER_MEM_ABORT.name]
    if isinstance(kernel, Kernel):
        return kernel.procedure
    raise TableError(f"{label} cannot be compared: {kernel}")
