# SPDX-License-Identifier: GPL-2.0-only
"""The claims about a kernel tree: its C is read, the theorems are asked, the table says what to expect.

What cannot be read is not silent: every theorem is then a claim that is UNSUPPORTED, with file, line
and construct.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from model.arch.arm64 import fault
from model.facts import FACTS
from model.kernels import Known, Release, Table, TableError, load
from model.logic import TRUE, Term, conj
from model.source.cache import default_directory
from model.source.errors import Unsupported
from model.source.index import Index
from model.source.kernel import Kernel, NoSink, read
from model.source.objects import Entry
from model.source.predicate import PredicateError, parse
from model.source.profile import Profile, ProfileError
from model.source.tree import Tree, Version
from proofs.catalogue import DEFAULT_PAGES, Subject, claims, is_about_core_mm, theorems
from proofs.claim import Claim, Expectation, Skipped, Verdict
from proofs.standing import behaves_alike, subjects

CONFORMANCE = "the_kernel_behaves_as_its_shape"
_HOW = {
    "inlined": "functions of the tree",
    "modelled": "macros with an exact meaning of ours",
    "trusted": "calls that are believed to keep to a contract",
    "condition": "#if lines that the configuration decides",
}
_SIZES = {12: "4K", 14: "16K", 16: "64K"}
_NEEDED = ("guest_pages_are_no_smaller", "hugetlb_has_four_sizes")


@dataclass(frozen=True)
class Read:
    """What a tree gave: claims, what was not asked, the claims that have no answer with the reason,
    what is to be said beside the verdicts, and what was done with every call that was met."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ledger: tuple[Entry, ...] = ()


def profiles(pages: Sequence[str], config: Path | None) -> Iterator[tuple[str, Profile]]:
    """The configurations to read the tree under, each with its page size.

    Raises ProfileError for a .config that cannot be used.
    """
    if config is not None:
        profile = Profile.from_config(config)
        size = _SIZES.get(profile.page_shift)
        if size is None:
            raise ProfileError(
                f"{config}: does not say what the page size is; give a complete .config for arm64."
            )
        yield size, profile
        return
    for size in pages:
        yield size, Profile.builtin(size)


def read_tree(path: Path, rev: str | None, pages: Sequence[str], config: Path | None) -> Read:
    """Every claim about the tree at a path.

    Raises TreeError for a path that is no kernel tree, ProfileError for a .config that cannot be
    used, TableError where ``kernels.toml`` cannot: all ValueError, with a sentence for the user.
    """
    return claims_of(Tree.open(path, rev), list(profiles(pages, config)))


def claims_of(tree: Tree, configurations: Sequence[tuple[str, Profile]]) -> Read:
    """Every claim about a tree under each configuration.  Raises TableError as ``read_tree`` does."""
    index = Index.build(tree, default_directory())
    table = load()
    release, is_known = table.nearest((tree.version.major, tree.version.minor, tree.version.point))
    expected = _Expected(table, release)
    found = [_one(tree, index, expected, size, profile) for size, profile in configurations]
    notes = dict.fromkeys(note for each in found for note in each.notes)
    return Read(
        tuple(c for each in found for c in each.claims),
        tuple(s for each in found for s in each.skipped),
        {name: why for each in found for name, why in each.unread.items()},
        (*_about_the_row(tree.version, release, is_known), *notes),
        tuple(sorted({entry for each in found for entry in each.ledger})),
    )


def _about_the_row(version: Version, release: Release, is_known: bool) -> Iterator[str]:
    if not is_known:
        yield (
            f"The Makefile says {version}, which model/kernels.toml does not have; "
            f"what is expected is that of {release.since}, the nearest."
        )


def _one(tree: Tree, index: Index, expected: _Expected, pages: str, profile: Profile) -> Read:
    name = f"{tree.version.major}.{tree.version.minor}"
    try:
        kernel = read(tree, index, profile, pages, name)
    except (Unsupported, NoSink) as error:
        return _unread(name, pages, str(error))
    subject = Subject(name, kernel.procedure, pages, "kernel")
    catalogue = claims([subject])
    asked = [*catalogue.claims, *_conformance(subject, expected.release)]
    notes = (*_changed(kernel, expected.release), *_gaps(kernel.ledger))
    return Read(tuple(map(expected.of, asked)), catalogue.skipped, {}, notes, kernel.ledger)


@dataclass(frozen=True)
class _Expected:
    """What the table declares of the claims about one release."""

    table: Table
    release: Release

    def of(self, claim: Claim) -> Claim:
        """The claim with its expectation: PROVED unless the table says otherwise.  Of a theorem
        whose premises are known never to occur, just that is claimed."""
        known = self.table.of(claim.theorem, self.release)
        if known is None:
            return replace(claim, expected=Expectation(Verdict.PROVED))
        if not known.witness:
            return replace(
                claim,
                theorem=f"no_case_of_{claim.theorem}",
                says=f"The premises never occur of the theorem that says: {claim.says}",
                because=(known.reason,),
                given=(TRUE,),
                then=~conj(*claim.given),
                expected=Expectation(Verdict.PROVED),
            )
        return replace(claim, expected=Expectation(Verdict.REFUTED, self._witness(known), known.reason))

    def _witness(self, known: Known) -> Term:
        try:
            return parse(known.witness, f"model/kernels.toml, {known.theorem}")
        except PredicateError as error:
            raise TableError(str(error)) from None


def _unread(name: str, pages: str, why: str) -> Read:
    """Every theorem about fault paths, none of which can be decided."""
    shown = "" if pages == DEFAULT_PAGES else pages
    made = [
        Claim(n.name, n.family, name, shown, n.theorem.says, n.theorem.because, {}, (), (), TRUE)
        for n in theorems()
        if not is_about_core_mm(n.theorem)
    ]
    return Read(tuple(made), (), {claim.name: why for claim in made})


def _conformance(subject: Subject, release: Release) -> Iterator[Claim]:
    """Whether the shape that stands for the release does what the kernel does."""
    shapes = {shape.name: shape for shape in fault.shapes()}
    if release.shape not in shapes:
        return
    shape = fault.at_pages(shapes[release.shape].procedure, subject.pages)
    yield Claim(
        CONFORMANCE,
        "conformance",
        subject.name,
        "" if subject.pages == DEFAULT_PAGES else subject.pages,
        f"{subject.name} and the shape {release.shape} do the same on every input: every argument of every "
        "sink, the answer, the page's reference.",
        ("what is proved of the shape is about this kernel only if the two are one",),
        subjects(shape, subject.procedure),
        tuple(f for f in FACTS if f.name in _NEEDED),
        (TRUE,),
        behaves_alike(),
    )


def _gaps(ledger: Sequence[Entry]) -> Iterator[str]:
    """What the verdicts rest on beside the C that was read, in short."""
    vague = [f"{entry.what} ({entry.where})" for entry in ledger if entry.how == "havoc"]
    if vague:
        yield "Over-approximated, so that a refutation may rest on it: " + "; ".join(vague) + "."
    counts = [
        (how, sum(entry.how == how for entry in ledger))
        for how in ("inlined", "modelled", "trusted", "condition")
    ]
    told = ", ".join(f"{count} {_HOW[how]}" for how, count in counts)
    yield f"Read: {told}; --ledger lists each with file and line."


def _changed(kernel: Kernel, release: Release) -> Iterator[str]:
    """Functions whose text is not the one that was read when the row was learned."""
    changed = [d for d in kernel.digests if not d.sha256.startswith(release.digests.get(d.function, ""))]
    if changed:
        told = ", ".join(f"{d.function}() ({d.file}:{d.line})" for d in changed)
        yield f"Since {release.learned}, which the expectations were learned on, these have changed: {told}."


def row_of(path: Path) -> str:
    """The rows of ``kernels.toml`` for a tree: its version and the digests of what was read.

    Raises ValueError (TreeError) for a path that is no kernel tree, Unsupported and NoSink as
    ``model.source.kernel.read`` does.
    """
    tree = Tree.open(path)
    kernel = read(
        tree, Index.build(tree, default_directory()), Profile.builtin(DEFAULT_PAGES), DEFAULT_PAGES, ""
    )
    version = tree.version
    name = f"{version.major}.{version.minor}"
    lines = [f'[kernel."{name}"]', f'learned = "{version}"', "", f'[kernel."{name}".digests]']
    lines += [
        f'{digest.function} = "{digest.sha256[:16]}"'
        for digest in sorted(kernel.digests, key=lambda d: d.function)
    ]
    return "\n".join(lines)
