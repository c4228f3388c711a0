"""The catalog: service models over records, found by id and by conditions, and who the caller is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from aelang.interpreter.values import RunValue, Symbol
from aelang.services.models import is_model
from aelang.services.record import Record
from aelang.services.records import Reference, Row

if TYPE_CHECKING:
    from aelang.services.ports import Records


class Catalog:
    """Fills `ports.ServiceCatalog` from `records`. `caller` is the id of the user on whose behalf a run goes; the
    user's current group and tenant come with him."""

    __slots__ = ("_caller", "records")

    def __init__(self, records: "Records", caller: int | None = None) -> None:
        self.records = records
        self._caller = caller

    def knows(self, model: str) -> bool:
        """Whether there is a service model of that name."""
        return is_model(model)

    def find(self, model: str, id: int) -> Record | None:  # noqa: A002 - the port's own word
        """The record `id` of `model`, or of a model that is a kind of it; None where there is none."""
        row = self.records.find(model, id)
        return None if row is None else Record(row.model, row.id, self)

    def caller(self) -> Mapping[str, Record]:
        """`user`, `tenant` and `miq_group` of the caller; absent ones are left out."""
        user = None if self._caller is None else self.records.find("User", self._caller)
        if user is None:
            return {}
        group = self._kept("MiqGroup", user, "current_group_id")
        tenant = self._kept("Tenant", user, "current_tenant_id")
        if tenant is None and group is not None:
            tenant = self._kept("Tenant", group, "tenant_id")
        rows = {"user": user, "tenant": tenant, "miq_group": group}
        return {name: Record(row.model, row.id, self) for name, row in rows.items() if row is not None}

    def where(self, model: str, conditions: Mapping[str, RunValue], *, as_caller: bool = False) -> Sequence[Record]:
        """The records of `model` and its kinds whose attributes and associations equal all `conditions`, by id; of a
        list of values any one counts. With `as_caller` only what the caller may see, by the rules of `rbac`.

        Raises LookupError for a condition on what the model does not declare.
        """
        from aelang.services.finding import find_rows

        rows = find_rows(self, model, conditions)
        if as_caller:
            from aelang.services.rbac import visible

            caller = None if self._caller is None else self.records.find("User", self._caller)
            rows = visible(rows, caller, self.records)
        return self.records_of(rows)

    def execute(self, command: str, arguments: tuple[RunValue, ...]) -> RunValue:
        """Does what `evm.execute` asks for. Raises LookupError for an unknown command, ValueError for arguments."""
        from aelang.services.ports import Command

        return self.present(self.records.execute(Command(command, None, arguments)))

    def records_of(self, rows: Iterable[Row]) -> list[Record]:
        """`rows` as service models."""
        return [Record(row.model, row.id, self) for row in rows]

    def present(self, value: object) -> RunValue:
        """What is kept, as a run sees it: every reference in it is a record (nil where that is gone), and a change of
        lists and hashes does not change what is kept."""
        match value:
            case Reference(model, number):
                return self.find(model, number)
            case Symbol():
                return value
            case list() | tuple():
                return [self.present(each) for each in value]
            case dict():
                return {key: self.present(each) for key, each in value.items()}
            case _:
                return value  # type: ignore[return-value]  # records keep values and references only

    def _kept(self, model: str, row: Row, column: str) -> Row | None:
        number = row.columns.get(column)
        return self.records.find(model, number) if isinstance(number, int) else None
