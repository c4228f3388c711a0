"""The position of a state machine: the ae_* attributes of the root, by the rules of ENGINE-FACTS part 8.

Every function takes the attributes of the root; those that say so raise.
"""

from datetime import UTC, datetime
from typing import TypeAlias

from aelang.interpreter.conversion import is_blank_value, to_integer
from aelang.interpreter.failures import AbortInstantiation
from aelang.interpreter.state_machine import Move, after_exit, next_state
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace

Root: TypeAlias = dict[str, RunValue]

SAVED = ("ae_state", "ae_state_retries", "ae_state_started", "ae_state_max_retries")
"""What is kept of a machine while another one has the root."""


def root_of(workspace: Workspace) -> Root:
    """The attributes of the root; a hash for nobody where there is none."""
    root = workspace.root
    return root.attributes if root is not None else {}


def without_domain(object_name: str) -> str:
    """The name of a machine, for one that may have moved to another domain (D10)."""
    return object_name.lstrip("/").partition("/")[2].lower()


def prepare(root: Root, name: str) -> None:
    """What every state does first, whether its turn has come or not (ENGINE-FACTS 8.2)."""
    if is_blank_value(root.get("ae_state")):
        root["ae_state"] = name
    if is_blank_value(root.get("ae_result")):
        root["ae_result"] = "ok"
    root["ae_next_state"] = ""
    root["ae_retry_server_affinity"] = False


def is_turn_of(root: Root, name: str) -> bool:
    """Whether the machine stands at `name` and nothing went wrong (ENGINE-FACTS 8.3)."""
    return root.get("ae_state") == name and root.get("ae_result") == "ok"


def is_resumed(root: Root) -> bool:
    """Whether the state was entered before and is tried again."""
    return not is_blank_value(root.get("ae_state_started"))


def begin(root: Root, now: datetime, max_retries: int) -> None:
    """A state starts, or goes on: its start and its count of retries stay where they are set."""
    if is_blank_value(root.get("ae_state_started")):
        root["ae_state_started"] = now.astimezone(UTC).isoformat(" ", "seconds")[:19] + " UTC"
    if is_blank_value(root.get("ae_state_retries")):
        root["ae_state_retries"] = 0
    root["ae_state_max_retries"] = max_retries


def enter_step(root: Root, name: str, step: str) -> None:
    """A part of the state has something to run: `main`, `on_entry`, `on_exit` or `on_error` (ENGINE-FACTS 11.7)."""
    root["ae_state_step"] = step
    if step != "main":
        root["ae_status_state"] = step
        root["ae_state"] = name


def result(root: Root) -> str:
    """ae_result as text."""
    return to_text(root.get("ae_result"))


def asked_for(root: Root) -> str:
    """ae_next_state, empty where it is blank."""
    return "" if is_blank_value(root.get("ae_next_state")) else to_text(root["ae_next_state"])


def retries(root: Root) -> int:
    """How often the state was tried again."""
    return to_integer(to_text(root.get("ae_state_retries")))


def count_retry(root: Root) -> None:
    """One more try."""
    root["ae_state_retries"] = retries(root) + 1


def fail(root: Root, reason: str) -> None:
    """The state ends in error for `reason`."""
    root["ae_reason"] = reason
    root["ae_result"] = "error"


def pass_over(root: Root, name: str, states: tuple[str, ...]) -> None:
    """A state whose condition says no: its successor's turn has come, and nothing else changes (LANGUAGE 2)."""
    root["ae_state"] = next_state(states, name, "")


def move(root: Root, name: str, states: tuple[str, ...]) -> Move:
    """Sets the position after a state. Raises AbortInstantiation for a state that does not exist."""
    target = asked_for(root)
    where = after_exit(result(root))
    match where:
        case Move.NEXT:
            _check(states, target)
            root["ae_state"] = next_state(states, name, target)
            root["ae_state_started"] = ""
            root["ae_state_retries"] = root["ae_state_max_retries"] = 0
            root["ae_result"] = "ok"
        case Move.RESTART:
            root["ae_result"] = "retry"
            _check(states, target)
            root["ae_state"] = target or (states[0] if states else "")
        case Move.STAND:
            pass
    return where


def _check(states: tuple[str, ...], target: str) -> None:
    if target and target not in states:
        raise AbortInstantiation(f"Invalid state specified <{target}>")
