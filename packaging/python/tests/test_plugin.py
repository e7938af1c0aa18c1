"""The plugin in runs of pytest."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest


def test_each_test_has_a_new_mock_and_the_session_has_one(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        urls = []

        def check(mock_ecr, mock_ecr_session):
            assert os.environ["MOCK_ECR_URL"] == mock_ecr.url != mock_ecr_session.url
            urls.append((mock_ecr.url, mock_ecr_session.url))

        def test_one(mock_ecr_session, mock_ecr):
            check(mock_ecr, mock_ecr_session)

        def test_two(mock_ecr_session, mock_ecr):
            check(mock_ecr, mock_ecr_session)

        def test_three(mock_ecr_session):
            assert os.environ["MOCK_ECR_URL"] == mock_ecr_session.url
            assert len({url for url, _ in urls}) == 2 and len({url for _, url in urls}) == 1
        """
    )
    pytester.runpytest_inprocess("-W", "error").assert_outcomes(passed=3)
    assert "MOCK_ECR_URL" not in os.environ


def test_the_ini_file_and_markers_set_options(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = --strict-markers\nmock_ecr_config = mock.toml\nmock_ecr_clock = 2030-01-01T00:00:00Z\nmock_ecr_seed = s\n")
    (pytester.path / "mock.toml").write_text("token_ttl = '1h'\n")
    folder = pytester.mkdir("folder")
    (folder / "other.toml").write_text("token_ttl = '3h'\n")
    (folder / "test_it.py").write_text(
        """
import pathlib, pytest
pytestmark = pytest.mark.mock_ecr(seed="module")

@pytest.fixture(scope="session")
def mock_ecr_session_options():
    return {"config": {"token_ttl": "4h"}}

def options(mock):
    config = mock.config()
    return config["token_ttl"], config["seed"], config["clock"][:4]

def test_module(mock_ecr):
    assert options(mock_ecr) == ("1h", "module", "2030")

@pytest.mark.mock_ecr(config={"token_ttl": "2h"}, clock="frozen")
def test_mapping(mock_ecr):
    assert options(mock_ecr) == ("2h", "module", "2015")

@pytest.mark.mock_ecr(config=pathlib.Path("other.toml"), seed="test")
def test_path(mock_ecr):
    assert options(mock_ecr) == ("3h", "test", "2030")

def test_session(mock_ecr_session):
    assert options(mock_ecr_session) == ("4h", "s", "2030")
"""
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=4)


def test_the_report_of_a_failed_test_contains_the_requests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def broken(mock_ecr):
            mock_ecr.boto3_session().client("sts").get_caller_identity()
            raise RuntimeError

        def test_call(mock_ecr, mock_ecr_session):
            mock_ecr.boto3_session().client("ecr").get_authorization_token()
            mock_ecr_session.boto3_session().client("ecr").describe_repositories()
            assert False

        def test_setup(broken):
            pass

        def test_passes(mock_ecr):
            mock_ecr.boto3_session().client("ecr").describe_registry
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines_random(
        ["*mock-ecr: newest requests*", "*200*GetAuthorizationToken*", "*200*DescribeRepositories*", "*200*GetCallerIdentity*"]
    )
    assert str(result.stdout).count("mock-ecr: newest requests") == 3


def test_the_log_of_the_mock_is_in_the_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import boto3

        def test_call(mock_ecr):
            session = mock_ecr.boto3_session(aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x")
            session.client("ecr").describe_repositories()
        """
    )
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(["*mock-ecr: log*", "*AKIAUNKNOWN*"])


def test_a_wrong_configuration_is_the_error_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.mock_ecr("token_tl = '1h'")
        def test_it(mock_ecr):
            pass
        """
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*StartError: mock-ecr did not start: *token_tl*"])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_mock_ends_when_pytest_is_killed(pytester: pytest.Pytester, number: signal.Signals) -> None:
    pytester.makepyfile(
        """
        import time, sys

        def test_it(mock_ecr):
            print(mock_ecr.url, flush=True)
            time.sleep(60)
        """
    )
    command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider"]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        url = next(line for line in tests.stdout if line.startswith("http")).strip()
        assert is_reachable(url)
        tests.send_signal(number)
    deadline = time.monotonic() + 10
    while is_reachable(url):
        assert time.monotonic() < deadline, "the mock still runs"
        time.sleep(0.01)


def is_reachable(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as client:
        return client.connect_ex((parts.hostname, parts.port)) == 0


def test_a_child_that_inherits_the_pipe_does_not_delay_the_stop(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, time
        from mock_ecr import MockEcr

        def test_it():
            mock = MockEcr.start()
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
            started = time.monotonic()
            mock.stop()
            took = time.monotonic() - started
            os.kill(child, 9)
            os.waitpid(child, 0)
            assert took < 5
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
