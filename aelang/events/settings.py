"""The table `[events]` of aelang.toml: the layout, what is passed over, what is alertable.

[events]
layout = "switchboard"             # or "classic"; `event_layout` means the same
ignored = ["UserLoginSessionEvent"]  # names of provider events that nobody wants; in place of the usual ones
flood = true                       # hold back a provider that says the same again and again
flood_per_minute = 30
alertable = ["VM_DOWN_ERROR"]      # provider events that are told to alerts as they are
finals = {VmClonedEvent = ["CloneVM_Task"]}  # further pairs of last and first events of a task
handling = {USER_RUN_VM = ["event_action_refresh?target=src_vm"]}  # classic: done before Automate is told
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from aelang.events.vocabulary import CALLS, FINALS, IGNORED

Layout: TypeAlias = Literal["classic", "switchboard"]


class Settings(NamedTuple):
    """How events are received here. `finals` are the events that end a task, each with the first ones of such tasks;
    `handling` are the calls of handlers that the classic layout makes for an event."""

    layout: Layout = "switchboard"
    ignored: frozenset[str] = IGNORED
    flood: bool = False
    flood_per_minute: int = 30
    alertable: frozenset[str] = frozenset()
    finals: Mapping[str, tuple[str, ...]] = FINALS
    handling: Mapping[str, tuple[str, ...]] = {}


SETTINGS: Final = Settings()
_LAYOUTS = ("classic", "switchboard")
_ALSO = {"event_layout": "layout"}
_MOST = 1_000_000


def here() -> Settings:
    """The settings in the aelang.toml of here or above. Raises ValueError."""
    from aelang.config import read_table

    try:
        return read_settings(read_table(".", "events"))
    except ValueError as fault:
        raise ValueError(f"aelang.toml: {fault}") from None


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings that `table` has, the usual ones beside. Raises ValueError for a wrong key or value."""
    found: dict[str, Any] = {}
    for written, value in table.items():
        name = _ALSO.get(written, written)
        if name in found:
            raise ValueError(f"[events] has `{name}` twice, once as `event_{name}`: leave that out")
        if name not in Settings._fields:
            raise ValueError(f"[events] has no `{name}`: it has {', '.join(Settings._fields)}")
        found[name] = _read(name, value)
    return SETTINGS._replace(**found)


def _read(name: str, value: Any) -> Any:
    match name, value:
        case "layout", ("classic" | "switchboard"):
            return value
        case "flood", bool():
            return value
        case "flood_per_minute", int() if not isinstance(value, bool) and 0 < value <= _MOST:
            return value
        case (("ignored" | "alertable"), list()) if _are_texts(value):
            return frozenset(value)
        case "finals", dict() if all(map(_are_texts, value.values())):
            return {**FINALS, **_tuples(value)}
        case "handling", dict() if all(map(_are_texts, value.values())):
            return _checked(_tuples(value))
        case _:
            pass
    raise ValueError(f"`{name}` in [events] is {value!r}, and not {_WANTED[name]}")


def _checked(calls: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for call in (each for several in calls.values() for each in several):
        name = call.partition("?")[0]
        if name not in CALLS:
            raise ValueError(f"`handling` in [events] has `{call}`: there are the handlers {', '.join(sorted(CALLS))}")
    return calls


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _tuples(value: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(each) for name, each in value.items()}


_WANTED = {
    "layout": " or ".join(_LAYOUTS),
    "flood": "true or false",
    "flood_per_minute": f"a number from 1 to {_MOST}",
    "ignored": "a list of names of events",
    "alertable": "a list of names of events",
    "finals": "a table of names of events, each with a list of names",
    "handling": "a table of names of events, each with a list of calls such as `event_action_refresh?target=src_vm`",
}
