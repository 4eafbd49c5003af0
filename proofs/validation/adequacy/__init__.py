# SPDX-License-Identifier: GPL-2.0-only
"""Adequacy of the theorems: what a proof does not say of itself.

questions  the claims that have to be decided for it, and what their verdicts mean
outcomes   what a fault path can do, and which of it cannot happen where
report     the answers as data, as text, and as an exit code
"""
