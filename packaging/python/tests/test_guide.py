"""Runs the files and commands of the guide on Python.

The language of a code block determines how it is used, as on the other pages of the book: ``LANGUAGE,file=NAME`` is a file for the commands
that follow, and ``console`` contains a command after ``$`` and its expected output, in which ``…`` stands for any text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[3] / "docs/src/guides/python.md"
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_commands_print_the_shown_output(pytester: pytest.Pytester) -> None:
    commands = 0
    for language, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if ",file=" in language:
            (pytester.path / language.split("=")[1]).write_text(text, encoding="utf-8")
        elif language.startswith("console"):
            run(pytester.path, text, must_fail=language == "console,fails")
            commands += 1
        else:
            assert language in ("sh", "toml"), f"no test uses the block {language}"
    assert commands > 2


def run(folder: Path, text: str, *, must_fail: bool) -> None:
    """Runs a command with the Python of this test, and compares its output."""
    command, _, expected = text.partition("\n")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "COLUMNS": "80"}
    result = subprocess.run(
        command[len("$ ") :], shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert (result.returncode != 0) == must_fail, result.stdout
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    assert re.fullmatch(pattern, result.stdout.strip(), re.DOTALL), result.stdout
