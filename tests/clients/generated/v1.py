"""Runs command lines of AWS CLI v1 in forked children of one process, since Python starts slowly.

Reads one JSON document per line from stdin: {"argv", "env", "cwd"}. Writes {"exit", "stdout", "stderr"} for each.
"""
import json
import os
import signal
import sys
import traceback


def run(case):
    out, err = case["cwd"] + ".out", case["cwd"] + ".err"
    child = os.fork()
    if child == 0:
        try:
            code = in_child(case, out, err)
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 0xFF)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    read = lambda path: open(path, "rb").read().decode("utf-8", "backslashreplace")
    return {"exit": code, "stdout": read(out), "stderr": read(err)}


def in_child(case, out, err):
    signal.alarm(60)
    os.chdir(case["cwd"])
    os.environ.clear()
    os.environ.update(case["env"], AWS_DATA_PATH=DATA_PATH)
    os.setsid()
    for number, path, flags in ((0, "/dev/null", os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        if number == 0 and case.get("stdin") is not None:
            path = case["cwd"] + ".in"
            open(path, "w").write(case["stdin"])
        handle = os.open(path, flags | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.argv = ["aws"] + case["argv"]
    # These directories were computed when the modules were imported.
    assumerole.CACHE_DIR = os.path.expanduser("~/.aws/cli/cache")
    directory = os.path.expanduser("~/.aws/sso/cache")
    credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = directory
    tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = directory
    try:
        return awscli.clidriver.main()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1


import awscli.clidriver
import awscli.customizations.assumerole as assumerole
from botocore import credentials, tokens  # awscli redirects these names to its own copy

DATA_PATH = os.environ["AWS_DATA_PATH"]  # awscli sets it when it is imported

for line in sys.stdin:
    answer = run(json.loads(line))
    sys.__stdout__.write(json.dumps(answer) + "\n")
    sys.__stdout__.flush()
