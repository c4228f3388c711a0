"""Delivering: what is done for each message of the queue (REQUESTS 1.4, 1.7, 2.4, 3.1).

Before Automate is run, what the run must find is written: the event's row, the state of the task. After it, in one
transaction: what the outcome makes of the task and all above it, the next messages, and that this one is done. A
message may be worked again after a crash; whatever it wrote before its run is written so that it may be written again.
Methods write through service models while they run, each time at once: whoever reads after them sees it.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from aelang.interpreter.outcome import Checkpoint, Failed, Finished, Retry, Rollback
from aelang.requests import starting
from aelang.requests import tasks as lifecycle
from aelang.requests.cancelling import is_to_stop, stopped, undoing
from aelang.requests.clock import later
from aelang.requests.decision import AUTOMATE, HIGH_PRIORITY, Answer, Message
from aelang.requests.deliver_requests import create_request_tasks, new_event, resource_entry
from aelang.requests.images import image_of
from aelang.requests.once import DONE, IN_DOUBT, WaitsForOperator
from aelang.requests.options import get
from aelang.requests.progress import read_progress
from aelang.requests.raising import Raising, delivering, heard, raise_event, then_of, told_uri
from aelang.requests.recovery import calls_in_doubt
from aelang.requests.rows import Case, Task
from aelang.requests.steps import (
    Effect,
    Ended,
    Handler,
    Lapsed,
    Run,
    Step,
    Work,
    checkpoint_values,
    read_checkpoint,
    see,
)
from aelang.requests.store.keeping import release_locks
from aelang.requests.store.record_rows import create_row, see_row
from aelang.requests.targets import event_uri, is_service, task_uri
from aelang.requests.types import PROVISIONING, VM_TASK
from aelang.requests.worker_journal import keep_cut_off
from aelang.services.events import is_prevented
from aelang.services.models import EVENTS
from aelang.services.records import Reference, Row

# -- events ------------------------------------------------------------------------------------------------------


def _call_automate_event(step: Step, connection: Connection) -> None:
    """The first hop: the event gets its row, and a message of its own, which goes before others."""
    event = new_event(step, connection, "RequestEvent", str(step.claimed.arguments["event"]), "Request")
    step.put(connection, Message("deliver", event, {}, AUTOMATE, HIGH_PRIORITY))


def _raise_policy_event(step: Step, connection: Connection) -> None:
    """The same for what came of a request."""
    name, request = str(step.claimed.arguments["event"]), step.claimed.request_id
    raise_event(connection, Raising(step.claimed.of, name, request=request), step.now())


def _deliver_event(step: Step, connection: Connection) -> Work:
    """The second hop: Automate is told. What becomes of that changes nothing; the journal says it, or the event."""
    event, request = _row(connection, step.claimed.of), step.claimed.request_id
    if request is None:
        return _tell(step, connection, None, step.claimed.arguments.get("user"), None, (event,))
    of, image = step.record(connection), image_of(connection, request)
    found, seen = of.columns.get("requester_id"), (event, of)
    user = found if isinstance(found, int) else None
    if event.model != "RequestEvent":
        return _tell(step, connection, None, step.claimed.arguments.get("user", user), image, seen)
    uri = event_uri(event.reference, str(event.columns["event_type"]), of.reference, user, step.server)
    return _tell(step, connection, uri, user, image, seen)


def _tell(
    step: Step, connection: Connection, uri: str | None, user: int | None, image: str | None, seen: tuple[Row, ...]
) -> Work:
    """Tells Automate of an event. What it asks to be told again, it is; what was to follow the event follows."""
    arguments, event = step.claimed.arguments, step.claimed.of
    checkpoint, said = read_checkpoint(step), ""
    if checkpoint is not None:
        uri = checkpoint.uri
    elif uri is None:
        uri, said = told_uri(arguments, user, step.server), delivering(arguments)
    connection, ended = yield Run(uri, user, image, checkpoint, seen=seen, said=said)
    if isinstance(ended.outcome, Retry):
        again = {**arguments, "checkpoint": checkpoint_values(ended.outcome.checkpoint)}
        due = later(step.now(), ended.outcome.after)
        step.put(connection, Message("deliver", event, again, AUTOMATE, HIGH_PRIORITY, deliver_on=due))
        return
    heard(connection, event, step.now(), ended.reason)
    then = then_of(arguments)
    if then is not None and not is_prevented(_row(connection, event).columns):
        step.put(connection, then)


def _row(connection: Connection, of: Reference) -> Row:
    found = see_row(connection, of.model, of.id)
    if found is None:
        raise Lapsed(f"{of.model} {of.id} is not there any more")
    return found


# -- tasks -------------------------------------------------------------------------------------------------------


def _deliver(step: Step, connection: Connection) -> "Work | None":
    """T1, T2: Automate runs the machine of a task, or goes on with it; or hears of an event."""
    if step.claimed.of.model in EVENTS:
        return _deliver_event(step, connection)
    case = step.case(connection)
    task = _open_task(step, case)
    if case.request.type == PROVISIONING:
        from aelang.requests.transactions.engine import work_transaction  # few have transactions

        return work_transaction(step, connection, case, task)
    checkpoint = read_checkpoint(step)
    if is_to_stop(task):
        return _stop(step, connection, case, task, checkpoint)
    if checkpoint is None:
        case = step.carry(connection, case, lifecycle.automate_starts(case, task.id, step.now()))
    return _run_machine(step, _run_of(step, connection, case, task, checkpoint))


def _open_task(step: Step, case: Case) -> Task:
    task = step.task(case)
    if task.state == "finished":
        raise Lapsed(f"task {task.id} is finished")
    return task


def _run_of(step: Step, connection: Connection, case: Case, task: Task, checkpoint: Checkpoint | None) -> Run:
    run = _unseen(step, connection, case, task, checkpoint)
    return run._replace(seen=see(connection, task.reference))


def _unseen(step: Step, connection: Connection, case: Case, task: Task, checkpoint: Checkpoint | None) -> Run:
    user, image = case.request.requester_id, case.request.image_hash
    if checkpoint is not None:
        return Run(checkpoint.uri, user, image, checkpoint)
    state = step.claimed.arguments.get("state")
    entry = resource_entry(connection, task) if is_service(task) else None
    uri = task_uri(task, user, step.server, *(() if entry is None else (entry,)))
    if state is None:
        return Run(uri, user, image)
    inner = {machine: {"ae_state": at} for machine, at in step.claimed.arguments.get("inner", ())}
    return Run(uri, user, image, Checkpoint(uri, {}, inner, {"ae_state": state}), state)


def _run_machine(step: Step, run: Run) -> Work:
    connection, ended = yield run
    case = step.case(connection)
    number = step.claimed.of.id
    answer = _answer(step, connection, case, number, ended)
    if answer is not None:
        _end(step, connection, step.carry(connection, case, answer))


def _answer(step: Step, connection: Connection, case: Case, number: int, ended: Ended) -> Answer | None:
    """What the outcome makes of the task; None while it goes on."""
    undoes = step.task(case).state == "rolling_back"
    match ended.outcome:
        case Retry(after, checkpoint, affinity):
            due = step.now() if is_to_stop(step.task(case)) else later(step.now(), after)
            step.put(connection, step.again(checkpoint, due, step.server if affinity else None))
            return None
        case Finished(rollback="failed"):
            return stopped(case, number, step.now(), undone=False)
        case Failed() if undoes:
            return stopped(case, number, step.now(), undone=False)
        case Finished() if undoes:
            return stopped(case, number, step.now())
        case Finished(result):
            return lifecycle.automate_ended(case, number, result, step.now())
        case _:
            return lifecycle.automate_ended(case, number, "error", step.now())


def _end(step: Step, connection: Connection, case: Case) -> None:
    """What a request had locked is free when it is finished."""
    if case.request.request_state == "finished":
        release_locks(connection, case.request.id)


def _stop(step: Step, connection: Connection, case: Case, task: Task, checkpoint: Checkpoint | None) -> "Work | None":
    """The next step of a task that is to stop: what it did is undone, if the datastore says how. That is a message of
    its own, so that the run before it, should that have been cut short, is not gone on with."""
    in_doubt = calls_in_doubt(connection, step.request, step.claimed.number)
    asked = next((each for each in in_doubt if each.said is None), None)
    if asked is not None:
        return _ask(asked.method)
    run = _run_of(step, connection, case, task, checkpoint)
    begun = run.checkpoint or Checkpoint(run.uri, {}, {}, {})
    back = _back(step, begun, is_done=all(each.said == DONE for each in in_doubt))
    if back is None:
        _end(step, connection, step.carry(connection, case, stopped(case, task.id, step.now())))
    else:
        keep_cut_off(connection, step)
        step.carry(connection, case, undoing(case, task.id, step.now()))
        step.put(connection, step.again(back, step.now(), None))
    return None


def _back(step: Step, begun: Checkpoint, *, is_done: bool) -> Checkpoint | None:
    """The rollback of what was done before `begun`, and of what a run that went on from there, and was cut short, is
    known to have done; None where that is nothing."""
    progress = read_progress(step.claimed.progress)
    if progress is not None and progress.machine and progress.undos:
        return progress.back(begun, lifecycle.CANCELED, is_done=is_done)
    if not begun.undos:
        return None
    machine = next(iter(begun.state_info), begun.undos[0].machine)
    state = str(begun.root.get("ae_state") or "")
    return begun._replace(rollback=begun.rollback or Rollback(machine, lifecycle.CANCELED, state, failed=False))


def _ask(method: str) -> Work:
    """An operator has to say whether `method` had done its work: only then it is known what is to be undone."""

    def wait() -> None:
        raise WaitsForOperator(method, IN_DOUBT)

    yield Effect(wait)


def _stop_work(step: Step, connection: Connection, case: Case, task: Task) -> "Work | None":
    """A task that is to stop before its own work. The machine that asked for that waits for it, and knows what is to be
    undone: it stops the task."""
    if task.kind.driven:
        raise Lapsed(f"task {task.id} is to stop: its machine sees to that")
    return _stop(step, connection, case, task, None)


def _execute(step: Step, connection: Connection) -> "Work | None":
    """T4, T5: a task's own work."""
    case = step.case(connection)
    task = _open_task(step, case)
    if is_to_stop(task):
        return _stop_work(step, connection, case, task)
    now = step.now()
    case = step.carry(connection, case, lifecycle.executing(case, task.id, now))
    if task.kind.task == "AutomationTask":
        return _run_machine(step, _run_of(step, connection, case, task, None))
    if is_service(task):
        answer = lifecycle.work_children(case, task.id, now)
    else:
        answer = lifecycle.worked(case, task.id, now, _made(step, connection, task))
    _end(step, connection, step.carry(connection, case, answer))
    return None


def _made(step: Step, connection: Connection, task: Task) -> Reference | None:
    """The VM that comes of a task for one, made once."""
    if task.kind.task != VM_TASK or task.destination_id is not None:
        return None
    now = step.now()
    name = get(task.options, "vm_target_name") or task.description
    columns = {"name": name, "template": False, "created_on": now, "miq_provision_template_id": task.source_id}
    return create_row(connection, "Vm", columns)


def _do_post_provision(step: Step, connection: Connection) -> "Work | None":
    """T5 of a service, every minute until its parts are finished."""
    case = step.case(connection)
    task = _open_task(step, case)
    if is_to_stop(task):
        return _stop_work(step, connection, case, task)
    _end(step, connection, step.carry(connection, case, lifecycle.look_after(case, task.id, step.now())))
    return None


HANDLERS: Mapping[str, Handler] = {
    "call_automate_event": _call_automate_event,
    "raise_policy_event": _raise_policy_event,
    "create_request_tasks": create_request_tasks,
    "deliver": _deliver,
    "execute": _execute,
    "do_post_provision": _do_post_provision,
}
"""What is done for a message, by its method."""


def give_up(step: Step, connection: Connection, reason: str) -> None:
    """A message is dead: its task says so, and waits for an operator; or its event does, or its request."""
    if step.claimed.of.model in EVENTS:
        heard(connection, step.claimed.of, step.now(), reason)
        return
    said = {"status": "Error", "message": f"Error: {reason}"}
    try:
        case = step.case(connection)
        if step.claimed.method == "create_request_tasks":
            step.carry(connection, case, starting.cannot_create(case, said["message"], step.now()))
            return
        task = _open_task(step, case)
    except Lapsed:
        return
    step.carry(connection, case, lifecycle.report(case, task.id, {"needs_operator": True, **said}, step.now()))
