"""Every model of the specification is there, and every attribute, association and method that it lists answers.

The lists below repeat REQUESTS.md 1.1, 1.2 and 1.8.
"""

import pytest

from aelang.interpreter.values import RunValue, Symbol
from aelang.services import Catalog, Inventory, Record, ancestors, is_model
from aelang.services.declaring import Association, Declared, declared
from aelang.services.functions import FUNCTIONS
from aelang.services.models import PARENTS
from tests.service_listing import listed, listing

REQUEST_MODELS = """
    MiqRequest AutomationRequest MiqHostProvisionRequest MiqProvisionRequest MiqProvisionRequestTemplate
    ServiceTemplateProvisionRequest ServiceReconfigureRequest VmReconfigureRequest VmMigrateRequest VmRetireRequest
    ServiceRetireRequest OrchestrationStackRetireRequest VmCloudReconfigureRequest PhysicalServerProvisionRequest
    PhysicalServerFirmwareUpdateRequest MiqProvisionConfiguredSystemRequest MiqProvisionConfigurationScriptRequest
"""
TASK_MODELS = """
    MiqRequestTask AutomationTask MiqHostProvision MiqProvision ServiceTemplateProvisionTask ServiceReconfigureTask
    VmReconfigureTask VmMigrateTask VmRetireTask ServiceRetireTask OrchestrationStackRetireTask VmCloudReconfigureTask
    PhysicalServerProvisionTask PhysicalServerFirmwareUpdateTask MiqProvisionConfiguredSystemTask
    MiqProvisionConfigurationScriptTask MiqProvisionCloud MiqProvisionAmazon MiqProvisionOpenstack MiqProvisionRedhat
    MiqProvisionRedhatViaIso MiqProvisionRedhatViaPxe MiqProvisionVmware MiqProvisionVmwareViaNetAppRcu
    MiqProvisionVmwareViaPxe
"""
OTHER_MODELS = """
    User MiqGroup Tenant VmOrTemplate Vm MiqTemplate Host Storage EmsCluster ExtManagementSystem Service
    ServiceTemplate EventStream EmsEvent MiqEvent RequestEvent MiqApproval ServiceOrder RequestLog
"""

REQUEST_VALUES = """
    approval_state created_on updated_on description id message options request_state request_type status type
    requester_id requester_name userid fulfilled_on source_id source_type destination_id destination_type tenant_id
    service_order_id process cancelation_status initiated_by parent_id
    reason region_description region_number request_type_display resource_type stamped_on state v_approved_by
    v_approved_by_email v_allowed_tags v_workflow_class
    approvers destination miq_request miq_request_tasks requester resource source
"""
REQUEST_METHODS: dict[str, tuple[RunValue, ...]] = {
    "add_tag": ("environment", "prod"),
    "approve": ("admin", "fine"),
    "authorized?": (),
    "clear_tag": (),
    "deny": ("admin", "no"),
    "description=": ("text",),
    "get_classification": ("environment",),
    "get_classifications": (),
    "get_option": (Symbol("size"),),
    "get_option_last": (Symbol("size"),),
    "get_tag": ("environment",),
    "get_tags": (),
    "pending": (),
    "set_message": ("text",),
    "set_option": (Symbol("size"), 3),
    "user_message=": ("text",),
    "message=": ("text",),
    "cancel_requested?": (),
    "canceling?": (),
    "canceled?": (),
    "show_url": (),
    "ci_type": (),
}
TASK_VALUES = """
    created_on description id message miq_request_id options phase_context request_type state status type updated_on
    userid source_id source_type destination_id destination_type miq_request_task_id phase tenant_id
    region_description region_number destination miq_request miq_request_task miq_request_tasks source
"""
TASK_METHODS: dict[str, tuple[RunValue, ...]] = {
    "add_tag": ("environment", "prod"),
    "clear_tag": (),
    "execute": (),
    "get_classification": ("environment",),
    "get_classifications": (),
    "get_option": (Symbol("size"),),
    "get_option_last": (Symbol("size"),),
    "get_tag": ("environment",),
    "get_tags": (),
    "message=": ("text",),
    "set_option": (Symbol("size"), 3),
    "statemachine_task_status": (),
    "user_message=": ("text",),
    "finished": ("done",),
}
SERVICE_TASK_METHODS: dict[str, tuple[RunValue, ...]] = {
    "dialog_options": (),
    "get_dialog_option": ("dialog_name",),
    "set_dialog_option": ("dialog_name", "web"),
    "provisioned": ("done",),
    "provision_priority": (),
    "group_sequence_run_now?": (),
}
PROVISION_METHODS: dict[str, tuple[RunValue, ...]] = {
    "target_type": (),
    "source_type": (),
    "update_vm_name": ("web1",),
    "set_folder": ("/dc/vm",),
    "set_vlan": ("lan1",),
    "set_dvs": ("switch", "group"),
    "set_network_adapter": (0, {}),
    "set_nic_settings": (0, {}),
    "set_vm_notes": ("note",),
    "register_automate_callback": ("first_time_out", "/Ns/Class/instance"),
    "check_quota": (),
    "eligible_clusters": (),
    "eligible_customization_templates": (),
    "eligible_folders": (),
    "eligible_hosts": (),
    "eligible_iso_images": (),
    "eligible_pxe_images": (),
    "eligible_pxe_servers": (),
    "eligible_resource_pools": (),
    "eligible_storages": (),
    "eligible_windows_images": (),
    "set_host": (None,),
    "set_cluster": (None,),
    "set_storage": (None,),
    "set_resource_pool": (None,),
    "set_pxe_server": (None,),
    "set_pxe_image": (None,),
    "set_iso_image": (None,),
    "set_windows_image": (None,),
    "set_customization_template": (None,),
}
OTHER_VALUES = {
    "AutomationRequest": "automation_tasks",
    "AutomationTask": "automation_request",
    "MiqProvisionRequest": "miq_provisions vm_template",
    "MiqApproval": """
        description state reason miq_request_id stamped_on stamper_id stamper_name approver_id approver_type
        approver_name created_on updated_on
    """,
    "ServiceOrder": "name tenant_id user_id user_name state placed_at",
    "RequestLog": "resource_id severity message",
}

_VALUES = [
    *((model, name) for model in REQUEST_MODELS.split() for name in REQUEST_VALUES.split()),
    *((model, name) for model in TASK_MODELS.split() for name in TASK_VALUES.split()),
    *((model, name) for model, names in OTHER_VALUES.items() for name in names.split()),
]
_METHODS = [
    *((model, name, given) for model in REQUEST_MODELS.split() for name, given in REQUEST_METHODS.items()),
    *((model, name, given) for model in TASK_MODELS.split() for name, given in TASK_METHODS.items()),
    *(("ServiceTemplateProvisionTask", name, given) for name, given in SERVICE_TASK_METHODS.items()),
    *(("MiqProvision", name, given) for name, given in PROVISION_METHODS.items()),
]


def _record(model: str) -> Record:
    found = Catalog(Inventory({model: [{"id": 7}]})).find(model, 7)
    assert found is not None
    return found


@pytest.mark.parametrize("model", [*REQUEST_MODELS.split(), *TASK_MODELS.split(), *OTHER_MODELS.split()])
def test_every_model_of_the_specification_is_there(model: str) -> None:
    assert is_model(model)


def test_every_value_of_the_specification_answers() -> None:
    silent = []
    for model, name in _VALUES:
        record = _record(model)
        if record.kind(name) != "value":
            silent.append((model, name))
        else:
            record.call(name)
            record.read(name)
    assert [] == silent


def test_every_method_of_the_specification_answers() -> None:
    silent = [(model, name) for model, name, _ in _METHODS if name not in declared(model).methods]
    for model, name, given in _METHODS:
        _record(model).call(name, given)
    assert [] == silent


@pytest.mark.parametrize("name", ["approve", "deny", "pending"])
def test_approve_deny_and_pending_give_true(name: str) -> None:
    assert _record("MiqProvisionRequest").call(name) is True


def test_the_ancestry_of_requests_is_that_of_the_specification() -> None:
    assert ("MiqProvisionRequestTemplate", "MiqProvisionRequest", "MiqRequest") == ancestors(
        "MiqProvisionRequestTemplate"
    )


def test_the_ancestry_of_tasks_is_that_of_the_specification() -> None:
    assert ancestors("MiqProvisionVmwareViaPxe") == (
        "MiqProvisionVmwareViaPxe",
        "MiqProvisionVmware",
        "MiqProvision",
        "MiqProvisionTask",
        "MiqRequestTask",
    )


@pytest.mark.parametrize("model", sorted(PARENTS))
def test_a_table_names_only_what_there_is(model: str) -> None:
    found = declared(model)
    assert [] == [*_unknown_functions(found), *_unknown_columns(found), *_unknown_others(found)]


def test_the_page_lists_all_models_as_they_are() -> None:
    assert listing() == listed().lstrip("\n"), "write the list anew: python -m tests.service_listing"


def test_every_association_of_every_model_can_be_read_of_a_bare_record() -> None:
    for model in PARENTS:
        record = _record(model)
        for name in (*declared(model).associations, *declared(model).virtual):
            record.read(name)


def _unknown_functions(found: Declared) -> list[str]:
    wanted = [
        *(each.column for each in found.virtual.values() if each.how == "computed"),
        *(each.key for each in found.associations.values() if each.how == "computed"),
        *(each.function for each in found.methods.values() if each.how in ("reads", "does")),
    ]
    return [each for each in wanted if each.rstrip("?=") not in FUNCTIONS]


def _unknown_columns(found: Declared) -> list[str]:
    wanted = [
        *(each.column for each in found.virtual.values() if each.how == "as"),
        *(each.key for each in found.associations.values() if each.how == "by" and not each.many),
    ]
    return [each for each in wanted if each not in found.attributes]


def _unknown_others(found: Declared) -> list[str]:
    return [each.name for each in found.associations.values() if not _is_known(each, found)]


def _is_known(association: Association, found: Declared) -> bool:
    if association.model == "any":
        return not association.many
    if association.model not in PARENTS:
        return False
    other = declared(association.model)
    match association.how:
        case "by":
            return not association.many or association.key in other.attributes
        case "whose":
            return association.key in other.associations
        case "as":
            return association.key in found.associations
        case how:
            return how in ("computed", "given", "listed", "self")
