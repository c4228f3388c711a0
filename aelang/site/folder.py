"""The folder of a site: written file by file, each at once; what is no longer part of the site is removed.

A file lists what was made here, so that nothing else is ever removed. While the site is being written a name is noted
before its file is there: whatever is left behind by a crash is known the next time.
"""

import contextlib
import os
from collections.abc import Iterator
from types import TracebackType
from typing import Self

MARKER = ".aelang-docs"
_TITLE = "Written by `aelang docs`, which removes the files below once they are no longer part of the site."


class FolderError(Exception):
    """A folder that cannot be written to, or should not be; the text is for people."""


class Folder:
    """A folder that is being written, as a context: when that ends without a fault, what is old is removed."""

    def __init__(self, path: str, *, force: bool = False) -> None:
        """Raises FolderError where `path` has files of others in it, unless `force`."""
        self.path = path
        self.written: dict[str, None] = {}
        self.size = 0
        self._before = frozenset(_listed(path))
        if not force and not self._is_ours():
            raise FolderError(
                f"`{path}` is not empty, and nothing says that `aelang docs` wrote it: name another folder, or "
                "add `--force` to write into it all the same; files of other names stay as they are"
            )

    def _is_ours(self) -> bool:
        try:
            names = os.listdir(self.path)
        except FileNotFoundError:
            return True
        except OSError as fault:
            raise _hindered(self.path, fault) from fault
        return not names or MARKER in names

    def __enter__(self) -> Self:
        with _faults(self.path):
            os.makedirs(self.path, exist_ok=True)
            self._replace(MARKER, _marker(self._before))
            self._notes = open(os.path.join(self.path, MARKER), "a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._notes.close()
        if kind is None:
            with _faults(self.path):
                for name in sorted(self._before.difference(self.written), reverse=True):
                    self._remove(name)
                self._replace(MARKER, _marker(self.written))

    def write(self, name: str, text: str) -> None:
        """Writes the file `name`, with slashes, unless it already is like that."""
        data = text.encode("utf-8", "replace")
        self.size += len(data)
        with _faults(os.path.join(self.path, name)):
            if name not in self._before:
                self._notes.write(name + "\n")
                self._notes.flush()
            self.written[name] = None
            if not self._is_same(name, data):
                self._replace(name, data)

    def _is_same(self, name: str, data: bytes) -> bool:
        if name not in self._before:
            return False
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read() == data
        except OSError:
            return False

    def _replace(self, name: str, data: bytes) -> None:
        """Puts the file in its place at once: whoever reads has the old one or the new one."""
        path = os.path.join(self.path, name)
        beside = path + ".new"
        try:
            file = open(beside, "wb")  # noqa: SIM115 - closed below
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            file = open(beside, "wb")  # noqa: SIM115 - closed below
        with file:
            file.write(data)
        os.replace(beside, path)

    def _remove(self, name: str) -> None:
        """Removes a file that was made here, and the folders that are empty without it."""
        path = os.path.join(self.path, name)
        root = os.path.realpath(self.path)
        if os.path.commonpath((root, os.path.realpath(os.path.dirname(path)))) != root:
            return  # someone has put a link to elsewhere in the way
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
        with contextlib.suppress(OSError):  # it is not empty
            while (name := os.path.dirname(name)) != "":
                os.rmdir(os.path.join(self.path, name))


def _marker(names: "Iterator[str] | frozenset[str] | dict[str, None]") -> bytes:
    return "\n".join([_TITLE, *sorted(names), ""]).encode()


def _listed(path: str) -> Iterator[str]:
    """What the list in the folder `path` names. It may have been written by anyone: only names below it count."""
    try:
        with open(os.path.join(path, MARKER), encoding="utf-8", errors="replace") as file:
            names = file.read().split("\n")[1:]
    except OSError:
        return
    for name in names:
        parts = name.split("/")
        if name and not any(each in ("", ".", "..") or "\\" in each or "\0" in each for each in parts):
            yield name


@contextlib.contextmanager
def _faults(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise _hindered(path, fault) from fault


def _hindered(path: str, fault: OSError) -> FolderError:
    return FolderError(f"`{path}` cannot be written: {fault.strerror or fault}")
