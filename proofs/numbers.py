# SPDX-License-Identifier: GPL-2.0-only
"""How much does an assumption leave out, and how rare is what a theorem speaks of?  In exact numbers.

Of each fact: which part of all values of its words it removes, one value that it admits and one that it
excludes, and the proofs that need it.  Of each theorem: on which part of all inputs its premises hold.
All words are taken to be independent and uniform, which nothing real is: a number says how strong a
condition is, not how often it occurs.

Trusted: ``proofs.engines.bdd`` and ``blast``, for the numbers; examples are evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from counterexamples.render import prose
from counterexamples.witness import Value
from model.logic import Sort, Term, conj, const, free_names, substitute, subterms, value_of
from proofs.claim import Claim
from proofs.engines.bdd import Bdd, TooLarge, Variable
from proofs.engines.blast import Blaster
from proofs.obligation import Obligation

#: Nodes of a diagram above which nothing is counted.
NODES = 150_000
#: The same of premises, of which there are many.
NODES_OF_PREMISES = 10_000


@dataclass(frozen=True)
class Counted:
    """A fact or the premises of a theorem: the part of all inputs on which it holds (None: the diagram
    is too large to count; at most on it if that is not ``exact``), and an input on which it holds, and does
    not, as text ("" if there is none)."""

    name: str
    holds: Fraction | None
    admitted: str = ""
    excluded: str = ""
    used_by: tuple[str, ...] = ()
    exact: bool = True


def order(term: Term) -> Iterator[Variable]:
    """An order of the bits of a condition: truth values, then groups of words that are compared or added,
    from their highest bits down and side by side.  What is related is then near each other."""
    names = dict(sorted(free_names(term).items()))
    yield from ((text, 0) for text, sort in names.items() if not sort.width)
    for group in _groups(term):
        for bit in reversed(range(max(names[text].width for text in group))):
            yield from ((text, bit) for text in group if bit < names[text].width)


def _groups(term: Term) -> list[list[str]]:
    """The words of a condition by name, those together that stand in one comparison."""
    groups: list[set[str]] = []
    for each in subterms(term):
        if each.op in ("eq", "ult", "ule", "slt", "sle") and each.args[0].sort.width:
            joined = _words(each)
            for group in [g for g in groups if g & joined]:
                groups.remove(group)
                joined |= group
            if joined:
                groups.append(joined)
    return [sorted(group) for group in groups]


def _words(comparison: Term) -> set[str]:
    """The words that a comparison is of, without those of the conditions in it."""
    found: set[str] = set()
    seen: set[bytes] = set()
    todo = list(comparison.args)
    while todo:
        term = todo.pop()
        if term.key in seen or not term.sort.width:
            continue
        seen.add(term.key)
        if term.op == "name":
            found.add(str(term.data))
        todo += term.args
    return found


def counted(name: str, term: Term, constants: Mapping[str, int], used_by: tuple[str, ...] = ()) -> Counted:
    """The numbers of a condition over words."""
    meant = _with_constants(term, constants)
    names = dict(sorted(free_names(meant).items()))
    bdd = Bdd(order(meant), NODES)
    try:
        edge = Blaster(bdd).truth(meant)
        share = bdd.share(edge)
    except (TooLarge, RecursionError, ValueError):
        return Counted(name, None, used_by=used_by)
    texts = []
    for side, wanted in ((edge, True), (bdd.negate(edge), False)):
        text = ""
        if side != bdd.false:
            model = _model(bdd.some(side), names)
            if bool(value_of(meant, lambda leaf: model[str(leaf.data)], _no_call)) is not wanted:  # noqa: B023
                raise ValueError(f"The diagram of {name} and its meaning differ on {model}.")
            text = told(model, names, constants)
        texts.append(text)
    return Counted(name, share, texts[0], texts[1], used_by)


def of_facts(claims: Sequence[Claim], used: Mapping[str, Sequence[int]]) -> list[Counted]:
    """The numbers of all facts that are offered to the claims, in their order; ``used`` are the facts
    (by position) that the proof of each claim needs, by its name."""
    users: dict[str, list[str]] = {}
    first: dict[str, Claim] = {}
    for claim in claims:
        for i, fact in enumerate(claim.facts):
            first.setdefault(fact.name, claim)
            if i in used.get(claim.name, ()):
                users.setdefault(fact.name, []).append(claim.name)
    found = []
    for name, claim in first.items():
        fact = next(f for f in claim.facts if f.name == name)
        constants = next(iter(claim.subjects.values())).constants
        found.append(counted(name, fact.holds, constants, tuple(users.get(name, ()))))
    return found


def of_premises(pairs: Iterable[tuple[Claim, Obligation]]) -> list[Counted]:
    """The part of all inputs on which the premises of each claim hold; claims with the same premises
    about the same procedures are counted once."""
    known: dict[tuple[object, ...], tuple[Fraction | None, bool]] = {}
    found = []
    for claim, obligation in pairs:
        key = (conj(*obligation.given).key, obligation.procedures)
        if key not in known:
            known[key] = _most(obligation.given)
        holds, exact = known[key]
        found.append(Counted(claim.name, holds, exact=exact))
    return found


def _most(premises: Sequence[Term]) -> tuple[Fraction | None, bool]:
    """On which part of all inputs all premises hold, and whether that is exact: it is too much where some
    are left out, whose diagrams are too large."""
    kept: list[Term] = []
    share: Fraction | None = None
    for term in premises:
        found = _share(conj(*kept, term))
        if found is not None:
            kept.append(term)
            share = found
    return share, len(kept) == len(premises)


def _share(term: Term) -> Fraction | None:
    bdd = Bdd(order(term), NODES_OF_PREMISES)
    try:
        return bdd.share(Blaster(bdd).truth(term))
    except (TooLarge, RecursionError, ValueError):
        return None


def _no_call(term: Term, _: list[int]) -> int:
    raise ValueError(f"{term.data} is an application.")


def _with_constants(term: Term, constants: Mapping[str, int]) -> Term:
    def leaf(t: Term) -> Term:
        text = str(t.data)
        return const(constants[text], t.sort) if text in constants else t

    return substitute(term, leaf)


def _model(bits: Mapping[Variable, int], names: Mapping[str, Sort]) -> dict[str, int]:
    model = dict.fromkeys(names, 0)
    for (text, bit), value in bits.items():
        model[text] |= value << bit
    return model


def told(model: Mapping[str, int], names: Mapping[str, Sort], constants: Mapping[str, int]) -> str:
    """An input in kernel words; what is not told is 0 or false."""
    values = [Value(n, names[n].width, v, v, n) for n, v in model.items() if v]
    return ", ".join(prose.value_text(v, constants) for v in values) or "all words are 0"


NOT_COUNTED = "not counted: the diagram is too large"


# Text ------------------------------------------------------------------------------------------
def part(share: Fraction) -> str:
    """A part of all inputs: exactly, and as 1 in N, N to three digits."""
    if share in (0, 1):
        return "none" if share == 0 else "all"
    if share > Fraction(1, 2):
        return f"all but {part(1 - share)}"
    if share.numerator == 1 and share.denominator < 10**7:
        return f"1 in {share.denominator}"
    exact = str(share) if share.denominator < 10**7 else _power(share)
    return f"{exact}, 1 in {_digits(1 / share)}"


def _power(share: Fraction) -> str:
    """A part whose denominator, a power of 2, is large."""
    exponent = share.denominator.bit_length() - 1
    digits = str(share.numerator)
    return f"{digits if len(digits) <= 12 else f'{share.numerator:#x}'}/2^{exponent}"


def _digits(value: Fraction) -> str:
    """A number, at least 1, to three digits."""
    if value < 100:
        return f"{float(value):.3g}"
    if value < 10**6:
        return str(round(value))
    exponent = len(str(int(value))) - 1
    digits = str(int(value / 10 ** (exponent - 2)))
    return f"{digits[0]}.{digits[1:]}e{exponent}"


def text(facts: Sequence[Counted], premises: Sequence[Counted]) -> str:
    """The report: facts first, then theorems by subject."""
    lines = ["Of all values of the words of an assumption, what it removes:", ""]
    for each in facts:
        lines += _fact(each)
    lines += ["", "Of all inputs, those on which the premises of a theorem hold:", ""]
    width = max((len(each.name) for each in premises), default=0)
    lines += [f"{each.name:<{width}}  {_premises(each)}" for each in premises]
    return "\n".join(lines)


def _premises(each: Counted) -> str:
    if each.holds is None:
        return NOT_COUNTED
    return part(each.holds) if each.exact else f"at most {part(each.holds)}"


def _fact(each: Counted) -> Iterator[str]:
    shown = NOT_COUNTED if each.holds is None else part(1 - each.holds)
    yield f"{each.name}: {shown}"
    if each.holds is not None:
        yield f"    admits    {each.admitted or 'nothing'}"
        yield f"    excludes  {each.excluded or 'nothing'}"
    theorems = list(dict.fromkeys(name.partition("@")[0] for name in each.used_by))
    more = f" and {len(theorems) - 3} more" if len(theorems) > 3 else ""
    proofs = f"{len(each.used_by)} proof{'' if len(each.used_by) == 1 else 's'}"
    of = f"{proofs}, of {', '.join(theorems[:3])}{more}" if theorems else "no proof that was asked"
    yield f"    needed by {of}"
