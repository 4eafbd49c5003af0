# SPDX-License-Identifier: GPL-2.0-only
"""Do two trees do the same?  Their fault paths run on the same inputs, and each observable is compared.

What the trees have in common has the same name in both (``vma->vm_flags``, ``pfn``), so one input is
an input of both.  A difference is a refutation, and its witness shows both runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.cache import default_directory
from model.facts.assumed import FACTS
from model.kernels import TableError
from model.logic import BV64, TRUE, Term, choose, conj, const, substitute
from model.program.procedure import Procedure
from model.source.index.index import Index
from model.source.kernel import Kernel
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.trees.tree import Tree
from model.vocabulary.memory import (
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
from proofs.claims.catalogue import pages_in_name
from proofs.claims.claim import Claim, Expectation, Region, Verdict
from proofs.claims.kernel.reading import Targets, profiles, read_all
from proofs.claims.relational.beside import FAMILY, OTHER, Comparison, beside
from proofs.theorems.observable import Observable

ZERO = const(0, BV64)


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
_ALWAYS = f"on some input whatever these conditions are: {', '.join(label for label, _ in _ATOMS)}"


@dataclass(frozen=True)
class Question:
    """Whether both do the same in one respect: the theorem is ``the_same_NAME``, and says that both
    do what ``says`` says."""

    name: str
    says: str
    observable: Observable


#: A prot is compared by what it grants, not by its bits.
_PROT = (READABLE, WRITABLE, EXECUTABLE, DEVICE, NORMAL_NC)

QUESTIONS: tuple[Question, ...] = (
    Question("answer", "answer the fault alike", Observable((ret,))),
    Question(
        "lookup",
        "look up the same page, or none",
        Observable((looked_up, choose(looked_up, lookup_gfn, ZERO))),
    ),
    Question("mapping", "map a page, or map none", Observable((mapped,))),
    Question(
        "memory_type_and_permissions",
        "map a page with the same type and permissions",
        Observable(_PROT, mapped),
    ),
    Question(
        "size_and_address",
        "map a page at the same addresses",
        Observable((map_addr, map_size, map_phys), mapped),
    ),
    Question("relaxation", "add permissions, or add none", Observable((relaxed,))),
    Question(
        "relaxed_permissions",
        "add the same permissions",
        Observable(tuple(_of_relaxed(t) for t in _PROT), relaxed),
    ),
    Question(
        "tags",
        "sanitise the same tags",
        Observable((sanitised, choose(sanitised, sanitised_size, ZERO))),
    ),
    Question("dirty_page", "mark the page dirty, or do not", Observable((marked_dirty,))),
    Question(
        "page_reference",
        "give the page's reference back once",
        Observable((page_released, page_released_again)),
    ),
)


def compared(
    first: Path,
    rev: str | None,
    second: Path,
    second_rev: str | None,
    pages: Sequence[str],
    config: Path | None,
    kept: Path | None = None,
) -> Comparison:
    """A claim for each observable of user_mem_abort(), and one for all of them with the inputs that
    differ as a region; and a claim for each other function.  ``kept`` as in ``reading.read_all``.

    Raises ValueError (TreeError, ProfileError) for what is no kernel tree or configuration, and
    TableError, with file and line, where a tree cannot be read exactly.
    """
    trees = Tree.open(first, rev), Tree.open(second, second_rev)
    configurations = list(profiles(pages, config))
    indexes = [Index.build(tree, default_directory()) for tree in trees]
    labels = str(trees[0].version), str(trees[1].version)
    found = Comparison(())
    for size, profile in configurations:
        one, two = (
            read_all(tree, index, size, profile, label, kept=kept)
            for tree, index, label in zip(trees, indexes, labels, strict=True)
        )
        found = found.with_more(of_two(size, labels, one, two))
    return found


def of_two(pages: str, labels: tuple[str, str], one: Targets, two: Targets) -> Comparison:
    """The same of what was read of two trees, which are called so.

    Raises TableError where user_mem_abort() of one of them cannot be read.
    """
    names = "..".join(labels)
    paths = _path(labels[0], one), _path(labels[1], two)
    others = {target: (one[target], two[target]) for target in one if target != USER_MEM_ABORT.name}
    return Comparison(tuple(of_paths(*paths, names, pages))).with_more(beside(names, pages, others))


def _path(name: str, found: Targets) -> Procedure:
    """The fault path, without which there is nothing to compare."""
    kernel = found[USER_MEM_ABORT.name]
    if isinstance(kernel, Kernel):
        return kernel.procedure
    raise TableError(f"{name} cannot be compared: {kernel}")


def of_paths(one: Procedure, two: Procedure, names: str, pages: str) -> Iterator[Claim]:
    """The claims about two fault paths; the last is about all that they do, with the region."""
    alike = [question.observable.alike(OTHER) for question in QUESTIONS]
    for question, then in zip(QUESTIONS, alike, strict=True):
        theorem, says = f"the_same_{question.name}", f"Both {question.says}."
        yield _claim(theorem, says, then, one, two, names, pages)
    everything = conj(*alike)
    region = Region("they differ", _ATOMS, ~everything, projected=True, where="only where ", always=_ALWAYS)
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
        pages_in_name(pages),
        says,
        ("two trees are compared, on the same inputs",),
        {"": one, OTHER: two},
        FACTS,
        (TRUE,),
        then,
        Expectation(Verdict.PROVED),
        regions=regions,
    )
