# SPDX-License-Identifier: GPL-2.0-only
"""Which words of kernel C say nothing about what a function computes, and confuse a C parser?

``blank`` replaces them by spaces of equal length, so that every offset and line stays.  Comments,
strings, and the names in ``#define`` and ``#if`` lines are left as they are.

Words that do change behaviour (``__free(x)``, ``__cleanup(x)``, ``__acquire(x)`` as a statement)
are not in the list: they must reach the parser, which supports or refuses them.

Trusted: the two lists below, each word of which is defined in include/linux/compiler*.h, init.h,
cache.h, linkage.h or beside its use as an attribute, a section, or nothing.
"""

from __future__ import annotations

import re

ALONE = frozenset(
    b"""
    __always_inline __always_unused __attribute_const__ __bitwise __bitwise__ __cold __cpuidle
    __deprecated __designated_init __exit __exitdata __exit_call __fix_address __flatten __force
    __funcline __gnu_inline __head __hyp_data __hyp_text __init __initconst __initdata
    __init_memblock __init_or_cpufreq __init_or_module __inittext __iomem __kernel
    __kprobes __latent_entropy __lockfunc __maybe_unused __meminit __meminitdata __must_check
    __naked __net_exit __net_init __net_initdata __no_caller_saved_registers __no_kcsan
    __no_kmsan_checks __no_profile __no_randomize_layout __no_sanitize_address
    __no_sanitize_memory __no_sanitize_or_inline __no_sanitize_thread __no_sanitize_undefined
    __no_stack_protector __noclone __nocast __nocfi __nocontext __noendbr __noinitretpoline
    __noinline __nonstring __noretpoline __noreturn __noscs __optimize __packed __paginginit
    __percpu __private __pure __randomize_layout __rcu __read_mostly __ref __refconst __refdata
    __retain __ro_after_init __safe __sched __signed_wrap __used __user __vdso_data __visible
    __weak __wrap_free __no_context_analysis __context_unsafe__ __no_kstack_erase
    __kernel_packed __cacheline_aligned __cacheline_aligned_in_smp __page_aligned_bss
    __page_aligned_data __entry_text __irq_entry __softirq_entry __exception_irq_entry
    __exception __gic_v3 __nonstring_array __noinstr __nosavedata __noendbr __kcsan_no
    ____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp
    noinline noinline_for_stack noinline_for_tracing noinstr notrace asmlinkage
    """.split()
)

WITH_ARGUMENTS = frozenset(
    b"""
    __access __acquires __acquires_shared __alias __aligned __alloc_size __assume_aligned
    __assume_ctx_lock __attribute __attribute__ __cond_acquires __cond_acquires_shared
    __cond_releases __counted_by __counted_by_be __counted_by_le __counted_by_ptr __context_unsafe
    __copy __copy_attr __diagnose_as __error __excludes __format_arg __guarded_by __must_hold
    __must_hold_shared __no_sanitize __pass_dynamic_object_size __pass_object_size __printf
    __pt_guarded_by __realloc_size __releases __releases_generic __releases_shared __scanf
    __section __sized_by __target __warning __cond_lock_attr __must_not_hold __strftime
    """.split()
)

_DIRECTIVE = (
    rb"#[ \t]*(?:define[ \t]+\w+"
    rb"|(?:if|elif|ifn?def|undef|include|error|warning)\b(?:[^\n/\\]|\\.)*+)"
)
_COMMENT = rb"/(?:\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|/(?:[^\n\\]|\\.)*+)"
_STRING = rb'"(?:[^"\\\n]|\\.)*+"'
_CHARACTER = rb"'(?:[^'\\\n]|\\[^\n]){1,4}+'"
_WORD = rb"(?<!\w)(?:__|no|asmlinkage)\w+"


def nested(left: bytes, right: bytes, depth: int) -> bytes:
    """A pattern for a bracketed text, brackets in it at most ``depth`` deep.  It never retries."""
    neither = b"[^" + left + right + b"]*+"
    inside = neither
    for _ in range(depth):
        inside = neither + b"(?:" + left + inside + right + neither + b")*+"
    return left + inside + right


NESTED_PARENTHESES = nested(rb"\(", rb"\)", 6)

_TOKEN = re.compile(b"|".join((_DIRECTIVE, _COMMENT, _STRING, _CHARACTER, _WORD)), re.DOTALL)
_QUOTING = frozenset((b"/", b'"', b"'"))
_ANY = re.compile(rb"\\(?!\r?\n)|[^\\\n]")
_ARGUMENTS = re.compile(rb"(?:\s|\\\n)*" + NESTED_PARENTHESES)


def _annotation_end(data: bytes, start: int, end: int) -> int:
    """Where the annotation whose word is ``data[start:end]`` ends; ``start`` if it is none."""
    word = data[start:end]
    if word in ALONE:
        return end
    if word in WITH_ARGUMENTS:
        arguments = _ARGUMENTS.match(data, end)
        if arguments:
            return arguments.end()
    return start


def spaces(text: bytes) -> bytes:
    """Spaces of the same length; line ends stay, with the backslash that continues a line."""
    return _ANY.sub(b" ", text)


def blank(data: bytes) -> bytes:
    """The same C with annotations spaced out; of the same length, with the same line ends."""
    return _spaced(data, b"")


def code_of(data: bytes) -> bytes:
    """The same with comments spaced out too, each to the end on the line where it begins."""
    return _spaced(data, b"/")


def outline_of(data: bytes) -> bytes:
    """The same with what is between quotes spaced out too."""
    return _spaced(data, b"/\"'")


def _spaced(data: bytes, also: bytes) -> bytes:
    """The C without annotations, and without comments or quotations that begin with ``also``."""
    parts, at = [], 0
    for token in _TOKEN.finditer(data):
        start, end = token.span()
        first = data[start : start + 1]
        if start < at or first == b"#":
            continue
        if first in _QUOTING:
            if first not in also:
                continue
            edge = 0 if first == b"/" else 1
            new = data[start : start + edge] + b" " * (end - start - 2 * edge)
            new += data[end - edge : end]
        else:
            end = _annotation_end(data, start, end)
            new = spaces(data[start:end])
        parts += [data[at:start], new]
        at = end
    return b"".join([*parts, data[at:]])
