"""Hooks: the methods that are called around a step, where the class has them (LANGUAGE 5)."""

from aelang.interpreter.conversion import is_blank_value
from aelang.interpreter.invoke import invoke, look_up_method
from aelang.interpreter.values import to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import Call


def announce(obj: WorkspaceObject, step: str, target: str, message: str) -> None:
    """Sets what a step's hooks and its target read: ae_step, ae_step_target, ae_message."""
    obj.attributes.update({"ae_step": step, "ae_step_target": target, "ae_message": message})


def is_noop(obj: WorkspaceObject) -> bool:
    """Whether a hook said that the step is not to be followed."""
    return to_text(obj.attributes.get("ae_message")).strip().lower() == "noop"


def before_step(workspace: Workspace, obj: WorkspaceObject, step: str, states: tuple[str, ...]) -> None:
    """Calls `before_step`, or `on_state_change`, if there is one."""
    at = states.index(step) if step in states else 0
    _call(workspace, obj, "before_step", "before", states[at - 1] if at else "", step)
    if is_blank_value(obj.attributes.get("ae_message")):
        obj.attributes["ae_message"] = "create"


def after_step(workspace: Workspace, obj: WorkspaceObject, step: str, states: tuple[str, ...]) -> None:
    """Calls `after_step`, or `on_state_change`, if there is one."""
    at = states.index(step) + 1 if step in states else len(states)
    _call(workspace, obj, "after_step", "after", step, states[at] if at < len(states) else "")


def _call(workspace: Workspace, obj: WorkspaceObject, name: str, event: str, left: str, entered: str) -> None:
    message = to_text(obj.attributes.get("ae_message"))
    change = (("step_event", event), ("from", left), ("to", entered), ("message", message))
    for call in (Call(None, None, name, ()), Call(None, None, "on_state_change", change)):
        if look_up_method(workspace, obj, call) is not None:
            invoke(workspace, obj, call)
            return
