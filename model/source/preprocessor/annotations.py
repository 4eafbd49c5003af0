# SPDX-License-Identifier: GPL-2.0-only
"""Annotations of kernel C that do not change what a function computes, and that a C parser cannot read.

``blank`` replaces them by spaces of equal length, so that every offset and line stays.  Comments,
strings, and the names in ``#define`` and ``#if`` lines are left as they are.  The one word that is
not blanked but rewritten, to the same length, is ``context_lock_struct(mutex)`` for ``struct mutex``.

Words that do change behaviour (``__free(x)``, ``__cleanup(x)``, ``__acquire(x)`` as a statement)
are not in the list: they must reach the parser, which supports or refuses them.

Trusted: the two lists below.  Each word is defined somewhere in include/ or arch/arm64/include/ of
5.10 to 7.3 (``__hyp_text`` before), and as nothing but attributes, sections, ``inline`` or nothing.
"""

from __future__ import annotations

import re

ALONE = frozenset(
    b"""
    __FORTIFY_INLINE ____cacheline_aligned ____cacheline_aligned_in_smp
    ____cacheline_internodealigned_in_smp __acquires_ret __acquires_shared_ret __always_inline
    __aligned_largest __always_unused __assume_kmalloc_alignment __assume_page_alignment __assume_slab_alignment
    __attribute_const__ __bitwise __bitwise__ __bpf_kfunc __cacheline_aligned
    __cacheline_aligned_in_smp __cold __cpuidle __deprecated __designated_init
    __disable_sanitizer_instrumentation __exception_irq_entry __exit __exit_call __exitdata
    __fastpath_inline __fix_address __flatten __force __gnu_inline __hyp_text __init
    __init_memblock __init_or_acpilib __init_or_cpufreq __init_or_module __initconst __initdata
    __initdata_memblock __iomem __irq_entry __kernel __kprobes __latent_entropy __lockfunc
    __malloc __maybe_unused __meminit __meminitdata __must_check __naked __net_exit __net_init
    __net_initdata __no_caller_saved_registers __no_context_analysis __no_kasan_or_inline
    __no_kcsan __no_kmsan_checks __no_kstack_erase __no_profile __no_randomize_layout
    __no_sanitize_address __no_sanitize_coverage __no_sanitize_memory __no_sanitize_or_inline
    __no_sanitize_thread __no_sanitize_undefined __no_stack_protector __nocast __nocfi __noclone
    __noinitretpoline __nonstring __nonstring_array __noretpoline __noreturn __nosavedata
    __noscs __overloadable __packed __page_aligned_bss __page_aligned_data __percpu __private
    __pure __randomize_layout __rcu __read_mostly __reentrant_ctx_lock __ref __refconst
    __refdata __retain __ro_after_init __safe __sched __signed_wrap __softirq_entry __used
    __user __visible __weak asmlinkage noinline noinline_for_stack noinline_for_tracing noinstr
    notrace
    """.split()
)
"""Annotations without arguments."""

WITH_ARGUMENTS = frozenset(
    b"""
    __RENAME __acquires __acquires_ctx_lock __acquires_shared __acquires_shared_ctx_lock __alias
    __aligned __alloc_size __assume_aligned __assumes_ctx_lock __assumes_shared_ctx_lock
    __attribute __attribute__ __compiletime_error __compiletime_warning __cond_acquires
    __cond_acquires_shared __cond_releases __context_unsafe __copy __counted_by __counted_by_be
    __counted_by_le __counted_by_ptr __ctx_lock_type __diagnose_as __excludes_ctx_lock
    __guarded_by __must_hold __must_hold_shared __must_not_hold __noinstr_section
    __pass_dynamic_object_size __pass_object_size __printf __pt_guarded_by __realloc_size
    __releases __releases_ctx_lock __releases_shared __releases_shared_ctx_lock
    __requires_ctx_lock __requires_shared_ctx_lock __returns_ctx_lock __scanf __section
    __try_acquires_ctx_lock __try_acquires_shared_ctx_lock
    """.split()
)
"""Annotations with arguments in parentheses."""

_DIRECTIVE = (
    rb"#[ \t]*(?:define[ \t]+\w+"
    rb"|(?:if|elif|ifn?def|undef|include|error|warning)\b(?:[^\n/\\]|\\.)*+)"
)
COMMENT = rb"/(?:\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)|/(?:[^\n\\]|\\.)*+)"
_STRING = rb'"(?:[^"\\\n]|\\.)*+"'
_CHARACTER = rb"'(?:[^'\\\n]|\\[^\n]){1,4}+'"
_WORD = rb"(?<!\w)(?:__|no|asmlinkage|context_lock_struct)\w*"


def nested_brackets(left: bytes, right: bytes, depth: int) -> bytes:
    """A pattern for a bracketed text, brackets in it at most ``depth`` deep.  It never retries."""
    neither = b"[^" + left + right + b"]*+"
    inside = neither
    for _ in range(depth):
        inside = neither + b"(?:" + left + inside + right + neither + b")*+"
    return left + inside + right


NESTED_PARENTHESES = nested_brackets(rb"\(", rb"\)", 6)

_TOKEN = re.compile(b"|".join((_DIRECTIVE, COMMENT, _STRING, _CHARACTER, _WORD)), re.DOTALL)
_QUOTING = frozenset((b"/", b'"', b"'"))
_LOCK_STRUCT = re.compile(rb"context_lock_struct\((\w+)\)")
_ANY = re.compile(rb"\\(?!\r?\n)|[^\\\n]")
_ARGUMENTS = re.compile(rb"(?:\s|\\\n)*" + NESTED_PARENTHESES)


def _without_annotation(data: bytes, start: int, end: int) -> tuple[int, bytes]:
    """What stands for the word at ``start`` if it is an annotation, and where that ends."""
    word = data[start:end]
    if word in WITH_ARGUMENTS:
        arguments = _ARGUMENTS.match(data, end)
        if arguments and b"cleanup" not in arguments.group():  # that one calls a function
            return arguments.end(), spaces(data[start : arguments.end()])
    if word == b"context_lock_struct":
        struct = _LOCK_STRUCT.match(data, start)
        if struct:
            return struct.end(), b"struct" + b" " * 14 + struct.group(1) + b" "
    return end, (b" " * len(word) if word in ALONE else word)


def spaces(text: bytes) -> bytes:
    """Spaces of the same length; line ends stay, with the backslash that continues a line."""
    return _ANY.sub(b" ", text)


def blank(data: bytes) -> bytes:
    """The same C with annotations spaced out; of the same length, with the same line ends."""
    return _blank_tokens(data, b"")


def code_of(data: bytes) -> bytes:
    """The same with comments spaced out too, each to the end on the line where it begins."""
    return _blank_tokens(data, b"/")


def outline_of(data: bytes) -> bytes:
    """The same with what is between quotes spaced out too."""
    return _blank_tokens(data, b"/\"'")


def _blank_tokens(data: bytes, also: bytes) -> bytes:
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
            end, new = _without_annotation(data, start, end)
        parts += [data[at:start], new]
        at = end
    return b"".join([*parts, data[at:]])
