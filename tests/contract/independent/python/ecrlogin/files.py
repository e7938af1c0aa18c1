"""Files that contain secrets: written atomically, for the owner only."""

import os


def write_private(path, data):
    """Replaces a file by `data`. A reader sees the old or the new content, never a part."""
    # A link stays a link: its target is replaced.
    path = os.path.realpath(path)
    directory = os.path.dirname(path)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    temporary = os.path.join(directory, f".{os.path.basename(path)}.{os.getpid()}.{os.urandom(6).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            os.fchmod(descriptor, 0o600)
            _keep_owner(descriptor, path)
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view):]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


def _keep_owner(descriptor, path):
    """A process of root leaves the file of a user to that user."""
    try:
        status = os.stat(path)
        if status.st_uid != os.geteuid():
            os.fchown(descriptor, status.st_uid, status.st_gid)
    except OSError:
        pass
