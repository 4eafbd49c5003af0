# SPDX-License-Identifier: GPL-2.0-only
"""What is known of each kernel release: ``kernels.toml`` as data.

A release's row holds from one version on, until a row of the same release with a later ``since``.
Beside the rows stand the theorems that are known to fail in some of them, with what their witness
must show and why, and those whose premises never occur there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

FILE = "kernels.toml"
Number = tuple[int, int, int]


class TableError(ValueError):
    """``kernels.toml`` cannot be used; the text is a whole sentence."""


@dataclass(frozen=True)
class Release:
    """One release, or the part of it from ``since`` on.

    ``learned`` is the point release whose functions have these ``digests`` (function -> sha256 of
    its text without white space); ``shape`` is "" where none stands for it.
    """

    since: str
    learned: str
    shape: str
    digests: Mapping[str, str]

    @property
    def number(self) -> Number:
        return parse_version(self.since)


@dataclass(frozen=True)
class KnownResult:
    """What is known of a theorem ``within`` some releases (their ``since``).

    If ``witness`` is not "", it is refuted there, and every witness satisfies that condition in C
    over the words of ``model.vocabulary.memory`` and of the target; else its premises never occur.  ``reason``
    cites why.  ``target`` is the function that it is asked of; "" where the theorem leaves no choice,
    and for user_mem_abort() among the fault paths.
    """

    theorem: str
    within: tuple[str, ...]
    reason: str
    witness: str = ""
    target: str = ""


@dataclass(frozen=True)
class KernelTable:
    """The whole file."""

    releases: tuple[Release, ...]
    known: tuple[KnownResult, ...]

    def of(self, theorem: str, release: Release, target: str = "") -> KnownResult | None:
        """What is known of the theorem in that release; None if it is to be proved."""
        at = theorem, target
        found = (k for k in self.known if (k.theorem, k.target) == at and release.since in k.within)
        return next(found, None)

    def nearest(self, version: Number) -> tuple[Release, bool]:
        """The row for a version, and whether it is one of the same release (major and minor)."""
        same = [r for r in self.releases if r.number[:2] == version[:2]]
        older = [r for r in same or self.releases if r.number <= version]
        return (older[-1] if older else (same or self.releases)[0]), bool(same)


def parse_version(version: str) -> Number:
    """``6.12`` as (6, 12, 0)."""
    major, minor, point = ([int(part) for part in version.split(".")] + [0, 0])[:3]
    return major, minor, point


def load_kernel_table() -> KernelTable:
    """The table.

    Raises TableError where it lacks something or contradicts itself.
    """
    text = resources.files("model").joinpath(FILE).read_text(encoding="utf-8")
    return parse_kernel_table(text)


def parse_kernel_table(text: str) -> KernelTable:
    """A table from TOML text.  Raises TableError as ``load_kernel_table`` does."""
    try:
        raw = tomllib.loads(text)
        releases = [_release(since, row) for since, row in raw["kernel"].items()]
        known = [_known(row, "witness") for row in raw.get("refuted", [])]
        known += [_known(row) for row in raw.get("never", [])]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise TableError(f"model/{FILE} cannot be read: {error!r}; compare it with its other rows.") from None
    _check(releases, known)
    return KernelTable(tuple(sorted(releases, key=lambda r: r.number)), tuple(known))


def _release(since: str, row: Mapping[str, object]) -> Release:
    digests = row.get("digests", {})
    if not isinstance(digests, Mapping):
        raise TypeError(f"digests of {since}")
    return Release(
        since, str(row["learned"]), str(row.get("shape", "")), {str(f): str(d) for f, d in digests.items()}
    )


def _known(row: Mapping[str, object], *more: str) -> KnownResult:
    within = row["in"]
    if not isinstance(within, list):
        raise TypeError(f"`in` of {row['theorem']}")
    wanted = {key: str(row[key]) for key in more}
    target = str(row.get("target", ""))
    return KnownResult(
        str(row["theorem"]), tuple(map(str, within)), str(row["reason"]), target=target, **wanted
    )


def _check(releases: list[Release], known: list[KnownResult]) -> None:
    names = {release.since for release in releases}
    seen: set[tuple[str, str, str]] = set()
    for each in known:
        for since in each.within:
            if since not in names:
                raise TableError(f"model/{FILE}: {each.theorem} names the release {since}, which has no row.")
            if (each.theorem, each.target, since) in seen:
                raise TableError(f"model/{FILE}: {each.theorem} is told twice of {since}; keep one.")
            seen.add((each.theorem, each.target, since))
