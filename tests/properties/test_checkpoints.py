"""Properties of checkpoints: what is written is what is read, and any file is either read or refused in words."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelang.checkpoints import CheckpointError, Kept, read_checkpoint, restore, write_checkpoint
from aelang.interpreter.outcome import Checkpoint, Rollback, Undo
from aelang.interpreter.values import Password, Symbol, remember_secret
from aelang.services import default_catalog

CATALOG = default_catalog(1)
PASSWORDS = st.text("abcXYZ019+/=", min_size=1).map(lambda text: Password(f"v2:{{{text}}}"))
TIMES = st.datetimes(timezones=st.just(UTC)) | st.datetimes()
RECORDS = st.sampled_from([("User", 1), ("MiqServer", 1), ("Tenant", 1)]).map(lambda each: CATALOG.find(*each))
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.builds(Symbol, st.text())
)
SIMPLE = PLAIN | PASSWORDS | TIMES | RECORDS
KEYS = PLAIN | st.lists(PLAIN, max_size=2).map(tuple)
VALUES = st.recursive(
    SIMPLE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
NAMES = st.text(max_size=8)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4)
UNDOS = st.builds(Undo, NAMES, NAMES, NAMES, st.lists(NAMES, max_size=2).map(tuple), VALUES)
CHECKPOINTS = st.builds(
    Checkpoint,
    st.text(max_size=20),
    ATTRIBUTES,
    st.dictionaries(NAMES, ATTRIBUTES, max_size=3),
    ATTRIBUTES,
    st.lists(UNDOS, max_size=3).map(tuple),
    st.none() | st.builds(Rollback, NAMES, NAMES, NAMES, st.booleans()),
)
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that every example may overwrite."""
    return tmp_path_factory.mktemp("kept") / "kept.json"


def exactly(value: object) -> object:
    """`value` with the types of all that is in it, so that 1, 1.0 and true are told apart."""
    match value:
        case dict():
            return [(exactly(key), exactly(each)) for key, each in value.items()]
        case list() | tuple():
            return [type(value), *map(exactly, value)]
        case float():
            return float, repr(value)
        case _:
            return type(value), value


@given(checkpoint=CHECKPOINTS, user=st.integers(0, 10**9))
def test_what_is_written_is_what_is_read(path: Path, checkpoint: Checkpoint, user: int) -> None:
    write_checkpoint(str(path), Kept(checkpoint, user, AT, AT))
    document = read_checkpoint(str(path))
    found = restore(document, CATALOG)
    assert (exactly(checkpoint), (), user, AT) == (exactly(found.checkpoint), found.gone, document.user, document.at)


@given(data=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_file_is_read_or_refused_in_words(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(CheckpointError):
        read_checkpoint(str(path))


@given(checkpoint=CHECKPOINTS, key=st.integers(0, 10), value=JSON)
def test_a_checkpoint_with_any_value_anywhere_is_read_or_refused(
    path: Path, checkpoint: Checkpoint, key: int, value: Any
) -> None:
    write_checkpoint(str(path), Kept(checkpoint, 1, AT, AT))
    written = json.loads(path.read_text())
    written[sorted(written)[key % len(written)]] = value
    path.write_text(json.dumps(written))
    try:
        restored = restore(read_checkpoint(str(path)), CATALOG)
    except CheckpointError:
        return
    assert isinstance(restored.checkpoint, Checkpoint)


@given(before=st.text(max_size=5), after=st.text(max_size=5), where=st.integers(0, 5))
def test_a_password_that_was_decrypted_is_nowhere_in_the_file(path: Path, before: str, after: str, where: int) -> None:
    secret = "tweety-bird-9431"
    remember_secret(secret)
    text = before + secret + after
    places = (text, [text], {text: 1}, {"x": text}, Symbol(text), [{"y": [text]}])
    undo = Undo("/D/N/M/m", "s", "D/N/M", (text,), places[where])
    rollback = Rollback("/D/N/M/m", text, "s", False)
    kept = Checkpoint("/N/M/m", {"v": places[where]}, {"m": {"x": text}}, {"ae_state": text}, (undo,), rollback)
    masked = write_checkpoint(str(path), Kept(kept, 1, AT, AT))
    assert (False, True) == (secret in path.read_text(), masked > 0)


def test_a_record_that_is_gone_is_nil_and_named(path: Path) -> None:
    class Gone:
        class_name, id = "MiqAeServiceVm", 77

    kept = Checkpoint("/N/M/m", {"vm": Gone()}, {}, {})  # type: ignore[dict-item]
    write_checkpoint(str(path), Kept(kept, 1, AT, AT))
    found = restore(read_checkpoint(str(path)), CATALOG)
    assert ({"vm": None}, ("Vm 77",)) == (found.checkpoint.state_vars, found.gone)
