"""An offline mock of Amazon ECR for tests.

With pytest, use the fixture ``mock_ecr`` of the plugin. Without pytest::

    with MockEcr.start(clock="frozen") as mock:
        client = mock.boto3_session().client("ecr")
"""

from mock_ecr._program import find_program
from mock_ecr._values import Config
from mock_ecr.clock import Clock
from mock_ecr.errors import ControlError, MissingBoto3Error, MockEcrError, ProgramNotFoundError, StartError, WaitTimeoutError
from mock_ecr.faults import Fault, Faults
from mock_ecr.mock import MockEcr
from mock_ecr.models import (
    ClockState,
    Image,
    IssuedToken,
    ReceivedRequest,
    RegistryLogin,
    Repository,
    Token,
    TokenInspection,
)
from mock_ecr.requests import Filters, Requests
from mock_ecr.tokens import Tokens

__all__ = [
    "Clock",
    "ClockState",
    "Config",
    "ControlError",
    "Fault",
    "Faults",
    "Filters",
    "Image",
    "IssuedToken",
    "MissingBoto3Error",
    "MockEcr",
    "MockEcrError",
    "ProgramNotFoundError",
    "ReceivedRequest",
    "RegistryLogin",
    "Repository",
    "Requests",
    "StartError",
    "Token",
    "TokenInspection",
    "Tokens",
    "WaitTimeoutError",
    "find_program",
]
