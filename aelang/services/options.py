"""Options, dialogs and messages of requests, tasks and services (REQUESTS 1.5, 1.7, 1.8)."""

from collections.abc import Callable, Mapping
from typing import Any

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.record import Record, word

LONGEST_MESSAGE = 255


def option(record: Record, key: RunValue) -> RunValue:
    """What the options hold under `key`; they are kept under symbols, some by text."""
    return record.catalog.present(read_option(_options(record.columns), word(key)))


def read_option(options: Mapping[Any, Any], name: str) -> Any:  # keys and values are run values
    """What `options` hold under the symbol `name`, else under the text."""
    return options.get(Symbol(name), options.get(name))


def get_option(record: Record, key: RunValue) -> RunValue:
    """An option; of a choice of a dialog, which is kept as [value, text], the value."""
    return first_of(option(record, key))


def first_of(value: RunValue) -> RunValue:
    """The first element of a list; anything else stands for itself."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _get_option(record: Record, name: str, key: RunValue) -> RunValue:
    return get_option(record, key)


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
    found = read_option(options, key)
    return found if isinstance(found, dict) else {}


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    **{
        each.__name__[1:]: each
        for each in (
            _get_option, _get_option_last, _set_option, _user_message, _set_message, _set_task_message, _finished,
            _provisioned, _dialog_options, _get_dialog_option, _set_dialog_option, _service_vars_options,
            _get_service_vars_option, _set_service_vars_option, _delete_service_vars_option,
        )
    },
}  # fmt: skip
"""Every function by the name that the tables use, without `?` and `=`."""
