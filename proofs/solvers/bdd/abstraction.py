# SPDX-License-Identifier: GPL-2.0-only
"""Boolean abstraction: conditions as edges of a decision diagram, in which what relates several words is a free bit.

What has no assignment here is impossible: that is a proof.

Truth values, and words that are compared with constants, are bits of a decision diagram.  A comparison
of several words is taken apart where they are chosen (``c ? x : y``), and what is left, such as
``vm_start <= hva``, is one free bit, the same wherever it is written alike.  So every input stands for
one assignment of the bits, and what no assignment satisfies, no input does.  The other way round
proves nothing: a solver, or a run, has to say.

Trusted: this file, ``blast`` and ``bdd``, for whatever is shown to be impossible here.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from model.logic import BOOL, Term, compare, const, is_const, is_true, number, rebuild, same, subterms
from proofs.solvers.bdd.bdd import Bdd
from proofs.solvers.sat.bitblast import BitBlaster

COMPARISONS = frozenset({"eq", "ult", "ule", "slt", "sle"})
#: A word with more cases than this is not taken apart.
MOST = 48
#: The words that a term is, each with the edge under which it is that.
Cases = tuple[tuple[int, Term], ...]
#: A word with more bits of inputs than this is compared as a whole.
FEW = 8
#: What changes no bit but by itself.
BITWISE = frozenset(
    {"name", "const", "bvand", "bvor", "bvxor", "bvnot", "zext", "sext", "extract", "shl", "lshr"}
)
_NONE: frozenset[bytes] = frozenset()


@dataclass
class BooleanAbstraction:
    """Edges of truth values, each made once.  Raises TooLarge where the diagram does."""

    bdd: Bdd = field(default_factory=Bdd)
    edges: dict[bytes, int] = field(default_factory=dict)
    known_cases: dict[bytes, Cases] = field(default_factory=dict)
    words: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    free: dict[bytes, str] = field(default_factory=dict)
    limits: dict[bytes, list[int]] = field(default_factory=dict)
    narrow: dict[bytes, bool] = field(default_factory=dict)
    axioms: list[int] = field(default_factory=list)
    blaster: BitBlaster[int] = field(init=False)

    def __post_init__(self) -> None:
        self.blaster = BitBlaster(self.bdd)

    def truth(self, term: Term) -> int:
        """The edge of a truth value."""
        found = self.edges.get(term.key)
        if found is None:
            found = self.edges[term.key] = self._truth(term)
            self.blaster.known[term.key] = (found,)
        return found

    def _truth(self, term: Term) -> int:
        bdd = self.bdd
        match term.op:
            case "const":
                return bdd.true if is_true(term) else bdd.false
            case "not":
                return bdd.negate(self.truth(term.args[0]))
            case "and":
                return bdd.all(map(self.truth, term.args))
            case "or":
                return bdd.negate(bdd.all(bdd.negate(self.truth(a)) for a in term.args))
            case "ite":
                return bdd.choose(*map(self.truth, term.args))
            case "eq" if term.args[0].sort is BOOL:
                return bdd.negate(bdd.xor(*map(self.truth, term.args)))
            case op if op in COMPARISONS:
                return self._compare(term)
            case _:
                return self._free_bit(term)

    def _free_bit(self, term: Term) -> int:
        """The free bit that stands for a truth value."""
        text = self.free.setdefault(
            term.key, str(term.data) if term.op == "name" else f"free {len(self.free)}"
        )
        return self.bdd.variable(text, 0, BOOL)

    def _compare(self, term: Term) -> int:
        if not self._words(term):
            return self._exact(term)
        one, other = term.args
        found = self.bdd.false
        for c, x in self.cases(one):
            for d, y in self.cases(other):
                both = self.bdd.conj(c, d)
                if both != self.bdd.false:
                    found = self.bdd.disj(found, self.bdd.conj(both, self._compare_leaves(term.op, x, y)))
        return found

    def _compare_leaves(self, op: str, x: Term, y: Term) -> int:
        """The edge of a comparison of two words that are not taken apart further."""
        if x.key == y.key:
            return self.bdd.false if op in ("ult", "slt") else self.bdd.true
        flat = same(x, y) if op == "eq" else compare(op, x, y)
        if is_const(flat):
            return self.bdd.true if is_true(flat) else self.bdd.false
        return self._compare_different(op, x, y, flat)

    def _compare_different(self, op: str, x: Term, y: Term, flat: Term) -> int:
        """The edge of a comparison, which is ``flat``, of two words that differ."""
        if self._is_narrow(x) and self._is_narrow(y):
            return self._exact(flat)
        if is_const(y):
            return self._compare_with_constant(op, x, number(y))
        if is_const(x):
            return self._compare_constant_with(op, y, number(x))
        if op == "eq" and y.key < x.key:
            flat = same(y, x)
        return self._free_bit(flat)

    def _compare_with_constant(self, op: str, word: Term, value: int) -> int:
        """``word op value``, by whether the word is at most a number."""
        bdd, half = self.bdd, 1 << (word.sort.width - 1)
        if op == "eq":
            return bdd.conj(self._at_most(word, value), bdd.negate(self._at_most(word, value - 1)))
        if op in ("ult", "ule"):
            return self._at_most(word, value - (op == "ult"))
        low = self._at_most(word, value if op == "sle" else value - 1) if op == "sle" or value else bdd.false
        negative = bdd.negate(self._at_most(word, half - 1))
        return bdd.disj(low, negative) if value < half else bdd.conj(low, negative)

    def _compare_constant_with(self, op: str, word: Term, value: int) -> int:
        """``value op word``."""
        if op == "eq":
            return self._compare_with_constant(op, word, value)
        return self.bdd.negate(
            self._compare_with_constant(
                {"ult": "ule", "ule": "ult", "slt": "sle", "sle": "slt"}[op], word, value
            )
        )

    def _at_most(self, word: Term, value: int) -> int:
        """The free bit of ``word <= value``; what is at most a number is at most each greater one."""
        bdd, top = self.bdd, (1 << word.sort.width) - 1
        if value < 0 or value >= top:
            return bdd.true if value >= top else bdd.false
        limits = self.limits.setdefault(word.key, [])
        found = self._free_bit(compare("ule", word, const(value, word.sort)))
        if value not in limits:
            insort(limits, value)
            i = limits.index(value)
            for below, above in pairwise(limits[max(i - 1, 0) : i + 2]):
                edges = [self._at_most(word, each) for each in (below, above)]
                self.axioms.append(bdd.disj(bdd.negate(edges[0]), edges[1]))
        return found

    def is_possible(self, edge: int) -> bool:
        """Whether the condition is not shown to be impossible."""
        return self.assignment(edge)[0] is not None

    def assignment(self, edge: int) -> tuple[dict[int, int] | None, int]:
        """Values of levels that satisfy the edge and every axiom (None: there are none); and the edge with
        the axioms that it took to find out."""
        while edge != self.bdd.false:
            values = self.bdd.path(edge)
            broken = [axiom for axiom in self.axioms if not self.bdd.holds(axiom, values)]
            if not broken:
                return values, edge
            edge = self.bdd.all((edge, *broken))
        return None, edge

    def _is_narrow(self, leaf: Term) -> bool:
        """Whether few bits of inputs are in a word: a flag, or a field."""
        if leaf.key not in self.narrow:
            bits = None if self._words(leaf) & {b""} else self._bits(leaf)
            self.narrow[leaf.key] = bits is not None and sum(e > 1 for e in bits) <= FEW
        return self.narrow[leaf.key]

    def _bits(self, leaf: Term) -> tuple[int, ...] | None:
        """The bits of a word that has no arithmetic in it."""
        if not all(t.op in BITWISE for t in subterms(leaf)):
            return None
        return self.blaster.bits(leaf)

    def _words(self, term: Term) -> frozenset[bytes]:
        """The inputs that a word is made of, and what has no bits; not those that its conditions are of."""
        found = self.words.get(term.key)
        if found is None:
            if term.op == "const":
                found = _NONE
            elif term.op in ("name", "apply", "mul", "udiv", "urem", "sdiv", "srem"):
                # Of an operator with large diagrams nothing is known: it counts as two.
                found = frozenset((term.key, b"" if term.op != "name" else term.key))
            else:
                parts = term.args[1:] if term.op == "ite" else term.args
                found = frozenset().union(*(self._words(a) for a in parts if a.sort is not BOOL))
            self.words[term.key] = found
        return found

    def _exact(self, term: Term) -> int:
        for condition in _conditions(term):
            self.truth(condition)
        return self.blaster.truth(term)

    def cases(self, term: Term) -> Cases:
        """The word, taken apart where it is chosen."""
        found = self.known_cases.get(term.key)
        if found is None:
            found = self._cases(term)
            self.known_cases[term.key] = found = found if len(found) <= MOST else ((self.bdd.true, term),)
        return found

    def _cases(self, term: Term) -> Cases:
        if not term.args or term.op == "apply":
            return ((self.bdd.true, term),)
        if term.op == "ite":
            condition = self.truth(term.args[0])
            sides = ((condition, term.args[1]), (self.bdd.negate(condition), term.args[2]))
            return self._merge_cases(
                (self.bdd.conj(c, d), x) for c, side in sides for d, x in self.cases(side)
            )
        if any(a.sort is BOOL for a in term.args):
            return ((self.bdd.true, term),)
        partial: list[tuple[int, tuple[Term, ...]]] = [(self.bdd.true, ())]
        for arg in term.args:
            partial = [(self.bdd.conj(c, d), (*xs, x)) for c, xs in partial for d, x in self.cases(arg)]
            partial = [each for each in partial if each[0] != self.bdd.false]
            if len(partial) > MOST:
                return ((self.bdd.true, term),)
        return self._merge_cases((c, rebuild(term, xs)) for c, xs in partial)

    def _merge_cases(self, cases: Iterable[tuple[int, Term]]) -> Cases:
        """The possible ones, each word once."""
        words: dict[bytes, Term] = {}
        edges: dict[bytes, int] = {}
        for edge, word in cases:
            if edge != self.bdd.false:
                words[word.key] = word
                edges[word.key] = self.bdd.disj(edges.get(word.key, self.bdd.false), edge)
        return tuple((edges[key], word) for key, word in words.items())


def _conditions(word: Term) -> Iterable[Term]:
    """The truth values below a word, or a comparison, that it depends on directly."""
    seen: set[bytes] = set()
    todo = list(word.args)
    while todo:
        term = todo.pop()
        if term.key not in seen:
            seen.add(term.key)
            if term.sort is BOOL:
                yield term
            else:
                todo += term.args
