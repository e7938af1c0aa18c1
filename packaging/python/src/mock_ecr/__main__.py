"""``python -m mock_ecr`` runs the program ``mock-ecr`` with the same arguments."""

from __future__ import annotations

import os
import subprocess
import sys

from mock_ecr import find_program
from mock_ecr.errors import ProgramNotFoundError


def main() -> int:
    """Replaces this process with the program. Windows cannot replace a process, so it runs the program as a child."""
    try:
        program = str(find_program())
    except ProgramNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    arguments = [program, *sys.argv[1:]]
    if os.name == "posix":
        os.execv(program, arguments)
    return subprocess.run(arguments, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
