# SPDX-License-Identifier: GPL-2.0-only
"""C of our own for the macros that the front-end gives a meaning instead of expanding them.

Source: the definitions that model/source/lowering/builtins.py and calls/memory_access.py name, without their checks at
compile time.  No other CPU runs here: what it may have stored is an input.
"""

from __future__ import annotations

_TYPED = "__auto_type xc_x = (x); __auto_type xc_y = (y);"
_EXCHANGE = (
    "(p, old, new) ({ __auto_type xc_p = (p); __typeof__(*xc_p) xc_old = (old), xc_new = (new); "
    '__typeof__(*xc_p) xc_before = (__typeof__(*xc_p))xc_answer_named("cmpxchg()"); '
    "*xc_p = xc_before == xc_old ? xc_new : xc_before; xc_before; })"
)

MACROS: dict[str, str] = {
    "likely": "(x) (!!(x))",
    "unlikely": "(x) (!!(x))",
    "READ_ONCE": "(x) (x)",
    "WRITE_ONCE": "(x, v) ((x) = (v))",
    "smp_store_release": "(p, v) ((void)(*(p) = (v)))",
    "smp_load_acquire": "(p) (*(p))",
    **dict.fromkeys(
        ("cmpxchg", "cmpxchg64", "cmpxchg_relaxed", "cmpxchg_acquire", "cmpxchg_release"), _EXCHANGE
    ),
    "WARN_ON": "(x) (!!(x))",
    "WARN_ON_ONCE": "(x) (!!(x))",
    "WARN": "(x, ...) (!!(x))",
    "WARN_ONCE": "(x, ...) (!!(x))",
    "KVM_BUG_ON": "(x, kvm) (!!(x))",
    "BUG_ON": "(x) ((x) ? xc_stop(0) : (void)0)",
    "min": f"(x, y) ({{ {_TYPED} xc_x < xc_y ? xc_x : xc_y; }})",
    "max": f"(x, y) ({{ {_TYPED} xc_x < xc_y ? xc_y : xc_x; }})",
    "min3": "(x, y, z) ({ __auto_type xc_z = (z); __auto_type xc_m = min(x, y); xc_m < xc_z ? xc_m : xc_z; })",
    "max3": "(x, y, z) ({ __auto_type xc_z = (z); __auto_type xc_m = max(x, y); xc_m < xc_z ? xc_z : xc_m; })",
    "min_t": "(t, x, y) ({ t xc_x = (x); t xc_y = (y); xc_x < xc_y ? xc_x : xc_y; })",
    "max_t": "(t, x, y) ({ t xc_x = (x); t xc_y = (y); xc_x < xc_y ? xc_y : xc_x; })",
    "xc_align": "(x, mask) (((x) + (mask)) & ~(mask))",
    "ALIGN": "(x, a) xc_align((x), (__typeof__(x))(a) - 1)",
    "ALIGN_DOWN": "(x, a) ALIGN((x) - ((a) - 1), (a))",
    "IS_ALIGNED": "(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)",
    "FIELD_GET": "(mask, reg) ((__typeof__(mask))(((reg) & (mask)) >> __builtin_ctzll(mask)))",
    "FIELD_PREP": "(mask, val) (((__typeof__(mask))(val) << __builtin_ctzll(mask)) & (mask))",
    "GENMASK": "(h, l) ((~0UL << (l)) & (~0UL >> (63 - (h))))",
    "GENMASK_ULL": "(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))",
    "__ffs": '(x) ({ xc_word xc_x = (x); xc_x ? (xc_word)__builtin_ctzl(xc_x) : xc_answer_named("__ffs(0)"); })',
    "__fls": '(x) ({ xc_word xc_x = (x); xc_x ? 63UL - __builtin_clzl(xc_x) : xc_answer_named("__fls(0)"); })',
}
"""The parameters and the text of each ``#define``."""
