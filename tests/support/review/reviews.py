# SPDX-License-Identifier: GPL-2.0-only
"""Reviews made by hand of small data, for the tests of what is written of them; nothing is proved."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from counterexamples.attributes.input_classes import COLUMNS
from counterexamples.attributes.table import Results
from counterexamples.render.table import AttributeRow
from counterexamples.witness import InputValue, Witness, WitnessRun
from model.program.interpreter import Step
from model.program.procedure import Span
from proofs.claims.claim import Claim
from proofs.review.patches.patch import FileChange, Hunk, Patch
from proofs.review.review import (
    Base,
    Difference,
    FunctionChange,
    FunctionReview,
    PatchReview,
    Review,
    TheoremReview,
    VerdictChange,
)
from proofs.theorems.expectation import Verdict
from proofs.verdicts.finding import Finding
from proofs.verdicts.verdict import ClaimVerdict, ExpectationStatus
from tests.support import toy

MMU = "arch/arm64/kvm/mmu.c"
PATH = toy.fault_path()
CLAIM = toy.claims(PATH)[0]
#: The old line on which the proof rested, and the new one that decides: both in the second hunk.
RESTED, DECIDED = 1502, 1503

FIRST = Hunk(b"@@ -10,2 +10,3 @@", 10, 10, (b" #include <a.h>\n", b"+#include <b.h>\n", b" \n"))
SECOND = Hunk(
    b"@@ -1500,4 +1501,4 @@ static int user_mem_abort(",
    1500,
    1501,
    (
        b" \tif (is_error_noslot_pfn(pfn))\n",
        b" \t\treturn -EFAULT;\n",
        b"-\tif (kvm_is_device_pfn(pfn))\n",
        b"+\tif (!pfn_is_map_memory(pfn))\n",
        b" \t\tdevice = true;\n",
    ),
)

#: Strings that break what does not escape them.
DIRT = (
    "<script>alert(1)</script>&amp;",
    "]]> --> ?>",
    "nul \0 escape \x1b[31m bell \a delete \x7f",
    "one\nBcc: evil@example.org\n\ntwo",
    "one\r\nBcc: evil@example.org\r\n\r\ntwo",
    "long" * 4000,
    "\u202egnp.exe\u2066 \u2028 \ufeff",
    "half \ud800 of a character, \ufffe, \U0010ffff",
    "{0} {} [text](javascript:alert(1)) %s ${HOME}",
    "quote \" apostrophe ' backslash \\ ",
    "Žluťoučký 漢字 🐧",
    "From here\n.\n",
    "=?utf-8?q?evil=0ABcc=3A?=",
    " ",
)


def span(line: int, dirt: str = "") -> Span:
    return Span(MMU, line, f"if (!pfn_is_map_memory(pfn)) {dirt}", "user_mem_abort")


def witness(subject: str, dirt: str = "") -> Witness:
    steps = (
        Step(span(DECIDED, dirt), True),
        Step(span(1510, dirt), False),
        Step(span(1520, dirt), None, "kvm_pgtable_stage2_map", (("prot", 9),)),
    )
    course = WitnessRun(PATH, steps, {"mapped": True, "prot": 9}, (0, 1))
    return Witness((InputValue("vm_flags" + dirt, 64, 0x400, 0x400, "vm_flags"),), {subject: course})


def finding(
    verdict: Verdict, standing: ExpectationStatus, shown: Witness | None = None, dirt: str = ""
) -> Finding:
    claim = replace(CLAIM, says=CLAIM.says + dirt)
    return Finding(ClaimVerdict(claim, verdict, standing, dirt), None, shown)


def theorem(became: VerdictChange, one: Verdict | None, two: Verdict | None, dirt: str = "") -> TheoremReview:
    """A theorem that stands so before and after; with a witness and lines if it is broken."""
    broken = became is VerdictChange.BROKEN
    standing = ExpectationStatus.EXPECTED if became is VerdictChange.SAME else ExpectationStatus.UNEXPECTED
    return TheoremReview(
        f"memory_is_normal{dirt}",
        f"user_mem_abort{dirt}",
        "4K",
        f"Memory is mapped Normal.{dirt}",
        became,
        None if one is None else finding(one, ExpectationStatus.EXPECTED, dirt=dirt),
        None if two is None else finding(two, standing, witness("", dirt) if broken else None, dirt),
        relevant=True if became is VerdictChange.SAME else None,
        lines=(span(RESTED, dirt),) if broken else None,
    )


def patch(
    number: int = 1, dirt: str = "", hunks: tuple[Hunk, ...] = (FIRST, SECOND), **more: object
) -> Patch:
    files: tuple[FileChange, ...] = (FileChange(MMU, MMU, hunks),)
    if dirt:
        dirty_line = b" " + dirt.encode("utf-8", "surrogatepass").replace(b"\n", b"\r") + b"\n"
        longer = replace(SECOND, lines=(dirty_line, *SECOND.lines), old_start=1499, new_start=1500)
        files = (FileChange(f"a{dirt}", f"b{dirt}", (FIRST,)), FileChange(MMU, MMU, (FIRST, longer)))
    fields = {
        "author": f"A. Author{dirt}",
        "date": "Mon, 6 Jan 2025 10:00:00 +0000",
        "message_id": f"<20250106.{number}@example.org>",
        "in_reply_to": "<20250106.0@example.org>",
        "references": ("<before@example.org>", "<20250106.0@example.org>"),
        "files": files,
    } | more
    return Patch(f"mail {number}", f"KVM: arm64: Map memory{dirt}", number, 2, 9, **fields)  # type: ignore[arg-type]


def differing(dirt: str = "") -> FunctionReview:
    claim: Claim = replace(CLAIM, says=CLAIM.says + dirt)
    blank = (0,) * len(COLUMNS)
    cells = product(*(range(len(column.classes)) for column in COLUMNS))
    first: Results = dict.fromkeys(cells, None) | {blank: "Normal"}
    return FunctionReview(
        f"user_mem_abort{dirt}",
        "4K",
        FunctionChange.DIFFERS,
        region=f"it differs where !FWB{dirt}",
        differences=(Difference(f"It maps with the same attributes.{dirt}", claim, witness("other", dirt)),),
        table=f"a row\nanother{dirt}",
        rows=(
            AttributeRow(tuple((i,) for i in blank), ("Normal", f"Device{dirt}"), ("any",) * len(COLUMNS)),
        ),
        results=(first, {**first, blank: f"Device{dirt}"}),
    )


def broken(number: int = 1, dirt: str = "") -> PatchReview:
    """A patch that changes a function, and breaks a theorem about it."""
    theorems = (
        theorem(VerdictChange.BROKEN, Verdict.PROVED, Verdict.REFUTED, dirt),
        theorem(VerdictChange.SAME, Verdict.PROVED, Verdict.PROVED, dirt),
    )
    functions = (differing(dirt), FunctionReview("gmem_abort", "4K", FunctionChange.UNTOUCHED))
    return PatchReview(
        patch(number, dirt), functions, theorems, (f"A note.{dirt}",), (f"fact memory_is_valid{dirt}",)
    )


def harmless(number: int = 1) -> PatchReview:
    """A patch that changes no function."""
    return PatchReview(patch(number), (FunctionReview("user_mem_abort", "4K", FunctionChange.UNTOUCHED),))


def cover(dirt: str = "") -> Patch:
    return Patch(
        "mail 0",
        f"KVM: arm64: Series{dirt}",
        0,
        2,
        9,
        author="A. Author",
        message_id="<20250106.0@example.org>",
    )


def review(*patches: PatchReview, dirt: str = "", first: Patch | None = None) -> Review:
    return Review(
        f"KVM: arm64: Map memory{dirt}",
        Base(f"6.17{dirt}", f"v6.17{dirt}", f"4K pages{dirt}"),
        patches,
        (f"other configurations{dirt}",),
        (f"z3 4.13{dirt}",),
        f"python -m proofs.attach --linux linux series.mbx{dirt}",
        "stage2-proofs 0.1.0",
        first,
    )


def dirty(dirt: str) -> Review:
    """A series of two with that string wherever a patch, the C or a theorem may have one."""
    return review(broken(1, dirt), broken(2, dirt), dirt=dirt, first=cover(dirt))
