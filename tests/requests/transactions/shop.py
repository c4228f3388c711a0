"""A small hosting company: an account orders web sites on simulated resources that keep their own state in a file."""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import RunValue, to_text
from aelang.project import Compilation, open_project
from aelang.requests.store import Store
from aelang.shipped import datastore_folder
from tests.requests.transactions.desk import Desk

DOMAIN = """object_type: domain
object:
  attributes: {name: Shop, priority: 5, enabled: true}
"""

WEB_SITE = """class WebSite < /Provisioning/ComplexService

  attribute domain : string
  attribute host : string = "'www.' + ::domain"
  attribute contact : string = "'info@' + ::domain"
  attribute quota : integer = 100
  relationship zone on init = /Hosting/Zone/standard?domain=$WebSite::domain
  relationship space on init = /Hosting/Space/standard?host=$WebSite::host&quota=$WebSite::quota
  relationship mail on init = /Hosting/Mailbox/standard?address=$WebSite::contact&zone_id=$WebSite/zone::produced_id

  instance standard
"""

SIMPLE = """class {name} < /Provisioning/SimpleService

{attributes}
  relationship resource = /Hosting/Server/{server}
{parts}
  instance standard
"""

SERVER = """class Server < /Provisioning/Resource

  attribute address

  instance one  module = /Hosting/Driver/files  address = 10.0.0.1
  instance two  module = /Hosting/Driver/files  address = 10.0.0.2
  instance mail  module = /Hosting/Driver/files  address = 10.0.0.3  max_attempts = 2
"""

DRIVER = """class Driver < /Provisioning/Module

  instance files

  method execute() python
    effect {effect}
    code
      def main(evm):
          pass
"""


def simple(name: str, server: str, attributes: str, parts: str = "") -> str:
    """The class of a simple service."""
    lines = "\n".join(f"  attribute {each}" for each in attributes.split("; "))
    return SIMPLE.format(name=name, server=server, attributes=lines, parts=parts)


def classes(effect: str = "once") -> dict[str, str]:
    """The classes of the company, by their files."""
    alias = "  relationship alias on init = /Hosting/Alias/standard?of=/::address\n"
    return {
        "WebSite": WEB_SITE,
        "Zone": simple("Zone", "one", "domain; produced_id"),
        "Space": simple("Space", "two", "host; quota : integer; address = resource::address; owner = account::name"),
        "Mailbox": simple("Mailbox", "mail", "address; zone_id", alias),
        "Alias": simple("Alias", "mail", "of"),
        "Statistics": simple("Statistics", "one", "shared = true; period = daily"),
        "Server": SERVER,
        "Driver": DRIVER.format(effect=effect),
    }


def write_company(folder: Path, changed: Mapping[str, str] = {}, effect: str = "once") -> Path:
    """The datastore of the company in `folder`, with some classes `changed`."""
    (folder / "Shop" / "Hosting").mkdir(parents=True, exist_ok=True)
    (folder / "Shop" / "__domain__.yaml").write_text(DOMAIN)
    (folder / "Shop" / "Hosting" / "__namespace__.yaml").write_text(
        "object_type: namespace\nobject:\n  attributes: {name: Hosting}\n"
    )
    for name, text in {**classes(effect), **changed}.items():
        (folder / "Shop" / "Hosting" / f"{name}.ael").write_text(text)
    return folder


def open_company(folder: Path) -> Compilation:
    """The datastore in `folder`, with the base domain."""
    return open_project([str(folder)], references=[datastore_folder()], cache=False)


class Died(BaseException):
    """Stands for kill -9."""


class Servers:
    """The simulated resources: what services they have, in a file. `faults` say what goes wrong with each call, in
    their order, nothing for None: it fails `before` or `after` its work is done, does it and says that it may be done
    in `part`, or its worker is killed before (`die`) or after it (`die late`). With `is_strict`, what cannot be done is
    a fault of whoever wants it."""

    def __init__(self, file: Path, *faults: str | None) -> None:
        self.file = file
        self.faults = list(faults)
        self.calls: list[str] = []
        self.done: dict[int, bool] = {}
        self.is_strict = True
        self._loose: set[int] = set()

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """What is there: properties by server and id."""
        found: dict[str, dict[str, Any]] = json.loads(self.file.read_text()) if self.file.exists() else {}
        return found

    def run(self, call: MethodCall) -> MethodResult:
        """Does what a module is called for; any other method does nothing."""
        if call.method.name == "execute" and "Driver" in call.method.path:
            self._execute(call)
        return MethodResult()

    def _execute(self, call: MethodCall) -> None:
        command: Any = call.handle.state_vars["command"]
        root: Any = call.handle.root
        undo = "undo: " if command["undo"] else ""
        self.calls.append(undo + ", ".join(f"{each['action']} {each['name']}" for each in command["services"]))
        fault = self.faults.pop(0) if self.faults else None
        if fault not in ("before", "die"):
            self._work(command)
        if fault is None:
            root.update(_produced(command))
        elif fault.startswith("die"):
            raise Died
        else:
            self._loose.update({command["id"]} if fault == "part" else ())
            root.update(ae_result="error", ae_reason="the server says no", partial=fault == "part")

    def _work(self, command: dict[str, Any]) -> None:
        """Does the work; it may have been left half done before."""
        found = self.services
        server = found.setdefault(to_text(command["resource"]), {})
        for each in command["services"]:
            key = str(each["id"])
            is_possible = (key in server) != (each["action"] == "add")
            assert is_possible or command["id"] in self._loose or not self.is_strict, (
                f"{each['action']} {key} cannot be done"
            )
            if each["action"] == "delete":
                server.pop(key, None)
            else:
                server[key] = {name: value for name, value in each["properties"].items() if name != "produced_id"}
        self.done[command["id"]] = not command["undo"]
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps({name: each for name, each in found.items() if each}, sort_keys=True))
        os.replace(beside, self.file)


def _produced(command: Mapping[str, Any]) -> dict[str, Any]:
    first = command["services"][0]
    if command["action"] != "add" or command["undo"] or "produced_id" not in first["properties"]:
        return {}
    return {"produced": {"produced_id": f"Z{first['id']}"}}


class Company(Desk):
    """A company at work, whose modules work on `servers`."""

    def __init__(self, store: Store, folder: Path, servers: Servers, opened: Compilation | None = None) -> None:
        super().__init__(store, opened or open_company(folder), servers)
        self.servers = servers

    def work_until_death(self) -> None:
        """Works until a module kills the worker; its lease is over then."""
        try:
            self.work()
        except Died:
            with self.store.writing() as connection:
                self.queue.release(connection, self.manner.taker.name)


@cache
def usual_company(folder: Path, effect: str = "once") -> Compilation:
    """The datastore of the company, opened once."""
    return open_company(write_company(folder, effect=effect))


def values(**properties: RunValue) -> dict[str, RunValue]:
    """Properties."""
    return properties
