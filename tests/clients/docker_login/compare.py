"""Compares the program `docker` of the contract suite with docker on generated command lines of `docker login`.

Usage: compare.py DOCKER SCRIPT COUNT. Both run with the same arguments and the same stdin against a registry that accepts every login. The
exit code, the login and the messages must be equal. The process must run where it can reach loopback only: a command line without a
server is a login to Docker Hub.
"""

import base64
import http.server
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

MESSAGES_OF_THE_STORE = ("time=", "WARNING! Your credentials", "Configure a credential helper", "https://docs.docker.com/")
HUB = ("registry-1.docker.io", "index.docker.io")


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def global_options(choose):
    forms = [
        ["--config", "D"], ["--config=D"], ["--log-level", "error"], ["-l", "info"], ["-lwarn"], ["-l=nothing"],
        ["-D"], ["--debug=true"], ["-D=false"], ["--debug=maybe"], ["--host", "tcp://127.0.0.1:9"],
        ["-Htcp://127.0.0.1:9"], ["--tls=false"], ["--unknown"], ["-z"], ["-Dl", "error"], ["-c", "default"],
        ["--context=default"], ["---x"],
    ]  # fmt: skip
    count = choose([0, 0, 1, 1, 2])
    return [word for _ in range(count) for word in choose(forms)]


def option(choose, short, long, value):
    return choose([[short, value], [long, value], [f"{long}={value}"], [f"{short}={value}"], [f"{short}{value}"]])


def login_arguments(rng, host):
    choose = rng.choice
    password = option(choose, "-p", "--password", choose(["pw", "pw", "", "x=y", "-p", "=", " "]))
    parts = [[choose([host, f"https://{host}", f"http://{host}/v2/", f"https://{host}/v1"])]]
    if rng.random() < 0.9:
        parts.append(option(choose, "-u", "--username", choose(["AWS", "AWS", "AWS", "", "a b"])))
    case = rng.random()
    if case < 0.35:
        parts.append(["--password-stdin" + choose(["", "", "=true", "=1", "=T", "=false", "=maybe"])])
    elif case < 0.8:
        parts.append(password)
    elif case < 0.9:
        parts += [["--password-stdin"], password]
    if rng.random() < 0.1:
        parts.append([choose(["b", "--unknown", "-z", "--help", "--", "-", "--config", "--help=false"])])
    rng.shuffle(parts)
    return [word for part in parts for word in part]


def run(program, arguments, stdin, folder):
    (folder / "config").mkdir(parents=True)
    variables = {"DOCKER_CONFIG": str(folder / "config"), "HOME": str(folder), "PATH": os.environ["PATH"]}
    variables["DOCKER_HOST"] = "tcp://127.0.0.1:9"
    # Without a controlling terminal. docker would read a missing user name from it.
    return subprocess.run(
        [program, *arguments], input=stdin, capture_output=True, cwd=folder, env=variables, start_new_session=True
    )


def stored_login(folder):
    stored = {}
    for file in (folder / "config/config.json", folder / "D/config.json"):
        if file.exists():
            stored.update(json.loads(file.read_text()).get("auths", {}))
    return [(server, base64.b64decode(entry["auth"]).decode()) for server, entry in stored.items()]


def recorded_login(records):
    call = records / "1"
    if not (call / "server").exists():
        return []
    server, username, password = ((call / name).read_bytes().decode() for name in ("server", "username", "password"))
    return [(server, f"{username}:{password}")]


def messages(process):
    lines = process.stderr.decode().splitlines()
    printed = [line for line in process.stdout.decode().splitlines() if line.strip()]
    kept = [line for line in lines if line.strip() and not line.startswith(MESSAGES_OF_THE_STORE)]
    return kept, printed[:1]


def is_comparable(arguments, process):
    """A login to Docker Hub fails without a network, and the suite accepts every command other than login."""
    to_hub = any(host.encode() in process.stderr for host in HUB)
    return not to_hub and not ("logout" in arguments and process.returncode == 0)


def main(docker, script, count):
    registry = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=registry.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{registry.server_port}"
    rng = random.Random(1)
    compared = differing = logins = 0
    while compared < count:
        command = rng.choice(["login"] * 6 + ["logout"])
        arguments = [*global_options(rng.choice), command, *login_arguments(rng, host)]
        stdin = rng.choice([b"pw", b"pw\n", b"pw\r\n", b"pw\n\n", b"  pw ", b"\tp\nw\n", b"", b"\n", b"\r\n", b"p w\r"])
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            real = run(docker, arguments, stdin, folder / "real")
            if not is_comparable(arguments, real):
                continue
            (folder / "records").mkdir()
            program = folder / "docker"
            program.write_text(pathlib.Path(script).read_text().replace("RECORDS", str(folder / "records")))
            program.chmod(0o755)
            ours = run(program, arguments, stdin, folder / "ours")
            expected = (real.returncode, stored_login(folder / "real"), messages(real))
            found = (ours.returncode, recorded_login(folder / "records"), messages(ours))
        compared += 1
        logins += bool(expected[1])
        if expected != found:
            differing += 1
            print(f"docker {arguments} with stdin {stdin}\n  docker: {expected}\n  suite:  {found}")
    print(f"{compared} command lines, {logins} of them logins, {differing} differ")
    return differing > 0 or logins < count // 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
