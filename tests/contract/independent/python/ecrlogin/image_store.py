"""An OCI image layout: blobs, and an index.json that names the pulled images."""

import fcntl
import hashlib
import json
import os

from .errors import ClientError
from .files import write_private

REF_NAME = "org.opencontainers.image.ref.name"


def split_digest(digest):
    """Returns (algorithm, hex) of a digest that can be verified, or None."""
    algorithm, _, value = digest.partition(":") if isinstance(digest, str) else ("", "", "")
    length = {"sha256": 64, "sha512": 128}.get(algorithm)
    if len(value) == length and all(c in "0123456789abcdef" for c in value):
        return algorithm, value
    return None


class Store:
    def __init__(self, directory):
        self.directory = directory
        try:
            os.makedirs(directory, mode=0o700, exist_ok=True)
            write_private(os.path.join(directory, "oci-layout"), b'{"imageLayoutVersion":"1.0.0"}')
        except OSError as error:
            raise ClientError(f"{directory} cannot be written: {error.strerror}") from None

    def path(self, digest):
        return os.path.join(self.directory, "blobs", *split_digest(digest))

    def has(self, digest, size):
        """Whether a blob is there and intact."""
        actual = hashlib.new(split_digest(digest)[0])
        try:
            with open(self.path(digest), "rb") as file:
                if os.fstat(file.fileno()).st_size != size:
                    return False
                while data := file.read(1 << 20):
                    actual.update(data)
        except OSError:
            return False
        return actual.hexdigest() == split_digest(digest)[1]

    def put(self, digest, data):
        write_private(self.path(digest), data)

    def receive(self, digest):
        return _Incoming(self.path(digest), split_digest(digest))

    def tag(self, name, descriptor):
        """Adds an image to index.json. Several processes may do this."""
        path = os.path.join(self.directory, "index.json")
        with open(os.path.join(self.directory, ".lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                with open(path, "rb") as file:
                    manifests = json.loads(file.read())["manifests"]
                manifests = [entry for entry in manifests if entry.get("annotations", {}).get(REF_NAME) != name]
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                manifests = []
            manifests.append({**descriptor, "annotations": {REF_NAME: name}})
            index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
            write_private(path, json.dumps(index, indent=2).encode())


class _Incoming:
    """A blob that is being received. It gets its name when it is complete and correct."""

    def __init__(self, path, digest):
        self.final, self.digest, self.hash, self.size = path, digest, hashlib.new(digest[0]), 0
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self.temporary = f"{path}.{os.getpid()}.{os.urandom(6).hex()}"
        self.file = open(os.open(self.temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")

    def write(self, data):
        self.file.write(data)
        self.hash.update(data)
        self.size += len(data)

    def complete(self, size):
        """Returns whether the blob has the expected size and digest, and keeps it then."""
        if self.size != size or self.hash.hexdigest() != self.digest[1]:
            return False
        self.file.flush()
        os.fsync(self.file.fileno())
        os.replace(self.temporary, self.final)
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        try:
            os.unlink(self.temporary)
        except FileNotFoundError:
            pass
