"""Methods that change the datastore while requests are worked."""

from datetime import timedelta
from pathlib import Path

from aelang.interpreter.ports import MethodCall
from aelang.requests.images import image_of
from aelang.requests.store import Store
from tests.requests.working import Methods, Work, machine, wait, write_datastore

MAKING = machine("Machine", {"make": "METHOD::make", "wait": "METHOD::slow", "use": "/Sys/Other/two"},
                 {"make": "none", "slow": "none"})  # fmt: skip
OTHER = machine("Other", {"act": "METHOD::act"}, {"act": "none"})
NEW = "Demo/Sys/Other.class/two.yaml"


def _make(call: MethodCall) -> None:
    assert call.handle.answer("instance_create", ["/Demo/Sys/Other/two", {}]) is True


def test_a_request_goes_on_with_what_its_method_made(store: Store, tmp_path: Path) -> None:
    folder = write_datastore(tmp_path, MAKING, OTHER)
    work = Work(store, folder, Methods({"make": _make, "slow": wait(1)}))
    number = work.request()
    work.work()
    assert ("finished", "Ok") == work.case(number).request[5:7]
    assert ["make make", "slow wait", "slow wait", "act act"] == work.methods.calls
    assert (folder / NEW).is_file()
    with store.reading() as connection:
        assert work.images.digest == image_of(connection, number)


def test_the_next_request_begins_with_what_the_last_one_made(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, MAKING, OTHER), Methods({"make": _make}))
    work.request()
    work.work()
    number = work.request(instance="Other/two")
    work.work()
    assert ("finished", "Ok") == work.case(number).request[5:7]


def test_a_request_on_an_earlier_datastore_edits_and_does_not_see_it(store: Store, tmp_path: Path) -> None:
    late = machine("Machine", {"wait": "METHOD::slow", "make": "METHOD::make", "use": "/Sys/Other/two"},
                   {"make": "none", "slow": "none"})  # fmt: skip
    folder = write_datastore(tmp_path, late, OTHER)
    work = Work(store, folder, Methods({"make": _make, "slow": wait(1)}))

    def change(call: MethodCall) -> None:
        wait(1)(call)
        write_datastore(folder, machine("Third", {"act": "METHOD::act"}, {"act": "none"}))
        work.images._looked -= timedelta(minutes=1).total_seconds()

    work.methods.acts = {"make": _make, "slow": change}
    number = work.request()
    work.work()
    assert (("finished", "Error"), True) == (work.case(number).request[5:7], (folder / NEW).is_file())
