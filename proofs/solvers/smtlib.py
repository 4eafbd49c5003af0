# SPDX-License-Identifier: GPL-2.0-only
"""Obligations as SMT-LIB 2 text (logic QF_BV): what a solver is given, and what a reader can check.

One text holds the definitions that the claims of a batch share; ``render_claim`` is the text of one
claim alone, to which any solver of QF_BV answers ``unsat`` if the claim is proved.

Trusted: this file and ``model.logic.smt_text``, for whatever is PROVED.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from model.logic import Term, conj, subterms
from model.logic.smt_text import Writer, comment, sort_text, symbol
from proofs.solvers.obligation import Obligation

#: In the text of one claim: what stands before the denied conclusion, and the question at the end.
DENIED, CHECK = "; not the conclusion\n", "(check-sat)\n"


def roots_of(obligation: Obligation) -> list[Term]:
    """All terms of an obligation."""
    last = [] if obligation.witness is None else [obligation.witness]
    facts = (fact.holds for fact in obligation.facts)
    return [*obligation.background, *facts, *obligation.given, obligation.then, *last]


def write_definitions(obligations: Sequence[Obligation]) -> Writer:
    """The definitions of a batch of obligations; raises SortError if a name has two sorts."""
    writer = Writer()
    for obligation in obligations:
        writer.declare(obligation.inputs)
    writer.share(root for obligation in obligations for root in roots_of(obligation))
    return writer


def define_instance(function: str, obligation: Obligation) -> str:
    """The definition of ``function``: given values of the loose inputs, whether the facts exclude
    the input or it refutes the claim.  The other inputs are free."""
    facts = conj(*obligation.background, *(fact.holds for fact in obligation.facts))
    refuted = facts >> conj(*obligation.given, ~obligation.then)
    loose = [(n, obligation.inputs[n]) for n in obligation.loose]
    parameters = " ".join(f"({symbol(n)} {sort_text(s)})" for n, s in loose)
    writer = Writer()
    lets: list[str] = []
    body = ""
    for term in subterms(refuted):
        writer.known[term.key] = body = writer.write(term)
        if term.args:
            text = f"u{len(lets)}"
            lets.append(f"(let (({text} {body})) ")
            writer.known[term.key] = body = text
    return f"(define-fun {function} ({parameters}) Bool {''.join(lets)}{body}{')' * len(lets)})"


def render_claim(obligation: Obligation) -> str:
    """The text of one claim alone: ``unsat`` is PROVED.

    Facts and premises are named assertions, so that a solver can be asked for those it used.
    """
    writer = Writer()
    writer.declare({n: obligation.inputs[n] for n in sorted(obligation.inputs)})
    proof_roots = [t for t in roots_of(obligation) if t is not obligation.witness]
    writer.share(proof_roots)
    parts = [
        comment(f"{obligation.claim}\n{obligation.says}\nunsat: proved. sat: the model refutes it."),
        "(set-logic QF_BV)\n",
        *(line + "\n" for line in writer.lines),
    ]
    for term in obligation.background:
        parts.append(f"; equal arguments give equal values\n(assert {writer.known[term.key]})\n")
    for fact in obligation.facts:
        told = comment(f"fact: {fact.says}\nsource: {fact.source}")
        parts.append(told + _name_assertion(writer.known[fact.holds.key], f"fact {fact.name}"))
    for count, term in enumerate(obligation.given, 1):
        parts.append(_name_assertion(writer.known[term.key], f"premise {count}"))
    parts.append(DENIED + _name_assertion(f"(not {writer.known[obligation.then.key]})", "denied"))
    return "".join(parts) + CHECK


def file_name(claim: str) -> str:
    """The name of a claim as that of its file."""
    return re.sub(r"[^\w@.+-]", ".", claim) + ".smt2"


def _name_assertion(body: str, label: str) -> str:
    return f"(assert (! {body} :named {symbol(label)}))\n"


# Answers -------------------------------------------------------------------------------------
_TOKEN = re.compile(r'\|[^|]*\||"[^"]*"|[()]|[^\s()|"]+')

_LITERAL = re.compile(r"\(not\s+\|[^|]*\|\)|\(not\s+[^\s()|]+\)|\|[^|]*\||[^\s()|]+")


def _tokens(text: str) -> Iterator[str]:
    yield from _TOKEN.findall(text)


def read_values(answer: str) -> dict[str, int]:
    """The answer to get-value of names: ``((name value) ...)``.

    Raises ValueError for anything else.
    """
    tokens = [t for t in _tokens(answer) if t not in "()"]
    if len(tokens) % 2:
        raise ValueError(f"The solver's values cannot be read: {answer[:200]}")
    return {tokens[i].strip("|"): _number(tokens[i + 1]) for i in range(0, len(tokens), 2)}


def read_literals(answer: str) -> list[str]:
    """The answer to get-unsat-assumptions: names, and ``(not NAME)``, as they were assumed."""
    return [" ".join(literal.split()) for literal in _LITERAL.findall(answer.strip()[1:-1])]


def _number(text: str) -> int:
    if text in ("true", "false"):
        return int(text == "true")
    if text[:2] in ("#x", "#b"):
        return int(text[2:], 16 if text[1] == "x" else 2)
    raise ValueError(f"{text} is not a value of a truth value or word.")
