# SPDX-License-Identifier: GPL-2.0-only
"""The command that reviews a patch: what it does to the fault path, as text for its thread."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model.cache import default_directory
from model.kernels import TableError
from model.source.index.index import Index
from model.source.kernel import Kernel
from model.source.preprocessor.profile import PAGES, ProfileError
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.trees.tree import Tree, TreeError
from proofs.claims.kernel.reading import list_profiles, read_all
from proofs.claims.subject import find_target
from proofs.cli.files import check_writable
from proofs.cli.progress import Progress
from proofs.review import files
from proofs.review.comparison.dead_code import report_dead_code
from proofs.review.comparison.revisions import (
    NOT_CHECKED,
    Revision,
    apply_series,
    list_engines,
    review_revisions,
)
from proofs.review.comparison.what_if import apply_edit
from proofs.review.formats import checks, reply, text
from proofs.review.patches.commits import read_commits
from proofs.review.patches.limits import NoPatchError, PatchError
from proofs.review.patches.patch import Patch, Series
from proofs.review.patches.series import parse_series, read_series
from proofs.review.review import Base, Review, Status
from proofs.solvers.engine import installed_version
from proofs.solvers.smt.pool import Pool
from proofs.verdicts.cache import VerdictCache

#: Where the functions are that --what-if edits.
FILES = tuple(dict.fromkeys(target.file for target in TARGETS))
#: What makes the exit code 1, with --fail-on.
FAIL_ON = ("changed", "refuted", "undecided")
EPILOG = """
examples:
  python -m proofs.attach --linux ~/linux v3-series.mbx            a series, patch by patch
  python -m proofs.attach --linux ~/linux --rev v6.17 fix.patch    on a revision of a git checkout
  python -m proofs.attach --linux ~/linux --range v6.16..v6.17     commits of a git checkout
  python -m proofs.attach --linux linux-6.12 --to linux-6.12.107   two trees
  python -m proofs.attach --linux ~/linux --out review < mail      from a mail reader, with all files

exit codes: 0 the report was written; 1 what --fail-on names was found; 2 the command line, a tree or a
patch is wrong; 3 something stays undecided (with --fail-on undecided: 1); 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    command = argparse.ArgumentParser(
        prog="python -m proofs.attach",
        description="Report what a patch or a series does to the fault path, as text for a review thread.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_argument("patch", metavar="PATCH", nargs="?", help="a patch, mail, mbox, maildir, directory, or -")  # fmt: skip
    command.add_argument(
        "--linux", metavar="TREE", type=Path, required=True, help="the tree that it applies to"
    )
    command.add_argument("--rev", metavar="REV", help="a revision, if TREE is a git checkout")
    command.add_argument("--range", metavar="A..B", dest="between", help="commits of TREE instead of a patch")
    command.add_argument("--to", metavar="TREE", type=Path, help="another tree instead of a patch")
    command.add_argument("--what-if", metavar="'OLD => NEW'", help="an edit of the C instead of a patch")
    command.add_argument(
        "--dead",
        metavar="FUNCTION",
        nargs="?",
        const=USER_MEM_ABORT.name,
        help="no change: the conditions of FUNCTION (default: %(const)s) that can never matter, with proofs",
    )
    sizes = command.add_mutually_exclusive_group()
    sizes.add_argument("--config", metavar="FILE", type=Path, help="the kernel's .config")
    sizes.add_argument("--pages", choices=(*PAGES, "all"), default="4K", help="default: %(default)s")
    command.add_argument("--out", metavar="DIR", type=Path, help="write the report and everything beside it")
    command.add_argument(
        "--message-id", metavar="ID", help="of the mail that is answered, if the patch has none"
    )
    command.add_argument("--fail-on", choices=FAIL_ON, help="exit with 1 if that is found")
    command.add_argument("--format", choices=("text", "json", "b4"), default="text", help="default: %(default)s")  # fmt: skip
    command.add_argument("--quiet", action="store_true", help="print nothing but errors")
    command.add_argument("--jobs", metavar="N", type=int, default=2, help="processes (default: %(default)s)")
    command.add_argument("--timeout", metavar="S", type=float, default=30.0, help="seconds for each query")
    command.add_argument("--no-cache", action="store_true", help="decide everything again")
    return command


@dataclass(frozen=True)
class _Change:
    """What is reviewed: a tree, the revisions of it, and the title of them all."""

    tree: Tree
    revisions: tuple[Revision, ...]
    title: str
    cover: Patch | None = None
    notes: tuple[str, ...] = ()


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    command = parser()
    arguments = command.parse_args(words)
    if problem := _check_arguments(arguments):
        command.error(problem)
    try:
        if arguments.message_id is not None:
            reply.parse_message_id(arguments.message_id)  # a wrong one is refused at once
        with Progress(sys.stderr) as progress:
            if arguments.dead is not None:
                page, is_decided = _dead(arguments, progress)
                sys.stdout.write("" if arguments.quiet else page)
                return 0 if is_decided else 3
            review = _review(arguments, list(words if words is not None else sys.argv[1:]), progress)
            if arguments.message_id is not None:
                review = reply.with_message_id(review, arguments.message_id)
            if arguments.out is not None:
                files.write_files(arguments.out, review)
    except (PatchError, TreeError, TableError, ProfileError) as error:
        return _fail(error, arguments)
    except OSError as error:
        print(
            f"python -m proofs.attach: error: A file could not be read or written: {error}.", file=sys.stderr
        )
        return 2
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return 130
    if not arguments.quiet:
        sys.stdout.write(
            text.render_report(review)
            if arguments.format == "text"
            else files.render_format(review, arguments.format)
        )
    return _exit_code(review, arguments.fail_on)


def _fail(error: Exception, arguments: argparse.Namespace) -> int:
    """Print what is wrong; b4 gets its own form, and a mail without a patch is no error for it."""
    print(f"python -m proofs.attach: error: {error}", file=sys.stderr)
    if arguments.format == "b4" and not arguments.quiet:
        nothing = isinstance(error, NoPatchError)
        sys.stdout.write(checks.NOTHING if nothing else checks.render_trouble(str(error)))
        return 0 if nothing else 2
    return 2


def _check_arguments(arguments: argparse.Namespace) -> str:
    """What is wrong with the command line, as a sentence."""
    ways = [
        w
        for w in (arguments.patch, arguments.between, arguments.to, arguments.what_if, arguments.dead)
        if w is not None
    ]
    if len(ways) > 1:
        return "A patch, --range, --to, --what-if and --dead exclude each other; give one of them."
    if not ways and sys.stdin.isatty():
        return "No change is named; give a patch, --range A..B, --to TREE, or a mail on standard input."
    if arguments.dead is not None and find_target(arguments.dead) is None:
        return f"--dead: {arguments.dead} is no function that is read; proofs.run --linux names them."
    if arguments.out is not None and (wrong := check_writable(arguments.out, directory=True)):
        return f"--out: {wrong}"
    if arguments.jobs < 1 or arguments.timeout <= 0:
        return "--jobs and --timeout are numbers above 0."
    return ""


def _change(arguments: argparse.Namespace) -> _Change:
    """Raises TreeError and PatchError."""
    if arguments.to is not None:
        tree, other = Tree.open(arguments.linux, arguments.rev), Tree.open(arguments.to)
        title = f"{tree.version}..{other.version}"
        patch = Patch(where=title, subject=title)
        return _Change(tree, (Revision(patch, other, tuple(files.find_differing_files(tree, other))),), title)
    if arguments.what_if is not None:
        tree = Tree.open(arguments.linux, arguments.rev)
        step = apply_edit(tree, FILES, arguments.what_if)
        return _Change(tree, (step,), step.patch.subject)
    series = _series(arguments)
    start = arguments.between.partition("..")[0] if arguments.between is not None else arguments.rev
    tree = Tree.open(arguments.linux, start)
    title = series.cover.subject if series.cover else series.patches[0].subject
    return _Change(tree, tuple(apply_series(tree, series.patches)), title, series.cover, series.notes)


def _series(arguments: argparse.Namespace) -> Series:
    if arguments.between is not None:
        return read_commits(arguments.linux, arguments.between)
    if arguments.patch in (None, "-"):
        return parse_series(sys.stdin.buffer.read())
    return read_series(arguments.patch)


def _review(arguments: argparse.Namespace, words: Sequence[str], progress: Progress) -> Review:
    change = _change(arguments)
    pages = tuple(PAGES) if arguments.pages == "all" else (arguments.pages,)
    configurations = list(list_profiles(pages, arguments.config))
    place = None if arguments.no_cache else default_directory()
    progress.begin("reviewing", len(change.revisions))
    with VerdictCache(place) as memory, Pool(arguments.jobs, arguments.timeout) as pool:
        pool.start(2)
        reviews = review_revisions(pool, memory, change.tree, change.revisions, configurations)
        patches = tuple(progress.count(reviews))
    if change.notes:
        patches = (replace(patches[0], notes=(*change.notes, *patches[0].notes)), *patches[1:])
    configuration = (
        str(arguments.config)
        if arguments.config is not None
        else " and ".join(f"{size} pages" for size in pages)
    )
    return Review(
        change.title,
        Base(str(change.tree.version), arguments.rev or "", configuration),
        patches,
        not_checked=NOT_CHECKED,
        engines=list_engines(),
        command=shlex.join(["python", "-m", "proofs.attach", *words]),
        tool=f"stage2-proofs {installed_version('stage2-proofs') or '(not installed)'}",
        cover=change.cover,
    )


def _dead(arguments: argparse.Namespace, progress: Progress) -> tuple[str, bool]:
    """The page of --dead, and whether all of it was decided.  Raises ProfileError, and TreeError also for a
    function that cannot be read."""
    tree, target = Tree.open(arguments.linux, arguments.rev), find_target(arguments.dead)
    assert target is not None  # checked with the command line
    progress.begin("reading")
    index = Index.build(tree, default_directory())
    place = None if arguments.no_cache else default_directory()
    pages = tuple(PAGES) if arguments.pages == "all" else (arguments.pages,)
    parts = []
    with VerdictCache(place) as memory, Pool(arguments.jobs, arguments.timeout) as pool:
        for size, profile in list_profiles(pages, arguments.config):
            (read,) = read_all(tree, index, size, profile, targets=(target,), cache=place).values()
            if not isinstance(read, Kernel):
                raise TreeError(f"{tree.where}: {read}")
            progress.begin("deciding conditions")
            parts.append(report_dead_code(pool, memory, target.name, target, read.procedure))
    return "\n\n".join(page for page, _ in parts) + "\n", all(is_decided for _, is_decided in parts)


def _exit_code(review: Review, fail_on: str | None) -> int:
    happened = {
        "changed": any(patch.changes_behaviour for patch in review.patches),
        "refuted": review.status is Status.FAIL,
        "undecided": any(patch.is_undecided for patch in review.patches),
    }
    if fail_on is not None and happened[fail_on]:
        return 1
    return 3 if happened["undecided"] else 0


if __name__ == "__main__":
    sys.exit(main())
