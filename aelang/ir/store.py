"""The image as a file: a line of names and places, then one line of JSON a class.

The first line begins with the format's version and a check sum of the rest of the line; it has the domains, every
name, where each class's record lies, and the hashes of the sources. A record is read when a run first reaches its
class, and is checked against its own sum then. The same datastore gives the same bytes. Data, never pickle.
"""

import json
import os
import stat
from collections.abc import Iterable
from typing import NamedTuple
from zlib import crc32

from aelang import __version__
from aelang.ir.codec import Json, to_json
from aelang.ir.image import IMAGE_VERSION, ClassEntry, DomainEntry, Image, ImageError, Index
from aelang.ir.nodes import Class, Heir
from aelang.names import fold

_OPENING = '{"aelang image":'
_to_text = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode  # nodes form trees
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class Record(NamedTuple):
    """Where the record of a class lies behind the header: its offset, its length, the check sum of its bytes."""

    offset: int
    length: int
    check: int


class Header(NamedTuple):
    """All of an image but its classes. `records` go with `entries`, one each; `sources` are names and sha256 texts."""

    domains: tuple[DomainEntry, ...]
    entries: tuple[ClassEntry, ...]
    records: tuple[Record, ...]
    sources: tuple[tuple[str, str], ...] = ()


def encode_class(klass: Class | Heir) -> bytes:
    """The record of `klass`, or of what it has beyond its parent: one line of JSON with its end."""
    return _to_text(to_json(klass)).encode() + b"\n"


def place_records(records: Iterable[tuple[int, int]]) -> tuple[Record, ...]:
    """The places of records, one behind the other, from the length and check sum of each."""
    placed: list[Record] = []
    offset = 0
    for length, check in records:
        placed.append(Record(offset, length, check))
        offset += length
    return tuple(placed)


def encode_header(header: Header) -> bytes:
    """The first line of an image."""
    content = {
        "aelang": __version__,
        "domains": header.domains,
        "classes": [
            [entry.path, list(entry.instances.values()), list(entry.methods.values()), *record]
            for entry, record in zip(header.entries, header.records, strict=True)
        ],
        "sources": header.sources,
    }
    rest = json.dumps(content, separators=(",", ":"))[1:].encode() + b"\n"
    return f'{_OPENING}{IMAGE_VERSION},"check":"{crc32(rest):08x}",'.encode() + rest


def decode_header(line: bytes) -> Header:
    """What `encode_header` wrote. Raises ImageError, with a text that follows the name of the file."""
    opening = line[: len(_OPENING) + 40].decode("ascii", "replace")
    if not opening.startswith(_OPENING):
        raise ImageError("is not an image of aelang")
    version = opening[len(_OPENING) :].partition(",")[0]
    if version != str(IMAGE_VERSION):
        raise ImageError(
            f"is an image of version {version}, and this aelang reads version {IMAGE_VERSION}: compile it again"
        )
    start = len(f'{_OPENING}{version},"check":"12345678",')
    if opening[start - 10 : start - 2] != f"{crc32(line[start:]):08x}":
        raise ImageError("is damaged: its first line is not what was written; compile it again")
    try:
        return _header(json.loads(b"{" + line[start:]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ImageError(f"has a first line that is none: {error}") from error


def _header(content: Json) -> Header:
    return Header(
        domains=tuple(DomainEntry(*domain) for domain in content["domains"]),
        entries=tuple(
            ClassEntry(path, {fold(name): name for name in instances}, {fold(name): name for name in methods})
            for path, instances, methods, *_ in content["classes"]
        ),
        records=tuple(Record(*stored[3:]) for stored in content["classes"]),
        sources=tuple((name, digest) for name, digest in content["sources"]),
    )


def is_intact(data: bytes, record: Record) -> bool:
    """Whether `data` is what `record` promises."""
    return len(data) == record.length and crc32(data) == record.check


def decode_record(data: bytes, record: Record, path: str) -> Json:
    """The stored class in `data`. Raises ImageError where it is not the one that `record` promises for `path`."""
    if not is_intact(data, record):
        raise ImageError(f"is damaged: the record of `{path}` is not what was written; compile it again")
    return json.loads(data)


def write_image(path: str, header: Header, records: Iterable[bytes]) -> None:
    """Write an image to `path`, whole or not at all; `records` come in the order of the header's.

    Raises ImageError where that cannot be done.
    """
    try:
        if os.path.lexists(path) and not os.path.isfile(path):  # a pipe or /dev/stdout: nothing to put in its place
            with open(path, "wb") as stream:
                stream.writelines(_lines(header, records))
        else:
            _replace(path, _lines(header, records))
    except OSError as error:
        raise ImageError(f"cannot write `{path}`: {error.strerror}") from error


def _lines(header: Header, records: Iterable[bytes]) -> Iterable[bytes]:
    yield encode_header(header)
    yield from records


def _replace(path: str, lines: Iterable[bytes]) -> None:
    target = os.path.realpath(path)
    beside = f"{target}.{os.getpid()}.tmp"
    try:
        with open(os.open(beside, _NEW_FILE, 0o666), "wb") as stream:
            stream.writelines(lines)
        os.replace(beside, target)
    finally:
        if os.path.lexists(beside):
            os.unlink(beside)


def open_image(path: str) -> Image:
    """The image in the file `path`; classes are read when they are asked for.

    Raises ImageError, here or when a damaged record is reached.
    """
    file = _ImageFile(path)
    header = file.header()
    return Image(Index(header.domains, header.entries), _reader(file, header))


def read_header(path: str) -> Header:
    """The header of the image in the file `path`. Raises ImageError."""
    return _ImageFile(path).header()


def _reader(file: "_ImageFile", header: Header) -> "_Reader":
    return _Reader(
        file, {fold(entry.path): record for entry, record in zip(header.entries, header.records, strict=True)}
    )


class _Reader:
    """Reads classes from an open image by their folded paths."""

    __slots__ = ("_file", "_records")

    def __init__(self, file: "_ImageFile", records: dict[str, Record]) -> None:
        self._file = file
        self._records = records

    def __call__(self, path: str) -> Json:
        record = self._records.get(path)
        return None if record is None else self._file.record(record, path)


class _ImageFile:
    """An open image. It stays open, so that a file put in its place does not mix with what was read before."""

    __slots__ = ("_descriptor", "_start", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._start = 0
        self._descriptor = -1
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # nobody waits for a pipe to be written
            mode = os.fstat(self._descriptor).st_mode
        except OSError as error:
            raise ImageError(f"cannot read the image `{path}`: {error.strerror}") from error
        if not stat.S_ISREG(mode):
            raise ImageError(f"cannot read the image `{path}`: it is no ordinary file")

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def header(self) -> Header:
        line = self._first_line()
        self._start = len(line)
        try:
            return decode_header(line)
        except ImageError as error:
            raise ImageError(f"`{self.path}` {error}") from error

    def record(self, record: Record, path: str) -> Json:
        try:
            return decode_record(self._read(record.length, self._start + record.offset), record, path)
        except ImageError as error:
            raise ImageError(f"`{self.path}` {error}") from error

    def _first_line(self) -> bytes:
        read = self._read(1 << 16, 0)
        if not read.startswith(_OPENING.encode()):
            return read[:80]
        while b"\n" not in read and (more := self._read(len(read), len(read))):
            read += more
        return read.partition(b"\n")[0] + b"\n"

    def _read(self, length: int, offset: int) -> bytes:
        try:
            return os.pread(self._descriptor, length, offset)
        except OSError as error:
            raise ImageError(f"cannot read the image `{self.path}`: {error.strerror}") from error
