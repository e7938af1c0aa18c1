"""The request log of a running mock."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, TypedDict

from mock_ecr._control import ControlClient
from mock_ecr._values import Duration, Timestamp, build, format_duration, format_timestamp
from mock_ecr.models import ReceivedRequest

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Filters(TypedDict, total=False):
    """The filters of requests. A request must match all of them. The reference of the control API describes each filter."""

    authorization: bool
    bearer: str
    caller: str
    error: str
    fault: int
    host: str
    ingress: str
    input: str
    method: str
    operation: str
    request_id: str
    route: str
    service: str
    since: Timestamp
    slower_than: Duration
    status: int
    target: str
    token: str
    token_error: str
    until: Timestamp
    user_agent: str


#: Runs the program ``mock-ecr`` with arguments and an input for the mock, and returns its output.
RunProgram = Callable[[List[str], Optional[str]], str]


class Requests:
    """The requests that the mock has received, oldest first. Requests to the control API are included only with ``service="control"``."""

    def __init__(self, control: ControlClient, run_program: RunProgram) -> None:
        """Creates the request log of a mock. ``MockEcr.requests`` returns it."""
        self._control = control
        self._run_program = run_program

    def list(self, *, limit: Optional[int] = None, **filters: Unpack[Filters]) -> List[ReceivedRequest]:
        """Returns the matching requests. ``limit`` returns only the newest ones."""
        query = _query(filters)
        if limit is not None:
            query["limit"] = str(limit)
        return _received(self._control.get("requests", query))

    def count(self, **filters: Unpack[Filters]) -> int:
        """Returns the number of matching requests."""
        matched: int = self._control.get("requests", {**_query(filters), "limit": "1"})["matched"]
        return matched

    def wait(self, count: int = 1, *, timeout: Duration = "30s", **filters: Unpack[Filters]) -> List[ReceivedRequest]:
        """Waits until the log contains at least ``count`` matching requests, and returns them.

        Requests that were received before this call are counted too. The timeout is in real time. Raises ``WaitTimeoutError``, a
        ``TimeoutError``, when it expires.
        """
        query = {**_query(filters), "count": str(count), "timeout": format_duration(timeout)}
        # The mock ends the wait.
        return _received(self._control.get("requests/wait", query, timeout=None))

    def clear(self) -> int:
        """Removes all requests from the log, and returns their number."""
        cleared: int = self._control.delete("requests")["cleared"]
        return cleared

    def table(self, *, limit: int = 50) -> str:
        """Returns the newest requests as a table, as ``mock-ecr request`` prints them."""
        try:
            return self._run_program(["request", "--limit", str(limit)], None)
        except subprocess.CalledProcessError as error:
            return f"the request log is not available: {error.stderr}"


def _received(response: Mapping[str, Any]) -> List[ReceivedRequest]:
    return [build(ReceivedRequest, request) for request in response["requests"]]


def _query(filters: Mapping[str, Any]) -> Dict[str, str]:
    return {name: _text(value) for name, value in filters.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    return str(value)
