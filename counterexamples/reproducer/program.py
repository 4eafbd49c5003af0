# SPDX-License-Identifier: GPL-2.0-only
"""A self-contained C program that gets to the page of a scenario and tells what KVM made of it.

Pure string building: the same text every time.  What it prints is the Test Anything Protocol of the
kernel's selftests; where /dev/kvm, a device or a privilege is missing, the plan is 1..0 with a
reason, and the exit code 4.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from counterexamples.reproducer.body import BODY
from counterexamples.reproducer.frame import HEAD, MAIN
from counterexamples.reproducer.guest import VECTOR, Access, array, instructions
from counterexamples.reproducer.mappings import MAPPINGS, Mapped
from counterexamples.scenarios.scenario import Scenario


def reproducer(scenario: Scenario) -> str | None:
    """The text of the program; None if the scenario takes more than a plain program has."""
    mapped = MAPPINGS.get(scenario.name)
    if mapped is None:
        return None
    checks = list(_checks(mapped))
    asked = [f"\t{how}({holds}, checks[{i}]);\n" for i, (_, how, holds) in enumerate(checks) if i]
    parts = {
        "ABOUT": _about(scenario, mapped),
        "INCLUDES": "".join(f"#include <{header}>\n" for header in mapped.headers),
        "CALL": _plain(scenario.call),
        "MAP": textwrap.indent(mapped.body, "\t", lambda line: bool(line.strip())),
        "NAMES": "\n".join(f'\t"{name}",' for name, *_ in checks),
        "COUNT": str(len(mapped.usage.split())),
        "USAGE": f"give {mapped.usage}" if mapped.usage else "there are no arguments",
        "BEFORE": "\tuint32_t before;\n" if mapped.memory else "",
        "READ": "\tbefore = (uint32_t)*page;\n" if mapped.memory else "",
        "CHECKS": "".join(asked),
    }
    arrays = array("guest", instructions(mapped.accesses)) + "\n" + array("vector", VECTOR)
    text = HEAD + arrays + BODY + MAIN
    for name, value in parts.items():
        text = text.replace(f"@{name}@", value)
    return text


def _plain(text: str) -> str:
    """Without what would end or begin a comment of C."""
    return text.replace("/*/", "/DDDD:BB:DD.F/")


def _checks(mapped: Mapped) -> Iterator[tuple[str, str, str]]:
    """What is asked, the C function that tells the result, and the condition; the first is asked before
    the guest runs."""
    yield "KVM_SET_USER_MEMORY_REGION answers 0 or -EINVAL", "result", ""
    yield "KVM_RUN does not fail where the memslot was accepted", "result", "seen.run_errno == 0"
    if mapped.memory:
        yield "the guest reads what the host reads", "result", "reached(READ) && seen.value[READ] == before"
    if mapped.normal:
        yield "an unaligned load works, as of Normal memory", "unaligned", "reached(UNALIGNED)"
    else:
        yield "an unaligned load faults, as of Device memory", "unaligned", "seen.esr[UNALIGNED] != 0"
    if Access.WRITE in mapped.accesses:
        wrote = "((volatile uint32_t *)page)[2] == GUEST_WROTE"
        yield "the host reads what the guest wrote", "result", f"reached(WRITE) && {wrote}"
    if Access.FETCH in mapped.accesses:
        yield "the guest runs what it wrote", "result", "reached(FETCH)"


def _about(scenario: Scenario, mapped: Mapped) -> str:
    called = "The program takes no arguments."
    if mapped.usage:
        called = f"The program takes {mapped.usage}."
    if not mapped.memory:
        called += " The guest only reads, which may be more than some registers bear."
    told = (
        f"{scenario.name}: {scenario.call}.",
        f"The page is of this class: {scenario.page}. It takes {scenario.takes}. "
        f"See {scenario.source.rstrip('.')}.",
        "A guest of a few instructions uses the page, and what it and KVM answer is printed as TAP. "
        + called,
    )
    lines = [line for text in told for line in (*textwrap.wrap(_plain(text), 76, break_on_hyphens=False), "")]
    return "\n".join(f" * {line}".rstrip() for line in lines[:-1])
