# SPDX-License-Identifier: GPL-2.0-only
"""How far a long run has come, on standard error.

Nothing is said in the first two seconds.  After that a terminal has one line that changes, and
anything else a line every two seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TextIO, TypeVar

Item = TypeVar("Item")


class Progress:
    """A context in which the present activity is told every ``every`` seconds."""

    def __init__(self, stream: TextIO, every: float = 2.0):
        self.stream = stream
        self.every = every
        self.what, self.done, self.total = "", 0, 0
        self.said = ""
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self.thread.join()
        if self.said and self.stream.isatty():
            self.stream.write("\r\033[K")
            self.stream.flush()

    def begin(self, what: str, total: int = 0) -> None:
        """From now on, this is done; ``total`` is how many things it takes, if that is known."""
        self.what, self.done, self.total = what, 0, total

    def count(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, counted as they come."""
        for item in items:
            yield item
            self.done += 1

    def _run(self) -> None:
        while not self.ended.wait(self.every):
            if self.what:
                self._tell()

    def _tell(self) -> None:
        text = self.what + (f": {self.done} of {self.total}" if self.total else " ...")
        if text == self.said:
            return  # nothing has come since
        self.stream.write(f"\r{text}\033[K" if self.stream.isatty() else f"{text}\n")
        self.stream.flush()
        self.said = text
