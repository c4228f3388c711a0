"""Entering and leaving a machine, and how a run with machines in it ends (ENGINE-FACTS 8.1, 8.14, 8.15)."""

from aelang.interpreter.conversion import is_blank_value
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.objects import plan_of
from aelang.interpreter.outcome import Checkpoint, Finished, Outcome, Retry
from aelang.interpreter.states.intervals import seconds_of
from aelang.interpreter.states.position import SAVED, root_of, without_domain
from aelang.interpreter.states.rollback import roll_back
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject

_ARGUMENTS = ("ae_state", "ae_state_started", "ae_state_retries", "ae_fsm_started")
"""What of the position goes with a re-delivery as arguments, and so as text (ENGINE-FACTS 8.15)."""


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


def resume(workspace: Workspace, checkpoint: Checkpoint) -> dict[str, str]:
    """Takes up what `checkpoint` kept; gives the arguments that the run's own object needs."""
    workspace.state_vars.update(checkpoint.state_vars)
    workspace.saved_states.update({name: dict(saved) for name, saved in checkpoint.state_info.items()})
    workspace.undos.extend(checkpoint.undos)
    workspace.rollback = checkpoint.rollback
    return {name: to_text(value) for name, value in checkpoint.root.items() if value is not None}


def enter_machine(workspace: Workspace, obj: WorkspaceObject) -> None:
    """Keeps the position of the machine around, and takes up the one that `obj` had, if any."""
    if workspace.machines:
        _save(workspace, workspace.machines[-1])
    workspace.machines.append(obj.object_name)
    _restore(workspace, obj.object_name)


def leave_machine(workspace: Workspace, obj: WorkspaceObject, failure: AutomateError | None) -> bool:
    """Forgets the position of a machine that ended ok, keeps that of one that retries, and restores its parent's.

    The outermost machine runs the undos where it ended in error, or is left by a `failure` that climbs. The answer
    is whether one of them waits: then the failure must not climb, since the run comes back.
    """
    if workspace.root is None:
        return False
    outermost = len(workspace.machines) == 1
    workspace.can_undo |= plan_of(workspace, obj, obj.message).undoes
    waits = False
    if outermost and (workspace.can_undo or workspace.undos):
        waits = roll_back(workspace, obj, failure)
    left = workspace.machines.pop()
    result = root_of(workspace).get("ae_result")
    if result == "ok":
        workspace.saved_states.pop(left, None)
    elif result == "retry":
        _save(workspace, left)
    if outermost:
        workspace.can_undo = False
        if result != "retry" and workspace.rollback is None:
            workspace.undos.clear()
    if workspace.machines:
        _restore(workspace, workspace.machines[-1])
    return waits


def _save(workspace: Workspace, machine: str) -> None:
    root = root_of(workspace)
    if root.get("ae_state") not in (None, False):
        workspace.saved_states[machine] = {name: root.get(name) for name in SAVED}


def _restore(workspace: Workspace, machine: str) -> None:
    root = root_of(workspace)
    root.update(dict.fromkeys(SAVED))
    root.update(_saved(workspace, machine))


def _saved(workspace: Workspace, machine: str) -> dict[str, RunValue]:
    """What was saved for `machine`; where no key is it exactly, the one that differs in its domain alone (D10)."""
    saved = workspace.saved_states
    if machine in saved or not saved:
        return saved.get(machine, {})
    bare = without_domain(machine)
    moved = next((name for name in saved if without_domain(name) == bare), None)
    if moved is None or moved in workspace.machines:
        return {}
    return saved.pop(moved)


def conclude(workspace: Workspace, uri: str) -> Outcome:
    """The outcome of a run that came back."""
    if workspace.root is None:
        return Finished("error", "nothing was instantiated", "", {}, workspace)
    root = workspace.root.attributes
    result = to_text(root.get("ae_result")) or "ok"
    if result.lower() != "retry":
        reason, rollback = to_text(root.get("ae_reason")), to_text(root.get("ae_rollback"))
        return Finished(result, reason, rollback, root, workspace)
    after = seconds_of(to_text(root.get("ae_retry_interval")))
    affinity = not is_blank_value(root.get("ae_retry_server_affinity"))
    return Retry(after, _checkpoint(workspace, uri, root), affinity, root, workspace)


def cut_short(workspace: Workspace, uri: str) -> Retry:
    """The outcome of a run that was left between two states: it may go on there."""
    while workspace.machines:
        _save(workspace, workspace.machines.pop())
        if workspace.machines:
            _restore(workspace, workspace.machines[-1])
    root = root_of(workspace)
    return Retry(0.0, _checkpoint(workspace, uri, root), False, root, workspace)


def _checkpoint(workspace: Workspace, uri: str, root: dict[str, RunValue]) -> Checkpoint:
    return Checkpoint(
        uri,
        dict(workspace.state_vars),
        {name: dict(saved) for name, saved in workspace.saved_states.items()},
        {name: root[name] for name in _ARGUMENTS if root.get(name) is not None},
        tuple(workspace.undos),
        workspace.rollback,
    )
