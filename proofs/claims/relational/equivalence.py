# SPDX-License-Identifier: GPL-2.0-only
"""Equivalence of two trees, function by function, on the same inputs.

What the trees have in common has the same name in both (``vma->vm_flags``, ``pfn``), so one input is
an input of both.  A difference is a refutation, and its witness shows both runs.

Of user_mem_abort() each observable is compared.  What any other function is given and what it does are
its target's symbols: those that are read when it is called must be equal in both, and then those that are
read when it has returned must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from model.facts.assumed import FACTS
from model.logic import BOOL, BV64, TRUE, Term, choose, conj, const, name, same, substitute
from model.program.procedure import Procedure
from model.source.errors import Unsupported
from model.source.kernel import Kernel, NoEffect
from model.source.targets.functions import TARGETS
from model.source.targets.target import EntryValue, Target
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
from model.vocabulary.symbols import OUTCOMES
from proofs.claims.claim import Claim, NamedTheorem, Skipped, make_claim, make_unread_claim
from proofs.claims.relational.runs import OTHER, are_equal, with_outcomes
from proofs.theorems.expectation import Expectation, Verdict
from proofs.theorems.observable import Observable
from proofs.theorems.theorem import Region, Theorem, qualify

FAMILY = "equivalence"
#: The theorem about all that a function does.
EVERYTHING = "the_same_in_everything"
BECAUSE = ("two trees are compared, on the same inputs",)

#: A region is over so many conditions at most.
MOST_CONDITIONS = 8

ZERO = const(0, BV64)


def _on_relaxed_prot(term: Term) -> Term:
    """The term about the prot that was mapped, said of the prot that was relaxed."""
    return substitute(term, lambda leaf: relaxed_prot if leaf.data == "prot" else leaf)


#: The conditions of the region where two fault paths differ.
_CONDITIONS: tuple[tuple[str, Term], ...] = (
    ("perm_fault", perm_fault),
    ("exec_fault", exec_fault),
    ("logging_active", logging_active),
    ("vm_flags & VM_PFNMAP", is_pfnmap),
    ("pfn_is_map_memory(pfn)", pfn_is_map_memory),
    ("is_vma_cacheable", is_vma_cacheable),
    ("kvm_has_mte(kvm)", kvm_has_mte),
    ("nested", nested),
)
_ALWAYS = f"on some input whatever these conditions are: {', '.join(label for label, _ in _CONDITIONS)}"


ReadTarget = Kernel | NoEffect | Unsupported


@dataclass(frozen=True)
class Respect:
    """What two fault paths are compared in: the theorem is ``the_same_NAME``, and says that both do what
    ``says`` says."""

    name: str
    says: str
    observable: Observable


#: A prot is compared by what it grants, not by its bits.
_PROT = (READABLE, WRITABLE, EXECUTABLE, DEVICE, NORMAL_NC)

RESPECTS: tuple[Respect, ...] = (
    Respect("answer", "answer the fault alike", Observable((ret,))),
    Respect(
        "lookup",
        "look up the same page, or none",
        Observable((looked_up, choose(looked_up, lookup_gfn, ZERO))),
    ),
    Respect("mapping", "map a page, or map none", Observable((mapped,))),
    Respect(
        "memory_type_and_permissions",
        "map a page with the same type and permissions",
        Observable(_PROT, mapped),
    ),
    Respect(
        "size_and_address",
        "map a page at the same addresses",
        Observable((map_addr, map_size, map_phys), mapped),
    ),
    Respect("relaxation", "add permissions, or add none", Observable((relaxed,))),
    Respect(
        "relaxed_permissions",
        "add the same permissions",
        Observable(tuple(_on_relaxed_prot(t) for t in _PROT), relaxed),
    ),
    Respect(
        "tags",
        "sanitise the same tags",
        Observable((sanitised, choose(sanitised, sanitised_size, ZERO))),
    ),
    Respect("dirty_page", "mark the page dirty, or do not", Observable((marked_dirty,))),
    Respect(
        "page_reference",
        "give the page's reference back once",
        Observable((page_released, page_released_again)),
    ),
)


@dataclass(frozen=True)
class Comparison:
    """Claims about two trees, functions that only one of them has, and the claims about functions
    that could not be read, with the reason."""

    claims: tuple[Claim, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)

    def join(self, other: Comparison) -> Comparison:
        """Both comparisons."""
        return Comparison(
            self.claims + other.claims, self.skipped + other.skipped, {**self.unread, **other.unread}
        )


def compare_fault_paths(one: Procedure, two: Procedure, names: str, pages: str) -> Iterator[Claim]:
    """The claims about two fault paths; the last is about all that they do, with the region."""
    equal = [respect.observable.agrees_with(OTHER) for respect in RESPECTS]
    for respect, then in zip(RESPECTS, equal, strict=True):
        named = _theorem(f"the_same_{respect.name}", f"Both {respect.says}.", then)
        yield _compare(named, one, two, names, pages)
    everything = conj(*equal, are_equal(one, two))
    region = _difference(_CONDITIONS, everything, _ALWAYS)
    yield _compare(_theorem(EVERYTHING, "Both do the same.", everything), one, two, names, pages, region)


def _theorem(name: str, says: str, then: Term, given: tuple[Term, ...] = (TRUE,)) -> NamedTheorem:
    return NamedTheorem(name, FAMILY, Theorem(says, given, then, BECAUSE))


def _compare(
    named: NamedTheorem, one: Procedure, two: Procedure, names: str, pages: str, *regions: Region
) -> Claim:
    subjects = dict(zip(("", OTHER), with_outcomes(one, two), strict=True))
    return make_claim(named, names, pages, subjects, FACTS, Expectation(Verdict.PROVED), regions)


def _difference(conditions: tuple[tuple[str, Term], ...], then: Term, always: str) -> Region:
    """The inputs on which two functions differ."""
    return Region("they differ", conditions, ~then, projected=True, where="only where ", always=always)


def compare_functions(
    names: str, pages: str, pairs: Mapping[str, tuple[ReadTarget, ReadTarget]]
) -> Comparison:
    """The comparison of every target but user_mem_abort(), by its name; ``names`` are those of the
    two trees."""
    result = Comparison()
    for target in TARGETS:
        if target.name in pairs:
            result = result.join(
                _compare_target(f"{names}:{target.name}", pages, target, *pairs[target.name])
            )
    return result


def _compare_target(subject: str, pages: str, target: Target, one: ReadTarget, two: ReadTarget) -> Comparison:
    lacking = [str(side) for side in (one, two) if isinstance(side, NoEffect)]
    if lacking:
        return Comparison((), (Skipped(EVERYTHING, subject, " ".join(dict.fromkeys(lacking))),))
    says = f"{target.name}() does the same with the same in both."
    if isinstance(one, Kernel) and isinstance(two, Kernel):
        return Comparison((_compare_procedures(subject, pages, target, says, one.procedure, two.procedure),))
    claim = make_unread_claim(_theorem(EVERYTHING, says, TRUE), subject, pages)
    why = next(str(side) for side in (one, two) if isinstance(side, Unsupported))
    return Comparison((claim,), (), {claim.name: why})


def _compare_procedures(
    subject: str, pages: str, target: Target, says: str, one: Procedure, two: Procedure
) -> Claim:
    """That equal inputs of a function give equal results.  No fact is about all targets, so none is assumed."""
    bound = [word for word in target.symbols if word in one.symbols and word in two.symbols]
    given = [word for word in bound if _is_input(target, word)]
    then = conj(*(_equality(target, word) for word in bound if word not in given), are_equal(one, two))
    conditions = [word for word in given if target.symbols[word][0] == BOOL][:MOST_CONDITIONS]
    always = f"on some input whatever these conditions are: {', '.join(conditions)}"
    named = _theorem(EVERYTHING, says, then, tuple(_equality(target, word) for word in given))
    region = _difference(tuple((word, name(word, BOOL)) for word in conditions), then, always)
    regions = (region,) if conditions else ()
    expected = Expectation(Verdict.PROVED)
    subjects = dict(zip(("", OTHER), with_outcomes(one, two), strict=True))
    return make_claim(named, subject, pages, subjects, (), expected, regions)


def _equality(target: Target, word: str) -> Term:
    """That the symbol is the same in both."""
    term = name(word, target.symbols[word][0])
    return same(term, qualify(OTHER, term))


def _is_input(target: Target, word: str) -> bool:
    """Whether the symbol is read when the function is called."""
    meaning = target.bindings.get(word)
    return word not in OUTCOMES if meaning is None else isinstance(meaning, EntryValue)
