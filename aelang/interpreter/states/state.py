"""One state or step: on_entry, main part, then on_exit or, after an error, on_error (ENGINE-FACTS part 8, LANGUAGE 5).

One object's states are processed in order like other fields; each first makes sure that the machine has a position,
and only the one whose turn it is does more.
"""

import re
from collections.abc import Callable
from typing import TypeAlias

from aelang import ir
from aelang.interpreter.conversion import is_blank_value, to_integer
from aelang.interpreter.failures import (
    AutomateError,
    ConversionError,
    DatastoreError,
    LimitExceeded,
    MethodNotFound,
    StopInstantiation,
)
from aelang.interpreter.guards import Guard
from aelang.interpreter.invoke import invoke_text
from aelang.interpreter.state_machine import After, after_main
from aelang.interpreter.states import hooks, position
from aelang.interpreter.states.intervals import seconds_of
from aelang.interpreter.states.position import root_of
from aelang.interpreter.states.rollback import complete, foretell, is_rolling_back
from aelang.interpreter.substitution import text_reader
from aelang.interpreter.trace import Logged, PassedOver, StateEntered, StateProcessed
from aelang.interpreter.values import RunValue, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import fold, is_off

_METHOD = re.compile(r"^METHOD::(.*)$", re.IGNORECASE | re.MULTILINE)

Act: TypeAlias = Callable[[Workspace, WorkspaceObject], None]
FollowText: TypeAlias = Callable[[Workspace, WorkspaceObject, str], object]


def state_act(
    field: ir.StateField,
    states: tuple[str, ...],
    follow: FollowText,
    guard: Guard | None = None,
    tidy: Act | None = None,
) -> Act:
    """What processes `field`.

    `states` are the names of the states that answer the message, in order; `follow` follows the target of the main
    part; `guard` is the field's condition; `tidy` follows the machine's last step after an error of this one.
    """
    name, max_retries = field.name, to_integer(field.max_retries or "")
    entry, main, leave = _entry_act(field, states), _main_act(field, follow), _exit_act(field, states)
    error = _step_act("on_error", name, field.on_error)

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        root = root_of(workspace)
        position.prepare(root, name)
        if not position.is_turn_of(root, name) or is_rolling_back(workspace):
            return
        if guard is None or position.is_resumed(root) or _says_yes(workspace, obj, guard, states, name):
            process(workspace, obj, root)
        if tidy is not None and position.result(root_of(workspace)) == "error":
            tidy(workspace, obj)

    def process(workspace: Workspace, obj: WorkspaceObject, root: position.Root) -> None:
        workspace.emit(StateEntered(len(workspace.stack), name, obj.object_name))
        obj.field = field
        position.begin(root, workspace.runtime.clock.now(), max_retries)
        if workspace.ahead is not None and workspace.rollback is None:
            workspace.ahead(foretell(workspace, obj, name, field.undo))
        if entry is not None:
            _guarded(workspace, name, "on_entry", lambda: entry(workspace, obj))
            root = root_of(workspace)
        if main is not None and position.is_turn_of(root, name):
            _guarded(workspace, name, "", lambda: main(workspace, obj))
        _finish(workspace, obj, field, states, leave, error)

    return act


def _says_yes(workspace: Workspace, obj: WorkspaceObject, guard: Guard, states: tuple[str, ...], name: str) -> bool:
    """Whether the state is entered. A condition that cannot be read is an error of the state."""
    answer = False
    try:
        answer = guard(workspace, obj)
    except AutomateError as failure:
        position.fail(root_of(workspace), f"State=<{name}> condition raised exception: <{failure.message}>")
        return False
    if not answer:
        workspace.emit(PassedOver(len(workspace.stack), name))
        position.pass_over(root_of(workspace), name, states)
    return answer


def _finish(
    workspace: Workspace,
    obj: WorkspaceObject,
    field: ir.StateField,
    states: tuple[str, ...],
    leave: Act | None,
    error: Act | None,
) -> None:
    """Does what the result asks for."""
    root, name = root_of(workspace), field.name
    after = after_main(root.get("ae_result"))
    match after:
        case After.ADVANCE:
            pass
        case After.HANDLE:
            _handle_error(workspace, obj, name, states, error)
            return
        case After.COUNT_AND_WAIT:
            position.count_retry(root)
            root["ae_result"] = "retry"
        case After.COUNT_AND_EXIT:
            position.count_retry(root)
            _exit(workspace, obj, name, leave)
        case After.EXIT:
            _exit(workspace, obj, name, leave)
    if field.undo and after is not After.ADVANCE and position.result(root_of(workspace)) == "ok":
        _complete(workspace, obj, field)
    _move(workspace, name, states)


def _exit(workspace: Workspace, obj: WorkspaceObject, name: str, leave: Act | None) -> None:
    if leave is None:
        return
    waiting = position.result(root_of(workspace)) == "retry"

    def work() -> None:
        leave(workspace, obj)
        root = root_of(workspace)
        if position.result(root) == "retry" and not waiting:
            position.count_retry(root)

    _guarded(workspace, name, "on_exit", work)


def _handle_error(
    workspace: Workspace, obj: WorkspaceObject, name: str, states: tuple[str, ...], error: Act | None
) -> None:
    """on_error: only `continue` lets the machine go on (ENGINE-FACTS 8.9)."""
    if error is None:
        return

    def work() -> None:
        error(workspace, obj)
        root = root_of(workspace)
        if position.result(root) == "continue":
            root["ae_result"] = "ok"
            _move(workspace, name, states)

    _guarded(workspace, name, "on_error", work)


def _move(workspace: Workspace, name: str, states: tuple[str, ...]) -> None:
    root = root_of(workspace)
    result = position.result(root)
    position.move(root, name, states)
    workspace.emit(StateProcessed(len(workspace.stack), name, result, to_text(root.get("ae_state"))))


def _complete(workspace: Workspace, obj: WorkspaceObject, field: ir.StateField) -> None:
    """Notes the undo of a completed state, with what it gave: what it collected, else what its method returned.

    A step that a hook kept from being followed did nothing that could be undone.
    """
    if field.is_step and hooks.is_noop(obj):
        return
    collected = [each.left or getattr(each, "name", None) for each in field.collect if not isinstance(each, ir.Faulty)]
    name = fold(collected[0]) if collected and collected[0] else fold(field.name)
    value = obj.attributes.get(name) if collected else obj.relationships.get(field.name)
    kept: RunValue = None if isinstance(value, WorkspaceObject) or _has_objects(value) else value  # type: ignore[assignment]  # what a method returned is a run's value
    _guarded(workspace, field.name, "undo", lambda: complete(workspace, obj, field.name, field.undo, kept))


def _has_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, WorkspaceObject) for each in value)


# -- the parts of a state ----------------------------------------------------------------------------------------


def _guarded(workspace: Workspace, name: str, step: str, work: Callable[[], None]) -> None:
    """Does `work`; a failure becomes ae_result error and ae_reason, only a stop and a limit go out (ENGINE-FACTS 8.7).

    An on_entry that asks for another state skips this one.
    """
    state = root_of(workspace).get("ae_state")
    try:
        work()
    except (StopInstantiation, LimitExceeded):
        raise
    except AutomateError as failure:
        reason = f"State=<{name}> running {step} raised exception: <{failure.message}>"
        workspace.emit(Logged(len(workspace.stack), "error", reason))
        position.fail(root_of(workspace), reason)
        return
    root = root_of(workspace)
    target = root.get("ae_next_state")
    if step == "on_entry" and not is_blank_value(target) and target != state:
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
                position.enter_step(root_of(workspace), name, step)
                invoke_text(workspace, obj, text)
        except MethodNotFound as failure:
            raise MethodNotFound(f"In State=[{name}], {step} {failure.message}", failure.span) from None

    return act


def _entry_act(field: ir.StateField, states: tuple[str, ...]) -> Act | None:
    """on_entry; for a step, before it the step is announced, and behind it comes its hook."""
    entry = _step_act("on_entry", field.name, field.on_entry)
    if not field.is_step:
        return entry
    target = _target_reader(field)

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        hooks.announce(obj, field.name, "", obj.message)
        obj.attributes["ae_step_target"] = target(workspace)
        if entry is not None:
            entry(workspace, obj)
        root = root_of(workspace)
        if position.is_turn_of(root, field.name) and position.asked_for(root) in ("", field.name):
            hooks.before_step(workspace, obj, field.name, states)

    return act


def _exit_act(field: ir.StateField, states: tuple[str, ...]) -> Act | None:
    leave = _step_act("on_exit", field.name, field.on_exit)
    if not field.is_step:
        return leave

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        hooks.after_step(workspace, obj, field.name, states)
        if leave is not None:
            leave(workspace, obj)

    return act


def _text_reader(field: ir.StateField) -> Callable[[Workspace], str]:
    """What gives the text of the main part. The compiler has put the message behind the target of a step, unless that
    is one of several alternatives."""
    if field.action is None:
        return lambda workspace: ""
    read = text_reader(field.action.text)
    if not field.is_step or not isinstance(field.action.text, ir.Coalesced):
        return lambda workspace: to_text(read(workspace))

    def with_message(workspace: Workspace) -> str:
        message = workspace.current.attributes.get("ae_message") if workspace.current is not None else None
        return f"{to_text(read(workspace)).strip()}#{to_text(message)}"

    return with_message


def _target_reader(field: ir.StateField) -> Callable[[Workspace], str]:
    """What gives the target of a step, without the message behind it."""
    read = _text_reader(field)
    return lambda workspace: read(workspace).rpartition("#")[0]


def _main_act(field: ir.StateField, follow: FollowText) -> Act | None:
    """The main part: a relationship, or behind METHOD:: a call; none where the value is blank or switched off."""
    if field.action is None:
        return None
    read = _text_reader(field)

    def act(workspace: Workspace, obj: WorkspaceObject) -> None:
        if field.is_step and hooks.is_noop(obj):
            return
        text = read(workspace)
        if is_off(text):
            return
        position.enter_step(root_of(workspace), field.name, "main")
        _enforce_limits(workspace, field)
        called = None if field.is_step else _METHOD.search(text)
        if called is not None:
            obj.relationships[field.name] = invoke_text(workspace, obj, called[1])
        elif follow(workspace, obj, text) is None:
            raise DatastoreError("empty relationship")

    return act


def tidy_act(field: ir.StateField, states: tuple[str, ...], follow: FollowText, guard: Guard | None = None) -> Act:
    """What follows the machine's last step `field` once, with the message `error`, after an error of another step.

    Its hooks are around it; whatever it does, the result stays error, and the reason as it was (LANGUAGE 5). Where its
    condition, `guard`, says no, it is not followed.
    """
    read, target = _text_reader(field), _target_reader(field)

    def tidy(workspace: Workspace, obj: WorkspaceObject) -> None:
        root = root_of(workspace)
        kept = {name: root[name] for name in _KEPT_WHEN_TIDYING if name in root}
        try:
            if guard is not None and not guard(workspace, obj):
                return
            hooks.announce(obj, field.name, "", "error")
            obj.attributes["ae_step_target"] = target(workspace)
            hooks.before_step(workspace, obj, field.name, states)
            if not hooks.is_noop(obj) and not is_off(text := read(workspace)):
                follow(workspace, obj, text)
            hooks.after_step(workspace, obj, field.name, states)
        except LimitExceeded:
            raise
        except AutomateError as failure:
            workspace.emit(
                Logged(len(workspace.stack), "error", f"step <{field.name}> after an error: {failure.message}")
            )
        root_of(workspace).update({**kept, "ae_result": "error"})

    return tidy


_KEPT_WHEN_TIDYING = ("ae_reason", "ae_state", "ae_state_step")


def _enforce_limits(workspace: Workspace, field: ir.StateField) -> None:
    """Raises AutomateError where the state was tried too often or for too long (ENGINE-FACTS 8.5)."""
    root = root_of(workspace)
    tried = position.retries(root)
    if not is_blank_value(field.max_retries) and to_integer(field.max_retries or "") < tried:
        raise AutomateError(f"number of retries <{tried}> exceeded maximum of <{field.max_retries}>")
    if is_blank_value(field.max_time):
        return
    elapsed = _elapsed(workspace, to_text(root.get("ae_state_started")))
    if seconds_of(field.max_time or "") <= elapsed:
        raise AutomateError(f"time in state <{elapsed} seconds> exceeded maximum of <{field.max_time}>")


def _elapsed(workspace: Workspace, started: str) -> float:
    from aelang.interpreter.times import parse_time  # few states have a limit of time

    clock = workspace.runtime.clock
    since = parse_time(started, clock.now)
    if since is None:
        raise ConversionError(f"ae_state_started is no time: {started!r}")
    return (clock.now() - since).total_seconds()
