# SPDX-License-Identifier: GPL-2.0-only
"""Evidence that is written once and checked without a solver.

    checker/stored       the obligations of a subject as they lie in a file, and as SMT-LIB text   trusted
    checker/answers      verdicts, witnesses and certificates as they lie in files                 trusted
    checker/clauses      the clauses that a claim's certificate refutes                            trusted
    checker/lrat         the check of certificates                                                 trusted
    checker/verify       the check of a subject's answers                                          trusted
    checker/manifest     which files there are, and their hashes                                   trusted
    search/              SAT solver, its trace, cores, witnesses, certificates                     not trusted
    coq/                 theorems as Gallina, for Coq's kernel to check                            not trusted
    cache                evidence that earlier runs found                                          not trusted
    collect, write       from verdicts to files                                                    not trusted

What ``python -m proofs.check`` imports is the trusted part, ``model.logic``, ``proofs.solvers.sat`` and the
process pool ``proofs.solvers.parallel``.
"""
