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


class Checkpoint(NamedTuple):
    """What a later run needs to go on: the target, and the state machine's position, variables and saved states."""

    uri: str
    state_vars: "dict[str, RunValue]"
    state_info: "dict[str, dict[str, RunValue]]"
    root: "dict[str, RunValue]"


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
