# SPDX-License-Identifier: GPL-2.0-only
"""Evidence that was changed is rejected, whatever was changed and whether hashes are compared or not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.evidence.checker import answers, stored
from proofs.evidence.checker.lrat import Clause, Step
from proofs.evidence.checker.verify import ANSWERS, CERTIFICATES, NAMES, OBLIGATIONS, SMT2, verify
from tests.support.solvers.evidences import HOSTILE, texts


def rejected(changed: dict[str, str]) -> bool:
    return bool(verify(changed).wrong)


def test_the_evidence_holds() -> None:
    found = verify(texts())
    assert (found.wrong, found.uncertified, found.refuted) == ([], [], 2)
    assert found.proved >= 8


# What is changed, with the hashes made to fit --------------------------------------------------------
def certificate_lines() -> list[int]:
    return [i for i, line in enumerate(texts()[CERTIFICATES].splitlines()) if not line.startswith("c ")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_number_of_a_certificate_is_rejected_or_leaves_a_proof(data: st.DataObject) -> None:
    """Of those that pass, each step is tried again by truth values: its hints really lead to it."""
    lines = texts()[CERTIFICATES].splitlines()
    i = data.draw(st.sampled_from(certificate_lines()))
    tokens = lines[i].split(" ")
    j = data.draw(st.integers(0, len(tokens) - 1))
    tokens[j] = str(data.draw(st.integers(-40, 40)) + int(tokens[j]))
    lines[i] = " ".join(tokens)
    changed = texts() | {CERTIFICATES: "\n".join(lines) + "\n"}
    if not rejected(changed) and changed != texts():
        assert _sound_by_propagation(changed)


def _sound_by_propagation(changed: dict[str, str]) -> bool:
    """Whether every step of every certificate follows, by a second, plainer way to say so."""
    from proofs.evidence.checker import clauses as certificate

    obligations = stored.read(changed[OBLIGATIONS])
    told = answers.read(changed[ANSWERS], len(obligations.facts))
    formula = certificate.encode_obligations(obligations)
    lines, proofs = answers.read_certificates(changed[CERTIFICATES])
    shared = dict(enumerate(formula.gates.clauses, 1))
    if not _follow(shared, answers.read_steps(lines)):
        return False
    for claim, answer in zip(obligations.claims, told.claims, strict=True):
        if not answer.certified:
            continue
        units = formula.units(claim, answer.facts_used or ())
        known = shared | {n: (unit,) for n, unit in enumerate(units, len(shared) + 1)}
        if not _follow(known, answers.read_steps(proofs[claim.name])):
            return False
    return True


def _follow(known: dict[int, Clause], steps: list[Step]) -> bool:
    """Whether each step follows from its hints; it is added to what is known."""
    for number, clause, hints in steps:
        false = set(clause)
        clauses = [set(known[h]) for h in hints if h in known]
        while (unit := next((c for c in clauses if len(c - false) == 1), None)) is not None:
            false |= {-x for x in unit - false}
            clauses.remove(unit)
        if all(c - false for c in clauses) and not any(-x in false for x in false):
            return False
        known[number] = clause
    return True


@pytest.mark.parametrize("what", ["line", "clause", "all"])
def test_a_certificate_of_which_something_is_missing_is_rejected(what: str) -> None:
    lines = texts()[CERTIFICATES].splitlines()
    last = certificate_lines()[-1]
    if what == "line":
        del lines[last]
    elif what == "clause":
        lines[last] = re.sub(r" \d+ 0$", " 0", lines[last])
    else:
        lines = []
    assert rejected(texts() | {CERTIFICATES: "".join(line + "\n" for line in lines)})


def test_a_certificate_of_another_claim_is_rejected() -> None:
    lemmas, parts = answers.read_certificates(texts()[CERTIFICATES])
    (first, second) = list(parts)[:2]
    swapped = {**parts, first: parts[second], second: parts[first]}
    joined = {name: "".join(line + "\n" for line in lines) for name, lines in swapped.items()}
    text = answers.write_certificates("".join(line + "\n" for line in lemmas), joined)
    assert rejected(texts() | {CERTIFICATES: text})


def test_lemmas_that_are_missing_or_do_not_follow_are_rejected() -> None:
    lines = texts()[CERTIFICATES].splitlines(keepends=True)
    assert lines[0] == "c lemmas\n"
    assert rejected(texts() | {CERTIFICATES: "".join(lines[1:])})
    (last,) = re.findall(r"^(\d+) ", lines[1]) or ["0"]
    forged = f"{int(last) + 10**6} 0 0\n"  # the empty clause, for no reason
    found = verify(texts() | {CERTIFICATES: "".join([lines[0], forged, *lines[1:]])})
    assert any(each.what.startswith("lemmas: ") for each in found.wrong)


def every_answer() -> Iterator[tuple[str, str]]:
    """Each claim's answer changed in each way."""
    obligations = stored.read(texts()[OBLIGATIONS])
    told = answers.read(texts()[ANSWERS], len(obligations.facts))
    other = {"PROVED": "REFUTED", "REFUTED": "PROVED"}
    for i, each in enumerate(told.claims):
        changes = {
            "verdict": replace(each, verdict=other[each.verdict]),
            "both": replace(
                each,
                verdict=other[each.verdict],
                engines=tuple(replace(e, answer=other[each.verdict]) for e in each.engines),
            ),
            "engine": replace(each, engines=(replace(each.engines[0], answer="UNKNOWN"),)),
            "engines": replace(each, engines=()),
            "name": replace(each, name="another"),
            "certified": replace(each, certified=not each.certified),
        }
        for what, one in changes.items():
            claims = (*told.claims[:i], one, *told.claims[i + 1 :])
            yield f"{each.name} {what}", answers.write(replace(told, claims=claims))


def test_every_changed_answer_is_rejected() -> None:
    for what, text in every_answer():
        found = verify(texts() | {ANSWERS: text})
        assert found.wrong or ("both" in what and found.uncertified), what


def with_witness(place: int, witness: dict[str, int]) -> list[str]:
    """What is rejected if a witness is another."""
    told = answers.read(texts()[ANSWERS], 100)
    witnesses = (*told.witnesses[:place], witness, *told.witnesses[place + 1 :])
    found = verify(texts() | {ANSWERS: answers.write(replace(told, witnesses=witnesses))})
    return [each.what for each in found.wrong]


def test_a_counterexample_with_a_bit_less_is_rejected() -> None:
    """It would be a smaller one, and the one that is told is the least."""
    told = answers.read(texts()[ANSWERS], 100)
    count = 0
    for each in told.claims:
        witness = dict(told.witnesses[each.refuted]) if each.refuted is not None else {}
        for name, value in witness.items():
            for bit in (bit for bit in range(value.bit_length()) if value >> bit & 1):
                assert each.refuted is not None
                wrong = with_witness(each.refuted, {**witness, name: value ^ 1 << bit})
                assert any(what.startswith(f"{each.name}: ") for what in wrong)
                count += 1
    assert count


def test_a_witness_with_other_inputs_or_values_than_there_are_is_rejected() -> None:
    told = answers.read(texts()[ANSWERS], 100)
    for place in {each.reached for each in told.claims if each.reached is not None}:
        assert any(
            "0x10000000000000000 is not a value of vm_flags." in w
            for w in with_witness(place, {"vm_flags": 1 << 64})
        )
        assert any("There is no input 'another'." in w for w in with_witness(place, {"another": 1}))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_changed_terms_are_rejected(data: st.DataObject) -> None:
    """The text beside them is made of them, so it does not fit any more."""
    rows = json.loads(texts()[OBLIGATIONS])
    kind = data.draw(st.sampled_from(["terms", "facts", "claims"]))
    i = data.draw(st.integers(0, len(rows[kind]) - 1))
    row = rows[kind][i]
    if kind == "terms":
        j = data.draw(st.integers(0, 3))
        row[j] = data.draw(
            st.sampled_from([None, 0, 1, 7, "and", "or", "bvand", [], [0], [0, 0], [i], [-1, 0]])
        )
    else:
        key = data.draw(st.sampled_from(sorted(row)))
        row[key] = data.draw(
            st.sampled_from([None, 0, 1, -1, 10**30, "x", [], [0], {"reads": "x", "holds": 0}])
        )
    changed = json.dumps(rows)
    if json.loads(changed) != json.loads(texts()[OBLIGATIONS]):
        found = verify(texts() | {OBLIGATIONS: changed})
        assert found.wrong or _is_unused(json.loads(texts()[OBLIGATIONS]), rows)


def _is_unused(old: dict[str, list[object]], new: dict[str, list[object]]) -> bool:
    """Whether only the name of a fact, or a term below nothing, differs."""
    return old["claims"] == new["claims"] and stored.read(json.dumps(old)) != stored.read(json.dumps(new))


def test_a_changed_text_is_rejected() -> None:
    text = texts()[SMT2]
    for i in range(0, len(text), max(1, len(text) // 40)):
        changed = text[:i] + ("x" if text[i] != "x" else "y") + text[i + 1 :]
        assert rejected(texts() | {SMT2: changed})


def test_a_fact_that_the_claim_may_not_assume_is_rejected() -> None:
    told = answers.read(texts()[ANSWERS], 100)
    rows = json.loads(texts()[OBLIGATIONS])
    none = {**rows, "claims": [{**claim, "facts": []} for claim in rows["claims"]]}
    some = [each for each in told.claims if each.facts_used]
    found = verify(texts() | {OBLIGATIONS: json.dumps(none)})
    assert some and all(
        any(
            w.what == f"{each.name}: The facts used are not among those that the claim may assume."
            for w in found.wrong
        )
        for each in some
    )


# Files that are no evidence ---------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_are_rejected_with_a_sentence(name: str, text: str) -> None:
    wrong = verify(texts() | {name: text}).wrong
    assert wrong and wrong[0].what.endswith(".") and len(wrong[0].what) < 400


def test_terms_that_are_nested_too_deep_are_rejected() -> None:
    rows = json.loads(texts()[OBLIGATIONS])
    rows["terms"] = [["name", 0, "a", []], *(["not", 0, None, [i]] for i in range(6_000))]
    wrong = verify(texts() | {OBLIGATIONS: json.dumps(rows)}).wrong
    assert wrong[0].what == "Its terms are nested more than 5000 deep."


def test_too_many_gates_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.solvers.sat.tseitin.MOST_GATES", 10)
    assert verify(texts()).wrong[0].what == "The terms have more than 10 gates."


@pytest.mark.parametrize("name", NAMES)
def test_truncated_files_are_rejected(name: str) -> None:
    text = texts()[name]
    for end in (0, 1, len(text) // 3, len(text) // 2, len(text) - 2):
        assert rejected(texts() | {name: text[:end]}), end
