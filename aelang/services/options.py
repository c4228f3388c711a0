"""Options, dialogs and messages of requests, tasks and services (REQUESTS 1.5, 1.7, 1.8)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.record import Record, word

LONGEST_MESSAGE = 255


def option(record: Record, key: RunValue) -> RunValue:
    """What the options hold under `key`; they are kept under symbols, some by text."""
    name = word(key)
    options = _options(record.columns)
    return record.catalog.present(options.get(Symbol(name), options.get(name)))


def _get_option(record: Record, name: str, key: RunValue) -> RunValue:
    """Of a choice of a dialog, kept as [value, text], the value."""
    found = option(record, key)
    return (found[0] if found else None) if isinstance(found, list) else found


def _get_option_last(record: Record, name: str, key: RunValue) -> RunValue:
    found = option(record, key)
    return (found[-1] if found else None) if isinstance(found, list) else found


def _set_option(record: Record, name: str, key: RunValue, value: RunValue) -> RunValue:
    put(record, word(key), value)
    return value


def put(record: Record, key: str, value: RunValue) -> None:
    """Writes one option under lock, so that two writers of two options lose nothing."""
    record.change(lambda columns: {"options": _with(_options(columns), key, value)})


def _options(columns: Mapping[str, RunValue]) -> dict[Any, Any]:  # keys and values are run values
    found = columns.get("options")
    return found if isinstance(found, dict) else {}


def _with(options: dict[Any, Any], key: str, value: RunValue) -> dict[Any, Any]:
    return {**{each: kept for each, kept in options.items() if each != key}, Symbol(key): value}


# -- messages ----------------------------------------------------------------------------------------------------


def cut(text: RunValue) -> str:
    """A message as long as one may be; what is longer ends in three dots."""
    found = to_text(text)
    return found if len(found) <= LONGEST_MESSAGE else found[: LONGEST_MESSAGE - 3] + "..."


def _user_message(record: Record, name: str, text: RunValue) -> RunValue:
    message = cut(text)

    def change(columns: Mapping[str, RunValue]) -> Mapping[str, RunValue]:
        options = {"options": _with(_options(columns), "user_message", message)}
        return {**options, "message": message} if message.strip() else options

    record.change(change)
    return text


def _set_message(record: Record, name: str, text: RunValue) -> RunValue:
    record.write(message=None if text is None else cut(text))
    return True


def _set_task_message(record: Record, name: str, text: RunValue) -> RunValue:
    """Ignored once the task is finished."""
    if record.column("state") != "finished":
        record.command("update_task", {"message": cut(text)})
    return text


def _finished(record: Record, name: str, text: RunValue) -> RunValue:
    """The status stays as it is."""
    return record.command("update_task", {"state": "finished", "message": cut(text)})


def _provisioned(record: Record, name: str, text: RunValue) -> RunValue:
    return record.command("update_task", {"state": "provisioned", "message": cut(text)})


# -- dialogs -----------------------------------------------------------------------------------------------------


def _dialog_options(record: Record, name: str) -> RunValue:
    found = option(record, "dialog")
    return found if isinstance(found, dict) else {}


def _get_dialog_option(record: Record, name: str, key: RunValue) -> RunValue:
    return _held(record, "dialog", key)


def _set_dialog_option(record: Record, name: str, key: RunValue, value: RunValue) -> RunValue:
    _hold(record, "dialog", key, value)
    return value


def _service_vars_options(record: Record, name: str) -> RunValue:
    found = option(record, "service_vars")
    return found if isinstance(found, dict) else {}


def _get_service_vars_option(record: Record, name: str, key: RunValue) -> RunValue:
    return _held(record, "service_vars", key)


def _set_service_vars_option(record: Record, name: str, key: RunValue, value: RunValue) -> RunValue:
    _hold(record, "service_vars", key, value)
    return value


def _delete_service_vars_option(record: Record, name: str, key: RunValue) -> RunValue:
    found = _held(record, "service_vars", key)
    wanted = word(key)

    def change(columns: Mapping[str, RunValue]) -> Mapping[str, RunValue]:
        options = _options(columns)
        kept = {each: value for each, value in _hash(options, "service_vars").items() if each != wanted}
        return {"options": _with(options, "service_vars", kept)}

    record.change(change)
    return found


def _held(record: Record, option_name: str, key: RunValue) -> RunValue:
    found = option(record, option_name)
    held: RunValue = found.get(word(key)) if isinstance(found, dict) else None
    return held


def _hold(record: Record, option_name: str, key: RunValue, value: RunValue) -> None:
    wanted = word(key)

    def change(columns: Mapping[str, RunValue]) -> Mapping[str, RunValue]:
        options = _options(columns)
        return {"options": _with(options, option_name, {**_hash(options, option_name), wanted: value})}

    record.change(change)


def _hash(options: dict[Any, Any], key: str) -> dict[Any, Any]:
    found = options.get(Symbol(key), options.get(key))
    return found if isinstance(found, dict) else {}


# -- what options choose -----------------------------------------------------------------------------------------


_ELIGIBLE = {
    "clusters": "EmsCluster", "customization_templates": "CustomizationTemplate", "folders": "EmsFolder",
    "hosts": "Host", "iso_images": "IsoImage", "pxe_images": "PxeImage", "pxe_servers": "PxeServer",
    "resource_pools": "ResourcePool", "storages": "Storage", "windows_images": "WindowsImage",
}  # fmt: skip

_PLACES = {
    "set_cluster": "placement_cluster_name", "set_customization_template": "customization_template_id",
    "set_folder": "placement_folder_name", "set_host": "placement_host_name", "set_iso_image": "iso_image_id",
    "set_pxe_image": "pxe_image_id", "set_pxe_server": "pxe_server_id", "set_resource_pool": "placement_rp_name",
    "set_storage": "placement_ds_name", "set_windows_image": "windows_image_id",
}  # fmt: skip


def _eligible(record: Record, name: str) -> RunValue:
    """What the record lists under `eligible_...`, else every record of that sort."""
    listed = record.column(name)
    model = _ELIGIBLE[name.removeprefix("eligible_")]
    if isinstance(listed, list):
        return [each for each in listed if each is not None]
    return list(record.many(model))


def _set_placement(record: Record, name: str, chosen: RunValue) -> RunValue:
    """Keeps what is chosen as [id, name]; a folder may be given by its path."""
    if isinstance(chosen, Record):
        put(record, _PLACES[name], [chosen.id, chosen.column("name")])
    elif chosen is None or isinstance(chosen, str):
        put(record, _PLACES[name], chosen)
    else:
        raise ValueError(f"`{name}` takes a service model, not {to_text(chosen)!r}")
    return True


def _set_network(record: Record, name: str, first: RunValue, second: RunValue = None) -> RunValue:
    match name:
        case "set_vlan":
            put(record, "vlan", [first, first])
        case "set_dvs":
            put(record, "vlan", [f"dvs_{to_text(first)}", to_text(second or first)])
        case "set_network_address_mode":
            put(record, "addr_mode", [first, first])
        case "set_network_adapter":
            _put_numbered(record, "networks", first, second)
        case _:
            _put_numbered(record, "nic_settings", first, second)
    return True


def _put_numbered(record: Record, key: str, number: RunValue, settings: RunValue) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 100:
        raise ValueError(f"the number of a network adapter is 0 or more, not {to_text(number)!r}")
    found = option(record, key)
    listed = list(found) if isinstance(found, list) else []
    listed.extend([None] * (number + 1 - len(listed)))
    listed[number] = settings
    put(record, key, listed)


def _set_vm_notes(record: Record, name: str, text: RunValue) -> RunValue:
    put(record, "vm_notes", text)
    return True


def _update_vm_name(record: Record, name: str, new_name: RunValue, settings: RunValue = None) -> RunValue:
    text = to_text(new_name)
    put(record, "vm_target_name", text)
    put(record, "vm_target_hostname", text)
    record.write(description=f"Provision from [{_source_name(record)}] to [{text}]")
    return True


def _source_name(record: Record) -> str:
    source = record.one("source")
    return "" if source is None else to_text(source.column("name"))


def _register_automate_callback(record: Record, name: str, callback: RunValue, uri: RunValue) -> RunValue:
    found = option(record, "callbacks")
    put(record, "callbacks", {**(found if isinstance(found, dict) else {}), word(callback): uri})
    return True


def _target_type(record: Record, name: str) -> RunValue:
    return "template" if record.column("request_type") == "clone_to_template" else "vm"


def _source_type(record: Record, name: str) -> RunValue:
    source = record.one("source")
    return "template" if source is not None and source.model_is("MiqTemplate") else "vm"


def _src_vm_id(record: Record, name: str) -> RunValue:
    return _get_option(record, name, "src_vm_id")


def _get_retirement_days(record: Record, name: str) -> RunValue:
    seconds = _get_option(record, name, "retirement")
    return seconds // 86400 if isinstance(seconds, int) else None


# -- the states of requests and tasks ----------------------------------------------------------------------------


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
    number = _get_option(record, name, "service_resource_id")
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
            _get_option, _get_option_last, _set_option, _user_message, _set_message, _set_task_message, _finished,
            _provisioned, _dialog_options, _get_dialog_option, _set_dialog_option, _service_vars_options,
            _get_service_vars_option, _set_service_vars_option, _delete_service_vars_option, _eligible, _set_placement,
            _set_network, _set_vm_notes, _update_vm_name, _register_automate_callback, _target_type, _source_type,
            _src_vm_id, _get_retirement_days, _ci_type, _show_url, _statemachine_task_status, _provision_priority,
            _write_column, _set_owner, _set_group, _set_parent_service, _unlink_storage, _custom_keys, _custom_get,
            _custom_set,
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
