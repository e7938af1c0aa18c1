"""library-driver: answers each request on stdin with a login of the library."""

import json
import sys

from .cli import complain, describe, emit
from .errors import clean
from .library import Authorizer, ClientError


def answer(authorizer, line):
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or not isinstance(request.get("registry"), str):
        return {"error": "the request is not a JSON object with a registry"}
    host = request["registry"]
    try:
        login = authorizer.login(host, authorizer.last(host) if request.get("refused") is True else None)
        return {"username": login.username, "password": login.password}
    except ClientError as error:
        return {"error": clean(error, 600)}
    except Exception as error:
        complain(describe(error))
        return {"error": describe(error)}


def main(arguments):
    authorizer = Authorizer()
    for line in iter(sys.stdin.readline, ""):
        if line.strip():
            emit(json.dumps(answer(authorizer, line)) + "\n")
