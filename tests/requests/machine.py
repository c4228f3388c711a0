"""The life of requests as a machine that does anything at any time; what must hold, holds after every step.

It works messages as a worker would, but draws what a run comes to. It runs over anything where requests may live.
"""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aelang.requests import approving, cancelling, creating, starting, tasks, trees
from aelang.requests.decision import Answer, Decision, Message, Refused
from aelang.requests.rows import Case, Task
from aelang.services.models import ancestors
from aelang.services.records import Reference
from tests.requests.living import ADMIN, ANN, BEGIN, BOB, GROUP, PEOPLE, Living, Memory, Queued
from tests.requests.soundness import check_approval, check_end, check_tasks, has_ended, unbegun

_ASKED = (creating.Approver("User", BOB.id or 0, "Bob"), creating.Approver("MiqGroup", GROUP, "Approvers"))
_WANTED: list[dict[str, Any]] = [
    {"type": "automation", "options": {"namespace": "A", "class_name": "B", "instance_name": "c", "attrs": {"x": 1}}},
    {"type": "template", "options": {"number_of_vms": 3, "src_vm_id": [7, "rhel"]}},
    {"type": "MiqProvisionRequest", "options": {"number_of_vms": [2, "2"]}},
    {
        "type": "clone_to_service",
        "options": {"dialog": {"dialog_name": "web"}},
        "source": Reference("ServiceTemplate", 4),
    },
    {"type": "clone_to_service", "cart": True},
    {"type": "service_reconfigure", "options": {"src_id": 4}},
    {"type": "vm_reconfigure", "options": {"src_ids": [4, 5]}},
    {"type": "vm_migrate", "options": {"src_ids": [4]}},
    {"type": "vm_retire", "options": {"src_ids": [4, 5, 6]}},
]
_TEXTS = st.sampled_from(["", "on its way", "é" * 400])
_LETTERS = {
    "request_created": "c", "request_pending": "p", "request_approved": "a", "request_starting": "s",
    "request_denied": "d",
}  # fmt: skip
_WORD = re.compile(r"(cp*(as?d?|d)?)?")
"""What may become of a request, told by the first letters of its events."""


class Lives(RuleBasedStateMachine):
    """Requests of every type, their approvals and tasks."""

    living: Living

    def __init__(self, living: Living | None = None) -> None:
        super().__init__()
        self.living = Memory() if living is None else living
        self.now: datetime = BEGIN
        self.requests: list[int] = []
        self.events: dict[int, str] = defaultdict(str)
        self.started: set[int] = set()
        self.given_up: set[int] = set()

    # -- what people do --------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        """There is always a request."""
        self._make(dict(_WANTED[0]), auto_approve=False)

    @precondition(lambda self: len(self.requests) < 4)
    @rule(
        wanted=st.sampled_from(_WANTED), auto=st.booleans(), needed=st.sampled_from([None, 1, 2]), asked=st.booleans()
    )
    def create(self, wanted: dict[str, Any], auto: bool, needed: int | None, asked: bool) -> None:
        """Somebody wants something."""
        self._make({**wanted, "approvals_needed": needed, "approvers": _ASKED if asked else ()}, auto_approve=auto)

    def _make(self, wanted: dict[str, Any], auto_approve: bool) -> None:
        asked = creating.Wanted(**wanted, auto_approve=auto_approve)
        case = self.living.make(lambda numbers: creating.create(asked, ANN, numbers, self.now), self.now)
        if auto_approve and asked.cart:
            assert isinstance(case, Refused)
            return
        assert isinstance(case, Case)
        self.requests.append(case.request.id)
        self.events[case.request.id] = ("c" if case.request.process else "") + ("a" if auto_approve else "")

    @rule(data=st.data(), by=st.sampled_from(PEOPLE))
    def approve(self, data: st.DataObject, by: Any) -> None:
        """Somebody approves: refused for whoever has, for whoever asked, and where all is said."""
        number = self._any(data)
        before = self.living.case(number)
        after = self._change(number, lambda case: approving.approve(case, by, "fine", self.now))
        settled = before.request.approval_state != "pending_approval" or before.request.request_state == "finished"
        again = by.id in [each.stamper_id for each in before.approvals if each.state == "approved"]
        if settled or again or by == ANN:
            assert isinstance(after, Refused)

    @rule(data=st.data(), by=st.sampled_from(PEOPLE))
    def deny(self, data: st.DataObject, by: Any) -> None:
        """Somebody denies: too late where there are tasks."""
        if data.draw(st.integers(0, 3), label="patience"):
            return
        number = self._any(data)
        before = self.living.case(number)
        after = self._change(number, lambda case: approving.deny(case, by, "no", self.now))
        if before.tasks or before.request.request_state != "pending":
            assert isinstance(after, Refused)

    @rule(data=st.data(), by=st.sampled_from([ADMIN, ANN]))
    def cancel(self, data: st.DataObject, by: Any) -> None:
        """Somebody cancels."""
        if data.draw(st.integers(0, 3), label="patience"):
            return
        number = self._any(data)
        before = self.living.case(number)
        after = self._change(number, lambda case: cancelling.cancel(case, by, self.now))
        if before.request.request_state == "finished":
            assert isinstance(after, Refused)
        elif not before.tasks and isinstance(after, Decision):
            assert "finished" == after.case.request.request_state

    @rule(data=st.data(), text=_TEXTS)
    def say(self, data: st.DataObject, text: str) -> None:
        """A method leaves a message for people."""
        self._change(self._any(data), lambda case: creating.edit(case, {"user_message": text}, self.now))

    @rule(data=st.data())
    def order(self, data: st.DataObject) -> None:
        """The order of a service is placed."""
        self._change(self._any(data), lambda case: creating.check_out(case, self.now))

    @rule(data=st.data())
    def meddle(self, data: st.DataObject) -> None:
        """Tasks are made, or begun, by who has no business to: never before there is an approval."""
        number = self._any(data)
        approved = self.living.case(number).request.approval_state == "approved"
        if not approved:
            assert isinstance(self._change(number, starting.begin), Refused)

    # -- what a worker does ----------------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 3))
    def wait(self, minutes: int) -> None:
        """Time goes by."""
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data(), at=st.integers(0, 3))
    def work(self, data: st.DataObject, at: int) -> None:
        """One of the first messages is worked; any may come first where several workers are at it."""
        due = [each for each in self.living.queue() if (each.message.deliver_on or self.now) <= self.now]
        if due:
            queued = due[min(at, len(due) - 1)]
            first_of_task = next(each for each in due if _same(each, queued))
            self._work(data, first_of_task)

    @rule(data=st.data())
    def drain(self, data: st.DataObject) -> None:
        """Many messages are worked in their order."""
        for _ in range(12):
            due = [each for each in self.living.queue() if (each.message.deliver_on or self.now) <= self.now]
            if due:
                self._work(data, due[0])

    def _work(self, data: st.DataObject, queued: Queued) -> None:
        message = queued.message
        number = self._request_of(message)
        match message.method:
            case "call_automate_event":
                self._event(data, number, str(message.arguments["event"]))
            case "create_request_tasks":
                self._start(data, number)
            case "deliver":
                self._deliver(data, number, message)
            case "execute":
                self._execute(data, number, message)
            case "do_post_provision":
                self._change(number, lambda case: tasks.look_after(case, message.of.id, self.now))
        self.living.take(queued.number)

    def _event(self, data: st.DataObject, number: int, event: str) -> None:
        if event == "request_created" and data.draw(st.booleans(), label="is pending"):
            self._change(number, approving.pending)

    def _start(self, data: st.DataObject, number: int) -> None:
        begun = self._change(number, starting.begin)
        if isinstance(begun, Refused):
            return
        match data.draw(st.sampled_from(["ok", "ok", "ok", "error", "denied"]), label="request_starting"):
            case "error":
                self.given_up.add(number)
                self._change(number, lambda case: starting.not_started(case, "no quota", self.now))
            case "denied":
                quota = ADMIN._replace(automate=True)
                self._change(number, lambda case: approving.deny(case, quota, "Quota Exceeded", self.now))
            case _:
                self.started.add(number)
                self._make_tasks(data, number)

    def _make_tasks(self, data: st.DataObject, number: int) -> None:
        """As often as it crashes in between, the tasks are made once."""
        for _ in range(data.draw(st.integers(1, 2), label="attempts")):
            self._change(number, lambda case, numbers: starting.create_tasks(case, numbers, self.now))
            case = self.living.case(number)
            if case.request.type == "ServiceTemplateProvisionRequest" and case.tasks:
                self._grow(data, number)
        self._change(number, lambda case: starting.deliver_tasks(case, self.now))

    def _grow(self, data: st.DataObject, number: int) -> None:
        top = self.living.case(number).children(None)[0].id
        parts = [
            trees.Part(1, Reference("MiqProvisionRequestTemplate", 9)),
            trees.Part(2, Reference("ServiceTemplate", 5)),
        ]
        wanted = parts[: data.draw(st.integers(0, 2), label="parts")]
        self._change(number, lambda case: trees.with_service(case, top, Reference("Service", 3), self.now))
        self._change(number, lambda case, numbers: trees.add_parts(case, top, wanted, 3, numbers, self.now))

    def _deliver(self, data: st.DataObject, number: int, message: Message) -> None:
        task = self.living.case(number).task(message.of.id)
        if self._stops(data, number, task):
            return
        self._change(number, lambda case: tasks.automate_starts(case, task.id, self.now))
        said = data.draw(st.sampled_from(["ok", "execute", "finished", "say", "retry", "error", "crash"]), label="run")
        self._said(data, number, task, said)
        if said in ("retry", "execute"):
            self._again(number, message)
        else:
            self._change(number, lambda case: tasks.automate_ended(case, task.id, _result(said), self.now))

    def _said(self, data: st.DataObject, number: int, task: Task, said: str) -> None:
        match said:
            case "execute":
                self._change(number, lambda case: tasks.execute(case, task.id, self.now))
            case "finished" | "say":
                text = data.draw(_TEXTS, label="message")
                columns = {"message": text, **({"state": "finished"} if said == "finished" else {})}
                self._change(number, lambda case: tasks.update(case, task.id, columns, self.now))

    def _again(self, number: int, message: Message) -> None:
        """A run asked for a retry."""
        later = message._replace(deliver_on=self.now + timedelta(minutes=1))
        self._change(number, lambda case: Decision(case, (), (later,)))

    def _execute(self, data: st.DataObject, number: int, message: Message) -> None:
        of = message.of.id
        if self._stops(data, number, self.living.case(number).task(of)):
            return
        if isinstance(self._change(number, lambda case: tasks.executing(case, of, self.now)), Refused):
            return
        kind = self.living.case(number).task(of).kind
        if data.draw(st.integers(0, 5), label="fails") == 0:
            self._change(number, lambda case: tasks.failed(case, of, "x" * 300, self.now))
        elif kind.request == "AutomationRequest":
            self._change(number, lambda case: tasks.automate_ended(case, of, "ok", self.now))
        elif kind.request == "ServiceTemplateProvisionRequest":
            self._change(number, lambda case: tasks.work_children(case, of, self.now))
        else:
            self._change(number, lambda case: tasks.worked(case, of, self.now, Reference("Vm", of)))

    def _stops(self, data: st.DataObject, number: int, task: Task) -> bool:
        if not cancelling.is_to_stop(task):
            return False
        if data.draw(st.booleans(), label="has undos"):
            self._change(number, lambda case: cancelling.undoing(case, task.id, self.now))
        undone = data.draw(st.sampled_from([True, True, False]), label="undone")
        self._change(number, lambda case: cancelling.stopped(case, task.id, self.now, undone=undone))
        return True

    def teardown(self) -> None:
        """When all runs go well from now on, everything that was begun ends."""
        for _ in range(40):
            self.now += timedelta(minutes=1)
            for each in self.living.queue():
                self._work(_Well(self, each), each)  # type: ignore[arg-type]  # draws what goes well
        assert [] == [number for number in self.requests if not has_ended(self.living.case(number))]

    # -- what must hold --------------------------------------------------------------------------------------------

    @invariant()
    def every_request_is_sound(self) -> None:
        """What REQUESTS 8 says of requests."""
        for number in self.requests:
            case = self.living.case(number)
            check_approval(case)
            check_tasks(case, number in self.started)
            check_end(case, number in self.given_up)

    @invariant()
    def the_queue_is_in_order(self) -> None:
        """A request is created before it is approved, and approved before it gets its tasks."""
        for number in self.requests:
            told = [_step(each.message) for each in self.living.queue() if each.message.of.id == number
                    and ancestors(each.message.of.model)[-1] == "MiqRequest"]  # fmt: skip
            steps = [each for each in told if each is not None]
            assert sorted(steps) == steps

    @invariant()
    def events_make_words(self) -> None:
        """No event comes twice, or out of its order."""
        assert [] == [word for word in self.events.values() if not _WORD.fullmatch(word)]

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _any(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(self.requests), label="request")

    def _change(self, number: int, decide: Any) -> Answer:
        """What is refused changes nothing."""
        before = self.living.case(number)
        takes_numbers = decide.__code__.co_argcount == 2
        answer = self.living.change(
            number,
            decide if takes_numbers else lambda case, _: decide(case),
            self.now,
        )
        if isinstance(answer, Decision):
            self.events[number] += "".join(_LETTERS.get(each.name, "") for each in answer.events)
        after = self.living.case(number)
        assert after == (before if isinstance(answer, Refused) else answer.case)
        return answer

    def _request_of(self, message: Message) -> int:
        if ancestors(message.of.model)[-1] == "MiqRequest":
            return message.of.id
        for number in self.requests:
            if any(each.id == message.of.id for each in self.living.case(number).tasks):
                return number
        return self.requests[0]


class _Well:
    """Draws what goes well."""

    def __init__(self, lives: Lives, queued: Queued) -> None:
        self._lives = lives
        self._of = queued.message.of

    def draw(self, strategy: object, label: str) -> Any:
        """What goes well, for the question `label`."""
        return self._run() if label == "run" else _WELL[label]

    def _run(self) -> str:
        for number in self._lives.requests:
            case = self._lives.living.case(number)
            found = next((each for each in case.tasks if each.reference == self._of), None)
            if found is not None and found.state == "active" and unbegun(case, found):
                return "execute"
        return "ok"


_WELL: dict[str, Any] = {
    "is pending": False, "request_starting": "ok", "attempts": 1, "parts": 0, "fails": 1, "has undos": True,
    "undone": True,
}  # fmt: skip


def _result(said: str) -> str:
    return {"error": "error", "crash": "error"}.get(said, "ok")


def _same(one: Queued, other: Queued) -> bool:
    mine, theirs = one.message.task_id, other.message.task_id
    return one == other or (mine is not None and mine == theirs)


def _step(message: Message) -> int | None:
    if message.method == "create_request_tasks":
        return 2
    return {"request_created": 0, "request_approved": 1}.get(str(message.arguments.get("event")))
