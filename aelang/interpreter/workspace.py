"""The workspace: the objects of a run, and how they are found by path."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aelang.interpreter.failures import InvalidPathFormat, LimitExceeded, ObjectNotFound
from aelang.interpreter.outcome import Rollback, Undo
from aelang.interpreter.trace import Event, Logged, masked_event
from aelang.interpreter.values import RunValue
from aelang.names import DEFAULT_INSTANCE, fold, is_blank

if TYPE_CHECKING:
    from aelang import ir
    from aelang.interpreter.runtime import Runtime, RuntimeClass


class WorkspaceObject:
    """An object of a run. Its class and instance keep the case of the URI that asked for them; `instance` is
    `.missing` where that one answered, while `object_name` keeps the name asked for (ENGINE-FACTS 3.4). `answers_as` is
    the folded name of the instance whose values it has, None for the class alone."""

    __slots__ = (
        "answers_as", "attributes", "children", "field", "home", "instance", "is_root", "klass", "message", "namespace",
        "object_name", "parent", "relationships",
    )  # fmt: skip

    def __init__(
        self, home: "RuntimeClass", namespace: str, klass: str, instance: str | None, object_name: str
    ) -> None:
        self.home = home
        self.namespace = namespace
        self.klass = klass
        self.instance = DEFAULT_INSTANCE if instance is None else instance
        self.answers_as = None if instance is None else fold(instance)
        self.object_name = object_name
        self.message = ""
        self.field: ir.Field | None = None  # the last one that called a method, or led to an object or a state
        self.attributes: dict[str, RunValue] = {}
        self.parent: WorkspaceObject | None = None
        self.is_root = True
        self.children: list[WorkspaceObject] = []
        self.relationships: dict[str, object] = {}

    @property
    def private(self) -> frozenset[str]:
        """The names of the attributes that are not given to the caller."""
        return self.home.private


class Workspace:
    """What one run, or several in a row, have built. `nodes` are the objects in the order of their creation."""

    __slots__ = (
        "_root", "active", "ahead", "built", "can_undo", "current", "emit", "long_texts", "lookups", "machines",
        "masks", "nodes", "rollback", "runtime", "saved_states", "skip_methods", "stack", "state_vars", "steps",
        "undos",
    )  # fmt: skip

    def __init__(self, runtime: "Runtime", emit: Callable[[Event], None], *, skip_methods: bool) -> None:
        self.runtime = runtime
        self.emit = emit
        self.skip_methods = skip_methods
        self.nodes: list[WorkspaceObject] = []
        self.built: list[WorkspaceObject] = []
        self.stack: list[WorkspaceObject] = []
        self.current: WorkspaceObject | None = None
        self.active: set[tuple[str, str, str]] = set()
        self.steps = 0
        self.lookups = 0  # objects of `${miqaedb:...}` being made inside each other
        self.long_texts = 0  # characters in the long texts that substitutions made
        self.masks = False
        self.state_vars: dict[str, RunValue] = {}
        self.saved_states: dict[str, dict[str, RunValue]] = {}
        self.machines: list[str] = []
        self.undos: list[Undo] = []
        self.rollback: Rollback | None = None
        self.ahead: Callable[[Undo | None], None] | None = None  # is told that a state begins, and what would undo it
        self.can_undo = False  # a machine was left that has undos, completed or not
        self._root: WorkspaceObject | None = None

    @property
    def root(self) -> WorkspaceObject | None:
        """The first object without parent, None while there is none."""
        if self._root is None:
            self._root = next((node for node in self.nodes if node.is_root), None)
        return self._root

    @property
    def roots(self) -> tuple[WorkspaceObject, ...]:
        """All objects without parent: the run's own, and the children of objects that were dropped."""
        return tuple(node for node in self.nodes if node.is_root)

    def add(self, obj: WorkspaceObject, parent: WorkspaceObject | None) -> None:
        """Takes `obj` in, below `parent`. Raises LimitExceeded."""
        if len(self.nodes) >= self.runtime.limits.objects:
            raise LimitExceeded(f"more than {self.runtime.limits.objects} objects: is a relationship without end?")
        self.nodes.append(obj)
        if parent is not None:
            parent.children.append(obj)
            obj.parent = parent
            obj.is_root = False

    def drop(self, obj: WorkspaceObject) -> None:
        """Takes `obj` out of the nodes; its children become roots. Its parent keeps it (ENGINE-FACTS 1.7, 1.8)."""
        if obj in self.nodes:
            self.nodes.remove(obj)
        for child in obj.children:
            child.parent = None
            child.is_root = True
        self._root = None

    def mask_events(self) -> None:
        """From now on passwords that were decrypted are masked in every event (others never stand in one)."""
        emit, self.masks = self.emit, True
        self.emit = lambda event: emit(masked_event(event))

    def warn(self, text: str) -> None:
        """Says that something odd was passed over."""
        self.emit(Logged(len(self.stack), "warn", text))

    def release(self) -> None:
        """Lets go of the links from child to parent: the tree is then free of cycles and goes when its holder goes."""
        for obj in self.built:
            obj.parent = None


Finder = Callable[[Workspace], "WorkspaceObject | None"]


def object_finder(path: str) -> Finder:
    """How to find the object that `path` names, seen from the current one (ENGINE-FACTS 4.3).

    The finder gives None where there is no such object; a path that can name none raises InvalidPathFormat.
    """
    if is_blank(path):
        return _current
    if path.startswith("/."):
        path = path[1:]
    if path == "/":
        return _topmost
    if path.startswith("."):
        return _upwards(path)
    return _named(path)


def find_object(workspace: Workspace, path: str) -> WorkspaceObject:
    """The object at `path`. Raises ObjectNotFound and InvalidPathFormat."""
    found = object_finder(path)(workspace)
    if found is None:
        raise ObjectNotFound(f"no object at [{path}]")
    return found


def _current(workspace: Workspace) -> WorkspaceObject | None:
    return workspace.current


def _topmost(workspace: Workspace) -> WorkspaceObject | None:
    obj = workspace.current
    if obj is None:
        return workspace.root
    while obj.parent is not None:
        obj = obj.parent
    return obj


def _upwards(path: str) -> Finder:
    parts = [part for part in path.split("/") if not is_blank(part) and part != "."]
    bad = next((part for part in parts if part != ".."), None)

    def find(workspace: Workspace) -> WorkspaceObject | None:
        obj = workspace.current
        for part in parts:
            if part != "..":
                break
            obj = None if obj is None else obj.parent
            if obj is None:
                return None
        if bad is not None:
            raise InvalidPathFormat(f"bad part [{bad}] in path [{path}]: only . and .. may stand there")
        return obj

    return find


def _named(path: str) -> Finder:
    bare = path.removeprefix("/")
    *namespace, klass = fold(bare).split("/")
    while klass == "" and namespace:
        klass = namespace.pop()

    def find(workspace: Workspace) -> WorkspaceObject | None:
        if not bare or bare.startswith("/"):
            raise InvalidPathFormat(f"unsupported path [{path}]")
        return _ancestor(workspace, "/".join(namespace), klass) or _of_the_run(workspace, bare)

    return find


def _ancestor(workspace: Workspace, namespace: str, klass: str) -> WorkspaceObject | None:
    obj = workspace.current.parent if workspace.current is not None else None
    while obj is not None:
        if fold(obj.klass) == klass and (not namespace or fold(obj.namespace).partition("/")[2] == namespace):
            return obj
        obj = obj.parent
    return None


def _of_the_run(workspace: Workspace, path: str) -> WorkspaceObject | None:
    parts = fold(path).split("/")
    if len(parts) < 3:
        workspace.warn(f"[{path}] names no object: it needs at least Namespace/Class/Instance")
        return None
    *namespace, klass, instance = parts
    found = tuple(obj for obj in _matching(workspace, klass, instance))
    full = "/".join(namespace)
    exact = next((obj for obj in found if fold(obj.namespace) == full), None)
    return exact or next((obj for obj in found if fold(obj.namespace).partition("/")[2] == full), None)


def _matching(workspace: Workspace, klass: str, pattern: str) -> Iterator[WorkspaceObject]:
    from fnmatch import fnmatchcase  # only a path of this kind pays for it

    for obj in workspace.built:
        name = fold(obj.instance)
        hidden = name.startswith(".") and not pattern.startswith(".")
        if fold(obj.klass) == klass and not hidden and fnmatchcase(name, pattern):
            yield obj
