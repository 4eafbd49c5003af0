# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a tree that theorems are asked of: one module a subject."""
