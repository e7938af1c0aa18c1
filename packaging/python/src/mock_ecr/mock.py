"""``MockEcr``, the handle of a running mock."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, Generator, List, Mapping, Optional, Sequence, Type, Union

from mock_ecr import _server
from mock_ecr._boto3 import boto3_session
from mock_ecr._control import ControlClient
from mock_ecr._program import find_program
from mock_ecr._values import Config, build
from mock_ecr.clock import Clock
from mock_ecr.faults import Faults
from mock_ecr.models import Image, RegistryLogin, Repository
from mock_ecr.requests import Requests
from mock_ecr.tokens import Tokens

if TYPE_CHECKING:
    import boto3


class MockEcr:
    """A running mock of Amazon ECR. As a context manager, it stops the mock at the end of the block."""

    def __init__(
        self,
        url: str,
        *,
        control_key: Optional[str] = None,
        program: Optional[Union[str, os.PathLike[str]]] = None,
        server: Optional[_server.Server] = None,
    ) -> None:
        """Creates a handle for a mock that is already running at ``url``. ``start`` starts a mock."""
        #: The URL of the mock, such as ``http://127.0.0.1:4566``.
        self.url = url.rstrip("/")
        self._control = ControlClient(url, control_key)
        self._program = program
        self._server = server
        #: Reads and changes the clock.
        self.clock = Clock(self._control)
        #: Adds, lists and removes faults.
        self.faults = Faults(self._control, self._run_program)
        #: Lists the received requests, and waits for requests.
        self.requests = Requests(self._control, self._run_program)
        #: Issues, inspects, lists and revokes tokens.
        self.tokens = Tokens(self._control)

    @classmethod
    def start(
        cls,
        config: Optional[Config] = None,
        *,
        seed: Optional[str] = None,
        clock: Optional[Union[str, datetime]] = None,
        arguments: Sequence[str] = (),
        program: Optional[Union[str, os.PathLike[str]]] = None,
        timeout: float = 30.0,
    ) -> MockEcr:
        """Starts a mock on a free port of the loopback address.

        ``config`` is the TOML text of a configuration (``str``), the path of a TOML file (``pathlib.Path``), or a mapping with its keys and
        values. Relative paths of images in a text or a mapping are not supported. ``seed`` and ``clock`` (``"system"``, ``"frozen"`` or a
        timestamp at which the clock is frozen) take precedence over the configuration. ``arguments`` are more options of
        ``mock-ecr run``. ``program`` is the path of the program, see ``find_program``. ``timeout`` is in seconds.
        """
        path = find_program(program)
        options = _server.options(seed=seed, clock=clock, arguments=arguments)
        server = _server.Server(path, options, config, timeout)
        return cls(server.url, control_key=server.control_key, program=path, server=server)

    def stop(self) -> None:
        """Stops the mock, if ``start`` started it. A stopped mock can be stopped again."""
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> MockEcr:
        """Returns the mock."""
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        """Stops the mock."""
        self.stop()

    def __repr__(self) -> str:
        """Returns the URL."""
        return f"MockEcr({self.url!r})"

    @property
    def environment(self) -> Dict[str, Optional[str]]:
        """The environment variables that redirect AWS clients to the mock. A variable with the value None must be removed."""
        environment: Dict[str, Optional[str]] = self._control.get("environment")
        return environment

    @contextmanager
    def patched_environment(self) -> Generator[None, None, None]:
        """Changes ``os.environ`` for the duration of a block, so that AWS clients and child processes call the mock.

        The default session of boto3 is replaced too, because it keeps the credentials that it has found.
        """
        environment = self.environment
        saved = {name: os.environ.get(name) for name in environment}
        session = _replace_default_session(None)
        _apply(environment)
        try:
            yield
        finally:
            _apply(saved)
            _replace_default_session(session)

    def boto3_session(self, **options: Any) -> boto3.Session:
        """Returns a ``boto3.Session`` whose clients of ECR and STS call the mock, with the first principal of the configuration.

        ``options`` are those of ``boto3.Session``. Does not depend on ``os.environ``. Clients of other services call AWS.
        """
        return boto3_session(self.environment, options)

    def registry_login(self, *, principal: Optional[str] = None) -> RegistryLogin:
        """Issues a token and returns the login of the registry that ``docker login`` needs."""
        token = self.tokens.issue(principal=principal)
        registry = token.proxy_endpoint.split("://", 1)[-1]
        return RegistryLogin(registry=registry, username="AWS", password=token.password)

    def repositories(self) -> List[Repository]:
        """Returns the repositories of all accounts and Regions."""
        return [build(Repository, repository) for repository in self._control.get("repositories")["repositories"]]

    def images(self, repository: Optional[str] = None) -> List[Image]:
        """Returns the images of one repository or of all repositories, with and without tags."""
        images: List[Image] = []
        query = {} if repository is None else {"repository": repository}
        while True:
            page: Mapping[str, Any] = self._control.get("images", query)
            images += [build(Image, image) for image in page["images"]]
            if page.get("next") is None:
                return images
            query["after"] = page["next"]

    def config(self) -> Dict[str, Any]:
        """Returns the configuration with all defaults. Secrets are masked."""
        config: Dict[str, Any] = self._control.get("config")
        return config

    def reset(self, *, keep_images: bool = False) -> None:
        """Restores the initial state: clock, tokens, revocations, sessions, faults, request log, repositories and account settings."""
        self._control.post("reset", {"keep": "images" if keep_images else "nothing"})

    def log(self) -> str:
        """Returns the log of the program: by default, its warnings and errors. Empty if ``start`` did not start the mock."""
        return self._server.log() if self._server is not None else ""

    def _run_program(self, arguments: List[str], text: Optional[str]) -> str:
        environment = {"MOCK_ECR_URL": self.url, "MOCK_ECR_CONTROL_KEY": self._control.control_key or ""}
        return _server.run_program(find_program(self._program), arguments, environment, text)


def _apply(variables: Mapping[str, Optional[str]]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _replace_default_session(session: Any) -> Any:
    """Sets the default session of boto3 and returns the previous one. Does nothing if boto3 is not imported."""
    module: Any = sys.modules.get("boto3")
    if module is None:
        return None
    previous, module.DEFAULT_SESSION = module.DEFAULT_SESSION, session
    return previous
