"""What the options of a provision choose: where a VM is placed, its networks, its name."""

from collections.abc import Callable, Mapping

from aelang.interpreter.values import RunValue, to_text
from aelang.services.options import get_option, option, put
from aelang.services.record import Record, word

ELIGIBLE: Mapping[str, str] = {
    "eligible_clusters": "EmsCluster", "eligible_customization_templates": "CustomizationTemplate",
    "eligible_folders": "EmsFolder", "eligible_hosts": "Host", "eligible_iso_images": "IsoImage",
    "eligible_pxe_images": "PxeImage", "eligible_pxe_servers": "PxeServer", "eligible_resource_pools": "ResourcePool",
    "eligible_storages": "Storage", "eligible_windows_images": "WindowsImage",
}  # fmt: skip
"""Of which model the records are that may be chosen."""

_PLACES = {
    "set_cluster": "placement_cluster_name", "set_customization_template": "customization_template_id",
    "set_folder": "placement_folder_name", "set_host": "placement_host_name", "set_iso_image": "iso_image_id",
    "set_pxe_image": "pxe_image_id", "set_pxe_server": "pxe_server_id", "set_resource_pool": "placement_rp_name",
    "set_storage": "placement_ds_name", "set_windows_image": "windows_image_id",
}  # fmt: skip


def _eligible(record: Record, name: str) -> RunValue:
    """What the record lists under `eligible_...`, else every record of that sort."""
    listed = record.column(name)
    model = ELIGIBLE[name]
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


def _placement_auto(record: Record, name: str) -> RunValue:
    return get_option(record, "placement_auto")


def _target_type(record: Record, name: str) -> RunValue:
    return "template" if record.column("request_type") == "clone_to_template" else "vm"


def _source_type(record: Record, name: str) -> RunValue:
    source = record.one("source")
    return "template" if source is not None and source.model_is("MiqTemplate") else "vm"


def _src_vm_id(record: Record, name: str) -> RunValue:
    return get_option(record, "src_vm_id")


def _get_retirement_days(record: Record, name: str) -> RunValue:
    seconds = get_option(record, "retirement")
    return seconds // 86400 if isinstance(seconds, int) else None


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    **{
        each.__name__[1:]: each
        for each in (
            _eligible, _set_placement, _set_network, _set_vm_notes, _update_vm_name, _register_automate_callback,
            _placement_auto, _target_type, _source_type, _src_vm_id, _get_retirement_days,
        )
    },
}  # fmt: skip
"""Every function by the name that the tables use, without `?` and `=`."""
