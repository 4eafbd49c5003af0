# SPDX-License-Identifier: GPL-2.0-only
"""Where the C of all reproducers begins, and its main(), as text; ``@NAME@`` is what differs.

What stands between is in ``body``.

Source: Documentation/virt/kvm/api.rst for the ioctls, Documentation/dev-tools/ktap.rst and
tools/testing/selftests/kselftest.h for what is printed and the exit codes.
"""

from __future__ import annotations

HEAD = """\
// SPDX-License-Identifier: GPL-2.0-only
/*
@ABOUT@
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kvm.h>
@INCLUDES@
#ifndef __aarch64__
#error "The guest is arm64 code: compile this for arm64."
#endif

#define PATTERN		0x1122334455667788ULL
#define GUEST_WROTE	0x5afeU

/* Guest-physical addresses: reports, the page, and the guest's code, vectors and page table. */
#define REPORT_GPA	0x10000000ULL
#define PAGE_GPA	0x40000000ULL
#define CODE_GPA	0x80000000ULL
#define CODE_SIZE	0x10000UL
#define VECTORS		0x800
#define SYNC_SPX	(VECTORS + 0x200)
#define TABLE		0x1000

enum { READ, UNALIGNED, WRITE, FETCH, END, EXCEPTION, PROBE, REPORTS };

"""

MAIN = """\
static const char * const checks[] = {
@NAMES@
};
#define CHECKS ((int)(sizeof(checks) / sizeof(*checks)))

int main(int argc, char **argv)
{
	struct kvm_run *run;
	int kvm, vm, vcpu, answer;
@BEFORE@
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\\n");
	if (argc != @COUNT@ + 1)
		skip("usage", "@USAGE@");
	arguments = argv + 1;
	kvm = open_or_skip("/dev/kvm", O_RDWR);
	size = (size_t)sysconf(_SC_PAGESIZE);
	map_page();
	vm = create_vm(kvm);
	vcpu = create_vcpu(kvm, vm, &run);
	make_code(vm);

	printf("1..%d\\n", CHECKS);
	answer = set_memslot(vm, 1, PAGE_GPA, page, size);
	printf("# KVM_SET_USER_MEMORY_REGION: %s\\n", answer ? strerror(-answer) : "0");
	result(answer == 0 || answer == -EINVAL, checks[0]);
	if (answer) {
		while (tests < CHECKS)
			skipped(checks[tests], "the memslot was refused");
		return failures != 0;
	}
@READ@	set_registers(vcpu);
	run_guest(vcpu, run);
	tell();
@CHECKS@	return failures != 0;
}
"""
