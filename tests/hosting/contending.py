"""Many requests for few services, worked by several workers on devices that fail now and then."""

import fcntl
import json
import os
import random
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.requests.clock import SystemClock
from aelang.requests.queue import list_items
from aelang.requests.store import Store, open_store
from aelang.requests.store.upkeep import check_store
from aelang.requests.transactions.operating import broken_transactions, situation_of
from aelang.requests.transactions.planning import Add, CannotPrepare, Change, Modify
from tests.hosting.bench import Hoster, Modules
from tests.hosting.crashing import await_end, begin
from tests.hosting.example import Device

REFUSED = re.compile(r"(Service|Account) \S+ is already involved in request with id: \d+")
_PATIENCE = 200
_FAILS = 0.3


class Shaky(Device):
    """A device that several workers have orders for at once, and that fails now and then."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self._turn = folder / f"{name}.turn"
        self._chance = random.Random(os.getpid() * 31 + len(name))

    def answer(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Does what `order` says, or not."""
        with open(self._turn, "a") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if order["action"] != "look" and self._chance.random() < _FAILS:
                self.tell(self._chance.choice(("fail", "fail", "fail-after")))
            return super().answer(order)


class Watched(Modules):
    """Modules that see whether another is at work on the same service."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Shaky)
        self._folder = folder

    def run(self, call: MethodCall) -> MethodResult:
        """Runs the method, and notes where it is not alone."""
        if "/Work/" not in f"/{call.method.path}":
            return super().run(call)
        with self._alone(self._command(call)):
            return super().run(call)

    @contextmanager
    def _alone(self, command: dict[str, Any]) -> Iterator[None]:
        mine = [self._folder / f"{each['id']}.busy" for each in command["services"]]
        for each in mine:
            try:
                os.close(os.open(each, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                (self._folder / "overlap").write_text(f"command {command['id']}: {each.name}")
        try:
            yield
        finally:
            for each in mine:
                each.unlink(missing_ok=True)


class Bench(NamedTuple):
    """A store with the sites of some accounts: where it is and its devices are, the accounts and their sites."""

    place: str
    folder: Path
    sites: dict[str, int]


class Found(NamedTuple):
    """What is left: how many requests there were, the ends of those that have ended, the reasons of those that wait
    for an operator; and all that is not as it should be."""

    requests: int
    ends: set[str]
    reasons: list[str]
    wrong: list[str]


def lay_out(store: Store, folder: Path, services: int) -> Bench:
    """Web sites, each of an account of its own."""
    folder.mkdir()
    hoster, sites = Hoster(store, folder / "devices"), {}
    for number in range(services):
        name = f"a{number}"
        hoster.account(name)
        hoster.site(name)
        hoster.work()
        sites[name] = hoster.root(name)
    place = store.path or store.name
    store.close()
    return Bench(place, folder, sites)


def contend(bench: Bench, workers: int, orderers: int, orders: int) -> None:
    """Has `orders` requests ordered, and worked until nobody but an operator has anything to do."""
    working = [begin(lambda: _work(bench)) for _ in range(workers)]
    ordering = [begin(lambda seed=seed: _order(bench, seed, orders // orderers)) for seed in range(orderers)]  # type: ignore[misc]  # mypy wants no defaults in a lambda
    operator = begin(lambda: _operate(bench))
    codes = [await_end(each) for each in ordering]
    end = time.monotonic() + 240
    while _is_busy(bench) and time.monotonic() < end:
        time.sleep(0.05)
    for each in (operator, *working):
        os.kill(each, signal.SIGKILL)
        await_end(each)
    assert [0] * orderers == codes
    assert not _is_busy(bench), "work is left that nobody does"


def _operate(bench: Bench) -> None:
    """An operator at work: he puts right what waits for him, but for each third, so that some services stay locked."""
    hoster = Hoster(open_store(bench.place), bench.folder / "devices", clock=SystemClock())
    while True:
        with hoster.store.reading() as connection:
            waiting = [each.request for each in broken_transactions(connection)]
        for number in waiting:
            if number % 3:
                hoster.say_how_it_stands(number)
        time.sleep(0.2)


def _work(bench: Bench) -> None:
    folder = bench.folder / "devices"
    hoster = Hoster(open_store(bench.place), folder, Watched(folder), SystemClock(), drain=False)
    hoster.work()


def _order(bench: Bench, seed: int, orders: int) -> None:
    """Orders until each order is taken or was refused too often; notes why."""
    chance, refusals = random.Random(seed), []
    hoster = Hoster(open_store(bench.place), bench.folder / "devices", clock=SystemClock())
    for number in range(orders):
        for _ in range(_PATIENCE):
            account = chance.choice(sorted(bench.sites))
            try:
                hoster.order(_change(chance, bench.sites[account], f"{seed}-{number}"), account)
                break
            except CannotPrepare as fault:
                refusals.append(str(fault))
                time.sleep(0.05)
    (bench.folder / f"refusals-{seed}").write_text(json.dumps(refusals))


def _change(chance: random.Random, site: int, name: str) -> Change:
    match chance.randrange(3):
        case 0:
            return Modify(site, {"quota": str(chance.randrange(1000))})
        case 1:
            return Modify(site, {"domain": f"n{name}.example"})
        case _:
            return Add("/Hosting/Database/standard", {"owner": name}, f"extra{name}", site)


def _is_busy(bench: Bench) -> bool:
    store = open_store(bench.place)
    with store.reading() as connection:
        left = list_items(connection, ("ready", "future", "running"))
    store.close()
    return bool(left)


# -- what must hold ----------------------------------------------------------------------------------------------

_SPANS = text(
    "SELECT d.service_id, d.request_id, min(j.id), max(j.id) FROM database_commands d"
    " JOIN journal j ON j.request_id = d.request_id AND j.phase = 'transaction'"
    " GROUP BY d.service_id, d.request_id ORDER BY 1, 3"
)
_STALE = text(
    "SELECT count(*) FROM locks"
    " WHERE request_id IN (SELECT request_id FROM transactions WHERE status IN ('Ok', 'Failed'))"
)


def look(bench: Bench) -> Found:
    """Looks at what is left."""
    store = open_store(bench.place)
    hoster = Hoster(store, bench.folder / "devices", clock=SystemClock())
    with store.reading() as connection:
        rows = connection.execute(text("SELECT request_id, status FROM transactions ORDER BY 1")).all()
        broken = {number: situation_of(connection, number) for number, _ in rows}
        spans = connection.execute(_SPANS).all()
        locked = connection.execute(_STALE).scalar_one()
    reasons = [each.commands[0].message or "" for each in broken.values() if each is not None and each.commands]
    waiting = {number for number, each in broken.items() if each is not None}
    wrong = [
        *_overlaps(spans),
        *_unfounded(bench),
        *(f"request {number} is {status}" for number, status in rows
          if status not in ("Ok", "Failed") and number not in waiting),
        *check_store(bench.place),
        *([f"{locked} locks of requests that have ended"] if locked else []),
        *(_differing(hoster, {row[0] for row in spans if row[1] in waiting})),
    ]  # fmt: skip
    store.close()
    ends = {status for number, status in rows if number not in waiting}
    return Found(len(rows) - len(bench.sites), ends, reasons, wrong)


def _overlaps(spans: Any) -> Iterator[str]:
    """Services that were in two requests at once, by the journal; and by the modules."""
    for (service, request, _, last), (other, another, first, _) in pairwise(spans):
        if service == other and first < last:
            yield f"service {service} was in the requests {request} and {another} at once"


def _unfounded(bench: Bench) -> Iterator[str]:
    """Refusals that say nothing of a lock; and commands that met at a service."""
    for file in bench.folder.glob("refusals-*"):
        yield from (each for each in json.loads(file.read_text()) if not REFUSED.fullmatch(each))
    overlap = bench.folder / "devices" / "overlap"
    if overlap.exists():
        yield overlap.read_text()


def _differing(hoster: Hoster, excused: set[int]) -> list[str]:
    """Where devices and store differ, but for services of requests that wait for an operator."""
    with hoster.store.reading() as connection:
        rows = connection.execute(text("SELECT id, physical_id FROM logical_services")).all()
    physical = {str(number) for service, number in rows if service in excused}
    return [each for each in hoster.differences() if each.split()[2] not in physical]
