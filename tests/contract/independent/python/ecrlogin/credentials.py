"""The chain of credential providers of AWS clients."""

import json
import os

from . import awsapi
from .errors import ClientError, RetryableError, clean, keep_secret
from .http1 import is_loopback, parse_url, request
from .retry import parse_iso_date, retry
from .sigv4 import sign

CONTAINER_HOST = "http://169.254.170.2"
# The addresses of the agents of ECS and EKS: they serve the local host only.
CONTAINER_ADDRESSES = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23")
# Credentials that end within this time are not used for a new request.
EXPIRY_MARGIN = 60.0


class Credentials:
    def __init__(self, access_key, secret_key, token=None, expires=None, renewable=False):
        for value, name in ((access_key, "access key ID"), (secret_key, "secret access key"), (token or "", "session token")):
            if not isinstance(value, str) or not (value or name == "session token"):
                raise ClientError(f"the credentials have no {name}")
            if any(not "!" <= c <= "~" for c in value):
                raise ClientError(f"the {name} contains characters that it cannot contain")
        self.access_key, self.secret_key, self.token = access_key, secret_key, token or None
        self.expires, self.renewable = expires, renewable
        keep_secret(secret_key, self.token)

    def usable(self):
        return self.expires is None or awsapi.now() < self.expires - EXPIRY_MARGIN


def resolve(settings, region, deadline):
    """Returns the first credentials that the settings contain or name."""
    env = settings.env
    if env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY"):
        return Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"],
                           env.get("AWS_SESSION_TOKEN") or env.get("AWS_SECURITY_TOKEN"))
    if env.get("AWS_ACCESS_KEY_ID") or env.get("AWS_SECRET_ACCESS_KEY"):
        raise ClientError("only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set")
    if env.get("AWS_WEB_IDENTITY_TOKEN_FILE") and env.get("AWS_ROLE_ARN"):
        return web_identity(settings, region, deadline, env["AWS_ROLE_ARN"],
                            read_secret(env["AWS_WEB_IDENTITY_TOKEN_FILE"]), env.get("AWS_ROLE_SESSION_NAME"))
    found = from_profile(settings, settings.profile_name, region, deadline)
    if found is None and (env.get("AWS_PROFILE") or env.get("AWS_DEFAULT_PROFILE")):
        raise ClientError(f"the profile {clean(settings.profile_name)} contains no credentials")
    found = found or from_container(settings, deadline) or from_instance(settings, deadline)
    if found is None:
        raise ClientError("no AWS credentials: neither the environment nor a profile, a container or an instance has any")
    return found


def read_secret(path):
    try:
        with open(os.path.expanduser(path), encoding="ascii") as file:
            value = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ClientError(f"{clean(path)} cannot be read: {getattr(error, 'strerror', None) or 'it is not a token'}") from None
    if not value:
        raise ClientError(f"{clean(path)} is empty")
    keep_secret(value)
    return value


def from_profile(settings, name, region, deadline, visited=()):
    """Returns the credentials of a profile, or None if it has none."""
    if name in visited:
        raise ClientError(f"the profile {clean(name)} refers to itself")
    profile = settings.profile(name)
    text = {key: value for key, value in profile.items() if isinstance(value, str) and value}
    static = text.get("aws_access_key_id") or text.get("aws_secret_access_key")
    if "role_arn" in text:
        role, session = text["role_arn"], text.get("role_session_name")
        if "web_identity_token_file" in text:
            return web_identity(settings, region, deadline, role, read_secret(text["web_identity_token_file"]), session)
        if "mfa_serial" in text:
            raise ClientError(f"the profile {clean(name)} needs an MFA code, which is not supported")
        source = text.get("source_profile")
        # A profile with a role may name itself as the source of its keys.
        if source == name and static:
            base = _static(text)
        elif source:
            base = from_profile(settings, source, region, deadline, (*visited, name))
        else:
            base = _credential_source(settings, text.get("credential_source", ""), name, deadline)
        if base is None:
            raise ClientError(f"the source of the profile {clean(name)} contains no credentials")
        return assume_role(settings, region, deadline, base, role, session, text)
    if static:
        return _static(text)
    if "credential_process" in text:
        return from_process(text["credential_process"], deadline)
    if "sso_session" in text or "sso_start_url" in text:
        raise ClientError(f"the profile {clean(name)} uses IAM Identity Center, which is not supported")
    return None


def _static(text):
    return Credentials(text.get("aws_access_key_id"), text.get("aws_secret_access_key"),
                       text.get("aws_session_token"), renewable=True)


def _credential_source(settings, source, name, deadline):
    if source == "Environment":
        env = settings.env
        return Credentials(env.get("AWS_ACCESS_KEY_ID"), env.get("AWS_SECRET_ACCESS_KEY"), env.get("AWS_SESSION_TOKEN"))
    if source == "EcsContainer":
        return from_container(settings, deadline)
    if source == "Ec2InstanceMetadata":
        return from_instance(settings, deadline)
    raise ClientError(f"the profile {clean(name)} has a role, but neither a valid source_profile nor a credential_source")


def from_process(command, deadline):
    import shlex
    from .process import run_process
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise ClientError("the credential process is not a command")
    code, output, errors = run_process(words, b"", max(1.0, deadline.remaining()), "the credential process")
    if code:
        raise ClientError(f"the credential process failed with code {code}: {clean(errors)}")
    value = _json_object(output, "the credential process")
    if value.get("Version") != 1:
        raise ClientError("the credential process returned an unknown version")
    return _from_json(value, "the credential process", "SessionToken")


def _json_object(data, source):
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ClientError(f"{source} returned no JSON object")
    return value


def _from_json(value, source, token_key):
    expires = value.get("Expiration")
    try:
        expires = None if expires is None else parse_iso_date(expires)
    except ValueError:
        raise ClientError(f"{source} returned an invalid expiry") from None
    found = Credentials(value.get("AccessKeyId"), value.get("SecretAccessKey"), value.get(token_key), expires, True)
    if expires is not None and awsapi.now() >= expires:
        raise ClientError(f"{source} returned credentials that have expired")
    return found


def _get(url, headers, deadline, source, method="GET", timeout=2.0):
    """Calls a local service. Its requests bypass proxies: only this host can answer them."""
    status, _, data = request(method, parse_url(url, source), headers, deadline=deadline.part(timeout), use_proxy=False)
    if status == 429 or status >= 500:
        raise RetryableError(f"{source} responded with HTTP {status}")
    return status, data


def from_container(settings, deadline):
    env = settings.env
    relative, full = env.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not relative and not full:
        return None
    url = CONTAINER_HOST + "/" + relative.lstrip("/") if relative else full
    parsed = parse_url(url, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if parsed.scheme == "http" and not is_loopback(parsed.host) and parsed.host not in CONTAINER_ADDRESSES:
        raise ClientError("AWS_CONTAINER_CREDENTIALS_FULL_URI: with http, the host must be that of a local agent")

    def attempt(part):
        headers = {"Accept": "application/json"}
        # The token is read for each request: the file is replaced when the token ends.
        if env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            headers["Authorization"] = read_secret(env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])
        elif env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN"):
            headers["Authorization"] = env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        keep_secret(headers.get("Authorization"))
        status, data = _get(url, headers, part, "the container credentials service", timeout=5.0)
        if status != 200:
            raise ClientError(f"the container credentials service responded with HTTP {status}")
        return _from_json(_json_object(data, "the container credentials service"), "the container credentials service", "Token")

    return retry(attempt, deadline, 3)


def from_instance(settings, deadline):
    """Returns the credentials of the role of an EC2 instance, or None outside of EC2."""
    if settings.flag("AWS_EC2_METADATA_DISABLED"):
        return None
    host = settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint")
    mode = settings.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode") or "ipv4"
    host = (host or ("http://[fd00:ec2::254]" if mode.lower() == "ipv6" else "http://169.254.169.254")).rstrip("/")
    source = "the instance metadata service"
    try:
        status, data = retry(lambda part: _get(host + "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "21600"},
                                               part, source, "PUT", 1.0), deadline.part(5.0), 2)
        token = data.decode("ascii").strip()
    except (ClientError, UnicodeDecodeError):
        return None
    if status != 200 or not token:
        return None
    keep_secret(token)
    headers = {"X-aws-ec2-metadata-token": token}

    def attempt(part):
        path = host + "/latest/meta-data/iam/security-credentials/"
        status, data = _get(path, headers, part, source)
        role = data.decode("utf-8", "replace").strip().splitlines()
        if status == 404 or not role:
            return None
        if status == 200:
            status, data = _get(path + role[0].strip(), headers, part, source)
        if status != 200:
            raise ClientError(f"{source} responded with HTTP {status}")
        value = _json_object(data, source)
        if value.get("Code", "Success") != "Success":
            raise ClientError(f"{source} has no credentials: {clean(value.get('Code'), 80)}")
        return _from_json(value, source, "Token")

    return retry(attempt, deadline, 3)


def _sts(settings, region, deadline, parameters, signer=None):
    from urllib.parse import urlencode
    region = settings.region() or region
    suffix, dual_suffix, _ = awsapi.partition(region)
    dual = settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    fips = settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") and not region.startswith("us-gov-")
    url = awsapi.service_url(settings, "sts", f"sts{'-fips' if fips else ''}.{region}.{dual_suffix if dual else suffix}")
    body = urlencode({"Version": "2011-06-15", **parameters}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

    def attempt(part):
        sent = headers if signer is None else sign("POST", url, headers, body, signer, region, "sts", awsapi.now())
        return awsapi.call(url, sent, body, part, settings.ca_bundle(), parameters["Action"])

    data = retry(attempt, deadline, settings.attempts(4))
    from xml.etree import ElementTree
    try:
        values = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in ElementTree.fromstring(data).iter()}
    except ElementTree.ParseError:
        raise ClientError(f"{parameters['Action']} returned no XML") from None
    return _from_json(values, parameters["Action"], "SessionToken")


def _session_name(name):
    return name or f"ecrlogin-python-{os.getpid()}"


def web_identity(settings, region, deadline, role, token, session=None):
    keep_secret(token)
    return _sts(settings, region, deadline, {
        "Action": "AssumeRoleWithWebIdentity", "RoleArn": role, "RoleSessionName": _session_name(session),
        "WebIdentityToken": token})


def assume_role(settings, region, deadline, base, role, session, profile):
    parameters = {"Action": "AssumeRole", "RoleArn": role, "RoleSessionName": _session_name(session)}
    if profile.get("external_id"):
        parameters["ExternalId"] = profile["external_id"]
    if profile.get("duration_seconds"):
        parameters["DurationSeconds"] = profile["duration_seconds"]
    return _sts(settings, region, deadline, parameters, base)


