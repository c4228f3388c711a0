"""Objects: a class and an instance are looked up, and a new object stands, with nothing processed yet."""

from aelang import ir
from aelang.interpreter.failures import BY_NAME, AutomateError, ClassNotFound, InstanceNotFound
from aelang.interpreter.runtime import Plan, RuntimeClass
from aelang.interpreter.trace import Missing
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import MISSING_INSTANCE, fold, join_path


def plan_of(workspace: Workspace, obj: WorkspaceObject, message: str) -> Plan:
    """The plan of `obj` under `message`."""
    return workspace.runtime.plan(obj.home, obj.answers_as, message)


def build_object(
    workspace: Workspace, home: RuntimeClass | None, namespace: str, klass: str, instance: str | None
) -> WorkspaceObject:
    """A new object, not yet in the workspace's tree. Raises ClassNotFound, InstanceNotFound and InvalidInheritance."""
    if home is None:
        raise ClassNotFound(f"Class [{namespace}/{klass}] not found in MiqAeDatastore")
    if home.ir.fault is not None:
        raise _raised(home.ir.fault)
    name = object_path(namespace, klass, instance)
    if instance is None:
        obj = WorkspaceObject(home, namespace, klass, None, name)
    elif fold(instance) in home.ir.instances:
        obj = WorkspaceObject(home, namespace, klass, instance, name)
    else:
        obj = _missing_object(workspace, home, namespace, klass, instance)
    fault = None if instance is None else home.ir.instances[fold(obj.instance)].fault
    if fault is not None:
        raise _raised(fault)
    workspace.built.append(obj)
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


def _raised(fault: ir.Faulty) -> AutomateError:
    """The failure of a class or instance that inherits from what cannot be had (LANGUAGE 2)."""
    return BY_NAME[fault.error](fault.message)


def object_path(namespace: str, klass: str | None, instance: str | None) -> str:
    """The name of an object: `/Domain/Ns/Class/instance`."""
    return join_path(namespace, klass, instance)
