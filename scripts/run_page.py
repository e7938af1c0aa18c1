#!/usr/bin/env python3
"""Runs the commands of a page of the book in a folder, and compares their output with the page. Only for the pages that need packages: the tests
of the programs run the commands of the other pages.

Usage: scripts/run_page.py PAGE FOLDER

The language of a code block determines how it is used, as in tests/clients/book.rs: ``LANGUAGE,file=NAME`` is a file for the commands that follow,
``console`` contains commands after ``$`` that must succeed, each with its expected output, in which ``…`` stands for any text, and the commands
of ``console,fails`` must fail. No other block is run. All commands run in one shell.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
# Commands in the background end with the script.
PROLOGUE = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n"


def main(page: Path, folder: Path) -> None:
    examples = []
    script = PROLOGUE
    with tempfile.TemporaryDirectory() as results:
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if ",file=" in language:
                (folder / language.split("=")[1]).write_text(text, encoding="utf-8")
            elif language in ("console", "console,fails"):
                for command, expected in COMMAND.findall(text):
                    script += step(command, Path(results) / str(len(examples)))
                    examples.append((command, expected, language))
        if not examples:
            sys.exit(f"error: {page} has no commands")
        subprocess.run(["bash", "-c", script], cwd=folder, check=False, stdin=subprocess.DEVNULL)
        for number, example in enumerate(examples):
            check(*example, Path(results) / str(number))
    print(f"{page}: {len(examples)} commands")


def step(command: str, result: Path) -> str:
    """Returns the part of the script that runs a command and records its output and its status."""
    return f"{{ {command}\n}} >{result} 2>&1; echo $? >{result}.status\n"


def check(command: str, expected: str, language: str, result: Path) -> None:
    status = result.with_suffix(".status")
    if not status.exists():
        sys.exit(f"error: {command}\nwas not run to its end")
    printed = result.read_text(encoding="utf-8").strip()
    failed = status.read_text(encoding="utf-8") != "0\n"
    if failed != (language == "console,fails"):
        sys.exit(f"error: {command}\nmust {'succeed' if failed else 'fail'}, and prints\n{printed}")
    expected = expected.strip()
    pattern = ".*".join(re.escape(part) for part in expected.split("…"))
    if expected and not re.fullmatch(pattern, printed, re.DOTALL):
        sys.exit(f"error: {command}\nmust print\n{expected}\nand prints\n{printed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
