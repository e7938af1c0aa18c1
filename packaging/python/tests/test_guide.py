"""Runs the files and commands of the pages on Python with ``scripts/run-page``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["guides/python.md", "tutorials/python.md"])
def test_the_commands_print_the_shown_output(pytester: pytest.Pytester, page: str) -> None:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [sys.executable, REPOSITORY / "scripts/run-page", REPOSITORY / "docs/src" / page, pytester.path],
        env={**os.environ, "PATH": programs, "COLUMNS": "80"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert result.returncode == 0, result.stdout
