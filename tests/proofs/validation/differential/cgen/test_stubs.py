# SPDX-License-Identifier: GPL-2.0-only
"""What calls through members, contracts, single accesses and loops are in the compiled C."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from model.program.interpreter import Inputs
from model.source.contracts.contract import Contract, Kind
from model.source.index.index import Index
from model.source.kernel import Kernel, read
from model.source.preprocessor.profile import Profile
from model.source.targets.target import Target
from proofs.validation.differential.program import compile_target
from proofs.validation.differential.witnesses import confirm_witnesses
from tests.support.c.c_code import FILE, make_tree

CODE = """
typedef unsigned long u64_;
typedef struct { unsigned long bits; } prot_t;
enum attribute { ATTR_LOW = 3, ATTR_HIGH = 12 };
#define ATTRIBUTE(name) ATTR_##name
struct kvm_pgtable_mm_ops {
	void *(*phys_to_virt)(u64_ phys);
	void (*dcache_clean_inval_poc)(void *addr, size_t size);
	void (*get_page)(void *addr);
};
struct context { unsigned long *ptep; struct kvm_pgtable_mm_ops *mm_ops; unsigned long old; };
struct queue { int length; };
prot_t attributes_of(unsigned long pfn);
struct queue *next_queue(unsigned long at);
int look_up(struct queue **found, struct queue **other);
void flush(unsigned long addr, unsigned long size);
void call_there(void *f, ...);

int visit(struct context *ctx, unsigned long size)
{
	struct kvm_pgtable_mm_ops *mm_ops = ctx->mm_ops;

	WRITE_ONCE(*ctx->ptep, ATTRIBUTE(HIGH));
	if (mm_ops->dcache_clean_inval_poc)
		mm_ops->dcache_clean_inval_poc(mm_ops->phys_to_virt(ctx->old), size);
	if (cmpxchg(ctx->ptep, ctx->old, size) != ctx->old)
		return 1;
	mm_ops->get_page(ctx->ptep);
	call_there(flush, size, size + ATTRIBUTE(LOW));
	return 0;
}

prot_t choose(unsigned long pfn)
{
	prot_t found = attributes_of(pfn);

	if (found.bits & ATTRIBUTE(HIGH))
		found.bits = pfn;
	return found;
}

int search(unsigned long at)
{
	struct queue *q;
	unsigned long end = at + 3;

	do {
		q = next_queue(at);
		if (q && q->length < 0)
			return -1;
		at++;
	} while (q && at < end);
	return q ? 1 : 0;
}

int pick(int way)
{
	struct queue *first, *second;

	if (look_up(&first, &second))
		return -1;
	return way ? first->length : second->length;
}
"""

_ROWS = {
    "kvm_pgtable_mm_ops.dcache_clean_inval_poc": Contract(
        Kind.EFFECT,
        "cleans",
        "here",
        arguments=(("size", "size_t", 0),),
        observes=(("entry", ("*ctx->ptep", "*ptep")),),
    ),
    "attributes_of": Contract(Kind.ANSWER, "attributes", "here"),
    "next_queue": Contract(Kind.ANSWER, "a queue or NULL", "here", result="queue"),
    "look_up": Contract(Kind.ANSWER, "two queues, or an error", "here"),
    "flush": Contract(
        Kind.EFFECT, "flushes", "here", arguments=(("addr", "unsigned long", 0), ("size", "unsigned long", 1))
    ),
    "call_there": Contract(Kind.EFFECT, "calls it elsewhere", "here", type="void", is_trampoline=True),
}

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="not run: there is no gcc to compile with")


def kernel(function: str, code: str = CODE) -> Kernel:
    tree = make_tree(code)
    target = Target(
        name=function,
        functions=(function,),
        file=FILE,
        says="Ours.",
        symbols={},
        bindings={},
        contracts=_ROWS,
    )
    return read(tree, Index.build(tree, None), Profile.builtin("4K"), "4K", function, target)


@needs_gcc
@pytest.mark.parametrize("function", ["visit", "choose", "search", "pick"])
def test_the_compiled_c_agrees(function: str, tmp_path: Path) -> None:
    found = compile_target(kernel(function), tmp_path).compare_random(5000, 1)
    assert found.agrees and found.compared == 5000, (found.inputs, found.compiled, found.procedure)


@needs_gcc
@pytest.mark.parametrize(
    ("function", "old", "new"),
    [
        ("visit", "WRITE_ONCE(*ctx->ptep, ATTRIBUTE(HIGH));", ";"),  # what is stored
        ("visit", "ATTRIBUTE(HIGH)", "ATTRIBUTE(LOW)"),  # a name that a macro pastes
        ("visit", "size + ATTRIBUTE(LOW)", "size"),  # what is handed on
        ("visit", "mm_ops->get_page(ctx->ptep);", ";"),  # what a member counts
        ("visit", "!= ctx->old", "== ctx->old"),  # what another CPU left there
        ("choose", "found.bits = pfn", "found.bits = pfn + 1"),  # a member of what is returned
        ("search", "q->length < 0", "q->length <= 0"),
        ("pick", "way ? first", "way ? second"),  # which object was written by the call
    ],
)
def test_a_change_is_noticed(function: str, old: str, new: str, tmp_path: Path) -> None:
    made = kernel(function)
    definition = made.lowered.front.view.function(function)
    assert definition is not None
    text = definition.text.decode()
    assert old in text
    found = compile_target(made, tmp_path, {function: text.replace(old, new, 1).encode()}).compare_random(
        20000, 1
    )
    assert not found.agrees


@needs_gcc
def test_what_an_effect_sees_is_what_it_was_when_it_was_called(tmp_path: Path) -> None:
    made = kernel("visit")
    text = CODE[CODE.index("int visit(") : CODE.index("prot_t choose(")].strip()
    store = "\tWRITE_ONCE(*ctx->ptep, ATTRIBUTE(HIGH));\n"
    late = text.replace(store, "").replace("\tif (cmpxchg", f"{store}\tif (cmpxchg")
    assert not compile_target(made, tmp_path, {"visit": late.encode()}).compare_random(20000, 1).agrees


@needs_gcc
def test_a_member_that_is_null_is_not_called(tmp_path: Path) -> None:
    run = compile_target(kernel("visit"), tmp_path)
    member = "ctx->mm_ops->dcache_clean_inval_poc"
    found = run.compare_inputs([Inputs({member: 0}), Inputs({member: 1})]).vectors
    assert [v.verdict for v in found] == ["alike", "alike"]
    calls = [sum("dcache_clean" in event for event in v.compiled.events) for v in found]
    assert calls == [0, 1]


@needs_gcc
def test_answers_beyond_those_with_names_are_compared(tmp_path: Path) -> None:
    found = compile_target(kernel("search"), tmp_path).compare_random(5000, 1)
    assert found.counts["repeated"] > 0 and found.agrees


@needs_gcc
def test_a_witness_with_pointers_is_confirmed_on_the_objects_here() -> None:
    found = confirm_witnesses(
        kernel("search"), [Inputs({"queue": 4096, "queue->length": 0xFFFF_FFFF, "at": 7})]
    )
    assert [(c.holds, c.why) for c in found] == [(True, "")]
    assert found[0].inputs.names["queue"] != 4096
