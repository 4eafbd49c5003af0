# SPDX-License-Identifier: GPL-2.0-only
"""The functions besides user_mem_abort() in two trees: do they do the same with the same?

What a function is given and what it does are its target's words: those that are read when it is
called must be equal in both, and then those that are read when it has returned must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from model.logic import BOOL, TRUE, Term, conj, name, same
from model.program.procedure import Procedure
from model.source.errors import Unsupported
from model.source.kernel import Kernel, NoSink
from model.source.targets.table import TARGETS
from model.source.targets.target import EntryValue, Target
from model.vocabulary.symbols import DONE
from proofs.claims.catalogue import pages_in_name
from proofs.claims.claim import Claim, Expectation, Region, Skipped, Verdict, about

OTHER = "other"
FAMILY = "equivalence"
THEOREM = "the_same_in_everything"

#: A region is told in terms of so many conditions.
_ATOMS = 8

Read = Kernel | NoSink | Unsupported


@dataclass(frozen=True)
class Comparison:
    """Claims about two trees, functions that only one of them has, and the claims about functions
    that could not be read, with the reason."""

    claims: tuple[Claim, ...]
    skipped: tuple[Skipped, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)

    def with_more(self, other: Comparison) -> Comparison:
        return Comparison(
            self.claims + other.claims, self.skipped + other.skipped, {**self.unread, **other.unread}
        )


def beside(names: str, pages: str, read: dict[str, tuple[Read, Read]]) -> Comparison:
    """The comparison of every target but user_mem_abort(), by its name; ``names`` are those of the
    two trees."""
    found = Comparison(())
    for target in TARGETS:
        if target.name in read:
            found = found.with_more(_of_target(f"{names}:{target.name}", pages, target, *read[target.name]))
    return found


def _of_target(subject: str, pages: str, target: Target, one: Read, two: Read) -> Comparison:
    lacking = [str(each) for each in (one, two) if isinstance(each, NoSink)]
    if lacking:
        return Comparison((), (Skipped(THEOREM, subject, " ".join(dict.fromkeys(lacking))),))
    claim = _unasked(subject, pages, target)
    if isinstance(one, Kernel) and isinstance(two, Kernel):
        return Comparison((_asked(claim, target, one.procedure, two.procedure),))
    why = next(str(each) for each in (one, two) if isinstance(each, Unsupported))
    return Comparison((claim,), (), {claim.name: why})


def _unasked(subject: str, pages: str, target: Target) -> Claim:
    """The claim without the procedures that it is about."""
    says = f"{target.name}() does the same with the same in both."
    because = ("two trees are compared, on the same inputs",)
    return Claim(THEOREM, FAMILY, subject, pages_in_name(pages), says, because, {}, (), (), TRUE)


def _asked(claim: Claim, target: Target, one: Procedure, two: Procedure) -> Claim:
    bound = [word for word in target.symbols if word in one.symbols and word in two.symbols]
    given = [word for word in bound if _is_given(target, word)]
    then = conj(*(_alike(target, word) for word in bound if word not in given))
    return replace(
        claim,
        subjects={"": one, OTHER: two},
        given=tuple(_alike(target, word) for word in given),
        then=then,
        expected=Expectation(Verdict.PROVED),
        regions=tuple(_region([word for word in given if target.symbols[word][0] == BOOL], then)),
    )


def _region(conditions: list[str], then: Term) -> Iterator[Region]:
    """The inputs on which the two differ, in terms of the conditions among what is given."""
    atoms = tuple((word, name(word, BOOL)) for word in conditions[:_ATOMS])
    if atoms:
        always = f"on some input whatever these conditions are: {', '.join(conditions[:_ATOMS])}"
        yield Region("they differ", atoms, ~then, projected=True, where="only where ", always=always)


def _alike(target: Target, word: str) -> Term:
    """The word is the same in both."""
    term = name(word, target.symbols[word][0])
    return same(term, about(OTHER, term))


def _is_given(target: Target, word: str) -> bool:
    """Whether the word is read when the function is called."""
    meaning = target.bindings.get(word)
    return word not in DONE if meaning is None else isinstance(meaning, EntryValue)
