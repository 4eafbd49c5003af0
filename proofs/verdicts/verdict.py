# SPDX-License-Identifier: GPL-2.0-only
"""From a solver's answer to a verdict: every model is replayed, and the verdict is compared with
what was expected.

Trusted: nothing that a solver says of inputs.  A model that the interpreter does not confirm is
DISAGREE; that there is no model (PROVED, VACUOUS) is taken from the solver.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from counterexamples.minimise import Model
from counterexamples.render import prose
from model.logic import Term, conj
from model.logic.ternary import evaluate_ternary
from model.program.interpreter import Inputs
from model.program.procedure import ProcedureError
from proofs.claims.claim import Claim, Replay, replay
from proofs.claims.obligations import ObligationMaker
from proofs.solvers.obligation import Obligation
from proofs.solvers.query import Answer, SatStatus
from proofs.theorems.expectation import Verdict


class ExpectationStatus(Enum):
    """How a verdict compares with the declared one, by exit code."""

    EXPECTED = 0
    UNEXPECTED = 1
    UNDECIDED = 3
    DISAGREE = 4

    @property
    def json_name(self) -> str:
        """The status as JSON has it."""
        return {0: "as expected", 1: "otherwise"}.get(self.value, self.name.lower())


#: Which of several exit codes a run ends with.
PRIORITY = (
    ExpectationStatus.DISAGREE,
    ExpectationStatus.UNEXPECTED,
    ExpectationStatus.UNDECIDED,
    ExpectationStatus.EXPECTED,
)


#: The engine of our own that has to agree with z3 before a proof is called certified.
DIAGRAMS = "bdd"


@dataclass(frozen=True)
class EngineOpinion:
    """What one engine answers to a claim, and whether it agrees with z3 (None: it leaves it open)."""

    name: str
    version: str
    answer: str
    agrees: bool | None
    reason: str = ""

    @property
    def label(self) -> str:
        """The name with the version."""
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True)
class CertificateCheck:
    """Of a claim that is PROVED: whether ``proofs.evidence.checker.verify`` accepted a certificate of it in this
    run, its size in bytes without the lemmas that it shares (0: there is none), and if it is not accepted, why."""

    accepted: bool
    size: int
    why: str = ""


@dataclass(frozen=True)
class ClaimVerdict:
    """A claim's verdict.  ``why`` says, in sentences, what is to be known beside it: why it is not
    as expected.  ``answer`` is what the solver said, None where the claim could not be asked, and
    ``maker`` makes the obligation when it is first needed.  ``compiled`` says what the compiled
    C does on the witness, if that was asked, ``engines`` what each engine answers, z3 first, if several
    were, and ``certificate`` what evidence there is, if that was made."""

    claim: Claim
    verdict: Verdict
    status: ExpectationStatus
    why: str = ""
    answer: Answer | None = None
    maker: ObligationMaker = field(default_factory=ObligationMaker, repr=False, compare=False)
    compiled: str = ""
    engines: tuple[EngineOpinion, ...] = ()
    certificate: CertificateCheck | None = None

    @property
    def name(self) -> str:
        return self.claim.name

    @property
    def obligation(self) -> Obligation:
        """The obligation of the claim, made when it is first needed.  A claim that could not be asked has none:
        its procedures were not read, so look at ``answer`` first."""
        return self.maker.obligation(self.claim)

    @property
    def word(self) -> str:
        """The verdict as a word, or that it is certified as well."""
        return "PROVED CERTIFIED" if self.is_certified else self.verdict.value

    @property
    def is_certified(self) -> bool:
        """Whether z3 and the decision diagrams both prove it, and its certificate was accepted."""
        agrees = any(each.name == DIAGRAMS and each.agrees for each in self.engines)
        accepted = self.certificate is not None and self.certificate.accepted
        return self.verdict is Verdict.PROVED and agrees and accepted


def exit_code(judged: Iterable[ClaimVerdict]) -> int:
    """0 if all is as expected; otherwise the most important thing that is not."""
    found = {each.status for each in judged}
    return next((s.value for s in PRIORITY if s in found), ExpectationStatus.EXPECTED.value)


def make_unsupported(claim: Claim, reason: str) -> ClaimVerdict:
    """A claim about something that could not be read."""
    return ClaimVerdict(claim, Verdict.UNSUPPORTED, ExpectationStatus.UNDECIDED, reason)


@dataclass
class Replays:
    """The interpreter's runs; claims about the same procedures on the same input share one."""

    known: dict[Hashable, Replay] = field(default_factory=dict)
    values: dict[tuple[int, bytes], bool] = field(default_factory=dict)

    def replay(self, claim: Claim, obligation: Obligation, model: Model) -> Replay:
        """The runs of the claim's procedures on the model."""
        procedures = tuple((text, id(procedure)) for text, procedure in claim.procedures.items())
        applications = tuple(each.name for each in obligation.applications)
        key = procedures, applications, frozenset(model.items())
        if key not in self.known:
            self.known[key] = replay(claim, obligation.concrete(model))
        return self.known[key]

    def rerun(self, claim: Claim, inputs: Inputs) -> Replay:
        """The runs of the claim's procedures on these inputs."""
        procedures = tuple((text, id(procedure)) for text, procedure in claim.procedures.items())
        key = procedures, frozenset(inputs.names.items()), frozenset(inputs.functions.items())
        if key not in self.known:
            self.known[key] = replay(claim, inputs)
        return self.known[key]

    def holds(self, replayed: Replay, term: Term) -> bool:
        """Whether a term of a claim is true in the runs (which this object has made)."""
        key = id(replayed), term.key
        if key not in self.values:
            self.values[key] = bool(replayed.value(term))
        return self.values[key]


def judge(
    claim: Claim, obligation: Obligation, answer: Answer, replays: Replays | None = None
) -> ClaimVerdict:
    """The verdict that the answer supports; ``replays`` may be shared between claims."""
    maker = ObligationMaker({claim.name: obligation})
    contradiction = next(_contradictions(claim, obligation, answer, replays or Replays()), "")
    if contradiction:
        return ClaimVerdict(claim, Verdict.DISAGREE, ExpectationStatus.DISAGREE, contradiction, answer, maker)
    verdict, why = _verdict(answer)
    standing, more = _standing(claim, obligation, answer, verdict)
    return ClaimVerdict(claim, verdict, standing, " ".join(filter(None, (why, more))), answer, maker)


def _verdict(answer: Answer) -> tuple[Verdict, str]:
    if answer.premises is SatStatus.UNSAT:
        return Verdict.VACUOUS, "No input satisfies the facts and the premises."
    for found in (answer.premises, answer.denied):
        if found is SatStatus.TIMEOUT:
            return Verdict.TIMEOUT, answer.reason
        if found in (SatStatus.UNKNOWN, SatStatus.NOT_QUERIED):
            return Verdict.UNKNOWN, answer.reason or "The solver gave no reason."
    return (Verdict.PROVED if answer.denied is SatStatus.UNSAT else Verdict.REFUTED), ""


def _standing(
    claim: Claim, obligation: Obligation, answer: Answer, verdict: Verdict
) -> tuple[ExpectationStatus, str]:
    if verdict not in (Verdict.PROVED, Verdict.REFUTED):
        return ExpectationStatus.UNDECIDED, ""
    expected = claim.expected
    if expected is None or expected.verdict not in (Verdict.PROVED, Verdict.REFUTED):
        return ExpectationStatus.UNDECIDED, "No expectation is declared for this claim."
    if verdict is not expected.verdict:
        return ExpectationStatus.UNEXPECTED, f"Expected was {expected.verdict.value}." + _unconfirmed(
            obligation, answer
        )
    if verdict is Verdict.PROVED:
        return ExpectationStatus.EXPECTED, ""
    if answer.stray is SatStatus.SAT:
        assert expected.witness is not None
        return ExpectationStatus.UNEXPECTED, (
            "It is refuted in another way than declared: there is a counterexample without "
            f"{prose.render_term(expected.witness)}."
        )
    if expected.witness is not None and answer.stray is not SatStatus.UNSAT:
        return (
            ExpectationStatus.UNDECIDED,
            f"Whether it is refuted only as declared is not known: {answer.reason}",
        )
    told = _unconfirmed(obligation, answer)
    return (ExpectationStatus.UNEXPECTED, told.strip()) if told else (ExpectationStatus.EXPECTED, "")


def unconfirmed_on(obligation: Obligation, answer: Answer) -> tuple[str, ...]:
    """The inputs of unknown origin on which a refutation rests; none if it is confirmed."""
    if answer.denied is not SatStatus.SAT or not obligation.loose or answer.confirmed:
        return ()
    if answer.confirmed is None and _certainly_refutes(obligation, answer.refuted):
        return ()
    matter = answer.counterexample.cube if answer.counterexample else {}
    return tuple(n for n in obligation.loose if n in matter) or obligation.loose


def _certainly_refutes(obligation: Obligation, model: Model) -> bool:
    """Whether the model refutes the claim whatever its loose inputs are."""
    loose = set(obligation.loose)

    def leaf(term: Term) -> int | None:
        return None if str(term.data) in loose else model.get(str(term.data), 0)

    return evaluate_ternary(conj(*obligation.given, ~obligation.then), leaf) == 1


def _unconfirmed(obligation: Obligation, answer: Answer) -> str:
    names = unconfirmed_on(obligation, answer)
    if not names:
        return ""
    told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f" The refutation is unconfirmed: it may rest on what is not known of {told}."


def _contradictions(claim: Claim, obligation: Obligation, answer: Answer, replays: Replays) -> Iterator[str]:
    """What the solver says of inputs and the interpreter does not."""
    if answer.claim != claim.name:
        yield f"The answer is about {answer.claim}."
    models: list[tuple[Model, list[tuple[str, Term, bool]]]] = []
    premises = [(f"the fact {f.name}", f.holds, True) for f in claim.facts]
    premises += [("the premise", g, True) for g in claim.given]
    refuting = [*premises, ("the conclusion", claim.then, False)]
    if answer.premises is SatStatus.SAT:
        models.append((answer.reached, premises))
    if answer.denied is SatStatus.SAT:
        models.append((answer.refuted, refuting))
    if answer.stray is SatStatus.SAT and claim.expected and claim.expected.witness is not None:
        models.append((answer.strayed, [*refuting, ("the expected witness", claim.expected.witness, False)]))
    if answer.example:
        models.append((answer.example.model, premises))
    if answer.counterexample:
        models.append((answer.counterexample.model, refuting))
    for model, wanted in models:
        yield from _contradicted(claim, obligation, model, wanted, replays)


def _contradicted(
    claim: Claim,
    obligation: Obligation,
    model: Model,
    wanted: Iterable[tuple[str, Term, bool]],
    replays: Replays,
) -> Iterator[str]:
    missing = [name for name in obligation.inputs if name not in model]
    if missing:
        yield f"The solver gave no value of {missing[0]}."
        return
    try:
        runs = replays.replay(claim, obligation, model)
        for what, term, value in wanted:
            if replays.holds(runs, term) is not value:
                yield (
                    f"The solver says that {what} {prose.render_term(term)} is {str(value).lower()} on an input "
                    f"on which the interpreter finds it {str(not value).lower()}: {_told(model)}."
                )
    except ProcedureError as error:
        yield f"The interpreter does not run on the solver's input ({error}): {_told(model)}."


def _told(model: Model) -> str:
    return ", ".join(f"{name} = {value:#x}" for name, value in model.items() if value) or "all inputs are 0"


def agree(first: Answer, second: Answer) -> bool:
    """Whether two answers about the same claim do not contradict each other."""
    open_ends = (SatStatus.UNKNOWN, SatStatus.TIMEOUT, SatStatus.NOT_QUERIED)
    pairs = ((first.premises, second.premises), (first.denied, second.denied), (first.stray, second.stray))
    return all(a is b or a in open_ends or b in open_ends for a, b in pairs)
