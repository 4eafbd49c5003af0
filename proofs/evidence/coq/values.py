# SPDX-License-Identifier: GPL-2.0-only
"""Terms as values in Gallina, numbered, each with its text and the node that makes it.

A value has a number, its text, and the node of ``Check.v`` that makes it of other values.
Trusted: the texts are the statement that is proved, and are there to be read; that a node fits its
text is checked by Coq.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from model.logic import BOOL, Term, number, subterms

_TRUTHS = {"ult": ("Below", "below"), "ule": ("At_most", "at_most"), "eq": ("Same", "same")}
_SIGNED = {"slt": ("Below", "signed_below"), "sle": ("At_most", "signed_at_most")}
_WORDS = {"bvand": ("Land", "N.land"), "bvor": ("Lor", "N.lor"), "bvxor": ("Lxor", "N.lxor")}
_ARITHMETIC = {"add": ("Plus", "plus"), "sub": ("Minus", "minus")}
_SHIFTS = {"shl": ("Left", "shifted_left"), "lshr": ("Right", "shifted_right")}

#: Shifts by a word: what they are called, and in Stages.v their stages and what says that they are those.
_SHIFTS_BY = {
    "shl": ("shifted_left_by", "left_stage", "left_by_stages"),
    "lshr": ("shifted_right_by", "right_stage", "right_by_stages"),
}


class NotCovered(Exception):  # noqa: N818  # an outcome, as the door prints it
    """A theorem is not stated in Gallina, or no certificate was found; the text says why."""


@dataclass(frozen=True)
class GallinaValue:
    """``node`` is the constructor, empty for what may be anything; ``args`` are numbers of values, and ``data`` are
    plain numbers: those before the arguments and those behind them.  ``proof`` is why the value is what its
    node says, empty where Coq sees it by computing."""

    text: str
    truth: bool
    node: str = ""
    args: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    behind: tuple[int, ...] = ()
    proof: str = ""


@dataclass
class GallinaValues:
    """The values of terms, numbered from 1.  ``names`` are how inputs are called, by their names, and
    ``given`` the definitions that a term gets by its key; ``opaque`` are the functions that were written
    without a node."""

    names: Mapping[str, str]
    given: Mapping[bytes, str]
    definitions: list[tuple[str, bool, str]] = field(default_factory=list)
    all: list[GallinaValue] = field(default_factory=list)
    numbers: dict[GallinaValue, int] = field(default_factory=dict)
    known: dict[bytes, int] = field(default_factory=dict)
    opaque: set[str] = field(default_factory=set)

    def define(self, roots: Iterable[Term]) -> None:
        """The values below the roots; what is used more than once, or has a name, is defined."""
        top = list(roots)
        uses: dict[bytes, int] = {}
        for term in subterms(*top):
            for arg in term.args:
                uses[arg.key] = uses.get(arg.key, 0) + 1
        for term in subterms(*top):
            if term.key not in self.known:
                made = self.make(term)
                name = self.given.get(term.key, "")
                if term.args and (name or (uses.get(term.key, 0) > 1 and term.op != "not")):
                    made = self.define_as(made, name or f"v{len(self.definitions) + 1}")
                self.known[term.key] = made

    def define_as(self, made: int, name: str) -> int:
        """From here on the value is written as a definition of that name."""
        value = self.all[made - 1]
        self.definitions.append((name, value.truth, value.text))
        return self.add(replace(value, text=f"({name} i)"))

    def add(self, value: GallinaValue) -> int:
        if value not in self.numbers:
            self.all.append(value)
            self.numbers[value] = len(self.all)
        return self.numbers[value]

    def text(self, k: int) -> str:
        return self.all[k - 1].text

    def make(self, term: Term) -> int:
        """The value of one term, those of its arguments being known."""
        args = tuple(self.known[a.key] for a in term.args)
        texts = [self.text(a) for a in args]
        if term.op == "name":
            return self.add(GallinaValue(f"({self.names[str(term.data)]} i)", term.sort is BOOL))
        if term.op == "const":
            return self.constant(number(term), term.sort is BOOL)
        if term.sort is BOOL:
            return self.truth(term, args, texts)
        return self.word(term, args, texts)

    def constant(self, value: int, truth: bool) -> int:
        if truth:
            text = "true" if value else "false"
            return self.add(GallinaValue(text, True, f"Truth {text}"))
        text = str(value) if value < 1024 else hex(value)
        return self.add(GallinaValue(text, False, "Number", (), (value,)))

    def truth(self, term: Term, args: tuple[int, ...], texts: list[str]) -> int:
        width = term.args[0].sort.width
        match term.op:
            case "not":
                return self.add(GallinaValue(f"(negb {texts[0]})", True, "Not", args))
            case "and" | "or":
                return self.join(term.op, args)
            case "ite":
                return self.add(GallinaValue("(if {} then {} else {})".format(*texts), True, "If", args))
            case "eq" if width == 0:
                return self.add(GallinaValue("(eqb {} {})".format(*texts), True, "Iff", args))
        if term.op in _TRUTHS:
            node, function = _TRUTHS[term.op]
            return self.add(
                GallinaValue(f"({function} {width} {texts[0]} {texts[1]})", True, node, args, (width,))
            )
        if term.op in _SIGNED:
            node, function = _SIGNED[term.op]
            flipped = tuple(
                self.add(
                    GallinaValue(f"(sign_flipped {width} {self.text(a)})", False, "Flip", (a,), (width,))
                )
                for a in args
            )
            return self.add(
                GallinaValue(f"({function} {width} {texts[0]} {texts[1]})", True, node, flipped, (width,))
            )
        raise NotCovered(f"{term.op} has no text in Gallina here")

    def join(self, op: str, args: tuple[int, ...]) -> int:
        node, sign = ("And", "&&") if op == "and" else ("Or", "||")
        made = args[0]
        for other in args[1:]:
            left = self.text(made)
            if made != args[0]:
                left = left[1:-1]
            made = self.add(GallinaValue(f"({left} {sign} {self.text(other)})", True, node, (made, other)))
        return made

    def word(self, term: Term, args: tuple[int, ...], texts: list[str]) -> int:
        width, op = term.sort.width, term.op
        if op == "ite":
            return self.add(GallinaValue("(if {} then {} else {})".format(*texts), False, "Choose", args))
        if op in _WORDS:
            node, function = _WORDS[op]
            return self.add(GallinaValue(f"({function} {texts[0]} {texts[1]})", False, node, args))
        if op in _ARITHMETIC:
            node, function = _ARITHMETIC[op]
            return self.add(
                GallinaValue(f"({function} {width} {texts[0]} {texts[1]})", False, node, args, (width,))
            )
        if op == "bvnot":
            return self.add(GallinaValue(f"(complement {width} {texts[0]})", False, "Lnot", args, (width,)))
        if op in ("shl", "lshr", "mul"):
            return self.shift(term, args, texts)
        return self.resize(term, args, texts)

    def shift(self, term: Term, args: tuple[int, ...], texts: list[str]) -> int:
        """A shift; a product with a power of two is written as one, too."""
        width, op, by = term.sort.width, term.op, term.args[1]
        if op == "mul" and by.op != "const":
            by, args, texts = term.args[0], args[::-1], texts[::-1]
        distance = number(by) if by.op == "const" else -1
        if op == "mul":
            if distance < 1 or distance & (distance - 1):
                return self.product(width, args, distance)
            op, distance = "shl", distance.bit_length() - 1
        if not 0 <= distance < width:
            return self.shift_by_word(width, op, args)
        return self.shift_by_constant(width, op, args[0], distance)

    def shift_by_constant(self, width: int, op: str, a: int, distance: int) -> int:
        """A shift by a constant."""
        node, function = _SHIFTS[op]
        text = f"({function} {width} {self.text(a)} {distance})"
        return self.add(GallinaValue(text, False, node, (a,), (width,), (distance,)))

    def shift_by_word(self, width: int, op: str, args: tuple[int, ...]) -> int:
        """A shift by a word: in stages, each by the weight of one of its bits, and 0 where it is too far."""
        function, stage, proof = _SHIFTS_BY[op]
        a, b = args
        operands = f"{width} {self.text(a)} {self.text(b)}"
        made = self.add(GallinaValue(f"(Stages.{stage} {operands} 0)", False, "Word", (a,), (width,)))
        for i in range((width - 1).bit_length()):
            is_set, moved = self.is_set(b, i), self.shift_by_constant(width, op, made, 1 << i)
            text = f"(Stages.{stage} {operands} {i + 1})"
            made = self.add(GallinaValue(text, False, "Choose", (is_set, moved, made)))
        limit, none = self.constant(width, truth=False), self.constant(0, truth=False)
        text = f"(below {width} {self.text(b)} {self.text(limit)})"
        fits = self.add(GallinaValue(text, True, "Below", (b, limit), (width,)))
        because = f"(f_equal W (Stages.{proof} {operands}))"
        return self.add(
            GallinaValue(f"({function} {operands})", False, "Choose", (fits, made, none), proof=because)
        )

    def is_set(self, word: int, bit: int) -> int:
        """Whether a bit of a word is set."""
        text, one = f"(bits {bit} {bit} {self.text(word)})", self.constant(1, truth=False)
        alone = self.add(GallinaValue(text, False, "Bits", (word,), (bit, bit)))
        return self.add(GallinaValue(f"(same 1 {text} {self.text(one)})", True, "Same", (alone, one), (1,)))

    def product(self, width: int, args: tuple[int, ...], factor: int) -> int:
        """A product with a constant: the sum of shifts by the places of its bits.  Of one with a word
        (``factor`` is -1) nothing is known."""
        a, b = args
        operands = f"{width} {self.text(a)} {self.text(b)}"
        if factor < 0:
            self.opaque.add("times")
            return self.add(GallinaValue(f"(times {operands})", False))
        value = self.all[self.constant(0, truth=False) - 1]
        for i in (i for i in range(factor.bit_length()) if factor >> i & 1):
            parts = (self.add(value), self.shift_by_constant(width, "shl", a, i))
            text = f"(Stages.times_stage {operands} {i + 1})"
            value = GallinaValue(text, False, "Plus", parts, (width,))
        because = f"(f_equal W (Stages.times_by_stages {operands}))"
        return self.add(replace(value, text=f"(times {operands})", proof=because))

    def resize(self, term: Term, args: tuple[int, ...], texts: list[str]) -> int:
        width, op = term.sort.width, term.op
        if op == "extract":
            assert isinstance(term.data, tuple)
            high, low = term.data
            return self.add(GallinaValue(f"(bits {high} {low} {texts[0]})", False, "Bits", args, (high, low)))
        narrow = term.args[0].sort.width if term.args else 0
        if op == "zext":
            return self.add(GallinaValue(f"(word {narrow} {texts[0]})", False, "Word", args, (narrow,)))
        if op == "sext":
            text = f"(sign_extended {narrow} {width} {texts[0]})"
            return self.add(GallinaValue(text, False, "Sign", args, (narrow, width)))
        raise NotCovered(f"the operator {op} has no node in Check.v")


#: What the text of a theorem itself says, and words of Gallina.
_RESERVED = frozenset(
    """as at cofix else end exists fix for forall fun if in let match mod return then where with Prop Set Type
    Definition Fixpoint Lemma Theorem Proof Qed Record
    i I N T W A B V M Leaf Node true false bool list positive tree step node inputs get made made_app check certified
    eq_refl conj negb eqb word same below at_most sign_flipped signed_below signed_at_most plus minus
    complement shifted_left shifted_right bits sign_extended times shifted_left_by
    shifted_right_by f_equal Packed Stages Integers codes PrimInt63 Truth Number Not And Or Iff If
    Choose Land Lor Lxor Lnot Same Below At_most Flip Plus Minus Left Right Word Bits Sign
    values nodes steps hypotheses accepted as_the_nodes_say theorem""".split()  # noqa: SIM905  # reads better
)

#: What the text of a theorem itself calls by a number: definitions without a name, and parts of its proof.
_NUMBERED = re.compile(r"(v|nodes_|made_)\d+", re.ASCII)


def identifiers(texts: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """An identifier of Gallina for each text, no two alike."""
    used, found = set(taken) | _RESERVED, {}
    for text in texts:
        plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "x"
        plain = f"x_{plain}" if not plain[0].isalpha() or _NUMBERED.fullmatch(plain) else plain
        chosen, count = plain[:60], 1
        while chosen in used:
            count += 1
            chosen = f"{plain[:60]}_{count}"
        used.add(chosen)
        found[text] = chosen
    return found
