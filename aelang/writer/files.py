"""Files, written so that nobody reads half of one: beside their place, safe on the disk, then put there at once."""

import os
from contextlib import suppress
from itertools import count

__all__ = ["add_file", "put_file"]


def add_file(path: str, content: bytes) -> bool:
    """Writes a new file at `path`; False where that name is taken. Raises OSError."""
    temporary = _temporary(os.path.dirname(path), content, 0o666 & ~_umask())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    return True


def put_file(path: str, content: bytes) -> None:
    """Writes the file at `path`, in place of one that is there, whose rights and owner it keeps. Raises OSError."""
    try:
        before = os.stat(path)
    except FileNotFoundError:
        temporary = _temporary(os.path.dirname(path), content, 0o666 & ~_umask())
    else:
        temporary = _temporary(os.path.dirname(path), content, before.st_mode & 0o7777)
        with suppress(PermissionError):  # only root may give a file away
            os.chown(temporary, before.st_uid, before.st_gid)
    try:
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _temporary(folder: str, content: bytes, mode: int) -> str:
    """A file in `folder` with `content`, safe on the disk, that no loader takes for part of the datastore."""
    for number in count():
        path = os.path.join(folder, f".aelang-{os.getpid()}-{number}.tmp")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        try:
            with open(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fchmod(handle, mode)
                os.fsync(handle)
        except OSError:
            os.unlink(path)
            raise
        return path
    raise AssertionError  # `count` never ends


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
