"""Logins that are kept: in memory, or in files for a process that ends at once."""

import hashlib
import json
import os
import stat

from . import awsapi
from .ecr import Login
from .errors import ClientError, keep_secret
from .files import write_private

# A renewal that is not urgent does not make the caller wait for the whole budget.
EARLY_BUDGET = 10.0


def current_login(client, registry, cached, report=None):
    """Returns (login, whether it is new). A usable login bridges a failed renewal."""
    if cached is not None and cached.fresh():
        return cached, False
    if cached is None or not cached.usable():
        return client.fetch(registry), True
    try:
        return client.fetch(registry, EARLY_BUDGET), True
    except ClientError as error:
        if not cached.usable():
            raise
        if report:
            report(f"the login is used until it ends, as its renewal failed: {error}")
        return cached, False


class DiskCache:
    """One file for each registry and identity, so that neither processes nor accounts meet.

    The identity is not known before AWS is asked. Its settings stand for it:
    the variables of AWS and the state of the files in ~/.aws.
    """

    def __init__(self, settings):
        base = settings.env.get("XDG_CACHE_HOME") or ""
        if not os.path.isabs(base):
            base = os.path.expanduser("~/.cache")
        self.directory = os.path.join(base, "ecrlogin-python") if os.path.isabs(base) else None
        digest = hashlib.sha256()
        for name in sorted(settings.env):
            if name.startswith("AWS_"):
                digest.update(f"{name}={settings.env[name]}\0".encode("utf-8", "surrogateescape"))
        for path in settings.file_paths():
            try:
                status = os.stat(path)
                digest.update(f"{path}:{status.st_mtime_ns}:{status.st_size}:{status.st_ino}\0".encode("utf-8", "surrogateescape"))
            except OSError:
                digest.update(f"{path}:\0".encode("utf-8", "surrogateescape"))
        self.identity = digest.hexdigest()[:32]

    @staticmethod
    def _prefix(host):
        return host.replace(":", "_") + "@"

    def _path(self, host):
        return os.path.join(self.directory, self._prefix(host) + self.identity)

    def load(self, host):
        """Returns a login, or None if there is none, if it is of no use, or if others can read it."""
        return self._read(self._path(host), host) if self.directory else None

    @staticmethod
    def _read(path, host=None):
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
                    return None
                value = json.loads(file.read(1 << 20))
            offset = awsapi.clock_offset()
            login = Login(value["password"], value["issued"] + offset, value["expires"] + offset)
            login.host = value["registry"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        password = login.password
        if not isinstance(password, str) or not password or any(not "!" <= c <= "~" for c in password):
            return None
        if not isinstance(login.host, str) or host not in (None, login.host):
            return None
        keep_secret(password)
        return login if login.usable() else None

    def save(self, host, login):
        """Stores a login. A cache that cannot be written costs time, and nothing else."""
        if not self.directory:
            return
        # The times are those of the local clock: the next process starts without a correction.
        offset = awsapi.clock_offset()
        value = {"registry": host, "password": login.password,
                 "issued": login.issued - offset, "expires": login.expires - offset}
        try:
            write_private(self._path(host), json.dumps(value).encode())
            for path in self._files(host):
                if path != self._path(host) and self._read(path) is None:
                    os.unlink(path)
        except OSError:
            pass

    def _files(self, host=None):
        try:
            names = os.listdir(self.directory) if self.directory else []
        except OSError:
            return []
        return [os.path.join(self.directory, name) for name in names
                if "@" in name and name[0] != "." and (host is None or name.startswith(self._prefix(host)))]

    def erase(self, host):
        """Removes the logins of a registry, of all identities."""
        for path in self._files(host):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass
            except OSError as error:
                raise ClientError(f"the stored login cannot be removed: {error.strerror}") from None

    def hosts(self):
        """Returns the registries of which there is a login of the current identity."""
        logins = (self._read(path) for path in self._files() if path.endswith("@" + self.identity))
        return sorted(login.host for login in logins if login)
