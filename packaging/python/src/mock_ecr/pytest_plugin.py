"""The plugin for pytest: the fixtures ``mock_ecr`` and ``mock_ecr_session``, and the marker ``mock_ecr``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Generator, Iterator, List, Mapping

import pytest

from mock_ecr.mock import MockEcr

_INI = {
    "mock_ecr_config": "The configuration file of the mocks, relative to the directory of the ini file.",
    "mock_ecr_seed": "The seed of the mocks.",
    "mock_ecr_clock": "The clock of the mocks: system, frozen, or a timestamp at which the clock is frozen.",
    "mock_ecr_program": "The path of the program mock-ecr, relative to the directory of the ini file.",
}
_PATHS = frozenset({"config", "program"})
_MARKER = (
    "mock_ecr(config=None, *, seed=None, clock=None, arguments=(), program=None, timeout=30): "
    "the options of MockEcr.start for the fixture mock_ecr. They take precedence over those of the class, the module and the ini file."
)
_MOCK = pytest.StashKey[MockEcr]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options of the ini file."""
    for name, text in _INI.items():
        parser.addini(name, text)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def mock_ecr(request: pytest.FixtureRequest) -> Iterator[MockEcr]:
    """A new mock for each test. ``os.environ`` redirects AWS clients to it. The marker ``mock_ecr`` sets its options."""
    yield from _running(request, {**_ini_options(request.config), **_marker_options(request.node)})


@pytest.fixture(scope="session")
def mock_ecr_session(
    request: pytest.FixtureRequest, mock_ecr_session_options: Mapping[str, Any]
) -> Iterator[MockEcr]:
    """One mock for all tests that use it. It is not reset between tests: call its method ``reset``."""
    yield from _running(request, {**_ini_options(request.config), **mock_ecr_session_options})


@pytest.fixture(scope="session")
def mock_ecr_session_options() -> Mapping[str, Any]:
    """The options of ``MockEcr.start`` for the fixture ``mock_ecr_session``. Override this fixture to set them."""
    return {}


def _running(request: pytest.FixtureRequest, options: Mapping[str, Any]) -> Iterator[MockEcr]:
    stash = request.node.stash
    with MockEcr.start(**options) as mock, mock.patched_environment():
        stash[_MOCK] = mock
        try:
            yield mock
        finally:
            del stash[_MOCK]


def _ini_options(config: pytest.Config) -> Dict[str, Any]:
    folder = config.inipath.parent if config.inipath is not None else config.rootpath
    options: Dict[str, Any] = {}
    for name in _INI:
        value, option = config.getini(name), name[len("mock_ecr_") :]
        if value:
            options[option] = folder / value if option in _PATHS else value
    return options


def _marker_options(node: pytest.Item) -> Dict[str, Any]:
    """Returns the options of the markers of a test. A marker of the test has precedence over that of its class, and so on."""
    options: Dict[str, Any] = {}
    for holder, marker in reversed(list(node.iter_markers_with_node("mock_ecr"))):
        given = _named(marker)
        for name in _PATHS & given.keys():
            if isinstance(given[name], Path):
                given[name] = _directory(holder) / given[name]
        options.update(given)
    return options


def _directory(node: Any) -> Path:
    """Returns the directory of a test, class, module or package."""
    path: Path = node.path
    return path if path.is_dir() else path.parent


def _named(marker: pytest.Mark) -> Dict[str, Any]:
    if len(marker.args) > 1:
        raise pytest.UsageError(f"the marker mock_ecr has {len(marker.args)} positional arguments: expected only the configuration")
    return {**({"config": marker.args[0]} if marker.args else {}), **marker.kwargs}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Adds the request log to the report of a failed test."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.failed:
        for mock in _mocks(item):
            report.sections.append(("mock-ecr: newest requests", mock.requests.table()))
            log = mock.log()
            if log:
                report.sections.append(("mock-ecr: log", log))


def _mocks(item: pytest.Item) -> List[MockEcr]:
    nodes: List[pytest.Item | pytest.Session] = [item]
    if "mock_ecr_session" in getattr(item, "fixturenames", ()):
        nodes.append(item.session)
    return [node.stash[_MOCK] for node in nodes if _MOCK in node.stash]
