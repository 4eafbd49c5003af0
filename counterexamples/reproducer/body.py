# SPDX-License-Identifier: GPL-2.0-only
"""The functions that all reproducers have in common, as C text; ``@NAME@`` is what differs.

Source: Documentation/virt/kvm/api.rst for the ioctls, the Arm ARM for the guest's tables and system
registers: one table of level 1, with a granule of 4K and 32 bits of address.
"""

from __future__ import annotations

BODY = """\

static volatile uint64_t *page;
static size_t size;
static char **arguments;
static int tests, failures;

static struct {
	bool reported[REPORTS];
	uint64_t value[REPORTS];
	uint64_t esr[REPORTS];		/* of an exception on the way to a report; 0: none */
	uint64_t pending_esr;
	bool blind;			/* no fault on an unaligned load of Device memory */
	int run_errno;			/* of KVM_RUN; 0: it did not fail */
	uint32_t exit_reason;
} seen;

static void __attribute__((noreturn)) skip(const char *what, const char *why)
{
	printf("1..0 # SKIP %s: %s\\n", what, why);
	exit(4);
}

static void __attribute__((noreturn)) fail(const char *what)
{
	printf("Bail out! %s: %s\\n", what, strerror(errno));
	exit(1);
}

static inline char *argument(int n)
{
	return arguments[n];
}

static inline int open_or_skip(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		skip(path, strerror(errno));
	return fd;
}

static inline volatile uint64_t *map_or_skip(int fd, int prot, int flags, off_t offset)
{
	void *at = mmap(NULL, size, prot, flags, fd, offset);

	if (at == MAP_FAILED)
		skip("mmap()", strerror(errno));
	return at;
}

/* @CALL@ */
static void map_page(void)
{
@MAP@
}

static void set_reg(int vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu, KVM_SET_ONE_REG, &reg) < 0)
		fail("KVM_SET_ONE_REG");
}

#define CORE_REG(name) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

/* An identity map of blocks of 1 GiB: the first is Device, the others Normal, both as the guest has it. */
static void make_table(char *code)
{
	const uint64_t block = 1 | 1 << 10, normal = block | 3 << 8, device = block | 1 << 2;
	const uint64_t never_run = 3ULL << 53, not_by_el0 = 1ULL << 54;
	uint64_t table[4] = { 0 };

	table[0] = device | never_run;
	table[1] = PAGE_GPA | normal | not_by_el0;
	table[2] = CODE_GPA | normal | not_by_el0;
	memcpy(code + TABLE, table, sizeof(table));
}

static void set_registers(int vcpu)
{
	set_reg(vcpu, CORE_REG(regs.pc), CODE_GPA);
	set_reg(vcpu, CORE_REG(regs.regs[1]), PAGE_GPA);
	set_reg(vcpu, CORE_REG(regs.regs[2]), REPORT_GPA);
	set_reg(vcpu, ARM64_SYS_REG(3, 0, 10, 2, 0), 0x00ff);			/* MAIR_EL1 */
	set_reg(vcpu, ARM64_SYS_REG(3, 0, 2, 0, 2), 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | 32);	/* TCR_EL1 */
	set_reg(vcpu, ARM64_SYS_REG(3, 0, 2, 0, 0), CODE_GPA + TABLE);		/* TTBR0_EL1 */
	set_reg(vcpu, ARM64_SYS_REG(3, 0, 12, 0, 0), CODE_GPA + VECTORS);	/* VBAR_EL1 */
	set_reg(vcpu, ARM64_SYS_REG(3, 0, 1, 0, 0), 0x30d00800 | 1 << 12 | 1 << 2 | 1);	/* SCTLR_EL1 */
}

/* The answer of KVM_SET_USER_MEMORY_REGION, as a negative error number. */
static int set_memslot(int vm, uint32_t slot, uint64_t gpa, volatile void *at, size_t length)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = gpa, .memory_size = length, .userspace_addr = (uintptr_t)at,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 ? -errno : 0;
}

static int create_vm(int kvm)
{
	int bits, vm;

	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		skip("/dev/kvm", "not the KVM of an arm64 kernel");
	bits = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);
	vm = ioctl(kvm, KVM_CREATE_VM, bits > 0 ? (unsigned long)bits : 0UL);
	if (vm < 0)
		skip("KVM_CREATE_VM", strerror(errno));
	return vm;
}

static int create_vcpu(int kvm, int vm, struct kvm_run **run)
{
	struct kvm_vcpu_init init = { 0 };
	int length = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);

	if (length < 0 || vcpu < 0)
		fail("KVM_CREATE_VCPU");
	if (ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) < 0 || ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) < 0)
		fail("KVM_ARM_VCPU_INIT");
	*run = mmap(NULL, (size_t)length, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (*run == MAP_FAILED)
		fail("mmap() of the vCPU");
	return vcpu;
}

static void make_code(int vm)
{
	char *code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		fail("mmap() of the guest's code");
	memcpy(code, guest, sizeof(guest));
	memcpy(code + SYNC_SPX, vector, sizeof(vector));
	make_table(code);
	__builtin___clear_cache(code, code + CODE_SIZE);
	errno = -set_memslot(vm, 0, CODE_GPA, code, CODE_SIZE);
	if (errno)
		fail("KVM_SET_USER_MEMORY_REGION of the guest's code");
}

/* Whether the guest has more to say. */
static bool take_report(const struct kvm_run *run)
{
	uint64_t value, which = (run->mmio.phys_addr - REPORT_GPA) / 8;

	if (!run->mmio.is_write) {
		seen.blind = true;
		return !seen.reported[PROBE];
	}
	if (run->mmio.phys_addr < REPORT_GPA || which >= REPORTS)
		return false;
	memcpy(&value, run->mmio.data, sizeof(value));
	if (which == EXCEPTION) {
		seen.pending_esr = value;
		if ((value >> 26 & 0x3f) != 0x21)
			return true;
		which = FETCH;	/* what is at the page cannot be passed over: an Instruction Abort is the end */
		seen.reported[END] = true;
	}
	seen.reported[which] = true;
	seen.value[which] = value;
	seen.esr[which] = seen.pending_esr;
	seen.pending_esr = 0;
	return !seen.reported[END];
}

static void run_guest(int vcpu, const struct kvm_run *run)
{
	do {
		if (ioctl(vcpu, KVM_RUN, 0) < 0) {
			seen.run_errno = errno;
			return;
		}
		seen.exit_reason = run->exit_reason;
	} while (run->exit_reason == KVM_EXIT_MMIO && take_report(run));
}

static void result(bool good, const char *name)
{
	failures += !good;
	printf("%sok %d %s\\n", good ? "" : "not ", ++tests, name);
}

static void skipped(const char *name, const char *why)
{
	printf("ok %d %s # SKIP %s\\n", ++tests, name, why);
}

/* An unaligned load says what the page is where such loads fault on Device memory. */
static void unaligned(bool good, const char *name)
{
	if (seen.blind)
		skipped(name, "this CPU does not fault on unaligned loads of Device memory");
	else
		result(good, name);
}

/* The guest got as far as that report, and there without an exception. */
static inline bool reached(int which)
{
	return seen.reported[which] && !seen.esr[which];
}

static void tell(void)
{
	static const char * const names[] = { "read", "unaligned load", "write", "fetch", "end" };
	int which;

	printf("# KVM_RUN: %s\\n", seen.run_errno ? strerror(seen.run_errno) : "did not fail");
	printf("# the last exit reason: %u\\n", (unsigned int)seen.exit_reason);
	for (which = READ; which <= END; which++) {
		unsigned long long value = seen.value[which], esr = seen.esr[which];

		if (seen.reported[which])
			printf("# %s: value 0x%llx, ESR_EL1 0x%llx\\n", names[which], value, esr);
	}
}

"""
