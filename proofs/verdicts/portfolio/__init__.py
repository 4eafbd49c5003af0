# SPDX-License-Identifier: GPL-2.0-only
"""The portfolio: z3 decides every claim; other engines are asked the same, and must agree.

engines    the engines by name, and how each is begun
pool       many claims put to one engine, in processes that end when they are late
agreement  what an engine's answer means for a verdict: it agrees, it leaves it open, or DISAGREE
text       the line under the table, and the obligation of a disagreement, to be saved for a report
"""
