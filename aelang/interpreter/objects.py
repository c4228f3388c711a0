"""Objects: a class and an instance are looked up, and a new object stands, with nothing processed yet."""

from aelang.interpreter.failures import ClassNotFound, InstanceNotFound
from aelang.interpreter.runtime import Plan, RuntimeClass
from aelang.interpreter.trace import Missing
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import BASE_CLASS, MISSING_INSTANCE, fold, is_blank, join_path


def plan_of(workspace: Workspace, obj: WorkspaceObject, message: str) -> Plan:
    """The plan of `obj` under `message`."""
    return workspace.runtime.plan(obj.home, obj.answers_as, message)


def build_object(
    workspace: Workspace, home: RuntimeClass | None, namespace: str, klass: str, instance: str | None
) -> WorkspaceObject:
    """A new object, not yet in the workspace's tree. Raises ClassNotFound and InstanceNotFound."""
    if home is None:
        raise ClassNotFound(f"Class [{namespace}/{klass}] not found in MiqAeDatastore")
    name = object_path(namespace, klass, instance)
    if instance is None:
        obj = WorkspaceObject(home, namespace, klass, None, name)
    elif fold(instance) in home.ir.instances:
        obj = WorkspaceObject(home, namespace, klass, instance, name)
    else:
        obj = _missing_object(workspace, home, namespace, klass, instance)
    workspace.built.append(obj)
    if instance is not None:
        _look_for_parent(workspace, home.ir.instances[fold(obj.instance)].inherits)
    return obj


def _missing_object(
    workspace: Workspace, home: RuntimeClass, namespace: str, klass: str, instance: str
) -> WorkspaceObject:
    name = object_path(namespace, klass, instance)
    workspace.emit(Missing(len(workspace.stack), name))
    if MISSING_INSTANCE not in home.ir.instances:
        raise InstanceNotFound(f"Instance [{name}] not found in MiqAeDatastore")
    obj = WorkspaceObject(home, namespace, klass, MISSING_INSTANCE, name)
    obj.attributes["_missing_instance"] = instance
    return obj


def _look_for_parent(workspace: Workspace, inherits: str | None) -> None:
    if is_blank(inherits):
        return
    # Only the base class is looked into, and it has no instances (ENGINE-FACTS 3.7).
    name = f"/{fold(BASE_CLASS)}/{inherits}"
    workspace.emit(Missing(len(workspace.stack), name))
    raise InstanceNotFound(f"Instance [{name}] not found in MiqAeDatastore")


def object_path(namespace: str, klass: str | None, instance: str | None) -> str:
    """The name of an object: `/Domain/Ns/Class/instance`."""
    return join_path(namespace, klass, instance)
