"""Errors, and the rule for what an error message may contain."""

import re

_secrets = set()
_WINDOW = 12
# Nothing legible is this long without a space, a dot or a colon: it is a token.
_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_%-]{100,}")


class ClientError(Exception):
    """A failure that another attempt would not remove."""


class UsageError(ClientError):
    """The command line or the input is wrong."""


class RetryableError(ClientError):
    """A failure that may pass. `retry_after` is the server's wish, in seconds."""

    def __init__(self, message, retry_after=None, throttled=False):
        super().__init__(message)
        self.retry_after = retry_after
        self.throttled = throttled


class NotEcrRegistry(ClientError):
    """The host name is not that of an ECR registry."""


def keep_secret(*values):
    """Registers values that no message may contain."""
    for value in values:
        if value and len(value) >= 8:
            _secrets.add(value)


def clean(text, limit=400):
    """Returns the first line of `text` without control characters and secrets.

    Services and proxies echo requests in their errors. (The canonical string in
    a signature error contains the session token.) Hence, each part of a known
    secret and each long token is removed before the text is shortened.
    """
    text = str(text)[:8192].strip()
    text = text.splitlines()[0] if text else ""
    text = "".join(c if c.isprintable() else " " for c in text)
    hidden = bytearray(len(text))
    for secret in _secrets:
        width = min(len(secret), _WINDOW)
        for i in range(len(text) - width + 1):
            if text[i:i + width] in secret:
                hidden[i:i + width] = b"\1" * width
    for run in _LONG_RUN.finditer(text):
        hidden[run.start():run.end()] = b"\1" * (run.end() - run.start())
    parts = []
    for i, c in enumerate(text):
        if not hidden[i]:
            parts.append(c)
        elif i == 0 or not hidden[i - 1]:
            parts.append("[redacted]")
    text = "".join(parts)
    return text if len(text) <= limit else text[:limit] + "..."
