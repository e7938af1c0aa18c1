"""docker-credential-ecrlogin get|store|erase|list: a credential helper of docker."""

import json
import sys

from .cache import DiskCache, current_login
from .cli import complain, emit
from .ecr import USERNAME, Client
from .errors import ClientError, NotEcrRegistry, UsageError, clean

# Docker recognises these sentences. After the first one, it continues without a login.
NOT_FOUND = "credentials not found in native keychain"
NO_SERVER = "no credentials server URL"
MAX_INPUT = 1 << 20


def fail(message):
    """Docker reads the error of a helper from stdout."""
    if message != NOT_FOUND:
        complain(message)
    try:
        emit(clean(message, 600).encode("ascii", "backslashreplace").decode() + "\n")
    except ClientError:
        pass


def read_input():
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise UsageError("the input is too long")
    return data.decode("utf-8", "replace").strip()


def get(client, cache):
    server = read_input()
    if not server:
        raise ClientError(NO_SERVER)
    try:
        registry = client.registry(server)
    except NotEcrRegistry:
        raise ClientError(NOT_FOUND) from None
    login, new = current_login(client, registry, cache.load(registry.host), complain)
    if new:
        cache.save(registry.host, login)
    emit(json.dumps({"ServerURL": server, "Username": login.username, "Secret": login.password}) + "\n")


def store(client, cache):
    """Accepts logins of ECR. They are not kept, as `get` returns newer ones."""
    try:
        value = json.loads(read_input())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not all(isinstance(value.get(k), str) for k in ("ServerURL", "Username", "Secret")):
        raise ClientError("the input is not a login in JSON")
    if not value["ServerURL"].strip():
        raise ClientError(NO_SERVER)
    # Others are an error: docker would believe that they are stored.
    client.registry(value["ServerURL"])


def erase(client, cache):
    server = read_input()
    if not server:
        raise ClientError(NO_SERVER)
    try:
        cache.erase(client.registry(server).host)
    except NotEcrRegistry:
        pass


def list_logins(client, cache):
    emit(json.dumps({host: USERNAME for host in cache.hosts()}) + "\n")


ACTIONS = {"get": get, "store": store, "erase": erase, "list": list_logins}


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in ACTIONS:
        raise UsageError("usage: docker-credential-ecrlogin get|store|erase|list")
    client = Client()
    ACTIONS[arguments[0]](client, DiskCache(client.settings))
