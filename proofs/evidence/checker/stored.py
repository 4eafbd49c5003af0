# SPDX-License-Identifier: GPL-2.0-only
"""The stored obligations of a subject: terms as a list, claims that point into it, and the same as SMT-LIB text.

``obligations.json`` has, in this order:

    format   2
    subject  what the claims are about
    terms    [operator, width, data, [positions of arguments]]; width 0 is a truth value, and what a
             term is made of comes before it.  Operators and data are those of ``model.logic``.
    facts    {name, says, source, holds}: what may be assumed; ``holds`` is a position
    claims   {name, says, background, facts, given, then, loose}: positions of terms, of facts, for what
             is given and concluded {reads, holds}, and names of inputs that stand for something unknown

PROVED is: no input satisfies background, facts and given and not ``then``.

``obligations.smt2`` is the same as one text for people and for any solver of QF_BV: what the claims share is
defined once; each claim is a block from ``(push 1)`` to ``(pop 1)``, to which ``unsat`` is PROVED and ``sat`` is
REFUTED.

Trusted: this file, and by whoever reads the text instead of the terms ``model.logic.smt_text``.  Whatever is in
the file and not well-formed raises DamagedError.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from model.logic import BOOL, BitVec, Sort, SortError, Term, free_names
from model.logic.smt_text import Writer, comment, symbol

FORMAT = 2

#: Bits of the widest word, how many terms there are, and how deep they are, at most.
WIDEST, MOST_TERMS, DEEPEST = 128, 200_000, 5_000

#: Operators by the sorts of their arguments: truth values, words of the result's width, or words
#: of one width of which a truth value is said.
_OF_TRUTHS: Mapping[str, int | None] = {"not": 1, "and": None, "or": None}
_OF_WORDS = {"bvnot": 1} | dict.fromkeys(
    ("add", "sub", "mul", "udiv", "urem", "sdiv", "srem", "bvand", "bvor", "bvxor", "shl", "lshr", "ashr"), 2
)
_COMPARED = ("ult", "ule", "slt", "sle")


class DamagedError(ValueError):
    """A file is not as this tool writes it; a whole sentence."""


@dataclass(frozen=True)
class StoredFact:
    """As in ``model.facts.assumed``, in terms of the inputs."""

    name: str
    says: str
    source: str
    holds: int


@dataclass(frozen=True)
class StoredTerm:
    """A premise or a conclusion; ``reads`` is how it was stated, in kernel words."""

    reads: str
    holds: int


@dataclass(frozen=True)
class StoredClaim:
    """One obligation; numbers are positions.  A counterexample should not rest on the ``loose`` inputs."""

    name: str
    says: str
    background: tuple[int, ...]
    facts: tuple[int, ...]
    given: tuple[StoredTerm, ...]
    then: StoredTerm
    loose: tuple[str, ...] = ()


@dataclass(frozen=True)
class Obligations:
    """All that is stored of one subject."""

    subject: str
    terms: tuple[Term, ...]
    facts: tuple[StoredFact, ...]
    claims: tuple[StoredClaim, ...]

    def premises(self, claim: StoredClaim, facts: Iterable[int] | None = None) -> list[Term]:
        """What is assumed when the conclusion is asked about: with all facts, or with these alone."""
        assumed = [self.facts[i].holds for i in (claim.facts if facts is None else facts)]
        places = [*claim.background, *assumed, *(each.holds for each in claim.given)]
        return [self.terms[i] for i in places]

    def conclusion(self, claim: StoredClaim) -> Term:
        return self.terms[claim.then.holds]


# Writing -----------------------------------------------------------------------------------------
def write(each: Obligations) -> str:
    """The text of ``obligations.json``: a line for each term, fact and claim."""
    place = {term.key: i for i, term in enumerate(each.terms)}
    terms = [[t.op, t.sort.width, _data(t), [place[a.key] for a in t.args]] for t in each.terms]
    head = [f'"format": {FORMAT}', f'"subject": {json.dumps(each.subject)}']
    lists: dict[str, list[Any]] = {
        "terms": terms,
        "facts": list(map(vars, each.facts)),
        "claims": list(each.claims),
    }
    for name, rows in lists.items():
        body = ",\n".join(json.dumps(row, default=vars, separators=(",", ":")) for row in rows)
        head.append(f'"{name}": [\n{body}\n]')
    return "{" + ",\n".join(head) + "}\n"


def _data(term: Term) -> Any:
    if term.op in ("const", "name"):
        return term.data
    return list(term.data) if isinstance(term.data, tuple) else None


# SMT-LIB ---------------------------------------------------------------------------------------
def write_smt2(obligations: Obligations) -> str:
    """The text of ``obligations.smt2``, for people and for any solver of QF_BV.

    Raises SortError if an input's name cannot be written in SMT-LIB.
    """
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
        parts.append(f"(define-fun {label} () Bool {writer.known[term.key]})\n")
    for claim in obligations.claims:
        parts += _smt2_of_claim(obligations, claim, writer, labels)
    return "".join(parts)


def _smt2_of_claim(
    obligations: Obligations, claim: StoredClaim, writer: Writer, labels: list[str]
) -> Iterator[str]:
    terms = obligations.terms
    yield "\n" + comment(f"{claim.name}\n{claim.says}") + "(push 1)\n"
    if claim.loose:
        yield comment(f"stands for something unknown: {', '.join(claim.loose)}")
    for position in claim.background:
        yield f"; equal arguments give equal values\n(assert {writer.known[terms[position].key]})\n"
    yield from (f"(assert {labels[position]})\n" for position in claim.facts)
    for part in claim.given:
        yield comment(f"premise: {part.reads}") + f"(assert {writer.known[terms[part.holds].key]})\n"
    denied = comment(f"not the conclusion: {claim.then.reads}")
    yield f"{denied}(assert (not {writer.known[terms[claim.then.holds].key]}))\n(check-sat)\n(pop 1)\n"


def _plain(name: str) -> str:
    """The name without what a symbol cannot have."""
    return "".join(c if c.isascii() and c.isprintable() and c not in "|\\" else "." for c in name)


# Reading -----------------------------------------------------------------------------------------
def load_json(text: str) -> Any:
    """The value of JSON text; raises DamagedError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"It is not JSON that can be read: {str(error)[:100]}.") from None


def read(text: str) -> Obligations:
    """The inverse of ``write``.  Raises DamagedError."""
    data = load_json(text)
    fields(data, ("format", "subject", "terms", "facts", "claims"), "The file")
    if data["format"] != FORMAT or isinstance(data["format"], bool):
        _reject(f"Its format is {str(data['format'])[:20]}, and this tool reads {FORMAT}")
    terms = _terms(a_list(data["terms"], "terms"))
    facts = tuple(_fact(row, terms) for row in a_list(data["facts"], "facts"))
    claims = tuple(_claim(row, terms, len(facts)) for row in a_list(data["claims"], "claims"))
    if len({claim.name for claim in claims}) != len(claims):
        _reject("Two claims have the same name")
    return Obligations(a_text(data["subject"], "subject"), terms, facts, claims)


def _terms(rows: Sequence[Any]) -> tuple[Term, ...]:
    if len(rows) > MOST_TERMS:
        _reject(f"It has more than {MOST_TERMS} terms")
    made: list[Term] = []
    depth: list[int] = []
    names: dict[str, Sort] = {}
    for number, row in enumerate(rows):
        try:
            op, width, data, args = row
            term = _term(op, _sort(width), data, tuple([made[place(i, number)] for i in args]))
        except (ValueError, TypeError, DamagedError):
            raise DamagedError(f"Term {number} is not well-formed: {json.dumps(row)[:100]}.") from None
        if term.op == "name" and names.setdefault(str(term.data), term.sort) != term.sort:
            _reject(f"{term.data} has two sorts")
        depth.append(1 + max((depth[i] for i in args), default=0))
        if depth[-1] > DEEPEST:
            _reject(f"Its terms are nested more than {DEEPEST} deep")
        made.append(term)
    return tuple(made)


def _sort(width: Any) -> Sort:
    if type(width) is not int or not 0 <= width <= WIDEST:
        raise SortError("No such width.")
    return BitVec(width) if width else BOOL


def _term(op: Any, sort: Sort, data: Any, args: tuple[Term, ...]) -> Term:
    """The term as it is written, without any simplification; raises SortError if there is none."""
    if not is_well_sorted(op, sort, data, [a.sort for a in args]):
        raise SortError("No such term.")
    return Term(op, sort, args, tuple(data) if isinstance(data, list) else 0 if data is None else data)


def is_well_sorted(op: Any, sort: Sort, data: Any, args: Sequence[Sort]) -> bool:
    """Whether there is a term of this operator, sort and data on arguments of these sorts."""
    if op == "const":
        return not args and type(data) is int and 0 <= data < 1 << max(sort.width, 1)
    if op == "name":
        return not args and isinstance(data, str)
    if op == "extract":
        if not (isinstance(data, list) and len(data) == 2 and all(type(n) is int for n in data)):
            return False
        return (
            len(args) == 1 and 0 <= data[1] <= data[0] < args[0].width and sort.width == data[0] - data[1] + 1
        )
    if data is not None:
        return False
    if op in _OF_TRUTHS:
        return {sort, *args} == {BOOL} and len(args) == (_OF_TRUTHS[op] or max(len(args), 1))
    if op in _OF_WORDS:
        return sort != BOOL and len(args) == _OF_WORDS[op] and {sort, *args} == {sort}
    if op in _COMPARED or op == "eq":
        return sort == BOOL and len(args) == 2 and args[0] == args[1] and (op == "eq" or args[0] != BOOL)
    if op == "ite":
        return len(args) == 3 and args[0] == BOOL and args[1] == args[2] == sort
    return op in ("zext", "sext") and len(args) == 1 and 0 < args[0].width <= sort.width


def _fact(row: Any, terms: Sequence[Term]) -> StoredFact:
    fields(row, ("name", "says", "source", "holds"), "A fact")
    name, says, source = (a_text(row[key], key) for key in ("name", "says", "source"))
    return StoredFact(name, says, source, truth(row["holds"], terms))


def _claim(row: Any, terms: Sequence[Term], facts: int) -> StoredClaim:
    fields(row, ("name", "says", "background", "facts", "given", "then", "loose"), "A claim")
    return StoredClaim(
        a_text(row["name"], "name"),
        a_text(row["says"], "says"),
        tuple(truth(i, terms) for i in a_list(row["background"], "background")),
        tuple(place(i, facts) for i in a_list(row["facts"], "facts")),
        tuple(_part(each, terms) for each in a_list(row["given"], "given")),
        _part(row["then"], terms),
        tuple(a_text(each, "name") for each in a_list(row["loose"], "loose inputs")),
    )


def _part(row: Any, terms: Sequence[Term]) -> StoredTerm:
    fields(row, ("reads", "holds"), "A premise")
    return StoredTerm(a_text(row["reads"], "reads"), truth(row["holds"], terms))


# What values have to be; each raises DamagedError ---------------------------------------------------
def _reject(what: str) -> NoReturn:
    raise DamagedError(f"{what}.")


def fields(value: Any, names: Iterable[str], what: str) -> None:
    """The value has these fields and no others."""
    if not isinstance(value, dict) or set(value) != set(names):
        _reject(f"{what} has not exactly the fields {', '.join(names)}")


def a_list(value: Any, what: str) -> list[Any]:
    return value if isinstance(value, list) else _reject(f"Its {what} are not a list")


def a_text(value: Any, what: str) -> str:
    return value if isinstance(value, str) else _reject(f"A {what} is not a text")


def place(value: Any, count: int) -> int:
    """A position in a list of that length."""
    if type(value) is not int or not 0 <= value < count:
        _reject(f"{str(value)[:20]} is not a position below {count}")
    return value


def truth(value: Any, terms: Sequence[Term]) -> int:
    """The position of a truth value."""
    if terms[place(value, len(terms))].sort != BOOL:
        _reject(f"Term {value} is not a truth value")
    return int(value)
