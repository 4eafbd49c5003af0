# SPDX-License-Identifier: GPL-2.0-only
"""The claims about a kernel tree: its C is read, the theorems are asked, the table says what to expect.

What cannot be read is not silent: every theorem about it is then a claim that is UNSUPPORTED, with
file, line and construct.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from model.cache import default_directory
from model.kernels import KernelTable, KnownResult, Release, TableError, load_kernel_table
from model.logic import TRUE, Term, conj
from model.source.contracts.common import common_contracts
from model.source.contracts.contract import Kind
from model.source.index.index import Index
from model.source.kernel import Digest, Kernel, NoEffect
from model.source.lowering.state.objects import LedgerEntry
from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.functions.memslot import PREPARE
from model.source.targets.predicate import PredicateError, parse_predicate
from model.source.targets.target import Target
from model.source.trees.tree import Tree, Version
from proofs.claims.catalogue import Catalogue, Subject, is_about_core_mm, make_claims, theorems
from proofs.claims.claim import Claim, Skipped, make_unread_claim
from proofs.claims.kernel.invalidation_order import make_invalidation_claim
from proofs.claims.kernel.notes import note_changes, note_gaps, note_release
from proofs.claims.kernel.reading import Targets, list_profiles, read_all, release_of, subject_of
from proofs.claims.relational.conformance import make_conformance_claim
from proofs.claims.relational.memslot_and_fault import WORD, add_registration, is_about_registration
from proofs.claims.relational.uninitialised import make_uninitialised_claim
from proofs.theorems.expectation import Expectation, Verdict
from proofs.theorems.old_names import current_theorem, old_name_note


@dataclass(frozen=True)
class KernelClaims:
    """What a tree gave: claims, what was not asked, the claims that have no answer with the reason,
    what is to be said beside the verdicts, what was done with every call that was met, the functions
    that were read, and the names of the contracts that each subject rests on."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    digests: tuple[Digest, ...] = ()
    contracts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load_tree_claims(
    path: Path, rev: str | None, pages: Sequence[str], config: Path | None, cache: Path | None = None
) -> KernelClaims:
    """Every claim about the tree at a path; ``cache`` as in ``reading.read_all``.

    Raises TreeError for a path that is no kernel tree, ProfileError for a .config that cannot be
    used, TableError where ``kernels.toml`` cannot: all ValueError, with a sentence for the user.
    """
    return make_tree_claims(Tree.open(path, rev), list(list_profiles(pages, config)), cache=cache)


def make_tree_claims(
    tree: Tree,
    configurations: Sequence[tuple[str, Profile]],
    targets: Sequence[Target] = TARGETS,
    cache: Path | None = None,
) -> KernelClaims:
    """Every claim about these targets of a tree under each configuration.

    Raises TableError as ``load_tree_claims`` does.
    """
    index = Index.build(tree, default_directory())
    read = [
        (size, read_all(tree, index, size, profile, targets=targets, cache=cache))
        for size, profile in configurations
    ]
    return make_kernel_claims(tree.version, read)


def make_kernel_claims(version: Version, read: Iterable[tuple[str, Targets]]) -> KernelClaims:
    """Every claim about what was read of a kernel of that version, for each page size.

    Raises TableError where ``kernels.toml`` cannot be used.
    """
    table, old = use_current_names(load_kernel_table())
    release, is_known = table.nearest((version.major, version.minor, version.point))
    expected = ExpectedOfRelease(table, release)
    found = _merged(each for size, targets in read for each in _about_all(targets, version, expected, size))
    return replace(
        found,
        notes=(
            *old,
            *note_release(version, release, is_known),
            *note_changes(found.digests, release),
            *found.notes,
            *note_gaps(found.ledger),
        ),
    )


def use_current_names(table: KernelTable) -> tuple[KernelTable, tuple[str, ...]]:
    """The table with each old name of a theorem replaced, and a sentence for each."""
    known = tuple(replace(row, theorem=current_theorem(row.theorem)) for row in table.known)
    notes = (
        old_name_note("model/kernels.toml", old.theorem, new.theorem)
        for old, new in zip(table.known, known, strict=True)
    )
    return replace(table, known=known), tuple(dict.fromkeys(note for note in notes if note))


def _merged(reads: Iterable[KernelClaims]) -> KernelClaims:
    """All of it; each note, function and entry of the ledger once."""
    found = list(reads)
    entries = {(e.how, e.what): e for each in reversed(found) for e in each.ledger}
    digests = {(d.file, d.function): d for each in found for d in each.digests}
    return KernelClaims(
        tuple(c for each in found for c in each.claims),
        tuple(s for each in found for s in each.skipped),
        {name: why for each in found for name, why in each.unread.items()},
        tuple(dict.fromkeys(note for each in found for note in each.notes)),
        tuple(sorted(entries.values())),
        tuple(digests.values()),
        {name: rows for each in found for name, rows in each.contracts.items()},
    )


def _about_all(
    targets: Targets, version: Version, expected: ExpectedOfRelease, pages: str
) -> Iterator[KernelClaims]:
    """The claims about each function of the tree."""
    for target in (target for target in TARGETS if target.name in targets):
        name, kernel = subject_of(release_of(version), target), targets[target.name]
        if isinstance(kernel, Kernel):
            asked = _asked(name, kernel, targets, expected.release)
            also = (make_uninitialised_claim(name, kernel), *make_invalidation_claim(name, kernel))
            claims_made = (*asked.claims, *also)
            known = tuple(expected.of(claim, target) for claim in claims_made)
            yield KernelClaims(known, asked.skipped, ledger=kernel.ledger, digests=kernel.digests,
                       contracts={name: _contracts(kernel)})  # fmt: skip
        elif isinstance(kernel, NoEffect) and target is not USER_MEM_ABORT:
            yield KernelClaims((), (Skipped("the theorems", name, str(kernel)),))
        else:
            yield _unread(name, pages, str(kernel), target)


def _contracts(kernel: Kernel) -> tuple[str, ...]:
    """The names of the contracts that say something of a call which was met, beyond that it changes
    nothing."""
    rows = {**common_contracts(), **kernel.target.contracts}
    met = {entry.what.partition(":")[0] for entry in kernel.ledger if entry.how == "trusted"}
    return tuple(sorted(name for name in met if name in rows and rows[name].kind is not Kind.NO_EFFECT))


def _asked(name: str, kernel: Kernel, targets: Targets, release: Release) -> Catalogue:
    target = kernel.target
    subject = Subject(name, kernel.procedure, kernel.pages, "kernel", of=_theorems_of(target))
    if target is not USER_MEM_ABORT:
        return make_claims([replace(subject, unread=frozenset())])
    prepare = targets.get(PREPARE.name)
    if not isinstance(prepare, Kernel):
        found = make_claims([subject])
        return Catalogue((*found.claims, *make_conformance_claim(subject, release)), found.skipped)
    found = make_claims([replace(subject, unread=subject.unread | {WORD})])
    asked = (add_registration(c, prepare.procedure) if is_about_registration(c) else c for c in found.claims)
    return Catalogue((*asked, *make_conformance_claim(subject, release)), found.skipped)


def _theorems_of(target: Target) -> tuple[str, ...]:
    """Whose theorems are asked: those of the function, and of the fault paths if it is one."""
    return ("", target.name) if "mapped" in target.symbols and target.is_fault_path else (target.name,)


def _unread(name: str, pages: str, why: str, target: Target) -> KernelClaims:
    """Every theorem about the target, none of which can be decided."""
    made = [
        make_unread_claim(named, name, pages)
        for named in theorems(*_theorems_of(target))
        if not is_about_core_mm(named.theorem)
    ]
    return KernelClaims(tuple(made), (), {claim.name: why for claim in made})


@dataclass(frozen=True)
class ExpectedOfRelease:
    """What the table declares of the claims about one release."""

    table: KernelTable
    release: Release

    def of(self, claim: Claim, target: Target) -> Claim:
        """The claim with its expectation: PROVED unless the table says otherwise.  Of a theorem
        whose premises are known never to occur, just that is claimed."""
        known = self.table.of(claim.theorem, self.release, _named(claim, target))
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
        return replace(claim, expected=Expectation(Verdict.REFUTED, _witness(known, target), known.reason))


def _named(claim: Claim, target: Target) -> str:
    """The target as the table names it: only where the theorem is of all fault paths, and not of the
    one that theorems were first about."""
    return "" if target is USER_MEM_ABORT or claim.theorem in _of_one_function() else target.name


@cache
def _of_one_function() -> frozenset[str]:
    """The theorems that are of one function, and leave no choice of it."""
    return frozenset(named.name for named in theorems() if named.theorem.of)


def _witness(known: KnownResult, target: Target) -> Term:
    try:
        return parse_predicate(known.witness, f"model/kernels.toml, {known.theorem}", target.symbols)
    except PredicateError as error:
        raise TableError(str(error)) from None
