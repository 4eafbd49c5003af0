# SPDX-License-Identifier: GPL-2.0-only
"""The obligations of a subject as one SMT-LIB 2 text, for people and for any solver of QF_BV.

What the claims share is defined once; each claim is a block from ``(push 1)`` to ``(pop 1)``, to which
``unsat`` is PROVED and ``sat`` is REFUTED.

Trusted: the table of operators in ``proofs.solvers.smtlib``, by whoever reads this text instead of the terms.
"""

from __future__ import annotations

from collections.abc import Iterator

from model.logic import Term, free_names
from model.logic.smt_text import Writer, comment, symbol
from proofs.evidence.checker.stored import Obligations, StoredClaim


def text(obligations: Obligations) -> str:
    """The text; raises SortError if an input's name cannot be written in SMT-LIB."""
    writer = Writer()
    roots = [obligations.terms[fact.holds] for fact in obligations.facts]
    roots += [t for c in obligations.claims for t in (*obligations.premises(c), obligations.conclusion(c))]
    names = free_names(*roots)
    writer.declare({name: names[name] for name in sorted(names)})
    writer.share(roots)
    parts = [
        comment(f"{obligations.subject}\nunsat: proved. sat: the model refutes it."),
        "(set-logic QF_BV)\n",
    ]
    parts += [line + "\n" for line in writer.lines]
    labels = [symbol(_plain(f"fact {i} {fact.name}")) for i, fact in enumerate(obligations.facts)]
    for fact, label in zip(obligations.facts, labels, strict=True):
        term = obligations.terms[fact.holds]
        parts.append("\n" + comment(f"fact: {fact.says}\nsource: {fact.source}"))
        parts.append(f"(define-fun {label} () Bool {_written(writer, term)})\n")
    for claim in obligations.claims:
        parts += _claim(obligations, claim, writer, labels)
    return "".join(parts)


def _claim(obligations: Obligations, claim: StoredClaim, writer: Writer, labels: list[str]) -> Iterator[str]:
    terms = obligations.terms
    yield "\n" + comment(f"{claim.name}\n{claim.says}") + "(push 1)\n"
    if claim.loose:
        yield comment(f"stands for something unknown: {', '.join(claim.loose)}")
    for position in claim.background:
        yield f"; equal arguments give equal values\n(assert {_written(writer, terms[position])})\n"
    yield from (f"(assert {labels[position]})\n" for position in claim.facts)
    for part in claim.given:
        yield comment(f"premise: {part.reads}") + f"(assert {_written(writer, terms[part.holds])})\n"
    told = comment(f"not the conclusion: {claim.then.reads}")
    yield f"{told}(assert (not {_written(writer, terms[claim.then.holds])}))\n(check-sat)\n(pop 1)\n"


def _written(writer: Writer, term: Term) -> str:
    return writer.known[term.key]


def _plain(name: str) -> str:
    """The name without what a symbol cannot have."""
    return "".join(c if c.isascii() and c.isprintable() and c not in "|\\" else "." for c in name)
