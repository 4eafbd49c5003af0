# SPDX-License-Identifier: GPL-2.0-only
"""Small C of our own, compiled behind stubs, does what its procedure does, and a change of it is noticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.program.interpreter import Inputs
from model.source.index.index import Index
from model.source.kernel import Kernel, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import Target
from proofs import crosscheck
from proofs.validation.differential.cgen.c_terms import Unprintable
from proofs.validation.differential.cgen.harness import generate_harness
from proofs.validation.differential.program import NoCompiler, Program, compile_harness
from proofs.validation.differential.witnesses import confirm_witnesses
from tests.support.c.c_code import FILE, make_tree

CODE = """
#define IS_ENABLED(option) IS_BUILTIN(option)
#define IS_BUILTIN(option) __is_defined(option)
#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(__ignored, val, ...) val
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(val) ____is_defined(__ARG_PLACEHOLDER_##val)
#define ____is_defined(arg1_or_junk) __take_second_arg(arg1_or_junk 1, 0)
enum colour { RED = 3, GREEN, BLUE = 1 << 4 };
struct lock { int raw; };
struct part { struct lock mmu_lock; unsigned long size; short small; unsigned int low : 3, high : 5; };
struct whole { struct part part; struct whole *next; unsigned long never_spoken_of; void (*unread)(void); };
typedef unsigned long gfn_t;
bool pfn_is_map_memory(unsigned long pfn);
int get_user_mapping_size(struct whole *w, unsigned long addr);
void mark_page_dirty_in_slot(struct whole *w, gfn_t gfn);
static inline unsigned long doubled(unsigned long x) { return x << 1; }
#ifdef CONFIG_KVM
static bool is_odd(const struct whole *w) { return w->part.size & 1; }
#else
static bool is_odd(const struct whole *w) { return true; }
#endif

int f(struct whole *w, unsigned int n)
{
	int ret = -EINVAL_;
	write_lock(&w->part.mmu_lock);
	if (pfn_is_map_memory(n) && is_odd(w))
		goto out;
	if (!IS_ENABLED(CONFIG_KVM))
		goto out;
	if (w->next && w->next->part.small < 0)
		ret = get_user_mapping_size(w, doubled(n));
	else
		ret = w->part.low == 5 ? GREEN : BLUE;
	if (cpus_have_final_cap(ARM64_HAS_CACHE_DIC))
		mark_page_dirty_in_slot(w, n >> 3);
	w->part.size = ret;
out:
	write_unlock(&w->part.mmu_lock);
	return ret;
}
""".replace("EINVAL_", "22")

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="not run: there is no gcc to compile with")


def kernel(code: str = CODE, function: str = "f") -> Kernel:
    tree = make_tree(code)
    target = Target(
        name=function,
        functions=(function,),
        file=FILE,
        says="A function of our own.",
        symbols={},
        bindings={},
    )
    return read(tree, Index.build(tree, None), Profile.builtin("4K"), "4K", function, target)


def program(folder: Path, replaced: dict[str, bytes] | None = None) -> Program:
    return compile_harness(generate_harness(kernel(), replaced), folder)


@needs_gcc
def test_the_compiled_c_agrees_with_its_procedure(tmp_path: Path) -> None:
    found = program(tmp_path).compare_random(5000, 1)
    assert found.agrees and found.compared == 5000
    assert not found.untaken
    assert {"f.return", "(mmu_lock)", "w->part.size"} <= set(generate_harness(kernel()).interface.observed)


def test_what_is_never_spoken_of_is_not_compiled() -> None:
    assert "never_spoken_of" not in generate_harness(kernel()).compiled
    assert "__ARG_PLACEHOLDER_1" in generate_harness(kernel()).compiled


@needs_gcc
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("part.small < 0", "part.small <= 0"),  # a boundary
        ("n >> 3", "n >> 2"),  # an effect's argument
        ("write_unlock(&w->part.mmu_lock);", ";"),  # a resource
        ("low == 5", "low == 4"),  # the returned value
        ("w->part.size = ret;", ";"),  # memory
        ("doubled(n)", "n"),  # the argument of a call that is told
        ("pfn_is_map_memory(n) && is_odd(w)", "is_odd(w)"),
    ],
)
def test_a_change_is_noticed_where_it_can_be_seen(old: str, new: str, tmp_path: Path) -> None:
    code = CODE[CODE.index("int f(") :].rstrip()
    assert old in code
    found = program(tmp_path, {"f": code.replace(old, new).encode()}).compare_random(20000, 1)
    assert not found.agrees


@needs_gcc
def test_a_witness_is_confirmed_and_a_wrong_procedure_is_not(tmp_path: Path) -> None:
    made = kernel()
    witness = Inputs({"n": 80, "w": 1, "w->part.low": 5, "ARM64_HAS_CACHE_DIC": 1})
    assert [c.holds for c in confirm_witnesses(made, [witness])] == [True]
    lying = program(
        tmp_path, {"f": CODE[CODE.index("int f(") :].replace("low == 5", "low == 4").rstrip().encode()}
    )
    assert [v.verdict for v in lying.compare_inputs([witness]).vectors] == ["differs"]


@needs_gcc
def test_what_gcc_refuses_is_a_reason(tmp_path: Path) -> None:
    with pytest.raises(Unprintable, match="gcc refuses what was cut out"):
        program(
            tmp_path, {"f": b"int f(struct whole *w, unsigned int n)\n{\n\treturn no_such_name_anywhere;\n}"}
        )


def test_without_gcc_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCompiler, match="no gcc"):
        program(tmp_path)


@pytest.mark.parametrize(
    "asked",
    [
        ["--linux", "nowhere"],
        [],
        ["--linux", ".", "--root", "no such function"],
        ["--linux", ".", "--inputs", "0"],
    ],
)
def test_a_wrong_command_line_ends_with_2(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        crosscheck.main(asked)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
