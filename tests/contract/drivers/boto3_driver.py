# A driver for boto3: reads one request per line, and writes one response per line.
import base64, json, re, sys
import boto3
from botocore.config import Config

HOST = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(on\.)?")


def login(registry):
    host = HOST.match(registry)
    if not host:
        raise ValueError("not an ECR registry")
    fips, region, dual_stack = host.groups()
    # An option that is not set is read from the environment.
    options = {"use_fips_endpoint": bool(fips), "use_dualstack_endpoint": bool(dual_stack)}
    config = Config(**{name: value for name, value in options.items() if value})
    output = boto3.client("ecr", region_name=region, config=config).get_authorization_token()
    [data] = output["authorizationData"]
    return base64.b64decode(data["authorizationToken"]).decode().split(":", 1)


for line in sys.stdin:
    try:
        username, password = login(json.loads(line)["registry"])
        response = {"username": username, "password": password}
    except Exception as error:
        response = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(response), flush=True)
