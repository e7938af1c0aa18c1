"""One server for all runs: ECR, STS, IAM Identity Center, and the metadata services of containers and instances.

The first segment of a path is the ID of a run. Each run has its own answers and its own list of requests.
"""
import base64
import hashlib
import http.server
import json
import threading
import urllib.parse

PASSWORD = base64.b64encode(b"AWS:password").decode()
TOKEN = {"authorizationData": [{"authorizationToken": PASSWORD, "expiresAt": 1.5e9, "proxyEndpoint": "https://e"}]}


def key_of(name):
    """The access key ID that the services issue for a role."""
    return "ASIA" + hashlib.sha1(name.encode()).hexdigest()[:12].upper()


class Stub:
    def __init__(self):
        self.answers, self.requests = {}, {}
        handler = type("Handler", (Handler,), {"stub": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begin(self, run, answers):
        self.answers[run], self.requests[run] = answers, []

    def end(self, run):
        self.answers.pop(run)
        return self.requests.pop(run)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        path = urllib.parse.urlsplit(self.path)
        _, run, *rest = path.path.split("/", 2)
        rest = rest[0] if rest else ""
        service = self.service(rest)
        answers = self.stub.answers.get(run, {})
        record = {"service": service, "method": self.command, "path": rest, "query": path.query}
        record["signed"] = self.signed()
        record["session"] = self.headers.get("x-amz-security-token")
        record["bearer"] = self.headers.get("x-amz-sso_bearer_token") or self.headers.get("authorization-token")
        if service in ("container", "instance"):
            record["authorization"] = self.headers.get("authorization")
        parameters = dict(urllib.parse.parse_qsl(body, keep_blank_values=True)) if service == "sts" else body
        if service in ("ecr", "oidc", "signin"):
            parameters = json.loads(body or "{}")
        if service == "signin":
            record["proof"] = proof_of(self.headers.get("dpop", ""))
        if service == "sts" and parameters.get("RoleSessionName", "").startswith("botocore-session-"):
            parameters["RoleSessionName"] = "generated"
        record["parameters"] = parameters
        self.stub.requests.setdefault(run, []).append(record)
        status, headers, answer = self.answer(service, answers, parameters, rest, path.query)
        answer = answer.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = handle_any

    def service(self, rest):
        if rest.startswith("federation/"):
            return "sso"
        if rest == "token":
            return "oidc"
        if rest == "v1/token":
            return "signin"
        if rest.startswith("container"):
            return "container"
        if rest.startswith("latest/"):
            return "instance"
        return "ecr" if self.headers.get("X-Amz-Target") else "sts"

    def signed(self):
        value = self.headers.get("authorization", "")
        if "Credential=" not in value:
            return None
        key, _, region, service, _ = value.split("Credential=")[1].split(",")[0].rsplit("/", 4)
        return f"{key}/{region}/{service}"

    def answer(self, service, answers, parameters, rest, query):
        if service in answers:
            status, headers, body = answers[service]
            return status, headers, body
        if service == "ecr":
            return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(TOKEN)
        if service == "sts":
            return 200, {"Content-Type": "text/xml"}, sts_answer(parameters, answers)
        if service == "sso":
            role = urllib.parse.parse_qs(query).get("role_name", [""])[0]
            expiration = answers.get("sso_expiration", 32503680000000)
            keys = {"accessKeyId": key_of(role), "secretAccessKey": "s", "sessionToken": "t-" + role, "expiration": expiration}
            return 200, {"Content-Type": "application/json"}, json.dumps({"roleCredentials": keys})
        if service == "signin":
            keys = {"accessKeyId": key_of("login"), "secretAccessKey": "s", "sessionToken": "t-renewed"}
            return 200, {"Content-Type": "application/json"}, json.dumps({"accessToken": keys, "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "next"})
        if service in ("ecr", "oidc"):
            return 200, {"Content-Type": "application/json"}, json.dumps({"accessToken": "renewed", "expiresIn": 28800, "refreshToken": "next"})
        keys = {"AccessKeyId": key_of(service), "SecretAccessKey": "s", "Token": "t-" + service, "Expiration": answers.get("expiration", "2999-01-01T00:00:00Z")}
        if service == "container":
            return 200, {}, json.dumps(keys)
        if rest == "latest/api/token":
            return 200, {}, "metadata-token"
        if rest.endswith("security-credentials/"):
            return 200, {}, "role-of-instance"
        return 200, {}, json.dumps(keys)


def proof_of(jwt):
    """The parts of a proof of possession that are equal in each run. The others are the time, a random ID and the signature."""
    header, claims, signature = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in jwt.split(".")]
    claims = json.loads(claims)
    return [header.decode(), {name: claims[name] for name in ("htm", "htu")}, sorted(claims), len(signature)]


def sts_answer(parameters, answers):
    action, arn = parameters.get("Action", ""), parameters.get("RoleArn", "")
    expiration = answers.get("expiration", "2999-01-01T00:00:00Z")
    user = f"<AssumedRoleUser><Arn>{arn.replace(':iam:', ':sts:')}/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>"
    keys = f"<AccessKeyId>{key_of(arn)}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t-{key_of(arn)}</SessionToken><Expiration>{expiration}</Expiration>"
    return f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result><Credentials>{keys}</Credentials>{user}</{action}Result></{action}Response>'
