"""refresher FILE REGISTRY...: keeps the logins in docker's config.json valid.

It runs until SIGTERM or SIGINT. SIGHUP renews all logins at once.
"""

import binascii
import json
import os
import signal
import stat
import threading
import time

from .cli import complain, describe
from .ecr import Client
from .errors import ClientError, NotEcrRegistry, UsageError, clean
from .files import write_private
from .retry import jitter

FETCH_BUDGET = 30.0
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
# How often the file is compared with what it should contain.
POLL = 1.0


class Keeper(threading.Thread):
    """Keeps the login of one registry. A registry that is down does not delay the others."""

    def __init__(self, client, registry, changed):
        super().__init__(daemon=True)
        self.client, self.registry, self.changed = client, registry, changed
        self.login, self.renew = None, threading.Event()

    def run(self):
        failures = 0
        while True:
            self.renew.clear()
            try:
                self.login = self.client.fetch(self.registry, FETCH_BUDGET)
                self.changed.set()
                failures = 0
                self._wait_until_due()
                continue
            except ClientError as error:
                message = str(error)
            except Exception as error:
                message = describe(error)
            failures += 1
            longest = min(LAST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 10))
            pause = jitter(longest / 2, longest)
            complain(f"{self.registry.host}: {message}; the next attempt follows in {pause:.0f} s")
            self.renew.wait(pause)

    def _wait_until_due(self):
        # The wall clock decides: the monotonic clock stands still while a machine sleeps.
        while self.login.fresh():
            due = self.login.remaining() - (self.login.expires - self.login.issued) / 2
            if self.renew.wait(min(30.0, max(0.05, due))):
                return
        # The registries of one refresher, and several refreshers, do not renew in step.
        self.renew.wait(min(10.0, jitter(0.0, self.login.remaining() / 20)))


def read_config(path):
    """Returns the content of a config.json, or None if it is corrupt."""
    value = None
    for pause in (0.1, 0.2, 0.4, 0):
        try:
            with open(path, "rb") as file:
                value = json.loads(file.read())
            break
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            # Somebody may be writing the file: docker does it at once, but others do not.
            time.sleep(pause)
    return value if isinstance(value, dict) else None


def update(path, logins):
    """Writes the logins of {host: Login} to the file, unless they are in it."""
    config = read_config(path)
    if config is None:
        # What a user has lost by a broken file can be found in the copy.
        corrupt = os.path.realpath(path) + ".corrupt"
        os.chmod(path, 0o600)
        os.replace(os.path.realpath(path), corrupt)
        complain(f"{path} is not a config.json of docker; it is replaced, and kept as {corrupt}")
        config = {}
    auths = config.get("auths")
    if not isinstance(auths, dict):
        auths = config["auths"] = {}
    wanted = {host: {"auth": binascii.b2a_base64(f"{login.username}:{login.password}".encode(), newline=False).decode()}
              for host, login in logins.items()}
    if all(auths.get(host) == entry for host, entry in wanted.items()) and is_private(path):
        return config
    auths.update(wanted)
    write_private(path, json.dumps(config, indent="\t").encode() + b"\n")
    return config


def is_private(path):
    try:
        return not stat.S_IMODE(os.stat(path).st_mode) & 0o077
    except FileNotFoundError:
        return False


def identity(path):
    """What changes if the file changes."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode


def warn(path, config, hosts):
    helpers = config.get("credHelpers")
    for host in hosts:
        if config.get("credsStore") or isinstance(helpers, dict) and helpers.get(host):
            complain(f"{path} names a credential helper for {host}; docker ignores the login in the file")


class Stopped(Exception):
    pass


def stop(*_):
    raise Stopped


def watch(path, keepers, changed):
    """Writes new logins, and writes the logins again if somebody has removed them."""
    seen, failures, warned = None, 0, False
    while True:
        new = changed.wait(POLL)
        changed.clear()
        logins = {keeper.registry.host: keeper.login for keeper in keepers if keeper.login}
        if not logins or not new and not failures and identity(path) == seen:
            continue
        try:
            config = update(path, logins)
            seen, failures = identity(path), 0
            if not warned:
                warn(path, config, logins)
                warned = True
        except OSError as error:
            seen, failures = None, failures + 1
            if failures & (failures - 1) == 0:
                complain(f"{path} cannot be written: {error.strerror}")
            time.sleep(min(5.0, 0.5 * failures))


def main(arguments):
    if len(arguments) < 2 or any(argument.startswith("-") for argument in arguments):
        raise UsageError("usage: refresher FILE REGISTRY...")
    path, client, changed = arguments[0], Client(), threading.Event()
    try:
        registries = {registry.host: registry for registry in map(client.registry, arguments[1:])}
    except NotEcrRegistry as error:
        raise UsageError(str(error)) from None
    if os.path.isdir(path):
        raise UsageError(f"{clean(path)} is a directory")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    keepers = [Keeper(client, registry, changed) for registry in registries.values()]
    signal.signal(signal.SIGHUP, lambda *_: [keeper.renew.set() for keeper in keepers] and None)
    for keeper in keepers:
        keeper.start()
    try:
        watch(path, keepers, changed)
    except Stopped:
        return 0
