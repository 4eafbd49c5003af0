# SPDX-License-Identifier: GPL-2.0-only
"""What the C front-end says when it cannot give a construct its exact meaning."""

from __future__ import annotations


class Unsupported(Exception):  # noqa: N818  # it is a verdict, not a fault of the program
    """A construct in a reached function that has no lowering: no claim about it is decided.

    ``file`` is relative to the tree, ``line`` counts from 1, ``construct`` says what it is.
    """

    def __init__(self, file: str, line: int, construct: str):
        super().__init__(f"{file}:{line}: {construct}")
        self.file = file
        self.line = line
        self.construct = construct
