"""What the control API returns.

The attributes have the names of the types in the reference of the control API, which describes them.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, List, Mapping, Optional


@dataclass(frozen=True)
class ClockState:
    """The state of the mock's clock."""

    #: The current time of the clock.
    now: datetime
    #: ``"frozen"`` or ``"running"``.
    state: str


@dataclass(frozen=True)
class ReceivedRequest:
    """A received request and its response, without secrets."""

    number: int
    received: datetime
    took_micros: int
    service: str
    ingress: str
    method: str
    host: str
    target: str
    user_agent: str
    authorization: bool
    status: int
    faults: List[int]
    operation: Optional[str] = None
    input: Optional[str] = None
    route: Optional[str] = None
    amz_target: Optional[str] = None
    content_type: Optional[str] = None
    claim: Optional[Mapping[str, str]] = None
    caller: Optional[str] = None
    token: Optional[str] = None
    bearer: Optional[str] = None
    error: Optional[str] = None
    message: Optional[str] = None
    explanation: Optional[Mapping[str, Any]] = None
    token_error: Optional[str] = None
    request_id: Optional[str] = None


@dataclass(frozen=True)
class Token:
    """The record of a token. It does not contain the token itself."""

    id: str
    principal: str
    account: str
    region: str
    issued: datetime
    expires: datetime
    presented: int
    rejected: int
    valid: bool
    last_presented: Optional[datetime] = None
    first_rejection: Optional[Mapping[str, Any]] = None
    revoked: Optional[Mapping[str, Any]] = None
    issued_by_request: Optional[int] = None
    error: Optional[str] = None


@dataclass(frozen=True)
class IssuedToken:
    """An issued token."""

    id: str
    principal: str
    account: str
    region: str
    issued: datetime
    expires: datetime
    authorization_token: str = field(repr=False)
    password: str = field(repr=False)
    proxy_endpoint: str


@dataclass(frozen=True)
class TokenInspection:
    """The claims of a token, and whether it is valid."""

    valid: bool
    claims: Optional[Mapping[str, str]] = None
    error: Optional[str] = None
    explanation: Optional[Mapping[str, Any]] = None


@dataclass(frozen=True)
class Repository:
    """An existing repository."""

    name: str
    account: str
    region: str
    created: datetime
    images: int
    uri: str
    mutability: str
    scan_on_push: bool


@dataclass(frozen=True)
class Image:
    """An image, an index or an artifact in a repository."""

    repository: str
    account: str
    region: str
    digest: str
    tags: List[str]
    media_type: str
    size: int
    pushed: datetime
    status: str
    artifact_type: Optional[str] = None
    last_pull: Optional[datetime] = None
    subject: Optional[str] = None


@dataclass(frozen=True)
class RegistryLogin:
    """A login to the registry of the mock."""

    #: The host and port of the registry, such as ``localhost:4566``.
    registry: str
    username: str
    password: str = field(repr=False)

    @property
    def authorization(self) -> str:
        """The value of the header ``Authorization`` for requests to the registry."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()
