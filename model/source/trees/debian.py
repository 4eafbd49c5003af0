# SPDX-License-Identifier: GPL-2.0-only
"""Which Linux trees can this machine have from Debian, whole and of the version asked for?

A tree comes from the package linux-source-X.Y, through a private apt state: no root, and no list of
the system is touched. Trusted: apt's check of the signatures on the package lists, and the SHA256
in them, which is computed again here whenever a package enters the cache or leaves it. A tree put
in place by hand is used as it is, and never replaced.
"""

from __future__ import annotations

import fcntl
import functools
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from model.source.trees.apt import Apt, Lists, Package, Read, Run, Say, Unavailable, intact, run_tool

CONTENTS = ("Makefile", "arch/arm64", "include", "mm", "virt/kvm", "drivers/char/mem.c")
MARKER = ".complete"
UNPACKING = ".unpacking-"


@dataclass(frozen=True)
class Line:
    """A line of kernel releases, and the Debian suites that carry its source."""

    name: str
    suites: tuple[str, ...]
    by_default: bool = True


LINES = (
    Line("5.10", ("bullseye", "bullseye-security"), by_default=False),
    Line("6.1", ("bookworm", "bookworm-security")),
    Line("6.12", ("bookworm", "bookworm-security")),
    Line("7.2", ("trixie-backports", "sid")),
    Line("7.3", ("trixie-backports", "sid")),
)
SUITES_OF_OTHERS = ("trixie-backports", "sid")


@dataclass(frozen=True)
class Wanted:
    """A tree asked for: the newest of a line (7.2), or one exact package version of it."""

    line: str
    exact: str = ""

    def __str__(self) -> str:
        return f"{self.line}={self.exact}" if self.exact else self.line

    @property
    def suites(self) -> tuple[str, ...]:
        return next((line.suites for line in LINES if line.name == self.line), SUITES_OF_OTHERS)

    @property
    def folder(self) -> str:
        """The line; for an exact version its upstream release, which never is the line itself."""
        upstream = self.exact.rpartition("-")[0]
        return f"{upstream}.0" if upstream == self.line else upstream or self.line


@dataclass(frozen=True)
class Tree:
    """A whole tree at `path`. `package` is None if it was put there by hand."""

    wanted: Wanted
    path: Path
    release: str
    package: Package | None


@dataclass(frozen=True)
class Missing:
    """A tree that cannot be had; `reason` says in whole sentences why, and what to do."""

    wanted: Wanted
    reason: str


def parse_wanted(text: str) -> Wanted:
    """`7.2` or `7.2=7.2.9-1~bpo13+1`; ValueError with a whole sentence for anything else."""
    line = re.match(r"\d+\.\d+", text, re.ASCII)
    exact = rf"={re.escape(line[0])}([.~][\w.~+]+)?-[\w.~+]+" if line else ""
    if line is None or not re.fullmatch(f"({exact})?", text[line.end() :], re.ASCII):
        raise ValueError(
            f"{text!r} is not a kernel version: write a line of releases such as 7.2,"
            " or a line and one of its Debian package versions such as 7.2=7.2.9-1~bpo13+1."
        )
    return Wanted(line[0], text[line.end() + 1 :])


def within(release: str, part: str) -> bool:
    """Whether `release` is one of `part`: 7.2.9 is one of 7.2.9, of 7.2 and of 7; not of 7.20."""
    return f"{release}.".startswith(f"{part}.")


def makefile_version(makefile: str) -> str:
    """VERSION.PATCHLEVEL.SUBLEVEL as a kernel's Makefile sets them; Unavailable if it does not."""
    names = ("VERSION", "PATCHLEVEL", "SUBLEVEL")
    found = [re.search(rf"^{name} *= *(\d+)$", makefile, re.MULTILINE) for name in names]
    numbers = [match[1] for match in found if match]
    if len(numbers) != len(names):
        raise Unavailable("its Makefile does not set VERSION, PATCHLEVEL and SUBLEVEL")
    return ".".join(numbers)


def check(tree: Path, wanted: Wanted) -> str:
    """The release of `tree`; Unavailable unless it is whole and of the version wanted."""
    absent = [name for name in CONTENTS if not (tree / name).exists()]
    if absent:
        raise Unavailable(f"{tree} is there but lacks {', '.join(absent)}")
    release = makefile_version((tree / "Makefile").read_text(encoding="utf-8", errors="replace"))
    if not within(release, re.split("[~+]", wanted.folder)[0]):
        raise Unavailable(f"{tree} is there but is Linux {release}")
    return release


def read_packages(path: Path) -> dict[str, Package]:
    """What `write_packages` wrote; nothing if the file is not there or holds something else."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {key: Package(**row) for key, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_packages(path: Path, packages: dict[str, Package]) -> None:
    """Writes `packages` at `path`, all or nothing."""
    rows = {key: asdict(package) for key, package in packages.items()}
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    new.replace(path)


@dataclass(frozen=True)
class Shop:
    """Where trees are put and packages are kept: `dest` for this clone, `cache` for all clones.

    `say` is told, a line each, what may take longer than a moment. With `refresh`, Debian is asked
    for something newer even if a tree or package is there already.
    """

    dest: Path
    cache: Path
    say: Say
    refresh: bool = False
    run: Run = run_tool

    @property
    def apt(self) -> Apt:
        return Apt(self.cache.absolute() / "apt", self.say, self.run)

    @property
    def index(self) -> Path:
        """The file that says which package is kept for which version wanted."""
        return self.cache / "index.json"

    def obtain(self, wanted: Iterable[Wanted]) -> tuple[Tree | Missing, ...]:
        """Each tree, or why it cannot be had; one that cannot does not stop the others."""
        read = functools.cache(self.apt.read)
        return tuple(self._obtain(each, read) for each in wanted)

    def _obtain(self, wanted: Wanted, read: Read) -> Tree | Missing:
        try:
            return self._standing(wanted) or self._make(wanted, read)
        except Unavailable as error:
            reason = str(error)
        except OSError as error:
            reason = f"{error.filename or self.dest}: {error.strerror}"
        place = self.dest / wanted.folder
        advice = f"An unpacked Linux {wanted.folder} source tree put at {place} serves as well."
        return Missing(wanted, f"Linux {wanted} cannot be had: {reason}. {advice}")

    def _standing(self, wanted: Wanted) -> Tree | None:
        """The tree at its place, unless Debian must be asked for a newer one."""
        tree = self._present(wanted)
        ask = tree and tree.package and self.refresh and not wanted.exact
        return None if ask else tree

    def _present(self, wanted: Wanted) -> Tree | None:
        """The tree at its place; None if there is none, or one of ours that is to be made anew."""
        place = self.dest / wanted.folder
        package = read_packages(place / MARKER).get(MARKER)
        if not place.exists() or (package and wanted.exact not in ("", package.version)):
            return None
        try:
            return Tree(wanted, place, check(place, wanted), package)
        except Unavailable:
            if package:
                return None
            raise

    def _make(self, wanted: Wanted, read: Read) -> Tree:
        with self._locked(self.cache / "lock"), self._locked(self.dest / ".lock"):
            for left_over in self.dest.glob(f"{UNPACKING}*"):
                shutil.rmtree(left_over, ignore_errors=True)
            made_meanwhile = self._standing(wanted)
            if made_meanwhile:
                return made_meanwhile
            package = self._choose(wanted, read)
            present = self._present(wanted)
            if present and present.package == package:
                return present
            return self._install(wanted, package, self._deb(wanted, package, read))

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        """Holds the lock file `path`; waits for another run that does."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.say(f"waiting for another run, which holds {path} ...")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _choose(self, wanted: Wanted, read: Read) -> Package:
        """The package to unpack: one already known, unless Debian is to be asked and answers."""
        known = self._known(wanted)
        if known and (wanted.exact or not self.refresh):
            return known
        try:
            return self.apt.find(f"linux-source-{wanted}", had(read(wanted.suites)))
        except Unavailable as error:
            if known is None:
                raise
            self.say(f"{known} is kept, and no newer one could be looked for: {error}.")
            return known

    def _known(self, wanted: Wanted) -> Package | None:
        cached = read_packages(self.index).get(str(wanted))
        if cached and intact(self._kept(cached), cached):
            return cached
        present = self._present(wanted)
        return present.package if present else None

    def _kept(self, package: Package) -> Path:
        return self.cache / "debs" / f"{package.name}_{package.version}_{package.sha256}.deb"

    def _deb(self, wanted: Wanted, package: Package, read: Read) -> Path:
        """The file of `package`, downloaded unless kept. Files no version needs are removed."""
        deb = self._kept(package)
        if not intact(deb, package):
            partial = self.cache / "partial" / package.sha256
            partial.mkdir(parents=True, exist_ok=True)
            deb.parent.mkdir(exist_ok=True)
            self.apt.download(package, had(read(wanted.suites)), partial).replace(deb)
            shutil.rmtree(partial.parent)
        packages = {**read_packages(self.index), str(wanted): package}
        write_packages(self.index, packages)
        for unneeded in {*deb.parent.iterdir()} - {self._kept(each) for each in packages.values()}:
            unneeded.unlink()
        return deb

    def _install(self, wanted: Wanted, package: Package, deb: Path) -> Tree:
        """Unpacks beside the place, then renames: at the place is a whole tree, or none."""
        place = self.dest / wanted.folder
        self.say(f"{package}: unpacking to {place} ...")
        work = Path(tempfile.mkdtemp(prefix=UNPACKING, dir=self.dest))
        try:
            tree = self._unpack(deb, work)
            release = check(tree, wanted)
            write_packages(tree / MARKER, {MARKER: package})
            if place.exists():
                place.rename(work / "replaced")
            tree.rename(place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return Tree(wanted, place, release, package)

    def _unpack(self, deb: Path, work: Path) -> Path:
        """The folder in `work` with CONTENTS of the tree in `deb`. tar detects the compression."""
        self.run(["dpkg-deb", "--extract", str(deb.absolute()), "package"], work)
        source = next(work.glob("package/usr/src/linux-source-*.tar.*"), None)
        if source is None:
            raise Unavailable(f"{deb} holds no usr/src/linux-source-*.tar.*")
        tree = work / "tree"
        tree.mkdir()
        safe = ["--no-same-owner", "--no-same-permissions", "--strip-components=1"]
        paths = [f"{source.name.partition('.tar.')[0]}/{name}" for name in CONTENTS]
        self.run(["tar", "-x", "-f", str(source.absolute()), *safe, *paths], tree)
        return tree


def had(lists: Lists | Unavailable) -> Lists:
    """`lists`, or raises the reason why there are none."""
    if isinstance(lists, Unavailable):
        raise lists
    return lists
