"""A machine that is stopped at checkpoints and resumed elsewhere ends as one that was never stopped."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aelang import ir, model
from aelang.checkpoints import Kept, read_checkpoint, restore, write_checkpoint
from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Checkpoint, Failed, Outcome, Retry
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.requests.decision import Message
from aelang.requests.queue import EmbeddedQueue, Taker
from aelang.requests.steps import Step, checkpoint_values
from aelang.requests.steps import read_checkpoint as read_checkpoint_of
from aelang.requests.store import Store
from aelang.services.inventory import default_catalog
from aelang.services.records import Reference
from tests.datastores import compiled, field, instance, klass, texts
from tests.properties.examples import examples
from tests.requests.stores import SqliteStores

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRIES = st.lists(st.just("retry"), max_size=2)
Script = tuple[str, ...]


class State(NamedTuple):
    """A state or step: what its tries end with, its undo's, and what its condition says."""

    kind: str
    script: Script
    undo: Script | None
    condition: str | None


def scripts(*ends: str) -> st.SearchStrategy[Script]:
    """Retries, and then one of `ends`."""
    return st.builds(lambda tries, end: (*tries, end), TRIES, st.sampled_from(ends))


STATES = st.builds(
    State,
    st.sampled_from(("state", "step", "METHOD")),
    scripts("ok", "ok", "ok", "ok", "skip", "error", "abort"),
    st.none() | scripts("ok", "ok", "error", "abort"),
    st.sampled_from((None, None, None, "IF true", "IF false", "UNLESS ${#nothing}")),
)
MACHINES = st.lists(STATES, min_size=1, max_size=4)


class World:
    """Runs the methods of a machine by their scripts; `done` are the tries that were no retries, in their order.

    It is the world outside, so it knows what was tried before, whoever runs the machine.
    """

    def __init__(self, scripted: Mapping[str, Script]) -> None:
        self._left = {name: list(script) for name, script in scripted.items()}
        self.done: list[str] = []

    def run(self, call: MethodCall) -> MethodResult:
        """Ends as the script of the state in `call` says next; a state variable counts what was done."""
        name, root = str(call.inputs["name"]), call.handle.root
        assert root is not None
        if root.get("ae_result") == "error":  # the last step is told of the error of another one
            self.done.append(f"{name} was told")
            return MethodResult(0, None, "")
        left = self._left[name]
        result = left.pop(0) if len(left) > 1 else left[0]
        if result == "retry":
            root["ae_result"] = result
            root["ae_retry_interval"] = "60"
            return MethodResult(0, 0, "")
        self.done.append(f"{name} {result} undo={root.get('ae_undo')} forward={root.get('ae_forward_result')}")
        call.handle.state_vars["done"] = len(self.done)
        if result == "abort":
            return MethodResult(16, 16, "aborted")
        if result != "ok":
            root["ae_result"] = result
        return MethodResult(0, f"given by {name}", "")


def _class(path: str, states: Sequence[State], inner: str | None = None) -> model.Class:
    name = path.rpartition("/")[2]
    schema = [_field(f"{name}{at}", each) for at, each in enumerate(states)]
    if inner is not None:
        schema.insert(1, field("state", "nested", inner, undo="/N/Leaf.work(name => 'nested')"))
    return klass(path, schema, [instance("i")])


def _field(name: str, state: State) -> model.Field:
    undo = None if state.undo is None else f"/N/Leaf.work(name => 'un{name}')"
    target = f"METHOD::/N/Leaf.work(name => '{name}')" if state.kind == "METHOD" else f"/N/Leaf/i?name={name}"
    kind = "step" if state.kind == "step" else "state"
    return field(kind, name, target, undo=undo, condition=state.condition, message="*")


def _leaf() -> model.Class:
    written = {"name": "work", "location": "inline", "language": "python"}
    name = model.Input(texts({"name": "name"}))
    method = model.Method(texts(written), (name,), (), {}, "", "work.yaml")
    return klass("N/Leaf", [field("method", "go", "work", message="*")], [instance("i")], [method])


def _image(outer: Sequence[State], inner: Sequence[State]) -> ir.Image:
    return compiled(_class("N/Outer", outer, "/N/Inner/i" if inner else None), _class("N/Inner", inner), _leaf())[0]


def _scripts(outer: Sequence[State], inner: Sequence[State], *, stops: bool) -> dict[str, Script]:
    scripted: dict[str, Script] = {"unnested": ("ok",), "nested": ("ok",)}
    for path, states in (("Outer", outer), ("Inner", inner)):
        for at, each in enumerate(states):
            scripted[f"{path}{at}"] = each.script if stops else each.script[-1:]
            undo = each.undo or ("ok",)
            scripted[f"un{path}{at}"] = undo if stops else undo[-1:]
    return scripted


def _engine(outer: Sequence[State], inner: Sequence[State], world: World) -> Engine:
    return Engine(_image(outer, inner), methods=world, limits=Limits(depth=30))


def _elsewhere(checkpoint: Checkpoint, folder: Path) -> Checkpoint:
    """`checkpoint` as another process reads it."""
    path = str(folder / "checkpoint")
    write_checkpoint(path, Kept(checkpoint, 1, NOON, NOON))
    return restore(read_checkpoint(path), default_catalog()).checkpoint


def _by_queue(checkpoint: Checkpoint, store: Store) -> Checkpoint:
    """`checkpoint` as the worker has it that takes the message."""
    queue, of = EmbeddedQueue(), Reference("AutomationTask", 1)
    with store.writing() as connection:
        queue.put(connection, [Message("deliver", of, {"checkpoint": checkpoint_values(checkpoint)})], NOON, None)
        claimed = queue.claim(connection, Taker("other"), NOON, NOON)
        assert claimed is not None
        queue.acknowledge(connection, claimed)
    found = read_checkpoint_of(Step(claimed, lambda: NOON, 1))
    assert found is not None
    return found


def _end(outcome: Outcome, world: World) -> dict[str, object]:
    """What is to be equal: what was done, what the root says, the state variables."""
    workspace = outcome.workspace
    root = {} if workspace.root is None else workspace.root.attributes
    told = ("ae_result", "ae_reason", "ae_state", "ae_rollback", "ae_undo", "ae_forward_result", "ae_state_retries")
    said = {name: root.get(name) for name in told if name != "ae_state_retries" or root.get("ae_result") == "ok"}
    failure = type(outcome.error).__name__ if isinstance(outcome, Failed) else None
    return {"done": world.done, "variables": workspace.state_vars, "failure": failure, **said}


@given(MACHINES, MACHINES | st.just([]))
@settings(max_examples=examples(120), deadline=None)
def test_a_machine_that_is_stopped_and_resumed_ends_as_one_that_never_was(
    outer: list[State], inner: list[State]
) -> None:
    through = World(_scripts(outer, inner, stops=False))
    expected = _end(_engine(outer, inner, through).run("/N/Outer/i"), through)
    stopped = World(_scripts(outer, inner, stops=True))
    outcome = _engine(outer, inner, stopped).run("/N/Outer/i")
    with tempfile.TemporaryDirectory() as folder:
        while isinstance(outcome, Retry):
            kept = _elsewhere(outcome.checkpoint, Path(folder))
            outcome = _engine(outer, inner, stopped).resume(kept)
    assert expected == _end(outcome, stopped)


@given(MACHINES, MACHINES | st.just([]))
@settings(max_examples=examples(35), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_machine_that_is_stopped_and_resumed_by_workers_ends_as_one_that_never_was(
    stores: SqliteStores, outer: list[State], inner: list[State]
) -> None:
    through = World(_scripts(outer, inner, stops=False))
    expected = _end(_engine(outer, inner, through).run("/N/Outer/i"), through)
    stopped, store = World(_scripts(outer, inner, stops=True)), stores.new()
    engine = _engine(outer, inner, stopped)
    outcome = engine.run("/N/Outer/i")
    while isinstance(outcome, Retry):
        outcome = engine.resume(_by_queue(outcome.checkpoint, store))
    store.close()
    assert expected == _end(outcome, stopped)
