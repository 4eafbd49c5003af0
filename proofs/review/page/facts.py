# SPDX-License-Identifier: GPL-2.0-only
"""The facts that may be assumed of the inputs: each written once, as is each set that claims share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.facts.assumed import Fact
from proofs.review.page.element import Child, Element, anchor, element
from proofs.review.review import Review
from proofs.verdicts.finding import Finding

#: A fact's name alone may mean something else after the patch.
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class FactIndex:
    """``facts`` by their ids, and ``sets`` of such ids, each in the order in which it is first met."""

    facts: tuple[tuple[str, Fact], ...]
    sets: tuple[tuple[str, ...], ...]

    def render_facts(self, finding: Finding) -> Child:
        """What this claim may assume, and what its proof needs."""
        facts = finding.verdict.claim.facts
        if not facts:
            return element("p", "Nothing is assumed of the inputs.")
        ids = self._ids(facts)
        number = self.sets.index(ids) + 1
        answer = finding.verdict.answer
        used = [ids[i] for i in answer.core] if answer is not None and answer.core else []
        return element(
            "p",
            "Assumptions: ",
            element("a", f"set {number} ({len(ids)} facts)", href=f"#set-{number}"),
            [", of which the proof needs ", _links(used)] if used else None,
            ".",
        )

    def _ids(self, facts: Iterable[Fact]) -> tuple[str, ...]:
        known = {_key(fact): own for own, fact in self.facts}
        return tuple(known[_key(fact)] for fact in facts)

    def render_section(self, names: Sequence[str]) -> Element:
        """All of it; of the review's ``names``, those that are no facts are contracts."""
        contracts = [name.removeprefix("contract ") for name in names if not name.startswith("fact ")]
        return element(
            "section",
            element("h2", "What is assumed", id="assumed"),
            element("p", element("b", "Contracts: "), ", ".join(contracts), ".") if contracts else None,
            element("p", "Nothing is assumed of the inputs beyond what their types say.")
            if not self.sets
            else None,
            [
                element("p", element("b", f"Set {i}: ", id=f"set-{i}"), _links(each), ".", class_="set")
                for i, each in enumerate(self.sets, 1)
            ],
            element("dl", [_fact(own, fact) for own, fact in self.facts], class_="facts"),
        )


def index_facts(review: Review) -> FactIndex:
    """What the claims of a review may assume."""
    claims = [finding.verdict.claim for each in _findings(review) for finding in each]
    facts = {_key(fact): fact for claim in claims for fact in claim.facts}
    names: dict[_Key, str] = {}
    for key in facts:
        again = sum(other[0] == key[0] for other in names)
        names[key] = anchor("fact", key[0], *([str(again + 1)] if again else []))
    sets = dict.fromkeys(tuple(names[_key(f)] for f in claim.facts) for claim in claims if claim.facts)
    return FactIndex(tuple((names[key], fact) for key, fact in facts.items()), tuple(sets))


def _findings(review: Review) -> Iterable[Sequence[Finding]]:
    for patch in review.patches:
        for each in patch.theorems:
            yield [finding for finding in (each.before, each.after) if finding is not None]


def _key(fact: Fact) -> _Key:
    return fact.name, fact.says, fact.source


def _links(ids: Sequence[str]) -> Child:
    """Links to facts, with commas between."""
    links = [element("a", own.partition("/")[2], href=f"#{own}") for own in ids]
    return [[", " if i else "", link] for i, link in enumerate(links)]


def _fact(own: str, fact: Fact) -> Child:
    return [
        element("dt", element("code", fact.name), id=own),
        element("dd", fact.says, " ", element("span", fact.source, class_="quiet")),
    ]
