"""What can go wrong with a change of a web site: each kind of fault, at each command and undo, so many times."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aelang.requests.transactions.planning import Delete, Modify
from tests.hosting.bench import Hoster
from tests.hosting.example import Device

ORDER: Mapping[str, tuple[str, ...]] = {
    "add": ("dns", "web", "databases", "mail"),
    "modify": ("dns", "web", "mail"),
    "delete": ("mail", "databases", "web", "dns"),
}
"""The devices that a change comes to, in the order of its commands."""

ATTEMPTS = {"dns": 3, "web": 3, "databases": 3, "mail": 2}
FAULTS = ("fail", "fail-after", "hang", "hang-after", "babble", "lie")
DOING = ("fail-after", "hang-after", "babble")
CONTRARY = {"add": "delete", "modify": "modify", "delete": "add"}


class Told(NamedTuple):
    """What a device is told, in the words of `devices.py tell`."""

    device: str
    fault: str
    times: int = 1


class Scenario(NamedTuple):
    """A change; what goes wrong while its commands are executed, and what while they are undone."""

    change: str
    forward: tuple[Told, ...] = ()
    backward: tuple[Told, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether a command fails as often as it is tried."""
        return any(each.fault != "lie" and each.times >= ATTEMPTS[each.device] for each in self.forward)

    @property
    def sticks(self) -> bool:
        """Whether an undo fails. What a device babbles then, its module does not listen to."""
        return any(each.fault not in ("lie", "babble") for each in self.backward)

    @property
    def liars(self) -> set[str]:
        """The devices that say what is not true."""
        return {each.device for each in (*self.forward, *self.backward) if each.fault == "lie"}

    def tell(self, devices: Mapping[str, Device]) -> None:
        """Has the devices do it."""
        for each in self.forward:
            devices[each.device].tell(each.fault, times=each.times * _orders(each))
        for each in self.backward:
            if self.change == "modify":  # both directions are modifications
                devices[each.device].tell("fine")
            devices[each.device].tell(each.fault, CONTRARY[self.change], each.times)


def _orders(told: Told) -> int:
    """How many orders an attempt is: a mailbox has an alias, and is not heard to babble before that is made too. They
    are told for whatever order, since a second attempt to add a service finds it there, and modifies it."""
    return 2 if (told.device, told.fault) == ("mail", "babble") else 1


def going_forward() -> Iterator[Scenario]:
    """A fault at a command, each kind and as often as can be."""
    for change, devices in ORDER.items():
        for device in devices:
            yield Scenario(change, (Told(device, "lie"),))
            for fault in FAULTS[:-1]:
                most = 1 if _is_done_once(change, fault) else ATTEMPTS[device]
                for times in range(1, most + 1):
                    yield Scenario(change, (Told(device, fault, times),))


def _is_done_once(change: str, fault: str) -> bool:
    """Whether a second attempt has nothing to do: the service is gone."""
    return change == "delete" and fault in DOING


def going_back() -> Iterator[Scenario]:
    """A command that fails for good, and a fault at an undo of those before it."""
    for change, devices in ORDER.items():
        for place, last in enumerate(devices):
            for device in devices[:place]:
                for fault in FAULTS:
                    yield Scenario(change, (Told(last, "fail", ATTEMPTS[last]),), (Told(device, fault),))


def going_all_wrong() -> Iterator[Scenario]:
    """The last command fails for good after its work was done, and no undo goes well."""
    for change, devices in ORDER.items():
        for fault in FAULTS[:-1]:
            last = Told(devices[-1], "fail" if change == "delete" else "fail-after", ATTEMPTS[devices[-1]])
            yield Scenario(change, (last,), tuple(Told(each, fault) for each in devices[:-1]))


def place(hoster: Hoster, scenario: Scenario, account: str) -> int:
    """Orders the change for a new account, which has a web site where it is to be changed; gives the request."""
    hoster.account(account)
    if scenario.change != "add":
        hoster.site(account)
        hoster.work()
    scenario.tell(hoster.modules.devices)
    match scenario.change:
        case "add":
            return hoster.site(account)
        case "modify":
            return hoster.order(Modify(hoster.root(account), {"domain": f"new.{account}.example"}), account)
        case _:
            return hoster.order(Delete(hoster.root(account)), account)


def check(hoster: Hoster, scenario: Scenario, account: str) -> None:
    """Works the scenario to its end, with an operator where one is needed, and sees that it is the right one."""
    before = set(hoster.differences())
    number = place(hoster, scenario, account)
    hoster.work()
    rests = "FailedRollbackError" if scenario.fails and scenario.sticks else _end_of(scenario)
    assert rests == hoster.standing(number).transaction.status
    assert (rests == "FailedRollbackError") == (hoster.repair(number) > 0)
    found = hoster.end(number)
    more = [each for each in found.differences if each not in before]
    assert (_end_of(scenario), 0) == (found.status, found.locks)
    assert scenario.liars == {each.split()[1] for each in more}
    assert [] == hoster.unsettled()


def _end_of(scenario: Scenario) -> str:
    return "Failed" if scenario.fails else "Ok"
