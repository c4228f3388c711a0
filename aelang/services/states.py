"""The states of requests and tasks; owners, custom attributes and retirement of everything else."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aelang.interpreter.values import RunValue, to_text
from aelang.services.options import get_option
from aelang.services.record import Record, word


def _ci_type(record: Record, name: str) -> RunValue:
    if record.model_is("MiqProvisionConfiguredSystemRequest"):
        return "configured_system"
    return "service" if record.model.startswith("Service") else "vm"


def _is_cancel_requested(record: Record, name: str) -> RunValue:
    return record.column("cancelation_status") == "cancel_requested"


def _is_canceling(record: Record, name: str) -> RunValue:
    return record.column("cancelation_status") == "canceling"


def _is_canceled(record: Record, name: str) -> RunValue:
    return record.column("cancelation_status") == "canceled"


def _show_url(record: Record, name: str) -> RunValue:
    part = "miq_request" if record.model_is("MiqRequest") else "storage"
    return f"/{part}/show/{record.id}"


_DONE_WITH = {"MiqProvision": "provisioned", "VmMigrateTask": "migrated", "ServiceTemplateProvisionTask": "provisioned"}


def _statemachine_task_status(record: Record, name: str) -> RunValue:
    """`retry` while the task goes on, then how it ended (REQUESTS 1.7)."""
    state, status = record.column("state"), to_text(record.column("status"))
    done = next((after for model, after in _DONE_WITH.items() if record.model_is(model)), "finished")
    if state not in ("finished", done):
        return "retry"
    if record.model_is("MiqProvision"):
        return "error" if status == "Error" or record.one("vm") is None else "ok"
    if record.model_is("VmMigrateTask") or record.model_is("MiqRetireTask"):
        return "error" if status == "Error" else "ok"
    return status.lower()


def _provision_priority(record: Record, name: str) -> RunValue:
    number = get_option(record, "service_resource_id")
    found = record.catalog.find("ServiceResource", number) if isinstance(number, int) else None
    return 0 if found is None else found.column("provision_index") or 0


def _is_group_sequence_run_now(record: Record, name: str) -> RunValue:
    """Whether nothing before it in the order of the service is unfinished (REQUESTS 1.6)."""
    parent = record.one("miq_request_task")
    if parent is None:
        return True
    if parent.model_is("ServiceTemplateProvisionTask") and not _is_group_sequence_run_now(parent, name):
        return False
    own = _priority(record)
    unfinished = (each for each in parent.all("miq_request_tasks") if each.column("state") != "finished")
    return not any(_priority(each) < own for each in unfinished if each != record)


def _priority(record: Record) -> int:
    found = _provision_priority(record, "provision_priority")
    return found if isinstance(found, int) else 0


# -- owners, custom attributes, retirement -----------------------------------------------------------------------


def _write_column(record: Record, name: str, value: RunValue) -> RunValue:
    column = name.removesuffix("=")
    kind = record.declared.type_of(column)
    if kind == "Time" and value is not None and not isinstance(value, datetime):
        raise ValueError(f"`{column}` is a time, not {to_text(value)!r}")
    record.write(**{column: value})
    return value


def _set_owner(record: Record, name: str, owner: RunValue) -> RunValue:
    return _set_reference(record, "evm_owner_id", owner, "User")


def _set_group(record: Record, name: str, group: RunValue) -> RunValue:
    return _set_reference(record, "miq_group_id", group, "MiqGroup")


def _set_parent_service(record: Record, name: str, parent: RunValue) -> RunValue:
    return _set_reference(record, "parent_id", parent, "Service")


def _set_reference(record: Record, column: str, other: RunValue, model: str) -> RunValue:
    if other is not None and not (isinstance(other, Record) and other.model_is(model)):
        raise ValueError(f"nil or a {model} is expected, not {to_text(other)!r}")
    record.write(**{column: None if other is None else other.id})
    return other


def _unlink_storage(record: Record, name: str) -> RunValue:
    record.write(storage_id=None)
    return True


def _is_retired(record: Record, name: str) -> RunValue:
    return bool(record.column("retired")) or record.column("retirement_state") == "retired"


def _is_retiring(record: Record, name: str) -> RunValue:
    return record.column("retirement_state") in ("initializing", "retiring")


def _custom_keys(record: Record, name: str) -> RunValue:
    return sorted(_custom(record.columns))


def _custom_get(record: Record, name: str, key: RunValue) -> RunValue:
    found: RunValue = _custom(record.columns).get(word(key))
    return found


def _custom_set(record: Record, name: str, key: RunValue, value: RunValue) -> RunValue:
    """A blank value takes the attribute away."""
    wanted = word(key)

    def change(columns: Mapping[str, RunValue]) -> Mapping[str, RunValue]:
        kept = {each: held for each, held in _custom(columns).items() if each != wanted}
        return {"custom_attributes": kept if value in (None, "") else {**kept, wanted: value}}

    record.change(change)
    return True


def _custom(columns: Mapping[str, RunValue]) -> dict[Any, Any]:
    found = columns.get("custom_attributes")
    return found if isinstance(found, dict) else {}


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    **{
        each.__name__[1:]: each
        for each in (
            _ci_type, _show_url, _statemachine_task_status, _provision_priority, _write_column, _set_owner,
            _set_group, _set_parent_service, _unlink_storage, _custom_keys, _custom_get, _custom_set,
        )
    },
    "cancel_requested": _is_cancel_requested,
    "canceling": _is_canceling,
    "canceled": _is_canceled,
    "group_sequence_run_now": _is_group_sequence_run_now,
    "retired": _is_retired,
    "retiring": _is_retiring,
}  # fmt: skip
"""Every function by the name that the tables use, without `?` and `=`."""
