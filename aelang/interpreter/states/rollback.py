"""Rollback: what completed states left behind is undone, last first (LANGUAGE 6).

Only machines with an `undo` come here. While it goes on, ae_undo is true, ae_state names the state that is undone and
ae_forward_result holds what it had given. An undo that asks for a retry is resumed there; one that fails is counted,
and the rest still run.
"""

from aelang import ir
from aelang.interpreter.failures import AssertionFailure, AutomateError, DatastoreError, StopInstantiation
from aelang.interpreter.invoke import invoke_for
from aelang.interpreter.outcome import Rollback, Undo
from aelang.interpreter.states.position import Root, result, root_of, without_domain
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Logged, Undone
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import is_off, is_target


def is_rolling_back(workspace: Workspace) -> bool:
    """Whether the machine in hand is one whose completed states are being undone: its states are passed over.

    A machine that an undo leads to is run like any other.
    """
    rollback = workspace.rollback
    return rollback is not None and len(workspace.machines) == 1 and _is_of(rollback, workspace.machines[0])


def _is_of(rollback: Rollback, machine: str) -> bool:
    return without_domain(rollback.machine) == without_domain(machine)


def complete(
    workspace: Workspace, obj: WorkspaceObject, state: str, undo: tuple[ir.Action, ...], value: RunValue
) -> None:
    """Notes that `state` is completed, with the text of its undo as it is now. The last time counts.

    What is completed while others are undone is not noted: there is nothing behind it that could ask for its undo.
    """
    if workspace.rollback is not None:
        return
    texts = _texts(workspace, undo)
    known = [each for each in workspace.undos if (each.machine, each.state) != (obj.object_name, state)]
    workspace.undos[:] = known
    if texts:
        workspace.undos.append(Undo(obj.object_name, state, f"{obj.namespace}/{obj.klass}", texts, value))


def foretell(
    workspace: Workspace, obj: WorkspaceObject, state: str, undo: tuple[ir.Action, ...]
) -> Undo | None:  # fmt: skip
    """What would undo `state`, which is about to begin and may be cut short; None where nothing would, or where that
    cannot be said yet."""
    try:
        texts = _texts(workspace, undo)
    except AutomateError:
        return None
    return Undo(obj.object_name, state, f"{obj.namespace}/{obj.klass}", texts, None) if texts else None


def _texts(workspace: Workspace, undo: tuple[ir.Action, ...]) -> tuple[str, ...]:
    """What the parts of an undo are now, without those that are switched off."""
    return tuple(text for text in (to_text(text_reader(each.text)(workspace)) for each in undo) if not is_off(text))


def roll_back(workspace: Workspace, obj: WorkspaceObject, failure: AutomateError | None) -> bool:
    """Runs the undos of the outermost machine `obj` where it ended in error, was left by a `failure` that climbs, or
    was at it already. The answer is whether an undo waits."""
    root = root_of(workspace)
    if workspace.rollback is None:
        if result(root) != "error" and (failure is None or isinstance(failure, _CUTS_SHORT)):
            return False
        reason = to_text(root.get("ae_reason"))
        workspace.rollback = Rollback(obj.object_name, reason, to_text(root.get("ae_state")), False)
    elif not _is_of(workspace.rollback, obj.object_name):
        return False
    while workspace.undos:
        if _undo(workspace, obj, workspace.undos[-1]) == "retry":
            _remember(workspace, failure)
            return True
        workspace.undos.pop()
    _end(workspace, root_of(workspace), workspace.rollback)
    return False


_CUTS_SHORT = (StopInstantiation, AssertionFailure, DatastoreError)
"""The failures that end with the object in which they arise."""


def _remember(workspace: Workspace, failure: AutomateError | None) -> None:
    """Keeps the text of a failure that does not climb now, since an undo waits."""
    rollback = workspace.rollback
    if failure is not None and rollback is not None and not rollback.reason:
        workspace.rollback = rollback._replace(reason=failure.message)


def _undo(workspace: Workspace, obj: WorkspaceObject, undo: Undo) -> str:
    """Runs one undo; what it ended with."""
    position = {"ae_state": undo.state, "ae_result": "ok", "ae_next_state": ""}
    root_of(workspace).update({"ae_undo": True, "ae_forward_result": undo.value, **position})
    failure = ""
    try:
        for text in undo.texts:
            _perform(workspace, obj, undo, text)
    except AutomateError as fault:
        failure = fault.message
    ended = result(root_of(workspace))
    if failure or ended == "error":
        failure = failure or "it ended in error"
        ended = "error"
        if workspace.rollback is not None:
            workspace.rollback = workspace.rollback._replace(failed=True)
        workspace.emit(Logged(len(workspace.stack), "error", f"undo of State=<{undo.state}> failed: {failure}"))
    workspace.emit(Undone(len(workspace.stack), undo.state, ended or "ok"))
    return ended


def _perform(workspace: Workspace, obj: WorkspaceObject, undo: Undo, text: str) -> None:
    """One part of an undo: a call, in the class whose state it belongs to, or a target."""
    from aelang.interpreter.relationships import text_follower  # it follows relationships, which lead to machines

    if is_target(text):
        forward = obj.relationships.get(undo.state)
        led_to = text_follower(undo.state, [], "create")(workspace, obj, text)
        obj.relationships[undo.state] = forward  # the name stays with what the state itself led to
        if led_to is None:
            raise AutomateError(f"[{text}] leads nowhere")
    else:
        invoke_for(workspace, obj, undo.owner, text)


def _end(workspace: Workspace, root: Root, rollback: Rollback) -> None:
    for name in ("ae_undo", "ae_forward_result"):
        root.pop(name, None)
    root.update(
        {"ae_result": "error", "ae_state": rollback.state, "ae_rollback": "failed" if rollback.failed else "done"}
    )
    if rollback.reason or "ae_reason" in root:
        root["ae_reason"] = rollback.reason
    workspace.rollback = None
