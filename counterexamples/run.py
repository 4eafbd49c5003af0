# SPDX-License-Identifier: GPL-2.0-only
"""The old name of ``python -m proofs.bugs``: says where the command went, for one release."""

import sys

if __name__ == "__main__":
    sys.stderr.write(
        "python -m counterexamples.run is python -m proofs.bugs now, with the same options; nothing was run.\n"
    )
    sys.exit(2)
