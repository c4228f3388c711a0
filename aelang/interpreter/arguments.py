"""Arguments: the query of a target becomes attributes of the object, typed where a key says so.

Keys (ENGINE-FACTS 2.7, 11.1): `name`, `Type::name`, `Array::name` with the elements separated by the character 0x1F.
"""

from aelang.interpreter.conversion import convert, service_model_name, to_integer
from aelang.interpreter.ports import ServiceCatalog
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace, WorkspaceObject

ELEMENT_SEPARATOR = "\x1f"
_WITH_ID = frozenset(("Integer", "Float", "String", "Symbol", "Time"))


def take_arguments(workspace: Workspace, obj: WorkspaceObject, arguments: dict[str, str]) -> None:
    """Sets `arguments` as attributes of `obj`: all, or none where a conversion fails.

    Raises what `convert` raises.
    """
    obj.attributes.update(typed_arguments(workspace, arguments, obj.attributes))


def typed_arguments(
    workspace: Workspace, arguments: dict[str, str], attributes: dict[str, RunValue]
) -> dict[str, RunValue]:
    """`arguments` with their types taken from the keys; names are in lower case. `attributes` are those the object
    already has: a record's id is not added beside one of them."""
    typed: dict[str, RunValue] = dict(arguments)
    for key, text in arguments.items():
        if is_list_key(key):
            del typed[key]
            typed[key.rpartition("::")[2].lower()] = list_of_objects(workspace, text)
        elif "::" in key:
            del typed[key]
            _take_typed(workspace, key, text, typed, attributes)
        elif key != key.lower():
            typed[key.lower()] = typed.pop(key)
    return typed


def is_list_key(key: str) -> bool:
    """Whether an argument with this key is a list: `Array::name`, in any case."""
    return key.lower().startswith("array::")


def _take_typed(
    workspace: Workspace, key: str, text: str, typed: dict[str, RunValue], attributes: dict[str, RunValue]
) -> None:
    datatype, _, name = key.rpartition("::")
    name = name.lower()
    runtime = workspace.runtime
    if name not in attributes and _has_id(datatype, text, runtime.catalog):
        typed[f"{name}_id"] = text
    typed[name] = convert(text, datatype, runtime.catalog, runtime.clock.now)


def _has_id(datatype: str, text: str, catalog: ServiceCatalog) -> bool:
    """Whether `name_id` is set too: for service models and a few basic types, and any number but 0 (D17)."""
    known = datatype in _WITH_ID or (datatype[:1].isupper() and service_model_name(datatype, catalog) == datatype)
    return known and to_integer(text) != 0


def list_of_objects(workspace: Workspace, text: str) -> list[RunValue]:
    """The elements of an `Array::` argument; each may be `Type::value`, blank ones are left out."""
    runtime = workspace.runtime
    found: list[RunValue] = []
    for element in text.split(ELEMENT_SEPARATOR):
        datatype, typed, value = element.partition("::")
        if typed:
            found.append(convert(value.strip(), datatype.strip(), runtime.catalog, runtime.clock.now))
        elif element.strip():
            found.append(element)
    return [each for each in found if each is not None]
