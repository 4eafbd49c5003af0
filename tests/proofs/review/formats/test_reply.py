# SPDX-License-Identifier: GPL-2.0-only
"""Drafts of replies: what they quote, which mail they answer, and that nothing in a patch becomes a header."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_string, policy
from email.message import EmailMessage

import pytest

from model.program.procedure import Span
from proofs.review.formats import reply
from proofs.review.formats.quote import CUT, quote_hunk
from proofs.review.patches.limits import PatchError
from proofs.review.patches.patch import FileChange, Hunk, Patch
from proofs.review.review import FunctionChange, FunctionReview, PatchReview, Review, VerdictChange
from proofs.theorems.expectation import Verdict
from tests.support.review import reviews


def drafts(review: Review) -> dict[str, EmailMessage]:
    found = {
        name: message_from_string(text, policy=policy.default)
        for name, text in reply.render_drafts(review).items()
    }
    assert all(isinstance(each, EmailMessage) for each in found.values())
    return found  # type: ignore[return-value]


def one(**more: object) -> Review:
    return reviews.review(replace(reviews.broken(), patch=reviews.patch(1, **more)))  # type: ignore[arg-type]


def test_the_whole_draft() -> None:
    """Up to the report itself."""
    text = reply.render_drafts(one())["reply.eml"]
    assert (
        text.partition("\n\nuser_mem_abort()")[0]
        == """\
Subject: Re: [PATCH v9 1/2] KVM: arm64: Map memory
In-Reply-To: <20250106.1@example.org>
References: <before@example.org>
 <20250106.0@example.org>
 <20250106.1@example.org>
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: 7bit
MIME-Version: 1.0

On Mon, 6 Jan 2025 10:00:00 +0000, A. Author wrote:
[ ... ]
> --- a/arch/arm64/kvm/mmu.c
> +++ b/arch/arm64/kvm/mmu.c
> @@ -1500,4 +1501,4 @@ static int user_mem_abort(
>  \tif (is_error_noslot_pfn(pfn))
>  \t\treturn -EFAULT;
> -\tif (kvm_is_device_pfn(pfn))
> +\tif (!pfn_is_map_memory(pfn))
>  \t\tdevice = true;"""
    )
    assert "Is it intended that this does not hold any more?" in text
    assert text.rstrip().endswith("series.mbx")


def test_a_draft_has_no_sender_no_recipients_no_date_and_no_tags() -> None:
    mail = drafts(one())["reply.eml"]
    assert not {"From", "To", "Cc", "Bcc", "Date", "Message-ID"} & set(mail.keys())
    assert "-by:" not in mail.get_content()


@pytest.mark.parametrize("tag", ["Reviewed-by: A <a@b>", "Fixes: 123456789abc", "cc: A <a@b>"])
def test_what_looks_like_a_tag_in_a_patch_is_none_in_a_draft(tag: str) -> None:
    """Wherever the lines of the report are broken, such a word may come to stand first."""
    why = f"{'x' * 60} {tag} {'y' * 60} {tag}"
    unread = (FunctionReview("user_mem_abort", "4K", FunctionChange.UNREAD, why),)
    text = reply.render_drafts(reviews.review(PatchReview(reviews.patch(), unread)))["reply.eml"]
    body = text.partition("\n\n")[2]
    assert body.count(tag.partition(":")[0]) == 2
    assert not any(line.startswith(tag.partition(" ")[0]) for line in body.splitlines())


def test_a_series_is_answered_at_its_cover_and_where_there_is_something_to_say() -> None:
    series = reviews.review(reviews.harmless(1), reviews.broken(2), first=reviews.cover())
    found = drafts(series)
    assert sorted(found) == ["reply-02.eml", "reply.eml"]
    assert found["reply.eml"]["In-Reply-To"] == "<20250106.0@example.org>"
    assert found["reply.eml"]["Subject"] == "Re: [PATCH v9 0/2] KVM: arm64: Series"
    assert not any(line.startswith("> ") for line in found["reply.eml"].get_content().splitlines())
    assert found["reply-02.eml"]["In-Reply-To"] == "<20250106.2@example.org>"
    assert "1/2: KVM" in found["reply.eml"].get_content()
    assert "1/2: KVM" not in found["reply-02.eml"].get_content()


def test_a_series_without_a_cover_is_answered_at_its_first_patch() -> None:
    found = drafts(reviews.review(reviews.harmless(1), reviews.harmless(2)))
    assert sorted(found) == ["reply.eml"]
    assert found["reply.eml"]["In-Reply-To"] == "<20250106.1@example.org>"


def test_a_patch_that_was_proved_to_change_nothing_is_worth_a_reply() -> None:
    same = PatchReview(reviews.patch(2), (FunctionReview("user_mem_abort", "4K", FunctionChange.SAME),))
    assert "reply-02.eml" in drafts(reviews.review(reviews.harmless(1), same))


# The thread ----------------------------------------------------------------------------------
def test_a_patch_without_a_message_id_belongs_to_no_thread_and_that_is_said() -> None:
    lost = one(message_id=None, references=(), in_reply_to=None)
    mail = drafts(lost)["reply.eml"]
    assert "In-Reply-To" not in mail and "References" not in mail
    assert reply.describe_missing_thread(lost) == (
        "The mail that is answered states no Message-ID, so reply.eml has no In-Reply-To; "
        "--message-id ID gives it."
    )
    found = reply.with_message_id(lost, " left@right ")
    assert drafts(found)["reply.eml"]["References"] == "<left@right>"
    assert reply.describe_missing_thread(found) == ""


def test_a_message_id_that_is_given_is_that_of_the_mail_that_is_answered() -> None:
    bare = replace(reviews.cover(), message_id=None)
    found = reply.with_message_id(reviews.review(reviews.broken(1), reviews.harmless(2), first=bare), "<a@b>")
    assert found.cover is not None and found.cover.message_id == "<a@b>"
    assert found.patches[0].patch.message_id == "<20250106.1@example.org>"
    series = reviews.review(*(replace(p, patch=replace(p.patch, message_id=None)) for p in found.patches))
    given = reply.with_message_id(series, "<a@b>")
    assert [each.patch.message_id for each in given.patches] == ["<a@b>", None]


def test_a_mail_that_states_another_message_id_is_not_overruled() -> None:
    said = "--message-id: the mail states <20250106.1@example.org> itself; leave out --message-id <a@b>."
    with pytest.raises(PatchError) as error:
        reply.with_message_id(one(), "<a@b>")
    assert str(error.value) == said
    assert reply.with_message_id(one(), "20250106.1@example.org") == one()


@pytest.mark.parametrize(
    "stated", ["", "x", "<a@b", "a b@c", "a@b\nBcc: c@d", "<a@b>\r\nX: y", "é@b", "a@" + "b" * 300]
)
def test_what_is_no_message_id_is_refused(stated: str) -> None:
    with pytest.raises(PatchError, match="is no Message-ID; write <LEFT@RIGHT>, as in the mail.$"):
        reply.parse_message_id(stated)


@pytest.mark.parametrize("dirt", reviews.DIRT, ids=range(len(reviews.DIRT)))
def test_an_id_that_is_none_becomes_no_header(dirt: str) -> None:
    mail = drafts(one(references=(dirt, "<a@b>", f"<a{dirt}@b>"), in_reply_to=dirt))["reply.eml"]
    assert mail["References"].split()[-2:] == ["<a@b>", "<20250106.1@example.org>"]
    mail = drafts(one(message_id=f"<a@b>{dirt}x"))["reply.eml"]
    assert "In-Reply-To" not in mail and "References" not in mail and "Bcc" not in mail


def test_of_many_references_the_first_and_the_last_are_kept() -> None:
    ids = tuple(f"<{i}.{'x' * 100}@example.org>" for i in range(60))
    found = drafts(one(references=ids))["reply.eml"]["References"].split()
    assert found == [ids[0], *ids[-18:], "<20250106.1@example.org>"]


# The subject ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "total", "reroll", "said"),
    [
        (3, 12, 9, "Re: [PATCH v9 03/12] x"),
        (None, None, 2, "Re: [PATCH v2] x"),
        (None, None, 1, "Re: [PATCH] x"),
    ],
)
def test_the_subject_is_as_git_writes_it(
    number: int | None, total: int | None, reroll: int, said: str
) -> None:
    mail = replace(reviews.patch(), subject="x", number=number, total=total, reroll=reroll)
    found = drafts(reviews.review(replace(reviews.broken(), patch=mail)))
    assert found["reply.eml"]["Subject"] == said


@pytest.mark.parametrize(
    "subject", ["Žluťoučký 漢字", "é" * 300, "x" * 3000, "=?utf-8?q?a=0ABcc=3A_b?=", "a  b"]
)
def test_a_subject_comes_back_as_it_was(subject: str) -> None:
    mail = replace(reviews.patch(), subject=subject)
    text = reply.render_drafts(reviews.review(replace(reviews.broken(), patch=mail)))["reply.eml"]
    head = text.partition("\n\n")[0]
    assert head.isascii() and max(map(len, head.splitlines())) < 80
    found = message_from_string(text, policy=policy.default)
    assert found["Subject"] == f"Re: [PATCH v9 1/2] {subject}" and "Bcc" not in found


# What is quoted ------------------------------------------------------------------------------
def numbered(start: int, count: int, changed: int) -> Hunk:
    lines = [b" line %d\n" % i for i in range(start, start + count)]
    lines[changed - start] = b"+line %d\n" % changed
    return Hunk(b"@@ -%d,%d +%d,%d @@" % (start, count - 1, start, count), start, start, tuple(lines))


def changing(*changes: FileChange, lines: tuple[Span, ...] | None = None) -> PatchReview:
    broken = replace(
        reviews.theorem(VerdictChange.BROKEN, Verdict.PROVED, Verdict.REFUTED), after=None, lines=lines
    )
    function = FunctionReview("user_mem_abort", "4K", FunctionChange.UNREAD)
    return PatchReview(Patch("mail", "x", files=changes), (function,), (broken,))


MMU = reviews.MMU


def test_the_hunk_is_quoted_that_the_proof_rested_on() -> None:
    hunks = (numbered(1, 5, 3), numbered(100, 5, 102), numbered(200, 5, 202))
    found = quote_hunk(changing(FileChange(MMU, MMU, hunks), lines=(Span(MMU, 101, "line 101"),)))
    assert found[0] == found[-1] == CUT
    assert "> @@ -100,4 +100,5 @@" in found and "> +line 102" in found


def test_without_such_a_line_the_first_hunk_of_a_function_s_file_is_quoted() -> None:
    other = FileChange("mm/slub.c", "mm/slub.c", (numbered(1, 5, 3),))
    text = FileChange("Documentation/x.rst", "Documentation/x.rst", (numbered(1, 5, 3),))
    found = quote_hunk(changing(text, other, FileChange(MMU, MMU, (numbered(50, 5, 53),))))
    assert found[:2] == [CUT, f"> --- a/{MMU}"] and "> +line 53" in found
    assert quote_hunk(changing(text, other))[1] == "> --- a/mm/slub.c"
    assert quote_hunk(changing(text)) == []


def test_of_a_long_hunk_only_what_is_near_is_quoted() -> None:
    found = quote_hunk(changing(FileChange(None, MMU, (numbered(1, 100, 50),))))
    assert found[:5] == ["> --- /dev/null", f"> +++ b/{MMU}", "> @@ -1,99 +1,100 @@", CUT, ">  line 38"]
    assert found[-2:] == [">  line 62", CUT] and len(found) == 30


def test_a_line_of_a_file_that_is_renamed_is_found_by_its_old_name() -> None:
    change = FileChange(MMU, "arch/arm64/kvm/new.c", (numbered(1, 3, 2), numbered(9, 3, 10)))
    assert "> +line 10" in quote_hunk(changing(change, lines=(Span(MMU, 9, "x"),)))


def test_what_is_not_ascii_is_quoted_as_it_is() -> None:
    hunk = Hunk(b"@@ -1 +1 @@", 1, 1, ("-/* naïve */\n".encode(), b"+/* \xff\x1b */\n"))
    text = reply.render_drafts(reviews.review(changing(FileChange(MMU, MMU, (hunk,)))))["reply.eml"]
    assert 'charset="utf-8"\nContent-Transfer-Encoding: 8bit' in text
    assert "> -/* naïve */\n> +/* ÿ\\x1b */\n" in text


def test_a_body_with_a_very_long_line_is_encoded() -> None:
    hunk = Hunk(b"@@ -1 +1 @@", 1, 1, (b"-x\n", b"+" + b"y" * 5000 + b"\n"))
    text = reply.render_drafts(reviews.review(changing(FileChange(MMU, MMU, (hunk,)))))["reply.eml"]
    assert max(map(len, text.splitlines())) < 80
    assert "y" * 5000 in message_from_string(text, policy=policy.default).get_content()  # type: ignore[attr-defined]
