# SPDX-License-Identifier: GPL-2.0-only
"""The truth of ``#if`` conditions in a tree under a configuration.

What a condition says of CONFIG names and of the compiler is answered by the profile; what it says
of macros by the tree: a macro is defined if some definition of it is in force.

The order of a translation unit is not followed.  What defines X only where X is not yet defined is
left out where the question is whether X is *not* defined; that makes include guards and fallback
definitions come out as in a compiler.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from model.source.index.definitions import Reliance, parse_macro
from model.source.index.headers import SourceFile
from model.source.index.scan import MACRO, Record
from model.source.preprocessor.conditions import Stack, evaluate
from model.source.preprocessor.profile import Profile

ConditionAnswer = tuple[bool | None, frozenset[Reliance]]
"""Whether something holds, None where that is unknown; and the names this rests on."""

MacroValue = tuple[int | None, frozenset[Reliance]]
"""The value of something, None where that is unknown; and the names this rests on."""

LiveDefinition = tuple[SourceFile, Record, bool]
"""A definition whose conditions may hold; True where they surely do."""

Candidates = Callable[[str], Iterable[list[tuple[SourceFile, Record]]]]
"""The definitions of a kind and name, those with precedence first."""

MAX_OPEN_QUERIES = 16
"""Questions that may be open for the sake of one another; beyond, the answer is unknown.  The
headers of 5.10 to 7.3 need 8."""

_UNKNOWN: MacroValue = (None, frozenset())


class ConditionEvaluator:
    """Answers about conditions, each worked out once.

    Two macros may each be defined only where the other is not.  In such a circle the answer is
    "unknown", and what was answered on the way is forgotten with the question that led into it, so
    that no answer depends on the order of queries.
    """

    def __init__(self, profile: Profile, candidates: Candidates) -> None:
        self._profile = profile
        self._candidates = candidates
        self._known: dict[tuple[str, str], MacroValue] = {}
        self._tentative: dict[tuple[str, str], MacroValue] = {}
        self._open: set[tuple[str, str]] = set()
        self._in_circle = False

    def evaluate_condition(self, condition: str) -> ConditionAnswer:
        """Whether one condition holds."""
        value, relied = self._solve("if", condition, self._evaluate)
        return (None if value is None else value != 0), relied

    def evaluate_stack(self, stack: Stack, macro: str | None = None) -> ConditionAnswer:
        """Whether all conditions of a stack hold; if one does not, only what that one rests on.

        ``macro`` is the macro that is defined there, if any, and not defined before.
        """
        certain, relied = True, frozenset[Reliance]()
        for condition in stack:
            answer, names = self._condition(condition, macro)
            if answer is False:
                return False, names
            relied |= names
            certain = certain and answer is not None
        return (True if certain else None), relied

    def _condition(self, condition: str, macro: str | None) -> ConditionAnswer:
        if macro is None or not denies(condition, macro):
            return self.evaluate_condition(condition)
        asking = _TreeNames(self, macro)
        value = evaluate(condition, asking)
        return (None if value is None else value != 0), frozenset(asking.relied)

    def find_live(self, kind: str, name: str) -> tuple[list[LiveDefinition], frozenset[Reliance]]:
        """The definitions that may be in force, of the first tier that has one."""
        macro = name if kind == MACRO else None
        relied = frozenset[Reliance]()
        for tier in self._candidates(kind + name):
            live = []
            for file, record in tier:
                answer, names = self.evaluate_stack(file.stack(record.stack), macro)
                relied |= names
                if answer is not False:
                    live.append((file, record, answer is True))
            if live:
                return _prefer_certain(live, macro), relied
        return [], relied

    def is_defined(self, name: str, denied: bool) -> MacroValue:
        """Whether a macro is defined; ``denied`` leaves out what defines it only as a fallback."""
        stated = self.look_up_profile(name)
        if stated:
            return int(stated[0] is not None), stated[1]
        return self._solve("denied" if denied else "defined", name, self._define)

    def value(self, name: str) -> MacroValue:
        """The value of a name in a condition: 0 where it is undefined."""
        stated = self.look_up_profile(name)
        if not stated:
            return self._solve("value", name, self._value)
        value, relied = stated
        return (None if isinstance(value, str) else value or 0), relied

    def _solve(self, kind: str, about: str, work: Callable[[str, str], MacroValue]) -> MacroValue:
        question = kind, about
        for answers in (self._known, self._tentative):
            if question in answers:
                return answers[question]
        if question in self._open or len(self._open) >= MAX_OPEN_QUERIES:
            self._in_circle = True
            return _UNKNOWN
        self._open.add(question)
        answer = work(kind, about)
        self._open.discard(question)
        answers = self._tentative if self._in_circle and self._open else self._known
        answers[question] = answer
        if not self._open:
            self._tentative.clear()
            self._in_circle = False
        return answer

    def _evaluate(self, _: str, condition: str) -> MacroValue:
        asking = _TreeNames(self)
        answer = evaluate(condition, asking)
        return answer, frozenset(asking.relied)

    def _define(self, kind: str, name: str) -> MacroValue:
        certain, relied = True, frozenset[Reliance]()
        for tier in self._candidates(MACRO + name):
            for file, record in tier:
                stack = file.stack(record.stack)
                if kind == "denied" and any(denies(condition, name) for condition in stack):
                    continue
                answer, names = self.evaluate_stack(stack, name)
                relied |= names
                if answer:
                    return 1, relied | {Reliance(name, "defined", "tree")}
                certain = certain and answer is not None
        return (0 if certain else None), relied | {Reliance(name, "undefined", "absent")}

    def _value(self, _: str, name: str) -> MacroValue:
        live, relied = self.find_live(MACRO, name)
        if not live:
            return 0, relied | {Reliance(name, "undefined", "absent")}
        found = [parse_macro(file.text[record.start : record.end]) for file, record, _ in live]
        alike = len({macro.body for macro in found}) == 1 and live[0][2]
        if not alike or found[0].params is not None:
            return None, relied
        asking = _TreeNames(self)
        value = evaluate(found[0].body.decode("latin-1"), asking)
        return value, relied | asking.relied | {Reliance(name, str(value), "tree")}

    def look_up_profile(self, name: str) -> tuple[int | str | None, frozenset[Reliance]] | None:
        """The profile's value of a name and what it rests on; None where the tree defines it."""
        value = self._profile.values.get(name)
        if value is not None:
            return value, frozenset([Reliance(name, str(value), "profile")])
        if name in self._profile.undefined:
            return None, frozenset([Reliance(name, "undefined", "profile")])
        if name.startswith("CONFIG_"):
            source = "profile" if self._profile.complete else "unlisted"
            return None, frozenset([Reliance(name, "undefined", source)])
        return None


class _TreeNames:
    """Answers what the names of one condition mean, and gathers what that rests on.

    ``without`` is a macro that is not defined yet where the condition stands.
    """

    def __init__(self, answers: ConditionEvaluator, without: str | None = None) -> None:
        self._answers = answers
        self._without = without
        self.relied: set[Reliance] = set()

    def is_defined(self, name: str, denied: bool) -> bool | None:
        if name == self._without:
            return False
        answer, names = self._answers.is_defined(name, denied)
        self.relied |= names
        return None if answer is None else answer != 0

    def value(self, name: str) -> int | None:
        answer, names = self._answers.value(name)
        self.relied |= names
        return answer

    def call(self, text: str) -> int | None:
        """The value of a call, where the profile states it."""
        stated = self._answers.look_up_profile(text)
        if stated is None or not isinstance(stated[0], int):
            return None
        self.relied |= stated[1]
        return stated[0]


def denies(condition: str, name: str) -> bool:
    """Whether a condition says that a macro is not defined, alone or with other things."""
    if name not in condition:
        return False
    return re.search(rf"! ?defined ?\(? ?{re.escape(name)}\b", condition) is not None


def _prefer_certain(live: list[LiveDefinition], macro: str | None) -> list[LiveDefinition]:
    """Of definitions that may be in force, those that surely are; of macros no mere fallbacks.

    Where a macro has fallbacks only, the first of a file makes its later ones void.
    """
    certain = [one for one in live if one[2]] or live
    first: list[LiveDefinition] = []
    fallbacks: dict[str, LiveDefinition] = {}
    for one in certain:
        file, record, _ = one
        stack = file.stack(record.stack) if macro else ()
        if macro and any(denies(condition, macro) for condition in stack):
            fallbacks.setdefault(file.rel, one)
        else:
            first.append(one)
    return first or list(fallbacks.values())
