# boto3 and nothing more, as a driver of the contract suite: a request a line, an answer a line.
import base64, json, sys
import boto3

for line in sys.stdin:
    host = json.loads(line)["registry"]
    try:
        region = host.split(".")[3]
        data = boto3.client("ecr", region_name=region).get_authorization_token()["authorizationData"][0]
        username, password = base64.b64decode(data["authorizationToken"]).decode().split(":", 1)
        answer = {"username": username, "password": password}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
