"""A worker stays with a transaction for a few commands, and no longer than others may wait."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.project import Compilation
from aelang.requests import recovery
from aelang.requests.clock import later
from aelang.requests.queue import list_items
from aelang.requests.store import Store
from aelang.requests.store.cases import read_case
from aelang.requests.transactions.planning import Add
from tests.requests.stores import PostgresqlStores, waits
from tests.requests.transactions.shop import Company, Servers, open_company, values, write_company
from tests.requests.working import BEGIN

SITE = Add("/Hosting/WebSite/standard", values(domain="example.org"))


class Disturbed(Servers):
    """Servers during whose work something happens; `messages` are those for which they worked."""

    disturb: Callable[[], None] = staticmethod(lambda: None)
    look: Callable[[], int]

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.messages: set[int] = set()

    def run(self, call: MethodCall) -> MethodResult:
        """Works, with what happens meanwhile."""
        done = super().run(call)
        if call.method.name == "execute":
            self.messages.add(self.look())
            self.disturb()
        return done


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Compilation:
    return open_company(write_company(tmp_path_factory.mktemp("company")))


@pytest.fixture
def work(store: Store, tmp_path: Path, opened: Compilation) -> Company:
    servers = Disturbed(tmp_path / "servers.json")
    servers.look = lambda: running(store)
    made = Company(store, tmp_path, servers, opened)
    made.account()
    return made


def running(store: Store) -> int:
    """The message at work."""
    with store.reading() as connection:
        return next(each.number for each in list_items(connection, ["running"]))


def disturb(work: Company, act: Callable[[], object]) -> None:
    assert isinstance(work.servers, Disturbed)
    work.servers.disturb = act  # type: ignore[assignment]  # what it gives is of no interest


def messages(work: Company) -> int:
    """Of how many messages the runs of commands were."""
    assert isinstance(work.servers, Disturbed)
    return len(work.servers.messages)


def test_commands_that_take_no_time_are_worked_by_one_message(work: Company) -> None:
    number = work.order(SITE)
    work.work()
    assert ("Ok", 1) == (work.standing(number).transaction.status, messages(work))


def test_after_a_command_that_takes_long_others_have_their_turn(work: Company) -> None:
    number = work.order(SITE)
    disturb(work, lambda: work.clock.wait(later(work.clock.now(), 60), 60))
    work.work()
    assert ("Ok", 3) == (work.standing(number).transaction.status, messages(work))


def test_a_worker_that_is_to_end_leaves_the_other_commands_to_another(work: Company) -> None:
    number = work.order(SITE)
    disturb(work, work.worker.end)
    work.work()
    with work.store.reading() as connection:
        left = [each.state for each in list_items(connection)]
    assert (["add zone"], ["ready"]) == (work.servers.calls, left)
    after = Company(work.store, Path(), work.servers, work.opened)
    disturb(after, lambda: None)
    after.work()
    assert "Ok" == after.standing(number).transaction.status


def test_a_cancel_is_heard_before_the_next_command(work: Company) -> None:
    number = work.order(SITE)

    def stop() -> None:
        disturb(work, lambda: None)
        work.cancel(number)

    disturb(work, stop)
    work.work()
    assert (["add zone", "undo: delete zone"], "Failed") == (
        work.servers.calls, work.standing(number).transaction.status,
    )  # fmt: skip


def test_a_cancel_for_which_the_worker_has_waited_is_heard(
    databases: PostgresqlStores, tmp_path: Path, opened: Compilation
) -> None:
    store = databases.new()
    work = Company(store, tmp_path, servers := Disturbed(tmp_path / "servers.json"), opened)
    servers.look = lambda: running(store)
    work.account()
    number = work.order(SITE)
    has_locked = threading.Event()

    def stop() -> None:
        with store.writing() as connection:
            case = read_case(connection, number)
            assert case is not None and recovery.cancel_request(connection, case, work.admin, BEGIN) is None
            has_locked.set()
            while not waits(store):
                assert worker.is_alive()

    other = threading.Thread(target=stop)

    def begin() -> None:
        disturb(work, lambda: None)
        other.start()
        has_locked.wait()

    disturb(work, begin)
    worker = threading.Thread(target=work.work)
    worker.start()
    worker.join()
    other.join()
    assert ["add zone", "undo: delete zone"] == servers.calls
    store.close()


def test_what_goes_wrong_with_the_next_command_does_not_touch_the_one_before(work: Company) -> None:
    work.order(SITE)

    def damage() -> None:
        with work.store.writing() as connection:
            connection.execute(text("UPDATE commands SET resource_properties = '\"no hash\"' WHERE place = 3"))

    disturb(work, damage)
    work.work()
    with work.store.reading() as connection:
        statuses = connection.execute(text("SELECT status FROM commands ORDER BY place")).scalars().all()
        (dead,) = list_items(connection)
    assert (["Ok", "Ok", "Pending"], "dead") == (statuses, dead.state)
    assert [each for each in work.told if f"message {dead.number} (deliver) is given up" in each]
