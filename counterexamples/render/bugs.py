# SPDX-License-Identifier: GPL-2.0-only
"""What became of the mistakes of the past that were re-created, as text, table and JSON.

Pure string building; everything is in the order in which the mistakes are written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from counterexamples.bugs.bug import Bug, OnC, OnShape
from counterexamples.render import as_json, prose, trace
from counterexamples.render.diff import render_diff
from counterexamples.reproducer.program import reproducer
from counterexamples.scenarios.reach import NOT_APPLICABLE, Reach
from counterexamples.witness import Witness


class State(Enum):
    """What became of a mistake that was re-created."""

    FOUND = "found"
    MISSED = "missed"
    OTHERWISE = "found otherwise"
    UNDECIDED = "undecided"
    DISAGREE = "disagree"
    NOT_RUN = "not run"


#: What happened only if somebody is to look at it.
TROUBLE = (State.MISSED, State.OTHERWISE, State.UNDECIDED, State.DISAGREE)


@dataclass(frozen=True)
class Account:
    """A mistake and what became of it.  ``kernel`` is the release whose C was edited, "" for a shape;
    ``says`` is the theorem; ``why`` is a sentence, "" if it was found as declared.
    ``counterpart`` is its counterexample in the kernel's shape, ``reach`` says how a program gets to the
    witness, ``changed`` is the table of what the mistake changed for pages like it ("" if that is no
    attribute), ``kinds`` how many kinds of counterexamples there are."""

    name: str
    bug: Bug
    state: State
    kernel: str = ""
    says: str = ""
    why: str = ""
    witness: Witness | None = None
    reach: Reach = NOT_APPLICABLE
    changed: str = ""
    kinds: str = ""
    counterpart: str = ""


def describe_place(account: Account) -> str:
    """Where the mistake was made."""
    where = account.bug.where
    if not isinstance(where, OnC):
        return f"the shape {where.procedure.name}"
    release = account.kernel or " or ".join(where.releases)
    return f"{where.target}() of {release}"


def render_account(account: Account) -> str:
    """All that there is to tell of one mistake."""
    bug = account.bug
    lines = [
        account.name,
        *prose.paragraph("Once,", bug.says),
        *prose.paragraph("see", ", ".join(bug.cites)),
        *prose.paragraph("made in", describe_place(account)),
        *prose.paragraph("refutes", bug.refutes),
    ]
    if account.witness is not None:
        lines.append(prose.render_counterexample(account.witness, account.says))
    if account.state is State.FOUND:
        lines += prose.paragraph("Always,", f"in every counterexample: {prose.render_term(bug.witness)}.")
        lines += prose.paragraph("So,", f"{bug.harm.called}. {bug.harm.says} ({bug.harm.source})")
        lines += _reached(account.reach)
        if account.kinds:
            lines += prose.paragraph("Kinds", account.kinds)
        if account.changed:
            lines += [
                *prose.paragraph("Changed", "here (the row of the counterexample has a >):"),
                account.changed,
            ]
    else:
        lines += prose.paragraph("But", f"{account.state.value}: {account.why}")
    if account.witness is not None:
        lines.append(trace.render_trace(account.witness))
        if "\n" in account.counterpart:
            lines += [*prose.paragraph("Shape", "the right one, beside the bug:"), account.counterpart]
        elif account.counterpart:
            lines += prose.paragraph("Shape", account.counterpart)
        if isinstance(bug.where, OnShape):
            lines += [
                *prose.paragraph("Bug", f"{bug.where.right.name} (-) and what is made of it (+):"),
                render_diff(bug.where.right, bug.where.procedure),
            ]
    return "\n".join(lines)


def _reached(reach: Reach) -> list[str]:
    """Who gets there, the first in full."""
    if reach.why:
        return prose.paragraph("Reached", f"by no known program. {reach.why}")
    if not reach.scenarios:
        return []
    first, *others = reach.scenarios
    told = f"by {first.name}: {first.call}; it takes {first.takes} ({first.source})."
    if others:
        told += f" Also by {'; '.join(each.name for each in others)}."
    done, _ = render_program(reach)
    return prose.paragraph(
        "Reached", told + (f" With --out, repro.c gets the page of {done}." if done else "")
    )


def render_program(reach: Reach) -> tuple[str, str]:
    """The first scenario that a plain program can do, and that program; "" if there is none."""
    texts = ((each.name, reproducer(each)) for each in reach.scenarios)
    return next(((name, text) for name, text in texts if text is not None), ("", ""))


def render_table(accounts: Sequence[Account]) -> str:
    """One line for each mistake."""
    rows = [("bug", "see", "refutes", "so", "")]
    rows += [(a.name, a.bug.cites[0], a.bug.refutes, a.bug.harm.called, a.state.value) for a in accounts]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def render_listing(bugs: Mapping[str, Bug]) -> str:
    """The mistakes, with what re-creates them; nothing is proved."""
    told = [Account(name, bug, State.NOT_RUN) for name, bug in bugs.items()]
    return "\n".join(
        "\n".join(
            [
                each.name,
                *prose.paragraph(
                    "", f"{each.bug.says} ({', '.join(each.bug.cites)}; {describe_place(each)})"
                ),
            ]
        )
        for each in told
    )


def render_troubles(accounts: Sequence[Account]) -> str:
    """What is to be looked at, a line each."""
    return "\n".join(f"{a.name}: {a.state.value}: {a.why}" for a in accounts if a.state in TROUBLE)


def render_summary(accounts: Sequence[Account]) -> str:
    """The last line: how many mistakes, and what became of them."""
    counts = Counter(account.state for account in accounts)
    told = ", ".join(f"{counts[state]} {state.value}" for state in State if counts[state])
    reasons = dict.fromkeys(a.why for a in accounts if a.state is State.NOT_RUN)
    one = "1 bug" if len(accounts) == 1 else f"{len(accounts)} bugs"
    return " ".join([f"{one}: {told}.", *(f"Not run: {reason}" for reason in reasons)])


def render_document(accounts: Sequence[Account]) -> str:
    """The JSON text: a list of mistakes, keys sorted, without times."""
    return as_json.render_json(
        {"schema": 1, "summary": render_summary(accounts), "mistakes": [_data(a) for a in accounts]}
    )


def render_files(account: Account) -> Mapping[str, str]:
    """What is kept of a mistake that was found, by the names of the files."""
    kept = {
        "witness.json": as_json.render_json(_data(account)),
        "counterexample.txt": render_account(account) + "\n",
    }
    _, repro = render_program(account.reach)
    return {**kept, "repro.c": repro} if repro else kept


def _data(account: Account) -> dict[str, Any]:
    bug = account.bug
    return {
        "name": account.name,
        "says": bug.says,
        "cites": list(bug.cites),
        "made_in": describe_place(account),
        "theorem": bug.refutes,
        "theorem_says": account.says,
        "witness_must_satisfy": prose.render_term(bug.witness),
        "harm": bug.harm.called,
        "reached_by": [each.name for each in account.reach.scenarios],
        "reached_by_none_because": account.reach.why,
        "state": account.state.value,
        "why": account.why,
        "counterexample": as_json.witness_data(account.witness),
    }
