"""The services around those of a transaction, read as they are needed: a tree may be large, and an expression looks at
little of it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from aelang.interpreter.values import RunValue
from aelang.names import fold
from aelang.requests.transactions.accounts import account_at
from aelang.requests.transactions.evaluating import Unresolved
from aelang.requests.transactions.keeping import part_of, service_at, told_properties
from aelang.requests.transactions.rows import Account, Service


class StoreTree:
    """Fills `evaluating.Tree` from the store, with `planned` services in place of those that it has. An account that is
    given by its id is read where something is made from it."""

    def __init__(
        self, connection: Connection, account: Account | int, resources: Mapping[str, Mapping[str, RunValue]],
        planned: Iterable[Service] = (),
    ) -> None:  # fmt: skip
        self._connection = connection
        self._account = account
        self._resources = resources
        self._services: dict[int, Service] = {}
        self._parts: dict[tuple[int, str], Service | None] = {}
        for each in planned:
            self.take(each)

    def take(self, service: Service) -> None:
        """From now on `service` is how it is."""
        self._services[service.id] = service
        if service.parent_id is not None:
            self._parts[service.parent_id, fold(service.part)] = service

    def service(self, number: int) -> Service:
        """The service with that id. Raises Unresolved where it is gone."""
        if number not in self._services:
            found = service_at(self._connection, number)
            if found is None:
                raise Unresolved(f"service {number} is not there any more")
            self.take(found)
        return self._services[number]

    def part(self, number: int, name: str) -> Service | None:
        """The part `name` of the service."""
        key = (number, fold(name))
        if key not in self._parts:
            self._parts[key] = part_of(self._connection, number, name)
            found = self._parts[key]
            if found is not None:
                self._services[found.id] = found
        return self._parts[key]

    def resource(self, service: Service) -> Mapping[str, RunValue]:
        """The properties of the resource on which the service lives. Of one that was not given, they are what its
        module was told when it last did something about the service."""
        given = self._resources.get(service.resource or "")
        return told_properties(self._connection, service) if given is None else given

    def account(self) -> Mapping[str, RunValue]:
        """The properties of the account, with its name and id."""
        if isinstance(self._account, int):
            self._account = account_at(self._connection, self._account)
        return {"name": self._account.name, "id": self._account.id, **self._account.properties}
