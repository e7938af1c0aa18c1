"""What all commands do: exit codes, and errors of one line."""

import os
import sys

from .errors import ClientError, UsageError, clean


def complain(text):
    """Writes a line to stderr. A closed stderr is no reason to fail."""
    try:
        sys.stderr.write(f"{os.path.basename(sys.argv[0])}: {clean(text, 600)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def emit(text):
    """Writes the result to stdout at once. Raises if the reader has gone away."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # Nothing may be written again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise ClientError(f"stdout cannot be written: {error.strerror}") from None


def describe(error):
    """Describes an unexpected exception without its message, which may contain a secret."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    where = ""
    if traceback:
        where = f" at {os.path.basename(traceback.tb_frame.f_code.co_filename)}:{traceback.tb_lineno}"
    return f"internal error: {type(error).__name__}{where}"


def run(main, fail=complain):
    """Runs a command and ends the process with its exit code."""
    try:
        code = main(sys.argv[1:]) or 0
    except UsageError as error:
        fail(str(error))
        code = 2
    except ClientError as error:
        fail(str(error))
        code = 1
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        fail(describe(error))
        code = 1
    sys.exit(code)
