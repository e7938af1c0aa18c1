"""Calls the control API of a running mock."""

from __future__ import annotations

import http.client
import json
from typing import Any, Dict, Mapping, Optional
from urllib.parse import urlencode, urlsplit

from mock_ecr.errors import ControlError, MockEcrError, WaitTimeoutError


class ControlClient:
    """A client of the control API. Unlike ``urllib.request``, it ignores the proxies of the environment, which a test can set."""

    def __init__(self, url: str, control_key: Optional[str] = None) -> None:
        """Creates a client for the mock at ``url``."""
        self.url = url.rstrip("/")
        self.control_key = control_key
        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"invalid URL of a mock: {url!r}: expected a URL such as http://127.0.0.1:4566")
        self._host, self._port = parts.hostname, parts.port or 80

    def get(self, path: str, query: Optional[Mapping[str, str]] = None, *, timeout: Optional[float] = 60.0) -> Any:
        """Sends ``GET /_mock/PATH`` and returns the JSON of the response."""
        return self._call("GET", path, query or {}, None, timeout)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Sends ``POST /_mock/PATH`` and returns the JSON of the response."""
        return self._call("POST", path, {}, body, 60.0)

    def delete(self, path: str, query: Optional[Mapping[str, str]] = None) -> Any:
        """Sends ``DELETE /_mock/PATH`` and returns the JSON of the response."""
        return self._call("DELETE", path, query or {}, None, 60.0)

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Optional[Mapping[str, Any]], timeout: Optional[float]
    ) -> Any:
        target = f"/_mock/{path}" + (f"?{urlencode(query)}" if query else "")
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request(method, target, None if body is None else json.dumps(body), self._headers(body is not None))
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise MockEcrError(f"the mock at {self.url} does not respond to {method} {target}: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise _problem(response.status, text)
        return json.loads(text)

    def _headers(self, has_body: bool) -> Dict[str, str]:
        headers = {"Content-Type": "application/json"} if has_body else {}
        if self.control_key:
            headers["Authorization"] = f"Bearer {self.control_key}"
        return headers


def _problem(status: int, text: str) -> ControlError:
    try:
        problem = json.loads(text)
        message, code, at = problem["error"], problem["code"], problem.get("at")
    except (ValueError, KeyError, TypeError):
        return ControlError(f"status {status}: {text}", status=status, code="")
    error = WaitTimeoutError if code == "WAIT_TIMEOUT" else ControlError
    return error(f"{at}: {message}" if at else message, status=status, code=code, at=at)
