/* SPDX-License-Identifier: GPL-2.0-only */
/* What the compiled C, the printed procedure and the program that runs both have in common. */
/* xc_word and the operators of terms come before this; XC_INPUTS, XC_VALUES, ... are generated. */

struct xc_event {
	int effect;
	xc_word given;			/* which of the arguments this call has */
	xc_word argument[XC_ARGUMENTS];
};

struct xc_outcome {
	xc_word value[XC_VALUES + 1];	/* of the places that are looked at */
	int events, lost;
	struct xc_event event[XC_EVENTS];
	const char *trouble;		/* why the compiled C cannot be compared here, or what it did wrong */
};

/* An input: its width in bits (0: a truth value), how it is drawn, and the number of the object. */
enum { XC_SCALAR, XC_POINTER, XC_UNKNOWN };
struct xc_input { const char *name; int width, kind, object, same_as, is_capability; };

extern const struct xc_input xc_inputs[XC_INPUTS + 1];
extern const xc_word xc_constants[];
extern const int xc_constants_count, xc_compared[XC_VALUES + 1], xc_compared_effects[XC_EFFECTS + 1];
extern const char *const xc_values[XC_VALUES + 1], *const xc_effects[XC_EFFECTS + 1];
extern unsigned char xc_branches[2 * XC_BRANCHES + 2];

xc_word xc_function(int function, int n, const xc_word *arguments);
void xc_happened(struct xc_outcome *o, int effect, xc_word given, int n, const xc_word *arguments);
void xc_stop(const char *trouble) __attribute__((noreturn));
xc_word xc_object(int object);
void xc_compiled(const xc_word *in, struct xc_outcome *o);
void xc_procedure(const xc_word *in, struct xc_outcome *o);

/* For the stubs. */
struct xc_resource { const char *name; int now, taken, given, again; };
extern struct xc_resource xc_resources[];
extern struct xc_outcome *xc_o;
void xc_begin(const xc_word *in, struct xc_outcome *o);
void xc_step(void);
void xc_look(struct xc_outcome *o);
xc_word xc_input_named(const char *name);
xc_word xc_answer_named(const char *name);
xc_word xc_answer_written(const char *written);
struct xc_resource *xc_resource(const char *name);
xc_word xc_held(const char *name);
int xc_count(const char *name, const char *written, int by);
int xc_evaluated(int first, ...);
