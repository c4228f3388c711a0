"""A stream of events is taken in: each once, from where it was left, and no faster than workers can follow."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aelang.events.listening import Counts, Manner, Place, Told, find_provider, listen
from aelang.events.reading import LONGEST
from aelang.events.settings import Settings
from aelang.interpreter.values import RunValue
from tests.events.hearing import Hearing

ONE_OF_1 = Manner(provider=1)


class Ears:
    """Who listens, and what was told."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.faults: list[str] = []
        self.waits: list[str] = []
        self.told = Told(self.faults.append, self.waits.append)

    def file(self, path: Path, manner: Manner = ONE_OF_1) -> Counts:
        """Listens to a file."""
        number = os.open(path, os.O_RDONLY)
        try:
            return listen(self.hearing.store, Place(number, path.name, str(path)), manner, self.told)
        finally:
            os.close(number)

    def pipe(self, text: bytes, manner: Manner = ONE_OF_1) -> Counts:
        """Listens to a pipe."""
        with piped(text) as number:
            return listen(self.hearing.store, Place(number, "<stdin>"), manner, self.told)

    def types(self) -> list[RunValue]:
        """The names of what came, in order."""
        return [row.columns["event_type"] for row in self.hearing.events()]


@contextmanager
def piped(text: bytes) -> Iterator[int]:
    """A pipe out of which `text` comes."""
    read, write = os.pipe()

    def feed() -> None:
        with os.fdopen(write, "wb") as stream:
            stream.write(text)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield read
    finally:
        feeder.join()
        os.close(read)


@pytest.fixture
def ears(hearing: Hearing) -> Ears:
    """A listener over a store of its own."""
    return Ears(hearing)


def line(name: str, **others: RunValue) -> bytes:
    """A line of a stream."""
    return json.dumps({"event_type": name, "timestamp": "2026-11-22T10:00:00Z", **others}).encode() + b"\n"


# -- lines ---------------------------------------------------------------------------------------------------------


def test_each_line_is_an_event(ears: Ears) -> None:
    assert Counts(new=2) == ears.pipe(line("A") + line("B"))
    assert ["A", "B"] == ears.types()


def test_the_last_line_of_a_pipe_may_lack_its_end(ears: Ears) -> None:
    assert Counts(new=2) == ears.pipe(line("A") + line("B").strip())


def test_what_comes_twice_is_taken_in_once(ears: Ears) -> None:
    assert Counts(new=1, known=2) == ears.pipe(line("A") * 3)


def test_names_that_nobody_wants_and_floods_are_counted(ears: Ears) -> None:
    manner = Manner(provider=1, settings=Settings(flood=True, flood_per_minute=1))
    found = ears.pipe(line("USER_VDC_LOGIN") + line("A", timestamp=None) * 3, manner)
    assert (1, 3) == (found.ignored, found.new + found.flood)


def test_a_line_that_is_no_event_is_told_with_its_number_and_the_next_one_is_read(ears: Ears) -> None:
    assert Counts(new=2, faulty=3) == ears.pipe(line("A") + b"\nrubbish\n{}\n" + line("B", ems_id=77) + line("C"))
    assert [
        "<stdin>:3: it is no JSON: Expecting value at character 1",
        "<stdin>:4: it has no `event_type`",
        "<stdin>:5: there is no provider `77`: `aelang store load` takes records in",
    ] == ears.faults


def test_a_line_says_its_provider_by_id_or_name_or_the_listener_does(ears: Ears) -> None:
    text = line("A", ems_id=2, source="X") + line("B", ems="rhev") + line("C")
    ears.pipe(text)
    assert [2, 1, 1] == [row.columns["ems_id"] for row in ears.hearing.events()]


def test_nobody_saying_the_provider_is_a_fault(ears: Ears) -> None:
    ears.pipe(line("A"), Manner())
    assert ["<stdin>:1: it does not say its provider: write `ems_id`, or give --ems"] == ears.faults


def test_a_line_without_end_is_given_up_and_the_next_one_is_read(ears: Ears) -> None:
    found = ears.pipe(b"x" * (3 * LONGEST) + b"\n" + line("A"))
    assert Counts(new=1, faulty=1) == found


def test_more_lines_than_are_taken_in_together(ears: Ears) -> None:
    found = ears.pipe(b"".join(line(f"E{number}") for number in range(700)), Manner(provider=1, most=10_000))
    assert (Counts(new=700), [f"E{number}" for number in range(700)]) == (found, ears.types())


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_file_is_read_on_from_where_it_was_left(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line("A") + b"rubbish\n")
    ears.file(path)
    path.write_bytes(path.read_bytes() + line("B") + b"rubbish\n")
    assert Counts(new=1, faulty=1) == ears.file(path)
    assert [2, 4] == [int(each.split(":")[1]) for each in ears.faults]


def test_a_last_line_that_is_no_event_yet_is_left_for_the_next_time(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    whole = line("A") + line("B")
    path.write_bytes(whole[:-20])
    first = ears.file(path)
    path.write_bytes(whole)
    assert (Counts(new=1), Counts(new=1), []) == (first, ears.file(path), ears.faults)


def test_a_last_line_without_its_end_is_not_read_again(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line("A", timestamp=None).strip())
    assert (Counts(new=1), Counts()) == (ears.file(path), ears.file(path))


def test_another_file_of_that_name_is_read_from_its_beginning(ears: Ears, tmp_path: Path) -> None:
    path, other = tmp_path / "events.jsonl", tmp_path / "other"
    path.write_bytes(line("A"))
    ears.file(path)
    other.write_bytes(line("B") + line("C"))
    other.replace(path)
    assert Counts(new=2) == ears.file(path)


def test_a_file_that_was_cut_is_read_from_its_beginning(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line("A") + line("B"))
    ears.file(path)
    path.write_bytes(line("C"))
    assert Counts(new=1) == ears.file(path)


def test_a_file_may_be_read_anew(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(line("A") + line("B"))
    ears.file(path)
    assert Counts(known=2) == ears.file(path, Manner(provider=1, anew=True))


def test_a_listener_that_is_told_to_stop_goes_on_there_the_next_time(ears: Ears, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(line(f"E{number}") for number in range(450)))
    asked = iter([False] * 2 + [True] * 1000)
    first = ears.file(path, Manner(provider=1, most=10_000, ends=lambda: next(asked)))
    rest = ears.file(path, Manner(provider=1, most=10_000))
    assert 0 < first.new < 450
    assert Counts(new=450) == first + rest


# -- no faster than workers ----------------------------------------------------------------------------------------


def test_nothing_is_read_while_many_messages_wait_for_workers(ears: Ears) -> None:
    ears.pipe(line("A") + line("B"))
    worked: list[int] = []

    def ends() -> bool:
        if ears.waits and not worked:  # it is seen to wait: now the workers catch up
            worked.append(len(ears.types()))
            ears.hearing.work()
        return False

    assert Counts(new=1) == ears.pipe(line("C"), Manner(provider=1, most=2, ends=ends))
    assert ([2], ["2 messages are ready to be worked: waiting for workers"]) == (worked, ears.waits)


def test_a_provider_is_found_by_id_or_name(hearing: Hearing) -> None:
    with hearing.store.reading() as connection:
        assert [1, 1, 1] == [find_provider(connection, said).id for said in (1, "1", "rhev")]


def test_a_provider_that_is_not_there_is_told(hearing: Hearing) -> None:
    with hearing.store.reading() as connection, pytest.raises(ValueError, match="there is no provider `7`"):
        find_provider(connection, 7)
