/* SPDX-License-Identifier: GPL-2.0-only */
/* What the stubs ask for and tell: answers from the input, pure functions, events, resources. */

/* Pure functions: what was given, else a hash, which is often 0 or 1. */
struct known { int function, n; xc_word argument[XC_ARGUMENTS], value; };
static struct known known[256];
static int known_count;
static xc_word salt;
static int is_given;	/* what is not said of a pure function is 0, as for the interpreter */
static xc_word said[XC_INPUTS + 1];	/* the given input, before its pointers became addresses of objects here */
static xc_word in[XC_INPUTS + 1];

/* Whether a value is the one that was said, or the address here of the object that was. */
static int is_said(xc_word value, xc_word argument)
{
	if (value == argument)
		return 1;
	for (int i = 0; is_given && i < XC_INPUTS; i++)
		if (xc_inputs[i].kind == XC_POINTER && in[i] == value && said[i] == argument)
			return 1;
	return 0;
}

static int is_known(const struct known *k, int function, int n, const xc_word *a)
{
	if (k->function != function || k->n != n)
		return 0;
	for (int i = 0; i < n; i++)
		if (!is_said(a[i], k->argument[i]))
			return 0;
	return 1;
}

xc_word xc_function(int function, int n, const xc_word *a)
{
	xc_word hash = salt ^ function * 0x9E3779B97F4A7C15UL;

	for (int k = 0; k < known_count; k++)
		if (is_known(&known[k], function, n, a))
			return known[k].value;
	if (is_given && function >= 0)
		return 0;
	for (int i = 0; i < n; i++) {
		hash = (hash ^ a[i]) * 0xBF58476D1CE4E5B9UL;
		hash ^= hash >> 29;
	}
	hash *= 0x94D049BB133111EBUL;
	hash ^= hash >> 32;
	return (hash >> 40) % 3 ? hash : hash & 7;
}

void xc_happened(struct xc_outcome *o, int effect, xc_word given, int n, const xc_word *a)
{
	struct xc_event *e = &o->event[o->events];

	if (o->events >= XC_EVENTS) {
		o->lost = 1;
		return;
	}
	o->events++;
	e->effect = effect;
	e->given = given;
	for (int i = 0; i < XC_ARGUMENTS; i++)
		e->argument[i] = i < n ? a[i] : 0;
}

static struct xc_outcome compiled_did, procedure_did;
static sigjmp_buf out;
static char left[] = "left";

void xc_stop(const char *trouble)
{
	compiled_did.trouble = trouble ? trouble : left;
	for (int s = 0; !trouble && s < XC_EFFECTS; s++)
		if (!strcmp(xc_effects[s], "BUG"))
			xc_happened(&compiled_did, s, 0, 0, NULL);
	siglongjmp(out, 1);
}

static void caught(int signal)
{
	siglongjmp(out, signal == SIGSEGV || signal == SIGBUS ? 2 : signal == SIGFPE ? 3 : signal == SIGILL ? 4 : 5);
}

static void catch_signals(void)
{
	static char stack[1 << 16];
	stack_t other = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_handler = caught, .sa_flags = SA_NODEFER | SA_ONSTACK };

	sigaltstack(&other, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	sigaction(SIGILL, &action, NULL);	/* what GCC puts where C has no meaning */
	sigaction(SIGVTALRM, &action, NULL);
}

/* What the stubs call. */
static const xc_word *xc_in;
struct xc_outcome *xc_o;
static int xc_counts[XC_INPUTS + 1], xc_fuel, xc_repeated;	/* repeated: a loop asked again */
static xc_word xc_last[XC_INPUTS + 1];	/* the input, with the last answers of a loop in the place of its first */

void xc_begin(const xc_word *given, struct xc_outcome *o)
{
	xc_in = given;
	xc_o = o;
	xc_fuel = 2000;
	xc_repeated = 0;
	memset(xc_counts, 0, sizeof(xc_counts));
	memcpy(xc_last, given, sizeof(xc_last));
	for (struct xc_resource *r = xc_resources; r->name; r++)
		r->now = r->taken = r->given = r->again = 0;
}

static int xc_number(const char *name)
{
	for (int i = 0; i < XC_INPUTS; i++)
		if (!strcmp(xc_inputs[i].name, name))
			return i;
	return -1;
}

/* The value of the input of that name. */
xc_word xc_input_named(const char *name)
{
	int i = xc_number(name);

	if (i < 0)
		xc_stop(name);
	return xc_in[i];
}

/* One call: of so many, a loop has no end here. */
void xc_step(void)
{
	if (!xc_fuel--)
		xc_stop("- a loop without end");
}

static xc_word cut(xc_word word, int width)
{
	return width == 0 ? word & 1 : width >= 64 ? word : word & ((1UL << width) - 1);
}

/* One more answer than there are names for: the procedure knows the last one in a loop by the last name. */
static xc_word xc_again(const char *name, int first)
{
	char numbered[256];
	int last = first, count = xc_counts[first];
	xc_word answer = cut(xc_function(-1 - first, 1, (xc_word[]){count}), xc_inputs[first].width);

	while (count-- > 1) {
		snprintf(numbered, sizeof(numbered), "%s#%d", name, count);
		if (xc_number(numbered) >= 0) {
			last = xc_number(numbered);
			break;
		}
	}
	xc_repeated = 1;
	if (xc_inputs[first].kind == XC_POINTER)	/* NULL, or the same object */
		answer = !is_given && answer % 3 ? xc_object(xc_inputs[first].object) : 0;
	return xc_last[last] = answer;
}

/* The next answer of that name on this path: NAME, NAME#2, ... */
xc_word xc_answer_named(const char *name)
{
	char numbered[256];
	int first = xc_number(name), i = first;

	xc_step();
	if (first < 0)
		xc_stop(name);
	if (xc_inputs[first].is_capability)
		return xc_in[first];
	if (++xc_counts[first] > 1) {
		snprintf(numbered, sizeof(numbered), "%s#%d", name, xc_counts[first]);
		i = xc_number(numbered);
	}
	return i < 0 ? xc_again(name, first) : xc_in[i];
}

/* The next answer written to the local whose address is handed over as `&LOCAL`. */
xc_word xc_answer_written(const char *written)
{
	static const char end[] = " written by the call";
	size_t length = strlen(written), most;

	for (int i = 0; i < XC_INPUTS; i++) {
		most = strlen(xc_inputs[i].name);
		/* A pointer that the function was given is handed on. */
		if (most == length + sizeof(end) - 1 && !strncmp(xc_inputs[i].name, written, length) &&
		    !strcmp(xc_inputs[i].name + length, end))
			return xc_answer_named(xc_inputs[i].name);
		if (written[0] != '&' || most < length + sizeof(end) - 1)
			continue;
		const char *tail = xc_inputs[i].name + most - (sizeof(end) - 1) - (length - 1);
		if (tail > xc_inputs[i].name && tail[-1] == '.' && !strncmp(tail, written + 1, length - 1) &&
		    !strcmp(tail + length - 1, end))
			return xc_answer_named(xc_inputs[i].name);
	}
	xc_stop("a call writes to an object that the procedure does not know");
}

int xc_evaluated(int first, ...) { return first; }

struct xc_resource *xc_resource(const char *name)
{
	for (struct xc_resource *r = xc_resources; r->name; r++)
		if (!strcmp(r->name, name))
			return r;
	xc_stop("a resource changed which the procedure does not know");
}

xc_word xc_held(const char *name) { return (unsigned)xc_resource(name)->now; }

/* A resource that the contract names, or the one at the end of what is written as the argument. */
int xc_count(const char *name, const char *written, int by)
{
	char last[256];
	struct xc_resource *r;

	xc_step();
	if (!name) {
		const char *end = written + strlen(written), *start = end;
		while (start > written && (isalnum(start[-1]) || start[-1] == '_'))
			start--;
		snprintf(last, sizeof(last), "(%.*s)", (int)(end - start), start);
		name = last;
	}
	r = xc_resource(name);
	r->now += by;
	if (by > 0) {
		r->taken = 1;
	} else {
		r->again = r->given;
		r->given = 1;
	}
	return 0;
}
