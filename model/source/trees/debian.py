# SPDX-License-Identifier: GPL-2.0-only
"""Fetches Linux trees from Debian's source packages, whole and of the requested version.

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

from model.source.trees.apt import (
    Apt,
    Package,
    PackageLists,
    ReadLists,
    RunTool,
    ShowProgress,
    Unavailable,
    is_intact,
    run_tool,
)

CONTENTS = ("Makefile", "arch/arm64", "include", "mm", "virt/kvm", "drivers/char/mem.c")
MARKER = ".complete"
UNPACKING = ".unpacking-"


@dataclass(frozen=True)
class ReleaseLine:
    """A line of kernel releases, and the Debian suites that carry its source."""

    name: str
    suites: tuple[str, ...]
    by_default: bool = True


RELEASE_LINES = (
    ReleaseLine("5.10", ("bullseye", "bullseye-security"), by_default=False),
    ReleaseLine("6.1", ("bookworm", "bookworm-security")),
    ReleaseLine("6.12", ("bookworm", "bookworm-security")),
    ReleaseLine("7.2", ("trixie-backports", "sid")),
    ReleaseLine("7.3", ("trixie-backports", "sid")),
)
OTHER_SUITES = ("trixie-backports", "sid")


@dataclass(frozen=True)
class TreeRequest:
    """The request for a tree: the newest of a line (7.2), or one exact package version of it."""

    line: str
    exact: str = ""

    def __str__(self) -> str:
        return f"{self.line}={self.exact}" if self.exact else self.line

    @property
    def suites(self) -> tuple[str, ...]:
        return next((line.suites for line in RELEASE_LINES if line.name == self.line), OTHER_SUITES)

    @property
    def folder(self) -> str:
        """The line; for an exact version its upstream release, which never is the line itself."""
        upstream = self.exact.rpartition("-")[0]
        return f"{upstream}.0" if upstream == self.line else upstream or self.line


@dataclass(frozen=True)
class FetchedTree:
    """A whole tree at `path`. `package` is None if it was put there by hand."""

    request: TreeRequest
    path: Path
    release: str
    package: Package | None


@dataclass(frozen=True)
class UnavailableTree:
    """A tree that cannot be had; `reason` says in whole sentences why, and what to do."""

    request: TreeRequest
    reason: str


def parse_request(text: str) -> TreeRequest:
    """`7.2` or `7.2=7.2.9-1~bpo13+1`; ValueError with a whole sentence for anything else."""
    line = re.match(r"\d+\.\d+", text, re.ASCII)
    exact = rf"={re.escape(line[0])}([.~][\w.~+]+)?-[\w.~+]+" if line else ""
    if line is None or not re.fullmatch(f"({exact})?", text[line.end() :], re.ASCII):
        raise ValueError(
            f"{text!r} is not a kernel version: write a line of releases such as 7.2,"
            " or a line and one of its Debian package versions such as 7.2=7.2.9-1~bpo13+1."
        )
    return TreeRequest(line[0], text[line.end() + 1 :])


def is_within(release: str, part: str) -> bool:
    """Whether `release` is one of `part`: 7.2.9 is one of 7.2.9, of 7.2 and of 7; not of 7.20."""
    return f"{release}.".startswith(f"{part}.")


def parse_makefile_version(makefile: str) -> str:
    """VERSION.PATCHLEVEL.SUBLEVEL as a kernel's Makefile sets them; Unavailable if it does not."""
    names = ("VERSION", "PATCHLEVEL", "SUBLEVEL")
    found = [re.search(rf"^{name} *= *(\d+)$", makefile, re.MULTILINE) for name in names]
    numbers = [match[1] for match in found if match]
    if len(numbers) != len(names):
        raise Unavailable("its Makefile does not set VERSION, PATCHLEVEL and SUBLEVEL")
    return ".".join(numbers)


def check_tree(tree: Path, request: TreeRequest) -> str:
    """The release of `tree`; Unavailable unless it is whole and of the version request."""
    absent = [name for name in CONTENTS if not (tree / name).exists()]
    if absent:
        raise Unavailable(f"{tree} is there but lacks {', '.join(absent)}")
    release = parse_makefile_version((tree / "Makefile").read_text(encoding="utf-8", errors="replace"))
    if not is_within(release, re.split("[~+]", request.folder)[0]):
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
class TreeFetcher:
    """Fetches trees into `dest`, of this clone, with packages cached in `cache`, for all clones.

    `say` is given a line about each step that may take long. With `refresh`, Debian is asked
    for something newer even if a tree or package is there already.
    """

    dest: Path
    cache: Path
    say: ShowProgress
    refresh: bool = False
    run: RunTool = run_tool

    @property
    def apt(self) -> Apt:
        return Apt(self.cache.absolute() / "apt", self.say, self.run)

    @property
    def index(self) -> Path:
        """The file that maps requests to cached packages."""
        return self.cache / "index.json"

    def fetch_all(self, requests: Iterable[TreeRequest]) -> tuple[FetchedTree | UnavailableTree, ...]:
        """Each tree, or why it cannot be had; one that cannot does not stop the others."""
        read = functools.cache(self.apt.read_lists)
        return tuple(self._fetch(request, read) for request in requests)

    def _fetch(self, request: TreeRequest, read: ReadLists) -> FetchedTree | UnavailableTree:
        try:
            return self._find_current(request) or self._build(request, read)
        except Unavailable as error:
            reason = str(error)
        except OSError as error:
            reason = f"{error.filename or self.dest}: {error.strerror}"
        place = self.dest / request.folder
        advice = f"An unpacked Linux {request.folder} source tree put at {place} serves as well."
        return UnavailableTree(request, f"Linux {request} cannot be had: {reason}. {advice}")

    def _find_current(self, request: TreeRequest) -> FetchedTree | None:
        """The tree at its place, unless Debian must be asked for a newer one."""
        tree = self._find_tree(request)
        ask = tree and tree.package and self.refresh and not request.exact
        return None if ask else tree

    def _find_tree(self, request: TreeRequest) -> FetchedTree | None:
        """The tree at its place; None if there is none, or one of ours that is to be made anew."""
        place = self.dest / request.folder
        package = read_packages(place / MARKER).get(MARKER)
        if not place.exists() or (package and request.exact not in ("", package.version)):
            return None
        try:
            return FetchedTree(request, place, check_tree(place, request), package)
        except Unavailable:
            if package:
                return None
            raise

    def _build(self, request: TreeRequest, read: ReadLists) -> FetchedTree:
        with self._hold_lock(self.cache / "lock"), self._hold_lock(self.dest / ".lock"):
            for left_over in self.dest.glob(f"{UNPACKING}*"):
                shutil.rmtree(left_over, ignore_errors=True)
            made_meanwhile = self._find_current(request)
            if made_meanwhile:
                return made_meanwhile
            package = self._choose_package(request, read)
            present = self._find_tree(request)
            if present and present.package == package:
                return present
            return self._install(request, package, self._load_deb(request, package, read))

    @contextmanager
    def _hold_lock(self, path: Path) -> Iterator[None]:
        """Holds the lock file `path`; waits for another run that does."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.say(f"waiting for another run, which holds {path} ...")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _choose_package(self, request: TreeRequest, read: ReadLists) -> Package:
        """The package to unpack: a cached one, unless Debian is to be asked and answers."""
        known = self._find_package(request)
        if known and (request.exact or not self.refresh):
            return known
        try:
            return self.apt.find_package(f"linux-source-{request}", require_lists(read(request.suites)))
        except Unavailable as error:
            if known is None:
                raise
            self.say(f"{known} is kept, and no newer one could be looked for: {error}.")
            return known

    def _find_package(self, request: TreeRequest) -> Package | None:
        cached = read_packages(self.index).get(str(request))
        if cached and is_intact(self._cached_path(cached), cached):
            return cached
        present = self._find_tree(request)
        return present.package if present else None

    def _cached_path(self, package: Package) -> Path:
        return self.cache / "debs" / f"{package.name}_{package.version}_{package.sha256}.deb"

    def _load_deb(self, request: TreeRequest, package: Package, read: ReadLists) -> Path:
        """The file of `package`, downloaded unless cached. Files no version needs are removed."""
        deb = self._cached_path(package)
        if not is_intact(deb, package):
            partial = self.cache / "partial" / package.sha256
            partial.mkdir(parents=True, exist_ok=True)
            deb.parent.mkdir(exist_ok=True)
            self.apt.download(package, require_lists(read(request.suites)), partial).replace(deb)
            shutil.rmtree(partial.parent)
        packages = {**read_packages(self.index), str(request): package}
        write_packages(self.index, packages)
        for unneeded in {*deb.parent.iterdir()} - {self._cached_path(each) for each in packages.values()}:
            unneeded.unlink()
        return deb

    def _install(self, request: TreeRequest, package: Package, deb: Path) -> FetchedTree:
        """Unpacks beside the place, then renames: at the place is a whole tree, or none."""
        place = self.dest / request.folder
        self.say(f"{package}: unpacking to {place} ...")
        work = Path(tempfile.mkdtemp(prefix=UNPACKING, dir=self.dest))
        try:
            tree = self._unpack(deb, work)
            release = check_tree(tree, request)
            write_packages(tree / MARKER, {MARKER: package})
            if place.exists():
                place.rename(work / "replaced")
            tree.rename(place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return FetchedTree(request, place, release, package)

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


def require_lists(lists: PackageLists | Unavailable) -> PackageLists:
    """`lists`, or raises the reason why there are none."""
    if isinstance(lists, Unavailable):
        raise lists
    return lists
