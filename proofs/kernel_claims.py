# SPDX-License-Identifier: GPL-2.0-only
"""The claims about a kernel tree: its C is read, the theorems are asked, the table says what to expect.

What cannot be read is not silent: every theorem about it is then a claim that is UNSUPPORTED, with
file, line and construct.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from model.arch.arm64 import fault
from model.facts import FACTS
from model.kernels import Known, Release, Table, TableError, load
from model.logic import TRUE, Term, conj
from model.source import contracts
from model.source.cache import default_directory
from model.source.contract import Kind
from model.source.errors import Unsupported
from model.source.index import Index
from model.source.kernel import Digest, Kernel, NoSink, read
from model.source.objects import Entry
from model.source.predicate import PredicateError, parse
from model.source.profile import PAGES, Profile, ProfileError
from model.source.roots.fault import USER_MEM_ABORT
from model.source.roots.memslot import PREPARE
from model.source.roots.root import Root
from model.source.roots.table import ROOTS
from model.source.tree import Tree, Version
from proofs.catalogue import (
    DEFAULT_PAGES,
    Catalogue,
    Subject,
    claims,
    is_about_core_mm,
    pages_in_name,
    theorems,
)
from proofs.claim import Claim, Expectation, Skipped, Verdict
from proofs.registration import WORD, asks_registration, beside_registration
from proofs.standing import behaves_alike, subjects
from proofs.unset import nothing_unset_matters

CONFORMANCE = "the_kernel_behaves_as_its_shape"
_HOW = {
    "inlined": "functions of the tree",
    "modelled": "macros with an exact meaning of ours",
    "trusted": "calls that are believed to keep to a contract",
    "condition": "#if lines that the configuration decides",
}
_NEEDED = ("guest_pages_are_no_smaller", "hugetlb_has_four_sizes")


@dataclass(frozen=True)
class Read:
    """What a tree gave: claims, what was not asked, the claims that have no answer with the reason,
    what is to be said beside the verdicts, what was done with every call that was met, the functions
    that were read, and the names of the contracts that each subject rests on."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ledger: tuple[Entry, ...] = ()
    digests: tuple[Digest, ...] = ()
    contracts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def profiles(pages: Sequence[str], config: Path | None) -> Iterator[tuple[str, Profile]]:
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
    found = _merged(
        each
        for size, profile in configurations
        for each in _about_all(_read_all(tree, index, size, profile), tree.version, expected, size)
    )
    return replace(
        found,
        notes=(
            *_about_the_row(tree.version, release, is_known),
            *_changed(found.digests, release),
            *found.notes,
            *_gaps(found.ledger),
        ),
    )


def _merged(reads: Iterable[Read]) -> Read:
    """All of it; each note, function and entry of the ledger once."""
    found = list(reads)
    entries = {(e.how, e.what): e for each in reversed(found) for e in each.ledger}
    digests = {(d.file, d.function): d for each in found for d in each.digests}
    return Read(
        tuple(c for each in found for c in each.claims),
        tuple(s for each in found for s in each.skipped),
        {name: why for each in found for name, why in each.unread.items()},
        tuple(dict.fromkeys(note for each in found for note in each.notes)),
        tuple(sorted(entries.values())),
        tuple(digests.values()),
        {name: rows for each in found for name, rows in each.contracts.items()},
    )


def _about_the_row(version: Version, release: Release, is_known: bool) -> Iterator[str]:
    if not is_known:
        yield (
            f"The Makefile says {version}, which model/kernels.toml does not have; "
            f"what is expected is that of {release.since}, the nearest."
        )


Roots = Mapping[str, Kernel | NoSink | Unsupported]


def _read_all(tree: Tree, index: Index, pages: str, profile: Profile) -> Roots:
    """Every root by its name: lowered, or why not."""
    found: dict[str, Kernel | NoSink | Unsupported] = {}
    for root in ROOTS:
        try:
            found[root.name] = read(tree, index, profile, pages, _subject(tree.version, root), root)
        except (NoSink, Unsupported) as error:
            found[root.name] = error
    return found


def _about_all(roots: Roots, version: Version, expected: _Expected, pages: str) -> Iterator[Read]:
    """The claims about each function of the tree."""
    for root in ROOTS:
        name, kernel = _subject(version, root), roots[root.name]
        if isinstance(kernel, Kernel):
            asked = _asked(name, kernel, roots, expected.release)
            claims_made = (*asked.claims, nothing_unset_matters(name, kernel))
            known = tuple(expected.of(claim, root) for claim in claims_made)
            yield Read(known, asked.skipped, ledger=kernel.ledger, digests=kernel.digests,
                       contracts={name: _contracts(kernel)})  # fmt: skip
        elif isinstance(kernel, NoSink) and root is not USER_MEM_ABORT:
            yield Read((), (Skipped("the theorems", name, str(kernel)),))
        else:
            yield _unread(name, pages, str(kernel), root)


def _contracts(kernel: Kernel) -> tuple[str, ...]:
    """The names of the contracts that say something of a call which was met, beyond that it changes
    nothing."""
    rows = {**contracts.table(), **kernel.root.rows}
    met = {entry.what.partition(":")[0] for entry in kernel.ledger if entry.how == "trusted"}
    return tuple(sorted(name for name in met if name in rows and rows[name].kind is not Kind.NO_EFFECT))


def _subject(version: Version, root: Root) -> str:
    """What claims about the root are about: ``7.3`` for user_mem_abort(), ``7.3:gmem_abort``."""
    release = f"{version.major}.{version.minor}"
    return release if root is USER_MEM_ABORT else f"{release}:{root.name}"


def _asked(name: str, kernel: Kernel, roots: Roots, release: Release) -> Catalogue:
    root = kernel.root
    subject = Subject(name, kernel.procedure, kernel.pages, "kernel", of=_theorems_of(root))
    if root is not USER_MEM_ABORT:
        return claims([replace(subject, unread=frozenset())])
    prepare = roots[PREPARE.name]
    if not isinstance(prepare, Kernel):
        found = claims([subject])
        return Catalogue((*found.claims, *_conformance(subject, release)), found.skipped)
    found = claims([replace(subject, unread=subject.unread | {WORD})])
    asked = (beside_registration(c, prepare.procedure) if asks_registration(c) else c for c in found.claims)
    return Catalogue((*asked, *_conformance(subject, release)), found.skipped)


def _theorems_of(root: Root) -> tuple[str, ...]:
    """Whose theorems are asked: those of the function, and of the fault paths if it is one."""
    return ("", root.name) if "mapped" in root.words and root.is_fault_path else (root.name,)


@dataclass(frozen=True)
class _Expected:
    """What the table declares of the claims about one release."""

    table: Table
    release: Release

    def of(self, claim: Claim, root: Root) -> Claim:
        """The claim with its expectation: PROVED unless the table says otherwise.  Of a theorem
        whose premises are known never to occur, just that is claimed."""
        known = self.table.of(claim.theorem, self.release, _named(claim, root))
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
        return replace(claim, expected=Expectation(Verdict.REFUTED, _witness(known, root), known.reason))


def _named(claim: Claim, root: Root) -> str:
    """The root as the table names it: only where the theorem is of all fault paths, and not of the
    one that theorems were first about."""
    about = {n.name: n.theorem.of for n in theorems()}
    return "" if root is USER_MEM_ABORT or about.get(claim.theorem) else root.name


def _witness(known: Known, root: Root) -> Term:
    try:
        return parse(known.witness, f"model/kernels.toml, {known.theorem}", root.words)
    except PredicateError as error:
        raise TableError(str(error)) from None


def _unread(name: str, pages: str, why: str, root: Root) -> Read:
    """Every theorem about the root, none of which can be decided."""
    shown = pages_in_name(pages)
    made = [
        Claim(n.name, n.family, name, shown, n.theorem.says, n.theorem.because, {}, (), (), TRUE)
        for n in theorems(*_theorems_of(root))
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
        pages_in_name(subject.pages),
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
    counts = [(how, sum(entry.how == how for entry in ledger)) for how in _HOW]
    told = ", ".join(f"{count} {_HOW[how]}" for how, count in counts)
    yield f"Read: {told}; --ledger lists each with file and line."


def _changed(digests: Iterable[Digest], release: Release) -> Iterator[str]:
    """Functions whose text is not the one that was read when the row was learned."""
    changed = [d for d in digests if not d.sha256.startswith(release.digests.get(d.function, ""))]
    if changed:
        told = ", ".join(f"{d.function}() ({d.file}:{d.line})" for d in changed)
        yield f"Since {release.learned}, which the expectations were learned on, these have changed: {told}."


def row_of(path: Path) -> str:
    """The rows of ``kernels.toml`` for a tree: its version and the digests of what was read.

    Raises ValueError (TreeError) for a path that is no kernel tree, Unsupported and NoSink as
    ``model.source.kernel.read`` does of user_mem_abort().
    """
    tree = Tree.open(path)
    index, profile = Index.build(tree, default_directory()), Profile.builtin(DEFAULT_PAGES)
    digests: dict[str, str] = {}
    for root in ROOTS:
        try:
            kernel = read(tree, index, profile, DEFAULT_PAGES, "", root)
        except (Unsupported, NoSink):
            if root is USER_MEM_ABORT:
                raise
            continue
        digests |= {d.function: d.sha256[:16] for d in kernel.digests}
    name = f"{tree.version.major}.{tree.version.minor}"
    lines = [f'[kernel."{name}"]', f'learned = "{tree.version}"', "", f'[kernel."{name}".digests]']
    return "\n".join([*lines, *(f'{function} = "{digest}"' for function, digest in sorted(digests.items()))])
