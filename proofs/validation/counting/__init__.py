# SPDX-License-Identifier: GPL-2.0-only
"""How much does an assumption leave out, and how rare is what a theorem speaks of?  In exact numbers.

counted    the numbers of one condition, and of all facts
premises   the part of all inputs on which the premises of theorems hold
told       the numbers as text, and as JSON

All words are taken to be independent and uniform, which nothing real is: a number says how strong a
condition is, not how often it occurs.
"""
