"""How a run ends (LANGUAGE 6, "Outcomes")."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aelang.interpreter.failures import AutomateError

if TYPE_CHECKING:
    from aelang.interpreter.values import RunValue
    from aelang.interpreter.workspace import Workspace


class Finished(NamedTuple):
    """The run came back. `result` is root's ae_result, "ok" where none is set; `root` is read-only, empty where
    nothing was built. `rollback` is blank, "done" or "failed"."""

    result: str
    reason: str
    rollback: str
    root: "Mapping[str, RunValue]"
    workspace: "Workspace"


class Undo(NamedTuple):
    """What undoes a completed state: its texts as they were then, in the class `owner` (`Domain/Ns/Class`), and what
    the state had given."""

    machine: str
    state: str
    owner: str
    texts: tuple[str, ...]
    value: "RunValue"


class Rollback(NamedTuple):
    """A rollback of `machine` that is going on: the reason and the state of the error, and whether an undo failed so
    far."""

    machine: str
    reason: str
    state: str
    failed: bool


class Checkpoint(NamedTuple):
    """What a later run needs to go on: the target, the state machine's position (`root`), variables and saved states,
    the undos of what is completed, and the rollback, if one is going on."""

    uri: str
    state_vars: "dict[str, RunValue]"
    state_info: "dict[str, dict[str, RunValue]]"
    root: "dict[str, RunValue]"
    undos: tuple[Undo, ...] = ()
    rollback: Rollback | None = None


class Retry(NamedTuple):
    """The run wants to go on in `after` seconds."""

    after: float
    checkpoint: Checkpoint
    server_affinity: bool
    root: "Mapping[str, RunValue]"
    workspace: "Workspace"


class Failed(NamedTuple):
    """A failure climbed out of the run; `workspace` is what had been built."""

    error: AutomateError
    workspace: "Workspace"


Outcome: TypeAlias = Finished | Retry | Failed
