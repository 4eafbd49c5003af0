# SPDX-License-Identifier: GPL-2.0-only
"""Values in kernel words: flags, a memory type, a size, an error number.

Pure string building; the numbers behind the names are those of the kernel at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Constants = Mapping[str, int]


def _flags(prefix: str) -> Callable[[int, Constants], str]:
    """A word as the flags that are set in it, those of several bits first."""

    def read(value: int, constants: Constants) -> str:
        known = [(flag, bits) for flag, bits in constants.items() if flag.startswith(prefix) and bits]
        rest, names = value, []
        for flag, bits in sorted(known, key=lambda item: (-item[1].bit_count(), item[1])):
            if bits & rest == bits:
                names.append((bits, flag))
                rest &= ~bits
        texts = [flag for _, flag in sorted(names)] + ([hex(rest)] if rest else [])
        return " | ".join(texts) or "0"

    return read


def _memory_type(value: int, constants: Constants) -> str:
    index = (value & constants.get("PTE_ATTRINDX_MASK", 7 << 2)) >> 2
    names = [name for name, number in constants.items() if name.startswith("MT_") and number == index]
    return names[0] if names else f"AttrIndx {index} (no kernel's)"


def _size(value: int, constants: Constants) -> str:
    names = [name for name, size in constants.items() if name.endswith("_SIZE") and size == value]
    return names[0] if names else render_number(value)


def render_errno(value: int, constants: Constants) -> str:
    """What a function returned, by the name of the error."""
    negative = value - (1 << 32) if value >> 31 == 1 else value
    return f"-{ERRNO[-negative]}" if -negative in ERRNO else str(negative)


def render_number(value: int) -> str:
    """A number as a kernel log prints it."""
    return str(value) if value < 1024 else hex(value)


#: arm64's include/uapi/asm-generic/errno*.h, as far as the fault path uses them.
ERRNO: Mapping[int, str] = {
    1: "EPERM", 2: "ENOENT", 4: "EINTR", 5: "EIO", 7: "E2BIG", 8: "ENOEXEC", 11: "EAGAIN", 12: "ENOMEM",
    14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 22: "EINVAL", 28: "ENOSPC", 34: "ERANGE", 95: "EOPNOTSUPP",
    133: "EHWPOISON",
}  # fmt: skip

vm_flags_text, _PROT = _flags("VM_"), _flags("KVM_PGTABLE_PROT_")

#: How the value of a word of ``model.vocabulary.symbols`` reads; other words are numbers.
READINGS: Mapping[str, Callable[[int, Constants], str]] = {
    "vm_flags": vm_flags_text,
    "vm_page_prot": _memory_type,
    "host_pte_prot": _memory_type,
    "prot": _PROT,
    "relaxed_prot": _PROT,
    "map_size": _size,
    "size": _size,
    "sanitised_size": _size,
    "huge_page_size": _size,
    "fault_granule": _size,
    "nested_size": _size,
    "ret": render_errno,
    "map_ret": render_errno,
    "relax_ret": render_errno,
    "topup_ret": render_errno,
    "thp_size": render_errno,
}


def reading(word: str, width: int, value: int, constants: Constants) -> str:
    """The value of a word as a kernel developer would write it."""
    if width == 0:
        return "true" if value else "false"
    read = READINGS.get(word)
    return render_number(value) if read is None else read(value, constants)


def is_callee(word: str) -> bool:
    """Whether the word is what a called function returned: 0 is success."""
    return word != "ret" and READINGS.get(word) is render_errno
