# SPDX-License-Identifier: GPL-2.0-only
"""Reading all targets of a tree with one file changed, and telling whether anything came out different.

This serves ``fuzz_tree``; a changed header is scanned alone, which every now and then is compared
with what ``Index.patched`` makes of the whole tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from model.logic import Term
from model.program.procedure import Block, Call, If, Leave, Set, Statement
from model.source.errors import Unsupported
from model.source.index.definitions import Definition, FunctionText
from model.source.index.headers import SourceFile, _encode
from model.source.index.index import Index
from model.source.index.scan import scan
from model.source.kernel import Kernel, NoEffect, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import Target
from model.source.trees.tree import Tree, overlay


@dataclass(frozen=True)
class Outcome:
    """What a target came to: ``kind`` is its class; ``render_without_lines`` all that it says but lines, as a digest."""

    kind: str
    told: str
    bare: str
    kernel: Kernel | None = None


@dataclass
class Reader:
    """The targets of one tree under one page size."""

    tree: Tree
    index: Index
    pages: str

    def outcome(self, target: Target, file: str = "", data: bytes = b"", whole: bool = False) -> Outcome:
        """What a target comes to if the file has these bytes.  Raises only what must never be raised."""
        tree = overlay(self.tree, {file: data}) if file else self.tree
        if whole:
            index = self.index.rebuild(tree)
        else:
            index = self._changed(tree, file, data) if file else self.index
        try:
            kernel = read(tree, index, Profile.builtin(self.pages), self.pages, "fuzzed", target)
        except Unsupported as error:
            if not (error.file and error.line >= 1 and error.construct):
                raise AssertionError(f"a refusal without a place: {error}") from error
            return Outcome("Unsupported", str(error), f"{error.file}: {error.construct}")
        except NoEffect as error:
            return Outcome("NoEffect", str(error), str(error))
        return Outcome("Kernel", "", render_without_lines(kernel), kernel)

    def _changed(self, tree: Tree, file: str, data: bytes) -> Index:
        headers = self.index.headers
        known = {f.rel: f for f in headers.files}
        files, same_keys = headers.files, True
        if file in known:
            new = SourceFile(file, known[file].tier, data, _encode(scan(data)))
            same_keys = new.entry.keys == known[file].entry.keys
            files = tuple(new if f.rel == file else f for f in files)
        changed = replace(headers, tree=tree, files=files, _opened={})
        if same_keys:
            vars(changed)["numbers"] = headers.numbers
        return Index(changed)


def read_definitions(kernel: Kernel) -> Iterator[Definition]:
    """The definitions that were read for a target."""
    view = kernel.lowered.front.view
    found = {d.place: d for d in kernel.lowered.front.types.relied.values()}
    for digest in kernel.digests:
        function = view.function(digest.function)
        if isinstance(function, FunctionText):
            found[function.place] = function
    yield from found.values()


def render_without_lines(kernel: Kernel) -> str:
    """A digest of the procedure and the ledger, without lines and without quoted C."""
    p = kernel.procedure
    said: list[str] = [repr(list(_statements(p.body)))]
    said += [f"{path} {place.sort} {_term(place.initial)}" for path, place in p.places.items()]
    said += [f"{name} {i.sort} {i.origin} {i.note}" for name, i in p.inputs.items()]
    said += [f"{word} {_term(term)}" for word, term in p.symbols.items()]
    said += [repr(sorted(p.constants.items())), repr([(e.how, e.what) for e in kernel.ledger])]
    return sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()


def _term(term: Term | None) -> str:
    return "" if term is None else term.key.hex()


def _statements(body: Iterable[Statement]) -> Iterator[object]:
    for s in body:
        match s:
            case Set():
                yield "set", s.target, _term(s.value)
            case If():
                yield "if", _term(s.condition), [*_statements(s.then)], [*_statements(s.orelse)]
            case Block():
                yield "block", s.label, [*_statements(s.body)]
            case Leave():
                yield "leave", s.label, s.result, _term(s.value)
            case Call():
                yield "call", s.effect, [(a, _term(t)) for a, t in s.arguments], s.seen
