"""Virtual attributes and associations of VMs, hosts, clusters, storages and folders."""

from collections.abc import Callable, Iterable

from aelang.interpreter.values import RunValue, to_text
from aelang.services.models import ancestors
from aelang.services.record import Record


def _active(record: Record, name: str) -> RunValue:
    return record.column("ems_id") is not None


def _archived(record: Record, name: str) -> RunValue:
    return record.column("ems_id") is None and record.column("storage_id") is None


def _orphaned(record: Record, name: str) -> RunValue:
    return record.column("ems_id") is None and record.column("storage_id") is not None


def _is_registered(record: Record, name: str) -> RunValue:
    return not record.column("template") and (record.column("host_id") or record.column("ems_id")) is not None


_NAME_OF = {
    "ems_cluster_name": "ems_cluster", "host_name": "host", "storage_name": "storage",
    "v_owning_cluster": "ems_cluster",
}  # fmt: skip


def _name_of(record: Record, name: str) -> RunValue:
    found = record.one(_NAME_OF[name])
    return None if found is None else found.column("name")


_HARDWARE = {"num_cpu": "cpu_sockets", "mem_cpu": "memory_mb"}


def _hardware_column(record: Record, name: str) -> RunValue:
    found = record.one("hardware")
    return None if found is None else found.column(_HARDWARE.get(name, name))


def _owner_column(record: Record, name: str) -> RunValue:
    owner = record.one("evm_owner")
    return None if owner is None else owner.column(name.removeprefix("evm_owner_"))


def _group_name(record: Record, name: str) -> RunValue:
    group = record.one("miq_group")
    return None if group is None else group.column("description")


def _ems_ref_string(record: Record, name: str) -> RunValue:
    return record.column("ems_ref")


def _of_machine(model: str) -> Callable[[Record, str], RunValue]:
    def first(record: Record, name: str) -> RunValue:
        key = "host_id" if record.model_is("Host") else "vm_or_template_id"
        return next(iter(record.many(model, **{key: record.id})), None)

    return first


def _datacenter(record: Record, name: str) -> RunValue:
    """The nearest folder above that is a data center."""
    seen: set[Record] = set()
    folder = record.one("ems_folder")
    while folder is not None and folder not in seen:
        if to_text(folder.column("type")).endswith("Datacenter"):
            return folder
        seen.add(folder)
        folder = folder.one("parent")
    return None


def _folder_path(record: Record, name: str) -> RunValue:
    names: list[str] = []
    folder: Record | None = record
    while folder is not None and len(names) < 100:
        names.append(to_text(folder.column("name")))
        folder = folder.one("parent")
    return "/".join(reversed(names))


def _miq_provision(record: Record, name: str) -> RunValue:
    found = record.many("MiqProvision", destination_id=record.id)
    return next((each for each in found if each.column("destination_type") in (None, *ancestors(record.model))), None)


def _is_current(record: Record, name: str) -> RunValue:
    return bool(record.column("current"))


def _counted(association: str) -> Callable[[Record, str], RunValue]:
    return lambda record, name: len(record.all(association))


def _read_only_storages(record: Record, name: str) -> RunValue:
    return [each for each in record.all("storages") if each.column("read_only")]


def _writable_storages(record: Record, name: str) -> RunValue:
    return [each for each in record.all("storages") if not each.column("read_only")]


def _used_space(record: Record, name: str) -> RunValue:
    total, free = record.column("total_space"), record.column("free_space")
    return total - free if isinstance(total, int) and isinstance(free, int) else None


def _v_free_space_percent_of_total(record: Record, name: str) -> RunValue:
    total, free = record.column("total_space"), record.column("free_space")
    return round(100 * free / total) if isinstance(total, int) and isinstance(free, int) and total else 0


def _ext_management_systems(record: Record, name: str) -> RunValue:
    return each_once(host.one("ext_management_system") for host in record.all("hosts"))


def _unregistered_vms(record: Record, name: str) -> RunValue:
    return [vm for vm in record.all("vms") if not vm.read("registered?")]


def _storages_of_hosts(record: Record, name: str) -> RunValue:
    return each_once(storage for host in record.all("hosts") for storage in host.all("storages"))


def each_once(records: Iterable[Record | None]) -> RunValue:
    """`records` by id, each once; nil is left out."""
    return sorted({each for each in records if each is not None}, key=lambda each: each.id)


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    **{
        each.__name__[1:]: each
        for each in (
            _active, _archived, _orphaned, _name_of, _hardware_column, _owner_column, _group_name, _ems_ref_string,
            _datacenter, _folder_path, _miq_provision, _read_only_storages, _writable_storages, _used_space,
            _v_free_space_percent_of_total, _ext_management_systems, _unregistered_vms,
        )
    },
    "registered": _is_registered,
    "current": _is_current,
    "cluster_storages": _storages_of_hosts,
    "ems_storages": _storages_of_hosts,
    "hardware": _of_machine("Hardware"),
    "operating_system": _of_machine("OperatingSystem"),
    "v_total_hosts": _counted("hosts"),
    "v_total_vms": _counted("vms"),
    "v_total_miq_templates": _counted("miq_templates"),
    "v_total_storages": _counted("storages"),
    "v_total_snapshots": _counted("snapshots"),
}  # fmt: skip
"""Every function by the name that the tables use, without `?` and `=`."""
