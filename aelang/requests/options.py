"""Options of requests: checked when a request is made, copied deep to its tasks (REQUESTS 1.5)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aelang.interpreter.times import parse_time
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.requests.rows import Options
from aelang.requests.types import RequestType
from aelang.services.options import cut, first_of, read_option

_MOST = 2**63 - 1  # a store has no greater number
MOST_TASKS = 1000
"""So many tasks one request may have: a slip of the finger is not to fill the store."""


SOURCE_VM = "src_vm_id"
"""The option that says from which template, or which machine, others are made."""


class InvalidOptions(ValueError):
    """Options that a request cannot have; the text says which, and what to write instead."""


def get(options: Options, name: str) -> RunValue:
    """The option `name`; of a choice of a dialog, which is kept as [value, text], the value."""
    return first_of(read_option(options, name))


def with_options(options: Options, **changed: RunValue) -> dict[Any, RunValue]:
    """`options` with others under the names of `changed`, as symbols; those kept by text give way."""
    kept = {key: value for key, value in options.items() if _name(key) not in changed}
    return {**kept, **{Symbol(name): value for name, value in changed.items()}}


def without(options: Options, *names: str) -> dict[Any, RunValue]:
    """`options` without those called `names`."""
    return {key: value for key, value in options.items() if _name(key) not in names}


def merged(options: Options, given: Options, now: datetime) -> dict[Any, RunValue]:
    """`options` with those `given` in place of their like. Raises InvalidOptions."""
    new = {_name(key): deep_copy(value) for key, value in given.items()}
    if "user_message" in new:
        new["user_message"] = cut(new["user_message"])
    if "schedule_time" in new:
        new["schedule_time"] = _time(new["schedule_time"], now)
        new.setdefault("schedule_type", "immediately" if new["schedule_time"] is None else "schedule")
    return with_options(options, **new)


def deep_copy(value: Any) -> Any:
    """`value` with lists and hashes of its own."""
    match value:
        case Symbol():
            return value
        case list():
            return [deep_copy(each) for each in value]
        case dict():
            return {key: deep_copy(each) for key, each in value.items()}
        case _:
            return value


def due(options: Options) -> datetime | None:
    """When a scheduled request is to be worked, None for at once."""
    if to_text(get(options, "schedule_type")) != "schedule":
        return None
    found = get(options, "schedule_time")
    return found if isinstance(found, datetime) else None


def check_count(kind: RequestType, options: Options) -> tuple[int, ...]:
    """What a task is made for, for each task of a request of `kind`: the number of a VM, or the id of a source.

    Raises InvalidOptions.
    """
    match kind.tasks:
        case "one":
            return (0,)
        case "vms":
            return tuple(range(1, _vms(options) + 1))
        case "source":
            return (_source(get(options, "src_id"), "src_id"),)
        case "sources":
            return _sources(kind, options)


def for_source(kind: RequestType, number: int, name: str) -> dict[str, RunValue]:
    """The option, by its name, that says that a request of `kind` is for the record `number`, or made from it; `name`
    is what people call it. None where neither its tasks nor what they make go by that."""
    match kind.tasks:
        case "vms":
            return {SOURCE_VM: [number, name]}
        case "source":
            return {"src_id": number}
        case "sources":
            return {_name_of_sources(kind): [number]}
        case "one":
            return {}


def _name_of_sources(kind: RequestType) -> str:
    return "src_host_ids" if kind.source == "Host" else "src_ids"


def _vms(options: Options) -> int:
    found = get(options, "number_of_vms")
    number = 1 if found is None else _number(found)
    if number is None or not 0 < number <= MOST_TASKS:
        raise InvalidOptions(
            f"the option `number_of_vms` is {to_text(found)!r}: write a whole number from 1 to {MOST_TASKS}"
        )
    return number


def _sources(kind: RequestType, options: Options) -> tuple[int, ...]:
    name = _name_of_sources(kind)
    found = read_option(options, name)
    listed = found if isinstance(found, list) else [] if found is None else [found]
    if not 0 < len(listed) <= MOST_TASKS:
        raise InvalidOptions(f"the option `{name}` is to list what {kind.says} is for: write {name}: [4]")
    return tuple(dict.fromkeys(_source(each, name) for each in listed))


def _source(value: RunValue, name: str) -> int:
    number = _number(value)
    if number is None or not 0 < number <= _MOST:
        raise InvalidOptions(f"the option `{name}` holds {to_text(value)!r}: write the id of a record, a whole number")
    return number


def _number(value: RunValue) -> int | None:
    if isinstance(value, str) and len(value) < 20 and value.strip().isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _time(value: RunValue, now: datetime) -> datetime | None:
    """A time without a zone is UTC."""
    if value is None or value == "":
        return None
    found = parse_time(value, lambda: now) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        raise InvalidOptions(
            f"the option `schedule_time` is {to_text(value)!r}, which is no time: write 2026-11-22T10:00:00Z"
        )
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _name(key: object) -> str:
    return key.name if isinstance(key, Symbol) else str(key)


def as_options(given: Mapping[Any, Any]) -> dict[Any, RunValue]:
    """`given` with symbols for keys, and nothing in it that its giver may change later."""
    return {Symbol(_name(key)): deep_copy(value) for key, value in given.items()}
