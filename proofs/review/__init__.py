# SPDX-License-Identifier: GPL-2.0-only
"""The review of a patch: what it does to the fault path, as data, and that data in many formats.

``patches`` reads patches and applies them, ``review`` is the data, ``comparison`` computes it, ``entries``
makes a status, a sentence and a place of each result, ``formats`` and ``page`` render it.  Every import goes
in this order; what renders decides nothing.
"""
