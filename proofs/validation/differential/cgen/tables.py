# SPDX-License-Identifier: GPL-2.0-only
"""The tables of the program that runs both sides: inputs, places, sinks, resources, numbers to draw."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from model.logic import subterms
from model.program.procedure import Procedure
from model.source.kernel import Kernel
from proofs.validation.differential.cgen.procedure import Interface, terms_of
from proofs.validation.differential.cgen.wiring import Wiring


def tables(
    kernel: Kernel, shared: Interface, wiring: Wiring, capabilities: Collection[str], apart: Collection[str]
) -> str:
    """The C of all tables; ``capabilities`` are inputs, ``apart`` the places and sinks not compared."""
    names = list(shared.inputs)
    rows = []
    for text, sort in shared.inputs.items():
        base = re.sub(r"#\d+\Z", "", text)
        at = list(wiring.objects).index(text) if text in wiring.objects else -1
        kind = "XC_SCALAR" if at < 0 else "XC_POINTER"
        alike = names.index(base) if base != text and base in names else -1
        rows.append(f"{{{quoted(text)}, {sort.width}, {kind}, {at}, {alike}, {int(text in capabilities)}}}")
    values = [int(path not in apart) for path in shared.seen]
    sinks = [int(sink not in apart) for sink in shared.sinks]
    numbers = sorted(
        {c for c in _constants(kernel.procedure) if c > 1} | set(kernel.procedure.constants.values())
    )
    resources = [
        p for p in kernel.lowered.front.objects.counters if not re.search(r"\) (taken|given back)", p)
    ]
    return "\n".join([
        _table("const struct xc_input xc_inputs[XC_INPUTS + 1]", rows),
        _table("const xc_word xc_constants[]", [f"{n}UL" for n in numbers]),
        f"const int xc_constants_count = {len(numbers)};",
        _table("const int xc_compared[XC_VALUES + 1]", map(str, values)),
        _table("const int xc_compared_sinks[XC_SINKS + 1]", map(str, sinks)),
        _table("const char *const xc_values[XC_VALUES + 1]", map(quoted, shared.seen)),
        _table("const char *const xc_sinks[XC_SINKS + 1]", map(quoted, shared.sinks)),
        _table("struct xc_resource xc_resources[]", [*(f"{{{quoted(r)}}}" for r in resources), "{0}"]),
        "unsigned char xc_branches[2 * XC_BRANCHES + 2];\n",
    ])  # fmt: skip


def _constants(procedure: Procedure) -> set[int]:
    """The numbers that stand in the procedure."""
    return {
        t.data
        for root in terms_of(procedure)
        for t in subterms(root)
        if t.op == "const" and isinstance(t.data, int)
    }


def _table(head: str, rows: Iterable[str]) -> str:
    return f"{head} = {{\n" + "".join(f"\t{row},\n" for row in rows) + "};\n"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
