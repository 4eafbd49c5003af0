# SPDX-License-Identifier: GPL-2.0-only
"""A stand-in for Debian's tools and archive, and kernel trees as small as can be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.source.trees.apt import Package, Unavailable
from model.source.trees.debian import CONTENTS


def package(line: str, version: str) -> Package:
    """A package whose .deb is, in these tests, a file that holds its upstream release."""
    content = version.partition("-")[0].encode()
    sha256 = hashlib.sha256(content).hexdigest()
    return Package(f"linux-source-{line}", version, sha256, len(content))


def plant(tree: Path, release: str) -> None:
    """A tree of `release`, as small as can be."""
    for name in CONTENTS:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    numbers = zip(("VERSION", "PATCHLEVEL", "SUBLEVEL"), release.split("."), strict=True)
    (tree / "Makefile").write_text("".join(f"{name} = {value}\n" for name, value in numbers))


@dataclass
class FakeDebian:
    """Stands for apt-get, apt-cache, dpkg-deb and tar, and remembers what they were asked."""

    packages: Sequence[Package]
    served: bytes | None = None
    offline: bool = False
    calls: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str], folder: Path) -> str:
        words = [word for word in command if word in {"show", "update", "download", "indextargets"}]
        verb = words[0] if words else command[0]
        self.calls.append(verb)
        if verb == "indextargets":
            return "main\tmirror:/debian\tbookworm\t/nowhere:1\n"
        if verb in {"update", "download"} and self.offline:
            raise Unavailable("apt-get failed: no route to mirror")
        if verb in {"show", "download"}:
            return self.ask(verb, command[-1], folder)
        if verb == "dpkg-deb":
            (folder / "package/usr/src").mkdir(parents=True)
            content = Path(command[2]).read_text()
            (folder / f"package/usr/src/linux-source-{content}.tar.xz").touch()
        if verb == "tar":
            plant(folder, Path(command[3]).name[len("linux-source-") : -len(".tar.xz")])
        return ""

    def ask(self, verb: str, name: str, folder: Path) -> str:
        fit = [p for p in self.packages if name in {p.name, f"{p.name}={p.version}"}]
        if not fit:
            raise Unavailable("apt-cache failed: No packages found")
        if verb == "show":
            text = "Package: {0.name}\nVersion: {0.version}\nSize: {0.size}\nSHA256: {0.sha256}\n"
            return text.format(fit[0])
        content = self.served or fit[0].version.partition("-")[0].encode()
        (folder / "some.deb").write_bytes(content)
        return ""


OLD, NEW = package("7.2", "7.2.9-1"), package("7.2", "7.2.13-1")
SIX = package("6.1", "6.1.192-2")
