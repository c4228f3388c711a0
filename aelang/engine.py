"""The engine: an image, the runners of methods, the service models and the clock, joined."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from aelang import ir
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.fields import build_plan
from aelang.interpreter.instantiate import instantiate
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Failed, Outcome
from aelang.interpreter.ports import Clock, MethodRunner, ServiceCatalog
from aelang.interpreter.runtime import Runtime
from aelang.interpreter.states import conclude
from aelang.interpreter.trace import Event, Instantiating
from aelang.interpreter.values import RunValue, sanitize
from aelang.interpreter.workspace import Workspace

_FRAMES_A_LEVEL = 12


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)


class Engine:
    """Runs targets over one image. What is worked out for one run serves the next."""

    def __init__(
        self,
        image: ir.Image,
        methods: MethodRunner | None = None,
        catalog: ServiceCatalog | None = None,
        clock: Clock | None = None,
        limits: Limits = Limits(),  # noqa: B008 - immutable
    ) -> None:
        if methods is None:
            from aelang.methods import Runners

            methods = Runners()
        if catalog is None:
            from aelang.services.inventory import default_inventory

            catalog = default_inventory()
        self._runtime = Runtime(image, methods, catalog, clock or SystemClock(), limits, build_plan, _read_state)

    def workspace(self, *, skip_methods: bool = False, trace: Callable[[Event], None] | None = None) -> Workspace:
        """An empty workspace, for one or several runs in a row. `trace` gets every event as it happens."""
        return Workspace(self._runtime, trace or _ignore, skip_methods=skip_methods)

    def run(self, uri: str, *, skip_methods: bool = False, trace: Callable[[Event], None] | None = None) -> Outcome:
        """Instantiates `uri` in a workspace of its own."""
        return self.run_in(self.workspace(skip_methods=skip_methods, trace=trace), uri)

    def run_in(self, workspace: Workspace, uri: str) -> Outcome:
        """Instantiates `uri` in `workspace`."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + self._runtime.limits.depth * _FRAMES_A_LEVEL))
        try:
            target = self._runtime.prepare(uri)
            workspace.emit(Instantiating(0, sanitize(uri)))
            instantiate(workspace, target, None)
            return conclude(workspace, uri)
        except AutomateError as failure:
            return Failed(failure, workspace)


def _read_state(text: str) -> dict[str, RunValue]:
    from aelang.state_data import read_state  # only a re-delivery from outside brings YAML along

    return read_state(text)


def _ignore(event: Event) -> None:
    """What becomes of a trace that nobody asked for."""
