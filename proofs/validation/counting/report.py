# SPDX-License-Identifier: GPL-2.0-only
"""The numbers as text for a person, and as JSON for programs.

    schema    1
    facts     [{name, admits, admitted, excluded, needed_by: [claims]}]
    premises  [{claim, holds, exact}]

``admits`` and ``holds`` are exact fractions of all inputs, as text "3/8", or null if the diagram was too
large; where ``exact`` is false, the premises hold on at most that part.  ``admitted`` and ``excluded`` are
inputs in kernel words, or "" if there is none.

Trusted: nothing; the numbers are counted elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction

from proofs.validation.counting.counted import Counted

NOT_COUNTED = "not counted: the diagram is too large"
#: Between these, a part is told in per cent.
_FEW, _MANY = Fraction(1, 1000), Fraction(999, 1000)


def part(share: Fraction) -> str:
    """A part of all inputs: exactly where that is short, and in figures that can be felt."""
    if share in (0, 1):
        return "none" if share == 0 else "all"
    if _FEW <= share <= _MANY:
        felt = f"{_digits(share * 100)} %"
    else:
        felt = f"1 in {_digits(1 / share)}" if share < _FEW else f"all but 1 in {_digits(1 / (1 - share))}"
    exact = _exact(share)
    return f"{exact}, {felt}" if exact else f"about {felt}"


def _exact(share: Fraction) -> str:
    """The fraction, its denominator as a power of 2 if it is large; "" if it is long."""
    if share.denominator < 10**7:
        return str(share)
    exponent = share.denominator.bit_length() - 1
    short = share.numerator < 10**12 and share.denominator == 1 << exponent
    return f"{share.numerator}/2^{exponent}" if short else ""


def _digits(value: Fraction) -> str:
    """A positive number to three digits."""
    if value < 100:
        return f"{float(value):.3g}"
    if value < 10**6:
        return str(round(value))
    exponent = len(str(int(value))) - 1
    digits = str(int(value / 10 ** (exponent - 2)))
    return f"{digits[0]}.{digits[1:]}e{exponent}"


def text(facts: Sequence[Counted], premises: Sequence[Counted]) -> str:
    """The report: facts first, then theorems by subject."""
    lines = ["Of all values of the words of an assumption, what it removes:", ""]
    for each in facts:
        lines += _fact(each)
    lines += ["", "Of all inputs, those on which the premises of a theorem hold:", ""]
    width = max((len(each.name) for each in premises), default=0)
    lines += [f"{each.name:<{width}}  {_premises(each)}" for each in premises]
    counts = [each.holds is not None and each.exact for each in premises]
    lines += ["", f"{counts.count(True)} of {len(counts)} premises are counted exactly."]
    return "\n".join(lines)


def document(facts: Sequence[Counted], premises: Sequence[Counted]) -> str:
    """The JSON text."""
    data = {
        "schema": 1,
        "facts": [
            {
                "name": each.name,
                "admits": _fraction(each),
                "admitted": each.admitted,
                "excluded": each.excluded,
                "needed_by": list(each.used_by),
            }
            for each in facts
        ],
        "premises": [
            {"claim": each.name, "holds": _fraction(each), "exact": each.holds is not None and each.exact}
            for each in premises
        ],
    }
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def _fraction(each: Counted) -> str | None:
    return None if each.holds is None else str(each.holds)


def _premises(each: Counted) -> str:
    if each.holds is None:
        return NOT_COUNTED
    return part(each.holds) if each.exact else f"at most {part(each.holds)}"


def _fact(each: Counted) -> Iterator[str]:
    yield f"{each.name}: {NOT_COUNTED if each.holds is None else part(1 - each.holds)}"
    if each.holds is not None:
        yield f"    admits    {each.admitted or 'nothing'}"
        yield f"    excludes  {each.excluded or 'nothing'}"
    theorems = list(dict.fromkeys(name.partition("@")[0] for name in each.used_by))
    more = f" and {len(theorems) - 3} more" if len(theorems) > 3 else ""
    proofs = f"{len(each.used_by)} proof{'' if len(each.used_by) == 1 else 's'}"
    of = f"{proofs}, of {', '.join(theorems[:3])}{more}" if theorems else "no proof that was asked"
    yield f"    needed by {of}"
