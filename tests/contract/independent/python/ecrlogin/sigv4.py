"""AWS Signature Version 4 for requests whose body is in memory."""

import hashlib
import hmac
import time


def _quote(text, safe):
    out = []
    for byte in text.encode():
        c = chr(byte)
        out.append(c if byte < 128 and (c.isalnum() or c in safe) else f"%{byte:02X}")
    return "".join(out)


def _hmac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


def sign(method, url, headers, body, credentials, region, service, now):
    """Returns `headers` with the date, the session token and the signature."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = dict(headers)
    headers["X-Amz-Date"] = stamp
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed["host"] = url.authority
    names = sorted(signed)
    path, _, query = url.path.partition("?")
    # The path is encoded once more: all services but S3 expect this.
    canonical = "\n".join([
        method, _quote(path, "-._~/"), "&".join(sorted(query.split("&"))) if query else "",
        *(f"{name}:{signed[name]}" for name in names), "", ";".join(names), hashlib.sha256(body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + credentials.secret_key).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={_hmac(key, text).hex()}")
    return headers
