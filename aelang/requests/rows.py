"""The rows of a request: itself, its approvals, its tasks, and all of them together as a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from aelang.requests.types import REQUEST_TYPES, RequestType, type_of_task
from aelang.services.models import snake_name
from aelang.services.records import Reference

Options: TypeAlias = Mapping[Any, Any]  # keys and values are run values; keys are symbols, mostly


class Request(NamedTuple):
    """A request. `type` is its model. `approvals_needed` is how many must approve, None for everyone asked;
    `image_hash` the datastore with which it goes on, None while it has not begun."""

    id: int
    type: str
    request_type: str
    description: str = ""
    approval_state: str = "pending_approval"
    request_state: str = "pending"
    status: str = "Ok"
    message: str | None = None
    userid: str = ""
    requester_id: int | None = None
    requester_name: str | None = None
    options: Mapping[Any, Any] = {}
    process: bool = True
    cancelation_status: str | None = None
    approvals_needed: int | None = None
    initiated_by: str | None = None
    source_id: int | None = None
    source_type: str | None = None
    destination_id: int | None = None
    destination_type: str | None = None
    tenant_id: int | None = None
    service_order_id: int | None = None
    parent_id: int | None = None
    image_hash: str | None = None
    created_on: datetime | None = None
    updated_on: datetime | None = None
    fulfilled_on: datetime | None = None

    @property
    def kind(self) -> RequestType:
        """Its row in the table of types."""
        return REQUEST_TYPES[self.type]

    @property
    def reference(self) -> Reference:
        """Its model and id."""
        return Reference(self.type, self.id)

    @property
    def task_id(self) -> str:
        """The context of its messages: `automation_request_3`."""
        return f"{snake_name(self.type)}_{self.id}"


class Approval(NamedTuple):
    """What one approver has to say; anyone who may approve where no approver is named."""

    id: int
    miq_request_id: int
    description: str = "Default Approval"
    state: str = "pending"
    reason: str | None = None
    approver_id: int | None = None
    approver_type: str | None = None
    approver_name: str | None = None
    stamper_id: int | None = None
    stamper_name: str | None = None
    stamped_on: datetime | None = None
    created_on: datetime | None = None
    updated_on: datetime | None = None

    @property
    def reference(self) -> Reference:
        """Its model and id."""
        return Reference("MiqApproval", self.id)


class Task(NamedTuple):
    """A task. `type` is its model. `begun` says that it was delivered, `needs_operator` that it waits for a person to
    say what became of a step."""

    id: int
    type: str
    request_type: str
    miq_request_id: int
    miq_request_task_id: int | None = None
    description: str = ""
    state: str = "pending"
    status: str = "Ok"
    message: str | None = None
    options: Mapping[Any, Any] = {}
    userid: str = ""
    phase: str | None = None
    phase_context: Mapping[Any, Any] = {}
    cancelation_status: str | None = None
    begun: bool = False
    needs_operator: bool = False
    source_id: int | None = None
    source_type: str | None = None
    destination_id: int | None = None
    destination_type: str | None = None
    tenant_id: int | None = None
    created_on: datetime | None = None
    updated_on: datetime | None = None

    @property
    def kind(self) -> RequestType:
        """The row of its operation in the table of types."""
        return type_of_task(self.type)

    @property
    def reference(self) -> Reference:
        """Its model and id."""
        return Reference(self.type, self.id)

    @property
    def is_unbegun(self) -> bool:
        """Whether it is a part of another task, which has not delivered it yet."""
        return self.state == "pending" and self.miq_request_task_id is not None and not self.begun

    @property
    def task_id(self) -> str:
        """The context of its messages and lines: `automation_task_3`; a provider's own is a `miq_provision`."""
        return f"{snake_name(self.kind.task)}_{self.id}"


class Case(NamedTuple):
    """Everything that belongs to one request: what a transition starts from, and what it ends with."""

    request: Request
    approvals: tuple[Approval, ...] = ()
    tasks: tuple[Task, ...] = ()

    def task(self, number: int) -> Task:
        """The task with the id `number`. Raises KeyError where it is not one of this request's."""
        for each in self.tasks:
            if each.id == number:
                return each
        raise KeyError(number)

    def children(self, number: int | None) -> tuple[Task, ...]:
        """The tasks right below the task `number`; below the request itself for None."""
        return tuple(each for each in self.tasks if each.miq_request_task_id == number)

    def with_request(self, **columns: Any) -> "Case":
        """The case with other columns of the request."""
        return self._replace(request=self.request._replace(**columns))

    def with_task(self, task: Task) -> "Case":
        """The case with `task` in place of the one that has its id."""
        return self._replace(tasks=tuple(task if each.id == task.id else each for each in self.tasks))


class Person(NamedTuple):
    """Who asks: a user, with what his role lets him do. `automate` is a method of the datastore that speaks for
    him."""

    userid: str
    id: int | None = None
    name: str = ""
    administrator: bool = False
    approves: bool = False
    groups: frozenset[int] = frozenset()
    tenant_id: int | None = None
    automate: bool = False
