"""image-tool [--output DIR] IMAGE: pulls an image into an OCI image layout."""

import os

from .cli import emit
from .distribution import INDEXES, Registry
from .errors import ClientError, UsageError, clean
from .image_store import Store, split_digest
from .settings import Settings

USAGE = "usage: image-tool [--output DIR] REGISTRY/REPOSITORY[:TAG][@DIGEST]"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "ppc64le": "ppc64le",
            "s390x": "s390x", "riscv64": "riscv64"}
LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
WORD = LOWER | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_")


def parse_image(image):
    """Returns (registry host, repository, reference) of an image name."""
    host, slash, rest = image.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        raise UsageError(f"{clean(image, 100)} does not start with the host name of a registry")
    rest, mark, digest = rest.partition("@")
    repository, colon, tag = rest.partition(":")
    if mark and not split_digest(digest):
        raise UsageError(f"{clean(image, 100)} has an invalid digest")
    parts = repository.split("/")
    if any(not part or part[0] not in LOWER or not set(part) <= LOWER | set("._-") for part in parts):
        raise UsageError(f"{clean(image, 100)} has an invalid repository name")
    if colon and (not tag or len(tag) > 128 or tag[0] not in WORD or not set(tag) <= WORD | set(".-")):
        raise UsageError(f"{clean(image, 100)} has an invalid tag")
    return host.lower(), repository, digest or tag or "latest"


def descriptor(value, what):
    """Returns (digest, size) of a validated descriptor."""
    digest, size = (value.get("digest"), value.get("size")) if isinstance(value, dict) else (None, None)
    if not split_digest(digest) or not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ClientError(f"the manifest contains no valid {what}")
    return digest, size


def choose(entries):
    """Returns the digest of the manifest for this machine in an index."""
    machine = os.uname().machine
    wanted = MACHINES.get(machine, machine)
    if not isinstance(entries, list):
        raise ClientError("the index contains no list of manifests")
    for entry in entries:
        platform = entry.get("platform") if isinstance(entry, dict) else None
        if platform is None or isinstance(platform, dict) and (platform.get("os"), platform.get("architecture")) == ("linux", wanted):
            return descriptor(entry, "manifest of an index")[0]
    raise ClientError(f"the index contains no manifest for linux/{wanted}")


def pull(registry, repository, reference, store):
    """Downloads an image and returns the descriptor of what the reference names."""
    kind, digest, data, content = registry.manifest(repository, reference)
    top = {"mediaType": kind, "digest": digest, "size": len(data)}
    manifests = [(digest, data)]
    if kind in INDEXES:
        kind, digest, data, content = registry.manifest(repository, choose(content.get("manifests")))
        if kind in INDEXES:
            raise ClientError("the index contains another index for this machine")
        manifests.append((digest, data))
    layers = content.get("layers")
    if not isinstance(layers, list):
        raise ClientError("the manifest contains no list of layers")
    blobs = [descriptor(content.get("config"), "config")] + [descriptor(layer, "layer") for layer in layers]
    for digest, size in dict.fromkeys(blobs):
        if not store.has(digest, size):
            registry.blob(repository, digest, size, store)
    # Last, so that all that a stored manifest refers to is there.
    for digest, data in reversed(manifests):
        store.put(digest, data)
    return top


def main(arguments):
    directory = None
    if arguments[:1] == ["--output"] and len(arguments) > 1:
        directory, arguments = arguments[1], arguments[2:]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise UsageError(USAGE)
    host, repository, reference = parse_image(arguments[0])
    if not directory:
        base = os.environ.get("XDG_DATA_HOME") or ""
        directory = os.path.join(base if os.path.isabs(base) else os.path.expanduser("~/.local/share"), "ecrlogin-python", "images")
    registry = Registry(host, Settings())
    store = Store(directory)
    try:
        top = pull(registry, repository, reference, store)
        store.tag(arguments[0], top)
    except OSError as error:
        raise ClientError(f"{clean(directory)} cannot be written: {error.strerror}") from None
    emit(f"pulled {host}/{repository}@{top['digest']}\n")
