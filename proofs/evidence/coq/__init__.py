# SPDX-License-Identifier: GPL-2.0-only
"""Claims as Gallina that a person can read, with proofs that Coq's kernel checks.

    formulas    bits, as Check.v joins them
    values      terms as Gallina, and which values they are made of
    gates       what a bit of a value is made of
    certificate why a conclusion follows, and from which hypotheses
    packed      how a certificate is written
    lines       which line of C a term comes from
    statement   the whole text of a claim
    compile     what coqc says of it
    checked     all of it for one claim

In ``library/``, ``Words.v`` is what the operators mean, ``Check.v`` the checker of certificates with its proof, and
``Packed.v`` how it reads them.
"""
