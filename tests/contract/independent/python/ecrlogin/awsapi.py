"""What the calls of all AWS services have in common: hosts, errors, clock skew."""

import json
import time

from .errors import ClientError, RetryableError, clean
from .http1 import parse_url, request
from .retry import parse_http_date, parse_retry_after

# Region prefix: (DNS suffix, suffix of dual-stack APIs, suffix of dual-stack registries).
PARTITIONS = (
    ("cn-", ("amazonaws.com.cn", "api.amazonwebservices.com.cn", "on.amazonwebservices.com.cn")),
    ("us-isob-", ("sc2s.sgov.gov", "api.aws.scloud", "on.aws.scloud")),
    ("us-isof-", ("csp.hci.ic.gov", "api.aws.hci.ic.gov", "on.aws.hci.ic.gov")),
    ("us-iso-", ("c2s.ic.gov", "api.aws.ic.gov", "on.aws.ic.gov")),
    ("eu-isoe-", ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "on.cloud-aws.adc-e.uk")),
    ("eusc-", ("amazonaws.eu", "api.amazonwebservices.eu", "on.amazonwebservices.eu")),
    ("", ("amazonaws.com", "api.aws", "on.aws")),
)

THROTTLED = frozenset((
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException",
    "ProvisionedThroughputExceededException", "TransactionInProgressException", "SlowDown",
    "PriorRequestNotComplete", "EC2ThrottledException"))
TRANSIENT = frozenset((
    "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "InternalServerError",
    "InternalServerException", "ServerException", "ServiceUnavailable", "ServiceUnavailableException",
    "IDPCommunicationError"))
# The codes with which a signature is rejected if the clock of the client is wrong.
SKEWED = frozenset((
    "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed",
    "RequestInTheFuture", "AuthFailure"))
# The codes with which credentials are rejected that have expired or were replaced.
REJECTED = frozenset((
    "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "InvalidClientTokenId",
    "RequestExpired"))

MAX_SKEW = 240.0
_clock_offset = 0.0


class ServiceError(ClientError):
    """AWS refused a request."""

    def __init__(self, message, code, skewed_by=None):
        super().__init__(message)
        self.code, self.skewed_by = code, skewed_by


def now():
    """The time, corrected after a service rejected a signature because of the clock."""
    return time.time() + _clock_offset


def clock_offset():
    return _clock_offset


def correct_clock(seconds):
    global _clock_offset
    _clock_offset += seconds


def partition(region):
    return next(suffixes for prefix, suffixes in PARTITIONS if region.startswith(prefix))


def service_url(settings, service, hosts):
    """Returns the URL of a service: the configured one, or that of the host name."""
    configured = settings.endpoint(service)
    if configured:
        return parse_url(configured, f"the endpoint of {service.upper()}")
    return parse_url(f"https://{hosts}/")


def call(url, headers, body, deadline, ca_bundle, operation):
    """Posts a request and returns the body of a successful response."""
    headers = {**headers, "User-Agent": "ecrlogin-python/1"}
    status, received, data = request("POST", url, headers, body, deadline=deadline, ca_bundle=ca_bundle)
    if 200 <= status < 300:
        return data
    code, detail = _parse_error(received, data)
    message = f"{operation} failed: " + (code or f"HTTP {status}") + (f": {detail}" if detail else "")
    if not code:
        message += f" (from {url.authority})"
    retry_after = parse_retry_after(received.get("retry-after"))
    if code in THROTTLED or status == 429:
        raise RetryableError(message, retry_after, throttled=True)
    if code in TRANSIENT or status in (408, 500, 502, 503, 504):
        raise RetryableError(message, retry_after)
    date = parse_http_date(received.get("date"))
    skew = date - now() if date is not None and code in SKEWED else None
    raise ServiceError(message, code, skew if skew is not None and abs(skew) > MAX_SKEW else None)


def _parse_error(headers, data):
    """Returns the code and the message of an error in JSON or XML."""
    code, detail = headers.get("x-amzn-errortype", ""), ""
    text = data.decode("utf-8", "replace").strip()
    if text.startswith("<") and "<Code>" in text:
        # An error has no nested elements of these names, and nothing depends on the message.
        code = text.partition("<Code>")[2].partition("<")[0]
        detail = text.partition("<Message>")[2].partition("<")[0]
    elif text.startswith("{"):
        try:
            value = json.loads(text)
            code = value.get("__type") or value.get("code") or value.get("Code") or code
            detail = value.get("message") or value.get("Message") or ""
        except (ValueError, RecursionError):
            pass
    code = code if isinstance(code, str) else ""
    code = code.partition(":")[0].rpartition("#")[2].strip()
    if not (code.isascii() and code.replace(".", "").isalnum()):
        code = ""
    return clean(code, 80), clean(detail) if isinstance(detail, str) else ""
