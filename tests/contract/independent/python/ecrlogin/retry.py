"""Time limits, and repetition of what may succeed the next time."""

import os
import time

from .errors import ClientError, RetryableError

DEFAULT_ATTEMPTS = 5
# An interactive caller waits for a minute at most. This leaves time for the rest.
DEFAULT_BUDGET = 50.0
PAUSE_CAP = 10.0


class Deadline:
    """A point in time that bounds an operation and all its parts."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def remaining(self):
        return max(0.0, self.end - time.monotonic())

    def part(self, seconds):
        """Returns a deadline for a part of the operation."""
        return Deadline(min(seconds, self.remaining()))


def jitter(low, high):
    # `random` would cost several milliseconds of start-up time.
    return low + (high - low) * int.from_bytes(os.urandom(4), "big") / 2**32


def pause_before(attempt, throttled):
    """Returns the pause before attempt 1, 2, ... Pauses grow in spite of the jitter."""
    longest = (1.0 if throttled else 0.5) * 2 ** (attempt - 1)
    return min(PAUSE_CAP, jitter(longest / 2, longest))


def parse_retry_after(value):
    """Returns the seconds of a Retry-After header, or None if there are none."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    moment = parse_http_date(value)
    return None if moment is None else max(0.0, moment - time.time())


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_http_date(value):
    """Returns the Unix time of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`."""
    try:
        _, day, month, year, clock, zone = value.split()
        hours, minutes, seconds = (int(part) for part in clock.split(":"))
        if zone not in ("GMT", "UTC"):
            return None
        return unix_time(int(year), _MONTHS.index(month.lower()) + 1, int(day), hours, minutes, seconds)
    except (ValueError, AttributeError):
        return None


def unix_time(year, month, day, hours, minutes, seconds):
    """Returns the Unix time of a date in UTC (`calendar` is expensive to import)."""
    if not (1970 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31
            and 0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= seconds <= 60):
        raise ValueError("not a date")
    # Days of the Gregorian calendar, in years that start in March.
    y = year - (month < 3)
    era_day = y * 365 + y // 4 - y // 100 + y // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return (era_day - 719468) * 86400 + hours * 3600 + minutes * 60 + seconds


def parse_iso_date(value):
    """Returns the Unix time of a date such as `2015-11-29T21:30:53Z`."""
    if not isinstance(value, str):
        raise ValueError("not a date")
    text, offset = value.strip(), 0
    if text[-1:] in ("Z", "z"):
        text = text[:-1]
    elif text[-6:-5] in ("+", "-") and text[-3] == ":":
        offset = int(text[-5:-3]) * 3600 + int(text[-2:]) * 60
        offset = -offset if text[-6] == "-" else offset
        text = text[:-6]
    else:
        raise ValueError("not a date in UTC")
    text = text.split(".")[0]
    if len(text) != 19 or text[10] not in "Tt ":
        raise ValueError("not a date")
    parts = (text[0:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19])
    return unix_time(*(int(part) for part in parts)) - offset


def retry(operation, deadline, attempts=DEFAULT_ATTEMPTS, first_timeout=10.0):
    """Calls `operation(deadline)` until it succeeds, fails for good, or time is up.

    The timeout grows from attempt to attempt, so that a server that is merely
    slow is answered in the end.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return operation(deadline.part(first_timeout + 5.0 * (attempt - 1)))
        except RetryableError as error:
            made = f"{attempt} attempt" + ("s" if attempt > 1 else "")
            if attempt >= attempts:
                raise ClientError(f"{error} (after {made})") from None
            pause = pause_before(attempt, error.throttled)
            if error.retry_after is not None:
                # The jitter is above the wish, so that clients do not return at the same time.
                pause = max(pause, error.retry_after + jitter(0.0, 0.5))
            if pause + 1.0 > deadline.remaining():
                limit = "the requested pause exceeds the time limit" if error.retry_after else "the time limit is near"
                raise ClientError(f"{error} (gave up after {made}; {limit})") from None
            time.sleep(pause)
