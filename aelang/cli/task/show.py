"""`aelang task show`: a task with its states, its options and its last workspace."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Option
from aelang.cli.stores import STORE, as_json, number_of, print_json, shown, unknown, with_store

if TYPE_CHECKING:
    from aelang.requests.history import StateSeen
    from aelang.requests.rows import Task
    from aelang.requests.store import Store
    from aelang.requests.store.keeping import KeptWorkspace

COMMAND = Command(
    text="""Shows TASK, by its id or its context (`automation_task_3`): how often each state of its machine was tried,
its options, and the target of its last run. With --workspace it prints the objects of that run as they were kept, in
XML.""",
    arguments=(Argument("task", "TASK"),),
    options=(STORE, Option(("--workspace",), "Print the objects of the last run."), JSON, *HOW),
    examples=(("aelang task show 1", "`aelang task list` lists the ids"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such task, or no workspace of it."""
    console = Console(given)
    return with_store(given, console, lambda store: _show(store, given, console))


def _show(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.history import states_seen
    from aelang.requests.store.cases import read_case, request_of
    from aelang.requests.store.keeping import read_journal, read_workspace
    from aelang.services.records import Reference

    number = number_of(given.text("task") or "", "task")
    with store.reading() as connection:
        request = request_of(connection, Reference("MiqRequestTask", number))
        case = None if request is None else read_case(connection, request)
        if request is None or case is None:
            raise Hindered(unknown("task", number))
        task = case.task(number)
        states = [each for each in states_seen(read_journal(connection, request)) if each.task == number]
        kept = read_workspace(connection, task.task_id)
    if given.flag("workspace"):
        return _print_workspace(kept, number, console)
    if given.flag("json"):
        last = None if kept is None else {"guid": kept.guid, "uri": kept.uri, "kept_on": kept.kept_on}
        print_json(console, {**task._asdict(), "states": states, "workspace": last})
    else:
        console.result("\n".join(map(printable, _lines(task, states, kept))))
    return 0


def _print_workspace(kept: "KeptWorkspace | None", number: int, console: Console) -> int:
    from aelang.requests.traces import read_body

    if kept is None:
        raise Hindered(f"nothing of task {number} was run yet: there is no workspace")
    console.result(read_body(kept.body).rstrip("\n"))
    return 0


def _lines(task: "Task", states: "list[StateSeen]", kept: "KeptWorkspace | None") -> Iterator[str]:
    from aelang.cli.request.report import state_line

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
