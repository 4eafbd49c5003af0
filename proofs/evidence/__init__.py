# SPDX-License-Identifier: GPL-2.0-only
"""Evidence that is written once and checked without a solver.

    stored      an obligation as it lies in a file, and back           trusted
    smt2        the same as SMT-LIB text                               trusted to be what is read
    answers     verdicts, witnesses and certificates as they lie       trusted
    lrat        whether a certificate is one                           trusted
    verify      whether the answers to some obligations hold           trusted
    several     the same work on several things, side by side          trusted
    manifest    which files there are, and their hashes                trusted
    sat         a SAT solver, which says why it refuses                not trusted
    trace       what it says, as the steps of certificates             not trusted
    asked       questions about the gates of some claims               not trusted
    search      facts needed, witnesses, certificates                  not trusted
    recall      what earlier runs found                                not trusted
    write       from verdicts to files                                 not trusted

What ``python -m proofs.check`` imports is the trusted part, ``model.logic``, and ``proofs.solvers.sat.bitblast``
and ``cnf``.
"""
