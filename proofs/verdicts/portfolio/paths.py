# SPDX-License-Identifier: GPL-2.0-only
"""Every path through the procedures of a claim, one after the other: does any refute it?

The procedures are run as the interpreter runs them, statement by statement, and nothing is known of an
input at first.  Where a condition is open, something that it depends on is chosen, first one way and then
the other: a bit of an input, or, where many bits are compared, what the comparison says.  A path stands
for all inputs that answer so; with each choice it weighs half as much.  That no path was forgotten is
witnessed by their weights: they sum to exactly 1.

Comparisons that are chosen may contradict each other.  So a path that seems to refute the claim is looked
at again, bit by bit, for an input that takes it; there is one, or none, or the claim is left open.

No solver is asked, and neither ``model.program.symbolic`` nor an obligation's terms are used.

Trusted: this file and ``partial``, for UNSAT; models are replayed like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from model.logic import FALSE, TRUE, Term, const, name, substitute, subterms
from model.program.definite_assignment import own_terms
from model.program.procedure import Block, Call, If, Leave, Procedure, Set, Statement, effects, walk
from model.program.symbolic import Result, unset
from proofs.claims.claim import Claim, bind
from proofs.claims.obligations import Obligation
from proofs.solvers.query import Answer, Found
from proofs.verdicts.portfolio.ternary import Known, Partial, full, partial, wanted

#: Paths above which a claim is left to other engines.
LIMIT = 20_000
#: A comparison of more unknown bits is chosen as a whole.
FEW = 3
#: Bits that are chosen in search of an input: in all for one claim, and for an example of its premises.
STEPS, STEPS_OF_EXAMPLES = 4_000, 500


class TooManyPaths(Exception):  # noqa: N818  # it is no error: another engine is asked
    """There are more paths than may be gone."""


@dataclass(frozen=True)
class Frame:
    """Statements that are still to be run, from ``position`` on, and what comes after them."""

    body: tuple[Statement, ...]
    position: int
    label: str
    rest: Frame | None


@dataclass
class Path:
    """How far a path has come: the bits that were chosen, the subject that is run, what its places
    hold, and those of the subjects before it."""

    chosen: dict[str, Partial] = field(default_factory=dict)
    depth: int = 0
    frame: Frame | None = None
    store: dict[str, Term] = field(default_factory=dict)
    ended: tuple[Mapping[str, Term], ...] = ()
    #: Comparisons that were chosen as a whole.
    assumed: dict[bytes, tuple[Term, int]] = field(default_factory=dict)
    #: Conditions that were decided on this path, by digest.
    decided: dict[bytes, int] = field(default_factory=dict)

    def leaf(self, term: Term) -> Partial:
        """What is known of an input."""
        return self.chosen.get(str(term.data), (0, full(term.sort.width)))

    def with_bit(self, bit: tuple[str, int], value: int, width: int) -> Path:
        text, position = bit
        known, mask = self.chosen.get(text, (0, full(width)))
        return self._next(chosen=self.chosen | {text: (known | value << position, mask & ~(1 << position))})

    def assuming(self, comparison: Term, value: int) -> Path:
        return self._next(assumed=self.assumed | {comparison.key: (comparison, value)})

    def _next(self, **change: Any) -> Path:
        return replace(
            self, depth=self.depth + 1, store=dict(self.store), decided=dict(self.decided), **change
        )


class _Open(Exception):  # noqa: N818  # control flow
    """A condition is open until this bit, or comparison, is chosen."""

    def __init__(self, what: tuple[str, int] | Term):
        self.what = what


def decide(claim: Claim, obligation: Obligation, limit: int = LIMIT) -> Answer:
    """The answer about one claim, UNKNOWN if there are more paths than ``limit``."""
    if obligation.applications or any(_applies(p) for p in claim.subjects.values()):
        return _unknown(claim, "It calls pure functions on words, which are not chosen bit by bit.")
    search = _Search(claim, {n: s.width for n, s in obligation.inputs.items()}, limit)
    try:
        search.run()
    except TooManyPaths:
        return _unknown(claim, f"There are more than {limit} paths.")
    return search.answer(obligation)


def _unknown(claim: Claim, reason: str) -> Answer:
    return Answer(claim.name, Found.UNKNOWN, Found.UNKNOWN, reason=reason)


def _applies(procedure: Procedure) -> bool:
    """Whether pure functions are applied anywhere in it."""
    terms = [term for statement in walk(procedure.body) for term in own_terms(statement)]
    terms += [place.initial for place in procedure.places.values() if place.initial is not None]
    return any(t.op == "apply" for t in subterms(*terms, *procedure.symbols.values()))


class _Search:
    """All paths, by choosing bits where they are wanted."""

    def __init__(self, claim: Claim, widths: dict[str, int], limit: int):
        self.claim, self.widths, self.limit = claim, widths, limit
        self.names = list(claim.subjects)
        self.refuted: Path | None = None
        self.reached: Path | None = None
        self.strayed: Path | None = None
        self.weights: Counter[int] = Counter()
        self.complete = False
        self.open = False
        self.steps, self.steps_of_examples = STEPS, STEPS_OF_EXAMPLES
        expected = claim.expected
        self.witness = expected.witness if expected else None
        nothing = {s: Result({}, {}, p.constants) for s, p in claim.subjects.items()}
        self.first = [bind(g, claim.subjects, nothing) for g in claim.given if not self._is_done(g)]
        self.later = [g for g in claim.given if self._is_done(g)]

    def _is_done(self, term: Term) -> bool:
        """Whether a term speaks of what the procedures did."""
        for leaf in subterms(term):
            if leaf.op == "name":
                subject, _, word = str(leaf.data).rpartition(":")
                bound = self.claim.subjects[subject].symbols.get(word)
                if bound is not None and any(t.op == "place" for t in subterms(bound)):
                    return True
        return False

    def run(self) -> None:
        todo = [self._begun(Path(), 0)]
        count = 0
        while todo:
            path = todo.pop()
            try:
                self._go(path)
            except _Open as choice:
                todo += [self._chosen(path, choice.what, value) for value in (1, 0)]
                continue
            self.weights[path.depth] += 1
            count += 1
            if self.strayed or (self.refuted and self.witness is None):
                return
            if count >= self.limit:
                raise TooManyPaths
        self.complete = True

    def _chosen(self, path: Path, what: tuple[str, int] | Term, value: int) -> Path:
        if isinstance(what, Term):
            return path.assuming(what, value)
        return path.with_bit(what, value, self.widths[what[0]])

    def whole(self) -> bool:
        """Whether the paths are all that there are."""
        return self.complete and sum((Fraction(n, 1 << d) for d, n in self.weights.items()), Fraction()) == 1

    def _begun(self, path: Path, subject: int) -> Path:
        """The path at the beginning of a subject's procedure."""
        procedure = self.claim.subjects[self.names[subject]]
        path.store = {}
        for sink, arguments in effects(procedure.body).items():
            path.store |= {f"{sink}.{each}": FALSE for each in ("called", "again", "seen")}
            path.store |= {f"{sink}.{a}": name(f"no {sink}.{a}", sort) for a, sort in arguments.items()}
        path.frame = Frame(procedure.body, 0, "", None)
        return path

    def _go(self, path: Path) -> None:
        """To the end of the path; _Open where a bit has to be chosen first."""
        if not all(self._truth(path, term) for term in self.first):
            return
        while len(path.ended) < len(self.names):
            procedure = self.claim.subjects[self.names[len(path.ended)]]
            while path.frame is not None:
                self._step(path, path.frame, procedure)
            path.ended = (*path.ended, self._all_places(path, procedure))
            if len(path.ended) < len(self.names):
                self._begun(path, len(path.ended))
        self._judge(path)

    def _all_places(self, path: Path, procedure: Procedure) -> Mapping[str, Term]:
        first = {n: p.initial for n, p in procedure.places.items() if p.initial is not None}
        return {n: self._read(path, t, procedure) for n, t in first.items()} | path.store

    # The conditions of a claim -----------------------------------------------------------
    def _judge(self, path: Path) -> None:
        if not all(self._holds(path, term) for term in self.later):
            return
        fails = not self._holds(path, self.claim.then)
        if not fails and (self.reached or self.refuted):
            return
        if not all(self._holds(path, fact.holds) for fact in self.claim.facts):
            return
        if not fails:
            self.reached, self.steps_of_examples = self._taken(path, self.steps_of_examples)
            return
        taken, self.steps = self._taken(path, self.steps)
        self.open |= self.steps == 0
        self.refuted = self.refuted or taken
        if taken and self.witness is not None and not self._holds(taken, self.witness):
            self.strayed = taken

    def _taken(self, path: Path, steps: int) -> tuple[Path | None, int]:
        """An input that takes the path, None if there is none or the steps are used up; and the steps that
        are left."""
        todo = [replace(path, assumed={})]
        constraints = list(path.assumed.values())
        while todo and steps:
            steps -= 1
            each = todo.pop()
            bit = self._next_bit(each, constraints)
            if bit is None:
                return each, steps
            if bit:
                width = self.widths[bit[0]]
                todo += [each.with_bit(bit, value, width) for value in (1, 0)]
        return None, steps if not todo else 0

    def _next_bit(
        self, path: Path, constraints: Sequence[tuple[Term, int]]
    ) -> tuple[str, int] | tuple[()] | None:
        """A bit that an open constraint depends on; () if one is broken, None if all hold."""
        known: Known = {}
        found: tuple[str, int] | None = None
        for term, value in constraints:
            is_, mask = partial(term, path.leaf, known)
            if not mask and is_ != value:
                return ()
            if mask and found is None:
                bit = wanted(term, known)
                assert isinstance(bit, tuple)
                self.widths.setdefault(bit[0], next(_widths(term, bit[0])))
                found = bit
        return found

    def _holds(self, path: Path, term: Term) -> bool:
        subjects = self.claim.subjects
        ends = zip(self.names, path.ended, strict=True)
        results = {s: Result(places, {}, subjects[s].constants) for s, places in ends}
        return self._truth(path, bind(term, subjects, results))

    def _truth(self, path: Path, term: Term) -> bool:
        if term.key in path.decided:
            return bool(path.decided[term.key])
        known: Known = {key: (assumed, 0) for key, (_, assumed) in path.assumed.items()}
        value, mask = partial(term, path.leaf, known)
        if mask:
            what = wanted(term, known, FEW)
            if isinstance(what, tuple):
                self.widths.setdefault(what[0], next(_widths(term, what[0])))
            raise _Open(what)
        path.decided[term.key] = value
        return bool(value)

    # Statements --------------------------------------------------------------------------
    def _step(self, path: Path, frame: Frame, procedure: Procedure) -> None:
        if frame.position == len(frame.body):
            path.frame = frame.rest
            return
        statement = frame.body[frame.position]
        after = replace(frame, position=frame.position + 1)
        match statement:
            case Set(target, value):
                path.store[target] = self._read(path, value, procedure)
            case If(condition, then, orelse):
                taken = self._truth(path, self._read(path, condition, procedure))
                path.frame = Frame(then if taken else orelse, 0, "", after)
                return
            case Block(label, body):
                path.frame = Frame(body, 0, label, after)
                return
            case Leave(label, _, result, value):
                if value is not None:
                    path.store[result] = self._read(path, value, procedure)
                path.frame = _left(frame, label)
                return
            case Call():
                self._call(path, statement, procedure)
        path.frame = after

    def _call(self, path: Path, call: Call, procedure: Procedure) -> None:
        sink, store = call.effect, path.store
        values = {f"{sink}.{a}": self._read(path, t, procedure) for a, t in call.arguments}
        if store[f"{sink}.called"] is TRUE:
            store[f"{sink}.again"] = TRUE
        store |= {f"{sink}.called": TRUE, f"{sink}.seen": TRUE if call.seen else FALSE, **values}

    def _read(self, path: Path, term: Term, procedure: Procedure) -> Term:
        """The term over inputs."""

        def leaf(t: Term) -> Term:
            key = str(t.data)
            if t.op == "name":
                return const(procedure.constants[key], t.sort) if key in procedure.constants else t
            if key in path.store:
                return path.store[key]
            initial = procedure.places[key].initial if key in procedure.places else None
            if initial is None:
                return unset(key, t)
            path.store[key] = self._read(path, initial, procedure)
            return path.store[key]

        return substitute(term, leaf)

    def answer(self, obligation: Obligation) -> Answer:
        """What the search found."""

        def model(path: Path | None) -> dict[str, int]:
            return {n: path.chosen.get(n, (0, 0))[0] for n in obligation.inputs} if path else {}

        rest = Found.UNSAT if self.whole() and not self.open else Found.UNKNOWN
        denied = Found.SAT if self.refuted else rest
        premises = Found.SAT if self.reached or self.refuted else Found.UNKNOWN
        if rest is Found.UNSAT and premises is Found.UNKNOWN and self.steps_of_examples:
            premises, denied = Found.UNSAT, Found.NOT_ASKED
        stray = Found.NOT_ASKED
        if self.refuted and self.witness is not None:
            stray = Found.SAT if self.strayed else rest
        reason = "Whether an input takes some path was not found out." if denied is Found.UNKNOWN else ""
        return Answer(
            obligation.claim, premises, denied, stray, model(self.reached or self.refuted),
            model(self.refuted), model(self.strayed), reason,
        )  # fmt: skip


def _widths(term: Term, text: str) -> Iterator[int]:
    return (t.sort.width for t in subterms(term) if t.op == "name" and str(t.data) == text)


def _left(frame: Frame, label: str) -> Frame | None:
    """What comes after the block of that label."""
    found: Frame | None = frame
    while found is not None and found.label != label:
        found = found.rest
    if found is None:
        raise ValueError(f"{label} is left, but no block of that label stands around it.")
    return found.rest
