"""The mock that a check calls: the API of ECR by boto3, and the control API."""

import hashlib
import json
import os
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3

ecr = boto3.client("ecr")


def control(method, path, body=None):
    """Calls the control API. The sandbox of `mock-ecr run` passes the URL and the key of the mock in variables."""
    headers = {"Authorization": f"Bearer {os.environ['MOCK_ECR_CONTROL_KEY']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{os.environ['MOCK_ECR_URL']}/_mock/{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def called_operations():
    """Returns the operations of ECR that were called since the last call of `forget_requests`."""
    return {request["operation"] for request in control("GET", "requests?service=ecr")["requests"]}


def forget_requests():
    control("DELETE", "requests")


def push(repository, days_ago, tag=None):
    """Pushes an image at a time in the past, and returns its digest. The time is the content of its layer."""
    set_clock(days_ago)
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **upload(repository, b"{}")},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **upload(repository, b"%d days" % days_ago)}],
    }
    tag = {"imageTag": tag} if tag else {}
    output = ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), **tag)
    set_clock(0)
    return output["image"]["imageId"]["imageDigest"]


def set_clock(days_ago):
    time = datetime.now(timezone.utc) - timedelta(days=days_ago)
    control("POST", "clock/set", {"to": time.strftime("%Y-%m-%dT%H:%M:%SZ")})


def upload(repository, content):
    """Uploads a layer or the configuration of an image, if the repository does not have it, and returns its descriptor."""
    layer = {"repositoryName": repository, "uploadId": ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]}
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    ecr.upload_layer_part(**layer, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content)
    try:
        ecr.complete_layer_upload(**layer, layerDigests=[digest])
    except ecr.exceptions.LayerAlreadyExistsException:
        pass
    return {"digest": digest, "size": len(content)}


def digests(repository):
    pages = ecr.get_paginator("describe_images").paginate(repositoryName=repository)
    return {image["imageDigest"] for page in pages for image in page["imageDetails"]}


def policy(repository):
    """Returns the policy of a repository, or None."""
    try:
        return json.loads(ecr.get_repository_policy(repositoryName=repository)["policyText"])
    except ecr.exceptions.RepositoryPolicyNotFoundException:
        return None


def tags(repository):
    arn = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]["repositoryArn"]
    return {tag["Key"]: tag["Value"] for tag in ecr.list_tags_for_resource(resourceArn=arn)["tags"]}
