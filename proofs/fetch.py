# SPDX-License-Identifier: GPL-2.0-only
"""Fetching of the kernel trees that are read: `python -m proofs.fetch [VERSION ...]`.

With `--coverage TREE ...` it prints instead what is proved of which function of trees that are there.

Exit code: 0 if every tree is there, 1 if one that is required was not, 3 if only others were not, 2
for a wrong command line, 130 if interrupted. What it does and trusts: model/source/trees/debian.py.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from model.cache import default_directory
from model.source.trees.apt import RunTool, run_tool
from model.source.trees.debian import (
    RELEASE_LINES,
    FetchedTree,
    TreeFetcher,
    TreeRequest,
    UnavailableTree,
    is_within,
    parse_request,
)

#: An environment variable that keeps earlier answers from being used; proofs.run has it too.
NO_CACHE = "STAGE2_PROOFS_NO_CACHE"

#: Seconds for each claim of --coverage.
SECONDS = 60.0

BY_DEFAULT = tuple(TreeRequest(line.name) for line in RELEASE_LINES if line.by_default)


def parse_version(text: str) -> TreeRequest:
    """A VERSION on the command line."""
    try:
        return parse_request(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_releases(text: str) -> tuple[str, ...]:
    """The releases in `--require 6.12,7`: each asks for at least one tree of that release."""
    releases = tuple(filter(None, text.split(",")))
    for release in releases:
        if not re.fullmatch(r"\d+(\.\d+){0,2}", release, re.ASCII):
            raise argparse.ArgumentTypeError(
                f"{release!r} is not a release: write 7, 7.2 or 7.2.9, with commas between several."
            )
    return releases


def parser() -> argparse.ArgumentParser:
    """The command line."""
    lines = ", ".join(map(str, BY_DEFAULT))
    command = argparse.ArgumentParser(
        prog="python -m proofs.fetch",
        description="Fetch the Linux trees that are read, from Debian's packages and without root.",
        epilog="Exit code: 0 all trees were had; 1 a required one was not; 3 only others were not. "
        "With --coverage: as of python -m proofs.run.",
    )
    command.add_argument(
        "versions",
        metavar="VERSION",
        nargs="*",
        type=parse_version,
        default=BY_DEFAULT,
        help=f"7.2, or one package version of it, 7.2=7.2.9-1~bpo13+1 (default: {lines})",
    )
    command.add_argument(
        "--dest",
        type=Path,
        default=Path(".kernels"),
        help="where trees are put, each in a folder named by its version (default: %(default)s)",
    )
    command.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("stage2-proofs"),
        help="where packages are kept, for all clones (default: %(default)s)",
    )
    command.add_argument(
        "--require",
        type=parse_releases,
        default=(),
        metavar="V,V",
        help="fail (1) without these; 7 asks for at least one 7.x tree",
    )
    command.add_argument(
        "--refresh",
        action="store_true",
        help="look for newer point releases of what is there already",
    )
    command.add_argument(
        "--learn",
        type=Path,
        metavar="TREE",
        help="print a row for model/kernels.toml with the digests of what is read of a tree, and do nothing else",
    )
    command.add_argument(
        "--coverage",
        type=Path,
        nargs="+",
        metavar="TREE",
        help="print, as Markdown, what is proved of which function of these trees, and do nothing else",
    )
    return command


def print_coverage(trees: Sequence[Path]) -> int:
    """Prove everything about the trees and print the tables; the exit codes are those of proofs.run."""
    from proofs.reports.coverage import cover, render_markdown  # the C parser takes time to load
    from proofs.solvers.smt.pool import Pool
    from proofs.verdicts.cache import VerdictCache
    from proofs.verdicts.verdict import exit_code

    place = None if os.environ.get(NO_CACHE) else default_directory()
    try:
        with VerdictCache(place) as memory, Pool(min(os.cpu_count() or 1, 8), SECONDS) as pool:
            covered = [cover(tree, pool, memory) for tree in trees]
    except ValueError as error:
        say(f"There is no coverage to print: {error}")
        return 2
    except KeyboardInterrupt:
        say("Interrupted; nothing was printed.")
        return 130
    print(render_markdown(covered))
    return exit_code(judged for each in covered for judged in each.report.verdicts)


def print_row(tree: Path) -> int:
    """Print the row of a tree."""
    from model.source.errors import Unsupported  # the C parser takes time to load
    from model.source.kernel import NoEffect
    from proofs.claims.kernel.reading import render_row

    try:
        print(render_row(tree))
    except (ValueError, NoEffect, Unsupported) as error:
        say(f"{tree} cannot be learned: {error}")
        return 2
    return 0


def exit_code(came: Sequence[FetchedTree | UnavailableTree], require: Sequence[str]) -> int:
    """0 if all trees came, 1 if a required one did not, 3 if only others did not."""
    releases = [each.release for each in came if isinstance(each, FetchedTree)]
    if not all(any(is_within(release, part) for release in releases) for part in require):
        return 1
    return 0 if len(releases) == len(came) else 3


def render_table(came: Sequence[FetchedTree | UnavailableTree]) -> str:
    """A line for each tree: version, package version, version in the Makefile, and path."""
    rows = [("version", "package", "Makefile", "path"), *map(render_row, came)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows)
    return "\n".join(lines)


def render_row(each: FetchedTree | UnavailableTree) -> tuple[str, str, str, str]:
    """One line of the table."""
    if isinstance(each, UnavailableTree):
        return each.request.line, each.request.exact or "-", "missing", "-"
    package = each.package.version if each.package else "put there by hand"
    return each.request.line, package, each.release, os.path.relpath(each.path)


def say(text: str) -> None:
    """Tell the user, without mixing with the table on standard output."""
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None, run: RunTool = run_tool) -> int:
    """Fetch, print and return the exit code; `run` starts apt-get, dpkg-deb and tar."""
    command = parser()
    options = command.parse_args(arguments)
    if options.learn is not None:
        return print_row(options.learn)
    if options.coverage is not None:
        return print_coverage(options.coverage)
    wanted: tuple[TreeRequest, ...] = tuple(dict.fromkeys(options.versions))
    names = ", ".join(map(str, wanted))
    if len({each.folder for each in wanted}) < len(wanted):
        command.error(f"two of {names} would be put in the same folder: ask for one at a time.")
    for part in options.require:
        if not any(is_within(each.folder, part) or is_within(part, each.folder) for each in wanted):
            command.error(f"--require {part} asks for a tree that is not among those wanted: {names}.")
    try:
        came = TreeFetcher(options.dest, options.cache, say, options.refresh, run).fetch_all(wanted)
    except KeyboardInterrupt:
        say("Interrupted: no tree is left half made. Run it again to go on.")
        return 130
    for each in came:
        if isinstance(each, UnavailableTree):
            say(each.reason)
    print(render_table(came))
    return exit_code(came, options.require)


if __name__ == "__main__":
    sys.exit(main())
