"""Rollback: what completed states left behind is undone, last first (LANGUAGE 6).

Only machines with an `undo` come here. While it goes on, ae_undo is true, ae_state names the state that is undone and
ae_forward_result holds what it had given. An undo that asks for a retry is resumed there; one that fails is counted,
and the rest still run.
"""

from aelang import ir
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.invoke import invoke_for
from aelang.interpreter.outcome import Rollback, Undo
from aelang.interpreter.states.position import Root, result, root_of
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Logged, Undone
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import is_off, is_target


def complete(
    workspace: Workspace, obj: WorkspaceObject, state: str, undo: tuple[ir.Action, ...], value: RunValue
) -> None:
    """Notes that `state` is completed, with the text of its undo as it is now. The last time counts."""
    texts = tuple(text for text in (to_text(text_reader(each.text)(workspace)) for each in undo) if not is_off(text))
    known = [each for each in workspace.undos if (each.machine, each.state) != (obj.object_name, state)]
    workspace.undos[:] = known
    if texts:
        workspace.undos.append(Undo(obj.object_name, state, f"{obj.namespace}/{obj.klass}", texts, value))


def roll_back(workspace: Workspace, obj: WorkspaceObject, *, aborted: bool) -> None:
    """Runs the undos of the outermost machine `obj` where it ended in error, was aborted, or was at it already."""
    root = root_of(workspace)
    if workspace.rollback is None:
        if not aborted and result(root) != "error":
            return
        workspace.rollback = Rollback(to_text(root.get("ae_reason")), to_text(root.get("ae_state")), False)
    while workspace.undos:
        if _undo(workspace, obj, workspace.undos[-1]) == "retry":
            return
        workspace.undos.pop()
    _end(workspace, root_of(workspace), workspace.rollback)


def _undo(workspace: Workspace, obj: WorkspaceObject, undo: Undo) -> str:
    root = root_of(workspace)
    root.update(
        {
            "ae_undo": True,
            "ae_state": undo.state,
            "ae_result": "ok",
            "ae_forward_result": undo.value,
            "ae_next_state": "",
        }
    )
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
        workspace.rollback = (workspace.rollback or Rollback("", "", False))._replace(failed=True)
        workspace.emit(Logged(len(workspace.stack), "error", f"undo of State=<{undo.state}> failed: {failure}"))
    workspace.emit(Undone(len(workspace.stack), undo.state, ended or "ok"))
    return ended


def _perform(workspace: Workspace, obj: WorkspaceObject, undo: Undo, text: str) -> None:
    """One part of an undo: a call, in the class whose state it belongs to, or a target."""
    from aelang.interpreter.relationships import text_follower  # it follows relationships, which lead to machines

    if is_target(text):
        follow = text_follower(undo.state, [], "create")
        if follow(workspace, obj, text) is None:
            raise AutomateError(f"[{text}] leads nowhere")
    else:
        invoke_for(workspace, obj, undo.owner, text)


def _end(workspace: Workspace, root: Root, rollback: Rollback) -> None:
    for name in ("ae_undo", "ae_forward_result"):
        root.pop(name, None)
    root.update(
        {"ae_result": "error", "ae_state": rollback.state, "ae_rollback": "failed" if rollback.failed else "done"}
    )
    root["ae_reason"] = rollback.reason
    workspace.rollback = None
