"""The walk: all that a method can see, written out.

Objects with their attributes; of each service model the attributes, virtual columns, associations and methods that it
declares. An association is followed only where `WALKED` says so, and a record is written out once. The types are named
as ManageIQ's dumps name them, so that the two can be compared.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeGuard

from aelang.interpreter.dump import shown_attributes
from aelang.interpreter.ports import ServiceModel
from aelang.interpreter.values import MASK, Password, RunValue, inspect, sanitize, to_text, type_name
from aelang.interpreter.workspace import Workspace, WorkspaceObject

Walked = Mapping[str, tuple[str, ...]]
"""For a class of service models the associations that are followed."""

WALKED: Walked = {
    "MiqAeServiceAutomationTask": ("automation_request", "destination", "miq_request", "source"),
    "MiqAeServiceMiqProvision": ("destination", "miq_provision_request", "miq_request", "source", "vm", "vm_template"),
    "MiqAeServiceServiceTemplateProvisionTask": (
        "destination", "miq_request", "miq_request_task", "miq_request_tasks", "service_template_provision_request",
        "source",
    ),
    "MiqAeServiceMiqProvisionRequest": ("requester", "source", "vm_template"),
    "MiqAeServiceServiceTemplateProvisionRequest": ("requester", "service_template", "source"),
    "MiqAeServiceService": ("service_resources", "service_template", "vms"),
    "MiqAeServiceUser": ("current_group", "current_tenant"),
    "MiqAeServiceVm": ("ems_cluster", "ext_management_system", "hardware", "host", "operating_system", "storage"),
    "MiqAeServiceEmsEvent": ("ems", "host", "vm"),
}  # fmt: skip
"""What is followed unless a caller says otherwise."""

_BAR = "|    "


def walk_lines(workspace: Workspace, walked: Walked = WALKED, *, private: bool = False) -> Iterator[str]:
    """The lines of the walk: where the run is, then each object of the workspace from the root down, passwords masked.

    `walked` says which associations are followed; private attributes are told only where `private` asks for them.
    """
    writer = _Writer(walked, private=private)
    current = workspace.current
    if current is not None:
        yield from _where(current)
    for root in workspace.roots:
        name = "$evm.root" if root is workspace.root else _named(root)
        yield from map(sanitize, writer.object_lines(root, name))


def _where(obj: WorkspaceObject) -> Iterator[str]:
    for name, text in (
        ("current_namespace", obj.namespace), ("current_class", obj.klass), ("current_instance", obj.instance),
        ("current_message", obj.message), ("current_object", obj.object_name),
    ):  # fmt: skip
        yield f"$evm.{name} = {text}   (type: String)"


def _named(obj: WorkspaceObject) -> str:
    return f"$evm.object('{obj.object_name}')"


class _Writer:
    """Writes objects and service models, each service model once."""

    def __init__(self, walked: Walked, *, private: bool) -> None:
        self._walked = walked
        self._private = private
        self._done: set[tuple[str, int]] = set()

    def object_lines(self, obj: WorkspaceObject, name: str) -> Iterator[str]:
        """`obj` with its attributes, then its children."""
        yield f"--- attributes of {name}: {obj.object_name} ---"
        for attribute, value in shown_attributes(obj, private=self._private).items():
            yield from self._attribute(f"{name}['{attribute}']", value)
        for child in obj.children:
            yield from self.object_lines(child, _named(child))

    def _attribute(self, path: str, value: RunValue) -> Iterator[str]:
        if _is_model(value):
            shown = f"#<MiqAeMethodService::{value.class_name}:0x{_address(value):016x}>"
            yield f"{path} => {shown}   (type: DRb::DRbObject, URI: druby://127.0.0.1:0)"
            yield from map(_BAR.__add__, self._once(value, path))
        else:
            yield f"{path} = {_shown(value)}   (type: {_type(value)})"

    def _followed(self, model: ServiceModel, path: str) -> Iterator[str]:
        yield f"(object type: {model.class_name}, object ID: {model.id})"
        yield from self._once(model, path)

    def _once(self, model: ServiceModel, path: str) -> Iterator[str]:
        key = (model.class_name, model.id)
        if key in self._done:
            yield f"Object {model.class_name} with ID {model.id} has already been dumped..."
            return
        self._done.add(key)
        yield from self._model(model, path)

    def _model(self, model: ServiceModel, path: str) -> Iterator[str]:
        described = model.describe()
        for name in described.attributes:
            yield from _column(f"{path}.{name}", _read(model, name))
        yield "--- virtual columns follow ---"
        for name in described.virtual:
            yield from _column(f"{path}.{name}", _read(model, name))
        yield "--- end of virtual columns ---"
        yield "--- associations follow ---"
        for name in described.associations:
            yield from self._association(model, name, path)
        yield "--- end of associations ---"
        yield "--- methods follow ---"
        yield from (f"{path}.{name}" for name in described.methods)
        yield "--- end of methods ---"

    def _association(self, model: ServiceModel, name: str, path: str) -> Iterator[str]:
        found = _read(model, name)
        if found is None or found == []:
            yield f"{path}.{name} (type: Association (empty))"
            return
        yield f"{path}.{name} (type: Association)"
        if name not in self._walked.get(model.class_name, ()):
            yield (
                f"*** not walking: '{name}' isn't in the @walk_association_whitelist hash for {model.class_name} ***"
            )
        elif isinstance(found, list):
            for at, each in enumerate(found):
                yield f"{name}[{at}] = {path}.{name}[{at}]"
                yield from map(_BAR.__add__, self._followed(each, f"{name}[{at}]"))
        elif _is_model(found):
            yield f"{name} = {path}.{name}"
            yield from map(_BAR.__add__, self._followed(found, name))


def _is_model(value: RunValue) -> TypeGuard[ServiceModel]:
    return hasattr(value, "describe")


def _read(model: ServiceModel, name: str) -> RunValue:
    try:
        return model.call(name)
    except (LookupError, ValueError):  # what cannot be read is not there to be seen
        return None


def _column(path: str, value: RunValue) -> Iterator[str]:
    """A column that holds nothing is left out; options have a line each."""
    if value is None:
        return
    if path.endswith(".options") and isinstance(value, dict):
        for key in sorted(value, key=to_text):
            shown = value[key]
            yield f"{path}[{inspect(key)}] = {_shown(shown)}   (type: {_type(shown)})"
        return
    kind = "ActiveSupport::TimeWithZone" if isinstance(value, datetime) else _type(value)
    yield f"{path} = {_shown(value)}   (type: {kind})"


def _shown(value: RunValue) -> str:
    return MASK if isinstance(value, Password) else to_text(value) if value is not None else "nil"


_RUBY_TYPES = {"Integer": "Fixnum", "Password": "MiqAePassword"}
"""Types that the dump names as the Ruby of its time did."""


def _type(value: RunValue) -> str:
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    name = type_name(value)
    return _RUBY_TYPES.get(name, name)


def _address(model: ServiceModel) -> int:
    """A stable number where Ruby shows where an object lies."""
    return model.id * 8
