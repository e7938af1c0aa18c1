"""Finds the program ``mock-ecr``."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path
from typing import Iterator, Optional, Union

from mock_ecr.errors import ProgramNotFoundError

#: The environment variable with the path of the program.
VARIABLE = "MOCK_ECR_PROGRAM"

_NAME = "mock-ecr.exe" if os.name == "nt" else "mock-ecr"


def find_program(program: Optional[Union[str, "os.PathLike[str]"]] = None) -> Path:
    """Returns the path of the program ``mock-ecr``.

    The first of these that exists is used: ``program``, the environment variable ``MOCK_ECR_PROGRAM``, the program that was installed with
    this package, and a program on the ``PATH``. ``program`` and the variable must name an existing program.
    """
    for source, path in (("the argument program", program), (f"the variable {VARIABLE}", os.environ.get(VARIABLE))):
        if path:
            return _require(source, Path(path))
    for candidate in _installed():
        if _is_program(candidate):
            return candidate
    found = shutil.which("mock-ecr")
    if found is not None:
        return Path(found)
    raise ProgramNotFoundError(_not_found())


def _require(source: str, path: Path) -> Path:
    if not _is_program(path):
        raise ProgramNotFoundError(f"{source} is {str(path)!r}, which is not a program: expected the path of mock-ecr")
    return path.absolute()


def _installed() -> Iterator[Path]:
    """Yields where pip installs programs: for this Python, for this user, and beside the package with ``pip install --target``."""
    yield Path(sysconfig.get_path("scripts"), _NAME)
    user = f"{os.name}_user"
    if user in sysconfig.get_scheme_names():
        yield Path(sysconfig.get_path("scripts", user), _NAME)
    yield Path(__file__).parent.parent / "bin" / _NAME


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _not_found() -> str:
    searched = "\n".join(f"  {candidate}" for candidate in _installed())
    return (
        f"the program mock-ecr was not found. Searched:\n{searched}\n  each directory on the PATH\n"
        f"Install it with `pip install mock-ecr`, or set {VARIABLE} to its path."
    )
