# SPDX-License-Identifier: GPL-2.0-only
"""Rendering of terms as text that reads like C."""

from __future__ import annotations

from model.logic.node import Node
from model.logic.sorts import BOOL

_INFIX = {
    "and": "&&", "or": "||", "eq": "==", "ult": "<", "ule": "<=", "slt": "<s", "sle": "<=s",
    "add": "+", "sub": "-", "mul": "*", "udiv": "/", "urem": "%", "sdiv": "/s", "srem": "%s",
    "bvand": "&", "bvor": "|", "bvxor": "^", "shl": "<<", "lshr": ">>", "ashr": ">>s",
}  # fmt: skip


def show(term: Node) -> str:
    """The term as C would write it, as near as C can."""
    if term.op == "const":
        if term.sort is BOOL:
            return "true" if term.data else "false"
        assert isinstance(term.data, int)
        return str(term.data) if term.data < 1024 else hex(term.data)
    if term.op in ("name", "place"):
        return str(term.data)
    parts = [show(a) for a in term.args]
    if term.op == "not":
        return _negated(term.args[0], parts[0])
    if term.op == "apply":
        return f"{term.data}({', '.join(parts)})"
    if term.op in _INFIX:
        return f" {_INFIX[term.op]} ".join(_wrapped(a, p) for a, p in zip(term.args, parts, strict=True))
    if term.op == "ite":
        return " ".join((_wrapped(term.args[0], parts[0]), "?", parts[1], ":", parts[2]))
    if term.op == "extract":
        return f"{_wrapped(term.args[0], parts[0])}[{':'.join(map(str, term.data))}]"  # type: ignore[arg-type]
    if term.op == "bvnot":
        return f"~{_wrapped(term.args[0], parts[0])}"
    return parts[0]  # zext, sext: C converts without a word


def _negated(inner: Node, text: str) -> str:
    if inner.op == "eq":
        left, right = inner.args
        return f"{_wrapped(left, show(left))} != {_wrapped(right, show(right))}"
    return f"!{_wrapped(inner, text)}"


def _wrapped(term: Node, text: str) -> str:
    return f"({text})" if term.op in _INFIX or term.op == "ite" else text
