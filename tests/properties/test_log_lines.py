"""Logs: whatever a run did, its lines are read back as what it did, also among the lines of others."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from aelang.logs.assemble import Assembling, Log
from aelang.logs.entries import Unread, read_entries
from aelang.logs.runs import Context, Run, Shape, walk


class Done(NamedTuple):
    """What a run did: a relationship, a state or a method, and what was done in it."""

    kind: str
    text: str
    parts: "tuple[Done, ...]"


_PATHS = st.sampled_from(["/A/B/one", "/A/B/two", "/A/C/three", "/x?y=1"])
_DONE = st.recursive(
    st.builds(Done, st.sampled_from(["relationship", "state", "method"]), _PATHS, st.just(())),
    lambda inner: st.builds(
        Done, st.sampled_from(["relationship", "state"]), _PATHS, st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
_RUNS = st.lists(st.lists(_DONE, max_size=3), min_size=1, max_size=4)


def _lines(done: Done) -> list[str]:
    inner = [line for part in done.parts for line in _lines(part)]
    match done.kind:
        case "relationship":
            target = f"[miqaedb:{done.text}#create]"
            return [f"Following Relationship {target}", *inner, f"Followed  Relationship {target}"]
        case "state":
            left = f"Processed State=[{done.text}] with Result=[ok], Next State=[]"
            return [f"Processing State=[{done.text}]", *inner, left]
        case _:
            return [f"Invoking [inline] method [{done.text}] with inputs [{{}}]", "Method exited with rc=MIQ_OK"]


def _written(number: int, context: str, text: str) -> str:
    time = f"2026-01-02T03:{number // 60 % 60:02}:{number % 60:02}.000000"
    return f"[----] I, [{time} #7:abc]  INFO -- automation: Q-task_id([{context}]) {text}\n"


def _of_runs(runs: list[list[Done]]) -> list[str]:
    return [
        line for run in runs for line in ["Instantiating [/A/B/c]", *(line for each in run for line in _lines(each))]
    ]


def _read(lines: list[str]) -> Log:
    log, unread = Assembling(), Unread()
    log.take(read_entries(lines, unread))
    assert 0 == unread.count
    return log.log()


def _did(shape: Shape) -> Done:
    text = shape.text.removesuffix("#create") if shape.kind == "relationship" else shape.text
    return Done(shape.kind, text, tuple(map(_did, shape.parts)))


def _runs_of(context: Context) -> list[list[Done]]:
    return [[_did(part) for part in run.shape.parts] for run in context.runs for _ in range(run.times)]


@given(_RUNS)
def test_what_a_run_did_is_read_back(runs: list[list[Done]]) -> None:
    log = _read([_written(number, "automation_task_3", text) for number, text in enumerate(_of_runs(runs))])
    assert [runs] == [_runs_of(context) for context in log.contexts]


@given(st.lists(_RUNS, min_size=2, max_size=3), st.randoms())
def test_tasks_that_write_into_one_log_do_not_mix(tasks: list[list[list[Done]]], random: object) -> None:
    waiting = {f"automation_task_{number}": _of_runs(runs) for number, runs in enumerate(tasks)}
    lines: list[str] = []
    while any(waiting.values()):
        context = random.choice([each for each, left in waiting.items() if left])  # type: ignore[attr-defined]
        lines.append(_written(len(lines), context, waiting[context].pop(0)))
    found = {context.name: _runs_of(context) for context in _read(lines).contexts}
    assert {f"automation_task_{number}": runs for number, runs in enumerate(tasks)} == found


@given(_RUNS, st.data())
def test_a_log_that_is_cut_anywhere_is_read_without_a_fault(runs: list[list[Done]], data: st.DataObject) -> None:
    lines = [_written(number, "automation_task_3", text) for number, text in enumerate(_of_runs(runs))]
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(lines))] * 2)))
    assert end - begin == _read(lines[begin:end]).entries


@given(_RUNS)
def test_the_times_of_a_run_are_as_many_as_its_shapes(runs: list[list[Done]]) -> None:
    log = _read([_written(number, "automation_task_3", text) for number, text in enumerate(_of_runs(runs))])
    assert [run.shape.size for run in log.contexts[0].runs] == [len(run.seconds) for run in log.contexts[0].runs]


@given(_RUNS)
def test_what_encloses_takes_as_long_as_what_is_inside(runs: list[list[Done]]) -> None:
    log = _read([_written(number, "automation_task_3", text) for number, text in enumerate(_of_runs(runs))])
    assert all(_is_enclosed(run) for run in log.contexts[0].runs)


def _is_enclosed(run: Run) -> bool:
    nodes = [*walk(run)]
    inside = sum(node.seconds or 0 for node in nodes if node.depth == 1)
    return inside <= (nodes[0].seconds or 0)
