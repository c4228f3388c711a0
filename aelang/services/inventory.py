"""An inventory: records in memory, for runs without a server. What a run writes is gone with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aelang.interpreter.values import RunValue
from aelang.services.catalog import Catalog
from aelang.services.models import ancestors, is_model
from aelang.services.records import Reference, Row, meets

if TYPE_CHECKING:
    from aelang.services.ports import Answer, Command

Rows = Mapping[str, Sequence[Mapping[str, RunValue]]]
"""For each model the columns of its records, each with an `id`; references are values too."""


class Inventory:
    """Fills `records.Records` from `rows`. What happens in the world is acted out (`simulation`), and kept in `done`.

    Raises ValueError for a model that does not exist, and for a record without an id, or with one that another has.
    """

    __slots__ = ("_kinds", "_rows", "done", "now")

    def __init__(self, rows: Rows, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.now = now
        self.done: list[Command] = []
        self._rows: dict[str, dict[int, Row]] = {}
        self._kinds: dict[str, tuple[str, ...]] = {}
        for model, several in rows.items():
            if not is_model(model):
                raise ValueError(f"there is no service model {model}")
            for columns in several:
                self._enter(model, columns)

    def find(self, model: str, id: int) -> Row | None:  # noqa: A002 - the records' own word
        """The record of `model` itself, else of a model that is a kind of it; None where there is none."""
        own = self._rows.get(model, {}).get(id)
        if own is not None:
            return own
        return next((rows[id] for rows in self._of_kinds(model) if id in rows), None)

    def where(self, model: str, conditions: Mapping[str, RunValue]) -> Sequence[Row]:
        """The records of `model` and its kinds whose columns equal `conditions`, by id."""
        found = (row for rows in self._of_kinds(model) for row in rows.values() if meets(row, conditions))
        return sorted(found, key=lambda row: row.id)

    def write(self, of: Reference, change: Callable[[Mapping[str, RunValue]], Mapping[str, RunValue]]) -> None:
        """Writes what `change` gives for the columns. Raises ValueError where the record is gone."""
        row = self._rows.get(of.model, {}).get(of.id)
        if row is None:
            raise ValueError(f"{of.model} {of.id} is not there any more")
        self._rows[of.model][of.id] = row._replace(columns={**row.columns, **change(row.columns)})

    def execute(self, command: "Command") -> "Answer":
        """Acts `command` out. Raises LookupError and ValueError."""
        from aelang.services.simulation import act

        answer = act(self, command)
        self.done.append(command)
        return answer

    def create(self, model: str, columns: Mapping[str, RunValue]) -> Reference:
        """Takes a new record in; its id is the one after the highest of its kind."""
        taken = (number for known in self._rows if _is_akin(known, model) for number in self._rows[known])
        number = max(taken, default=0) + 1
        self._enter(model, {**columns, "id": number})
        return Reference(model, number)

    def delete(self, of: Reference) -> None:
        """Takes the record away."""
        self._rows.get(of.model, {}).pop(of.id, None)

    def _enter(self, model: str, columns: Mapping[str, RunValue]) -> None:
        number = columns.get("id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError(f"a record of {model} has no id: {dict(columns)!r}")
        rows = self._rows.setdefault(model, {})
        if number in rows:
            raise ValueError(f"there are two records of {model} with the id {number}")
        rows[number] = Row(model, columns)

    def _of_kinds(self, model: str) -> Iterator[dict[int, Row]]:
        for known, rows in self._rows.items():
            if known not in self._kinds:
                self._kinds[known] = ancestors(known)
            if model in self._kinds[known]:
                yield rows


def _is_akin(model: str, other: str) -> bool:
    """Whether the two are kinds of one: those share their ids, as one table does."""
    return ancestors(model)[-1] == ancestors(other)[-1]


def default_rows() -> dict[str, list[Mapping[str, RunValue]]]:
    """The records that stand in where no inventory is given: a user with group and tenant, and a server."""
    user: dict[str, RunValue] = {
        "id": 1,
        "name": "Admin",
        "userid": "admin",
        "email": "admin@example.com",
        "normalized_ldap_group": "EvmGroup_super_administrator",
        "current_group_id": 1,
        "current_tenant_id": 1,
        "miq_groups": [Reference("MiqGroup", 1)],
    }
    return {
        "User": [user],
        "MiqGroup": [{"id": 1, "description": "EvmGroup-super_administrator", "tenant_id": 1, "miq_user_role_id": 1}],
        "MiqUserRole": [{"id": 1, "name": "EvmRole-super_administrator"}],
        "Tenant": [{"id": 1, "name": "My Company"}],
        "MiqServer": [{"id": 1, "name": "EVM"}],
    }


def default_catalog(user: int = 1) -> Catalog:
    """The service models of `default_rows`, with `user` as the caller."""
    return Catalog(Inventory(default_rows()), caller=user)
