# SPDX-License-Identifier: GPL-2.0-only
"""The macros of the generated header asm/sysreg-defs.h.

A build makes that header from arch/arm64/tools/sysreg by gen-sysreg.awk beside it.  No build is run
here: the macros of fields and of the values that fields may have are derived in the same way.

Source: arch/arm64/tools/gen-sysreg.awk.  Trusted: that a tree's script defines fields as that of
v6.0 to v7.3 does.  What the file says in another way is not defined, which ends in "unsupported".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Where the fields of the system registers are listed, since v5.19.
SYSREG = "arch/arm64/tools/sysreg"

_BITS = re.compile(r"(\d{1,2})(?::(\d{1,2}))?")
_VALUE = re.compile(r"0b[01]+")
_WORD = re.compile(r"\w+")
_MASKS = {"Res0": "RES0", "Res1": "RES1", "Unkn": "UNKN"}
_ENUMS = {"Enum": "", "SignedEnum": "true", "UnsignedEnum": "false"}


@dataclass
class _Register:
    """The register whose lines are read: its name, the prefix of what it defines, the field ``valued``
    by what follows, and the masks of its reserved bits so far."""

    name: str
    prefix: str = ""
    valued: str = ""
    masks: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_MASKS.values(), "UL(0)"))

    def reserved_macros(self) -> Iterator[tuple[str, str]]:
        """The macros of its reserved bits."""
        return ((f"{self.prefix}{self.name}_{mask}", f"({text})") for mask, text in self.masks.items())


def render_header(sysreg: bytes) -> tuple[bytes, tuple[int, ...]]:
    """The header's text, and for each of its lines the line of ``sysreg``, from 1, that it is from."""
    made, lines = [], []
    for number, name, value in _macros(sysreg.decode("utf-8", "replace")):
        made.append(f"#define {name} {value}\n")
        lines.append(number)
    return "".join(made).encode(), tuple(lines)


def _macros(text: str) -> Iterator[tuple[int, str, str]]:
    """The line, name and body of each macro."""
    register = _Register("")
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        register, found = _parse_statement(register, words)
        for name, value in found:
            yield number, name, value


def _parse_statement(register: _Register, words: list[str]) -> tuple[_Register, list[tuple[str, str]]]:
    """The register that one statement leaves at hand, and what the statement defines."""
    match words:
        case ["Sysreg", name, *encoding] if len(encoding) == 5:
            return _Register(name), _encoding(name, encoding)
        case ["SysregFields", name]:
            return _Register(name), []
        case ["Prefix", prefix]:
            return _Register(register.name, f"{prefix}_"), []
        case ["EndPrefix"]:
            return _Register(register.name), list(register.reserved_macros())
        case ["Fields" | "Mapping", _]:  # only newer scripts give such a register masks of its own
            register.masks = {}
        case ["EndSysreg" | "EndSysregFields"]:
            return _Register(""), list(register.reserved_macros())
        case ["EndEnum"]:
            register.valued = ""
        case [("Res0" | "Res1" | "Unkn") as kind, bits] if _BITS.fullmatch(bits):
            high, low = _range(bits)
            register.masks[_MASKS[kind]] += f" | GENMASK_ULL({high}, {low})"
        case [("Field" | "Enum" | "SignedEnum" | "UnsignedEnum") as kind, bits, name]:
            if _BITS.fullmatch(bits) and _WORD.fullmatch(name):
                register.valued = name if kind in _ENUMS else ""
                return register, _field(register, name, bits, _ENUMS.get(kind, ""))
        case [value, name] if register.valued and _VALUE.fullmatch(value) and _WORD.fullmatch(name):
            return register, [(f"{register.prefix}{register.name}_{register.valued}_{name}", f"UL({value})")]
    return register, []


def _encoding(name: str, encoding: list[str]) -> list[tuple[str, str]]:
    """How the register is named in an instruction."""
    op0, op1, crn, crm, op2 = encoding
    parts = zip(("Op0", "Op1", "CRn", "CRm", "Op2"), encoding, strict=True)
    whole = [
        (f"REG_{name}", f"S{op0}_{op1}_C{crn}_C{crm}_{op2}"),
        (f"SYS_{name}", f"sys_reg({', '.join(encoding)})"),
    ]
    return whole + [(f"SYS_{name}_{part}", number) for part, number in parts]


def _field(register: _Register, name: str, bits: str, signed: str) -> list[tuple[str, str]]:
    """The mask of a field under two names, where it begins, how wide it is, and whether it has a sign."""
    high, low = _range(bits)
    macro, mask = f"{register.prefix}{register.name}_{name}", f"GENMASK({high}, {low})"
    found = [(macro, mask), (f"{macro}_MASK", mask), (f"{macro}_SHIFT", f"{low}")]
    found.append((f"{macro}_WIDTH", f"{high - low + 1}"))
    return found + ([(f"{macro}_SIGNED", signed)] if signed else [])


def _range(bits: str) -> tuple[int, int]:
    """The highest and the lowest bit of ``15:8`` or ``3``."""
    high, _, low = bits.partition(":")
    return int(high), int(low or high)
