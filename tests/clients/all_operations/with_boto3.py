# Calls the operations of steps.json with boto3, and compares the parsed responses with the expectations.
import datetime, json
import boto3

ecr = boto3.client("ecr")
methods = {operation: method for method, operation in ecr.meta.method_to_api_mapping.items()}
saved = {}


def resolve(value):
    """Replaces saved texts and the bytes of layers in a value."""
    if isinstance(value, list):
        return [resolve(one) for one in value]
    if isinstance(value, dict):
        return value["BYTES"].encode() if "BYTES" in value else {name: resolve(one) for name, one in value.items()}
    return saved[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def at(output, path):
    for key in path.split("."):
        output = output[int(key)] if key.isdigit() else output[key]
    return output


KINDS = {
    "TIMESTAMP": lambda found: isinstance(found, datetime.datetime) and found.tzinfo is not None,
    "TEXT": lambda found: isinstance(found, str) and found != "",
    "NUMBER": lambda found: isinstance(found, int) and found > 0,
}

for step in json.load(open("steps.json")):
    output = getattr(ecr, methods[step["call"]])(**resolve(step["with"]))
    for path, expected in step["expect"].items():
        found = at(output, path)
        is_expected = KINDS[expected](found) if expected in list(KINDS) else found == resolve(expected)
        assert is_expected, f"{step['call']}: {path}: expected {expected!r}, found {found!r}"
    for name, path in step.get("save", {}).items():
        saved[name] = at(output, path)
