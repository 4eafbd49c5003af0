# SPDX-License-Identifier: GPL-2.0-only
"""The witness of a refuted claim is run by the compiled C, which confirms it or does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.logic import BitVec, const, name, same
from model.source.index.index import Index
from model.source.kernel import Kernel, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import ReturnValue, Target
from model.vocabulary import Symbols
from proofs import run
from proofs.claims.claim import Claim
from proofs.solvers.query import Answer, MinimalModel, SatStatus
from proofs.theorems.expectation import Verdict
from proofs.validation.differential.program import compile_target
from proofs.validation.differential.witnesses import CompiledKernels, WitnessReplay, replay_claim
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support.c.c_code import FILE, make_tree

CODE = """
struct box { int size; unsigned int width; };
int f(struct box *b, int n)
{
	if (b->width && (b->size >> b->width) == 1)
		return 2;
	return n == 5 ? 1 : 0;
}
"""
BV32 = BitVec(32)
said = name("said", BV32)
_WORDS: Symbols = {"said": (BV32, "what is returned")}

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="not run: there is no gcc to compile with")


def kernel(code: str = CODE) -> Kernel:
    tree = make_tree(code)
    target = Target(
        name="f", functions=("f",), file=FILE, says="Ours.", symbols=_WORDS, bindings={"said": ReturnValue()}
    )
    return read(tree, Index.build(tree, None), Profile.builtin("4K"), "4K", "f", target)


def told(of: Kernel, known: Kernel, folder: Path, **model: int) -> WitnessReplay:
    claim = Claim(
        theorem="never_1", family="ours", subject="f", pages="", says="f() never returns 1.", because=(), procedures={"": of.procedure}, facts=(), given=(),
        then=~same(said, const(1, BV32)),
    )  # fmt: skip
    answer = Answer(claim.name, SatStatus.SAT, counterexample=MinimalModel(model, {}))
    judged = ClaimVerdict(claim, Verdict.REFUTED, ExpectationStatus.UNEXPECTED, "", answer)
    return replay_claim(judged, CompiledKernels([known], folder))


@needs_gcc
def test_a_witness_is_confirmed(tmp_path: Path) -> None:
    assert told(kernel(), kernel(), tmp_path, n=5).holds


@needs_gcc
def test_an_input_that_refutes_nothing_is_not_confirmed(tmp_path: Path) -> None:
    found = told(kernel(), kernel(), tmp_path, n=4)
    assert not found.holds and not found.differs


@needs_gcc
def test_where_c_is_undefined_a_number_nearby_is_tried(tmp_path: Path) -> None:
    """A shift by the width of an int or more has no meaning in C; the witness holds for others, too."""
    undefined = {"n": 5, "b->width": 0xFFFF, "b->size": 3}
    assert not told(kernel(), kernel(), tmp_path, **undefined).holds
    code = CODE.replace("if (b->width &&", "if (").replace(
        "(b->size >> b->width)", "(b->size >> (40 - b->width))"
    )
    made = kernel(code)
    assert told(made, made, tmp_path / "near", **{"n": 5, "b->width": 0}).holds


@needs_gcc
def test_other_c_than_the_procedures_differs(tmp_path: Path) -> None:
    made = kernel()
    known = CompiledKernels([made], tmp_path)
    text = CODE[CODE.index("int f(") :].strip().replace("n == 5", "n == 6").encode()
    known.programs["f", "4K"] = compile_target(made, tmp_path / "lying", {"f": text})
    claim = Claim(
        theorem="never_1",
        family="ours",
        subject="f",
        pages="",
        says="",
        because=(),
        procedures={"": made.procedure},
        facts=(),
        given=(),
        then=~same(said, const(1, BV32)),
    )
    answer = Answer(claim.name, SatStatus.SAT, counterexample=MinimalModel({"n": 5}, {}))
    judged = ClaimVerdict(claim, Verdict.REFUTED, ExpectationStatus.UNEXPECTED, "", answer)
    assert replay_claim(judged, known).differs


def test_a_changed_function_has_no_c(tmp_path: Path) -> None:
    other = kernel(CODE.replace("n == 5", "n == 7"))
    assert "a function that is changed" in told(kernel(), other, tmp_path, n=5).why


def test_compiled_needs_a_tree(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["--compiled"])
    assert ended.value.code == 2 and "--compiled runs the C" in capsys.readouterr().err
