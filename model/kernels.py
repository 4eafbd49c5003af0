# SPDX-License-Identifier: GPL-2.0-only
"""What is known of each kernel release: ``kernels.toml`` as data.

A row holds from one version on, until a row of the same release with a later ``since``.  It names
the shape that stands for the release, the theorems that are known to be refuted there with what
their witness must show and why, and a digest of each function that was read when it was learned.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

TABLE = "kernels.toml"
Number = tuple[int, int, int]


@dataclass(frozen=True)
class Refuted:
    """``witness`` is a condition in C over the words of ``model.memory`` that every witness
    satisfies; ``reason`` cites what it rests on."""

    witness: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One release, or the part of it from ``since`` on.

    ``learned`` is the point release whose functions have these ``digests`` (function -> sha256 of
    its text without white space); ``shape`` is "" where none stands for it; ``differs`` says in C
    over words on which inputs the release is known to differ from its shape ("" for none).
    """

    since: str
    learned: str
    shape: str
    differs: str
    reason: str
    refuted: Mapping[str, Refuted]
    digests: Mapping[str, str]

    @property
    def number(self) -> Number:
        return number(self.since)


class TableError(ValueError):
    """``kernels.toml`` cannot be used; the text is a whole sentence."""


def number(version: str) -> Number:
    """``6.12`` as (6, 12, 0)."""
    parts = [int(p) for p in version.split(".")[:3]]
    return (parts + [0, 0, 0])[0], (parts + [0, 0, 0])[1], (parts + [0, 0, 0])[2]


def rows() -> tuple[Row, ...]:
    """All rows, oldest first.

    Raises TableError where the file lacks something.
    """
    text = resources.files("model").joinpath(TABLE).read_text(encoding="utf-8")
    try:
        found = [_row(since, raw) for since, raw in tomllib.loads(text)["kernel"].items()]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise TableError(f"model/{TABLE} cannot be read: {error}; compare it with its other rows.") from None
    return tuple(sorted(found, key=lambda r: r.number))


def _row(since: str, raw: Mapping[str, object]) -> Row:
    refuted = raw.get("refuted", {})
    digests = raw.get("digests", {})
    assert isinstance(refuted, Mapping) and isinstance(digests, Mapping)
    return Row(
        since=since,
        learned=str(raw["learned"]),
        shape=str(raw.get("shape", "")),
        differs=str(raw.get("differs", "")),
        reason=str(raw.get("reason", "")),
        refuted={t: Refuted(str(r["witness"]), str(r["reason"])) for t, r in refuted.items()},
        digests={str(f): str(d) for f, d in digests.items()},
    )


def nearest(known: tuple[Row, ...], version: Number) -> tuple[Row, bool]:
    """The row for a version, and whether it is of the same release (major and minor)."""
    same = [r for r in known if r.number[:2] == version[:2]]
    if same:
        older = [r for r in same if r.number <= version]
        return (older or same[:1])[-1], True
    older = [r for r in known if r.number <= version]
    return (older[-1] if older else known[0]), False
