"""The errors of this package."""

from __future__ import annotations

from typing import Optional


class MockEcrError(Exception):
    """The base class of the errors of this package."""


class ProgramNotFoundError(MockEcrError):
    """The program ``mock-ecr`` was not found."""


class StartError(MockEcrError):
    """The program ``mock-ecr`` did not start a mock. The message contains what the program printed."""


class MissingBoto3Error(MockEcrError):
    """A function that needs boto3 was called, and boto3 is not installed."""


class ControlError(MockEcrError):
    """An error response of the control API."""

    def __init__(self, message: str, *, status: int, code: str, at: Optional[str] = None) -> None:
        """Creates the error of a response with the type Problem."""
        super().__init__(message)
        #: The status code of the response.
        self.status = status
        #: The error code, which does not change between versions.
        self.code = code
        #: The invalid field of the body, or the invalid query parameter.
        self.at = at


class WaitTimeoutError(ControlError, TimeoutError):
    """The request log did not contain the expected requests before the timeout."""
