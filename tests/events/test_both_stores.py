"""Receiving and listening on both kinds of store."""

import os
from pathlib import Path

from aelang.events.listening import Counts, Manner, Place, Told, listen
from aelang.events.receiving import receive
from aelang.project import Compilation
from tests.events.hearing import BEGIN, Hearing, Raised
from tests.events.test_listening import line
from tests.events.test_rows import VM
from tests.requests.stores import Stores


def test_an_event_is_received_once_and_handled(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    found = [hearing.receive("USER_RUN_VM", chain_id=1).event is None for _ in range(2)]
    hearing.work()
    assert ([False, True], [Raised("vm_start", VM)]) == (found, hearing.general())
    hearing.close()


def test_a_task_is_complete(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    hearing.receive("PowerOnVM_Task", source="VC", chain_id=1)
    assert 1 == len(hearing.receive("VmPoweredOnEvent", source="VC", chain_id=1).also)
    hearing.close()


def test_a_file_is_listened_to(either: Stores, base: Compilation, tmp_path: Path) -> None:
    hearing, path = Hearing(either.new(), base), tmp_path / "stream.jsonl"
    path.write_bytes(line("A") + b"rubbish\n" + line("A") + line("B"))
    counts = []
    for _ in range(2):
        number = os.open(path, os.O_RDONLY)
        counts.append(listen(hearing.store, Place(number, "s", str(path)), Manner(provider=1), Told(_hear, _hear)))
        os.close(number)
    assert [Counts(new=2, known=1, faulty=1), Counts()] == counts
    hearing.close()


def test_a_long_reference_is_known_too(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    found = [hearing.receive("X", ems_ref="ä" * 3000 + end).event is None for end in ("1", "2", "1")]
    assert [False, False, True] == found
    hearing.close()


def _hear(said: str) -> None:
    pass


def test_values_of_any_kind_are_kept(either: Stores, base: Compilation) -> None:
    hearing = Hearing(either.new(), base)
    event = {"event_type": "X", "source": "Y", "full_data": {"a": [1, 2.5, None, "\0"], "b": {}}, "odd": "\ud800"}
    with hearing.store.writing() as connection:
        receive(connection, 1, event, BEGIN)  # type: ignore[arg-type]  # a surrogate is a text
    assert 1 == len(hearing.events())
    hearing.close()
