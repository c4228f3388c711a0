"""Checkpoints: where a run asked to be run again, kept in a file from which a later run goes on.

The file is JSON of one version, its values as `value_json` writes them. A password in the clear is never written: it is
masked, and said so.
"""

import json
import os
from datetime import datetime
from typing import NamedTuple

from aelang.interpreter.outcome import Checkpoint, Rollback, Undo
from aelang.interpreter.ports import ServiceCatalog
from aelang.interpreter.values import RunValue
from aelang.names import InvalidUri, join_uri, read_query, split_uri, write_query
from aelang.value_json import Json, ValueReading, ValueWriting

FORMAT, VERSION = "aelang checkpoint", 1


class CheckpointError(Exception):
    """A checkpoint that cannot be read or written; the text is for people."""


class Kept(NamedTuple):
    """What a file keeps: the checkpoint, for which user the run goes, the run's time when it was written (its clock may
    be ahead), and when it is to be run again."""

    checkpoint: Checkpoint
    user: int
    at: datetime
    due: datetime


class Document(NamedTuple):
    """A file that was read: all but its values, which take a catalog to be understood."""

    name: str
    uri: str
    user: int
    at: datetime
    due: datetime
    values: dict[str, Json]


class Restored(NamedTuple):
    """A checkpoint read back; `gone` are the records of its values that are not there any more, with nil in their
    place."""

    checkpoint: Checkpoint
    gone: tuple[str, ...]


# -- one process a checkpoint ------------------------------------------------------------------------------------


class Held:
    """The checkpoints that this process goes on with: no other may, until `close`, or the end of the process."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}

    def take(self, path: str) -> None:
        """Takes the checkpoint at `path`, if there is one. Raises CheckpointError where another process has it."""
        target = os.path.realpath(path)
        while target not in self._files and os.path.isfile(target):
            self._enter(target, target)

    def replace(self, target: str, temporary: str) -> None:
        """Puts the file `temporary` in the place of the checkpoint `target`, and holds it from the first moment on."""
        self.take(target)
        self._enter(temporary, target)
        os.replace(temporary, target)

    def _enter(self, path: str, target: str) -> None:
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError as fault:
            raise CheckpointError(f"the checkpoint {target} cannot be read: {fault.strerror or fault}") from None
        if not _lock(file):
            os.close(file)
            raise CheckpointError(f"another process goes on with the checkpoint {target}: wait for its end")
        if not _is_at(file, path):  # whoever had it has put another in its place
            os.close(file)
            return
        if target in self._files:
            os.close(self._files[target])
        self._files[target] = file

    def close(self) -> None:
        """Lets go of all."""
        while self._files:
            os.close(self._files.popitem()[1])


def _lock(file: int) -> bool:
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks: better without than not at all
    return True


def _is_at(file: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except OSError:
        return False


# -- writing -----------------------------------------------------------------------------------------------------


def write_checkpoint(path: str, kept: Kept, held: Held | None = None) -> int:
    """Writes `kept` to `path`, whole or not at all, readable by its owner only, and has `held` hold it; gives how many
    of its values had a password in the clear and were masked. Raises CheckpointError."""
    writing = _Writing()
    try:
        text = json.dumps(_document(kept, writing), indent=1)
    except (RecursionError, ValueError) as fault:
        raise CheckpointError(f"the checkpoint cannot be written: a value is too deep or too long: {fault}") from None
    try:
        _replace(os.path.realpath(path), text.encode() + b"\n", held)
    except OSError as fault:
        raise CheckpointError(f"the checkpoint {path} cannot be written: {fault.strerror or fault}") from None
    return writing.masked


def check_place(path: str) -> None:
    """Looks, before anything is done, whether a checkpoint can be written to `path`.

    Raises CheckpointError where it cannot, or where another kind of file would be overwritten.
    """
    target = os.path.realpath(path)
    try:
        if os.path.lexists(target) and (os.path.getsize(target) or not os.path.isfile(target)):
            _read_json(target)
        os.unlink(_temporary(target, b""))
    except CheckpointError:
        raise CheckpointError(f"{path} is there already, and is no checkpoint: it is left as it is") from None
    except OSError as fault:
        raise CheckpointError(f"no checkpoint can be written to {path}: {fault.strerror or fault}") from None


def _replace(target: str, data: bytes, held: Held | None) -> None:
    temporary = _temporary(target, data)
    try:
        if held is None:
            os.replace(temporary, target)
        else:
            held.replace(target, temporary)
    except (OSError, CheckpointError):
        os.unlink(temporary)
        raise
    folder = os.open(os.path.dirname(target), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _temporary(target: str, data: bytes) -> str:
    """The name of a file beside `target`, made anew with `data` in it."""
    folder, name = os.path.split(target)
    path = os.path.join(folder, f".{name[:100]}.{os.urandom(6).hex()}")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    return path


def _document(kept: Kept, writing: "_Writing") -> dict[str, Json]:
    checkpoint, rollback = kept.checkpoint, kept.checkpoint.rollback
    return {
        "format": FORMAT,
        "version": VERSION,
        "uri": writing.uri(checkpoint.uri),
        "user": kept.user,
        "at": kept.at.isoformat(),
        "due": kept.due.isoformat(),
        "root": writing.values(checkpoint.root),
        "state_vars": writing.values(checkpoint.state_vars),
        "state_info": {name: writing.values(saved) for name, saved in checkpoint.state_info.items()},
        "undos": [writing.undo(each) for each in checkpoint.undos],
        "rollback": None if rollback is None else {**rollback._asdict(), "reason": writing.text(rollback.reason)},
    }


class _Writing(ValueWriting):
    """A checkpoint on its way into a file."""

    def undo(self, undo: Undo) -> dict[str, Json]:
        texts = [self.text(text) for text in undo.texts]
        return {**undo._asdict(), "texts": texts, "value": self.value(undo.value)}

    def uri(self, text: str) -> str:
        """The target, without the passwords in the clear among its arguments."""
        try:
            uri = split_uri(text, None)
            given = read_query(uri.query)
        except InvalidUri:
            return self.text(text)
        told = {key: self.password(each) if _is_password(key) else self.text(each) for key, each in given.items()}
        return text if told == given else join_uri(uri._replace(query=write_query(told)))


def _is_password(key: str) -> bool:
    return key.lower().startswith("password::")


# -- reading -----------------------------------------------------------------------------------------------------


def read_checkpoint(path: str) -> Document:
    """The document in the file `path`. Raises CheckpointError for a file that is none, or cannot be read."""
    found = _read_json(path)
    version = found.get("version")
    if version != VERSION:
        raise CheckpointError(
            f"{path} is a checkpoint of version {version!r}; this aelang reads version {VERSION}:"
            " go on with the one that wrote it"
        )
    try:
        return Document(
            path, _of(str, found["uri"]), _of(int, found["user"]), _time(found["at"]), _time(found["due"]), found
        )
    except (KeyError, ValueError, TypeError) as fault:
        raise _damaged(path, fault) from None


def restore(document: Document, catalog: ServiceCatalog) -> Restored:
    """The checkpoint of `document`, its records looked up in `catalog`. Raises CheckpointError."""
    reading, found = _Reading(catalog), document.values
    try:
        info = _of(dict, found["state_info"])
        checkpoint = Checkpoint(
            document.uri,
            reading.values(found["state_vars"]),
            {name: reading.values(saved) for name, saved in info.items()},
            reading.values(found["root"]),
            tuple(reading.undo(each) for each in _of(list, found["undos"])),
            _rollback(found["rollback"]),
        )
    except (KeyError, ValueError, TypeError, IndexError, RecursionError) as fault:
        raise _damaged(document.name, fault) from None
    return Restored(checkpoint, tuple(dict.fromkeys(reading.gone)))


def _read_json(path: str) -> dict[str, Json]:
    if os.path.lexists(path) and not os.path.isfile(path):
        raise CheckpointError(f"{path} is no checkpoint of aelang: it is no file")
    try:
        with open(path, "rb") as stream:
            found = json.loads(stream.read())
    except OSError as fault:
        raise CheckpointError(f"the checkpoint {path} cannot be read: {fault.strerror or fault}") from None
    except (ValueError, RecursionError):
        raise CheckpointError(f"{path} is no checkpoint of aelang, or is damaged: it is no JSON") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise CheckpointError(f"{path} is no checkpoint of aelang: `aelang run URI --checkpoint FILE` writes one")
    return found


def _damaged(path: str, fault: Exception) -> CheckpointError:
    reason = f"`{fault.args[0]}` is missing" if isinstance(fault, KeyError) else str(fault)
    return CheckpointError(f"the checkpoint {path} is damaged: {reason}")


class _Reading(ValueReading):
    """A checkpoint on its way out of a file; `gone` are records that `catalog` does not have."""

    def __init__(self, catalog: ServiceCatalog) -> None:
        super().__init__(self._find)
        self._catalog = catalog
        self.gone: list[str] = []

    def undo(self, found: Json) -> Undo:
        texts = tuple(_of(str, text) for text in _of(list, found["texts"]))
        machine, state, owner = (_of(str, found[name]) for name in ("machine", "state", "owner"))
        return Undo(machine, state, owner, texts, self.value(found["value"]))

    def _find(self, model: str, number: int) -> RunValue:
        record = self._catalog.find(model, number) if self._catalog.knows(model) else None
        if record is None:
            self.gone.append(f"{model} {number}")
        return record


def _rollback(found: Json) -> Rollback | None:
    if found is None:
        return None
    machine, reason, state = (_of(str, found[name]) for name in ("machine", "reason", "state"))
    return Rollback(machine, reason, state, _of(bool, found["failed"]))


def _of(kind: type, found: Json) -> Json:
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise ValueError(f"{json.dumps(found)[:60]} is no {kind.__name__}")
    return found


def _time(found: Json) -> datetime:
    time = datetime.fromisoformat(_of(str, found))
    if time.tzinfo is None:
        raise ValueError(f"{found} has no time zone")
    return time
