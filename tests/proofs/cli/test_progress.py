# SPDX-License-Identifier: GPL-2.0-only
"""Progress is told on long runs, and only there."""

from __future__ import annotations

import io
import time

from proofs.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, every: float) -> str:
    with Progress(stream, every) as progress:
        progress.begin("deciding", 3)
        items = progress.count("abc")
        assert next(items) == "a"
        assert next(items) == "b"
        until = time.monotonic() + 10
        while "1 of 3" not in stream.getvalue() and every < 1 and time.monotonic() < until:
            time.sleep(0.005)
        assert list(items) == ["c"]
    return stream.getvalue()


def test_a_short_run_says_nothing() -> None:
    assert run(io.StringIO(), 60.0) == run(Terminal(), 60.0) == ""


def test_a_long_run_is_told_in_lines() -> None:
    assert "deciding: 1 of 3\n" in run(io.StringIO(), 0.01)


def test_a_terminal_has_one_line_that_is_cleared_at_the_end() -> None:
    text = run(Terminal(), 0.01)
    assert "\rdeciding: 1 of 3\033[K" in text
    assert text.endswith("\r\033[K")
    assert "\n" not in text


def test_what_has_no_number_is_told_without_one() -> None:
    stream = io.StringIO()
    with Progress(stream, 0.01) as progress:
        progress.begin("reading")
        until = time.monotonic() + 10
        while not stream.getvalue() and time.monotonic() < until:
            time.sleep(0.005)
    assert stream.getvalue().startswith("reading ...\n")
