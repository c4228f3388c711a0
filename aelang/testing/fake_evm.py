"""FakeEvm: the handle for unit tests of a Python method, without a datastore and without a process.

It is the handle that methods get, and behind it the same answers: only the run is made up.
"""

import json
import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aelang import ir
from aelang.engine import Engine
from aelang.interpreter.handle import RunHandle
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.runtime import RuntimeClass
from aelang.interpreter.trace import Event, Logged
from aelang.interpreter.values import RunValue
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.methods.child.evm import OK, Evm, MethodExit
from aelang.methods.child.wire import Conversation as Asking
from aelang.methods.child.wire import EvmError
from aelang.methods.conversation import Conversation as Answering
from aelang.names import fold
from aelang.services import Catalog, default_catalog

_LENGTH = struct.Struct(">I")
_LONGEST = 16 << 20
_NAMESPACE, _CLASS = "Test/Methods", "Case"


class FakeEvm(Evm):
    """A handle over a run that is made up: a root with the attributes `root`, and where `object` is given, a current
    object below it with those. `inventory` is a file of records, else the usual ones are there; `user` is the caller.
    What is logged stands in `log_lines`, mails that are sent in `mails`.

        evm = FakeEvm(root={"size": "small"}, inputs={"to": "ann"})
        main(evm)
        assert "17" == evm.root["price"]

    Raises ValueError where the inventory is faulty.
    """

    def __init__(
        self,
        root: Mapping[str, RunValue] | None = None,
        object: Mapping[str, RunValue] | None = None,  # noqa: A002 - the handle's own word
        inputs: Mapping[str, RunValue] | None = None,
        state_vars: Mapping[str, RunValue] | None = None,
        *,
        inventory: str | None = None,
        user: int = 1,
        message: str = "create",
        method: str = "method",
    ) -> None:
        self.log_lines: list[str] = []
        self.mails: list[dict[str, RunValue]] = []
        workspace = _engine(_catalog(inventory, user), self.mails).workspace(trace=self._take)
        found = _add(workspace, root or {}, "root", None, message)
        if object is not None:
            found = _add(workspace, object, "object", found, message)
        workspace.state_vars.update(state_vars or {})
        super().__init__(_Conversation(RunHandle(workspace, found, method, dict(inputs or {}))))

    def call(self, main: Callable[[Evm], object]) -> int:
        """Calls `main` as a run does, and gives its exit code: 0 ok, 4 warn, 8 stop, 16 abort."""
        try:
            main(self)
        except MethodExit as end:
            return end.code
        return OK

    def _take(self, event: Event) -> None:
        if isinstance(event, Logged):
            self.log_lines.append(f"{event.level}: {event.text}")


class _Conversation(Asking):
    """Questions that are answered at once, in the same process."""

    def __init__(self, handle: RunHandle) -> None:
        self._answers = Answering(handle, _LONGEST)

    def ask(self, what: str, *arguments: Any) -> Any:  # Any: JSON
        """The answer to `what`. Raises EvmError where the run refuses it."""
        data = json.dumps({"do": what, "with": arguments}, allow_nan=False).encode()
        answer = json.loads(self._answers.take(_LENGTH.pack(len(data)) + data)[_LENGTH.size :])
        if "failed" in answer:
            raise EvmError(answer["failed"]["kind"], answer["failed"]["message"])
        return answer["ok"]


class _Mails(NamedTuple):
    """Fills `ports.MethodRunner`: mails are kept, and nobody gets them."""

    kept: list[dict[str, RunValue]]

    def run(self, call: MethodCall) -> MethodResult:
        """Keeps the mail that `call` is to send: no other method is called here."""
        self.kept.append(dict(call.inputs))
        return MethodResult(value=True)


def _engine(catalog: Catalog, mails: list[dict[str, RunValue]]) -> Engine:
    domain = ir.DomainEntry(_NAMESPACE.partition("/")[0], True)
    image = ir.Image(ir.Index((domain,), ()), lambda path: None)
    return Engine(image, methods=_Mails(mails), catalog=catalog)


def _catalog(inventory: str | None, user: int) -> Catalog:
    if inventory is None:
        return default_catalog(user)
    from aelang.inventory_file import load_inventory

    loaded = load_inventory(inventory, user)
    if loaded.catalog is None:
        raise ValueError(f"{inventory}: {'; '.join(each.message for each in loaded.diagnostics)}")
    return loaded.catalog


def _add(
    workspace: Workspace, attributes: Mapping[str, RunValue], name: str, parent: WorkspaceObject | None, message: str
) -> WorkspaceObject:
    """A new object with `attributes`, which is now the current one."""
    klass = ir.Class(f"{_NAMESPACE}/{_CLASS}", (), (), {}, {})
    made = WorkspaceObject(RuntimeClass(klass), _NAMESPACE, _CLASS, name, f"/{_NAMESPACE}/{_CLASS}/{name}")
    made.message = message
    made.answers_as = None  # there is no such instance
    made.attributes.update({fold(key): value for key, value in attributes.items()})
    workspace.add(made, parent)
    workspace.stack.append(made)
    workspace.current = made
    return made
