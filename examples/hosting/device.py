"""A simulated device: it keeps services in a file of its own, and does wrong what it was told to do wrong.

It knows nothing of requests or of the store. Orders and answers are what JSON has:

    {"device": "dns", "action": "look", "id": 3}
        {"there": null}, or {"there": {"type": ..., "properties": ...}}
    {"device": "dns", "action": "add", "id": 3, "type": "/Hosting/Zone/standard", "properties": {...}}
        {"produced": {...}}, or {"error": "...", "nothing_done": true}
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DEVICES = ("dns", "web", "databases", "mail")
CHANGES = ("add", "modify", "delete")

FAULTS = {
    "fine": "does it, and says so; what it was told next is for the order after that",
    "fail": "refuses, and does nothing",
    "fail-after": "does it, and then fails",
    "hang": "does not answer, and does nothing",
    "hang-after": "does it, and does not answer",
    "lie": "says that it did it, and does nothing",
    "babble": "does it, and answers what nobody understands",
}
"""What a device can be told to do wrong."""

PRODUCED = {"Zone": ("zone_id", "zone-{}"), "Space": ("user", "u{}"), "Database": ("schema", "db{}")}
"""What devices say of services that are new, by their classes."""


class Hangs(Exception):
    """There will be no answer."""


class Device:
    """The device `name`, whose files are in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._services = folder / f"{name}.json"
        self._faults = folder / f"{name}.faults"

    def services(self) -> dict[str, Any]:
        """What is there, by id: type and properties."""
        found: dict[str, Any] = json.loads(self._services.read_text()) if self._services.exists() else {}
        return found

    def lines(self) -> Iterator[str]:
        """What is there, a service a line."""
        for number, each in sorted(self.services().items(), key=lambda item: int(item[0])):
            yield line(self.name, number, each["type"], each["properties"])

    def tell(self, fault: str, action: str = "", times: int = 1) -> None:
        """Has the next orders, those for `action` alone, go wrong."""
        self.keep(self._faults, "\n".join([*self._told(), *[f"{fault} {action}".strip()] * times]) + "\n")

    def answer(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Does what `order` says. Raises Hangs."""
        number, action = str(order["id"]), str(order["action"])
        if action == "look":
            return {"there": self.services().get(number)}
        fault = self._next_fault(action)
        if fault in ("fail", "hang", "lie"):
            produced = dict(order["properties"]) if "properties" in order else {}
        else:
            try:
                produced = self._change(number, action, order)
            except ValueError as why:
                return {"error": str(why), "nothing_done": True}
        match fault:
            case "fail":
                return {"error": f"{self.name} says no", "nothing_done": True}
            case "fail-after":
                return {"error": f"{self.name} broke down"}
            case "hang" | "hang-after":
                raise Hangs
            case "babble":
                return {"produced": {"weather": ["rain"]}}
            case _:
                return {"produced": _said(number, order, produced)}

    def _change(self, number: str, action: str, order: Mapping[str, Any]) -> dict[str, Any]:
        found = self.services()
        if (number in found) == (action == "add"):
            raise ValueError(f"{self.name} has {'a' if action == 'add' else 'no'} service {number}")
        if action == "delete":
            del found[number]
            self.keep(self._services, json.dumps(found, indent=1))
            return {}
        properties = dict(order["properties"])
        properties |= _said(number, order, properties)
        found[number] = {"type": order["type"], "properties": properties}
        self.keep(self._services, json.dumps(found, indent=1))
        return properties

    # -- faults ----------------------------------------------------------------------------------------------------

    def _told(self) -> list[str]:
        return self._faults.read_text().splitlines() if self._faults.exists() else []

    def _next_fault(self, action: str) -> str | None:
        told = self._told()
        fault, _, only = told[0].partition(" ") if told else ("", "", "")
        if not fault or only not in ("", action):
            return None
        self.keep(self._faults, "".join(f"{each}\n" for each in told[1:]))
        return fault

    def keep(self, file: Path, text: str) -> None:
        """Writes `text` in one go: whoever is killed leaves the old text or the new one."""
        beside = file.with_suffix(".new")
        beside.write_text(text)
        os.replace(beside, file)


def line(device: str, number: object, type_: str, properties: Mapping[str, Any]) -> str:
    """A service as listings have it."""
    said = (f"{name}={'' if value is None else value}" for name, value in sorted(properties.items()))
    return " ".join((device, str(number), type_.split("/")[-2], *said))


def listing(folder: Path) -> list[str]:
    """What all devices have, a service a line."""
    return [line for name in DEVICES for line in Device(folder, name).lines()]


def _said(number: str, order: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """What is new of a service; one that was there before keeps what it had."""
    of = PRODUCED.get(str(order.get("type", "//")).split("/")[-2])
    return {} if of is None else {of[0]: properties.get(of[0]) or of[1].format(number)}
