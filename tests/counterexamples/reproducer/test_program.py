# SPDX-License-Identifier: GPL-2.0-only
"""The C programs: the same every time, without a warning, the guest as its comments say, and honest TAP."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from counterexamples.reproducer.guest import CODE, END, VECTOR, Access, Instruction, array, instructions
from counterexamples.reproducer.mappings import MAPPINGS
from counterexamples.reproducer.program import reproducer
from counterexamples.scenarios.programs import SCENARIOS
from counterexamples.scenarios.scenario import Scenario

BY_NAME = {each.name: each for each in SCENARIOS}
PLAIN = [each for each in SCENARIOS if each.name in MAPPINGS]
GCC, QEMU = "aarch64-linux-gnu-gcc", "qemu-aarch64"
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static")
each_program = pytest.mark.parametrize("scenario", PLAIN, ids=lambda s: s.name)


def cross(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not run: there is no {missing[0]}; `make cross` installs it")


def text_of(scenario: Scenario) -> str:
    text = reproducer(scenario)
    assert text is not None
    return text


def built(folder: Path, text: str, *more: str) -> Path:
    """The program of that text, for arm64."""
    source = folder / "program.c"
    source.write_text(text)
    run = subprocess.run(
        [GCC, *FLAGS, *more, str(source), "-o", str(folder / "program")], capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (0, "")
    return folder / "program"


def test_only_what_needs_a_driver_s_own_calls_has_no_program() -> None:
    assert {each.name for each in SCENARIOS if reproducer(each) is None} == {"D8", "D9"}
    assert MAPPINGS.keys() <= BY_NAME.keys()


@each_program
def test_it_is_whole_and_of_uapi_alone(scenario: Scenario) -> None:
    text = text_of(scenario)
    assert text.startswith("// SPDX-License-Identifier: GPL-2.0-only\n/*\n * " + scenario.name)
    assert re.findall(r"@[A-Z]+@", text) == []
    uapi = {name for name in re.findall(r"#include <(.*)>", text) if name.startswith(("linux/", "drm/"))}
    assert uapi == {"linux/kvm.h", *MAPPINGS[scenario.name].headers}
    assert '#include "' not in text
    assert max(len(line.expandtabs(8)) for line in text.splitlines()) <= 140
    assert not re.search(r"[ \t]$", text, re.M)


def test_the_text_is_the_same_in_every_process() -> None:
    script = (
        "from counterexamples.scenarios.programs import SCENARIOS\n"
        "from counterexamples.reproducer.program import reproducer\n"
        "import sys; sys.stdout.write(''.join(reproducer(s) or '' for s in SCENARIOS))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONHASHSEED": "7"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout == "".join(map(text_of, PLAIN))


def test_a_register_is_only_read() -> None:
    for name, mapped in MAPPINGS.items():
        if not mapped.memory:
            assert set(mapped.accesses) <= {Access.PROBE, Access.READ, Access.UNALIGNED}, name
            assert "before = " not in text_of(BY_NAME[name])


# The guest ---------------------------------------------------------------------------------------
def assembled(folder: Path, code: tuple[Instruction, ...]) -> list[int]:
    (folder / "code.s").write_text("".join(f"{each.text}\n" for each in code))
    tool = "aarch64-linux-gnu-"
    subprocess.run([f"{tool}as", "code.s", "-o", "code.o"], cwd=folder, check=True)
    subprocess.run([f"{tool}objcopy", "-O", "binary", "code.o", "code"], cwd=folder, check=True)
    return [word for (word,) in struct.iter_unpack("<I", (folder / "code").read_bytes())]


def test_the_words_are_what_their_comments_say(tmp_path: Path) -> None:
    cross("aarch64-linux-gnu-as", "aarch64-linux-gnu-objcopy")
    code = (*instructions(tuple(Access)), *VECTOR)
    assert assembled(tmp_path, code) == [each.word for each in code]


def test_each_access_reports_itself() -> None:
    for access, code in CODE.items():
        target = f"[x2, #{access.report}]" if access.report else "[x2]"
        assert [each.text for each in code if each.text.endswith(target)] == [code[-1].text]
    assert END[0].text.endswith("[x2, #32]") and VECTOR[1].text.endswith("[x2, #40]")


HARNESS = """
#include <stdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
CODE
int main(void)
{
	uint64_t reports[16] = { 0 }, *page, *code;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS, all = PROT_READ | PROT_WRITE | PROT_EXEC;

	page = mmap(NULL, 65536, all, flags, -1, 0);
	code = mmap(NULL, 65536, all, flags, -1, 0);
	page[0] = 0x1122334455667788;
	reports[4] = 1;
	memcpy(code, guest, sizeof(guest));
	__builtin___clear_cache((char *)code, (char *)code + sizeof(guest));
	register uint64_t one __asm__("x1") = (uintptr_t)page;
	register uint64_t two __asm__("x2") = (uintptr_t)reports;
	__asm__ volatile("adr x20, 1f\\n\\tbr %2\\n1:"
		: "+r"(one), "+r"(two) : "r"(code) : "x0", "x3", "x20", "x30", "memory");
	for (int i = 0; i < 6; i++)
		printf("%llx ", (unsigned long long)(i == 3 ? reports[i] - (uintptr_t)page : reports[i]));
	printf("%x", ((uint32_t *)page)[2]);
	return 0;
}
"""


def test_the_guest_does_what_it_reports(tmp_path: Path) -> None:
    """Run in user mode on ordinary memory, with a way back in the place of its endless loop."""
    cross(GCC, QEMU)
    code = (*instructions(tuple(Access))[:-1], Instruction(0xD61F0280, "br x20"))
    program = built(tmp_path, HARNESS.replace("CODE", array("guest", code)))
    run = subprocess.run([QEMU, str(program)], capture_output=True, text=True)
    assert run.stdout == "55667788 44556677 5afe 10 0 0 5afe"


# The programs ------------------------------------------------------------------------------------
@each_program
def test_it_compiles_without_a_warning_and_skips(scenario: Scenario, tmp_path: Path) -> None:
    cross(GCC)
    program = built(tmp_path, text_of(scenario))
    cross(QEMU)
    run = subprocess.run([QEMU, str(program)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (4, "")
    assert re.fullmatch(r"TAP version 13\n1\.\.0 # SKIP [^\n]+: [^\n]+\n", run.stdout)
    if MAPPINGS[scenario.name].usage:
        assert "usage: give " in run.stdout


#: A KVM of our own: ioctl() as the program calls it, and what the guest would report.
KVM = """
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <linux/kvm.h>
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);
void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);
static struct kvm_run run;
static uint32_t *page;
static unsigned int step;

int __wrap_open(const char *path, int flags, ...)
{
	(void)path, (void)flags;
	return 90;
}

void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	return fd == 91 ? (void *)&run : __real_mmap(at, n, prot, flags, fd, offset);
}

static void report(unsigned int which, uint64_t value)
{
	run.exit_reason = KVM_EXIT_MMIO;
	run.mmio.is_write = 1;
	run.mmio.phys_addr = 0x10000000 + 8 * which;
	memcpy(run.mmio.data, &value, 8);
}

static int next(const char *kind)
{
	const int faults = !strcmp(kind, "device");
	const unsigned int normal[] = { 5, 6, 0, 1, 2, 3, 4 }, device[] = { 5, 6, 0, 5, 1, 2, 3, 4 };
	unsigned int which = faults ? device[step] : normal[step];

	if (step++ == 0 && !strcmp(kind, "blind")) {
		report(6, 0);
		run.mmio.is_write = 0;
		return 0;
	}

	if (!strcmp(kind, "efault") || (!strcmp(kind, "readonly") && which == 2)) {
		errno = EFAULT;
		return -1;
	}
	if (which == 2)
		page[2] = !strcmp(kind, "stale") ? 0 : 0x5afe;
	if (which == 3 && !strcmp(kind, "nofetch"))
		report(5, 0x86000007);
	else
		report(which, which == 0 ? page[0] : which == 5 ? 0x96000021 : 0x5afe);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	const char *kind = getenv("KIND");
	va_list list;
	void *at;

	(void)fd;
	va_start(list, request);
	at = va_arg(list, void *);
	va_end(list);
	switch (request) {
	case KVM_GET_API_VERSION: return KVM_API_VERSION;
	case KVM_CREATE_VCPU: return 91;
	case KVM_GET_VCPU_MMAP_SIZE: return sizeof(run);
	case KVM_SET_USER_MEMORY_REGION: {
		const struct kvm_userspace_memory_region *region = at;

		if (region->slot == 1 && (!strcmp(kind, "refused") || !strcmp(kind, "odd"))) {
			errno = strcmp(kind, "odd") ? EINVAL : ENOMEM;
			return -1;
		}
		if (region->slot == 1)
			page = (void *)(uintptr_t)region->userspace_addr;
		return 0;
	}
	case KVM_RUN: return next(kind);
	default: return 0;
	}
}
"""

#: Of each kind of KVM: which of the six checks fail or are skipped, and the exit code.
SAID = {
    "fine": ([], [], 0),
    "blind": ([], [4], 0),
    "refused": ([], [2, 3, 4, 5, 6], 0),
    "odd": ([1], [2, 3, 4, 5, 6], 1),
    "efault": ([2, 3, 4, 5, 6], [], 1),
    "readonly": ([2, 5, 6], [], 1),
    "device": ([4], [], 1),
    "stale": ([5], [], 1),
    "nofetch": ([6], [], 1),
}


@pytest.fixture(scope="module")
def on_our_kvm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an anonymous page, with a KVM of our own in the place of the kernel's."""
    cross(GCC, QEMU)
    folder = tmp_path_factory.mktemp("kvm")
    (folder / "kvm.c").write_text(KVM)
    wrapped = "-Wl,--wrap=open,--wrap=ioctl,--wrap=mmap"
    return built(folder, text_of(BY_NAME["anonymous memory"]), str(folder / "kvm.c"), wrapped)


@pytest.mark.parametrize("kind", SAID)
def test_it_tells_what_kvm_did(kind: str, on_our_kvm: Path) -> None:
    run = subprocess.run([QEMU, "-E", f"KIND={kind}", str(on_our_kvm)], capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if not line.startswith("#")]
    assert lines[:2] == ["TAP version 13", "1..6"]
    told = [re.fullmatch(r"(not ok|ok) (\d) (.*)", line) for line in lines[2:]]
    results = {int(each[2]): (each[1], each[3]) for each in told if each}
    failed, skipped, code = SAID[kind]
    assert [n for n, (word, _) in results.items() if word == "not ok"] == failed
    assert [n for n, (_, rest) in results.items() if "# SKIP " in rest] == skipped
    assert all(told)
    assert (list(results), run.returncode) == ([1, 2, 3, 4, 5, 6], code)


def _joined(line: str) -> str:
    return line.replace("not ok", "not ok")


def test_what_was_seen_is_told(on_our_kvm: Path) -> None:
    run = subprocess.run([QEMU, "-E", "KIND=device", str(on_our_kvm)], capture_output=True, text=True)
    assert "# KVM_SET_USER_MEMORY_REGION: 0\n" in run.stdout
    assert "# read: value 0x55667788, ESR_EL1 0x0\n" in run.stdout
    assert "# unaligned load: value 0x5afe, ESR_EL1 0x96000021\n" in run.stdout
    assert "# KVM_RUN: did not fail\n# the last exit reason: 6\n" in run.stdout
    refused = subprocess.run([QEMU, "-E", "KIND=refused", str(on_our_kvm)], capture_output=True, text=True)
    assert "# KVM_SET_USER_MEMORY_REGION: Invalid argument\n" in refused.stdout
