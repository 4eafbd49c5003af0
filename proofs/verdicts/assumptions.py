# SPDX-License-Identifier: GPL-2.0-only
"""Assumptions behind the proofs that are proved themselves, of the function that they are about.

A fault path is proved with facts about its caller and core-mm, and with contracts of what it calls.
Where that function is read as a target of its own, its theorems may say what was assumed.  An
assumption is discharged in a run if each of its theorems was asked of that kernel and PROVED there,
with every page size; it is discharged in part if some were, or if something is ``left`` in any case.

Trusted: the table, that is, that these theorems together say what is assumed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from model.facts.assumed import FACTS
from model.source.contracts.common import common_contracts
from model.source.contracts.contract import Kind
from proofs.claims.subject import parse_subject
from proofs.theorems.expectation import Verdict
from proofs.verdicts.verdict import ClaimVerdict

#: Columns in which the paragraph is wrapped.
WIDTH = 110


class AssumptionKind(Enum):
    """What is assumed."""

    FACT = "a fact of model/facts/assumed.py"
    CONTRACT = "a row of a table of contracts, of a call that is not read"
    DEFINITION = "a definition of ours, model.facts.normal_page or model.vocabulary.memory"


@dataclass(frozen=True)
class AssumptionRow:
    """An assumption and the theorems that prove it: of each tuple those, at least one, that are
    asked of that kernel.  ``left`` is what they do not say, and so stays trusted."""

    name: str
    sort: AssumptionKind
    by: tuple[tuple[str, ...], ...]
    left: str = ""


def _all(*theorems: str) -> tuple[tuple[str, ...], ...]:
    return tuple((theorem,) for theorem in theorems)


_LOOKUPS = _all(
    "fast_lookups_are_for_writing",
    "fast_lookups_say_writable_of_what_they_found",
    "slow_lookups_say_writable_of_what_was_found_for_writing",
    "slow_lookups_for_writing_ask_for_writing",
    "remapped_pages_are_said_writable_as_their_pte_is",
    "pages_are_looked_up_fast_first",
    "pages_are_looked_up_slowly_then",
    "pages_that_the_slow_lookup_found_are_the_answer",
    "only_pfnmap_and_io_mappings_are_looked_up_as_remapped",
    "remapped_pages_are_the_answer",
    "addresses_without_a_page_are_errors",
)
_LEAVES = (
    ("leaves_are_executable_as_was_asked_for", "leaves_are_executable_at_the_levels_that_were_asked_for"),
    *_all(
        "leaves_have_the_type_that_was_asked_for",
        "leaves_grant_the_access_that_was_asked_for",
        "cacheable_leaves_are_cleaned_before_the_guest_sees_them",
        "executable_leaves_are_invalidated_in_the_i_cache",
    ),
)
_RELAXED = _all(
    "relaxing_adds_what_was_asked_for",
    "relaxing_never_takes_access_away",
    "relaxing_never_changes_the_type",
)

ROWS: tuple[AssumptionRow, ...] = (
    AssumptionRow(
        "guest_faults_are_forwarded",
        AssumptionKind.FACT,
        (
            (
                "fetches_that_the_guest_forbids_are_forwarded",
                "fetches_that_the_guest_forbids_at_a_level_are_forwarded",
            ),
            ("faults_of_the_guest_hypervisor_are_never_resolved",),
        ),
    ),
    AssumptionRow(
        "pfnmap_memslots_never_log",
        AssumptionKind.FACT,
        _all("memslots_over_pfnmap_never_log"),
        "the VMA is the one of registration",
    ),
    AssumptionRow(
        "memslots_with_room_are_congruent",
        AssumptionKind.FACT,
        _all("fault_paths_are_given_the_memslot_address"),
        "gfn_to_hva_memslot() keeps the offset",
    ),
    AssumptionRow(
        "lookup_says_writable_of_writable_ptes", AssumptionKind.FACT, _LOOKUPS, "GUP keeps to FOLL_WRITE"
    ),
    AssumptionRow(
        "lookup_pins_normal_pages",
        AssumptionKind.FACT,
        _all("remapped_pages_are_never_pinned"),
        "GUP refuses special PTEs",
    ),
    AssumptionRow(
        "__kvm_faultin_pfn",
        AssumptionKind.CONTRACT,
        _LOOKUPS,
        "kvm_follow_pfn() hands on what it is given, and GUP",
    ),
    AssumptionRow(
        "__gfn_to_pfn_memslot", AssumptionKind.CONTRACT, _LOOKUPS, "it hands on what it is given, and GUP"
    ),
    AssumptionRow(
        "kvm_s2_handle_perm_fault",
        AssumptionKind.CONTRACT,
        (
            *_all(
                "data_accesses_that_the_guest_forbids_are_forwarded",
                "walks_that_the_guest_forbids_are_forwarded",
                "other_faults_are_never_forwarded",
            ),
            (
                "fetches_that_the_guest_forbids_are_forwarded",
                "fetches_that_the_guest_forbids_at_a_level_are_forwarded",
            ),
        ),
    ),
    AssumptionRow("kvm_pgtable_stage2_map", AssumptionKind.CONTRACT, _LEAVES, "the walk to the leaf"),
    AssumptionRow(
        "kvm_pgtable_stage2_relax_perms", AssumptionKind.CONTRACT, _RELAXED, "the walk to the leaf"
    ),
    AssumptionRow(
        "stage2_update_leaf_attrs",
        AssumptionKind.CONTRACT,
        _all("changed_entries_keep_everything_else", "invalid_entries_are_never_changed"),
        "the walk to the leaf",
    ),
    AssumptionRow("pfn_is_map_memory", AssumptionKind.CONTRACT, _all("memory_is_what_memblock_has")),
    AssumptionRow(
        "phys_mem_access_prot",
        AssumptionKind.CONTRACT,
        _all("dev_mem_beyond_memory_is_device", "dev_mem_is_as_its_file_was_opened"),
    ),
    AssumptionRow(
        "vm_normal_page",
        AssumptionKind.DEFINITION,
        _all("normal_pages_are_as_modelled"),
        "no driver answers for it",
    ),
    AssumptionRow("is_cow_mapping", AssumptionKind.DEFINITION, _all("cow_mappings_are_as_modelled")),
)


@dataclass(frozen=True)
class Assumptions:
    """What the proofs about a kernel assume, by name: what is ``discharged``; what is ``partly``, with
    what is left; the ``facts`` (with definitions) and the ``contracts`` that are trusted.  Of these,
    ``answers`` are those whose answer is an input of the fault path."""

    kernel: str
    discharged: tuple[str, ...]
    partly: Mapping[str, str]
    facts: tuple[str, ...]
    contracts: tuple[str, ...]
    answers: tuple[str, ...]


def assumptions(
    judged: Sequence[ClaimVerdict],
    contracts: Mapping[str, Sequence[str]],
    rows: Sequence[AssumptionRow] = ROWS,
) -> tuple[Assumptions, ...]:
    """What is assumed of each kernel that the verdicts are about; of two that are compared, nothing.
    ``contracts`` are the names of the rows that were used, by subject."""
    parts = (parse_subject(each.claim.subject) for each in judged)
    kernels = dict.fromkeys(each.kernel for each in parts if each and not each.is_comparison)
    return tuple(_of(kernel, judged, contracts, rows) for kernel in kernels)


def _of(
    kernel: str,
    judged: Iterable[ClaimVerdict],
    contracts: Mapping[str, Sequence[str]],
    rows: Sequence[AssumptionRow],
) -> Assumptions:
    ours = [each for each in judged if _kernel(each.claim.subject) == kernel]
    verdicts: dict[str, set[Verdict]] = {}
    for each in ours:
        verdicts.setdefault(each.claim.theorem, set()).add(each.verdict)
    proved = {theorem: found == {Verdict.PROVED} for theorem, found in verdicts.items()}
    offered = {fact.name for each in ours for fact in each.claim.facts}
    facts = [fact.name for fact in FACTS if fact.name in offered]
    asked = dict.fromkeys(each.claim.subject for each in ours)
    used = {name for subject in asked for name in contracts.get(subject, ())}
    definitions = [row.name for row in rows if row.sort is AssumptionKind.DEFINITION]
    present = {
        AssumptionKind.FACT: facts,
        AssumptionKind.CONTRACT: used,
        AssumptionKind.DEFINITION: definitions,
    }
    left = {row.name: _left(row, proved) for row in rows if row.name in present[row.sort]}
    partly = {name: told for name, told in left.items() if told}
    trusted = tuple(sorted(name for name in used if left.get(name) is None))
    return Assumptions(
        kernel,
        tuple(name for name, told in left.items() if told == ""),
        partly,
        tuple(name for name in (*facts, *definitions) if left.get(name) is None),
        trusted,
        tuple(name for name in trusted if name in contracts.get(kernel, ()) and _answers(name)),
    )


def _answers(name: str) -> bool:
    """Whether the contract gives its caller something to go by."""
    row = common_contracts().get(name)
    return row is not None and row.kind in (Kind.ANSWER, Kind.PURE, Kind.EXPRESSION)


def _kernel(subject: str) -> str:
    about = parse_subject(subject)
    return about.kernel if about else ""


def _left(row: AssumptionRow, proved: Mapping[str, bool]) -> str | None:
    """What is left to trust of an assumption: "" for nothing, None for all of it.  ``proved`` says it
    of each theorem that was asked."""
    asked = {group: [proved[theorem] for theorem in group if theorem in proved] for group in row.by}
    missing = [group for group, found in asked.items() if not (found and all(found))]
    if len(missing) == len(row.by):
        return None
    told = [*([row.left] if row.left else []), *(f"{' or '.join(group)} is not proved" for group in missing)]
    return "; ".join(told)


def render_text(each: Assumptions) -> str:
    """A paragraph about one kernel: every fact by name, and of the contracts those of the fault path."""
    more = len(each.contracts) - len(each.answers)
    calls = [*each.answers, *([f"and {more} more (python -m proofs.fetch --coverage)"] if more else [])]
    items = (
        ("discharged", each.discharged),
        ("in part", [f"{name} (left: {left})" for name, left in each.partly.items()]),
        ("facts", each.facts),
        ("calls", calls),
    )
    lines = [
        f"Assumed of {each.kernel}: discharged is what is proved of the function itself, facts and calls are trusted."
    ]
    for label, names in items:
        lines += textwrap.wrap(
            ", ".join(names) or "none",
            WIDTH,
            initial_indent=f"  {label:<12}",
            subsequent_indent=" " * 14,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)
