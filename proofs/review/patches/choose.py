# SPDX-License-Identifier: GPL-2.0-only
"""Which of the patches that were found are the series?

The highest reroll of which no patch is missing, each number once.  Whatever else is there is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofs.review.patches.errors import PatchError
from proofs.review.patches.patch import Patch
from proofs.review.patches.text import shown


def not_taken(patch: Patch, why: str) -> str:
    """The sentence about a patch that is left out."""
    return f"{patch.where}: {shown(patch.subject)!r} {why} and was not taken."


def chosen(patches: Sequence[Patch], where: str, notes: list[str]) -> list[Patch]:
    """The patches of the highest complete reroll in their order; what is left out is noted."""
    numbered = [patch for patch in patches if patch.number is not None]
    if not numbered:
        best = max(patch.reroll for patch in patches)
        taken = [patch for patch in patches if patch.reroll == best]
        notes.extend(not_taken(patch, f"is not of v{best}") for patch in patches if patch.reroll != best)
        return _once(taken, notes)
    if len(patches) == 1 and (patches[0].total or 0) > 1:
        one = patches[0]
        notes.append(
            f"Patch {one.number} of {one.total} was given alone; the tree is taken to be as before that patch."
        )
        return [one]
    notes.extend(not_taken(p, "has no number in the series") for p in patches if p.number is None)
    sets: dict[tuple[int, int], list[Patch]] = {}
    for patch in numbered:
        sets.setdefault((patch.reroll, patch.total or 0), []).append(patch)
    missing = {key: _missing(found, key[1]) for key, found in sets.items()}
    complete = sorted(key for key in sets if not missing[key])
    if not complete:
        key = max(sets)
        raise PatchError(f"{where}: of v{key[0]} of the series, {missing[key]}; give the whole series.")
    reroll, total = complete[-1]
    if len(complete) > 1 and complete[-2][0] == reroll:
        raise PatchError(
            f"{where}: holds two series, of {complete[-2][1]} and of {total} patches; give one of them."
        )
    for key in sorted(sets):
        if key != (reroll, total):
            why = f", of which {missing[key]}" if missing[key] else ""
            notes.append(
                f"{where}: v{reroll} of the series is taken, and not v{key[0]} of {key[1]} patches{why}."
            )
    return _each_number(sets[reroll, total], where, notes)


def _missing(patches: Sequence[Patch], total: int) -> str:
    """Which numbers are missing, in words; nothing where none is."""
    there = {patch.number for patch in patches}
    lacking = [str(number) for number in range(1, total + 1) if number not in there]
    if not lacking:
        return ""
    listed = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
    return f"patch {listed} of {total} {'is' if len(lacking) == 1 else 'are'} missing"


def _each_number(patches: Sequence[Patch], where: str, notes: list[str]) -> list[Patch]:
    """One patch for each number.  Raises PatchError where two differ."""
    by_number: dict[int, Patch] = {}
    for patch in patches:
        first = by_number.setdefault(patch.number or 0, patch)
        if first.files != patch.files:
            number = f"{patch.number}/{patch.total}"
            raise PatchError(
                f"{where}: holds two patches {number} of v{patch.reroll} that differ; give one of them."
            )
        if first is not patch:
            notes.append(not_taken(patch, "was sent before"))
    return [by_number[number] for number in sorted(by_number)]


def _once(patches: Sequence[Patch], notes: list[str]) -> list[Patch]:
    """Patches without numbers in the order of their mails, without those that were sent again."""
    kept: list[Patch] = []
    for patch in patches:
        if any(patch.subject and (p.subject, p.files) == (patch.subject, patch.files) for p in kept):
            notes.append(not_taken(patch, "was sent before"))
        else:
            kept.append(patch)
    return kept
