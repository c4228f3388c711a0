"""The transitions of requests, one by one (REQUESTS 1.4 to 1.6)."""

from typing import Any

import pytest

from aelang.interpreter.values import Symbol
from aelang.requests import approving, cancelling, creating, starting
from aelang.requests.decision import Decision, Refused
from aelang.requests.rows import Case, Person
from aelang.requests.types import REQUEST_TYPES, TASK_TYPES
from aelang.services.computed import DISPLAYS
from aelang.services.models import is_model
from aelang.services.records import Reference
from tests.requests.living import ADMIN, ANN, BEGIN, BOB, CAROL, GREG, GROUP, Memory
from tests.requests.making import NOW, begun, done, make, new_case, said

# -- types


def test_every_type_has_models_and_a_display() -> None:
    types = REQUEST_TYPES.values()
    assert [] == [name for each in types for name in (each.request, each.task) if not is_model(name)]
    assert [] == [kind for each in types for kind in each.kinds if kind not in DISPLAYS]


def test_every_task_belongs_to_one_type() -> None:
    assert len(TASK_TYPES) == len(REQUEST_TYPES) - 1


# -- R1, R2, R11


def test_a_new_request_waits_for_its_approval() -> None:
    request = new_case().request
    found = (request.approval_state, request.request_state, request.status, request.message)
    assert ("pending_approval", "pending", "Ok", "Automation Request - Request Created") == found


def test_a_new_request_is_told_to_automate() -> None:
    assert ["request_created"] == [each.name for each in make().events]


def test_what_is_approved_at_once_is_created_then_approved_then_gets_its_tasks() -> None:
    created = make(auto_approve=True)
    assert ["request_created", "request_approved"] == [each.name for each in created.events]
    assert [("create_request_tasks", "automate", "automation_request_1")] == [
        (each.method, each.role, each.task_id) for each in created.messages
    ]


def test_what_is_approved_at_once_is_stamped_by_its_requester() -> None:
    (approval,) = new_case(auto_approve=True).approvals
    assert ("approved", "Auto-Approved", "Ann", BEGIN) == (
        approval.state, approval.reason, approval.stamper_name, approval.stamped_on,
    )  # fmt: skip


def test_the_attributes_of_an_automation_request_name_its_requester() -> None:
    options = new_case(options={"attrs": {"x": 1}}).request.options
    assert {Symbol("x"): 1, Symbol("userid"): "ann"} == options[Symbol("attrs")]


def test_a_request_for_vms_is_for_one_where_it_does_not_say() -> None:
    assert 1 == new_case("template").request.options[Symbol("number_of_vms")]


def test_a_request_in_a_cart_waits_for_its_order() -> None:
    created = make("clone_to_service", cart=True)
    assert (False, ()) == (created.case.request.process, created.events)
    ordered = creating.check_out(created.case, NOW)
    assert isinstance(ordered, Decision)
    assert (True, ["request_created"]) == (ordered.case.request.process, [each.name for each in ordered.events])


def test_a_request_template_has_no_life() -> None:
    created = make("MiqProvisionRequestTemplate", options={"src_vm_id": [7, "rhel"]})
    assert ((), (), "Miq Provision Request Template for rhel") == (
        created.events,
        created.messages,
        created.case.request.description,
    )


@pytest.mark.parametrize(
    ("wanted", "by", "sentence"),
    [
        (("automatoin", {}), ANN, "there is no request type `automatoin`: did you mean `automation`?"),
        (("automation", {}), None, "a request needs a requester: name a user that there is"),
        (("automation", {"attrs": 3}), ANN, "the option `attrs` is '3': write a hash of attributes"),
        (("template", {"number_of_vms": "many"}), ANN,
         "the option `number_of_vms` is 'many': write a whole number from 1 to 1000"),
        (("vm_migrate", {}), ANN, "the option `src_ids` is to list what VM Migrate is for: write src_ids: [4]"),
        (("service_reconfigure", {"src_id": "x"}), ANN,
         "the option `src_id` holds 'x': write the id of a record, a whole number"),
        (("automation", {"schedule_time": "soon"}), ANN,
         "the option `schedule_time` is 'soon', which is no time: write 2026-11-22T10:00:00Z"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(
    wanted: tuple[str, dict[str, Any]], by: Person | None, sentence: str
) -> None:
    assert sentence == said(creating.create(creating.Wanted(*wanted), by, Memory().numbers, BEGIN))


def test_a_request_type_is_one_of_its_model() -> None:
    wanted = creating.Wanted("MiqProvisionRequest", request_type="automation")
    assert (
        "a MiqProvisionRequest has no request type `automation`: write template or clone_to_vm or clone_to_template"
        == said(creating.create(wanted, ANN, Memory().numbers, BEGIN))
    )


def test_a_scheduled_request_gets_its_tasks_when_it_is_due() -> None:
    (message,) = make(auto_approve=True, options={"schedule_time": "2026-11-23 08:00"}).messages
    assert BEGIN.replace(day=23, hour=8) == message.deliver_on


def test_an_edit_is_told_to_automate_unless_it_is_a_message_for_people() -> None:
    told = [creating.edit(new_case(), options, NOW) for options in ({"x": 1}, {"user_message": "soon"})]
    assert [["request_updated"], []] == [
        [event.name for event in each.events] for each in told if isinstance(each, Decision)
    ]


# -- R3, R4, R8


def test_with_the_last_approval_the_request_is_approved() -> None:
    asked = (creating.Approver("User", 3, "Bob"), creating.Approver("MiqGroup", GROUP, "Approvers"))
    one = done(approving.approve(new_case(approvers=asked), BOB, "fine", NOW))
    both = done(approving.approve(one, GREG, "fine", NOW))
    assert ["pending_approval", "approved"] == [each.request.approval_state for each in (one, both)]


def test_one_of_two_approvals_may_be_enough() -> None:
    asked = (creating.Approver("User", 3, "Bob"), creating.Approver("User", 4, "Carol"))
    case = new_case(approvers=asked, approvals_needed=1)
    assert "approved" == done(approving.approve(case, CAROL, "", NOW)).request.approval_state


def test_each_approves_for_himself_first() -> None:
    asked = (creating.Approver("User", 3, "Bob"), creating.Approver("User", 4, "Carol"))
    after = done(approving.approve(new_case(approvers=asked), CAROL, "", NOW))
    assert ["pending", "approved"] == [each.state for each in after.approvals]


def test_two_approvals_take_two_people() -> None:
    once = done(approving.approve(new_case(approvals_needed=2), BOB, "", NOW))
    assert "Bob has approved request 1 already: others are still asked" == said(approving.approve(once, BOB, "", NOW))


def test_a_denial_is_the_end() -> None:
    denied = approving.deny(new_case(), BOB, "too big", NOW)
    request = done(denied).request
    assert ("denied", "finished", "Denied") == (request.approval_state, request.request_state, request.status)


def test_a_denial_leaves_what_others_said() -> None:
    once = done(approving.approve(new_case(approvals_needed=2), BOB, "", NOW))
    assert ["approved", "denied"] == [each.state for each in done(approving.deny(once, CAROL, "", NOW)).approvals]


def test_what_was_denied_cannot_be_denied_again() -> None:
    denied = done(approving.deny(new_case(), BOB, "", NOW))
    assert "request 1 was denied, and stays so: make a new one" == said(approving.deny(denied, BOB, "", NOW))


@pytest.mark.parametrize(
    ("case", "by", "sentence"),
    [
        (new_case(auto_approve=True), BOB, "request 1 is approved already"),
        (done(approving.deny(new_case(), BOB, "", NOW)), BOB, "request 1 was denied, and stays so: make a new one"),
        (new_case(by=BOB), BOB, "request 1 is Bob's own: somebody else has to approve it"),
        (new_case(), GREG, "greg may not approve request 1: the role of their group does not let them"),
        (new_case("clone_to_service", cart=True), BOB, "request 1 lies in a cart: place its order first"),
        (new_case("MiqProvisionRequestTemplate"), BOB,
         "request 1 is a template: it is never executed, so there is nothing to approve"),
        (done(cancelling.cancel(new_case(), ANN, NOW)), BOB, "request 1 is finished: there is nothing to approve"),
    ],
)  # fmt: skip
def test_an_approval_that_may_not_be_is_refused(case: Case, by: Person, sentence: str) -> None:
    assert sentence == said(approving.approve(case, by, "", NOW))


def test_an_administrator_may_approve_his_own_request_unless_the_rules_forbid_it() -> None:
    case = new_case(by=ADMIN)
    forbidden = approving.approve(case, ADMIN, "", NOW, approving.Rules(own_by_administrator=False))
    allowed = approving.approve(case, ADMIN, "", NOW)
    assert [Decision, Refused] == [type(allowed), type(forbidden)]


def test_a_method_approves_for_whom_it_names() -> None:
    automate = ADMIN._replace(automate=True)
    approved = approving.approve(new_case(by=ADMIN), automate, "", NOW, approving.Rules(own_by_administrator=False))
    assert "approved" == done(approved).request.approval_state


def test_what_has_tasks_cannot_be_denied() -> None:
    assert "request 1 is queued, too late to deny it: cancel it" == said(
        approving.deny(begun("automation"), BOB, "", NOW)
    )


# -- R6, R7


def test_what_request_starting_refuses_ends_with_its_reason() -> None:
    request = done(starting.not_started(new_case(auto_approve=True), "quota exceeded", NOW)).request
    assert ("finished", "Error", "quota exceeded", NOW) == (
        request.request_state, request.status, request.message, request.fulfilled_on,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "options", "number"),
    [
        ("automation", {}, 1),
        ("template", {"number_of_vms": 3}, 3),
        ("vm_migrate", {"src_ids": [4, 5]}, 2),
        ("service_reconfigure", {"src_id": 4}, 1),
    ],
)
def test_a_request_has_as_many_tasks_as_it_asks_for(type_: str, options: dict[str, Any], number: int) -> None:
    assert number == len(begun(type_, options=options).tasks)


def test_each_vm_knows_its_number() -> None:
    tasks_ = begun("template", options={"number_of_vms": 2}).tasks
    assert [1, 2] == [each.options[Symbol("pass")] for each in tasks_]


def test_a_task_has_its_source() -> None:
    (task,) = begun("vm_migrate", options={"src_ids": [4]}).tasks
    assert (4, "VmOrTemplate") == (task.source_id, task.source_type)


def test_a_provider_makes_vms_by_tasks_of_its_own() -> None:
    source = Reference("ManageIQ::Providers::Vmware::InfraManager::Template", 7)
    (task,) = begun("template", source=source).tasks
    assert ("ManageIQ::Providers::Vmware::InfraManager::Provision", "miq_provision_1") == (task.type, task.task_id)


def test_tasks_that_are_there_are_not_made_again() -> None:
    memory = Memory()
    once = done(starting.create_tasks(new_case(auto_approve=True), memory.numbers, NOW))
    assert once == done(starting.create_tasks(once, memory.numbers, NOW))


def test_options_that_became_wrong_end_the_request() -> None:
    case = new_case("template", auto_approve=True)
    spoilt = case.with_request(options={**case.request.options, Symbol("number_of_vms"): 0})
    request = done(starting.create_tasks(spoilt, Memory().numbers, NOW)).request
    assert ("finished", "Error") == (request.request_state, request.status)


# -- rules


def test_the_rules_are_read_from_their_table() -> None:
    assert approving.Rules(2, False) == approving.read_rules({"approvals": 2, "own_by_administrator": False})


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"aprovals": 2}, r"\[requests\] has no `aprovals`: it has approvals, own_by_administrator"),
        ({"approvals": 0}, r"`approvals` in \[requests\] is 0, and not a number from 1 to 99"),
        ({"own_by_administrator": 1}, r"`own_by_administrator` in \[requests\] is 1, and not true or false"),
    ],
)
def test_rules_that_cannot_be_are_told(table: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        approving.read_rules(table)
