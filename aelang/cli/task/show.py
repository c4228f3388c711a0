"""`aelang task show`: a task with its states, its options and its last workspace."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, as_json, print_one, shown

if TYPE_CHECKING:
    from aelang.requests.history import StateSeen
    from aelang.requests.rows import Task
    from aelang.requests.store.keeping import KeptWorkspace

COMMAND = Command(
    text="""Shows TASK, by its id or its context (`automation_task_3`): how often each state of its machine was tried,
its options, and the target of its last run. With --workspace it prints the objects of that run as they were kept, in
XML.""",
    arguments=(Argument("task", "TASK"),),
    options=(STORE, Option(("--workspace",), "Print the objects of the last run."), JSON, *HOW),
    examples=(("aelang task show 1", "`aelang task list` lists the ids"),),
)


class _Seen(NamedTuple):
    """A task, the states of its machine, and the workspace of its last run."""

    task: "Task"
    states: "list[StateSeen]"
    kept: "KeptWorkspace | None"


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such task, or no workspace of it. Raises Misused."""
    from aelang.cli.request.report import painted

    if given.flag("workspace"):
        if given.flag("json"):
            raise Misused("`--workspace` prints XML: leave it out, or --json")
        return print_one(given, "task", _seen, _workspace, _document)
    return print_one(given, "task", _seen, _lines, _document, painted)


def _seen(connection: Any, number: int) -> _Seen | None:
    from aelang.requests.history import states_seen
    from aelang.requests.queue import list_items
    from aelang.requests.store.cases import read_case, request_of
    from aelang.requests.store.keeping import read_journal, read_workspace
    from aelang.services.records import Reference

    request = request_of(connection, Reference("MiqRequestTask", number))
    case = None if request is None else read_case(connection, request)
    if request is None or case is None:
        return None
    task = case.task(number)
    found = states_seen(read_journal(connection, request), list_items(connection, request=request))
    states = [each for each in found if each.task == number]
    return _Seen(task, states, read_workspace(connection, task.task_id))


def _document(seen: _Seen) -> dict[str, Any]:
    kept = seen.kept
    last = None if kept is None else {"guid": kept.guid, "uri": kept.uri, "kept_on": kept.kept_on}
    return {**seen.task._asdict(), "states": seen.states, "workspace": last}


def _workspace(seen: _Seen) -> Iterable[str]:
    from aelang.requests.traces import read_body

    if seen.kept is None:
        raise Hindered(f"nothing of task {seen.task.id} was run yet: there is no workspace")
    return [read_body(seen.kept.body).rstrip("\n")]


def _lines(seen: _Seen) -> Iterator[str]:
    from aelang.cli.request.report import state_line

    task, states, kept = seen
    yield f"task {task.id}  {task.type}  {task.description}"
    yield f"  state      {task.state}, {task.status}: {task.message or '-'}"
    yield f"  request    {task.miq_request_id}"
    if task.miq_request_task_id is not None:
        yield f"  part of    task {task.miq_request_task_id}"
    for name, number, kind in (("source", task.source_id, task.source_type),
                               ("made", task.destination_id, task.destination_type)):  # fmt: skip
        if number is not None:
            yield f"  {name.ljust(11)}{kind} {number}"
    yield f"  updated    {shown(task.updated_on)}"
    if kept is not None:
        yield f"  last run   {kept.uri}"
        yield f"             workspace {kept.guid}, kept at {shown(kept.kept_on)}"
    if states:
        yield from ("", "states", *(f"  {state_line(each)}" for each in states))
    if task.options:
        yield from ("", "options", *(f"  {name}: {value}" for name, value in sorted(as_json(task.options).items())))
