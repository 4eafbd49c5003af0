# SPDX-License-Identifier: GPL-2.0-only
"""The C of a tree, compiled by GCC behind generated stubs, and the procedure that was lowered from it,
run side by side on the same inputs."""
