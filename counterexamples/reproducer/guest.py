# SPDX-License-Identifier: GPL-2.0-only
"""The guest of a reproducer: A64 instructions, hand-assembled, that read, write and run at a page.

x1 is the address of the page, x2 that of a page without memory: a store to it ends KVM_RUN with
KVM_EXIT_MMIO, and its offset says which step it reports.  The guest runs with its MMU on and takes the page
for Normal memory, so that what is seen of the memory type is stage 2's: an unaligned load is a
fault on Device memory.

Trusted: nothing; a test assembles the comments and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Access(Enum):
    """What the guest does to the page: ``report`` is the offset of its report.  PROBE is an unaligned
    load of what its own tables make Device: where that is no fault (in some emulators), UNALIGNED tells
    nothing."""

    READ = 0
    UNALIGNED = 8
    WRITE = 16
    FETCH = 24
    PROBE = 48

    @property
    def report(self) -> int:
        """In bytes."""
        return self.value


@dataclass(frozen=True)
class Instruction:
    """Its encoding, and the same as the assembler takes it."""

    word: int
    text: str


def _code(*lines: tuple[int, str]) -> tuple[Instruction, ...]:
    return tuple(Instruction(word, text) for word, text in lines)


CODE: dict[Access, tuple[Instruction, ...]] = {
    Access.PROBE: _code((0xB8441040, "ldur w0, [x2, #65]"), (0xF9001840, "str x0, [x2, #48]")),
    Access.READ: _code((0xB9400020, "ldr w0, [x1]"), (0xF9000040, "str x0, [x2]")),
    Access.UNALIGNED: _code((0xB8401020, "ldur w0, [x1, #1]"), (0xF9000440, "str x0, [x2, #8]")),
    Access.WRITE: _code(
        (0x528B5FC0, "mov w0, #0x5afe"),
        (0xB9000820, "str w0, [x1, #8]"),
        (0xB9400820, "ldr w0, [x1, #8]"),
        (0xF9000840, "str x0, [x2, #16]"),
    ),
    Access.FETCH: _code(
        (0x52807800, "mov w0, #0x3c0"),
        (0x72BACBE0, "movk w0, #0xd65f, lsl #16"),  # ret
        (0x91004023, "add x3, x1, #16"),
        (0xB9000060, "str w0, [x3]"),
        (0xD50B7B23, "dc cvau, x3"),
        (0xD5033B9F, "dsb ish"),
        (0xD50B7523, "ic ivau, x3"),
        (0xD5033B9F, "dsb ish"),
        (0xD5033FDF, "isb"),
        (0xD63F0060, "blr x3"),
        (0xF9000C43, "str x3, [x2, #24]"),
    ),
}
END = _code((0xF900105F, "str xzr, [x2, #32]"), (0x14000000, "b ."))
#: A synchronous exception: its ESR_EL1 is reported, and the instruction passed over.
VECTOR = _code(
    (0xD5385204, "mrs x4, esr_el1"),
    (0xF9001444, "str x4, [x2, #40]"),
    (0xD5384024, "mrs x4, elr_el1"),
    (0x91001084, "add x4, x4, #4"),
    (0xD5184024, "msr elr_el1, x4"),
    (0xD69F03E0, "eret"),
)


def instructions(accesses: tuple[Access, ...]) -> tuple[Instruction, ...]:
    """What the guest runs, the end included."""
    return (*(each for access in accesses for each in CODE[access]), *END)


def array(name: str, code: tuple[Instruction, ...]) -> str:
    """The instructions as a C array."""
    lines = "".join(f"\t{each.word:#010x}, /* {each.text} */\n" for each in code)
    return f"static const uint32_t {name}[] = {{\n{lines}}};\n"
