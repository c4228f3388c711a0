"""The handle: what a running method may reach of its run."""

from aelang.interpreter.dump import workspace_xml
from aelang.interpreter.trace import Logged
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace, WorkspaceObject


class RunHandle:
    """Fills `ports.Handle` for one method call."""

    __slots__ = ("_object", "_workspace", "method")

    def __init__(self, workspace: Workspace, obj: WorkspaceObject, method: str) -> None:
        self._workspace = workspace
        self._object = obj
        self.method = method

    @property
    def root(self) -> dict[str, RunValue] | None:
        """The attributes of the root, None while there is none."""
        root = self._workspace.root
        return None if root is None else root.attributes

    @property
    def object(self) -> dict[str, RunValue]:
        """The attributes of the object whose field called the method."""
        return self._object.attributes

    def log(self, level: str, text: str) -> None:
        """Writes a line to the run's trace."""
        self._workspace.emit(Logged(len(self._workspace.stack), level, text))

    def workspace_xml(self) -> str:
        """The whole workspace as XML, passwords masked."""
        return workspace_xml(self._workspace, private=True)
