"""The settings of a simulated provider."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aelang.diagnostics import did_you_mean
from aelang.providers.simulated.rhevm import OPERATIONS, SECONDS


class Faults(NamedTuple):
    """What goes wrong: operations that are refused, or come to nothing; events that are lost the first time, told
    twice, or told so many seconds later."""

    refuse: frozenset[str] = frozenset()
    fail: frozenset[str] = frozenset()
    lose: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()
    late: Mapping[str, float] = {}


class Settings(NamedTuple):
    """Where it keeps what it knows, how long things take, when it tells of them, and what goes wrong."""

    state: str = "simulated.sqlite"
    turn: float = 15.0
    seconds: Mapping[str, float] = SECONDS
    faults: Faults = Faults()


_EVENTS = sorted(
    {name for steps in OPERATIONS.values() for each in steps for name in (each.event, each.failed) if name}
)


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings that `table` has, the usual ones beside. Raises ValueError for a wrong key or value."""
    _check_names("it", table, Settings._fields)
    state, turn = table.get("state", Settings().state), table.get("turn", Settings().turn)
    if not isinstance(state, str) or not state:
        raise ValueError(f"`state` is {state!r}: write the name of a file")
    seconds = {**SECONDS, **_numbers("seconds", table.get("seconds", {}), tuple(SECONDS))}
    return Settings(state, _number("turn", turn), seconds, _faults(table.get("faults", {})))


def _faults(table: Any) -> Faults:  # as it was written
    if not isinstance(table, Mapping):
        raise ValueError(f"`faults` is {table!r}: write a table, such as {{lose = ['USER_RUN_VM']}}")
    _check_names("`faults`", table, Faults._fields)
    operations, events = tuple(OPERATIONS), tuple(_EVENTS)
    return Faults(
        _names("refuse", table, operations),
        _names("fail", table, operations),
        _names("lose", table, events),
        _names("twice", table, events),
        _numbers("late", table.get("late", {}), events),
    )


def _names(key: str, table: Mapping[str, Any], known: tuple[str, ...]) -> frozenset[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError(f"`{key}` is {found!r}: write a list of names")
    _check_names(f"`{key}`", found, known)
    return frozenset(found)


def _numbers(key: str, table: Any, known: tuple[str, ...]) -> dict[str, float]:
    if not isinstance(table, Mapping):
        raise ValueError(f"`{key}` is {table!r}: write a table of seconds, such as {{{known[0]} = 60}}")
    _check_names(f"`{key}`", table, known)
    return {name: _number(name, value) for name, value in table.items()}


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise ValueError(f"`{name}` is {value!r}: write a number of seconds")
    return float(value)


def _check_names(what: str, found: Any, known: tuple[str, ...]) -> None:  # a mapping or a list
    for each in found:
        if each not in known:
            hint = did_you_mean(each, known)
            raise ValueError(f"{what} has no `{each}`: {hint or 'it has ' + ', '.join(known)}")
