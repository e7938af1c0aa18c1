"""Programs that a client calls. They cannot outlive their time limit."""

import os
import signal
import subprocess

from .errors import ClientError, clean


def run_process(command, data, timeout, what):
    """Runs a program with `data` on stdin. Returns (exit code, stdout, text of stderr)."""
    try:
        # In a session of its own, the program and all that it starts can be ended.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
    except OSError as error:
        raise ClientError(f"{what} cannot be started: {clean(command[0])}: {error.strerror}") from None
    try:
        output, errors = process.communicate(data, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise ClientError(f"{what} did not end within {timeout:.0f} seconds") from None
    finally:
        if process.poll() is None:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except OSError:
                pass
            process.wait()
    return process.returncode, output, errors.decode("utf-8", "replace")
