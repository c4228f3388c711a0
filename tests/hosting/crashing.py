"""Workers of the hoster that are killed, as by `kill -9`, at a write: of the store, or of a device."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from aelang.requests import crash_points
from aelang.requests.queue import EmbeddedQueue
from aelang.requests.store import Store, open_store
from tests.hosting import scenarios
from tests.hosting.bench import End, Hoster, Modules
from tests.hosting.example import Device
from tests.hosting.scenarios import Scenario

_NEVER = 1 << 30


class Mortal(Device):
    """A device at whose writes the worker may be killed: before, and after."""

    def keep(self, file: Path, text: str) -> None:
        """Writes `text` in one go."""
        crash_points.point()
        super().keep(file, text)
        crash_points.point()


class Bench(NamedTuple):
    """A scenario that is ordered, and not worked yet: where its store is and its devices are, and its request."""

    place: str
    folder: Path
    number: int


class Outcome(NamedTuple):
    """How it ended, what the store says then, and how often the operator had to say how a command stood."""

    end: End
    stored: list[str]
    repairs: int


def lay_out(store: Store, folder: Path, scenario: Scenario) -> Bench:
    """Orders `scenario` in a new store."""
    folder.mkdir()
    number = scenarios.place(Hoster(store, folder / "devices"), scenario, "acme")
    place = store.path or store.name
    store.close()
    return Bench(place, folder, number)


def points(bench: Bench) -> int:
    """At how many writes a worker could be killed until all is worked."""
    _worker(bench, _NEVER)
    return _NEVER - int((bench.folder / "left").read_text())


class Deadly(Device):
    """A device that has the worker killed as soon as it has done its work."""

    def keep(self, file: Path, text: str) -> None:
        """Writes `text`, and that is all."""
        super().keep(file, text)
        if file.suffix == ".json":
            os.kill(os.getpid(), 9)


def die(bench: Bench, point: int, device: type[Device] = Mortal) -> bool:
    """Has a worker die at that write, or by its device, and frees what it had; False where it ended before."""
    process, code = _worker(bench, point, device)
    if code == 0:
        return False
    assert -9 == code
    store = open_store(bench.place)
    with store.writing() as connection:
        EmbeddedQueue().release(connection, f"test:{process}")
    store.close()
    return True


def restart(bench: Bench) -> Outcome:
    """Works until nothing is left, with an operator who says of each command in question how its device shows it."""
    store = open_store(bench.place)
    hoster = Hoster(store, bench.folder / "devices")
    repairs = hoster.repair(bench.number)
    found = Outcome(hoster.end(bench.number), hoster.stored(), repairs)
    assert [] == hoster.unsettled()
    store.close()
    return found


def say_how_it_stands(bench: Bench) -> bool:
    """The same operator, before anything goes on; False where nobody asks."""
    store = open_store(bench.place)
    asked = Hoster(store, bench.folder / "devices").say_how_it_stands(bench.number)
    store.close()
    return asked


def _worker(bench: Bench, die_at: int, device: type[Device] = Mortal) -> tuple[int, int]:
    """Works in another process until nothing is due, or until it dies: its id, and how it ended."""
    process = begin(lambda: _work(bench, die_at, device))
    return process, await_end(process)


def _work(bench: Bench, die_at: int, device: type[Device]) -> None:
    folder = bench.folder / "devices"
    hoster = Hoster(open_store(bench.place), folder, Modules(folder, device))
    crash_points._left = die_at
    hoster.work()
    (bench.folder / "left").write_text(str(crash_points._left))


def begin(work: Callable[[], None]) -> int:
    """Does `work` in a process that is forked, so that it costs no start; gives its id."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # pytest, which was forked too, must not go on here
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def await_end(process: int) -> int:
    """How the process ended: 0, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
