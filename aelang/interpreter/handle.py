"""The handle: what a running method may reach of its run."""

from collections.abc import Mapping, Sequence

from aelang.interpreter.dump import workspace_xml
from aelang.interpreter.ports import Answer, ObjectNumber, ProtocolError, Refused, ServiceCatalog
from aelang.interpreter.trace import Logged
from aelang.interpreter.values import Password, RunValue, has_secrets, remember_secret, sanitize
from aelang.interpreter.workspace import Workspace, WorkspaceObject, find_object


class RunHandle:
    """Fills `ports.Handle` for one method call."""

    __slots__ = ("_numbers", "_object", "_objects", "_workspace", "inputs", "method", "sees_as_caller")

    def __init__(
        self, workspace: Workspace, obj: WorkspaceObject, method: str, inputs: Mapping[str, RunValue] | None = None
    ) -> None:
        self._workspace = workspace
        self._object = obj
        self.method = method
        self.inputs = inputs or {}
        self._objects: list[WorkspaceObject] = []
        self._numbers: dict[int, int] = {}
        self.sees_as_caller = False  # every method begins without RBAC, as in the reference engine

    @property
    def root(self) -> dict[str, RunValue] | None:
        """The attributes of the root, None while there is none."""
        root = self._workspace.root
        return None if root is None else root.attributes

    @property
    def object(self) -> dict[str, RunValue]:
        """The attributes of the object whose field called the method."""
        return self._object.attributes

    @property
    def catalog(self) -> ServiceCatalog:
        """The service models."""
        return self._workspace.runtime.catalog

    @property
    def state_vars(self) -> dict[str, RunValue]:
        """The state variables of the run."""
        return self._workspace.state_vars

    @property
    def workspace(self) -> Workspace:
        """The workspace of the run."""
        return self._workspace

    @property
    def caller(self) -> WorkspaceObject:
        """The object whose field called the method."""
        return self._object

    def read_data(self, text: str) -> dict[str, RunValue]:
        """The mapping that the YAML `text` writes. Raises ConversionError."""
        return self._workspace.runtime.read_state(text)

    def object_at(self, path: str) -> dict[str, RunValue]:
        """The attributes of the object at `path`. Raises ObjectNotFound and InvalidPathFormat."""
        return find_object(self._workspace, path).attributes

    def log(self, level: str, text: str) -> None:
        """Writes a line to the run's trace; passwords in it are masked."""
        self._workspace.emit(Logged(len(self._workspace.stack), level, sanitize(text)))

    def workspace_xml(self) -> str:
        """The whole workspace as XML, passwords masked."""
        return workspace_xml(self._workspace, private=True)

    def decrypt(self, password: Password) -> str:
        """The text of `password`, which is masked from now on. Raises Refused."""
        try:
            text = self._workspace.runtime.vault.decrypt(password.ciphertext)
        except ValueError as fault:
            raise Refused("PasswordError", str(fault)) from None
        remember_secret(text)
        self.mask_secrets()
        return text

    def mask_secrets(self) -> None:
        """From now on the texts of passwords are masked in all that the run tells."""
        if has_secrets() and not self._workspace.masks:
            self._workspace.mask_events()

    def answer(self, ask: str, arguments: Sequence[Answer]) -> Answer:
        """What `evm` gets for `ask`. Raises Refused, AutomateError, LimitExceeded, ProtocolError."""
        from aelang.interpreter.asks import answer  # it leads here, and only a method in a process asks

        return answer(self, ask, arguments)

    def number(self, obj: WorkspaceObject | None) -> ObjectNumber | None:
        """The number of `obj`, the same for the whole call."""
        if obj is None:
            return None
        known = self._numbers.get(id(obj))
        if known is None:
            known = self._numbers[id(obj)] = len(self._objects)
            self._objects.append(obj)
        return ObjectNumber(known)

    def numbered(self, given: Answer) -> WorkspaceObject:
        """The object with the number `given`. Raises ProtocolError."""
        if isinstance(given, ObjectNumber) and 0 <= given.number < len(self._objects):
            return self._objects[given.number]
        raise ProtocolError(f"no object has the number {given!r}")
