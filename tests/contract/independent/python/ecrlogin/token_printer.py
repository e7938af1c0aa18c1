"""token-printer REGISTRY: prints the password of the registry."""

from .cli import emit
from .ecr import Client
from .errors import UsageError


def main(arguments):
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise UsageError("usage: token-printer REGISTRY")
    client = Client()
    login = client.fetch(client.registry(arguments[0]))
    emit(login.password + "\n")
