"""The rows of transactions: services with their properties, commands, and the transaction itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from aelang.interpreter.values import RunValue
from aelang.requests.transactions.words import CREATION, DIRTY, PENDING

ADD, MODIFY, DELETE = "add", "modify", "delete"

ACCOUNT, PACKAGE, SERVICE, PHYSICAL = "Account", "Package", "Service", "PhysicalService"
"""What is locked. A physical service is, beside those that a customer sees, where several of these share it."""

CONTRARY = {ADD: DELETE, DELETE: ADD, MODIFY: MODIFY}
"""What takes an action back."""


class Account(NamedTuple):
    """Who has services."""

    id: int
    name: str
    properties: Mapping[str, RunValue] = {}


class Param(NamedTuple):
    """A property of a service: its value, and the expression from which that is made, if it is."""

    value: RunValue = None
    expression: str | None = None


class Service(NamedTuple):
    """A service as a customer sees it (`id`), with the physical one behind it, which several may share. `part` is its
    name among the parts of its parent; `type` the path of its type. A complex one has neither resource nor module."""

    id: int
    part: str
    account_id: int
    physical_id: int
    name: str
    type: str
    kind: str
    package_id: int | None = None
    parent_id: int | None = None
    status: str = DIRTY
    resource: str | None = None
    module: str | None = None
    physical_status: str = DIRTY
    shared: bool = False
    params: Mapping[str, Param] = {}

    @property
    def class_name(self) -> str:
        """The name of the class of its type."""
        return self.type.split("/")[-2]

    @property
    def values(self) -> dict[str, RunValue]:
        """Its properties as they are."""
        return {name: param.value for name, param in self.params.items()}


class Deed(NamedTuple):
    """What a command does, `add`, `modify` or `delete`, to a service."""

    action: str
    service: Service


class Transaction(NamedTuple):
    """One change that an account wanted, with how many failures it may have in all, None for any number."""

    request_id: int
    account_id: int
    action: str
    status: str = CREATION
    most_failures: int | None = None
    failures: int = 0
    created_on: datetime | None = None
    updated_on: datetime | None = None


class Action(NamedTuple):
    """What is to be done with a simple service on its resource, by the command `command_id`."""

    id: int
    request_id: int
    command_id: int
    service_id: int
    physical_id: int
    action: str
    name: str
    status: str
    at: datetime


class Command(NamedTuple):
    """What is executed at once on one resource. `place` is its turn. `effect` and `undo_effect` say what a crash in the
    middle of it means, `cleans` whether its module has something to tidy up. `partial`: it failed, and may have done a
    part of its work."""

    id: int
    request_id: int
    place: int
    resource: str
    module: str
    action: str
    status: str = PENDING
    attempts: int = 0
    most_attempts: int = 3
    effect: str = "once"
    undo_effect: str = "once"
    partial: bool = False
    cleans: bool = False
    message: str | None = None
    resource_properties: Any = None  # a hash of run values
    updated_on: datetime | None = None


class DatabaseCommand(NamedTuple):
    """What a transaction has changed of a service in the store: how it was before (None: it was not there), how it was
    after the preparation."""

    id: int
    request_id: int
    service_id: int
    action: str
    status: str
    before: Any = None  # a hash of run values, as `images` makes it
    after: Any = None
