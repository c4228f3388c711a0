"""The engine: an image, the runners of methods, the service models and the clock, joined."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from aelang import ir
from aelang.interpreter.failures import AutomateError, LimitExceeded
from aelang.interpreter.fields import build_plan
from aelang.interpreter.instantiate import instantiate
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Checkpoint, Failed, Outcome
from aelang.interpreter.ports import Clock, DatastoreEditor, MethodRunner, ServiceCatalog, Vault
from aelang.interpreter.runtime import Runtime
from aelang.interpreter.states import conclude
from aelang.interpreter.states import resume as take_up
from aelang.interpreter.trace import Event, Instantiating
from aelang.interpreter.values import RunValue, mask_secrets, remember_secret, sanitize
from aelang.interpreter.workspace import Workspace
from aelang.names import fold

_FRAMES_A_LEVEL = 12
_NOTHING: Mapping[str, str] = {}


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
        vault: Vault | None = None,
        editor: DatastoreEditor | None = None,
        watch: Callable[[Workspace], None] | None = None,
    ) -> None:
        if methods is None:
            from aelang.methods import Runners

            methods = Runners()
        if catalog is None:
            from aelang.services.inventory import default_catalog

            catalog = default_catalog()
        if vault is None:
            from aelang.services.passwords import KeyFile

            vault = KeyFile()
        self._watch = watch  # a debugger, which gets every workspace before anything is done in it
        self._runtime = Runtime(
            image, methods, catalog, clock or SystemClock(), limits, build_plan, _read_state, vault, editor
        )

    @property
    def catalog(self) -> ServiceCatalog:
        """The service models that its runs see."""
        return self._runtime.catalog

    def workspace(self, *, skip_methods: bool = False, trace: Callable[[Event], None] | None = None) -> Workspace:
        """An empty workspace, for one or several runs in a row. `trace` gets every event as it happens."""
        made = Workspace(self._runtime, trace or _ignore, skip_methods=skip_methods)
        if self._watch is not None:
            self._watch(made)
        return made

    def run(self, uri: str, *, skip_methods: bool = False, trace: Callable[[Event], None] | None = None) -> Outcome:
        """Instantiates `uri` in a workspace of its own."""
        return self.run_in(self.workspace(skip_methods=skip_methods, trace=trace), uri)

    def resume(
        self, checkpoint: Checkpoint, *, skip_methods: bool = False, trace: Callable[[Event], None] | None = None
    ) -> Outcome:
        """Goes on where a run asked for a retry: the same target, in a new workspace."""
        workspace = self.workspace(skip_methods=skip_methods, trace=trace)
        return self.run_in(workspace, checkpoint.uri, take_up(workspace, checkpoint))

    def run_in(self, workspace: Workspace, uri: str, position: Mapping[str, str] = _NOTHING) -> Outcome:
        """Instantiates `uri` in `workspace`; `position` are arguments beside those in its query."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + self._runtime.limits.depth * _FRAMES_A_LEVEL))
        try:
            target = self._runtime.prepare(uri)
            _hide_passwords(target.arguments, workspace)
            workspace.emit(Instantiating(0, sanitize(uri)))
            if position:
                target = target._replace(arguments={**target.arguments, **position})
            instantiate(workspace, target, None)
            return conclude(workspace, uri)
        except AutomateError as failure:
            failure.message = mask_secrets(failure.message)
            failure.args = (failure.message,)
            return Failed(failure, workspace)
        except RecursionError:  # the last resort: what nests is counted where it nests, against `limits.depth`
            return Failed(LimitExceeded("the run is nested too deeply"), workspace)


def _hide_passwords(arguments: Mapping[str, str], workspace: Workspace) -> None:
    """Masks the arguments of type password, by their value, in all that is told from now on."""
    for key, value in arguments.items():
        if fold(key).startswith("password::"):
            remember_secret(value)
            if not workspace.masks:
                workspace.mask_events()


def _read_state(text: str) -> dict[str, RunValue]:
    from aelang.state_data import read_state  # only a re-delivery from outside brings YAML along

    return read_state(text)


def _ignore(event: Event) -> None:
    """What becomes of a trace that nobody asked for."""
