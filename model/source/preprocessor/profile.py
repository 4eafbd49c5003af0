# SPDX-License-Identifier: GPL-2.0-only
"""The configuration under which the kernel's C is read.

Either a built-in one for a page size, or one from a ``.config``.  The built-in ones are a
distribution's kernel (see ``configuration``) with arch/arm64/Kconfig's values for the page size:
48 bits of virtual and physical addresses with 4K and 16K pages, which every kernel since 5.10 can
have, hence 4 levels of page tables; 52 bits with 64K pages, as their choice of 52 bits needs
no FEAT_LPA2, hence 3 levels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from model.source.preprocessor.debian_config import (
    ARM64,
    COMPILER,
    KERNEL,
    KVM,
    MM,
    NOT_SET,
    NUMBERS,
    UNDEFINED,
)


class ProfileError(ValueError):
    """A configuration cannot be had; the text is a whole sentence for the user."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """What arch/arm64/Kconfig makes of a page size; ``contiguous`` are log2 of PTEs and of PMDs."""

    shift: int
    address_bits: int
    levels: int
    contiguous: tuple[int, int]
    shared_pmds: bool


PAGES: Mapping[str, _Pages] = {
    "4K": _Pages(12, 48, 4, (4, 4), True),
    "16K": _Pages(14, 48, 4, (7, 5), True),
    "64K": _Pages(16, 52, 3, (5, 5), False),
}
"""Page sizes of the Arm architecture.  Source: arch/arm64/Kconfig, PGTABLE_LEVELS and ARM64_CONT_*."""

FOLDED_UP_TO: Mapping[str, int] = {
    "__PAGETABLE_PMD_FOLDED": 2,
    "__PAGETABLE_PUD_FOLDED": 3,
    "__PAGETABLE_P4D_FOLDED": 4,
}
"""Levels of page tables up to which include/asm-generic/pgtable-no*.h defines the name."""

_LINE = re.compile(r"(CONFIG_\w+)=(.*)|#.*|")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Profile:
    """A configuration: which names are defined, and as what.

    ``values`` has CONFIG names and the compiler's macros.  ``undefined`` are names known not to be
    defined.  Where ``complete``, every other CONFIG name is known not to be set; else a condition
    that rests on one says so ("unlisted").
    """

    name: str
    values: Mapping[str, int | str] = field(repr=False)
    undefined: frozenset[str] = field(default=UNDEFINED, repr=False)
    complete: bool = False

    @staticmethod
    def builtin(pages: str) -> Profile:
        """The built-in configuration with "4K", "16K" or "64K" pages.  Raises ProfileError else."""
        if pages not in PAGES:
            raise ProfileError(f"{pages!r} is no page size of arm64; give one of {', '.join(PAGES)}.")
        others = [name for name in PAGES if name != pages]
        unset = [f"ARM64_{name}_PAGES" for name in others] + NOT_SET.split()
        unset += [] if PAGES[pages].address_bits == 52 else ["ARM64_VA_BITS_52", "ARM64_PA_BITS_52"]
        values: dict[str, int | str] = {}
        for group in (KVM, ARM64, MM, KERNEL):
            values |= dict.fromkeys((f"CONFIG_{name}" for name in group.split()), 1)
        values |= {**NUMBERS, **_page_values(pages)}
        undefined = frozenset(f"CONFIG_{name}" for name in unset)
        return _profile(f"arm64 with {pages} pages", values, undefined, False)

    @staticmethod
    def from_config(path: str | Path) -> Profile:
        """The configuration in a ``.config``; what it does not set is not set.

        Raises ProfileError where it cannot be read, or is not one for arm64.
        """
        values: dict[str, int | str] = {}
        for number, line in enumerate(_lines(Path(path)), 1):
            found = _LINE.fullmatch(line.strip())
            value = _value(found.group(2) or "n") if found else None
            if found is None or value is None:
                raise ProfileError(
                    f"{path}:{number}: {line.strip()[:60]!r} is not a line of a kernel .config; "
                    f"expected CONFIG_NAME=value or a comment."
                )
            if found.group(1):
                values |= _setting(found.group(1), value)
        if values.get("CONFIG_ARM64") != 1:
            raise ProfileError(f"{path}: does not set CONFIG_ARM64=y; give a .config for arm64.")
        return _profile(str(path), _with_page_shift(values), frozenset(), True)

    @property
    def page_shift(self) -> int:
        """The base-2 logarithm of the page size in bytes; 0 where the configuration has none."""
        shift = self.values.get("CONFIG_PAGE_SHIFT", 0)
        return shift if isinstance(shift, int) else 0


def _profile(
    name: str, values: Mapping[str, int | str], undefined: frozenset[str], complete: bool
) -> Profile:
    """A profile with the compiler's macros, and those for the levels of page tables."""
    levels = values.get("CONFIG_PGTABLE_LEVELS")
    folded = {word for word, top in FOLDED_UP_TO.items() if isinstance(levels, int) and levels <= top}
    return Profile(
        name,
        {**dict.fromkeys(folded, 1), **COMPILER, **values},
        UNDEFINED | undefined | (FOLDED_UP_TO.keys() - folded),
        complete,
    )


def _page_values(pages: str) -> dict[str, int]:
    """The CONFIG names that depend on the page size."""
    of = PAGES[pages]
    kilobytes = pages.removesuffix("K")
    yes = [f"ARM64_{pages}_PAGES", f"PAGE_SIZE_{kilobytes}KB", f"HAVE_PAGE_SIZE_{kilobytes}KB"]
    yes += [f"ARM64_VA_BITS_{of.address_bits}", f"ARM64_PA_BITS_{of.address_bits}"]
    yes += ["ARCH_WANT_HUGE_PMD_SHARE", "HUGETLB_PMD_PAGE_TABLE_SHARING"] if of.shared_pmds else []
    return dict.fromkeys((f"CONFIG_{name}" for name in yes), 1) | {
        "CONFIG_PAGE_SHIFT": of.shift,
        "CONFIG_ARM64_PAGE_SHIFT": of.shift,
        "CONFIG_PGTABLE_LEVELS": of.levels,
        "CONFIG_ARM64_VA_BITS": of.address_bits,
        "CONFIG_ARM64_PA_BITS": of.address_bits,
        "CONFIG_ARM64_CONT_PTE_SHIFT": of.contiguous[0],
        "CONFIG_ARM64_CONT_PMD_SHIFT": of.contiguous[1],
    }


def _lines(path: Path) -> list[str]:
    """The lines of a text file."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ProfileError(f"{path}: could not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: is not a text file; give a kernel .config.") from error
    if "\0" in text:
        raise ProfileError(f"{path}: is not a text file; give a kernel .config.")
    return text.split("\n")


def _value(text: str) -> int | str | None:
    """What stands after the ``=``: ``y``, ``m``, ``n``, a number, or a text in quotes."""
    if text in ("y", "m", "n"):
        return text
    if re.fullmatch(r"-?[0-9]{1,20}|0[xX][0-9a-fA-F]{1,16}", text):
        return int(text, 16 if text[:2].lower() == "0x" else 10)
    quoted = _TEXT.fullmatch(text)
    return f'"{quoted.group(1)}"' if quoted else None


def _setting(name: str, value: int | str) -> dict[str, int | str]:
    """What include/generated/autoconf.h would define; a module's name ends in _MODULE there."""
    if value == "n":
        return {}
    if value == "m":
        return {f"{name}_MODULE": 1}
    return {name: 1 if value == "y" else value}


def _with_page_shift(values: dict[str, int | str]) -> dict[str, int | str]:
    """The values with the page's size under both its names; kernels up to 6.8 know the first only."""
    for pages, of in PAGES.items():
        if values.get(f"CONFIG_ARM64_{pages}_PAGES") == 1:
            return {"CONFIG_ARM64_PAGE_SHIFT": of.shift, "CONFIG_PAGE_SHIFT": of.shift} | values
    return values
