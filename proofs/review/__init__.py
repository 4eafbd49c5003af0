# SPDX-License-Identifier: GPL-2.0-only
"""What a patch does to the fault path, as data; and each way in which that is told.

``review`` is the data, ``reading``, ``behaviour``, ``verdicts`` and ``conduct`` find it out, in this
order; the other modules write it, and find out nothing.
"""
