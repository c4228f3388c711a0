"""Roll-up: what a request, and a task with children, say follows from the tasks below (REQUESTS 3.6).

The common state of all tasks, else active; the gravest status; how many tasks are in which state, or that all is done.
It depends on which states there are and on nothing else: neither on an order nor on what was said before.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from aelang.requests.rows import Case, Request, Task
from aelang.requests.types import SERVICE_TASK, VM_TASK
from aelang.services.models import ancestors
from aelang.services.options import cut, read_option

_GRAVEST_FIRST = ("Error", "Timeout", "Warn")
_EVERY_REQUEST = ("pending", "queued", "active", "finished")


class Rolled(NamedTuple):
    """What tasks come to, seen from above."""

    state: str
    status: str
    message: str


def roll_up(tasks: Iterable[Task], complete: str) -> Rolled:
    """What `tasks`, of which there is at least one, come to; `complete` (Request, Task) is what they make up."""
    counted = Counter(each.state for each in tasks)
    statuses = {each.status for each in tasks}
    status = next((each for each in _GRAVEST_FIRST if each in statuses), "Ok")
    state = next(iter(counted)) if len(counted) == 1 else "active"
    if state == "finished":
        ending = "complete" if status == "Ok" else "completed with errors"
        return Rolled(state, status, f"{complete} {ending}")
    return Rolled(
        state, status, "; ".join(f"{name.capitalize()} = {number}" for name, number in sorted(counted.items()))
    )


def rolled_request(case: Case) -> Rolled:
    """What the request of `case` says, by its tasks: all of the tree. What a user message says goes before all; a
    single task's own message before what was counted."""
    request = case.request
    rolled = roll_up(case.tasks, "Request")
    state = rolled.state if rolled.state in (*_EVERY_REQUEST, *request.kind.states) else "active"
    message = rolled.message if len(case.tasks) > 1 else case.tasks[0].message or rolled.message
    return Rolled(state, rolled.status, user_message(request) or message)


def rolled_parent(parent: Task, children: Iterable[Task]) -> Rolled:
    """What the task `parent` says, by its children. When they are finished it has done its work, but is not finished:
    its own machine ends it. One that is at work does not go back to waiting."""
    rolled = roll_up(children, "Task")
    state = rolled.state
    if state == "finished" and rolled.status == "Ok":
        state = parent.kind.done or state
    elif state in ("pending", "queued") and parent.state not in ("pending", "queued"):
        state = parent.state
    return Rolled(state, rolled.status, user_message(parent) or cut(rolled.message))


def user_message(row: Request | Task) -> str:
    """What a method wants a person to read; blank where it said nothing."""
    found = read_option(row.options, "user_message")
    return cut(found).strip() if found is not None else ""


def is_vm_task(task: Task) -> bool:
    """Whether `task` makes a VM."""
    return VM_TASK in ancestors(task.type)


def is_service_task(task: Task) -> bool:
    """Whether `task` makes a service."""
    return SERVICE_TASK in ancestors(task.type)
