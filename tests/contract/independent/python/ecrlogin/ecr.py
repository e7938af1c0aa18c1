"""ECR: the host names of registries, and GetAuthorizationToken."""

import _thread
import binascii
import json
import math
import os
import re

from . import awsapi
from .credentials import resolve
from .errors import ClientError, NotEcrRegistry, RetryableError, clean, keep_secret
from .http1 import is_loopback, parse_url, split_port
from .retry import DEFAULT_ATTEMPTS, DEFAULT_BUDGET, Deadline, retry
from .settings import Settings
from .sigv4 import sign

TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
USERNAME = "AWS"
# ECR issues tokens for 12 hours. A later expiry is not relied upon.
MAX_LIFETIME = 12 * 3600.0

_HOST = re.compile(r"(\d{12})\.(dkr\.ecr|dkr\.ecr-fips|dkr-ecr|dkr-ecr-fips)\.([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\.([a-z0-9.-]+)")


class Registry:
    """A registry. `host` is the host name, with the port if there is one.

    The account of a registry with the host name of a mock is not known.
    """

    def __init__(self, host, account, region, fips=False, dual_stack=False, mock=False):
        self.host, self.account, self.region, self.mock = host, account, region, mock
        self.fips, self.dual_stack = fips, dual_stack


class Login:
    def __init__(self, password, issued, expires):
        self.username, self.password = USERNAME, password
        self.issued, self.expires = issued, expires

    def remaining(self):
        return self.expires - awsapi.now()

    def usable(self):
        """Whether the registry accepts the login for long enough to use it."""
        lifetime = self.expires - self.issued
        # A login from the future was stored before the clock was set back.
        return lifetime > 0 and awsapi.now() > self.issued - 300 and self.remaining() > min(60.0, lifetime / 10)

    def fresh(self):
        """Whether the login needs no renewal: less than half of its lifetime has passed."""
        return self.usable() and self.remaining() > (self.expires - self.issued) / 2


def server_host(text):
    """Returns the host name, and the port if there is one, of a host name or a URL."""
    text = text.strip()
    scheme, mark, rest = text.partition("://")
    if mark and scheme.lower() not in ("http", "https"):
        raise NotEcrRegistry(f"{clean(text, 100)} is not a registry")
    return (rest if mark else text).split("/")[0].lower()


def parse_registry(text, settings):
    """Returns the registry of a host name or a URL. Raises NotEcrRegistry for others.

    A password is issued only for the exact names of ECR. With a configured
    endpoint of the API, its own host is also a registry: that is a mock.
    """
    host, endpoint = server_host(text), settings.endpoint("ecr")
    try:
        name, port = split_port(host)
    except ClientError:
        raise NotEcrRegistry(f"{clean(text, 100) or 'an empty name'} is not an ECR registry") from None
    match = _HOST.fullmatch(name)
    if match:
        account, kind, region, suffix = match.groups()
        plain, _, dual = awsapi.partition(region)
        dual_stack = kind.startswith("dkr-ecr")
        if suffix == (dual if dual_stack else plain):
            return Registry(host, account, region, kind.endswith("-fips"), dual_stack, bool(endpoint))
    if endpoint:
        url = parse_url(endpoint, "the endpoint of ECR")
        if match and (is_loopback(suffix) or suffix == url.host or is_loopback(name)):
            return Registry(host, account, region, mock=True)
        if name == url.host or is_loopback(name) and is_loopback(url.host):
            if (port or url.port) == url.port:
                return Registry(host, None, _default_region(settings), mock=True)
    raise NotEcrRegistry(f"{clean(text, 100)} is not an ECR registry")


def _default_region(settings):
    region = settings.region()
    if not region:
        raise ClientError("the Region is neither part of the host name nor set in AWS_REGION")
    if not re.fullmatch(r"[a-z0-9-]{3,40}", region):
        raise ClientError(f"AWS_REGION: {clean(region, 40)} is not a Region")
    return region


def api_host(registry, settings):
    fips = registry.fips or settings.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
    dual = registry.dual_stack or settings.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
    plain_suffix, dual_suffix, _ = awsapi.partition(registry.region)
    # In the partitions of aws and aws-us-gov, these names have no `api.` in front.
    short = plain_suffix == "amazonaws.com" or plain_suffix == "amazonaws.com.cn" and not fips
    if not fips and not dual:
        return f"api.ecr.{registry.region}.{plain_suffix}"
    name = "ecr-fips" if fips else "ecr"
    if not short and not (fips and dual):
        name = "api." + name
    return f"{name}.{registry.region}.{dual_suffix if dual else plain_suffix}"


class Client:
    """Fetches logins. It keeps AWS credentials, and no logins."""

    def __init__(self, settings=None):
        self.settings = settings or Settings()
        self._credentials = None
        self._files = None
        self._lock = _thread.allocate_lock()

    def registry(self, text):
        return parse_registry(text, self.settings)

    def fetch(self, registry, budget=DEFAULT_BUDGET, credentials=None):
        """Returns a new login for a registry."""
        deadline = Deadline(budget)
        settings = self.settings
        url = awsapi.service_url(settings, "ecr", api_host(registry, settings))
        given, renewed, corrected = credentials is not None, False, 0.0
        attempts, ca_bundle = settings.attempts(DEFAULT_ATTEMPTS), settings.ca_bundle()
        while True:
            used = credentials if given else self._resolve(registry.region, deadline)
            try:
                return retry(lambda part: _request(url, registry, used, part, ca_bundle), deadline, attempts)
            except awsapi.ServiceError as error:
                if error.skewed_by is not None and not corrected:
                    # The date of the server is used from now on if the signature is accepted with it.
                    corrected = error.skewed_by
                    awsapi.correct_clock(corrected)
                elif error.code in awsapi.REJECTED and used.renewable and not given and not renewed:
                    # The credentials may have been replaced since they were read.
                    renewed = True
                    self.forget_credentials()
                else:
                    if corrected and error.skewed_by is not None:
                        awsapi.correct_clock(-corrected)
                    raise

    def forget_credentials(self):
        self._credentials = None
        if self.settings._files is not None:
            self.settings = Settings(self.settings.env)

    def _resolve(self, region, deadline):
        with self._lock:
            found, files = self._credentials, self._file_times()
            if found is None or not found.usable() or files != self._files:
                # The files are read again: their content may be newer than the settings.
                self.forget_credentials()
                self._files = files
                found = self._credentials = resolve(self.settings, region, deadline)
            return found

    def _file_times(self):
        times = []
        for path in self.settings.file_paths():
            try:
                status = os.stat(path)
                times.append((status.st_mtime_ns, status.st_size, status.st_ino))
            except OSError:
                times.append(None)
        return times


def _request(url, registry, credentials, deadline, ca_bundle):
    body = json.dumps({"registryIds": [registry.account]} if registry.account else {}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET}
    signed = sign("POST", url, headers, body, credentials, registry.region, "ecr", awsapi.now())
    data = awsapi.call(url, signed, body, deadline, ca_bundle, f"GetAuthorizationToken for {registry.host}")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        # This is not from ECR but from something in between, such as a proxy or a portal.
        raise RetryableError(f"{url.authority} responded to GetAuthorizationToken with something that is not JSON") from None
    return parse_authorization(value, registry)


def parse_authorization(value, registry):
    """Validates the output of GetAuthorizationToken and returns the login in it."""
    data = value.get("authorizationData") if isinstance(value, dict) else None
    # As the protocol demands, nulls in a list are ignored.
    data = [entry for entry in data if entry is not None] if isinstance(data, list) else []
    if not data or not all(isinstance(entry, dict) for entry in data):
        raise ClientError("the response of GetAuthorizationToken contains no authorization data")
    entry = _select(data, registry)
    password = parse_token(entry.get("authorizationToken"))
    expires = entry.get("expiresAt")
    if isinstance(expires, bool) or not isinstance(expires, (int, float)) or not math.isfinite(expires) or not 0 < expires < 1e11:
        raise ClientError("the response of GetAuthorizationToken contains no valid expiresAt")
    now = awsapi.now()
    if expires <= now:
        raise RetryableError("GetAuthorizationToken returned a token that has expired")
    return Login(password, now, min(float(expires), now + MAX_LIFETIME))


def _select(data, registry):
    """Returns the entry for the registry. An entry of another ECR registry is never used."""
    others, unnamed = {}, {}
    for entry in data:
        endpoint = entry.get("proxyEndpoint")
        if endpoint is not None and not isinstance(endpoint, str):
            raise ClientError("the response of GetAuthorizationToken contains no valid proxyEndpoint")
        host = (endpoint or "").lower().rpartition("://")[2].split("/")[0]
        match = _HOST.match(host)
        if host == registry.host or match and (match.group(1), match.group(3)) == (registry.account, registry.region):
            return entry
        (others if match else unnamed).setdefault(host, entry)
    # One registry was requested. An endpoint that is no name of ECR, such as that of a mock, is not compared.
    found = unnamed if registry.account or unnamed else others
    if len(found) == 1 and (not others or registry.mock):
        return next(iter(found.values()))
    raise ClientError(f"the response of GetAuthorizationToken is for another registry than {registry.host}")


def parse_token(token):
    """Returns the password in an authorization token: base64 of `AWS:PASSWORD`."""
    if not isinstance(token, str) or not token:
        raise ClientError("the response of GetAuthorizationToken contains no authorizationToken")
    keep_secret(token)
    try:
        text = binascii.a2b_base64(token, strict_mode=True).decode("ascii")
    except (ValueError, UnicodeDecodeError):
        raise ClientError("the authorizationToken of GetAuthorizationToken is not the base64 of a login") from None
    user, colon, password = text.partition(":")
    if user != USERNAME or not colon or not password or any(not "!" <= c <= "~" for c in password):
        raise ClientError("the authorizationToken of GetAuthorizationToken is not a login of the user AWS")
    keep_secret(password)
    return password
