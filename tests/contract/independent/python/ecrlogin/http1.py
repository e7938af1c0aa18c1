"""A small HTTP/1.1 client: one request per connection, deadlines, proxies, TLS.

`http.client` bounds each read and not the whole request, and its import costs
more than the rest of a client of this family.
"""

import _thread
import os
import socket

from .errors import ClientError, RetryableError, clean, keep_secret

CONNECT_TIMEOUT = 5.0
MAX_HEAD = 64 * 1024
_context = None
_context_source = None


class TransportError(RetryableError):
    """No complete response was received."""


class TlsFailed(TransportError):
    """The peer does not speak TLS, or it ended the handshake."""


class Url:
    def __init__(self, scheme, host, port, path):
        self.scheme, self.host, self.port, self.path = scheme, host, port, path

    @property
    def authority(self):
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    def __str__(self):
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(text, what="URL"):
    scheme, mark, rest = text.partition("://")
    scheme = scheme.lower()
    authority, slash, path = rest.partition("/")
    if not mark or scheme not in ("http", "https") or "@" in authority:
        raise ClientError(f"{what} is not a URL with http or https")
    if "?" in authority or "#" in text or any(c <= " " or c > "~" for c in text):
        raise ClientError(f"{what} is not a valid URL")
    host, port = split_port(authority, what)
    return Url(scheme, host, port or (443 if scheme == "https" else 80), slash + path or "/")


def split_port(authority, what="host name"):
    """Splits `host`, `host:port` and `[address]:port`."""
    if authority.startswith("["):
        host, mark, port = authority[1:].partition("]")
        if not mark or (port and not port.startswith(":")):
            raise ClientError(f"{what} is not valid")
        port = port[1:]
    else:
        host, _, port = authority.partition(":")
    if not host or (port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536)):
        raise ClientError(f"{what} is not valid")
    return host.lower(), int(port) if port else None


def is_loopback(host):
    return host in ("localhost", "::1") or host.endswith(".localhost") or is_ipv4(host) and host.startswith("127.")


def is_ipv4(host):
    try:
        socket.inet_pton(socket.AF_INET, host)
        return True
    except OSError:
        return False


def proxy_for(url, env=os.environ):
    """Returns the URL of the proxy as (host, port, authorization), or None."""
    name = url.scheme + "_proxy"
    value = env.get(name) or env.get(name.upper()) or env.get("all_proxy") or env.get("ALL_PROXY")
    if not value or is_loopback(url.host) or _bypasses(url, env.get("no_proxy") or env.get("NO_PROXY") or ""):
        return None
    scheme, mark, rest = value.partition("://")
    if not mark:
        scheme, rest = "http", value
    if scheme.lower() != "http":
        raise ClientError(f"{name.upper()}: a proxy of the scheme {clean(scheme, 20)} is not supported, only http")
    user, mark, authority = rest.split("/")[0].rpartition("@")
    authorization = None
    if mark:
        from binascii import b2a_base64
        from urllib.parse import unquote
        name_, _, password = user.partition(":")
        keep_secret(user, password, unquote(password))
        authorization = "Basic " + b2a_base64(f"{unquote(name_)}:{unquote(password)}".encode(), newline=False).decode()
        keep_secret(authorization[6:])
    host, port = split_port(authority, name.upper())
    return host, port or 80, authorization


def _bypasses(url, no_proxy):
    for entry in no_proxy.replace(" ", ",").lower().split(","):
        if entry == "*":
            return True
        if not entry:
            continue
        if "/" in entry:
            import ipaddress
            try:
                if ipaddress.ip_address(url.host) in ipaddress.ip_network(entry, strict=False):
                    return True
            except ValueError:
                pass
            continue
        try:
            host, port = (entry, None) if entry.count(":") > 1 and "[" not in entry else split_port(entry)
        except ClientError:
            continue
        host = host.removeprefix("*").removeprefix(".")
        if (port is None or port == url.port) and (url.host == host or url.host.endswith("." + host)):
            return True
    return False


def tls_context(ca_bundle):
    """Returns a context that verifies servers. Loaded once: this takes milliseconds."""
    global _context, _context_source
    if _context is None or _context_source != ca_bundle:
        import ssl
        try:
            where = {} if not ca_bundle else {"capath" if os.path.isdir(ca_bundle) else "cafile": ca_bundle}
            _context, _context_source = ssl.create_default_context(**where), ca_bundle
        except OSError as error:
            raise ClientError(f"the CA bundle {clean(ca_bundle)} cannot be used: {reason(error)}") from None
    return _context


def reason(error):
    return clean(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _resolve(host, port, deadline):
    """Resolves a name within the deadline. `getaddrinfo` itself has no timeout."""
    result, done = [], _thread.allocate_lock()
    done.acquire()

    def work():
        try:
            # In bytes, the name is not converted with the codec `idna`, which is slow to import.
            result.append(socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            result.append(error)
        finally:
            done.release()

    _thread.start_new_thread(work, ())
    if not done.acquire(timeout=deadline.remaining()):
        raise TransportError(f"the name {host} was not resolved in time")
    if isinstance(result[0], Exception):
        raise TransportError(f"the name {host} cannot be resolved: {reason(result[0])}")
    return result[0]


def _connect(host, port, deadline):
    failure = None
    for family, kind, protocol, _, address in _resolve(host, port, deadline):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max(0.001, min(CONNECT_TIMEOUT, deadline.remaining())))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise TransportError(f"cannot connect to {host}:{port}: {reason(failure)}")


class Response:
    """The head of a response, and a reader of its body."""

    def __init__(self, sock, deadline, where):
        self._sock, self.deadline, self._where = sock, deadline, where
        self._buffer = b""
        self.status, self.headers = 0, {}

    def close(self):
        self._sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _receive(self):
        """Returns the next bytes, or none at the end of the stream."""
        left = self.deadline.remaining()
        if left <= 0:
            raise TransportError(f"{self._where} did not respond in time")
        try:
            self._sock.settimeout(left)
            return self._sock.recv(65536)
        except TimeoutError:
            raise TransportError(f"{self._where} did not respond in time") from None
        except OSError as error:
            raise TransportError(f"the connection to {self._where} failed: {reason(error)}") from None

    def _line(self):
        while b"\n" not in self._buffer:
            data = self._receive()
            if not data:
                raise TransportError(f"{self._where} closed the connection before the response was complete")
            self._buffer += data
            if len(self._buffer) > MAX_HEAD + 65536:
                raise TransportError(f"{self._where} sent a response that is not HTTP")
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.removesuffix(b"\r").decode("latin-1")

    def read_head(self):
        while True:
            line = self._line()
            version, _, rest = line.partition(" ")
            if version not in ("HTTP/1.0", "HTTP/1.1") or not rest[:3].isdigit() or rest[3:4] not in ("", " "):
                raise TransportError(f"{self._where} sent a response that is not HTTP/1.1")
            self.status, self.headers, size = int(rest[:3]), {}, 0
            while line := self._line():
                size += len(line)
                name, mark, value = line.partition(":")
                if not mark or size > MAX_HEAD:
                    raise TransportError(f"{self._where} sent a malformed header")
                name, value = name.strip().lower(), value.strip()
                if name == "content-length" and self.headers.get(name, value) != value:
                    raise TransportError(f"{self._where} sent two different lengths")
                if name == "www-authenticate" and name in self.headers:
                    value = self.headers[name] + ", " + value
                self.headers[name] = value
            if self.status >= 200:
                return

    def chunks(self):
        """Yields the body. A body that ends early is an error, never a short result."""
        if self.status in (204, 304):
            return
        coding = self.headers.get("transfer-encoding", "").lower()
        if coding == "chunked":
            while True:
                size = self._line().split(";")[0].strip()
                if not size or len(size) > 15 or any(c not in "0123456789abcdefABCDEF" for c in size):
                    raise TransportError(f"{self._where} sent a malformed chunk")
                if int(size, 16) == 0:
                    while self._line():
                        pass
                    return
                yield from self._exactly(int(size, 16))
                if self._line():
                    raise TransportError(f"{self._where} sent a malformed chunk")
        elif coding not in ("", "identity"):
            raise TransportError(f"{self._where} sent an unknown transfer coding")
        elif "content-length" in self.headers:
            length = self.headers["content-length"]
            if not (length.isascii() and length.isdigit() and len(length) < 16):
                raise TransportError(f"{self._where} sent a malformed length")
            yield from self._exactly(int(length))
        else:
            data, self._buffer = self._buffer, b""
            while True:
                if data:
                    yield data
                data = self._receive()
                if not data:
                    return

    def _exactly(self, length):
        while length:
            data = self._buffer or self._receive()
            if not data:
                raise TransportError(f"{self._where} closed the connection before the response was complete")
            self._buffer = data[length:]
            data = data[:length]
            length -= len(data)
            yield data

    def body(self, limit=1 << 20):
        parts, size = [], 0
        for part in self.chunks():
            parts.append(part)
            size += len(part)
            if size > limit:
                raise ClientError(f"the response of {self._where} is larger than {limit} bytes")
        return b"".join(parts)


def open_request(method, url, headers, body=b"", *, deadline, ca_bundle=None, use_proxy=True):
    """Sends a request and returns the response with its head read. The caller closes it."""
    proxy = proxy_for(url) if use_proxy else None
    where, target, head = url.authority, url.path, dict(headers)
    if proxy and url.scheme == "http":
        target = str(url)
        if proxy[2]:
            head["Proxy-Authorization"] = proxy[2]
    context = tls_context(ca_bundle) if url.scheme == "https" else None
    sock = _connect(*(proxy[:2] if proxy else (url.host, url.port)), deadline)
    try:
        if context:
            if proxy:
                _tunnel(sock, url, proxy, deadline)
            sock = _wrap(sock, context, url, deadline)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {url.authority}"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        if body or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {len(body)}")
        lines.append("Connection: close")
        if any(c in line for line in lines for c in "\r\n"):
            raise ClientError("a line break in a request header")
        _send(sock, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body, deadline, where)
        response = Response(sock, deadline, where)
        response.read_head()
        return response
    except BaseException:
        sock.close()
        raise


def _send(sock, data, deadline, where):
    try:
        sock.settimeout(max(0.001, deadline.remaining()))
        sock.sendall(data)
    except OSError as error:
        raise TransportError(f"the connection to {where} failed: {reason(error)}") from None


def _tunnel(sock, url, proxy, deadline):
    where = f"the proxy {proxy[0]}:{proxy[1]}"
    host = f"[{url.host}]" if ":" in url.host else url.host
    lines = [f"CONNECT {host}:{url.port} HTTP/1.1", f"Host: {host}:{url.port}"]
    if proxy[2]:
        lines.append(f"Proxy-Authorization: {proxy[2]}")
    _send(sock, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), deadline, where)
    response = Response(sock, deadline, where)
    response.read_head()
    if not 200 <= response.status < 300:
        message = f"{where} refused the connection to {url.host} with HTTP {response.status}"
        if response.status == 429 or response.status >= 500:
            raise TransportError(message)
        raise ClientError(message)


def _wrap(sock, context, url, deadline):
    import ssl
    try:
        sock.settimeout(max(0.001, deadline.remaining()))
        return context.wrap_socket(sock, server_hostname=url.host)
    except ssl.SSLCertVerificationError as error:
        # Another attempt meets the same certificate, and trust is not a matter of patience.
        raise ClientError(f"the certificate of {url.host} is not trusted: {clean(error.verify_message)}") from None
    except TimeoutError:
        raise TransportError(f"the TLS handshake with {url.host} took too long") from None
    except OSError as error:
        raise TlsFailed(f"the TLS handshake with {url.host} failed: {reason(error)}") from None


def request(method, url, headers, body=b"", *, deadline, ca_bundle=None, use_proxy=True, limit=1 << 20):
    """Sends a request and returns (status, headers, body)."""
    with open_request(method, url, headers, body, deadline=deadline, ca_bundle=ca_bundle,
                      use_proxy=use_proxy) as response:
        return response.status, response.headers, response.body(limit)
