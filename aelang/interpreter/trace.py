"""What a run tells while it goes: one event a fact, with its depth (0 for the run's own object)."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from aelang.interpreter.values import mask_secrets


class Instantiating(NamedTuple):
    """A run begins at `uri`."""

    depth: int
    uri: str


class UpdatedNamespace(NamedTuple):
    """A path without domain was found in `namespace` (`Domain/Ns`)."""

    depth: int
    uri: str
    namespace: str


class Following(NamedTuple):
    """A relationship is about to be followed."""

    depth: int
    uri: str
    field: str


class Followed(NamedTuple):
    """A relationship was followed, and what is collected from it has been."""

    depth: int
    uri: str
    field: str


class Missing(NamedTuple):
    """An instance is not there; `.missing` is tried."""

    depth: int
    path: str


class Dropped(NamedTuple):
    """An object came to nothing. `failure` is the name of the reason, `climbs` whether the run ends with it."""

    depth: int
    path: str
    failure: str
    message: str
    climbs: bool


class MethodCalled(NamedTuple):
    """A method is called; `skipped` where the run passes over methods. Passwords in `inputs` are masked."""

    depth: int
    path: str
    location: str
    inputs: str
    skipped: bool


class MethodEnded(NamedTuple):
    """A method came back with `code` (0 ok, 4 warn, 8 stop, 16 abort)."""

    depth: int
    path: str
    code: int


class PassedOver(NamedTuple):
    """A field is not processed: its condition says no."""

    depth: int
    field: str


class StateEntered(NamedTuple):
    """A state's turn has come; `machine` is the path of the object that has it."""

    depth: int
    state: str
    machine: str = ""


class StateProcessed(NamedTuple):
    """A state was left with `result`; `next_state` is blank after the last."""

    depth: int
    state: str
    result: str
    next_state: str


class Undone(NamedTuple):
    """The undo of a state ran, and ended with `result`."""

    depth: int
    state: str
    result: str


class CutOff(NamedTuple):
    """A run was cut off, since its worker ended: in `state`, blank where that is not known."""

    depth: int
    state: str = ""


class Logged(NamedTuple):
    """A line from a method, or about an oddity; `level` is info, warn or error."""

    depth: int
    level: str
    text: str


Event: TypeAlias = (
    Instantiating
    | UpdatedNamespace
    | Following
    | Followed
    | Missing
    | Dropped
    | MethodCalled
    | MethodEnded
    | PassedOver
    | StateEntered
    | StateProcessed
    | Undone
    | CutOff
    | Logged
)


EVENT_KINDS: dict[str, Callable[..., Event]] = {
    each.__name__: each
    for each in (
        Instantiating, UpdatedNamespace, Following, Followed, Missing, Dropped, MethodCalled, MethodEnded, PassedOver,
        StateEntered, StateProcessed, Undone, CutOff, Logged,
    )
}  # fmt: skip
"""The events by name, as traces that are kept name them."""


def masked_event(event: Event) -> Event:
    """`event` with the passwords that were decrypted in this process masked in its texts."""
    made: Callable[..., Event] = type(event)
    return made(*(mask_secrets(each) if isinstance(each, str) else each for each in event))
