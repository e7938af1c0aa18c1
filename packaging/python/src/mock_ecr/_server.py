"""Runs the program ``mock-ecr`` as a child that ends with this process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import IO, Dict, List, Mapping, Optional, Sequence, Union, cast

from mock_ecr._values import Config, format_timestamp, toml
from mock_ecr.errors import StartError

# `mock-ecr run` stops the mock when its command ends. The command prints the URL and the control key, and ends at the end of its stdin, a pipe
# from this process. The system closes the pipe when this process ends, even by SIGKILL, so the mock never runs longer than the tests.
_SHELL = ["/bin/sh", "-c", r"""printf '%s\n%s\n' "$MOCK_ECR_URL" "$MOCK_ECR_CONTROL_KEY"; read -r _ || :"""]
_PYTHON = "import os, sys; e = os.environ; print(e['MOCK_ECR_URL'], e.get('MOCK_ECR_CONTROL_KEY', ''), sep='\\n', flush=True); sys.stdin.readline()"
_COMMAND = _SHELL if os.name == "posix" else [sys.executable, "-I", "-S", "-c", _PYTHON]


class Server:
    """A running mock."""

    def __init__(self, program: Path, options: Sequence[str], config: Optional[Config], timeout: float) -> None:
        """Starts the program and waits until the mock accepts connections. Raises ``StartError`` if it does not."""
        # The file has no name on Linux, so it does not remain if this process is killed.
        self._log: IO[bytes] = tempfile.TemporaryFile()
        with tempfile.TemporaryDirectory(prefix="mock-ecr-") as directory:
            arguments = [str(program), "run", *options, *_config_option(config, Path(directory)), "--", *_COMMAND]
            self._process = _spawn(arguments, self._log)
            self.url, key = self._first_lines(timeout)
        self.control_key = key or None

    def _first_lines(self, timeout: float) -> List[str]:
        timer = threading.Timer(timeout, self._process.kill)
        timer.start()
        try:
            output = cast("IO[bytes]", self._process.stdout)
            lines = [output.readline().decode().strip() for _ in range(2)]
        finally:
            timer.cancel()
        if not lines[0]:
            code = self._process.wait()
            self._close_pipes()
            reason = self.log().strip() or f"exit code {code}, and it printed no error (the timeout is {timeout} s)"
            self._log.close()
            raise StartError(f"mock-ecr did not start: {reason}")
        return lines

    def log(self) -> str:
        """Returns what the program has written to stderr: by default, its warnings and errors."""
        if self._log.closed:
            return ""
        # A seek would move the position at which the program writes.
        descriptor = self._log.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace") if hasattr(os, "pread") else ""

    def stop(self) -> None:
        """Stops the mock. A mock that does not stop within 10 seconds is killed."""
        if self._log.closed:
            return
        try:
            # A child of this process can have a copy of the pipe, which then stays open. A line ends the command too.
            cast("IO[bytes]", self._process.stdin).write(b"\n")
            self._process.wait(timeout=0 if self._process.poll() is not None else 10)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        finally:
            self._close_pipes()
            self._log.close()

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _spawn(arguments: List[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts the program in a session of its own, so that Ctrl-C in a terminal reaches only pytest, which stops the mock."""
    # A mock of a test must not use settings of a running mock.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_ECR_")}
    try:
        return subprocess.Popen(
            arguments,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        log.close()
        raise StartError(f"cannot run {arguments[0]}: {error}") from error


def options(
    *, seed: Optional[str] = None, clock: Optional[Union[str, datetime]] = None, arguments: Sequence[str] = ()
) -> List[str]:
    """Returns the options of the command line."""
    time = format_timestamp(clock) if clock is not None else None
    named = [f"--{name}={value}" for name, value in (("seed", seed), ("clock", time)) if value is not None]
    return [*named, *arguments]


def _config_option(config: Optional[Config], directory: Path) -> List[str]:
    if config is None:
        return []
    if isinstance(config, (str, Mapping)):
        path = directory / "config.toml"
        path.write_text(config if isinstance(config, str) else toml(config), encoding="utf-8")
    else:
        path = Path(config)
    return [f"--config={path}"]


def run_program(program: Path, arguments: Sequence[str], environment: Dict[str, str], text: Optional[str]) -> str:
    """Runs the program to its end and returns its output. Raises ``subprocess.CalledProcessError`` if it fails."""
    return subprocess.run(
        [str(program), *arguments],
        input=text or "",
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
    ).stdout
