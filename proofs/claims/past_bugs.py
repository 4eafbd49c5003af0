# SPDX-License-Identifier: GPL-2.0-only
"""A mistake of ``counterexamples.bugs`` as a claim: it is refuted, and in no other way than declared.

The claim expects REFUTED with the mistake's own condition, so that a counterexample which does not
look so, or none at all, is not as expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from counterexamples.bugs.bug import Bug, OnC, OnShape
from model.program.procedure import Procedure
from model.source.index.index import Index
from model.source.kernel import read
from model.source.preprocessor.profile import Profile
from model.source.targets.functions import TARGETS
from model.source.targets.functions.fault import USER_MEM_ABORT
from model.source.targets.target import Target
from model.source.trees.tree import Tree, overlay
from model.vocabulary.symbols import READ, WORLD
from proofs.claims.catalogue import COW_WORD, Subject, make_claims, theorems
from proofs.claims.claim import DEFAULT_PAGES, Claim
from proofs.theorems.expectation import Expectation, Verdict
from proofs.theorems.theorem import Theorem


class BugError(ValueError):
    """A mistake cannot be re-created as it is declared; the text is a whole sentence."""


class EditError(BugError):
    """The edit of a mistake finds not what it is to replace in this tree."""


def make_shape_claim(name: str, bug: Bug) -> Claim:
    """The claim about the procedure that has the mistake.

    Raises HistoryError if the theorem or a fact that was believed is not there.
    """
    where = bug.where
    assert isinstance(where, OnShape)
    claim = _expecting(bug, _asked(name, bug, where.procedure))
    facts = {fact.name: fact for fact in claim.facts}
    for believed in where.believed:
        if facts.pop(believed, None) is None:
            raise BugError(
                f"{name}: no fact about it is called {believed}; name one of model/facts/assumed.py."
            )
    return replace(claim, facts=tuple(facts.values()))


def make_fixed_shape_claim(name: str, bug: Bug) -> Claim:
    """That the same theorem does not fail in the same way without the mistake."""
    assert isinstance(bug.where, OnShape)
    return _not_so(bug, _asked(f"{name}, put right", bug, bug.where.right))


def make_c_claim(name: str, bug: Bug, tree: Tree, index: Index) -> Claim:
    """The claim about the edited function of a tree; ``index`` is that of the tree with the edit.

    Raises HistoryError as ``on_shape`` does; Unsupported and NoEffect as ``model.source.kernel.read``.
    """
    return _expecting(bug, _asked(name, bug, *_lowered(name, bug, tree, index)))


def make_fixed_c_claim(name: str, bug: Bug, tree: Tree, index: Index) -> Claim:
    """That the theorem does not fail in the same way in the tree as it is; errors as of ``on_c``."""
    return _not_so(bug, _asked(f"{name}, put right", bug, *_lowered(name, bug, tree, index)))


def apply_edit(name: str, bug: Bug, tree: Tree) -> Tree:
    """The tree with the mistake in it.

    Raises EditError where the tree has not each of the texts exactly once.
    """
    where = bug.where
    assert isinstance(where, OnC)
    text = tree.read(where.file).decode("latin-1")
    for old, new in where.edits:
        if text.count(old) != 1:
            raise EditError(
                f"{name}: {where.file} of {tree.where} has `{old}` {text.count(old)} times, and once is meant; "
                f"this bug can be made in {', '.join(where.releases)}."
            )
        text = text.replace(old, new)
    return overlay(tree, {where.file: text.encode("latin-1")})


def _lowered(name: str, bug: Bug, tree: Tree, index: Index) -> tuple[Procedure, Target]:
    where = bug.where
    assert isinstance(where, OnC)
    target = next((target for target in TARGETS if target.name == where.target), None)
    if target is None:
        raise BugError(f"{name}: no entry function is called {where.target}; model/source/targets has them.")
    profile = Profile.builtin(DEFAULT_PAGES)
    return read(tree, index, profile, DEFAULT_PAGES, where.target, target).procedure, target


def _asked(name: str, bug: Bug, procedure: Procedure, target: Target = USER_MEM_ABORT) -> Claim:
    theorem = _theorem(name, bug)
    words = {word: term for word, term in procedure.symbols.items() if word != COW_WORD}
    unread = READ.keys() | WORLD.keys() if target is USER_MEM_ABORT else frozenset[str]()
    if isinstance(bug.where, OnShape):  # what a shape reads are words
        unread = unread | procedure.inputs.keys()
    subject = Subject(
        name,
        replace(procedure, symbols=words),
        DEFAULT_PAGES,
        "kernel",
        of=(theorem.of,),
        unread=frozenset(unread),
    )
    found = make_claims([subject])
    claim = next((claim for claim in found.claims if claim.theorem == bug.refutes), None)
    if claim is None:
        why = next(s.reason for s in found.skipped if s.theorem == bug.refutes)
        raise BugError(f"{name}: {bug.refutes} cannot be asked: {why}")
    return claim


def _theorem(name: str, bug: Bug) -> Theorem:
    known: Mapping[str, Theorem] = {named.name: named.theorem for named in theorems()}
    if bug.refutes not in known:
        raise BugError(f"{name}: no theorem is called {bug.refutes}; `proofs.run --list` has their names.")
    return known[bug.refutes]


def _expecting(bug: Bug, claim: Claim) -> Claim:
    reason = f"{bug.says} ({', '.join(bug.cites)})"
    return replace(claim, expected=Expectation(Verdict.REFUTED, bug.witness, reason))


def _not_so(bug: Bug, claim: Claim) -> Claim:
    return replace(claim, given=(*claim.given, bug.witness))
