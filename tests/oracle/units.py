"""Single functions of the reference engine, and what answers for each of them here."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from aelang import names
from aelang.names.calls import read_argument
from aelang.services import default_catalog
from tests.oracle.runs import FrozenClock
from tests.oracle.values import decode, encode

if TYPE_CHECKING:
    from aelang.interpreter.workspace import Workspace

Answer = Any  # a value as a run holds it, or a tuple that stands for a list
_STUB_ATTRIBUTES = {"n": 1, "s": "text", "nil": None}


_RECORDED = datetime(2026, 11, 15, 12, tzinfo=UTC)
"""The units were recorded with the clock going, in that month: "12abc" as a time is the twelfth of it."""


class NoCounterpartError(Exception):
    """Nothing here answers for a function; the text tells why."""


def answer(function: str, arguments: list[dict[str, Any]]) -> dict[str, Any]:
    """What our counterpart of `function` gives for `arguments`, written as in a vector.

    Raises NoCounterpartError, and whatever the counterpart raises.
    """
    if isinstance(found := COUNTERPARTS.get(function), str) or found is None:
        raise NoCounterpartError(why_not(function))
    return encode(_listed(found(*map(decode, arguments))))


def has_counterpart(function: str) -> bool:
    """Whether something here answers for `function`."""
    return callable(COUNTERPARTS.get(function))


def why_not(function: str) -> str:
    """Why nothing here answers for `function`, blank where something does."""
    found = COUNTERPARTS.get(function, f"no counterpart: {function} is unknown here")
    return found if isinstance(found, str) else ""


def _listed(value: Answer) -> Answer:
    return [_listed(each) for each in value] if type(value) is tuple else value


# -- URIs --------------------------------------------------------------------------------------------------------


def _split(default_scheme: str) -> Callable[[str], Answer]:
    def split(text: str) -> Answer:
        uri = names.split_uri(text, default_scheme)
        return (uri.scheme, None, None, None, None, uri.path, uri.opaque, uri.query, uri.fragment)

    return split


def _join(
    scheme: str | None, _user: None, host: str | None, _port: None, _registry: None, path: str, opaque: str | None,
    query: str | dict[str, str] | None, fragment: str | None,
) -> Answer:  # fmt: skip
    text = _write_query(query) if isinstance(query, dict) else query
    authority = f"//{host}" if host else ""
    return names.join_uri(names.Uri(scheme, authority + path, opaque, text, fragment))


def _write_query(arguments: Mapping[Any, Any] | None) -> Answer:
    from aelang.interpreter.values import to_text

    if arguments is None:
        return None
    texts = {to_text(key): None if value is None else to_text(value) for key, value in arguments.items()}
    return names.write_query(texts)


# -- paths -------------------------------------------------------------------------------------------------------


def _parts(*, with_instance: bool = True, with_attribute: bool = False, lower: bool = False) -> Callable[[str], Answer]:
    def split(text: str) -> Answer:
        path = names.split_path(text, with_instance=with_instance, with_attribute=with_attribute)
        return tuple(part.lower() if part and lower else part for part in path)

    return split


def _domain_parts(text: str) -> Answer:
    path = names.split_path(names.split_uri(text).path or "")
    domain, _, namespace = path.namespace.partition("/")
    return (domain, namespace, path.klass, path.instance)


# -- calls -------------------------------------------------------------------------------------------------------


def _call_parts(text: str) -> Answer:
    found = names.calls._CALL.search(text)
    return None if found is None else (found[1], found[2])


def _argument(text: str) -> Answer:
    return _value_of(read_argument(text))


def _arguments(text: str) -> Answer:
    return {key: _value_of(value) for key, value in names.read_arguments(text).items()}


def _value_of(argument: Any) -> Answer:
    return _STUB_ATTRIBUTES.get(argument.name) if isinstance(argument, names.calls.Attribute) else argument


# -- values ------------------------------------------------------------------------------------------------------


class _Stub:
    """As much of a workspace as typed arguments ask for."""

    def __init__(self) -> None:
        self.runtime = self
        self.catalog = default_catalog()
        self.clock = FrozenClock()


def _convert(value: Answer, datatype: str | None) -> Answer:
    from aelang.interpreter.conversion import convert

    return convert(value, datatype, default_catalog(), lambda: _RECORDED)


def _typed_arguments(arguments: dict[str, str]) -> Answer:
    from aelang.interpreter.arguments import typed_arguments

    return typed_arguments(cast("Workspace", _Stub()), arguments, {})


def _is_list_key(key: str | None) -> Answer:
    from aelang.interpreter.arguments import is_list_key

    return is_list_key(key or "")


def _list_of_objects(text: str) -> Answer:
    from aelang.interpreter.arguments import list_of_objects

    return list_of_objects(cast("Workspace", _Stub()), text)


def _collected(values: list[Any], function: str | None) -> Answer:
    from aelang.interpreter.collect import apply_function

    return apply_function(values, function)


def _as_arguments(attributes: Any) -> Answer:
    from aelang.delivery import as_arguments

    return attributes if isinstance(attributes, str) else as_arguments(dict(attributes))


def _arguments_text(attributes: Any) -> Answer:
    found = _as_arguments(attributes)
    return found if isinstance(found, str) else "&".join(f"{key}={value}" for key, value in found.items())


def _delivery_uri(name: str, attributes: Any, options: Any) -> Answer:
    from aelang.delivery import Delivery, class_path, delivery_uri

    said = {str(getattr(key, "name", key)): value for key, value in options.items()}
    namespace, klass = said.get("namespace"), said.get("class")
    if "fqclass" in said:
        namespace, klass = class_path(said["fqclass"])
    return delivery_uri(Delivery(name, attributes, namespace, klass, said.get("message")))


def _messages(text: str | None) -> Answer:
    from aelang.compiler.frames import read_messages

    return read_messages(text)


def _answers(messages: list[str], message: str) -> Answer:
    from aelang.interpreter.answering import answers

    return answers(messages, message)


def _seconds(text: str | None) -> Answer:
    from aelang.interpreter.states import seconds_of

    return seconds_of(text or "")


def _sanitized(text: str) -> Answer:
    from aelang.interpreter.values import sanitize

    return sanitize(text)


def _collect_kind(text: str) -> Answer:
    """The form of a collect with its left side and contents, as `read_collect` tries the forms."""
    from aelang.syntax import collects

    for kind, form in (("array", collects._LIST), ("hash", collects._HASH), ("string", collects._VALUE)):
        if found := form.search(text):
            return (kind, found[1], found[2])
    return None


COUNTERPARTS: dict[str, Callable[..., Answer] | str] = {
    "uri.split": _split("miqaews"),
    "uri.split_miqaedb": _split("miqaedb"),
    "uri.join": _join,
    "uri.query2hash": names.read_query,
    "uri.hash2query": _write_query,
    "path.split": _parts(),
    "path.split_noinst": _parts(with_instance=False),
    "path.split_attr": _parts(with_attribute=True),
    "path.split_down": _parts(lower=True),
    "path.to_s": names.join_path,
    "path.wildcard": names.is_wildcard,
    "path.get_domain_ns_klass_inst": _domain_parts,
    "fqmethod2components": lambda text: tuple(part or None for part in names.method_path(text)),
    "RE_METHOD_CALL": _call_parts,
    "method_parms_to_hash": _arguments,
    "classify_value": _argument,
    "convert": _convert,
    "process_args": _typed_arguments,
    "load_array_objects_from_string": _list_of_objects,
    "array_value": _collected,
    "is_array": _is_list_key,
    "message_parse": _messages,
    "collect_kind": _collect_kind,
    "message_matches": _answers,
    "to_i_with_method": _seconds,
    "sanitize": _sanitized,
    "create_automation_attributes": _as_arguments,
    "create_automation_attributes_string": _arguments_text,
    "create_automation_object": _delivery_uri,
}
"""What answers for each function of the vectors, or why nothing does."""


def compared(function: str, result: Any) -> Any:
    """The part of a vector's `result` that is compared: of a collect not the function, which a list alone obeys."""
    if function == "collect_kind" and isinstance(result, dict) and isinstance(result.get("value"), list):
        return {**result, "value": result["value"][:3]}
    return result


def our_exception(error: Exception) -> str | None:
    """The name in `failures` that a run would give `error`; None where it is none of ours."""
    from aelang.interpreter.failures import AutomateError

    match error:
        case names.InvalidUri():
            return "InvalidPathFormat"
        case names.InvalidCall():
            return "InvalidMethod"
        case AutomateError():
            return type(error).__name__
        case _:
            return None
