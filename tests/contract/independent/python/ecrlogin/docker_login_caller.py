"""docker-login-caller REGISTRY...: calls `docker login` for each registry."""

import time

from .cli import complain, describe, emit
from .ecr import Client
from .errors import ClientError, NotEcrRegistry, UsageError
from .process import run_process
from .retry import Deadline, pause_before

BUDGET = 55.0
FETCH_BUDGET = 40.0
DOCKER_TIMEOUT = 30.0
ATTEMPTS = 3
# How docker reports that the registry rejected the login.
REFUSED = ("unauthorized", "401", "403", "denied", "400 bad request", "expired")


def fetch_all(client, registries):
    """Returns {host: Login or ClientError}. The logins are fetched at the same time."""
    results = {}

    def work(registry):
        try:
            results[registry.host] = client.fetch(registry, FETCH_BUDGET)
        except ClientError as error:
            results[registry.host] = error
        except Exception as error:
            results[registry.host] = ClientError(describe(error))

    if len(registries) == 1:
        work(registries[0])
        return results
    import threading
    threads = [threading.Thread(target=work, args=(registry,), daemon=True) for registry in registries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def docker_login(client, registry, login, deadline):
    """Passes a login to docker. After a rejection by the registry, a new one is passed."""
    for attempt in range(1, ATTEMPTS + 1):
        if not login.usable():
            login = client.fetch(registry, max(1.0, min(FETCH_BUDGET, deadline.remaining())))
        # On stdin, no other process can see the password.
        code, _, errors = run_process(["docker", "login", "--username", login.username, "--password-stdin", registry.host],
                                      login.password.encode(), max(5.0, min(DOCKER_TIMEOUT, deadline.remaining())),
                                      f"docker login {registry.host}")
        if code == 0:
            return
        lines = [line.strip() for line in errors.splitlines() if line.strip() and not line.startswith("WARNING")]
        cause = lines[-1] if lines else "no message"
        pause = pause_before(attempt, False)
        if attempt == ATTEMPTS or deadline.remaining() < pause + 5:
            raise ClientError(f"docker login {registry.host} failed with code {code}: {cause}")
        time.sleep(pause)
        if any(word in errors.lower() for word in REFUSED):
            login = client.fetch(registry, max(1.0, deadline.remaining() - 5))


def main(arguments):
    if not arguments or any(argument.startswith("-") for argument in arguments):
        raise UsageError("usage: docker-login-caller REGISTRY...")
    client, deadline = Client(), Deadline(BUDGET)
    try:
        registries = list({registry.host: registry for registry in map(client.registry, arguments)}.values())
    except NotEcrRegistry as error:
        raise UsageError(str(error)) from None
    logins, failed = fetch_all(client, registries), False
    # One after the other: each login rewrites docker's config.json.
    for registry in registries:
        login = logins[registry.host]
        try:
            if isinstance(login, ClientError):
                raise login
            docker_login(client, registry, login, deadline)
            emit(f"logged in to {registry.host}\n")
        except ClientError as error:
            complain(str(error))
            failed = True
    return 1 if failed else 0
