"""Provisioning transactions on a durable store: commands a second through the engine, and the time of a preparation.

A command is written ahead, run by a module that does nothing, and written off: the peer is the same store doing these
two writes a command, each in a transaction of its own, and nothing else.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import durable
from benchmarks.processes import Bench
from benchmarks.report import Broken, Figure

if TYPE_CHECKING:
    from aelang.project import Compilation
    from aelang.requests.store import Store

_COMMANDS = 1000
_SERVICES = 1000
_ROUNDS = 5


def commands(bench: Bench) -> Figure:
    """Commands a second of one request, to what the bare store does; both by the time from first to last."""
    best, floor, datastore = 0.0, 0.0, _datastore(bench, _COMMANDS, 1)
    for _ in range(_ROUNDS):
        with durable._store(bench) as store:
            number = _order(store, datastore)
            begin = time.perf_counter()
            durable._worker(store, datastore, durable.Steps()).work()
            best = max(best, _COMMANDS / (time.perf_counter() - begin))
            _check(store, number)
            floor = max(floor, _bare(store, number))
    return Figure(best, floor, f"{_COMMANDS} commands; events, request and task are in it")


def preparation(bench: Bench) -> Figure:
    """The time in milliseconds in which a service with a thousand parts, ten in each of a hundred, is prepared."""
    datastore, times = _datastore(bench, 100, 9), []
    for _ in range(_ROUNDS):
        with durable._store(bench) as store:
            begin = time.process_time()
            _order(store, datastore)
            times.append(time.process_time() - begin)
    return Figure(
        min(times) * 1000, None, f"{_SERVICES} simple services and one that is made of them, by processor time"
    )


def _bare(store: "Store", number: int) -> float:
    """Commands a second of a store in which each is written twice."""
    from datetime import UTC, datetime

    from aelang.requests.transactions.journal import COMMAND, line, write_line
    from aelang.requests.transactions.standing import read_standing, write_command

    with store.reading() as connection:
        standing = read_standing(connection, number)
    assert standing is not None  # it was ordered
    begin = time.perf_counter()
    for each in standing.commands:
        for status in ("InProgress", "Ok"):
            now = datetime.now(UTC)
            with store.writing() as connection:
                write_line(connection, line(number, COMMAND, status, now, None, None, 1), each.id)
                write_command(connection, each, now, status=status)
    return len(standing.commands) / (time.perf_counter() - begin)


def _check(store: "Store", number: int) -> None:
    from aelang.requests.transactions.standing import read_standing

    with store.reading() as connection:
        standing = read_standing(connection, number)
    assert standing is not None  # it was ordered
    if standing.transaction.status != "Ok" or len(standing.commands) != _COMMANDS:
        raise Broken(f"{len(standing.commands)} commands: the transaction is {standing.transaction.status}")


# -- the order ---------------------------------------------------------------------------------------------------


def _order(store: "Store", datastore: "Compilation") -> int:
    from datetime import UTC, datetime

    from aelang.requests.people import find_person
    from aelang.requests.store.records import StoreRecords
    from aelang.requests.transactions.accounts import create_account
    from aelang.requests.transactions.ordering import Order, place_order
    from aelang.requests.transactions.planning import Add
    from aelang.requests.transactions.types import Types

    requester, now = find_person(StoreRecords(store), "admin"), datetime.now(UTC)
    assert requester is not None  # every store has it
    with store.writing() as connection:
        account = create_account(connection, "acme", {}, (), now)
        order = Order(account, Add("/Trees/Root/one", {"name": "acme"}))
        return place_order(connection, Types(datastore), order, requester, now)


def _datastore(bench: Bench, parts: int, inner: int) -> "Compilation":
    """A service with so many simple parts, each with so many parts of its own."""
    from aelang.project import open_project
    from aelang.shipped import datastore_folder

    folder = bench.scratch / f"trees-{parts}-{inner}"
    if not folder.exists():
        _write(folder / "Shop", parts, inner)
    return open_project([str(folder)], references=[datastore_folder()], cache=False)


def _write(folder: Path, parts: int, inner: int) -> None:
    (folder / "Trees").mkdir(parents=True)
    (folder / "__domain__.yaml").write_text("object_type: domain\nobject:\n  attributes: {name: Shop, priority: 5}\n")
    (folder / "Trees" / "__namespace__.yaml").write_text(
        "object_type: namespace\nobject:\n  attributes: {name: Trees}\n"
    )
    for name, (parent, text) in {
        "Root": ("ComplexService", _parts("branch", "/Trees/Branch/one?name=$Root::name", parts)),
        "Branch": ("SimpleService", "  relationship resource = /Trees/Place/one\n"
                   + _parts("leaf", "/Trees/Leaf/one?name=/::name", inner)),
        "Leaf": ("SimpleService", ""),
    }.items():  # fmt: skip
        _write_class(folder, name, parent, f"  attribute name\n{text}\n  instance one\n")
    _write_class(folder, "Place", "Resource", "  instance one  module = /Trees/Work/one\n")
    _write_class(folder, "Work", "Module", "  instance one\n\n  method execute() python\n    effect once\n    code\n"
                 "      def main(evm):\n          pass\n")  # fmt: skip


def _parts(name: str, target: str, number: int) -> str:
    return "".join(f"  relationship {name}{each} on init = {target}\n" for each in range(number))


def _write_class(folder: Path, name: str, parent: str, text: str) -> None:
    (folder / "Trees" / f"{name}.ael").write_text(f"class {name} < /Provisioning/{parent}\n\n{text}")
