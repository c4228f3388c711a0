"""Two orders that are checked against a quota at the same moment: one of them sees the other."""

from pathlib import Path

import pytest

from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.methods import Runners
from aelang.requests.rows import Case
from aelang.requests.store import Store
from aelang.requests.store.record_rows import create_row
from aelang.services.records import Reference
from aelang.shipped import datastore_folder
from tests.requests.working import Methods, Work


class Meanwhile(Methods):
    """The methods of the base domain; before the first call of `name` another worker does all that there is to do."""

    def __init__(self, name: str = "", other: "Work | None" = None) -> None:
        super().__init__()
        self._runners = Runners()
        self._name = name
        self._other = other

    def run(self, call: MethodCall) -> MethodResult:
        """Runs the method."""
        self.calls.append(call.method.name)
        if call.method.name == self._name and self._other is not None:
            other, self._other = self._other, None
            other.work()
        return self._runners.run(call)


def _order(work: Work, template: int, machines: int) -> int:
    options = {"src_vm_id": [template, "rhel"], "number_of_vms": machines}
    return work.request("template", options=options, source=Reference("MiqTemplate", template))


def _standing(case: Case) -> tuple[str, int]:
    return case.request.approval_state, len(case.tasks)


@pytest.mark.parametrize("moment", ["used", "requested", "validate_quota"])
def test_of_two_orders_that_are_too_much_together_one_is_denied(store: Store, moment: str) -> None:
    template = _shop(store, machines=4)
    second = Work(store, Path(datastore_folder()), Meanwhile())
    first = Work(store, Path(datastore_folder()), Meanwhile(moment, second))
    one, two = _order(first, template, 3), _order(first, template, 3)
    first.work()
    standings = sorted((_standing(first.case(one)), _standing(first.case(two))))
    assert [("approved", 3), ("denied", 0)] == standings


def test_two_orders_for_which_there_is_room_are_both_begun(store: Store) -> None:
    template = _shop(store, machines=6)
    second = Work(store, Path(datastore_folder()), Meanwhile())
    first = Work(store, Path(datastore_folder()), Meanwhile("used", second))
    one, two = _order(first, template, 3), _order(first, template, 3)
    first.work()
    assert [("approved", 3)] * 2 == [_standing(first.case(one)), _standing(first.case(two))]


def _shop(store: Store, machines: int) -> int:
    """A quota of so many machines, and a template; its id."""
    with store.writing() as connection:
        create_row(connection, "TenantQuota", {"name": "vms_allocated", "value": float(machines), "tenant_id": 1})
        return create_row(connection, "MiqTemplate", {"name": "rhel", "cloud": False}).id
