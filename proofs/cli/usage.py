# SPDX-License-Identifier: GPL-2.0-only
"""What does ``--help`` of ``python -m proofs.run`` say beside its options?"""

DESCRIPTION = "Prove what KVM/arm64 may do when it maps a page for a guest, or show how it goes wrong."

EPILOG = """\
examples:
  python -m proofs.run                                    every theorem, every hand-written shape
  python -m proofs.run --linux .kernels/6.12              the same theorems, of a kernel's own C
  python -m proofs.run --linux ~/linux --rev v6.17        of a revision of a git checkout
  python -m proofs.run --linux .kernels/7.2 --against .kernels/7.3   where do the two differ?
  python -m proofs.run --theorem 'cow_*' --shape v9       some theorems, one shape
  python -m proofs.run --explain CLAIM                    one claim in full; names as in --list
  python -m proofs.run --smt2 out                         one file for each claim: unsat is PROVED

verdicts:
  PROVED     no input that the facts allow satisfies the premises and not the conclusion
  REFUTED    such an input exists; it was replayed before it is shown
  VACUOUS    no input satisfies the premises: nothing is proved
  UNKNOWN, TIMEOUT      the solver did not decide
  UNSUPPORTED           the kernel's C has a construct that is not read
  DISAGREE              solver and interpreter contradict each other

exit codes:
  0  every claim was decided as expected
  1  a claim was decided otherwise than expected
  2  the command line or a file that it names is wrong
  3  something stays undecided, or has no expectation
  4  solver and interpreter disagree
  130  interrupted
  Of several, 4 goes before 1 before 3 before 0.
"""
