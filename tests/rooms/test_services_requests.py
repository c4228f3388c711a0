"""Requests, tasks and services: options, messages, tags, approvals, states (REQUESTS.md 1.3 to 1.8)."""

import pytest

from aelang.interpreter.values import RunValue, Symbol
from aelang.services import Catalog, Inventory, Record
from aelang.services.linking import link
from aelang.services.records import Reference

_CATEGORIES = [
    {"id": 1, "name": "environment", "description": "Environment"},
    {"id": 2, "name": "prod", "description": "Production", "parent_id": 1},
    {"id": 3, "name": "test", "description": "Test", "parent_id": 1},
    {"id": 4, "name": "department", "description": "Department"},
    {"id": 5, "name": "sales", "description": "Sales", "parent_id": 4},
]


def _one(model: str, **columns: object) -> Record:
    rows = {
        model: [{"id": 7, **columns}],
        "Classification": _CATEGORIES,
        "User": [{"id": 1, "name": "Ann", "userid": "ann", "email": "ann@example.com"}],
    }
    found = Catalog(Inventory(link(rows))).find(model, 7)
    assert found is not None
    return found


def _after(record: Record, name: str, *given: RunValue) -> Record:
    record.call(name, given)
    return record


# -- options


@pytest.mark.parametrize("key", [Symbol("size"), "size"])
def test_an_option_is_found_by_symbol_and_by_text(key: RunValue) -> None:
    assert 3 == _one("AutomationRequest", options={Symbol("size"): 3}).call("get_option", (key,))


def test_of_a_choice_get_option_gives_the_first_and_get_option_last_the_last() -> None:
    request = _one("MiqProvisionRequest", options={Symbol("size"): [3, "large"]})
    assert [3, "large"] == [request.call("get_option", ("size",)), request.call("get_option_last", ("size",))]


def test_an_option_that_is_not_set_is_nil() -> None:
    assert _one("MiqProvision").call("get_option", (Symbol("size"),)) is None


def test_what_set_option_writes_get_option_reads() -> None:
    task = _after(_one("MiqProvision", options={Symbol("a"): 1}), "set_option", "b", 2)
    assert {Symbol("a"): 1, Symbol("b"): 2} == task.call("options")


def test_an_option_that_was_kept_by_text_has_one_value_after_it_is_set() -> None:
    task = _after(_one("MiqProvision", options={"a": 1}), "set_option", Symbol("a"), 2)
    assert {Symbol("a"): 2} == task.call("options")


def test_a_vm_has_no_options() -> None:
    with pytest.raises(LookupError):
        _one("Vm").read("get_option", ("size",))


def test_dialog_options_are_kept_by_name() -> None:
    task = _after(_one("ServiceTemplateProvisionTask"), "set_dialog_option", "dialog_name", "web")
    assert [{"dialog_name": "web"}, "web"] == [
        task.call("dialog_options"),
        task.call("get_dialog_option", ("dialog_name",)),
    ]


def test_variables_of_a_service_are_set_read_and_deleted() -> None:
    service = _after(_one("Service"), "set_service_vars_option", "ip", "10.0.0.1")
    found = service.call("get_service_vars_option", ("ip",))
    service.call("delete_service_vars_option", ("ip",))
    assert ["10.0.0.1", {}] == [found, service.call("service_vars_options")]


def test_what_is_placed_is_kept_with_its_name() -> None:
    task = _one("MiqProvision")
    task.call("set_host", (_one("Host", name="esx1"),))
    assert [7, "esx1"] == task.call("options")[Symbol("placement_host_name")]  # type: ignore[index,call-overload]


def test_network_adapters_are_kept_by_number() -> None:
    task = _after(_one("MiqProvision"), "set_network_adapter", 1, {"network": "lan"})
    assert {"network": "lan"} == task.call("get_option_last", ("networks",))


# -- messages


def test_a_user_message_is_cut_at_255_and_becomes_the_message() -> None:
    request = _after(_one("AutomationRequest"), "user_message=", "x" * 300)
    kept = [request.call("get_option", (Symbol("user_message"),)), request.call("message")]
    assert ["x" * 252 + "..."] * 2 == kept


def test_a_blank_user_message_leaves_the_message_alone() -> None:
    request = _after(_one("AutomationRequest", message="before"), "user_message=", "")
    assert "before" == request.call("message")


def test_a_message_of_a_task_is_written() -> None:
    assert "now" == _after(_one("MiqProvision", state="active"), "message=", "now").call("message")


def test_a_message_is_ignored_once_the_task_is_finished() -> None:
    task = _after(_one("MiqProvision", state="finished", message="done"), "message=", "late")
    assert "done" == task.call("message")


def test_finished_keeps_the_status() -> None:
    task = _after(_one("AutomationTask", state="active", status="Warn"), "finished", "done")
    assert ["finished", "Warn", "done"] == [task.call("[]", (name,)) for name in ("state", "status", "message")]


def test_a_request_with_one_task_says_what_the_task_says() -> None:
    rows = link({"MiqProvisionRequest": [{"id": 1, "miq_provisions": [Reference("MiqProvision", 2)]}],
                 "MiqProvision": [{"id": 2, "state": "active"}]})  # fmt: skip
    catalog = Catalog(Inventory(rows))
    catalog.where("MiqProvision", {})[0].call("message=", ("cloning",))
    assert "cloning" == catalog.where("MiqRequest", {})[0].call("message")


# -- states


@pytest.mark.parametrize(
    ("model", "state", "status", "expected"),
    [
        ("AutomationTask", "active", "Ok", "retry"),
        ("AutomationTask", "finished", "Ok", "ok"),
        ("AutomationTask", "finished", "Warn", "warn"),
        ("ServiceReconfigureTask", "finished", "Error", "error"),
        ("ServiceTemplateProvisionTask", "provisioned", "Ok", "ok"),
        ("ServiceTemplateProvisionTask", "active", "Error", "retry"),
        ("MiqProvision", "provisioned", "Ok", "error"),
        ("MiqProvision", "active", "Ok", "retry"),
        ("VmMigrateTask", "migrated", "Warn", "ok"),
        ("VmMigrateTask", "migrated", "Error", "error"),
        ("VmRetireTask", "finished", "Warn", "ok"),
        ("VmRetireTask", "retired", "Ok", "retry"),
    ],
)
def test_what_a_state_machine_sees_of_a_task(model: str, state: str, status: str, expected: str) -> None:
    assert expected == _one(model, state=state, status=status).call("statemachine_task_status")


def test_a_provisioned_task_with_its_vm_is_ok() -> None:
    rows = {"MiqProvision": [{"id": 1, "state": "provisioned", "status": "Ok", "destination": Reference("Vm", 2)}],
            "Vm": [{"id": 2}]}  # fmt: skip
    assert "ok" == Catalog(Inventory(link(rows))).where("MiqProvision", {})[0].call("statemachine_task_status")


def test_status_of_a_task_is_what_a_state_machine_sees() -> None:
    assert "retry" == _one("AutomationTask", state="active", status="Ok").call("status")


def test_the_column_status_of_a_task_is_reached_by_its_name() -> None:
    task = _one("AutomationTask", state="active", status="Ok")
    assert ["Ok", "Ok"] == [task.call("[]", ("status",)), task.call("attributes")["status"]]  # type: ignore[index,call-overload]


def test_a_request_shows_its_state_under_two_names() -> None:
    assert "active" == _one("AutomationRequest", request_state="active").call("state")


@pytest.mark.parametrize(
    ("model", "expected"),
    [("MiqProvisionRequest", "vm"), ("ServiceReconfigureRequest", "service"),
     ("MiqProvisionConfiguredSystemRequest", "configured_system"), ("VmRetireRequest", "vm")],
)  # fmt: skip
def test_a_request_tells_what_it_is_about(model: str, expected: str) -> None:
    assert expected == _one(model).call("ci_type")


def test_a_task_waits_for_those_of_lower_priority() -> None:
    rows = {
        "ServiceTemplateProvisionTask": [
            {"id": 1},
            {"id": 2, "miq_request_task": Reference("ServiceTemplateProvisionTask", 1), "state": "active",
             "options": {Symbol("service_resource_id"): 8}},
            {"id": 3, "miq_request_task": Reference("ServiceTemplateProvisionTask", 1),
             "options": {Symbol("service_resource_id"): 9}},
        ],
        "ServiceResource": [{"id": 8, "provision_index": 0}, {"id": 9, "provision_index": 1}],
    }  # fmt: skip
    tasks = Catalog(Inventory(link(rows))).where("ServiceTemplateProvisionTask", {})
    assert [True, True, False] == [each.call("group_sequence_run_now?") for each in tasks]


# -- approvals


def test_an_approval_shows_on_the_request() -> None:
    request = _after(_one("AutomationRequest"), "approve", "ann", "Auto-Approved")
    names = ("approval_state", "reason", "v_approved_by", "v_approved_by_email", "authorized?")
    assert ["approved", "Auto-Approved", "Ann", "ann@example.com", True] == [request.call(each) for each in names]


def test_a_request_is_approved_when_all_its_approvals_are() -> None:
    rows = {"AutomationRequest": [{"id": 1}], "MiqApproval": [{"id": number, "miq_request_id": 1} for number in (1, 2)]}
    catalog = Catalog(Inventory(rows))
    catalog.find("MiqApproval", 1).call("approve", ("ann", ""))  # type: ignore[union-attr]
    before = catalog.where("MiqRequest", {})[0].call("approval_state")
    catalog.find("MiqApproval", 2).call("approve", ("ann", ""))  # type: ignore[union-attr]
    assert [None, "approved"] == [before, catalog.where("MiqRequest", {})[0].call("approval_state")]


def test_a_denied_request_is_finished() -> None:
    request = _after(_one("AutomationRequest"), "deny", "ann", "no")
    names = ("approval_state", "request_state", "status")
    assert ["denied", "finished", "Denied"] == [request.call(each) for each in names]


def test_approvers_are_users() -> None:
    rows = {
        "AutomationRequest": [{"id": 1}],
        "MiqApproval": [
            {"id": 1, "miq_request_id": 1, "approver": Reference("User", 1)},
            {"id": 2, "miq_request_id": 1, "approver": Reference("MiqGroup", 1)},
        ],
        "User": [{"id": 1}],
        "MiqGroup": [{"id": 1}],
    }
    catalog = Catalog(Inventory(link(rows)))
    assert [catalog.find("User", 1)] == catalog.where("MiqRequest", {})[0].call("approvers")


# -- tags


def test_a_tag_is_told_by_its_category() -> None:
    request = _after(_one("MiqProvisionRequest"), "add_tag", Symbol("environment"), "PROD")
    assert [{Symbol("environment"): "prod"}, "prod"] == [
        request.call("get_tags"),
        request.call("get_tag", ("environment",)),
    ]


def test_two_tags_of_a_category_are_a_list() -> None:
    request = _after(
        _after(_one("AutomationRequest"), "add_tag", "environment", "prod"), "add_tag", "environment", "test"
    )
    assert ["prod", "test"] == request.call("get_tag", ("environment",))


def test_a_classification_comes_with_its_description() -> None:
    request = _after(_one("AutomationRequest"), "add_tag", "environment", "prod")
    assert {Symbol("name"): "prod", Symbol("description"): "Production"} == request.call(
        "get_classification", (Symbol("environment"),)
    )


def test_a_tag_that_does_not_exist_is_passed_over() -> None:
    assert {} == _after(_one("AutomationRequest"), "add_tag", "environment", "moon").call("get_tags")


def test_tags_are_cleared_by_category() -> None:
    request = _one("AutomationRequest", options={Symbol("tag_ids"): [2, 3, 5]})
    assert {Symbol("department"): "sales"} == _after(request, "clear_tag", "environment").call("get_tags")


def test_one_tag_of_a_category_is_cleared() -> None:
    request = _one("AutomationRequest", options={Symbol("tag_ids"): [2, 3]})
    assert {Symbol("environment"): "test"} == _after(request, "clear_tag", "environment", "prod").call("get_tags")


# -- evm.execute


def test_an_automation_request_is_made_as_the_life_cycle_says() -> None:
    catalog = Catalog(Inventory({"User": [{"id": 1, "userid": "ann", "name": "Ann"}]}))
    made = catalog.execute("create_automation_request", ({"namespace": "Ns"}, "ann", False))
    assert isinstance(made, Record)
    names = ("approval_state", "request_state", "status", "message", "requester_name", "process")
    assert ["pending_approval", "pending", "Ok", "Automation Request - Request Created", "Ann", True] == [
        made.call(each) for each in names
    ]


def test_a_provision_request_starts_from_its_template() -> None:
    catalog = Catalog(Inventory({"MiqTemplate": [{"id": 3, "name": "rhel"}]}))
    made = catalog.execute(
        "create_provision_request", ("1.1", "name=rhel", "vm_name=web|number_of_vms=2", "auto_approve=true")
    )
    assert isinstance(made, Record)
    assert ["approved", 3, "web"] == [
        made.call("approval_state"),
        made.call("source").id,  # type: ignore[union-attr]
        made.call("get_option", ("vm_name",)),
    ]


def test_categories_and_tags_are_made() -> None:
    catalog = Catalog(Inventory({}))
    catalog.execute("category_create", ({"name": "rack"},))
    catalog.execute("tag_create", ("rack", {"name": "b12"}))
    asked = (("category_exists?", ("rack",)), ("tag_exists?", ("rack", "b12")), ("tag_exists?", ("rack", "b13")))
    assert [True, True, False] == [catalog.execute(name, given) for name, given in asked]


def test_what_cannot_be_executed_is_told_with_the_nearest_name() -> None:
    with pytest.raises(LookupError, match="did you mean `create_automation_request`"):
        Catalog(Inventory({})).execute("create_automate_request", ())


def test_what_a_record_was_asked_to_do_is_kept() -> None:
    inventory = Inventory({"Vm": [{"id": 7}]})
    Catalog(inventory).where("Vm", {})[0].call("refresh")
    assert [("refresh", Reference("Vm", 7))] == [(each.name, each.of) for each in inventory.done]
