"""The simulated system: machines, what is going to happen to them, and what it tells.

All that it knows is in a file of SQLite, so that several workers may ask it, and one that dies takes nothing with it.
It has no clock: whoever asks says the time, and what was to happen until then has happened.
"""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

from aelang.interpreter.values import RunValue, to_text
from aelang.providers.ports import Clone, Happened, Machine, Progress, ProviderError
from aelang.providers.simulated.rhevm import MODEL, OPERATIONS, POWER, SOURCE, VENDOR, Step
from aelang.providers.simulated.settings import Settings

_Body: TypeAlias = dict[str, Any]  # as JSON has it

_TABLES = """
    CREATE TABLE IF NOT EXISTS machines (ref TEXT PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS jobs (
        key TEXT PRIMARY KEY, ref TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS agenda (
        number INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, key TEXT NOT NULL, ref TEXT NOT NULL,
        operation TEXT NOT NULL, step INTEGER NOT NULL, arguments TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS events (
        place INTEGER PRIMARY KEY AUTOINCREMENT, occurs REAL NOT NULL, due REAL NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS lost (event TEXT PRIMARY KEY);
"""


class Simulated:
    """Fills `ports.Provider`; `path` is the file of what it knows."""

    def __init__(self, path: str, settings: Settings) -> None:
        self._path = path
        self._settings = settings

    def clone(self, key: str, wanted: Clone, now: datetime) -> None:
        """Begins to make a machine."""
        with self._at(now) as asked:
            ref = f"/api/vms/{asked.next_number():04d}"
            asked.begin(key, ref, "clone", wanted._asdict())

    def progress(self, key: str, now: datetime) -> Progress:
        """How far what was begun under `key` is."""
        with self._at(now) as asked:
            return asked.progress(key)

    def act(self, key: str, ref: str, operation: str, arguments: Mapping[str, RunValue], now: datetime) -> None:
        """Has something done with a machine."""
        with self._at(now) as asked:
            if asked.is_known(key):
                return
            body = asked.machine(ref)
            if "locked" in [each["state"] for each in body["disks"]] and operation not in ("reconfigure", "remove"):
                raise ProviderError(f"{body['name']} is locked: a disk is being added to it")
            asked.begin(key, ref, operation, arguments)

    def machines(self, ref: str | None, now: datetime) -> Sequence[Machine]:
        """The machine `ref`, or all; none where it is not there."""
        with self._at(now) as asked:
            return [_machine(each, body) for each, body in asked.machines() if ref in (None, each)]

    def happened(self, after: int, now: datetime) -> Sequence[Happened]:
        """What has happened since."""
        with self._at(now) as asked:
            return asked.events(after)

    def next_event(self, after: int, now: datetime) -> datetime | None:
        """When the next step of anything is due."""
        with self._at(now) as asked:
            return asked.next_step()

    @contextmanager
    def _at(self, now: datetime) -> Iterator["_Asked"]:
        """One look at the system, or one change of it. Raises ProviderError."""
        try:
            database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        except sqlite3.Error as fault:
            raise ProviderError(f"{self._path} cannot be opened: {fault}") from None
        try:
            database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _TABLES)
            database.execute("BEGIN IMMEDIATE")
            asked = _Asked(database, self._settings, now.timestamp())
            asked.advance()
            try:
                yield asked
            except ProviderError:
                database.execute("COMMIT")  # what was due has happened, whatever is asked now
                raise
            database.execute("COMMIT")
        except sqlite3.Error as fault:
            raise ProviderError(f"{self._path} cannot be used: {fault}") from None
        finally:
            database.close()


class _Asked:
    """The system as it is at one moment, in a transaction of its file."""

    def __init__(self, database: sqlite3.Connection, settings: Settings, now: float) -> None:
        self._database = database
        self._settings = settings
        self._now = now

    def begin(self, key: str, ref: str, operation: str, arguments: Mapping[str, Any]) -> None:
        """Puts the steps of an operation on the agenda, once for a `key`."""
        if self.is_known(key):
            return
        if operation not in OPERATIONS:
            raise ProviderError(f"a {SOURCE} does not know how to {operation}")
        if operation in self._settings.faults.refuse:
            raise ProviderError(f"{SOURCE} refuses to {operation}")
        self._database.execute("INSERT INTO jobs VALUES (?, ?, 'working', '')", (key, ref))
        given = json.dumps({name: _plain(value) for name, value in arguments.items()})
        for number, step in enumerate(OPERATIONS[operation]):
            due = self._now + self._settings.seconds.get(step.after, 0.0)
            self._database.execute(
                "INSERT INTO agenda (due, key, ref, operation, step, arguments) VALUES (?, ?, ?, ?, ?, ?)",
                (due, key, ref, operation, number, given),
            )
        self.advance()

    def is_known(self, key: str) -> bool:
        """Whether something was begun under `key`."""
        return self._row("SELECT 1 FROM jobs WHERE key = ?", key) is not None

    def advance(self) -> None:
        """Has everything happen that is due, in order."""
        while row := self._row("SELECT * FROM agenda WHERE due <= ? ORDER BY due, number LIMIT 1", self._now + 1e-6):
            number, due, key, ref, operation, step, arguments = row
            self._database.execute("DELETE FROM agenda WHERE number = ?", (number,))
            self._happen(due, key, ref, operation, step, json.loads(arguments))

    def _happen(self, due: float, key: str, ref: str, operation: str, number: int, arguments: _Body) -> None:
        step = OPERATIONS[operation][number]
        last = number == len(OPERATIONS[operation]) - 1
        failed = bool(step.failed) and operation in self._settings.faults.fail
        body = self._changed(step, ref, arguments, failed=failed)
        self._tell(due, step.failed if failed else step.event, ref, body["name"])
        if failed:
            reason = f"{operation} of {body['name']} came to nothing"
            self._database.execute("UPDATE jobs SET state = 'failed', reason = ? WHERE key = ?", (reason, key))
        elif last:
            self._database.execute("UPDATE jobs SET state = 'done' WHERE key = ? AND state = 'working'", (key,))

    def _changed(self, step: Step, ref: str, arguments: _Body, *, failed: bool) -> _Body:
        """The machine after `step`; what fails leaves it as it was before the operation."""
        if step.change == "made" and not failed:
            body = _new_machine(arguments)
        elif self._row("SELECT 1 FROM machines WHERE ref = ?", ref) is None:
            return {"name": arguments.get("name", ref)}
        else:
            body = _after(self.machine(ref), step, arguments, failed=failed)
        if step.change == "removed" and not failed:
            self._database.execute("DELETE FROM machines WHERE ref = ?", (ref,))
        else:
            self._database.execute("INSERT OR REPLACE INTO machines VALUES (?, ?)", (ref, json.dumps(body)))
        return body

    def _tell(self, occurs: float, event: str, ref: str, name: str) -> None:
        faults = self._settings.faults
        if event in faults.lose and self._database.execute("INSERT OR IGNORE INTO lost VALUES (?)", (event,)).rowcount:
            return
        due = occurs + faults.late.get(event, 0.0)
        if self._settings.turn:
            due = math.ceil((due - 1e-6) / self._settings.turn) * self._settings.turn
        place = self._place()
        body = json.dumps({"event_type": event, "ems_ref": f"/api/events/{place + 1}", "ref": ref, "name": name})
        for _ in range(2 if event in faults.twice else 1):
            self._database.execute("INSERT INTO events (occurs, due, body) VALUES (?, ?, ?)", (occurs, due, body))

    def _place(self) -> int:
        row = self._row("SELECT coalesce(max(place), 0) FROM events")
        return int(row[0]) if row else 0

    def progress(self, key: str) -> Progress:
        """How far it is."""
        row = self._row("SELECT state, ref, reason FROM jobs WHERE key = ?", key)
        if row is None:
            raise ProviderError(f"{SOURCE} knows nothing of {key}")
        state, ref, reason = row
        return Progress(state, ref if state == "done" else "", reason)

    def machine(self, ref: str) -> _Body:
        """The machine `ref`."""
        row = self._row("SELECT body FROM machines WHERE ref = ?", ref)
        if row is None:
            raise ProviderError(f"{SOURCE} has no machine {ref}")
        body: _Body = json.loads(row[0])
        return body

    def machines(self) -> list[tuple[str, _Body]]:
        """Every machine."""
        return [(ref, json.loads(body)) for ref, body in self._database.execute("SELECT * FROM machines ORDER BY ref")]

    def events(self, after: int) -> list[Happened]:
        """What is told."""
        found = self._database.execute("SELECT * FROM events WHERE place > ? ORDER BY place", (after,))
        return [Happened(place, _time(due), _event(occurs, json.loads(body))) for place, occurs, due, body in found]

    def next_step(self) -> datetime | None:
        """When the next step is due."""
        row = self._row("SELECT min(due) FROM agenda")
        return None if row is None or row[0] is None else _time(row[0])

    def next_number(self) -> int:
        """A number for a machine that is to be made."""
        row = self._row("SELECT count(*) FROM jobs WHERE key LIKE 'clone%'")
        return 1 + (int(row[0]) if row else 0)

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._database.execute(statement, values).fetchone()
        return found


# -- machines ----------------------------------------------------------------------------------------------------


def _new_machine(arguments: _Body) -> _Body:
    settings = arguments.get("settings") or {}
    return {
        "name": arguments["name"],
        "state": "down",
        "cpus": settings.get("number_of_cpus") or settings.get("number_of_sockets") or 1,
        "memory": settings.get("vm_memory") or 1024,
        "disks": [{"name": f"{arguments['name']}_Disk1", "size": 10240, "state": "ok"}],
        "snapshots": ["Active VM"],
        "place": arguments.get("place") or {},
    }


def _after(body: _Body, step: Step, arguments: _Body, *, failed: bool) -> _Body:
    disks = [dict(each) for each in body["disks"]]
    match step.change:
        case "updated" if not failed:
            found = {"cpus": arguments.get("number_of_cpus"), "memory": arguments.get("vm_memory")}
            return {**body, **{name: value for name, value in found.items() if value}}
        case "disk_locked":
            name = arguments.get("name") or f"{body['name']}_Disk{len(disks) + 1}"
            return {**body, "disks": [*disks, {"name": name, "size": arguments.get("size_mb"), "state": "locked"}]}
        case "disk_ready" if failed:
            return {**body, "disks": [each for each in disks if each["state"] != "locked"]}
        case "disk_ready":
            return {**body, "disks": [{**each, "state": "ok"} for each in disks]}
        case "up" | "down" | "suspended" if failed:
            return {**body, "state": "up" if step.change != "up" else "down"}
        case "powering_up" | "up" | "powering_down" | "down" | "suspended":
            return {**body, "state": step.change}
        case _:
            return body


def _machine(ref: str, body: _Body) -> Machine:
    power, raw = POWER[body["state"]]
    locked = any(each["state"] == "locked" for each in body["disks"])
    columns: dict[str, RunValue] = {
        "name": body["name"], "ems_ref": ref, "uid_ems": ref.rpartition("/")[2], "vendor": VENDOR, "cloud": False,
        "power_state": power, "raw_power_state": "image_locked" if locked else raw, "connection_state": "connected",
    }  # fmt: skip
    hardware: dict[str, RunValue] = {"cpu_sockets": body["cpus"], "memory_mb": body["memory"]}
    disks: list[dict[str, RunValue]] = [
        {"device_name": each["name"], "device_type": "disk", "size": int(each["size"] or 0) * 1024 * 1024}
        for each in body["disks"]
    ]
    snapshots: list[dict[str, RunValue]] = [{"name": each, "current": True} for each in body["snapshots"]]
    return Machine(ref, columns, MODEL, body["place"], hardware, disks, snapshots)


def _event(occurs: float, body: _Body) -> dict[str, RunValue]:
    return {
        "event_type": body["event_type"],
        "source": SOURCE,
        "timestamp": _time(occurs),
        "ems_ref": body["ems_ref"],
        "message": f"{body['event_type']}: {body['name']}",
        "username": "admin@internal",
        "vm_ems_ref": body["ref"],
        "vm_name": body["name"],
    }


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _plain(value: Any) -> Any:
    """`value` as JSON has it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {to_text(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return to_text(value)
