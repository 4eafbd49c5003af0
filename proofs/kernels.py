# SPDX-License-Identifier: GPL-2.0-only
"""The old name of ``python -m proofs.fetch``: says where the command went, for one release."""

import sys

if __name__ == "__main__":
    print(
        "python -m proofs.kernels is python -m proofs.fetch now, with the same options; nothing was run.",
        file=sys.stderr,
    )
    sys.exit(2)
