"""States: a state machine's position lives in the root's ae_* attributes, and only here are they read or written.

One object's states are processed in order like other fields; each first makes sure that the machine has a position,
and only the one whose turn it is does more (ENGINE-FACTS 8.2, 8.3): on_entry, main part, then on_exit or, after an
error, on_error. What follows from a result says `state_machine`.
"""

import re
from collections.abc import Callable
from datetime import UTC
from typing import TypeAlias

from aelang import ir
from aelang.interpreter.conversion import is_blank_value, to_integer
from aelang.interpreter.failures import (
    AbortInstantiation,
    AutomateError,
    ConversionError,
    DatastoreError,
    LimitExceeded,
    MethodNotFound,
    StopInstantiation,
)
from aelang.interpreter.invoke import invoke_text
from aelang.interpreter.outcome import Checkpoint, Finished, Outcome, Retry
from aelang.interpreter.state_machine import After, Move, after_exit, after_main, next_state
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Logged, StateEntered, StateProcessed
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import is_off

_SAVED = ("ae_state", "ae_state_retries", "ae_state_started", "ae_state_max_retries")
_METHOD = re.compile(r"^METHOD::(.*)$", re.IGNORECASE | re.MULTILINE)

Act: TypeAlias = Callable[[Workspace, WorkspaceObject], None]
FollowText: TypeAlias = Callable[[Workspace, WorkspaceObject, str], object]


def take_position(workspace: Workspace, arguments: dict[str, str]) -> dict[str, str]:
    """Takes up the state variables and saved states that a re-delivery passes as arguments; the others are left."""
    if "ae_state_data" not in arguments and "ae_state_previous" not in arguments:
        return arguments
    others = dict(arguments)
    read = workspace.runtime.read_state
    workspace.state_vars.update(read(others.pop("ae_state_data", "{}")))
    saved = read(others.pop("ae_state_previous", "{}"))
    workspace.saved_states.update({name: value for name, value in saved.items() if isinstance(value, dict)})
    return others


# -- entering and leaving a machine ------------------------------------------------------------------------------


def enter_machine(workspace: Workspace, obj: WorkspaceObject) -> None:
    """Keeps the position of the machine around, and takes up the one that `obj` had, if any (ENGINE-FACTS 8.14)."""
    if workspace.machines:
        _save(workspace, workspace.machines[-1])
    workspace.machines.append(obj.object_name)
    _restore(workspace, obj.object_name)


def leave_machine(workspace: Workspace) -> None:
    """Forgets the position of a machine that ended ok, keeps that of one that retries, and restores its parent's."""
    if workspace.root is None:
        return
    left = workspace.machines.pop()
    result = _root(workspace).get("ae_result")
    if result == "ok":
        workspace.saved_states.pop(left, None)
    elif result == "retry":
        _save(workspace, left)
    if workspace.machines:
        _restore(workspace, workspace.machines[-1])


def _save(workspace: Workspace, machine: str) -> None:
    root = _root(workspace)
    if root.get("ae_state") not in (None, False):
        workspace.saved_states[machine] = {name: root.get(name) for name in _SAVED}


def _restore(workspace: Workspace, machine: str) -> None:
    root = _root(workspace)
    root.update(dict.fromkeys(_SAVED))
    root.update(workspace.saved_states.get(machine, {}))


def _root(workspace: Workspace) -> dict[str, RunValue]:
    root = workspace.root
    return root.attributes if root is not None else {}


def conclude(workspace: Workspace, uri: str) -> Outcome:
    """The outcome of a run that came back."""
    if workspace.root is None:
        return Finished("error", "nothing was instantiated", "", {}, workspace)
    root = workspace.root.attributes
    result = to_text(root.get("ae_result")) or "ok"
    if result.lower() != "retry":
        reason, rollback = to_text(root.get("ae_reason")), to_text(root.get("ae_rollback"))
        return Finished(result, reason, rollback, root, workspace)
    position = {name: root[name] for name in root if name in ("ae_state", "ae_state_retries", "ae_state_started")}
    checkpoint = Checkpoint(uri, dict(workspace.state_vars), dict(workspace.saved_states), position)
    after = seconds_of(to_text(root.get("ae_retry_interval")))
    affinity = not is_blank_value(root.get("ae_retry_server_affinity"))
    return Retry(after, checkpoint, affinity, root, workspace)


# -- one state ---------------------------------------------------------------------------------------------------


def state_act(field: ir.StateField, states: tuple[str, ...], follow: FollowText) -> Act:
    """What processes `field`; `states` are the names of the states that answer the message, in order, and `follow`
    follows the target of the main part."""
    entry = _step_act("on_entry", field.name, field.on_entry)
    leave = _step_act("on_exit", field.name, field.on_exit)
    error = _step_act("on_error", field.name, field.on_error)
    main = _main_act(field, follow)
    name, max_retries = field.name, to_integer(field.max_retries or "")

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        root = _root(workspace)
        _prepare(root, name)
        if root["ae_state"] != name or root["ae_result"] != "ok":
            return
        workspace.emit(StateEntered(len(workspace.stack), name))
        _begin(workspace, root, max_retries)
        if entry is not None:
            _guarded(workspace, name, "on_entry", lambda: entry(workspace, obj))
            root = _root(workspace)
        if main is not None and root.get("ae_state") == name and root.get("ae_result") == "ok":
            _guarded(workspace, name, "", lambda: main(workspace, obj))
        _finish(workspace, obj, name, states, leave, error)

    return act


def _prepare(root: dict[str, RunValue], name: str) -> None:
    if is_blank_value(root.get("ae_state")):
        root["ae_state"] = name
    if is_blank_value(root.get("ae_result")):
        root["ae_result"] = "ok"
    root["ae_next_state"] = ""
    root["ae_retry_server_affinity"] = False


def _begin(workspace: Workspace, root: dict[str, RunValue], max_retries: int) -> None:
    if is_blank_value(root.get("ae_state_started")):
        root["ae_state_started"] = workspace.runtime.clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if is_blank_value(root.get("ae_state_retries")):
        root["ae_state_retries"] = 0
    root["ae_state_max_retries"] = max_retries


def _finish(
    workspace: Workspace, obj: WorkspaceObject, name: str, states: tuple[str, ...], leave: Act | None, error: Act | None
) -> None:
    root = _root(workspace)
    match after_main(root.get("ae_result")):
        case After.ADVANCE:
            return _move(workspace, name, states)
        case After.HANDLE:
            return _handle_error(workspace, obj, name, states, error)
        case After.COUNT_AND_WAIT:
            _count_retry(root)
            root["ae_result"] = "retry"
        case After.COUNT_AND_EXIT:
            _count_retry(root)
            _exit(workspace, obj, name, leave)
        case After.EXIT:
            _exit(workspace, obj, name, leave)
    return _move(workspace, name, states)


def _exit(workspace: Workspace, obj: WorkspaceObject, name: str, leave: Act | None) -> None:
    if leave is None:
        return
    waiting = _root(workspace).get("ae_result") == "retry"

    def work() -> None:
        leave(workspace, obj)
        root = _root(workspace)
        if root.get("ae_result") == "retry" and not waiting:
            _count_retry(root)

    _guarded(workspace, name, "on_exit", work)


def _handle_error(
    workspace: Workspace, obj: WorkspaceObject, name: str, states: tuple[str, ...], error: Act | None
) -> None:
    """on_error: only `continue` lets the machine go on (ENGINE-FACTS 8.9)."""
    if error is None:
        return

    def work() -> None:
        error(workspace, obj)
        root = _root(workspace)
        if root.get("ae_result") == "continue":
            root["ae_result"] = "ok"
            _move(workspace, name, states)

    _guarded(workspace, name, "on_error", work)


def _count_retry(root: dict[str, RunValue]) -> None:
    root["ae_state_retries"] = _retries(root) + 1


def _retries(root: dict[str, RunValue]) -> int:
    return to_integer(to_text(root.get("ae_state_retries")))


def _move(workspace: Workspace, name: str, states: tuple[str, ...]) -> None:
    """Sets the machine's position after a state. Raises AbortInstantiation for a state that does not exist."""
    root = _root(workspace)
    asked_for = "" if is_blank_value(root.get("ae_next_state")) else to_text(root["ae_next_state"])
    result = to_text(root.get("ae_result"))
    match after_exit(result):
        case Move.NEXT:
            _check_state(states, asked_for)
            root["ae_state"] = next_state(states, name, asked_for)
            root["ae_state_started"] = ""
            root["ae_state_retries"] = root["ae_state_max_retries"] = 0
            root["ae_result"] = "ok"
        case Move.RESTART:
            root["ae_result"] = "retry"
            _check_state(states, asked_for)
            root["ae_state"] = asked_for or (states[0] if states else "")
        case Move.STAND:
            pass
    workspace.emit(StateProcessed(len(workspace.stack), name, result, to_text(root.get("ae_state"))))


def _check_state(states: tuple[str, ...], asked_for: str) -> None:
    if asked_for and asked_for not in states:
        raise AbortInstantiation(f"Invalid state specified <{asked_for}>")


# -- the parts of a state ----------------------------------------------------------------------------------------


def _guarded(workspace: Workspace, name: str, step: str, work: Callable[[], None]) -> None:
    """Does `work`; a failure becomes ae_result error and ae_reason, only a stop and a limit go out (ENGINE-FACTS 8.7).

    An on_entry that asks for another state skips this one.
    """
    state = _root(workspace).get("ae_state")
    try:
        work()
    except (StopInstantiation, LimitExceeded):
        raise
    except AutomateError as failure:
        reason = f"State=<{name}> running {step} raised exception: <{failure.message}>"
        workspace.emit(Logged(len(workspace.stack), "error", reason))
        _root(workspace).update({"ae_reason": reason, "ae_result": "error"})
        return
    root = _root(workspace)
    asked_for = root.get("ae_next_state")
    if step == "on_entry" and not is_blank_value(asked_for) and asked_for != state:
        root["ae_result"] = "skip"


def _step_act(step: str, name: str, actions: tuple[ir.Action, ...]) -> Act | None:
    """What calls the methods of on_entry, on_exit or on_error; None where there are none."""
    readers = [text_reader(action.text) for action in actions]
    if not readers:
        return None

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        try:
            for read in readers:
                text = to_text(read(workspace))
                if is_off(text):
                    continue
                _root(workspace).update({"ae_status_state": step, "ae_state": name, "ae_state_step": step})
                invoke_text(workspace, obj, text)
        except MethodNotFound as failure:
            raise MethodNotFound(f"In State=[{name}], {step} {failure.message}", failure.span) from None

    return act


def _main_act(field: ir.StateField, follow: FollowText) -> Act | None:
    """The main part: a relationship, or behind METHOD:: a call; none where the value is blank or switched off."""
    if field.action is None:
        return None
    read = text_reader(field.action.text)

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        text = to_text(read(workspace))
        if is_off(text):
            return
        _root(workspace)["ae_state_step"] = "main"
        _enforce_limits(workspace, field)
        called = _METHOD.search(text)
        if called is not None:
            invoke_text(workspace, obj, called[1])
        elif follow(workspace, obj, text) is None:
            raise DatastoreError("empty relationship")

    return act


def _enforce_limits(workspace: Workspace, field: ir.StateField) -> None:
    """Raises AutomateError where the state was tried too often or for too long (ENGINE-FACTS 8.5)."""
    root = _root(workspace)
    if not is_blank_value(field.max_retries) and to_integer(field.max_retries or "") < _retries(root):
        raise AutomateError(f"number of retries <{_retries(root)}> exceeded maximum of <{field.max_retries}>")
    if is_blank_value(field.max_time):
        return
    elapsed = _elapsed(workspace, root)
    if seconds_of(field.max_time or "") <= elapsed:
        raise AutomateError(f"time in state <{elapsed} seconds> exceeded maximum of <{field.max_time}>")


def _elapsed(workspace: Workspace, root: dict[str, RunValue]) -> float:
    from aelang.interpreter.times import parse_time

    clock = workspace.runtime.clock
    started = parse_time(to_text(root.get("ae_state_started")), clock.now)
    if started is None:
        raise ConversionError(f"ae_state_started is no time: {to_text(root.get('ae_state_started'))!r}")
    return (clock.now() - started).total_seconds()


# -- intervals ---------------------------------------------------------------------------------------------------

_SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600, "month": 2629746,
    "year": 31556952, "byte": 1, "kilobyte": 1024, "megabyte": 1024**2, "gigabyte": 1024**3, "terabyte": 1024**4,
}  # fmt: skip
_INTERVAL = re.compile(r"([0-9]+(?:\.[0-9]+)?)\.([A-Za-z_]+)\s*\Z")


def seconds_of(text: str) -> int:
    """The seconds in an interval: `5.minutes`, or the number that the text begins with (ENGINE-FACTS 8.16).

    Raises ConversionError for an unknown unit (D3).
    """
    text = text.replace(",", "")
    found = _INTERVAL.match(text)
    if found is None:
        return to_integer(text)
    unit = found[2].removesuffix("s")
    if unit not in _SECONDS:
        raise ConversionError(
            f"unknown unit [{found[2]}] in the interval {text!r}: write 30.seconds, 5.minutes, 1.hour"
        )
    return int(float(found[1]) * _SECONDS[unit])
