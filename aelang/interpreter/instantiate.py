"""Instantiation: a target becomes an object, and the object's fields are processed.

The order, object by object (ENGINE-FACTS 1.1): look up class and instance; take the object into the workspace;
prepare the state machine; all assertions; arguments become attributes; on the run's own object the caller's user,
tenant and group; then the other fields by priority.

What a failure does (ENGINE-FACTS 1.7 to 1.10): a fault of the datastore cuts the object short; an assertion or a stop
drops it; its parent goes on in both cases. Everything else climbs to the caller.
"""

from aelang.interpreter.arguments import take_arguments
from aelang.interpreter.failures import (
    AbortInstantiation,
    AssertionFailure,
    AutomateError,
    CyclicalRelationship,
    DatastoreError,
    LimitExceeded,
    MethodNotFound,
    ObjectNotFound,
    StopInstantiation,
    UnknownMethodRc,
)
from aelang.interpreter.invoke import invoke_uri
from aelang.interpreter.objects import build_object, object_path, plan_of
from aelang.interpreter.runtime import Plan, Prepared, cycle_key
from aelang.interpreter.states import enter_machine, leave_machine, take_position
from aelang.interpreter.trace import Dropped, UpdatedNamespace
from aelang.interpreter.workspace import Workspace, WorkspaceObject, object_finder


def instantiate(workspace: Workspace, target: Prepared, parent: WorkspaceObject | None) -> object:
    """The object that `target` leads to, built below `parent`; None where a fault of the datastore prevented it.

    A dropped object is returned all the same: relationships and collects still see it. A `method:` target gives what
    the method gave. Raises what climbs.
    """
    if target.scheme != "miqaedb":
        return _instantiate_otherwise(workspace, target)
    if target.found is not None:
        workspace.emit(UpdatedNamespace(len(workspace.stack), target.uri, target.found))
    if target.klass is None:
        target = _in_current_class(workspace, target)
    key = target.key
    if key is not None and key in workspace.active:
        raise _cycle(target)
    if len(workspace.stack) >= workspace.runtime.limits.depth:
        raise LimitExceeded(
            f"more than {workspace.runtime.limits.depth} relationships inside each other at {target.uri}"
        )
    try:
        obj = build_object(workspace, target.home, target.namespace, target.klass or "", target.instance)
    except DatastoreError as failure:
        _report(workspace, target.uri, failure, climbs=False)
        return None
    return _process(workspace, obj, target, parent)


def _process(
    workspace: Workspace, obj: WorkspaceObject, target: Prepared, parent: WorkspaceObject | None
) -> WorkspaceObject:
    previous = workspace.current
    _push(workspace, obj, target.key, target.message)
    arguments = take_position(workspace, target.arguments) if target.arguments else target.arguments
    is_machine = False
    try:
        workspace.add(obj, parent)
        if obj.home.is_machine:
            enter_machine(workspace, obj)
            is_machine = True
        plan = plan_of(workspace, obj, target.message)
        for assertion in plan.assertions:
            assertion(workspace, obj)
        if arguments:
            take_arguments(workspace, obj, arguments)
        if parent is None:
            obj.attributes.update(workspace.runtime.catalog.caller())
        process_fields(workspace, obj, plan)
        if is_machine:
            is_machine = False
            leave_machine(workspace, obj, None)
    except AutomateError as failure:
        waits = is_machine and leave_machine(workspace, obj, failure)
        if not waits:
            settle(workspace, obj, failure)
    finally:
        _pop(workspace, previous, target.key)
    return obj


def _push(workspace: Workspace, obj: WorkspaceObject, key: tuple[str, str, str] | None, message: str) -> None:
    workspace.stack.append(obj)
    workspace.current = obj
    obj.message = message
    if key is not None:
        workspace.active.add(key)


def _pop(workspace: Workspace, previous: WorkspaceObject | None, key: tuple[str, str, str] | None) -> None:
    workspace.stack.pop()
    workspace.current = previous
    if key is not None:
        workspace.active.discard(key)


def process_fields(workspace: Workspace, obj: WorkspaceObject, plan: Plan) -> None:
    """Does what `plan` says to `obj`; a failure gets the place of the field in which it arose."""
    workspace.steps += len(plan.fields) + 1
    if workspace.steps > workspace.runtime.limits.steps:
        raise LimitExceeded(f"more than {workspace.runtime.limits.steps} fields processed")
    at = 0
    try:
        for act in plan.fields:
            act(workspace, obj)
            at += 1
    except AutomateError as failure:
        if not failure.span.source and at < len(plan.spans):
            failure.span = plan.spans[at]
        raise


def settle(workspace: Workspace, obj: WorkspaceObject, failure: AutomateError) -> None:
    """Does to `obj` what `failure` asks for, and raises it again where it climbs."""
    match failure:
        case DatastoreError():
            _report(workspace, obj.object_name, failure, climbs=False)
        case AssertionFailure() | StopInstantiation():
            _report(workspace, obj.object_name, failure, climbs=False)
            workspace.drop(obj)
        case AbortInstantiation() | UnknownMethodRc():
            _report(workspace, obj.object_name, failure, climbs=True)
            raise failure
        case _:
            raise failure


def _report(workspace: Workspace, path: str, failure: AutomateError, *, climbs: bool) -> None:
    workspace.emit(Dropped(len(workspace.stack), path, type(failure).__name__, failure.message, climbs))


def _in_current_class(workspace: Workspace, target: Prepared) -> Prepared:
    """A path without class takes the class of the current object, but not its namespace (ENGINE-FACTS 11.1)."""
    if workspace.current is None:
        return target
    klass = workspace.current.klass
    home = workspace.runtime.class_at(f"{target.namespace}/{klass}")
    key = cycle_key(target.namespace, klass, target.instance, target.message)
    return target._replace(klass=klass, home=home, key=key)


def _cycle(target: Prepared) -> CyclicalRelationship:
    name = object_path(target.namespace, target.klass, target.instance)
    return CyclicalRelationship(f"[{name}] with message [{target.message}] is already being instantiated")


def _instantiate_otherwise(workspace: Workspace, target: Prepared) -> object:
    if target.scheme == "miqaews":
        return _enter_again(workspace, target)
    obj = workspace.current
    if obj is None:
        raise MethodNotFound(f"[{target.uri}] is called without an object: a run begins with an instance")
    try:
        return invoke_uri(workspace, obj, target.path, target.arguments)
    except AutomateError as failure:
        settle(workspace, obj, failure)
        return None


def _enter_again(workspace: Workspace, target: Prepared) -> WorkspaceObject:
    """`miqaews:`: the fields of an object of the run once more, without arguments and assertions (ENGINE-FACTS 2.5);
    it is the current object while that lasts, and may not be in the same message twice (D11)."""
    obj = object_finder(target.path)(workspace)
    if obj is None:
        raise ObjectNotFound(f"no object at [{target.path}]")
    asked_for = obj.object_name.rpartition("/")[2] or None
    key = ("miqaews", str(id(obj)), target.message)
    if key in workspace.active or cycle_key(obj.namespace, obj.klass, asked_for, target.message) in workspace.active:
        raise _cycle(target)
    previous, message = workspace.current, obj.message
    _push(workspace, obj, key, target.message)
    try:
        process_fields(workspace, obj, plan_of(workspace, obj, target.message))
    except AutomateError as failure:
        settle(workspace, obj, failure)
    finally:
        _pop(workspace, previous, key)
        obj.message = message
    return obj
