"""The functions of a running mock."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Dict

import pytest

from mock_ecr import Config, ControlError, MissingBoto3Error, MockEcr, StartError, WaitTimeoutError

START = datetime(2015, 11, 29, 21, 30, 53, 241000, timezone.utc)
CALL = "GetAuthorizationToken"
PRINCIPAL = {"arn": "arn:aws:iam::123456789012:user/ci", "access_key_id": "AKIACIEXAMPLE", "secret_access_key": "secret", "allow": ["ecr:*"]}


def ping(mock: MockEcr, authorization: str) -> int:
    """Sends a request to the registry and returns its status."""
    request = urllib.request.Request(f"{mock.url}/v2/", headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.mock_ecr(clock="frozen")
def test_boto3_calls_the_mock_and_the_token_expires(mock_ecr: MockEcr) -> None:
    ecr = mock_ecr.boto3_session().client("ecr")
    [data] = ecr.get_authorization_token()["authorizationData"]
    authorization = f"Basic {data['authorizationToken']}"
    assert ping(mock_ecr, authorization) == 200
    mock_ecr.clock.advance(hours=12)
    assert ping(mock_ecr, authorization) == 403
    [request] = mock_ecr.requests.list(service="registry", status=403)
    assert request.token_error is not None and "expired" in request.token_error


def test_a_session_does_not_depend_on_the_environment() -> None:
    with MockEcr.start() as mock:
        identity = mock.boto3_session().client("sts").get_caller_identity()
        assert identity["Arn"] == "arn:aws:iam::123456789012:user/developer"
        assert "AWS_ENDPOINT_URL_ECR" not in os.environ


def test_the_environment_redirects_clients_and_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    boto3.setup_default_session(aws_access_key_id="AKIAOTHER", aws_secret_access_key="other", region_name="eu-west-1")
    before = boto3.DEFAULT_SESSION
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "production")
    with MockEcr.start() as mock, mock.patched_environment():
        assert os.environ["MOCK_ECR_URL"] == mock.url
        assert "AWS_PROFILE" not in os.environ
        boto3.client("ecr").describe_repositories()
        assert mock.requests.count(operation="DescribeRepositories", status=200) == 1
    assert os.environ["AWS_REGION"] == "eu-west-1"
    assert os.environ["AWS_PROFILE"] == "production"
    assert "MOCK_ECR_URL" not in os.environ
    assert boto3.DEFAULT_SESSION is before


@pytest.mark.mock_ecr(clock="frozen")
def test_clock(mock_ecr: MockEcr) -> None:
    clock = mock_ecr.clock
    assert clock.get().state == "frozen" and clock.now == START
    assert clock.advance("12h").now == START + timedelta(hours=12)
    assert clock.advance(timedelta(milliseconds=1500)).now == START + timedelta(hours=12, milliseconds=1500)
    to = datetime(2030, 1, 1, tzinfo=timezone.utc)
    assert clock.set(to).now == to
    assert clock.set("2031-01-01T00:00:00Z").now.year == 2031
    assert clock.run().state == "running"
    assert clock.freeze().state == "frozen"
    with pytest.raises(TypeError, match="either a duration or its units"):
        clock.advance("12h", hours=1)
    with pytest.raises(ValueError, match="whole milliseconds"):
        clock.advance(timedelta(microseconds=1))
    with pytest.raises(ValueError, match="no time zone"):
        clock.set(datetime(2030, 1, 1))


def test_faults_are_applied_counted_and_removed(mock_ecr: MockEcr) -> None:
    fault = mock_ecr.faults.error("ThrottlingException", operation=CALL, times=1)
    mock_ecr.boto3_session().client("ecr").get_authorization_token()
    assert [request.status for request in mock_ecr.requests.list(operation=CALL)] == [400, 200]
    assert (fault.matched, fault.triggered) == (2, 1)
    fault.remove()
    assert mock_ecr.faults.list() == []
    assert fault.triggered == 1


def test_faults_are_added_from_a_mapping_from_toml_and_for_a_block(mock_ecr: MockEcr) -> None:
    one = mock_ecr.faults.add({"match": {"operation": CALL}, "action": {"error": "ServerException"}})
    two = mock_ecr.faults.add(f'match = {{ operation = "{CALL}" }}\naction = {{ close = "before_headers" }}')
    assert two.match == one.match and two.action == {"close": "before_headers"}
    with mock_ecr.faults.add(match={"service": "sts"}, action={"close": "after_headers"}) as three:
        assert [fault.id for fault in mock_ecr.faults.list()] == [one.id, two.id, three.id]
    assert [fault.id for fault in mock_ecr.faults.clear()] == [one.id, two.id]


def test_an_invalid_fault_is_an_error_with_the_reason(mock_ecr: MockEcr) -> None:
    with pytest.raises(ControlError, match='did you mean "GetAuthorizationToken"') as caught:
        mock_ecr.faults.error("ThrottlingException", operation="GetAuthorizationTokn")
    assert (caught.value.status, caught.value.code) == (400, "BAD_BODY")
    with pytest.raises(ControlError, match="expected TOML"):
        mock_ecr.faults.add("action")
    with pytest.raises(TypeError, match="no action"):
        mock_ecr.faults.add(match={"operation": CALL})


def test_requests(mock_ecr: MockEcr) -> None:
    client = mock_ecr.boto3_session().client("ecr")
    for _ in range(2):
        client.get_authorization_token()
    [_, newest] = mock_ecr.requests.wait(2, operation=CALL, timeout=timedelta(seconds=5))
    assert mock_ecr.requests.list(limit=1) == [newest]
    assert newest.caller == "arn:aws:iam::123456789012:user/developer"
    assert newest.claim is not None and newest.claim["region"] == "us-east-1"
    assert newest.received.tzinfo is not None
    assert mock_ecr.requests.count(since=newest.received, authorization=True) >= 1
    assert CALL in mock_ecr.requests.table()
    with pytest.raises(WaitTimeoutError, match="2 of 3 expected requests"):
        mock_ecr.requests.wait(3, operation=CALL, timeout="10ms")
    with pytest.raises(ControlError, match="unknown"):
        unknown: Any = {"operatoin": CALL}
        mock_ecr.requests.list(**unknown)
    assert mock_ecr.requests.clear() >= 2
    assert mock_ecr.requests.list() == []


@pytest.mark.mock_ecr(clock="frozen")
def test_tokens(mock_ecr: MockEcr) -> None:
    token = mock_ecr.tokens.issue(account="123456789012", region="eu-west-1")
    assert token.expires == START + timedelta(hours=12)
    assert token.password not in repr(token)
    assert base64.b64decode(token.authorization_token) == f"AWS:{token.password}".encode()
    inspection = mock_ecr.tokens.inspect(token.password)
    assert inspection.valid and inspection.claims is not None and inspection.claims["id"] == token.id
    assert mock_ecr.tokens.revoke(token) == 0
    [record] = mock_ecr.tokens.list()
    assert not record.valid and record.error is not None and "revoked" in record.error
    mock_ecr.tokens.revoke(principal=token.principal)
    mock_ecr.tokens.revoke(issued_before=token.expires)
    with pytest.raises(TypeError, match="only one of them"):
        mock_ecr.tokens.revoke(token, principal=token.principal)


def test_registry_login(mock_ecr: MockEcr) -> None:
    login = mock_ecr.registry_login()
    assert login.username == "AWS" and login.registry.startswith("localhost:")
    assert login.password not in repr(login)
    assert ping(mock_ecr, login.authorization) == 200


def test_repositories_images_and_reset(mock_ecr: MockEcr) -> None:
    mock_ecr.boto3_session().client("ecr").create_repository(repositoryName="team/app")
    [repository] = mock_ecr.repositories()
    assert (repository.name, repository.images) == ("team/app", 0)
    assert mock_ecr.images("team/app") == []
    mock_ecr.reset(keep_images=True)
    assert mock_ecr.repositories() == [repository]
    mock_ecr.reset()
    assert mock_ecr.repositories() == [] and mock_ecr.requests.list() == []


@pytest.mark.parametrize("form", ["mapping", "text", "path"])
def test_configuration(form: str, tmp_path: Path) -> None:
    value = {
        "clock": START,
        "token_ttl": timedelta(hours=1),
        "create_on_push": True,
        "repositories": [{"name": "team/app"}],
        "principals": [{**PRINCIPAL, "context": {"aws:PrincipalOrgID": "o-1"}}],
        "seed": 'a "text" with \\ and ü',
    }
    text = (
        'clock = "2015-11-29T21:30:53.241Z"\ntoken_ttl = "1h"\ncreate_on_push = true\nrepositories = [{ name = "team/app" }]\n'
        '[[principals]]\narn = "arn:aws:iam::123456789012:user/ci"\naccess_key_id = "AKIACIEXAMPLE"\nsecret_access_key = "secret"\n'
    )
    path = tmp_path / "mock.toml"
    path.write_text(text)
    configs: Dict[str, Config] = {"mapping": value, "text": text, "path": path}
    with MockEcr.start(configs[form]) as mock:
        assert [repository.name for repository in mock.repositories()] == ["team/app"]
        token = mock.tokens.issue()
        assert (token.principal, token.expires) == ("arn:aws:iam::123456789012:user/ci", START + timedelta(hours=1))
        if form == "mapping":
            assert mock.config()["seed"] == value["seed"]


def test_seed_and_other_options() -> None:
    with MockEcr.start(seed="x") as mock, MockEcr.start(seed="x") as other, MockEcr.start() as third:
        token = mock.tokens.issue().authorization_token
        assert other.tokens.inspect(token).valid and not third.tokens.inspect(token).valid
    with MockEcr.start(arguments=["--create-on-push", "--control-key", "k3y-of-8"]) as mock:
        assert mock.config()["create_on_push"] is True
        assert MockEcr(mock.url, control_key="k3y-of-8").clock.get() is not None
        with pytest.raises(ControlError) as caught:
            MockEcr(mock.url).clock.get()
        assert caught.value.status in (401, 403)


def test_a_mock_that_does_not_start_is_an_error_with_its_output() -> None:
    with pytest.raises(StartError, match="token_tl"):
        MockEcr.start({"token_tl": "1h"})
    with pytest.raises(StartError, match="--clok"):
        MockEcr.start(arguments=["--clok"])
    with pytest.raises(StartError, match="exit code"):
        MockEcr.start(program="/bin/true")
    with pytest.raises(TypeError, match="quotas.repositories"):
        MockEcr.start({"quotas": {"repositories": object()}})


def test_variables_of_another_mock_have_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCK_ECR_CONTROL_KEY", "k3y-of-8")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with MockEcr.start() as mock:
        assert mock.requests.list() == []


def test_a_stopped_mock_can_be_stopped_again() -> None:
    mock = MockEcr.start()
    mock.stop()
    mock.stop()
    assert "not available" in mock.requests.table()


def test_a_session_without_boto3_is_an_error(mock_ecr: MockEcr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingBoto3Error, match="pip install boto3"):
        mock_ecr.boto3_session()


def test_other_credentials_of_a_session(mock_ecr: MockEcr) -> None:
    session = mock_ecr.boto3_session(aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x", region_name="eu-west-1")
    with pytest.raises(Exception, match="UnrecognizedClientException"):
        session.client("ecr").describe_repositories()
    assert session.client("s3").meta.endpoint_url != mock_ecr.url


def test_the_module_runs_the_program() -> None:
    command = [sys.executable, "-m", "mock_ecr", "--version"]
    assert subprocess.check_output(command, text=True).startswith("mock-ecr ")
