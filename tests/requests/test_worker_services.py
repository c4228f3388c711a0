"""Services and VMs under a worker: the whole tree of tasks, its events and targets."""

from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import text

from aelang.interpreter.ports import MethodCall
from aelang.interpreter.values import RunValue, Symbol
from aelang.requests import tasks as lifecycle
from aelang.requests.queue import list_items
from aelang.requests.store import Store
from aelang.requests.store.cases import carry_out, read_case
from aelang.requests.store.keeping import read_trace
from aelang.requests.store.record_rows import create_row
from aelang.requests.targets import event_uri, task_uri
from aelang.requests.traces import read_events
from aelang.services.records import Reference
from tests.requests.making import begun
from tests.requests.working import Methods, Work, fail, machine, wait, write_datastore


def catalog(store: Store, *names: str) -> Reference:
    """A bundle of items with these names."""
    with store.writing() as connection:
        bundle = create_row(connection, "ServiceTemplate", {"name": "Shop"})
        for name in names:
            item = create_row(connection, "ServiceTemplate", {"name": name})
            part: dict[str, RunValue] = {
                "service_template_id": bundle.id, "resource_type": "ServiceTemplate", "resource_id": item.id,
                "scaling_min": 1, "provision_index": 0,
            }  # fmt: skip
            create_row(connection, "ServiceResource", part)
            columns: dict[str, RunValue] = {
                "service_template_id": item.id, "action": "Provision", "ae_namespace": "Sys", "ae_class": "Item",
                "ae_instance": "one",
            }  # fmt: skip
            create_row(connection, "ResourceAction", columns)
        columns = {"service_template_id": bundle.id, "action": "Provision", "ae_namespace": "Sys", "ae_class": "Bundle",
                   "ae_instance": "one"}  # fmt: skip
        create_row(connection, "ResourceAction", columns)
        return bundle


def _service(work: Work, store: Store) -> int:
    bundle = catalog(store, "web", "database")
    return work.request("clone_to_service", options={}, source=bundle)


def execute(work: Work, number: int) -> None:
    """The first task of the request begins with its own work: its parts."""
    with work.store.writing() as connection:
        case = read_case(connection, number)
        assert case is not None
        decision = lifecycle.execute(case, case.tasks[0].id, work.clock.now())
        carry_out(connection, case, decision, work.clock.now())  # type: ignore[arg-type]  # a decision


BUNDLE = machine("Bundle", {"begin": "METHOD::go", "check": "METHOD::check"}, {"go": "none", "check": "none"})
ITEM = machine("Item", {"make": "METHOD::make"}, {"make": "none"})


def test_a_service_has_a_task_for_each_part_and_ends_when_all_have(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, BUNDLE, ITEM))
    number = 0

    def check(call: MethodCall) -> None:
        if {"finished"} != {each.state for each in work.case(number).tasks[1:]}:
            wait(99)(call)

    work.methods.acts = {"go": lambda call: execute(work, number), "check": check}
    number = _service(work, store)
    work.work()
    case = work.case(number)
    assert [None, 1, 1] == [each.miq_request_task_id for each in case.tasks]
    assert {"go begin": 1, "make make": 2} == {
        each: work.methods.calls.count(each) for each in ("go begin", "make make")
    }  # fmt: skip
    assert {("finished", "Ok")} == {(each.state, each.status) for each in case.tasks}
    assert "finished" == case.request.request_state
    with store.reading() as connection:
        services = connection.execute(text("SELECT name, parent_id FROM services ORDER BY id")).all()
        assert () == list_items(connection)
    assert [("Shop", None), ("web", 1), ("database", 1)] == [tuple(each) for each in services]


def test_a_service_that_fails_ends_all_of_its_tasks(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, BUNDLE, ITEM), Methods({"go": fail}))
    number = _service(work, store)
    work.work()
    case = work.case(number)
    assert ("finished", "Error") == case.request[5:7]
    assert {("finished", "Error"), ("finished", "Warn")} == {(each.state, each.status) for each in case.tasks}


def test_the_tasks_are_driven_by_what_their_templates_say(store: Store, tmp_path: Path) -> None:
    work = Work(store, write_datastore(tmp_path, BUNDLE, ITEM))
    number = _service(work, store)
    work.work()
    with store.reading() as connection:
        parts = read_trace(connection, number)
    part = next(each for each in parts if each.task_id == "service_template_provision_task_1")
    assert (
        "/Sys/Bundle/one?MiqServer::miq_server=1"
        "&ServiceTemplateProvisionTask::service_template_provision_task=1&User::user=1"
        "&object_name=one&request=clone_to_service&vmdb_object_type=service_template_provision_task#create"
    ) == unquote(str(read_events(part.body)[0][1]))


def test_an_event_names_the_event_the_request_and_its_user() -> None:
    request = Reference("ServiceTemplateProvisionRequest", 7)
    assert (
        "/System/Process/Event?EventStream::event_stream=9&MiqRequest::miq_request=7&MiqServer::miq_server=1"
        "&ServiceTemplateProvisionRequest::service_template_provision_request=7&User::user=3&event_stream_id=9"
        "&event_type=request_created&object_name=Event&vmdb_object_type=service_template_provision_request"
    ) == unquote(event_uri(Reference("RequestEvent", 9), "request_created", request, 3, 1))


def test_a_vm_is_driven_by_the_usual_entry() -> None:
    (task,) = begun("template", options={"number_of_vms": 1}).tasks
    assert (
        "/System/Process/AUTOMATION?MiqProvision::miq_provision=1&MiqServer::miq_server=1&User::user=2"
        "&object_name=AUTOMATION&request=vm_provision&vmdb_object_type=miq_provision"
    ) == unquote(task_uri(task, 2, 1))


def test_an_automation_task_has_its_attributes_and_message() -> None:
    options = {"namespace": "A", "class_name": "B", "instance_name": "c", "message": "go", "attrs": {Symbol("x"): 1}}
    (task,) = begun("automation", options=options).tasks
    assert (
        "/A/B/c?AutomationTask::automation_task=1&MiqServer::miq_server=1&User::user=2&object_name=c&userid=ann"
        "&vmdb_object_type=automation_task&x=1#go"
    ) == unquote(task_uri(task, 2, 1))
