"""The laboratory: a store with people, a catalog and a provider in it, an order, and workers that make it come true."""

import os
import signal
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from aelang.inventory_file import load_inventory
from aelang.project import ProjectError
from aelang.providers.joining import extended
from aelang.requests.ordering import Order, place_order
from aelang.requests.rows import Case
from aelang.requests.store import Store, open_store
from aelang.requests.store.cases import read_case
from aelang.requests.store.record_rows import keep_rows
from aelang.requests.store.upkeep import init_store
from aelang.requests.worker import Wanted, run_workers
from aelang.shipped import datastore_folder

HERE = os.path.dirname(os.path.abspath(__file__))
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Laboratory(NamedTuple):
    """Where it is, since when its clock goes, its store, and what its workers are asked for."""

    folder: str
    begin: datetime
    place: str
    wanted: Wanted


def set_up(
    folder: str,
    *,
    workers: int = 1,
    virtual: bool = True,
    speed: float = 1.0,
    providers: Mapping[str, Any] | None = None,  # tables, as in aelang.toml
    roots: tuple[str, ...] | None = None,
) -> Laboratory:
    """A laboratory in `folder`. `providers` and `roots` take the place of what aelang.toml and `automate` say. Raises
    ProjectError and ValueError, told for people."""
    begin = BEGIN if virtual else datetime.now(UTC)
    place = os.path.join(folder, "store.sqlite")
    os.environ["AELANG_SPOOL"] = os.path.join(folder, "mail")
    init_store(place)
    loaded = load_inventory(os.path.join(HERE, "inventory.yaml"))
    if loaded.catalog is None:
        raise ProjectError("; ".join(str(each) for each in loaded.diagnostics))
    store = open_store(place)
    with store.writing() as connection:
        keep_rows(connection, loaded.rows)
    store.close()
    wanted = Wanted(
        place=place,
        roots=roots or (os.path.join(HERE, "automate"), datastore_folder()),
        concurrency=workers,
        drain=virtual,
        virtual=virtual,
        start=begin,
        speed=speed,
        poll=0.05,
        extend=partial(extended, table=providers or settings(), folder=folder),
    )
    return Laboratory(folder, begin, place, wanted)


def settings() -> dict[str, Any]:
    """The providers that aelang.toml connects."""
    with open(os.path.join(HERE, "aelang.toml"), "rb") as stream:
        found: dict[str, Any] = tomllib.load(stream)["providers"]
        return found


def order(lab: Laboratory, item: str, values: Mapping[str, str], userid: str) -> int:
    """Orders `item` for that user: the id of the request. Raises ValueError, told for people."""
    store = open_store(lab.place)
    try:
        return place_order(store, Order(item, values, userid), lab.begin)
    finally:
        store.close()


def begin_work(lab: Laboratory) -> int:
    """Starts the workers: the id of their process."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        code = run_workers(lab.wanted, _note)
    except BaseException:  # nothing may climb into what was going on when it was forked
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _note(line: str) -> None:
    if not line.startswith("worker "):
        os.write(2, f"{line}\n".encode())


def has_ended(process: int) -> bool:
    """Whether the workers have ended by themselves."""
    return os.waitpid(process, os.WNOHANG)[0] != 0


def end_work(process: int) -> None:
    """Asks the workers to end, and waits until they have."""
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)


def is_done(store: Store) -> bool:
    """Whether nothing is left that a worker would do, now or later."""
    from sqlalchemy import func, select

    from aelang.requests.store.schema import QUEUE

    with store.reading() as connection:
        left = connection.execute(select(func.count()).select_from(QUEUE).where(QUEUE.c.state != "dead")).scalar()
    return not left


def case_of(store: Store, number: int) -> Case:
    """The request and its tasks as they are."""
    with store.reading() as connection:
        found = read_case(connection, number)
    assert found is not None  # it was ordered
    return found
