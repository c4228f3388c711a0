"""The hoster of `examples/hosting` at work in this process: its own modules, on its own devices, without a network."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import text

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.project import Compilation, open_project
from aelang.requests.clock import WorkClock
from aelang.requests.store import Store
from aelang.requests.transactions import operating
from aelang.requests.transactions.accounts import find_account
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.operating import Repair, situation_of
from aelang.requests.transactions.planning import Add
from aelang.requests.transactions.rows import Command
from aelang.requests.transactions.standing import actions_of
from tests.hosting.example import DEVICES, EXAMPLE, PRODUCED, Device, Hangs, differences, line, listing
from tests.requests.transactions.desk import Desk
from tests.transcripts import ROOT

SITE = "/Hosting/WebSite/standard"
OPERATOR = "olga"


@cache
def opened() -> Compilation:
    """The datastore of the example, with the base domain."""
    roots = [str(EXAMPLE / "automate"), str(ROOT / "datastore")]
    return open_project(roots, cache=False)


class Modules:
    """Runs the modules of the example on the devices in `folder`; any other method does nothing. `found` are the
    services that a module found done, or gone, before it had done anything."""

    def __init__(self, folder: Path, device: Callable[[Path, str], Device] = Device) -> None:
        folder.mkdir(exist_ok=True)
        self.devices = {name: device(folder, name) for name in DEVICES}
        self.found: list[str] = []
        self.before: Callable[[dict[str, Any]], None] = lambda command: None
        self._namespaces: dict[str, dict[str, Any]] = {}

    def run(self, call: MethodCall) -> MethodResult:
        """Runs the method in this process."""
        if "/Work/" not in f"/{call.method.path}":
            return MethodResult()
        root: Any = call.handle.root
        self.before(self._command(call))
        evm = SimpleNamespace(root=root, log=lambda level, said: self.found.append(said),
                              get_state_var=lambda name: call.handle.state_vars[name])  # fmt: skip
        self._namespace(call)["main"](evm)
        return MethodResult()

    @staticmethod
    def _command(call: MethodCall) -> Any:
        return call.handle.state_vars["command"]

    def _namespace(self, call: MethodCall) -> dict[str, Any]:
        text = call.code[-1].text
        if text not in self._namespaces:
            found: dict[str, Any] = {}
            exec(compile(text, call.code[-1].path, "exec"), found)
            found["ask"] = self._ask
            self._namespaces[text] = found
        return self._namespaces[text]

    def _ask(self, device: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.devices[order["device"]].answer(order)
        except Hangs:
            raise TimeoutError(f"{order['device']} did not answer in {device['patience']} seconds") from None


class End(NamedTuple):
    """How a transaction ended, and in what its devices differ from the store."""

    status: str
    commands: tuple[str, ...]
    locks: int
    differences: list[str]


class Hoster(Desk):
    """Takes orders for accounts, and works them. What a run of the worker does not finish, an operator repairs."""

    def __init__(
        self, store: Store, folder: Path, modules: Modules | None = None, clock: WorkClock | None = None,
        drain: bool = True,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.modules = modules or Modules(folder)
        super().__init__(store, opened(), self.modules, clock, poll=0.0 if drain else 0.02, drain=drain)

    # -- orders ----------------------------------------------------------------------------------------------------

    def site(self, account: str = "acme", **properties: Any) -> int:
        """A request for a web site."""
        return self.order(Add(SITE, {"domain": f"{account}.example", **properties}), account)

    def root(self, account: str = "acme") -> int:
        """The id of the first service of `account`."""
        with self.store.reading() as connection:
            return services_of(connection, find_account(connection, account).id)[0].id

    # -- how it stands ---------------------------------------------------------------------------------------------

    def end(self, number: int) -> End:
        """How a transaction has come to rest."""
        standing = self.standing(number)
        with self.store.reading() as connection:
            asked = text("SELECT count(*) FROM locks WHERE request_id = :number")
            locks = connection.execute(asked, {"number": number}).scalar_one()
        commands = tuple(each.status for each in standing.commands)
        return End(standing.transaction.status, commands, locks, self.differences())

    def differences(self) -> list[str]:
        """In what the devices differ from the store, by a program that knows neither."""
        return differences("\n".join(self.stored()), "\n".join(listing(self.folder)))

    def stored(self) -> list[str]:
        """What the store says that there is on devices."""
        with self.store.reading() as connection:
            numbers = connection.execute(text("SELECT id FROM accounts ORDER BY id")).scalars().all()
            services = [each for number in numbers for each in services_of(connection, number)]
        return sorted({
            line(each.resource.split("/")[-1], each.physical_id, each.type, each.values)
            for each in services
            if each.resource is not None
        })  # fmt: skip

    def unsettled(self) -> list[str]:
        """The services that are not as they should be when nothing is at work."""
        with self.store.reading() as connection:
            numbers = connection.execute(text("SELECT id FROM accounts ORDER BY id")).scalars().all()
            services = [each for number in numbers for each in services_of(connection, number)]
        return [
            f"{each.name} {each.status}" for each in services if (each.status, each.physical_status) != ("Ok", "Ok")
        ]

    # -- the operator ----------------------------------------------------------------------------------------------

    def repair(self, number: int) -> int:
        """Says of each command in question how it really stands, by looking at its device, and lets the transaction go
        on; as often as that is needed. Gives how often it was."""
        for times in range(20):
            self.work()
            if not self.say_how_it_stands(number):
                return times
        raise AssertionError(f"request {number} cannot be repaired")

    def say_how_it_stands(self, number: int) -> bool:
        """Says it of each command in question, and lets the transaction go on; False where nobody asks."""
        with self.store.reading() as connection:
            broken = situation_of(connection, number)
        if broken is None:
            return False
        with self.store.writing() as connection:
            for command in broken.commands:
                status = self._truth(connection, command, broken.situation)
                produced = self._produced(connection, command) if (status, broken.situation) == ("Ok", 1) else {}
                said = Repair(status, "looked", OPERATOR, command.id, produced)
                assert operating.repair(connection, number, said, self.clock.now()) is None
            assert operating.go_on(connection, number, self.clock.now()) is None
        return True

    def _truth(self, connection: Any, command: Command, situation: int) -> str:
        """How `command` stands, by its device: what it is about is there or is not, as it is to be or otherwise."""
        told = {each.physical_id: each.action for each in actions_of(connection, command.id)}
        there = self.modules.devices[command.resource.split("/")[-1]].services()
        if command.action == "modify":
            return self._truth_of_modify(connection, command, situation)
        is_executed = {(str(number) in there) == (action == "add") for number, action in told.items()}
        if situation == 1:
            return "Ok" if is_executed == {True} else "Pending"
        return "FailedUndoDone" if is_executed == {False} else "Ok"

    def _produced(self, connection: Any, command: Command) -> dict[str, Any]:
        """What the device says of services that are there."""
        there = self.modules.devices[command.resource.split("/")[-1]].services()
        found = {str(each.physical_id): there.get(str(each.physical_id)) for each in actions_of(connection, command.id)}
        names = {name for name, _ in PRODUCED.values()}
        return {
            number: {name: value for name, value in each["properties"].items() if name in names}
            for number, each in found.items() if each is not None and names & each["properties"].keys()
        }  # fmt: skip

    def _truth_of_modify(self, connection: Any, command: Command, situation: int) -> str:
        """A modification can be made twice, and be taken back twice."""
        return "Pending" if situation == 1 else "Ok"
