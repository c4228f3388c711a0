"""Deliveries: what is asked of Automate, by whom and for what record, becomes the target of a run.

The forms of keys and query are the reference engine's, since methods and instances read them
(ENGINE-FACTS units create_automation_*).
"""

from collections.abc import Mapping
from typing import NamedTuple

from aelang.interpreter.arguments import ELEMENT_SEPARATOR
from aelang.interpreter.values import RunValue, to_text
from aelang.names import join_path, split_path, write_query

_DEFAULT_CLASS = ("System", "Process")
_SERVER_KEY = "MiqServer::miq_server"
_USER_KEY = "User::user"


class Delivered(NamedTuple):
    """The record that a delivery is about: the class its key names (`MiqProvision`), its name there, and its id."""

    model: str
    name: str
    id: int

    @property
    def key(self) -> str:
        """The argument that carries it: `MiqProvision::miq_provision`."""
        return f"{self.model}::{self.name}"


class Delivery(NamedTuple):
    """What to instantiate. `attributes` are the caller's; a key may be `Type::name`. `position` are the ae_*
    arguments of a machine that goes on."""

    instance: str = "AUTOMATION"
    attributes: Mapping[str, RunValue] = {}
    namespace: str | None = None
    klass: str | None = None
    message: str | None = None
    user: int | None = None
    server: int = 1
    about: Delivered | None = None
    position: Mapping[str, RunValue] = {}


def delivery_uri(delivery: Delivery) -> str:
    """The target of `delivery`: `/Ns/Class/instance?arguments#message`, the arguments sorted and escaped."""
    namespace, klass = delivery.namespace or _DEFAULT_CLASS[0], delivery.klass or _DEFAULT_CLASS[1]
    query = write_query({key: _text(value) for key, value in _arguments(delivery).items()})
    path = join_path(namespace, klass, delivery.instance)
    uri = path if query is None else f"{path}?{query}"
    return uri if delivery.message is None else f"{uri}#{delivery.message}"


def class_path(path: str) -> tuple[str, str | None]:
    """Namespace and class of `/Ns/Class`, for a delivery that names them together."""
    found = split_path(path, with_instance=False)
    return found.namespace, found.klass


def _arguments(delivery: Delivery) -> dict[str, RunValue]:
    arguments: dict[str, RunValue] = dict(delivery.attributes)
    if delivery.user is not None:
        arguments[_USER_KEY] = delivery.user
    arguments.update(delivery.position)
    arguments["object_name"] = delivery.instance
    about = delivery.about
    records = [(about.key, about.id)] if about is not None else []
    for key, id_ in (*records, (_SERVER_KEY, delivery.server)):
        if not any(known.endswith(key.rpartition("::")[2].lower()) for known in arguments):
            arguments[key] = id_  # one that the caller names itself is left as it is
    if about is not None:
        arguments["vmdb_object_type"] = about.name
    return dict(_list_argument(key, value) for key, value in arguments.items())


def as_arguments(attributes: Mapping[str, RunValue]) -> dict[str, str]:
    """`attributes` as texts: a list becomes one `Array::` argument, nil is empty text."""
    return {key: to_text(value) for key, value in (_list_argument(*each) for each in attributes.items())}


def _list_argument(key: str, value: RunValue) -> tuple[str, RunValue]:
    if not isinstance(value, list):
        return key, value
    text = ELEMENT_SEPARATOR.join(map(to_text, value))
    return (key if key.startswith("Array::") else f"Array::{key}"), text


def _text(value: RunValue) -> str | None:
    return None if value is None else to_text(value)
