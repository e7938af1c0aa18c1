"""kubelet-credential-provider: a plugin of kubelet (CredentialProviderRequest on stdin)."""

import json
import sys

from .cli import emit
from .credentials import web_identity
from .ecr import Client
from .errors import ClientError, NotEcrRegistry, keep_secret
from .retry import Deadline

GROUP = "credentialprovider.kubelet.k8s.io/"
# The versions differ in members that this plugin does not need.
VERSIONS = ("v1", "v1beta1", "v1alpha1")
ROLE_ANNOTATION = "eks.amazonaws.com/ecr-role-arn"
MAX_INPUT = 1 << 20


def read_request():
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    try:
        request = json.loads(data) if len(data) <= MAX_INPUT else None
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or request.get("kind") != "CredentialProviderRequest":
        raise ClientError("the input is not a CredentialProviderRequest")
    version = request.get("apiVersion")
    if not isinstance(version, str) or version not in [GROUP + v for v in VERSIONS]:
        raise ClientError("the apiVersion of the request is not supported")
    image = request.get("image")
    if not isinstance(image, str) or not image:
        raise ClientError("the request contains no image")
    return request, version, image


def pod_credentials(client, registry, request):
    """Returns the credentials of the pod's service account, or None for those of the node."""
    token = request.get("serviceAccountToken")
    if not token:
        return None
    annotations = request.get("serviceAccountAnnotations") or {}
    role = annotations.get(ROLE_ANNOTATION) if isinstance(annotations, dict) else None
    role = role or client.settings.env.get("AWS_ROLE_ARN")
    # With the role of the node instead, a pod could get images that it may not read.
    if not isinstance(token, str) or not isinstance(role, str) or not role:
        raise ClientError(f"the request has a service account token, but no role in the annotation {ROLE_ANNOTATION}")
    keep_secret(token)
    return web_identity(client.settings, registry.region, Deadline(20.0), role, token)


def duration(seconds):
    seconds = max(0, int(seconds))
    return f"{seconds // 3600}h{seconds // 60 % 60}m{seconds % 60}s" if seconds else "0s"


def main(arguments):
    # Arguments come from the configuration of kubelet. None are needed.
    request, version, image = read_request()
    response = {"apiVersion": version, "kind": "CredentialProviderResponse", "cacheKeyType": "Registry"}
    host, slash, _ = image.partition("/")
    client = Client()
    try:
        registry = client.registry(host if slash else "")
    except NotEcrRegistry:
        # This is how a plugin says that it has no credentials for an image.
        emit(json.dumps({**response, "cacheDuration": "0s", "auth": None}) + "\n")
        return
    login = client.fetch(registry, 30.0 if request.get("serviceAccountToken") else 50.0,
                         pod_credentials(client, registry, request))
    # A login that kubelet returns from its cache is valid for at least as long as it was cached.
    emit(json.dumps({**response, "cacheDuration": duration(login.remaining() / 2),
                     "auth": {host: {"username": login.username, "password": login.password}}}) + "\n")
