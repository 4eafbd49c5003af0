# SPDX-License-Identifier: GPL-2.0-only
"""Patches as reviewers get them: read from mails, files and commits, and applied to a tree in memory.

A patch is hostile text.  Nothing here runs what it says, writes a file, or reads one that it names
outside of the tree; whatever is odd is refused by a ``PatchError``.
"""
