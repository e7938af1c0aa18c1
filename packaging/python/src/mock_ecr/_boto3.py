"""Sessions of boto3 whose clients call a mock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, cast

from mock_ecr.errors import MissingBoto3Error

if TYPE_CHECKING:
    import boto3


def boto3_session(environment: Mapping[str, Optional[str]], options: Mapping[str, Any]) -> boto3.Session:
    """Returns a session with the credentials, the Region and the endpoints of an environment."""
    try:
        import boto3
    except ImportError as error:
        raise MissingBoto3Error("boto3 is not installed: install it with `pip install boto3` or `pip install 'mock-ecr[boto3]'`") from error
    defaults = {
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
        "aws_session_token": environment.get("AWS_SESSION_TOKEN"),
        "region_name": environment["AWS_REGION"],
    }
    if "aws_access_key_id" in options:
        # The session token belongs to the other access key.
        del defaults["aws_session_token"]
    # The type would require the exact type of each option.
    session: Any = boto3.Session(**cast(Any, {**defaults, **options}))
    _redirect(session, environment)
    return cast("boto3.Session", session)


def _redirect(session: Any, environment: Mapping[str, Optional[str]]) -> None:
    """Sets the endpoint of each service of the mock in the clients of a session. boto3 reads endpoints only from the environment."""
    create: Callable[..., Any] = session.client

    def client(service_name: str, *arguments: Any, **options: Any) -> Any:
        variable = f"AWS_ENDPOINT_URL_{service_name.upper().replace('-', '_')}"
        if len(arguments) < 5 and options.get("endpoint_url") is None and environment.get(variable):
            options["endpoint_url"] = environment[variable]
        return create(service_name, *arguments, **options)

    session.client = client
