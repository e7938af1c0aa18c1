"""The library: an Authorizer returns the current login of a registry.

    from ecrlogin.library import Authorizer
    authorizer = Authorizer()
    login = authorizer.login("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
    # login.username, login.password, login.expires
    # After the registry responded with 401 to it:
    login = authorizer.login(host, refused=login)

An Authorizer may be used by several threads. All failures are a ClientError.
"""

import _thread
import hashlib
import time

from .cache import current_login
from .ecr import Client, Login
from .errors import ClientError, NotEcrRegistry

__all__ = ["Authorizer", "ClientError", "Login", "NotEcrRegistry"]


class _State:
    def __init__(self):
        self.lock = _thread.allocate_lock()
        self.login = None
        self.refused = []


def _digest(login):
    return hashlib.sha256(login.password.encode()).digest()


class Authorizer:
    def __init__(self, settings=None):
        self._client = Client(settings)
        self._states = {}

    def login(self, host, refused=None):
        """Returns a login. `refused` is one that the registry rejected: it is not returned again."""
        registry = self._client.registry(host)
        state = self._states.setdefault(registry.host, _State())
        # A lock for each registry: one that is down does not delay the others.
        with state.lock:
            if refused is not None:
                # Only the last ones can come again.
                state.refused = [*state.refused[-15:], _digest(refused)]
                if state.login and state.login.password == refused.password:
                    state.login = None
            login, new = current_login(self._client, registry, state.login)
            if new and _digest(login) in state.refused:
                time.sleep(1.5)
                login = self._client.fetch(registry)
                if _digest(login) in state.refused:
                    raise ClientError(f"ECR returned a login that {registry.host} refused before")
            state.login = login
            return login

    def last(self, host):
        """Returns the login that was returned last, or None."""
        state = self._states.get(self._client.registry(host).host)
        return state.login if state else None
