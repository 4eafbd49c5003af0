# SPDX-License-Identifier: GPL-2.0-only
"""In which order should the bits of inputs be asked, so that the diagram of a condition stays small?

Truth values come first, as they are met.  Words that are compared or added stand side by side, from the
highest bit down, each bit beside those of its own weight: bit 0 of a page number is bit 12 of an address
where ``gfn << 12`` is added to it.  A sum of unrelated bits would remember all of one word.

Trusted: nothing; an order decides how much work is done, and not what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from model.logic import Term, free_names, is_const, number, subterms
from proofs.solvers.bdd.bdd import Variable

_COMPARISONS = frozenset({"eq", "ult", "ule", "slt", "sle"})

#: Groups of several words that are compared with each other, each word with its shift.
Together = frozenset[frozenset[tuple[str, int]]]


def order(*terms: Term) -> Iterator[Variable]:
    """The bits of all inputs of the conditions, the topmost first."""
    sorts = free_names(*terms)
    met = list(_met(terms))
    yield from ((text, 0) for text in met if not sorts[text].width)
    words = [text for text in met if sorts[text].width]
    for group in _related(terms, words):
        bits = [
            (-(bit + shift), place, text, bit)
            for place, (text, shift) in enumerate(group.items())
            for bit in range(sorts[text].width)
        ]
        yield from ((text, bit) for _, _, text, bit in sorted(bits))


def together(*terms: Term) -> Together:
    """Which words conditions compare with each other; an order that is good for these is good for them."""
    words = [text for text, sort in free_names(*terms).items() if sort.width]
    groups = [group for group in _related(terms, words) if len(group) > 1]
    lowest = [min(group.values()) for group in groups]
    return frozenset(
        frozenset((text, shift - least) for text, shift in group.items())
        for group, least in zip(groups, lowest, strict=True)
    )


def _met(terms: Sequence[Term]) -> Iterator[str]:
    """The inputs in the order in which they are written."""
    seen: set[bytes] = set()
    todo = list(reversed(terms))
    while todo:
        each = todo.pop()
        if each.key not in seen:
            seen.add(each.key)
            if each.op == "name":
                yield str(each.data)
            todo += reversed(each.args)


@dataclass
class _Groups:
    """Words that belong together, each with the weight of its lowest bit in its group."""

    of: dict[str, dict[str, int]] = field(default_factory=dict)

    def join(self, one: str, shift: int, other: str, by: int) -> None:
        """Put bit ``-shift`` of one word beside bit ``-by`` of the other, unless they are placed already."""
        kept, moved = self.of[one], self.of[other]
        if kept is moved:
            return
        step = kept[one] - shift + by - moved[other]
        for text, weight in moved.items():
            kept[text] = weight + step
            self.of[text] = kept


def _related(terms: Iterable[Term], words: Iterable[str]) -> list[dict[str, int]]:
    """The groups of words that stand in one comparison, in the order of the words."""
    groups = _Groups({text: {text: 0} for text in words})
    for each in subterms(*terms):
        if each.op in _COMPARISONS and each.args[0].sort.width:
            (first, *others) = _shifted(each).items() or [("", 0)]
            for other in others:
                groups.join(*first, *other)
    distinct = {id(group): group for group in groups.of.values()}
    place = {text: i for i, text in enumerate(groups.of)}
    return [dict(sorted(g.items(), key=lambda item: place[item[0]])) for g in distinct.values()]


def _shifted(comparison: Term) -> dict[str, int]:
    """The words that a comparison is of, without those of the conditions in it, and how far each is
    shifted to the left where it is met first."""
    found: dict[str, int] = {}
    seen: set[tuple[bytes, int]] = set()
    todo = [(each, 0) for each in reversed(comparison.args)]
    while todo:
        term, shift = todo.pop()
        if (term.key, shift) in seen or not term.sort.width:
            continue
        seen.add((term.key, shift))
        if term.op == "name":
            found.setdefault(str(term.data), shift)
        elif term.op in ("shl", "lshr") and is_const(term.args[1]):
            by = number(term.args[1])
            todo.append((term.args[0], shift + by if term.op == "shl" else shift - by))
        elif term.op == "extract":
            assert isinstance(term.data, tuple)
            todo.append((term.args[0], shift - term.data[1]))
        else:
            todo += [(each, shift) for each in reversed(term.args)]
    return found
