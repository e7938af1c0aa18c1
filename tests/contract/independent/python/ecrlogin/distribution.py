"""A client of the OCI distribution specification, for pulls only."""

import hashlib
import json

from .docker_config import find_login, renew_login
from .errors import ClientError, RetryableError, clean
from .http1 import TlsFailed, Url, is_loopback, open_request, parse_url, split_port
from .image_store import split_digest
from .retry import Deadline, parse_retry_after, retry

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
MAX_MANIFEST = 4 << 20
MAX_REDIRECTS = 5
ATTEMPTS = 5
# A blob may take long, but not without progress.
IDLE_TIMEOUT = 12.0
SLOWEST = 50_000


class Refused(ClientError):
    """The registry does not accept the login."""


class Registry:
    def __init__(self, host, settings):
        self.host, self.ca_bundle = host, settings.ca_bundle()
        name, port = split_port(host, "the registry of the image")
        self.login = find_login(host)
        self.renewed = False
        self.base = Url("https", name, port or 443, "/")
        if is_loopback(name) and not self._speaks_tls():
            # As docker does: a registry on this host may do without TLS. Others may not.
            self.base = Url("http", name, port or 80, "/")

    def _speaks_tls(self):
        try:
            open_request("GET", self._url("/v2/"), {}, deadline=Deadline(5.0), ca_bundle=self.ca_bundle).close()
        except TlsFailed:
            return False
        except ClientError:
            pass
        return True

    def _url(self, path):
        return Url(self.base.scheme, self.base.host, self.base.port, path)

    def open(self, path, accept, deadline):
        """Opens a resource and returns the response with status 200. Follows redirects."""
        login = self.login
        url, home = self._url(path), self.base
        for _ in range(MAX_REDIRECTS + 1):
            headers = {"Accept": accept, "User-Agent": "ecrlogin-python/1"}
            at_home = (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)
            if login and at_home:
                # The storage behind the registry must not see the password.
                headers["Authorization"] = login.authorization
            response = open_request("GET", url, headers, deadline=deadline, ca_bundle=self.ca_bundle)
            if response.status == 200:
                return response
            with response:
                if response.status in (301, 302, 303, 307, 308):
                    url = self._redirect(url, response.headers.get("location", ""))
                else:
                    self._fail(response, url, at_home)
        raise ClientError(f"{self.host} redirected too often")

    @staticmethod
    def _redirect(url, location):
        if location.startswith("/") and not location.startswith("//"):
            return Url(url.scheme, url.host, url.port, location)
        target = parse_url(location, f"the redirect of {url.authority}")
        if url.scheme == "https" and target.scheme != "https":
            raise ClientError(f"{url.authority} redirected to a URL without TLS")
        return target

    def _fail(self, response, url, at_home):
        """Raises the error of a response."""
        code, message = _parse_error(response.body(1 << 16))
        status = response.status
        text = f"{url.authority} responded with HTTP {status}" + (f": {code}" if code else "") + (f": {message}" if message else "")
        retry_after = parse_retry_after(response.headers.get("retry-after"))
        if status == 429 or code == "TOOMANYREQUESTS":
            raise RetryableError(text, retry_after, throttled=True)
        if status in (408, 500, 502, 503, 504):
            raise RetryableError(text, retry_after)
        if not at_home and status in (400, 403):
            # The URL of the storage has expired. The registry issues a new one.
            raise RetryableError(text)
        # ECR responds to an expired token with 401, 403 or 400, depending on the request.
        if at_home and (status == 401 or status in (400, 403) and "token" in message.lower()):
            raise Refused(text)
        raise ClientError(text)

    def call(self, action, deadline, attempts=ATTEMPTS):
        """Calls `action(deadline)` with repetitions, and with another login after a rejection."""
        while True:
            refused = self.login
            try:
                result = retry(action, deadline, attempts)
                self.renewed = False
                return result
            except Refused as error:
                if refused is None:
                    raise ClientError(f"{error}; docker's config.json contains no login of {self.host}") from None
                # One renewal is enough, unless the pull goes on for longer than the new token.
                if self.renewed:
                    raise
                self.renewed = True
                self.login = renew_login(self.host, refused)
                if self.login is None:
                    self.login = refused
                    raise

    def manifest(self, repository, reference):
        """Returns (media type, digest, bytes, content) of a manifest or an index."""
        where = f"{self.host}/{repository}"

        def action(deadline):
            with self.open(f"/v2/{repository}/manifests/{reference}", ", ".join(INDEXES + MANIFESTS), deadline) as response:
                data = response.body(MAX_MANIFEST)
                announced = response.headers.get("docker-content-digest")
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            expected = [d for d in (split_digest(reference), split_digest(announced)) if d]
            if any(hashlib.new(algorithm, data).hexdigest() != value for algorithm, value in expected):
                raise RetryableError(f"the manifest from {where} does not have its digest")
            try:
                content = json.loads(data)
            except (ValueError, RecursionError):
                raise RetryableError(f"the manifest from {where} is not JSON") from None
            if not isinstance(content, dict) or content.get("schemaVersion") != 2:
                raise ClientError(f"the manifest from {where} does not have the schema version 2")
            kind = content.get("mediaType") or kind
            if kind not in INDEXES + MANIFESTS:
                raise ClientError(f"the manifest from {where} has the unknown type {clean(kind, 80)}")
            digest = reference if split_digest(reference) else "sha256:" + hashlib.sha256(data).hexdigest()
            return kind, digest, data, content

        return self.call(action, Deadline(50.0))

    def blob(self, repository, digest, size, store):
        """Downloads a blob into the store."""
        def action(_):
            total = Deadline(30.0 + size / SLOWEST)
            with self.open(f"/v2/{repository}/blobs/{digest}", "*/*", total.part(IDLE_TIMEOUT)) as response, \
                    store.receive(digest) as incoming:
                response.deadline = total.part(IDLE_TIMEOUT)
                for data in response.chunks():
                    incoming.write(data)
                    if incoming.size > size:
                        break
                    response.deadline = total.part(IDLE_TIMEOUT)
                if not incoming.complete(size):
                    raise RetryableError(f"a blob from {self.host}/{repository} does not have its size and digest")

        self.call(action, Deadline(55.0 + size / SLOWEST), 4)


def _parse_error(data):
    try:
        error = json.loads(data)["errors"][0]
        code, message = error.get("code"), error.get("message")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return "", ""
    return clean(code, 80) if isinstance(code, str) else "", clean(message) if isinstance(message, str) else ""
