"""Zip exports: the files of an archive, read where they lie; nothing is unpacked to disk."""

import zipfile
import zlib
from collections.abc import Sequence

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.loader.trees import (
    MAX_BYTES,
    NOT_A_DATASTORE,
    OUTSIDE_LINK,
    UNREADABLE_FILE,
    Entry,
    Listing,
    is_hidden,
    is_relevant,
)
from aelang.source import Span

__all__ = ["ZipTree", "open_zip"]

UNSAFE_PATH = DiagnosticKind("unsafe-path", Severity.ERROR, "the archive has a file named `{path}`, outside of it")

_LINK = 0o120000


def open_zip(root: str) -> "ZipTree | Diagnostic":
    """The tree in the archive `root`; a diagnostic (not-a-datastore, unreadable-file) where it is none."""
    try:
        with zipfile.ZipFile(root) as archive:
            return ZipTree(root, {info.filename: info for info in archive.infolist() if not info.is_dir()})
    except OSError as error:
        return UNREADABLE_FILE.at(
            Span(root), "check that you may read it", reason=(error.strerror or str(error)).lower()
        )
    except _BROKEN:
        advice = "name a directory, a git tree as `repo@rev:path`, or a zip export"
        return NOT_A_DATASTORE.at(Span(root), advice, root=root, reason="it is a file, and no readable zip export")


# What zipfile raises over damaged, encrypted or unusual archives, besides OSError.
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OverflowError)


class ZipTree:
    """The files in a zip archive."""

    def __init__(self, name: str, files: dict[str, zipfile.ZipInfo]) -> None:
        self.name = name
        self._files = files

    def identity(self) -> str | None:
        """None: the archive's files have sums of their own."""
        return None

    def display(self, path: str) -> str:
        """`x.zip:path/file`."""
        return f"{self.name}:{path}" if path else self.name

    def listing(self) -> Listing:
        """Every relevant file; a stamp is its check sum and size. Names that lead out of the archive are refused."""
        entries = []
        said = []
        for path, info in sorted(self._files.items()):
            if _leads_out(path):
                said.append(UNSAFE_PATH.at(Span(self.name), "make the archive anew, with `zip -r`", path=path))
            elif not is_relevant(path) or is_hidden(path):
                continue
            elif info.external_attr >> 16 & 0o170000 == _LINK:
                advice = "put the file itself into the archive"
                said.append(OUTSIDE_LINK.at(Span(self.display(path)), advice, reason="links in archives never are"))
            elif info.file_size > MAX_BYTES:
                reason = f"it is longer than {MAX_BYTES // 1024 // 1024} MB"
                said.append(UNREADABLE_FILE.at(Span(self.display(path)), "take it out of the archive", reason=reason))
            else:
                entries.append(Entry(path, f"{info.file_size}-{info.CRC}"))
        return Listing(tuple(entries), tuple(said))

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`; never more of one than the archive says it has."""
        try:
            with zipfile.ZipFile(self.name) as archive:
                return [self._read(archive, path) for path in paths]
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        except _BROKEN as error:
            reason = str(error)
        return [self._unreadable(path, reason) for path in paths]

    def _read(self, archive: zipfile.ZipFile, path: str) -> bytes | Diagnostic:
        info = self._files[path]
        try:
            with archive.open(info) as file:
                return file.read(min(info.file_size, MAX_BYTES) + 1)
        except OSError as error:
            return self._unreadable(path, (error.strerror or str(error)).lower())
        except _BROKEN as error:
            return self._unreadable(path, str(error))

    def _unreadable(self, path: str, reason: str) -> Diagnostic:
        return UNREADABLE_FILE.at(Span(self.display(path)), "make the archive anew", reason=reason)


def _leads_out(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return path.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in path
