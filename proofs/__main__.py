# SPDX-License-Identifier: GPL-2.0-only
"""The front door to every command: ``python -m proofs COMMAND``, or ``stage2-proofs COMMAND``.

A command has its own options, exit codes and help: this file finds it and steps aside.  ``python -m
proofs.COMMAND`` is the same.  Exit code: the command's own; 2 where there is no such command.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from proofs.solvers.engine import installed_version

#: Every command with what it does, in the order of ``--help``.
COMMANDS = {
    "run": "prove the theorems, on the models and on a kernel's own C",
    "attach": "say what a patch changes, as a report for its thread",
    "check": "check a directory of evidence again, without a solver",
    "bugs": "put past bugs back, and say how each is found",
    "fetch": "fetch kernel trees; say what is proved of which function",
    "mutate": "mutation testing: would the theorems notice a small bug?",
    "crosscheck": "differential testing of the C front-end against GCC",
    "gallina": "have Coq's kernel check theorems",
    "bench": "measure the commands, as ratios",
}

USAGE = "\n".join(
    (
        "usage: python -m proofs COMMAND [OPTION ...]",
        "       python -m proofs --version",
        "",
        "commands:",
        *(f"  {name:<12}{what}" for name, what in COMMANDS.items()),
        "",
        "python -m proofs COMMAND --help says more of one.",
    )
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named first with the arguments that follow it."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        _say(USAGE)
        return 0 if given else 2
    if given[0] == "--version":
        version = installed_version("stage2-proofs") or "(version unknown: not installed by pip)"
        _say(f"stage2-proofs {version}")
        return 0
    command, *rest = given
    if command not in COMMANDS:
        print(_no_command(command), file=sys.stderr)
        return 2
    sys.argv = [f"proofs.{command}", *rest]
    runpy.run_module(f"proofs.{command}", run_name="__main__", alter_sys=True)  # which ends the process
    return 0


def _say(text: str) -> None:
    """Print the text; a reader that has gone away is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _no_command(given: str) -> str:
    near = get_close_matches(given, COMMANDS, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return (
        f"python -m proofs: error: {given!r} is no command.{meant} There are: {', '.join(COMMANDS)}; "
        "python -m proofs --help says what each does."
    )


if __name__ == "__main__":
    sys.exit(main())
