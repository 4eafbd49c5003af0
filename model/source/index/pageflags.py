# SPDX-License-Identifier: GPL-2.0-only
"""Functions that the macros of include/linux/page-flags.h make, such as ``PageReserved``.

``PAGEFLAG(Reserved, reserved, PF_NO_COMPOUND)`` makes ``PageReserved()``, ``SetPageReserved()``,
``folio_test_reserved()`` and more, which thus are written nowhere.

Trusted: the two lists of macros, and that setting a flag changes nothing but what its tests answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = "include/linux/page-flags.h"

#: Macros that make tests, and those that make functions that set or clear; ``_FALSE`` after a name of
#: the first makes tests that are false, ``_FALSE`` or ``_NOOP`` after the others what does nothing.
_BOTH = ("PAGEFLAG", "__PAGEFLAG", "FOLIO_FLAG", "PAGE_TYPE_OPS", "FOLIO_TYPE_OPS")
_TESTING = ("TESTPAGEFLAG", "FOLIO_TEST_FLAG", *_BOTH)
_SETTING = (
    *_BOTH,
    *("SETPAGEFLAG", "CLEARPAGEFLAG", "__SETPAGEFLAG", "__CLEARPAGEFLAG"),
    *("FOLIO_SET_FLAG", "FOLIO_CLEAR_FLAG", "__FOLIO_SET_FLAG", "__FOLIO_CLEAR_FLAG"),
)

_CALL = re.compile(rb"^[ \t]*([A-Z_]+)\(([\w\s,]*)\)", re.MULTILINE)
_TESTS = re.compile(r"(?:Page(?=[A-Z])|folio_test_(?=[a-z]))(\w+)")
_SETS = re.compile(r"(?:__)?(?:(?:Set|Clear)Page(?=[A-Z])|folio_(?:set|clear)_(?=[a-z]))(\w+)")


@dataclass(frozen=True)
class FlagMacroCall:
    """The call of a macro that makes a function: the macro, the byte where the call begins, whether
    the function tests a flag (else it sets or clears one), and whether such a test is false."""

    macro: str
    offset: int
    is_test: bool
    is_false: bool


def find_makers(name: str, header: bytes) -> Iterator[FlagMacroCall]:
    """The macro calls that may make a function of that name, in the text of the header without comments."""
    test, setter = _TESTS.fullmatch(name), _SETS.fullmatch(name)
    found = test or setter
    if found is None:
        return
    macros = _TESTING if test else _SETTING
    for call in _CALL.finditer(header):
        macro, arguments = call.group(1).decode(), call.group(2).decode().split(",")
        plain = macro.removesuffix("_FALSE").removesuffix("_NOOP")
        if plain in macros and found.group(1) in [argument.strip() for argument in arguments]:
            yield FlagMacroCall(macro, call.start(1), test is not None, macro.endswith("_FALSE"))
