# SPDX-License-Identifier: GPL-2.0-only
"""Do two trees do the same?  Their fault paths run on the same inputs, and each observable is compared.

What the trees have in common has the same name in both (``vma->vm_flags``, ``pfn``), so one input is
an input of both.  A difference is a refutation, and its witness shows both runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.facts import FACTS
from model.kernels import TableError
from model.logic import TRUE, WORD64, Term, choose, conj, const, same, substitute
from model.memory import (
    DEVICE,
    EXECUTABLE,
    NORMAL_NC,
    READABLE,
    WRITABLE,
    exec_fault,
    is_pfnmap,
    is_vma_cacheable,
    kvm_has_mte,
    logging_active,
    looked_up,
    lookup_gfn,
    map_addr,
    map_phys,
    map_size,
    mapped,
    marked_dirty,
    nested,
    page_released,
    page_released_again,
    perm_fault,
    pfn_is_map_memory,
    relaxed,
    relaxed_prot,
    ret,
    sanitised,
    sanitised_size,
)
from model.procedure import Procedure
from model.source.cache import default_directory
from model.source.errors import Unsupported
from model.source.index import Index
from model.source.kernel import NoSink, read
from model.source.profile import Profile
from model.source.tree import Tree
from proofs.catalogue import DEFAULT_PAGES
from proofs.claim import Claim, Expectation, Region, Verdict, about
from proofs.kernel_claims import profiles

OTHER = "other"
FAMILY = "equivalence"

ZERO = const(0, WORD64)


def _of_relaxed(term: Term) -> Term:
    """A word about the prot that was mapped, of the prot that was relaxed."""
    return substitute(term, lambda leaf: relaxed_prot if leaf.data == "prot" else leaf)


#: The conditions in which the inputs that differ are told.
_ATOMS: tuple[tuple[str, Term], ...] = (
    ("perm_fault", perm_fault),
    ("exec_fault", exec_fault),
    ("logging_active", logging_active),
    ("vm_flags & VM_PFNMAP", is_pfnmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("is_vma_cacheable", is_vma_cacheable),
    ("kvm_has_mte(kvm)", kvm_has_mte),
    ("nested", nested),
)


@dataclass(frozen=True)
class Observable:
    """Something that a fault path does: ``whats`` are the same in both ``when`` it happened."""

    name: str
    says: str
    whats: tuple[Term, ...]
    when: Term | None = None

    def alike(self) -> Term:
        """The two trees agree on it; a prot is compared by what it grants, not by its bits."""
        equal = conj(*(same(what, about(OTHER, what)) for what in self.whats))
        return equal if self.when is None else (self.when & about(OTHER, self.when)) >> equal


_PROT = (READABLE, WRITABLE, EXECUTABLE, DEVICE, NORMAL_NC)

OBSERVABLES: tuple[Observable, ...] = (
    Observable("answer", "answer the fault alike", (ret,)),
    Observable("lookup", "look up the same page, or none", (looked_up, choose(looked_up, lookup_gfn, ZERO))),
    Observable("mapping", "map a page, or map none", (mapped,)),
    Observable("memory_type_and_permissions", "map a page with the same type and permissions", _PROT, mapped),
    Observable(
        "size_and_address", "map a page at the same addresses", (map_addr, map_size, map_phys), mapped
    ),
    Observable("relaxation", "add permissions, or add none", (relaxed,)),
    Observable(
        "relaxed_permissions", "add the same permissions", tuple(_of_relaxed(t) for t in _PROT), relaxed
    ),
    Observable("tags", "sanitise the same tags", (sanitised, choose(sanitised, sanitised_size, ZERO))),
    Observable("dirty_page", "mark the page dirty, or do not", (marked_dirty,)),
    Observable("page_reference", "give the page's reference back once", (page_released, page_released_again)),
)


def compared(
    first: Path,
    rev: str | None,
    second: Path,
    second_rev: str | None,
    pages: Sequence[str],
    config: Path | None,
) -> tuple[Claim, ...]:
    """A claim for each observable, and one for all of them with the inputs that differ as a region.

    Raises ValueError (TreeError, ProfileError) for what is no kernel tree or configuration, and
    TableError, with file and line, where a tree cannot be read exactly.
    """
    trees = Tree.open(first, rev), Tree.open(second, second_rev)
    claims: list[Claim] = []
    for size, profile in profiles(pages, config):
        one, two = (_procedure(tree, profile, size) for tree in trees)
        claims += _claims(one, two, f"{trees[0].version}..{trees[1].version}", size)
    return tuple(claims)


def _procedure(tree: Tree, profile: Profile, pages: str) -> Procedure:
    name = str(tree.version)
    try:
        return read(tree, Index.build(tree, default_directory()), profile, pages, name).procedure
    except (Unsupported, NoSink) as error:
        raise TableError(f"{name} cannot be compared: {error}") from None


def _claims(one: Procedure, two: Procedure, names: str, pages: str) -> Iterator[Claim]:
    for observable in OBSERVABLES:
        yield _claim(
            f"the_same_{observable.name}",
            f"Both {observable.says}.",
            observable.alike(),
            one,
            two,
            names,
            pages,
        )
    everything = conj(*(o.alike() for o in OBSERVABLES))
    region = Region("they differ only where", _ATOMS, ~everything, projected=True)
    yield _claim("the_same_in_everything", "Both do the same.", everything, one, two, names, pages, (region,))


def _claim(
    theorem: str,
    says: str,
    then: Term,
    one: Procedure,
    two: Procedure,
    names: str,
    pages: str,
    regions: tuple[Region, ...] = (),
) -> Claim:
    return Claim(
        theorem,
        FAMILY,
        names,
        "" if pages == DEFAULT_PAGES else pages,
        says,
        ("two trees are compared, on the same inputs",),
        {"": one, OTHER: two},
        FACTS,
        (TRUE,),
        then,
        Expectation(Verdict.PROVED),
        regions=regions,
    )
