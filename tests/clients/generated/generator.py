"""Generates a home directory, an environment, a command line and the answers of the services from a seed."""
import hashlib
import json
import random

NAMES = ["default", "a", "b", "c", "d e"]
EXPIRIES = ["2999-01-01T00:00:00Z", "2001-01-01T00:00:00Z", "2999-01-01T00:00:00+01:00", "2999-01-01T00:00:00", "soon", ""]
# Other forms of times. v1 rejects some of them.
TIMES = [
    "9999-12-31T23:59:59Z",
    "2999-01-01T00:00:00.1234567890123Z",
    "2999-01-01T00:00:00 UTC",
    "2999-01-01 00:00:00+0000",
    "29990101T000000Z",
    "Tue, 01 Jan 2999 00:00:00 GMT",
    "Tue Jan  1 00:00:00 UTC 2999",
    "01/02/2999 00:00:00 UTC",
    "2999-01-01T00:00:60Z",
    "10000-01-01T00:00:00Z",
    "2999-02-29T00:00:00Z",
    "2999-01-01T00:00:00+24:00",
    "2001-01-01T00:00:00+00:00",
    "20010101T000000Z",
    "1700000000",
    "32503680000",
]
# JSON that other parsers than Python's reject.
VALUES = ["NaN", "-Infinity", '"\\ud800"', "[" * 500 + "]" * 500, "[" * 2000 + "]" * 2000, "1" * 5000, "1e999"]
# Values of another type.
OTHERS = [None, 1, 1.5, True, False, {"a": 1}, [], ""]
ARN = "arn:aws:iam::123456789012:role/"
USER = "arn:aws:iam::123456789012:user/"
# A key that was made for these cases.
DPOP_KEY = """-----BEGIN EC PRIVATE KEY-----
MHcCAQEEII/jhKoXKa8a/5qGbNHYNyzQLyEauna/lbERrVqNET5yoAoGCCqGSM49
AwEHoUQDQgAERpXFPccvn6/6q4KtkNOUdqr4k+r9cROmsP7mxIcR9dJrdX8PcXrA
l4fsJjbtgZjFOiTMrWczWMLQumoKhHNumA==
-----END EC PRIVATE KEY-----
"""


class Case:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.files, self.executable = {}, []
        self.env, self.argv, self.answers, self.stdin = {}, [], {}, None
        self.build()

    # Choices
    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    def expiry(self, *usual):
        return self.pick(*TIMES) if self.chance(0.15) else self.pick(*usual)

    def damaged(self, document, member=None):
        """Formats a document, sometimes with a member of another type or with an additional member."""
        target = document[member] if member else document
        if target and self.chance(0.06):
            target[self.pick(*target)] = self.pick(*OTHERS)
        text = json.dumps(document)
        if self.chance(0.06):
            text = text[:-1] + ', "x": ' + self.pick(*VALUES) + "}"
        return json.dumps(self.pick(*OTHERS)) if self.chance(0.01) else text

    def build(self):
        self.names = self.random.sample(NAMES, self.random.randint(1, 4))
        if self.chance(0.7) and "default" not in self.names:
            self.names.append("default")
        self.sessions = []
        config = [self.section("config", name) for name in self.names if self.chance(0.9)]
        credentials = [self.section("credentials", name) for name in self.names if self.chance(0.4)]
        config += [self.sso_session(name) for name in self.sessions]
        if self.chance(0.1):
            config.append(("services v", [("ecr", [("endpoint_url", "{STUB}/services")]), ("sts", [("endpoint_url", "{STUB}")])][: self.random.randint(0, 2)]))
        if self.chance(0.05):
            config.append(("DEFAULT", [self.pick(("region", "eu-west-9"), ("aws_session_token", "of-default"), ("output", "text"))]))
        self.random.shuffle(config)
        if config and self.chance(0.97):
            self.files[".aws/config"] = self.text(config)
        if credentials:
            self.files[".aws/credentials"] = self.text(credentials)
        self.sso_tokens()
        self.login_tokens()
        self.environment()
        self.command_line()
        self.services()

    # Profiles
    def section(self, file, name):
        header = name
        if file == "config" and (name != "default" or self.chance(0.1)):
            quoted = f"'{name}'" if " " in name else self.pick(name, name, f'"{name}"')
            header = self.pick("profile ", "profile ", "profile ", "profile  ", "profile\t") + quoted
        settings = []
        for _ in range(self.pick(1, 1, 1, 2, 2, 3)):
            settings += self.recipe(file)
        if self.chance(0.3):
            settings.append(("region", self.pick("us-west-2", "eu-west-1", "fips-us-east-1", "us east", "")))
        if self.chance(0.15):
            settings.append(("output", self.pick("json", "text", "text # c", "table", "bogus", "JSON")))
        if self.chance(0.1):
            settings.append(self.pick(("retry_mode", "standard"), ("retry_mode", "bogus"), ("max_attempts", "1"), ("max_attempts", "0"), ("max_attempts", "x")))
        if self.chance(0.1):
            settings.append(self.pick(("s3", [("max_concurrent_requests", "20"), ("addressing_style", "path")]), ("services", "v"), ("services", "w"), ("ca_bundle", "/nowhere.pem"), ("endpoint_url", "{STUB}/profile"), ("cli_timestamp_format", self.pick("iso8601", "wire", "x")), ("sts_regional_endpoints", "legacy"), ("metadata_service_timeout", self.pick("1", "x"))))
        if self.chance(0.01):
            key = self.pick("region", "role_arn", "aws_access_key_id", "credential_process", "output", "sso_session", "endpoint_url")
            settings.append((key, [("a", "b")]))
        if self.chance(0.04):
            settings.append(("login_session", self.pick(USER + "me", USER + "you", "")))
        self.random.shuffle(settings)
        return header, settings

    def recipe(self, file):
        key = f"AKID{file[:3].upper()}{self.random.randint(0, 99)}"
        return self.random.choices(
            [
                lambda: [("aws_access_key_id", key), ("aws_secret_access_key", self.pick("secret", "a/b+c=", "s#x", "s ; x"))],
                lambda: [("aws_access_key_id", key), ("aws_secret_access_key", "s"), (self.pick("aws_session_token", "aws_security_token"), self.pick("tok", "tok # c", "tok=="))],
                lambda: [self.pick(("aws_access_key_id", key), ("aws_secret_access_key", "s"))],
                self.process,
                self.role,
                self.role,
                self.web_identity,
                self.sso,
                lambda: [],
            ],
            [5, 2, 1, 3, 3, 3, 2, 4, 1],
        )[0]()

    def role(self):
        settings = [("role_arn", self.pick(ARN + self.pick("r", "s", "t"), ARN + self.pick("r", "s", "t"), ARN + "u", "short"))]
        if self.chance(0.75):
            settings.append(("source_profile", self.pick(*NAMES, *self.names, *self.names)))
        if self.chance(0.3):
            settings.append(("credential_source", self.pick("Environment", "EcsContainer", "Ec2InstanceMetadata", "environment", "Other", "")))
        for key, values in {
            "role_session_name": ("me", "m", "", "with space"),
            "external_id": ("x1", "x"),
            "duration_seconds": ("900", "3600", "1h", "10", " 900"),
            "mfa_serial": ("arn:aws:iam::123456789012:mfa/me", "short"),
        }.items():
            if self.chance(0.15):
                settings.append((key, self.pick(*values)))
        return settings

    def web_identity(self):
        path = self.pick("{HOME}/token", "{HOME}/token", "token", "{HOME}/missing", "~/token")
        self.files["token"] = self.pick("identity-token", "identity-token\n", "abc", "")
        settings = [("web_identity_token_file", path)]
        if self.chance(0.8):
            settings.append(("role_arn", ARN + "web"))
        if self.chance(0.3):
            settings.append(("role_session_name", "web"))
        return settings

    def sso(self):
        settings = [("sso_account_id", "123456789012"), ("sso_role_name", self.pick("Reader", "Admin/x y"))]
        if self.chance(0.5):
            name = self.pick("s1", "s2")
            settings.append(("sso_session", name))
            if name not in self.sessions and self.chance(0.9):
                self.sessions.append(name)
            if self.chance(0.15):
                settings.append(self.pick(("sso_region", "us-east-1"), ("sso_region", "eu-west-1"), ("sso_start_url", "https://x")))
        else:
            settings += [("sso_start_url", "https://start.example"), ("sso_region", self.pick("us-east-1", "us-east-1", "eu-west-1", "not a region"))]
        if self.chance(0.2):
            settings.pop(self.random.randrange(len(settings)))
        return settings

    def sso_session(self, name):
        settings = [("sso_start_url", "https://start.example/" + name), ("sso_region", self.pick("us-east-1", "us-east-1", "eu-west-1")), ("sso_registration_scopes", "sso:account:access")]
        if self.chance(0.15):
            settings.pop(self.random.randrange(3))
        return f"sso-session {name}", settings if self.chance(0.97) else []

    def process(self):
        name = f"process{self.random.randint(0, 9)}"
        members = {"Version": self.pick(1, 1, 1, 1, 1, 2, "1", 1.0, True), "AccessKeyId": "AKIDPROC", "SecretAccessKey": "s"}
        if self.chance(0.3):
            members["SessionToken"] = "t-process"
        if self.chance(0.3):
            members["Expiration"] = self.expiry(*EXPIRIES, None)
        if self.chance(0.1):
            members.pop(self.pick("Version", "AccessKeyId", "SecretAccessKey"))
        output = self.damaged(members)
        if self.chance(0.1):
            output = self.pick("", "{", "[]", '"x"', "null", "not json", output + "x")
        lines = ["#!/bin/sh", f"cat <<'END'\n{output}\nEND", 'for word in "$@"; do echo "<$word>" >> words; done']
        if self.chance(0.15):
            lines.append(self.pick("echo oops >&2; exit 3", "exit 1", "kill -9 $$", "printf '\\377' >&2; exit 1", "printf 'a\\nb\\n' >&2; exit 2"))
        self.files[name] = "\n".join(lines) + "\n"
        if self.chance(0.97):
            self.executable.append(name)
        command = self.pick("{HOME}/", "./") + name
        if self.chance(0.05):
            command = self.pick("", "nothing-of-this-name", "./missing", "{HOME}", "'", 'a "b', "a\\")
        words = ["--url https://idp.example/?a=1&b=2", "$HOME", "'a b' \"c'd\"", "*", "; echo x", "# c", "~", "a\\ b", "$$", "`id`", "''"]
        return [("credential_process", " ".join([command, *self.random.sample(words, self.random.randint(0, 3))]))]

    # The form of a file
    def text(self, sections):
        separator = lambda: self.pick(" = ", " = ", "=", ": ", " : ", "  =\t")
        lines = []
        for header, settings in sections:
            indentation = self.pick("", "", "", "", "  ", "\t")
            lines.append(self.pick("", "", "", " ") * 1 + f"[{header}]" + self.pick("", "", "", " # c", "  "))
            seen = set()
            for key, value in settings:
                if key in seen and not self.chance(0.02):
                    continue
                seen.add(key)
                if self.chance(0.05):
                    lines.append(self.pick("# comment", "  ; comment", "", "   "))
                name = key.upper() if self.chance(0.03) else key
                if isinstance(value, list):
                    lines.append(f"{indentation}{name} =")
                    lines += [f"{indentation}  {inner} = {text}" for inner, text in value]
                else:
                    lines.append(f"{indentation}{name}{separator()}{value}")
                    if self.chance(0.01):
                        lines.append(f"{indentation}    continued")
            if self.chance(0.5):
                lines.append("")
        if self.chance(0.04):
            lines.insert(self.random.randint(0, len(lines)), self.pick("[default]", "region = x-1", "nonsense", "= x", "[]", "[x]", "key ="))
        text = self.pick("\n", "\n", "\n", "\n", "\r\n").join(lines) + "\n"
        return "\ufeff" + text if self.chance(0.01) else text

    # The rest
    def sso_tokens(self):
        for key in ["https://start.example", "s1", "s2"]:
            if self.chance(0.25):
                continue
            token = {"accessToken": "token-of-" + key, "expiresAt": self.expiry(EXPIRIES[0], EXPIRIES[0], EXPIRIES[0], *EXPIRIES, "2999-01-01T00:00:00UTC"), "region": "us-east-1"}
            if self.chance(0.4):
                token |= {"refreshToken": "r", "clientId": "i", "clientSecret": "s", "registrationExpiresAt": self.pick(EXPIRIES[0], EXPIRIES[0], EXPIRIES[1])}
            if self.chance(0.1):
                token.pop(self.pick(*token))
            content = self.damaged(token) if self.chance(0.96) else "{"
            self.files[f".aws/sso/cache/{hashlib.sha1(key.encode()).hexdigest()}.json"] = content

    def login_tokens(self):
        for key in [USER + "me", USER + "you", ""]:
            if self.chance(0.2):
                continue
            access_token = {"accessKeyId": "ASIALOGIN", "secretAccessKey": "s", "sessionToken": "t-login", "accountId": "123456789012", "expiresAt": self.pick(EXPIRIES[0], EXPIRIES[1], *EXPIRIES)}
            token = {"accessToken": access_token, "tokenType": "aws_sigv4", "refreshToken": "r", "idToken": "i", "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": self.pick(DPOP_KEY, DPOP_KEY, DPOP_KEY, "x", "")}
            if self.chance(0.3):
                token["signInRegion"] = self.pick("us-east-1", "eu-west-1", "", None, "a b")
            if self.chance(0.1):
                access_token.pop(self.pick(*access_token))
            if self.chance(0.1):
                token.pop(self.pick(*token))
            content = json.dumps(token) if self.chance(0.96) else "{"
            self.files[f".aws/login/cache/{hashlib.sha256(key.encode()).hexdigest()}.json"] = content

    def environment(self):
        env = self.env
        if self.chance(0.2):
            env["AWS_ACCESS_KEY_ID"] = self.pick("AKIDENV", "AKIDENV", "")
            if self.chance(0.85):
                env["AWS_SECRET_ACCESS_KEY"] = self.pick("s", "s", "")
            if self.chance(0.3):
                env[self.pick("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")] = "t-env"
            if self.chance(0.2):
                env["AWS_CREDENTIAL_EXPIRATION"] = self.expiry(*EXPIRIES)
        if self.chance(0.75):
            env["AWS_DEFAULT_REGION"] = self.pick("us-east-1", "us-east-1", "eu-west-1", "bad region", "")
        if self.chance(0.3):
            env[self.pick("AWS_PROFILE", "AWS_DEFAULT_PROFILE")] = self.pick(*self.names, "missing", "")
        if self.chance(0.08):
            self.files["token"] = "identity-token"
            env["AWS_WEB_IDENTITY_TOKEN_FILE"] = self.pick("{HOME}/token", "{HOME}/missing", "")
            if self.chance(0.8):
                env["AWS_ROLE_ARN"] = self.pick(ARN + "env", "")
            if self.chance(0.3):
                env["AWS_ROLE_SESSION_NAME"] = "env"
        if self.chance(0.12):
            env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.pick("{STUB}/container", "{STUB}/container", "http://10.0.0.1/x", "")
            if self.chance(0.4):
                env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = self.pick("auth", "a\nb")
            if self.chance(0.2):
                env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = self.pick("{HOME}/token", "{HOME}/missing")
        if self.chance(0.15):
            env.pop("AWS_EC2_METADATA_DISABLED", None)
            env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = self.pick("{STUB}", "{STUB}/", "not a url", "{STUB}")
            if self.chance(0.1):
                env["AWS_EC2_METADATA_V1_DISABLED"] = "true"
        else:
            env["AWS_EC2_METADATA_DISABLED"] = "true"
        if self.chance(0.05):
            env["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = self.pick("IPv4", "ipv6", "x")
        if self.chance(0.04):
            self.files["keys"] = self.pick("AWSAccessKeyId=AKIDFILE\nAWSSecretKey = s\n", "AWSAccessKeyId=AKIDFILE\n", "x\n")
            env["AWS_CREDENTIAL_FILE"] = self.pick("{HOME}/keys", "~/keys", "{HOME}/missing")
        if self.chance(0.04):
            self.files["boto"] = self.pick("[Credentials]\naws_access_key_id = AKIDBOTO\naws_secret_access_key = s\n", "[Credentials]\naws_access_key_id = A\n", "x")
            env["BOTO_CONFIG"] = "{HOME}/boto"
        if self.chance(0.05):
            env["AWS_CONFIG_FILE"] = self.pick("", "~/.aws/config", "$HOME/.aws/config", "${HOME}/.aws/config", "{HOME}/missing", "{HOME}/.aws", "{HOME}/.aws/credentials")
        if self.chance(0.05):
            env["AWS_SHARED_CREDENTIALS_FILE"] = self.pick("", "~/.aws/config", "{HOME}/missing")
        if self.chance(0.9):
            env["AWS_ENDPOINT_URL"] = "{STUB}"
        else:
            env["AWS_ENDPOINT_URL_STS"] = "{STUB}/of-sts"
            for service in ("SSO", "SSO_OIDC", "SIGNIN", "ECR"):
                env["AWS_ENDPOINT_URL_" + service] = "{STUB}"
        if self.chance(0.05):
            env["AWS_DEFAULT_OUTPUT"] = self.pick("text", "bogus", "")
        env["AWS_MAX_ATTEMPTS"] = "1"
        if self.chance(0.03):
            env["AWS_RETRY_MODE"] = self.pick("standard", "adaptive", "x")

    def command_line(self):
        argv = ["ecr", self.pick("get-login-password", "get-login-password", "get-authorization-token", "get-login")]
        if argv[1] == "get-authorization-token" and self.chance(0.2):
            argv += self.pick(["--registry-ids"], ["--registry-ids", "123456789012"], ["--generate-cli-skeleton", "output"], ["--cli-input-json", "{"])
        if self.chance(0.35):
            argv += ["--profile", self.pick(*self.names, *self.names, "missing", "")]
        for options in (["--region", self.pick("us-east-2", "x y", "")], ["--output", self.pick("text", "bogus")], ["--no-sign-request"], ["--query", self.pick("x", "[")], ["--cli-read-timeout", self.pick("5", "x")]):
            if self.chance(0.08):
                argv += options
        self.argv = argv
        if self.chance(0.7):
            self.stdin = self.pick("123456\n", "123456\n", "12\n", "")

    def services(self):
        xml = lambda code, message: f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        if self.chance(0.15):
            self.answers["sts"] = [
                self.pick(400, 403, 403, 500, 503),
                {"Content-Type": "text/xml"},
                self.pick(xml("AccessDenied", "User: x is not authorized &amp; more"), xml("ExpiredToken", ""), xml("Throttling", "Rate exceeded"), xml("IDPCommunicationError", "m"), "<ErrorResponse/>", "<html><body>x", "", "not xml", "<Response><Errors><Error><Code>C</Code><Message>M</Message></Error></Errors></Response>"),
            ]
        elif self.chance(0.04):
            self.answers["sts"] = [200, {"Content-Type": "text/xml"}, self.pick("<R/>", "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>", "<R><AssumeRoleResult><Credentials><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>")]
        if self.chance(0.15):
            self.answers["sso"] = self.pick(
                [401, {"x-amzn-errortype": "UnauthorizedException"}, '{"message":"Session token not found or invalid"}'],
                [401, {}, '{"__type":"UnauthorizedException","message":"m"}'],
                [403, {"x-amzn-errortype": "ForbiddenException:http://x"}, '{"message":"No access"}'],
                [404, {}, '{"__type":"com.amazonaws#ResourceNotFoundException","Message":"gone"}'],
                [400, {}, '{"code":"InvalidRequestException"}'],
                [429, {}, "{}"],
                [500, {}, ""],
                [200, {}, "{}"],
                [200, {}, '{"roleCredentials":{}}'],
            )
        if self.chance(0.3):
            code = lambda name: {"x-amzn-errortype": name}
            self.answers["signin"] = self.pick(
                [403, code("AccessDeniedException"), '{"error":"TOKEN_EXPIRED","message":"m"}'],
                [403, code("AccessDeniedException"), '{"error":"INSUFFICIENT_PERMISSIONS","message":"m"}'],
                [403, code("AccessDeniedException"), '{"message":"m"}'],
                [400, code("ValidationException"), '{"error":"INVALID_REQUEST","message":"m"}'],
                [429, code("TooManyRequestsError"), "{}"],
                [500, {}, ""],
                [200, {}, '{"tokenType":"aws_sigv4"}'],
            )
        if self.chance(0.2):
            self.answers["oidc"] = self.pick([400, {}, '{"error":"invalid_grant"}'], [401, {"x-amzn-errortype": "UnauthorizedClientException"}, "{}"])
        if self.chance(0.1):
            self.answers["expiration"] = self.pick(*EXPIRIES[:2], *TIMES)
            self.answers["sso_expiration"] = self.pick(1000, 32503680000999, -1, 253402300800000, "32503680000000", 1e30, 32503680000000.7)
        if self.chance(0.15):
            self.answers["container"] = self.pick([404, {}, "nothing"], [200, {}, "x"], [200, {}, "{}"], [200, {}, '{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t"}'])
        if self.chance(0.15):
            self.answers["instance"] = self.pick([404, {}, ""], [200, {}, "{}"], [200, {}, "x"], [400, {}, ""], [500, {}, ""])
        if self.chance(0.1):
            keys = {"AccessKeyId": "ASIACONT", "SecretAccessKey": "s", "Token": "t", "Expiration": self.expiry(EXPIRIES[0])}
            self.answers["container"] = [200, {}, self.damaged(keys)]
        if self.chance(0.1):
            keys = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "t", "expiration": 32503680000000}
            self.answers["sso"] = [200, {}, self.damaged({"roleCredentials": keys}, "roleCredentials")]
        if self.chance(0.1):
            token = {"accessToken": "renewed", "expiresIn": self.pick(28800, "28800", 28800.5, -1, 10**12, 10**30), "refreshToken": "next"}
            self.answers["oidc"] = [200, {}, self.damaged(token)]
        if self.chance(0.1):
            data = {"authorizationToken": "QVdTOnBhc3N3b3Jk", "expiresAt": self.pick(1.5e9, "2999-01-01T00:00:00Z", "soon"), "proxyEndpoint": "https://e"}
            body = json.dumps({"authorizationData": [data]})
            if self.chance(0.5):
                body = body[:-1] + ', "x": ' + self.pick(*VALUES) + "}"
            self.answers["ecr"] = [200, {}, body]
        elif self.chance(0.1):
            self.answers["ecr"] = self.pick([400, {}, '{"__type":"AccessDeniedException","message":"User is not authorized"}'], [403, {}, '{"__type":"ExpiredTokenException","message":"expired"}'])
