"""The logins in docker's config.json, and those of credential helpers."""

import binascii
import json
import os

from .errors import ClientError, clean, keep_secret
from .process import run_process

NOT_FOUND = "credentials not found in native keychain"
HELPER_TIMEOUT = 55.0


class HostLogin:
    def __init__(self, username, password, helper=None):
        if not username or not password or ":" in username:
            raise ClientError("the login has no valid username and password")
        if username == "<token>":
            raise ClientError("the login is an identity token, which is not supported")
        self.username, self.password, self.helper = username, password, helper
        basic = binascii.b2a_base64(f"{username}:{password}".encode(), newline=False).decode()
        keep_secret(password, basic)
        self.authorization = "Basic " + basic


def config_path():
    return os.path.join(os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker"), "config.json")


def load_config():
    path = config_path()
    try:
        with open(path, "rb") as file:
            value = json.loads(file.read())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ClientError(f"{clean(path)} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ClientError(f"{clean(path)} is not a config.json of docker")
    return value


def find_login(host):
    """Returns the login of a registry, or None. A helper takes precedence over the file."""
    config = load_config()
    helpers = config.get("credHelpers")
    helper = helpers.get(host) if isinstance(helpers, dict) else None
    helper = helper or config.get("credsStore")
    if helper:
        if not isinstance(helper, str) or not helper.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise ClientError(f"{clean(config_path())} names an invalid credential helper")
        login = call_helper(helper, host)
        if login:
            return login
    return _from_file(config, host)


def _from_file(config, host):
    auths = config.get("auths")
    auths = auths if isinstance(auths, dict) else {}
    entry = auths.get(host)
    if entry is None:
        # Old versions of docker wrote URLs.
        entry = next((auths[key] for key in auths if key.rpartition("://")[2].split("/")[0].lower() == host), None)
    if not isinstance(entry, dict):
        return None
    if entry.get("auth"):
        try:
            text = binascii.a2b_base64(entry["auth"], strict_mode=True).decode().rstrip("\0")
        except (ValueError, TypeError):
            raise ClientError(f"{clean(config_path())} contains an invalid login of {host}") from None
        username, _, password = text.partition(":")
    else:
        username, password = entry.get("username"), entry.get("password")
        if not username and not password:
            return None
    if not isinstance(username, str) or not isinstance(password, str):
        raise ClientError(f"{clean(config_path())} contains an invalid login of {host}")
    return HostLogin(username, password)


def call_helper(helper, host):
    """Returns the login of `docker-credential-HELPER get`, or None if the helper has none."""
    program = f"docker-credential-{helper}"
    code, output, errors = run_process([program, "get"], host.encode() + b"\n", HELPER_TIMEOUT, program)
    text = output.decode("utf-8", "replace").strip()
    if code:
        if text == NOT_FOUND:
            return None
        # A helper that fails may have written a part of a login.
        cause = "" if text.startswith("{") or "Secret" in text else clean(text)
        raise ClientError(f"{program} failed with code {code}: {cause or clean(errors) or 'no message'}")
    try:
        value = json.loads(text)
        username, secret = value["Username"], value["Secret"]
        if isinstance(username, str) and isinstance(secret, str):
            return HostLogin(username, secret, helper)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ClientError(f"{program} returned no login in JSON")


def renew_login(host, refused):
    """Returns another login than the one that the registry refused, or None."""
    login = find_login(host)
    if login and login.authorization != refused.authorization:
        return login
    if login and login.helper and login.username == "AWS":
        # The helper returns a token that it has kept. Nothing is lost: a token is issued anew.
        run_process([f"docker-credential-{login.helper}", "erase"], host.encode() + b"\n", HELPER_TIMEOUT,
                    f"docker-credential-{login.helper}")
        login = call_helper(login.helper, host)
        if login and login.authorization != refused.authorization:
            return login
    return None
