# A driver for boto3: reads one request per line, and writes one response per line.
import base64, json, sys
import boto3

for line in sys.stdin:
    host = json.loads(line)["registry"]
    try:
        region = host.split(".")[3]
        data = boto3.client("ecr", region_name=region).get_authorization_token()["authorizationData"][0]
        username, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
        response = {"username": username, "password": password}
    except Exception as error:
        response = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(response), flush=True)
