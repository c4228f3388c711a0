"""Whenever a worker dies, and however often: once the request is cancelled, what was begun is undone, last first, and
nothing else is done any more."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aelang.interpreter.ports import MethodCall
from aelang.interpreter.values import to_text
from aelang.requests import recovery
from tests.properties.examples import examples
from tests.requests.stores import SqliteStores
from tests.requests.working import BEGIN, Methods, Work, machine, wait, write_datastore

_EFFECTS = {"act": "none", "back": "none"}


class Life(NamedTuple):
    """A machine of `outer` states, the last of which leads to one of `inner` states, if it has any. The states that are
    in `waits` ask to be called again once. A worker dies at each of the calls `deaths`, and in the undo number
    `undo_death`, if that is not 0."""

    outer: int
    inner: int
    waits: frozenset[int]
    deaths: tuple[int, ...]
    undo_death: int

    @property
    def leaves(self) -> list[str]:
        """The states that call methods, in order."""
        return [*(f"s{at}" for at in range(self.outer)), *(f"i{at}" for at in range(self.inner))]

    def undone(self, last: str) -> list[str]:
        """The undos when `last` was the state that was begun last."""
        begun = self.leaves[: self.leaves.index(last) + 1]
        return [*(["around"] if last.startswith("i") else []), *reversed(begun)]


_LIVES = st.builds(
    Life,
    st.integers(1, 3),
    st.integers(0, 3),
    st.frozensets(st.integers(0, 5), max_size=2),
    st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple),
    st.integers(0, 3),
)


class Died(BaseException):
    """Stands for kill -9."""


class Mortal(Methods):
    """Methods of a worker that dies at the call number `death` of the method `name`."""

    def __init__(self, life: Life, name: str, death: int) -> None:
        super().__init__({name: self._die, "act": self._act})
        self._life = life
        self._name, self._left = name, death
        self.states: list[str] = []

    def _die(self, call: MethodCall) -> None:
        self._left -= 1
        if self._left == 0:
            raise Died

    def _act(self, call: MethodCall) -> None:
        state = to_text((call.handle.root or {}).get("ae_state"))
        self.states.append(state)
        if self._name == "act":
            self._die(call)
        wait(1 if self._life.leaves.index(state) in self._life.waits else 0)(call)


def _killed(work: Work) -> bool:
    """Whether a method killed the worker; its lease is then over."""
    try:
        work.work()
    except Died:
        with work.store.writing() as connection:
            work.queue.release(connection, work.worker._manner.taker.name)
        return True
    return False


def _workers(life: Life, folder: Path, stores: SqliteStores) -> "Iterator[tuple[Work, Mortal]]":
    store = stores.new()
    for death in life.deaths:
        methods = Mortal(life, "act", death)
        yield Work(store, folder, methods), methods
    methods = Mortal(life, "back", life.undo_death)
    yield Work(store, folder, methods), methods
    methods = Mortal(life, "back", 0)
    yield Work(store, folder, methods), methods


@settings(max_examples=examples(15), deadline=None)
@given(life=_LIVES)
def test_what_was_begun_is_undone_and_nothing_else_done(stores: SqliteStores, life: Life) -> None:
    states = {f"s{at}": "METHOD::act" for at in range(life.outer)}
    states |= {"around": "/Sys/Inner/one"} if life.inner else {}
    inner = {f"i{at}": "METHOD::act" for at in range(life.inner)} or {"none": ""}
    with tempfile.TemporaryDirectory() as place:
        parts = machine("Machine", states, _EFFECTS, ", undo: back"), machine("Inner", inner, _EFFECTS, ", undo: back")
        folder = write_datastore(Path(place), *parts)
        *mortals, (undoing, first), (last, second) = _workers(life, folder, stores)
        number = mortals[0][0].request()
        begun: list[str] = []
        for work, methods in mortals:
            assume(_killed(work))
            begun.extend(methods.states)
        with undoing.store.writing() as connection:
            assert recovery.cancel_request(connection, undoing.case(number), undoing.admin, BEGIN) is None
        is_killed = _killed(undoing)
        last.work()
        standing = last.case(number).request.cancelation_status
        last.store.close()
    undone = [f"back {each}" for each in life.undone(max(begun, key=life.leaves.index))]
    assert undone == (second if is_killed else first).calls
    assert undone[: life.undo_death] == first.calls[: life.undo_death] if is_killed else [] == second.calls
    assert "canceled" == standing
