"""Several at once: nobody's writing is lost, and nothing is decided twice (SQLite and PostgreSQL)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import text

from aelang.interpreter.values import Symbol
from aelang.requests import approving, creating
from aelang.requests.decision import Answer, Decision, Refused
from aelang.requests.rows import Case, Person
from aelang.requests.store import Store
from aelang.requests.store.keeping import keep_image
from aelang.requests.store.records import StoreRecords
from aelang.services import Catalog
from tests.requests.living import ANN, BEGIN, BOB, CAROL, Kept
from tests.requests.stores import PostgresqlStores

_THREADS = 4


def _at_once(acts: list[Callable[[], object]]) -> list[object]:
    with ThreadPoolExecutor(_THREADS) as threads:
        return [each.result() for each in [threads.submit(act) for act in acts]]


def _new(kept: Kept, needed: int | None) -> int:
    wanted = creating.Wanted("automation", approvals_needed=needed)
    made = kept.make(lambda numbers: creating.create(wanted, ANN, numbers, BEGIN), BEGIN)
    assert isinstance(made, Case)
    return made.request.id


def test_two_who_approve_at_once_begin_the_work_once(store: Store) -> None:
    kept = Kept(store)
    number = _new(kept, 2)

    def approve(by: Person) -> Callable[[], Answer]:
        return lambda: kept.change(number, lambda case, _: approving.approve(case, by, "", BEGIN), BEGIN)

    answers = _at_once([approve(BOB), approve(CAROL), approve(BOB), approve(CAROL)])
    assert [2, 2] == [sum(isinstance(each, kind) for each in answers) for kind in (Decision, Refused)]
    assert 1 == sum(each.message.method == "create_request_tasks" for each in kept.queue())


def test_requests_that_are_made_at_once_have_ids_of_their_own(store: Store) -> None:
    kept = Kept(store)
    assert 20 == len(set(_at_once([lambda: _new(kept, None)] * 20)))


def test_options_that_are_set_at_once_are_all_there(store: Store) -> None:
    number = _new(Kept(store), None)
    request = Catalog(StoreRecords(store), 1).find("MiqRequest", number)
    assert request is not None
    _at_once([partial(request.call, "set_option", (f"o{each}", each)) for each in range(20)])
    options = request.call("options")
    assert isinstance(options, dict)
    assert {Symbol(f"o{each}"): each for each in range(20)}.items() <= options.items()


def test_records_that_are_made_at_once_have_ids_of_their_own(store: Store) -> None:
    records = StoreRecords(store)
    assert 20 == len(set(_at_once([lambda: records.create("Host", {"name": "a"})] * 20)))


def test_an_image_that_two_keep_at_once_is_kept_once(databases: PostgresqlStores) -> None:
    store = databases.new()
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")

    def keep() -> None:
        with store.writing() as connection:
            keep_image(connection, "a", b"image", BEGIN)

    with ThreadPoolExecutor(1) as threads:
        with store.writing() as connection:
            keep_image(connection, "a", b"image", BEGIN)
            other = threads.submit(keep)
            while not connection.execute(waiting).scalar_one():
                assert not other.done()
        other.result()
    with store.reading() as connection:
        assert [b"image"] == connection.execute(text("SELECT body FROM images")).scalars().all()
    store.close()
