"""Trees: where files come from. A directory, a git tree, a zip export, or memory; all give the same paths and bytes."""

import os
import stat
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import Span

__all__ = ["DirectoryTree", "Entry", "Listing", "MemoryTree", "Tree", "is_relevant", "open_tree"]

NOT_A_DATASTORE = DiagnosticKind("not-a-datastore", Severity.ERROR, "`{root}` is no datastore: {reason}")
UNREADABLE_FILE = DiagnosticKind("unreadable-file", Severity.ERROR, "this cannot be read: {reason}")
OUTSIDE_LINK = DiagnosticKind("outside-link", Severity.WARNING, "this link is not followed: {reason}")

MAX_BYTES = 8 * 1024 * 1024
"""A file longer than this is no part of a datastore."""

_SUFFIXES = (".yaml", ".yml", ".rb", ".py", ".ael", ".YAML", ".YML", ".Yaml", ".Yml")
"""The last four are told to be spelt otherwise."""


class Entry(NamedTuple):
    """A file below the root. `stamp` changes whenever the content may have changed; it is cheap, not a hash of it."""

    path: str
    stamp: str


class Listing(NamedTuple):
    """The files of a tree that a datastore can use, sorted by path, and what is wrong with the others."""

    entries: tuple[Entry, ...]
    diagnostics: tuple[Diagnostic, ...]


class Tree(Protocol):
    """Where files come from. `name` is the root as people typed it."""

    @property
    def name(self) -> str:
        """The root as it was typed."""
        ...

    def identity(self) -> str | None:
        """A text that names the whole content, where it is cheap to know: two equal ones mean nothing changed."""
        ...

    def listing(self) -> Listing:
        """Every file that a datastore can use. Hidden folders are left out, as the reference engine does."""
        ...

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of each of `paths`, in their order, or why they cannot be read."""
        ...

    def display(self, path: str) -> str:
        """The name under which people know the file or folder `path`."""
        ...


def open_tree(root: str) -> Tree | Diagnostic:
    """The tree that `root` names: a directory, `repo@rev:path` of a git repository, or a zip export.

    Gives a diagnostic (not-a-datastore, unknown-revision, unreadable-file) where there is none.
    """
    if os.path.isdir(root):
        return DirectoryTree(root)
    if os.path.isfile(root):
        from aelang.loader.zips import open_zip

        return open_zip(root)
    if "@" in root:
        from aelang.loader.git import open_git

        return open_git(root)
    reason = "it is neither a file nor a directory" if os.path.exists(root) else "there is no such file or directory"
    return NOT_A_DATASTORE.at(Span(shown(root)), _ROOTS, root=shown(root), reason=reason)


_ROOTS = "name a directory, a git tree as `repo@rev:path`, or a zip export"


def is_relevant(name: str) -> bool:
    """Whether a file of this name can be part of a datastore."""
    return name.endswith(_SUFFIXES)


class DirectoryTree:
    """The files below a directory. Links are followed as long as they stay inside it."""

    def __init__(self, root: str) -> None:
        self.name = root
        self._real = os.path.realpath(root)

    def identity(self) -> str | None:
        """None: a directory is known by the stamps of its files only."""
        return None

    def display(self, path: str) -> str:
        """`path` below the root as it was typed."""
        if not path:
            return self.name
        return path if self.name == "." else f"{self.name.rstrip('/')}/{path}"

    def listing(self) -> Listing:
        """Every relevant file, found by one walk."""
        walk = _Walk([], [("", self._real, False)], [])
        while walk.folders:
            prefix, folder, linked = walk.folders.pop()
            try:
                with os.scandir(folder) as found:
                    for item in found:
                        self._sort_in(item, prefix, linked, walk)
            except OSError as error:
                walk.diagnostics.append(_unreadable(self.display(prefix.rstrip("/")), error))
        walk.entries.sort()
        return Listing(tuple(walk.entries), tuple(sorted(walk.diagnostics, key=lambda each: each.span)))

    def _sort_in(self, item: "os.DirEntry[str]", prefix: str, linked: bool, walk: "_Walk") -> None:
        """Puts one item of a folder where it belongs: a file, a folder to walk, a complaint, or nowhere."""
        name = item.name
        if item.is_symlink():
            self._follow(item, prefix + name, linked, walk)
        elif item.is_dir(follow_symlinks=False):
            if name[0] != ".":
                walk.folders.append((f"{prefix}{name}/", item.path, linked))
        elif name.endswith(_SUFFIXES):
            try:
                status = item.stat(follow_symlinks=False)
            except OSError as error:
                walk.diagnostics.append(_unreadable(self.display(prefix + name), error))
            else:
                self._add(prefix + name, status, walk)

    def _add(self, path: str, status: os.stat_result, walk: "_Walk") -> None:
        reason = objection_to_name(path) or _objection(status)
        if reason:
            walk.diagnostics.append(UNREADABLE_FILE.at(Span(shown(self.display(path))), _TAKE_AWAY, reason=reason))
        else:
            stamp = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"
            walk.entries.append(Entry(path, stamp))

    def _follow(self, item: "os.DirEntry[str]", path: str, linked: bool, walk: "_Walk") -> None:
        """Follows a link that stays inside the root and does not lead to a folder it stands in."""
        real = os.path.realpath(item.path)
        try:
            status = os.stat(real)
        except OSError as error:
            if is_relevant(path):
                walk.diagnostics.append(_unreadable(self.display(path), error))
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if not is_folder and not is_relevant(path):
            return
        if reason := self._objection_to_link(item, real, is_folder, linked):
            walk.diagnostics.append(_not_followed(self.display(path), reason))
        elif is_folder:
            walk.folders.append((path + "/", real, True))
        else:
            self._add(path, status, walk)

    def _objection_to_link(self, item: "os.DirEntry[str]", real: str, is_folder: bool, linked: bool) -> str | None:
        here = os.path.realpath(os.path.dirname(item.path))
        if not real.startswith(self._real.rstrip("/") + "/") and real != self._real:
            return "it leads out of the datastore"
        if is_folder and (here + "/").startswith(real.rstrip("/") + "/"):
            return "it leads to a folder that it stands in"
        # Folders that link to each other would otherwise be walked in every order there is.
        return "it stands in a folder that is itself linked" if is_folder and linked else None

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The files' bytes. Never waits on a pipe or device, never reads more than MAX_BYTES of one."""
        return [self._read(path) for path in paths]

    def _read(self, path: str) -> bytes | Diagnostic:
        try:
            handle = os.open(f"{self._real}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(handle)
                if reason := _objection(status):
                    return UNREADABLE_FILE.at(Span(self.display(path)), _TAKE_AWAY, reason=reason)
                return _read_all(handle, status.st_size)
            finally:
                os.close(handle)
        except OSError as error:
            return _unreadable(self.display(path), error)


class _Walk(NamedTuple):
    """A walk through a directory: the files found, the folders still to look into, what is wrong.

    A folder is its prefix in the tree, where it really is, and whether a link led to it.
    """

    entries: list[Entry]
    folders: list[tuple[str, str, bool]]
    diagnostics: list[Diagnostic]


_TAKE_AWAY = "take it out of the datastore, or put the file itself in its place"


def _read_all(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    while len(data) < MAX_BYTES and (more := os.read(handle, 65536)):
        data += more
    return data


def _objection(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "it is no ordinary file"
    return f"it is longer than {MAX_BYTES // 1024 // 1024} MB" if status.st_size > MAX_BYTES else None


def objection_to_name(path: str) -> str | None:
    """Why no file can be called `path`, if so. Git and the file system take any bytes; texts are UTF-8."""
    if path.isascii():
        return None
    try:
        path.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    return None


def shown(path: str) -> str:
    """`path` with what is no text in it replaced."""
    return path.encode("utf-8", "replace").decode()


def _unreadable(name: str, error: OSError) -> Diagnostic:
    reason = (error.strerror or str(error)).lower()
    return UNREADABLE_FILE.at(Span(shown(name)), "check that it is there and that you may read it", reason=reason)


def _not_followed(name: str, reason: str) -> Diagnostic:
    return OUTSIDE_LINK.at(Span(shown(name)), "put a copy of what it leads to in its place", reason=reason)


class MemoryTree:
    """A tree that is only in memory: paths and their bytes."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self._files = dict(files)

    def identity(self) -> str | None:
        """None: nobody keeps what is only in memory."""
        return None

    def display(self, path: str) -> str:
        """`path` below the tree's name."""
        return f"{self.name}/{path}" if path else self.name

    def listing(self) -> Listing:
        """Every relevant path."""
        from zlib import crc32

        return Listing(
            tuple(
                Entry(path, f"{len(data)}-{crc32(data)}")
                for path, data in sorted(self._files.items())
                if is_relevant(path) and not is_hidden(path)
            ),
            (),
        )

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`."""
        return [self._files[path] for path in paths]


def is_hidden(path: str) -> bool:
    """Whether a folder on the way to `path` begins with a dot: the reference engine does not look there."""
    return path.rpartition("/")[0].startswith(".") or "/." in path.rpartition("/")[0]
