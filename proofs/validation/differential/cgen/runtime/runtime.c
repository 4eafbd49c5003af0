/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws inputs, runs the compiled C and the printed procedure on each, and compares.
 *
 *   PROGRAM random COUNT SEED [tied] < FILE    draws COUNT inputs, also near those of the lines `v WORD...`
 *   PROGRAM given < FILE         reads them: lines `f FUNCTION N ARGUMENT... VALUE` for pure functions, then
 *                                `v WORD...`, all in hexadecimal
 * Prints lines of `KEY VALUE`, and all there is to know of the first mismatch.
 */

static xc_word xc_state;

static xc_word draw(void)
{
	xc_state ^= xc_state << 13;
	xc_state ^= xc_state >> 7;
	xc_state ^= xc_state << 17;
	return xc_state * 0x2545F4914F6CDD1DUL;
}

static unsigned below(unsigned n) { return (draw() >> 33) % n; }

/* Inputs. */
static xc_word scalar(int i, const xc_word *in)
{
	xc_word c = xc_constants_count ? xc_constants[below(xc_constants_count)] : 0;
	xc_word d = xc_constants_count ? xc_constants[below(xc_constants_count)] : 0;

	switch (below(16)) {
	case 0: case 1: return 0;
	case 2: return below(16);
	case 3: return c + 1;
	case 4: return c - 1;
	case 5: case 6: return c;
	case 7: return c | d;
	case 8: return 1UL << below(64);
	case 9: return (1UL << below(64)) - 1;
	case 10: return -(xc_word)below(200);
	case 11: return in[below(XC_INPUTS)];
	case 12: return in[below(XC_INPUTS)] + c;
	case 13: return in[i] ^ 1UL << below(64);
	case 14: return draw() & ~0xfffUL;
	default: return draw();
	}
}

static xc_word value(int i, const xc_word *in)
{
	const struct xc_input *input = &xc_inputs[i];

	if (input->kind != XC_POINTER)
		return cut(scalar(i, in), input->width);
	if (below(24))
		return xc_object(input->object);
	return below(3) ? 0 : -(xc_word)below(4096);
}

static xc_word corpus[1024][XC_INPUTS + 1];
static int kept, tied;	/* tied: all answers of a call are alike */

static void next(void)
{
	int changes;

	if (!kept || !below(8)) {
		for (int i = 0; i < XC_INPUTS; i++)
			in[i] = value(i, in);
	} else {
		memcpy(in, corpus[below(kept)], sizeof(in));
		for (changes = 1 + below(1 << below(5)); changes; changes--) {
			int i = below(XC_INPUTS);
			in[i] = value(i, in);
		}
	}
	for (int i = 0; i < XC_INPUTS; i++)
		if (tied && xc_inputs[i].same_as >= 0)
			in[i] = in[xc_inputs[i].same_as];
}

/* One run. */
static const char *const faults[] = { "", "", "a bad pointer", "a division by zero", "a shift by too much or a member of NULL", "no end in sight" };
static long refused[6], stopped, unbounded, again;

static int run_compiled(void)
{
	int how;

	memset(&compiled_did, 0, sizeof(compiled_did));
	how = sigsetjmp(out, 0);
	if (!how)
		xc_compiled(in, &compiled_did);
	xc_look(&compiled_did);
	return how;
}

/* The procedure gives each local of the functions a place of its own; here they lie on the stack. */
static int is_the_place(xc_word compiled, xc_word procedure)
{
	xc_word here = (xc_word)__builtin_frame_address(0);

	return here - compiled + (1UL << 20) < 1UL << 21 && procedure >= 0xffff800000000000UL && !(procedure << 32);
}

static int alike(int *where)
{
	int i = 0, j = 0;

	for (;;) {
		while (i < compiled_did.events && !xc_compared_effects[compiled_did.event[i].effect])
			i++;
		while (j < procedure_did.events && !xc_compared_effects[procedure_did.event[j].effect])
			j++;
		if (i >= compiled_did.events || j >= procedure_did.events)
			break;
		struct xc_event *c = &compiled_did.event[i++], *p = &procedure_did.event[j++];
		if (c->effect != p->effect)
			return 0;
		for (int a = 0; a < XC_ARGUMENTS; a++)
			if ((p->given >> a & 1) && c->argument[a] != p->argument[a] &&
			    !is_the_place(c->argument[a], p->argument[a]))
				return 0;
	}
	if (i < compiled_did.events || j < procedure_did.events)
		return compiled_did.lost || procedure_did.lost;
	for (int v = 0; v < XC_VALUES; v++)
		if (xc_compared[v] && compiled_did.value[v] != procedure_did.value[v]) {
			*where = v;
			return 0;
		}
	return 1;
}

static void tell_outcome(const char *who, const struct xc_outcome *o)
{
	for (int v = 0; v < XC_VALUES; v++)
		printf("%s value %s = %#lx\n", who, xc_values[v], o->value[v]);
	for (int e = 0; e < o->events; e++) {
		printf("%s event %s", who, xc_effects[o->event[e].effect]);
		for (int a = 0; a < XC_ARGUMENTS; a++)
			printf(" %#lx", o->event[e].argument[a]);
		printf("\n");
	}
	if (o->trouble && o->trouble != left)
		printf("%s trouble %s\n", who, o->trouble);
}

static void tell(void)
{
	for (int i = 0; i < XC_INPUTS; i++)
		printf("input %s = %#lx\n", xc_inputs[i].name, in[i]);
	printf("salt %#lx\n", salt);
	tell_outcome("compiled", &compiled_did);
	tell_outcome("procedure", &procedure_did);
}

/* 1: alike, 0: not, -1: cannot be compared. */
static int compare(void)
{
	int how = run_compiled(), where = -1;

	if (how > 1) {
		refused[how]++;
		compiled_did.trouble = faults[how];
		return -1;
	}
	if (how == 1 && compiled_did.trouble == left)
		stopped++;
	if (how == 1 && compiled_did.trouble != left && compiled_did.trouble[0] == '-') {
		unbounded++;
		return -1;
	}
	memset(&procedure_did, 0, sizeof(procedure_did));
	xc_procedure(in, &procedure_did);
	if (how == 1 && compiled_did.trouble == left && XC_RETURNS)
		compiled_did.value[0] = procedure_did.value[0];	/* the host stopped: nothing is returned */
	if (how == 1 && compiled_did.trouble != left)
		return 0;
	if (alike(&where))
		return 1;
	if (!xc_repeated)
		return 0;
	/* The procedure knows the last answers of a loop only: it must do the same on these. */
	memset(&procedure_did, 0, sizeof(procedure_did));
	xc_procedure(xc_last, &procedure_did);
	again++;
	return alike(&where);
}

static unsigned char seen[2 * XC_BRANCHES + 2];

static int is_new(void)
{
	int new = 0;

	for (int b = 0; b < 2 * XC_BRANCHES; b++) {
		new |= xc_branches[b] && !seen[b];
		seen[b] |= xc_branches[b];
	}
	return new;
}

static void finish(long compared, long mismatches)
{
	printf("compared %ld\nmismatches %ld\nstopped %ld\nendless %ld\n", compared, mismatches, stopped, unbounded);
	printf("repeated %ld\n", again);
	for (int f = 2; f < 6; f++)
		printf("fault %s: %ld\n", faults[f], refused[f]);
	for (int b = 0; b < 2 * XC_BRANCHES; b++)
		if (!seen[b])
			printf("untaken %d\n", b);
}

static void limit(long seconds)
{
	struct itimerval timer = { .it_value = { .tv_sec = seconds } };
	setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

static void read_vector(char *rest)
{
	for (int i = 0; i < XC_INPUTS; i++) {
		said[i] = in[i] = strtoul(rest, &rest, 16);
		if (xc_inputs[i].kind == XC_POINTER && in[i] && in[i] < -4095UL)
			in[i] = xc_object(xc_inputs[i].object);
	}
}

static char line[1 << 16];

/* The inputs that others are made from. */
static void read_corpus(void)
{
	while (kept < 512 && fgets(line, sizeof(line), stdin))
		if (line[0] == 'v') {
			read_vector(line + 1);
			memcpy(corpus[kept++], in, sizeof(in));
		}
}

static int random_inputs(long count, xc_word seed)
{
	long compared = 0, tries = 0;

	read_corpus();
	xc_state = seed * 0x9E3779B97F4A7C15UL | 1;
	while (compared < count && tries++ < 20 * count) {
		if (tries % 4096 == 1)
			limit(10);
		salt = draw() & (below(4) ? 3 : ~0UL);
		next();
		memset(xc_branches, 0, sizeof(xc_branches));
		int result = compare();
		if (result < 0 && refused[5])
			break;
		if (result < 0)
			continue;
		compared++;
		if (!result) {
			tell();
			finish(compared, 1);
			return 1;
		}
		if ((is_new() || !below(20000)) && kept < 1024)
			memcpy(corpus[kept++], in, sizeof(in));
	}
	finish(compared, 0);
	return 0;
}

static int read_function(char *rest)
{
	struct known *k = &known[known_count];

	if (known_count >= 256)
		return 1;
	k->function = strtoul(rest, &rest, 16);
	k->n = strtoul(rest, &rest, 16);
	if (k->n > XC_ARGUMENTS)
		return 1;
	for (int i = 0; i < k->n; i++)
		k->argument[i] = strtoul(rest, &rest, 16);
	k->value = strtoul(rest, &rest, 16);
	known_count++;
	return 0;
}

static int given_inputs(void)
{
	long compared = 0, mismatches = 0;

	while (fgets(line, sizeof(line), stdin)) {
		if (line[0] == 'f') {
			if (read_function(line + 1))
				return 2;
			continue;
		}
		read_vector(line + 1);
		limit(20);
		salt = 0;
		memset(&procedure_did, 0, sizeof(procedure_did));
		int result = compare();
		printf("vector %s\n", result > 0 ? "alike" : result ? "not compared" : "differs");
		for (int i = 0; i < XC_INPUTS; i++)
			printf("given %s = %#lx\n", xc_inputs[i].name, in[i]);
		tell_outcome("compiled", &compiled_did);
		tell_outcome("procedure", &procedure_did);
		printf("end\n");
		is_new();
		compared += result >= 0;
		mismatches += !result;
		known_count = 0;
	}
	finish(compared, mismatches);
	return mismatches != 0;
}

int main(int argc, char **argv)
{
	catch_signals();
	tied = argc == 5;
	if (argc >= 4 && !strcmp(argv[1], "random"))
		return random_inputs(strtol(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "given"))
		return is_given = 1, given_inputs();
	return 2;
}
