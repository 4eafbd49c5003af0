# SPDX-License-Identifier: GPL-2.0-only
"""Debian's apt, run without root in a private state directory.

Everything runs in a private state directory; mirrors are taken from the machine's configuration.
Trusted: apt's own signature checks, with the machine's or Debian's keyring.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# The machine's proxies and credentials stay; its hooks, pins and installed packages do not count.
APT_CONF = """\
#clear APT::Update;
APT::Update::Error-Mode "any";
APT::Default-Release "";
APT::Sandbox::User "";
Acquire::AllowReleaseInfoChange "true";
Dir::State::lists "{root}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{root}/cache";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""


class Unavailable(Exception):  # noqa: N818  # an answer, not a fault of the program
    """Why a tree cannot be had: what was wrong and where, as a clause without a full stop."""


@dataclass(frozen=True)
class Package:
    """One Debian package as apt's lists describe it; `size` is in bytes."""

    name: str
    version: str
    sha256: str
    size: int

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Mirror:
    """A package source of this machine; `entry` is apt's FILE:NUMBER for where it is configured."""

    uri: str
    suite: str
    entry: str


@dataclass(frozen=True)
class PackageLists:
    """Package lists that apt has read: its private configuration, and the suites in it."""

    conf: Path
    suites: tuple[str, ...]


RunTool = Callable[[Sequence[str], Path], str]
ShowProgress = Callable[[str], None]
ReadLists = Callable[[tuple[str, ...]], PackageLists | Unavailable]


def run_tool(command: Sequence[str], folder: Path) -> str:
    """Standard output of `command` run in `folder`; Unavailable if it is not there or fails."""
    if shutil.which(command[0]) is None:
        raise Unavailable(f"{command[0]} is not on PATH")
    environment = {**os.environ, "LC_ALL": "C", "XZ_DEFAULTS": "-T0"}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Unavailable(f"{command[0]} failed: {first_error(done.stderr)}")
    return done.stdout


def first_error(stderr: str) -> str:
    """The first error that apt or tar printed, without its E: and its full stop."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:")] or lines or ["it did not say why"]
    return errors[0].removeprefix("E:").strip().rstrip(".")


def parse_package(text: str) -> Package:
    """The first record printed by `apt-cache show`; Unavailable if a field is not in it."""
    record = text.partition("\n\n")[0]
    fields = dict(re.findall(r"^(Package|Version|SHA256|Size): (\S+)$", record, re.MULTILINE))
    try:
        return Package(fields["Package"], fields["Version"], fields["SHA256"], int(fields["Size"]))
    except (KeyError, ValueError) as error:
        raise Unavailable(f"apt-cache show printed a record without {error}") from None


def parse_mirrors(text: str) -> tuple[Mirror, ...]:
    """The sources with a component `main`, from rows of component, uri, suite and entry."""
    rows = re.findall(r"^main\t([^\t\n]+)\t([^\t\n]+)\t([^\t\n]+)$", text, re.MULTILINE)
    return tuple(Mirror(*row) for row in rows)


def find_keyring(entry: str, standard: Path = KEYRING) -> str:
    """The keyring file that the source at `entry` names, else the standard one, else nothing.

    In apt's FILE:NUMBER, NUMBER counts stanzas in a deb822 file and lines in a one-line file.
    """
    name, _, number = entry.rpartition(":")
    text = Path(name).read_text(encoding="utf-8", errors="replace") if Path(name).is_file() else ""
    stanzas = re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    units = stanzas if name.endswith(".sources") else text.splitlines()
    unit = {str(n): unit for n, unit in enumerate(units, start=1)}.get(number, "")
    found = re.search(r"signed-by\s*[:=]\s*(/[^\s,\]]+)", unit, re.IGNORECASE)
    return found[1] if found else str(standard) if standard.is_file() else ""


def render_sources(suites: Sequence[str], mirrors: Sequence[Mirror]) -> dict[str, str]:
    """The line of sources.list for each of `suites` that a mirror of this machine can carry."""
    lines = {}
    for suite in suites:
        security = suite.endswith("-security")
        mirror = next((m for m in mirrors if m.suite.endswith("-security") == security), None)
        if mirror:
            key = find_keyring(mirror.entry)
            options = f"target=Packages signed-by={key}" if key else "target=Packages"
            lines[suite] = f"deb [{options}] {mirror.uri} {suite} main\n"
    return lines


def is_intact(deb: Path, package: Package) -> bool:
    """Whether the file `deb` is there and is `package`, byte for byte."""
    if not deb.is_file() or deb.stat().st_size != package.size:
        return False
    with deb.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == package.sha256


@dataclass(frozen=True)
class Apt:
    """Debian's packages, by apt: state under `root` (absolute), and the mirrors of the machine."""

    state: Path
    say: ShowProgress
    run: RunTool = run_tool

    def read_lists(self, suites: tuple[str, ...]) -> PackageLists | Unavailable:
        """Fresh package lists of `suites`; or, so that no suite is read twice, why there are none."""
        root = self.state / "_".join(suites)
        for folder in ("lists/partial", "cache/archives/partial"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        try:
            lines = render_sources(suites, self._find_mirrors(root))
            if not lines:
                raise Unavailable("the apt configuration of this machine names no Debian mirror")
            (root / "sources.list").write_text("".join(lines.values()), encoding="utf-8")
            (root / "apt.conf").write_text(APT_CONF.format(root=root), encoding="utf-8")
            self.say(f"reading Debian's package lists of {', '.join(lines)} ...")
            self.run(["apt-get", "-c", str(root / "apt.conf"), "-q", "update"], root)
        except Unavailable as error:
            return error
        return PackageLists(root / "apt.conf", tuple(lines))

    def _find_mirrors(self, folder: Path) -> list[Mirror]:
        """The machine's Debian mirrors: first those whose lists say so, then those named so."""
        row = "$(COMPONENT)\t$(REPO_URI)\t$(RELEASE)\t$(SOURCESENTRY)"
        ask = ["apt-get", "indextargets", "--format", row, "Created-By: Packages"]
        certain = parse_mirrors(self.run([*ask, "Origin: Debian"], folder))
        named = parse_mirrors(self.run([*ask, "--no-release-info"], folder))
        return [*certain, *(mirror for mirror in named if "debian" in mirror.uri)]

    def find_package(self, name: str, lists: PackageLists) -> Package:
        """The newest package `name`, or the one of NAME=VERSION; Unavailable if not in `lists`."""
        show = ["apt-cache", "-c", str(lists.conf), "--no-all-versions", "show", name]
        try:
            return parse_package(self.run(show, lists.conf.parent))
        except Unavailable as error:
            suites = ", ".join(lists.suites)
            raise Unavailable(f"{name} is in none of the suites {suites}") from error

    def download(self, package: Package, lists: PackageLists, folder: Path) -> Path:
        """The file of `package` in `folder`, intact. Goes on with what is in `folder` already."""
        self.say(f"{package}: downloading {package.size // 10**6} MB ...")
        name = f"{package.name}={package.version}"
        self.run(["apt-get", "-c", str(lists.conf), "-q", "download", name], folder)
        for deb in folder.glob("*.deb"):
            if is_intact(deb, package):
                return deb
            deb.unlink()
        raise Unavailable(f"what was downloaded for {package} has another SHA256 than apt's lists")
