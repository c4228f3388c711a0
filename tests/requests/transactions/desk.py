"""A desk that takes orders of accounts, and a worker beside it."""

from aelang.interpreter.ports import MethodRunner
from aelang.project import Compilation
from aelang.requests.clock import WorkClock
from aelang.requests.store import Store
from aelang.requests.transactions.accounts import create_account, find_account
from aelang.requests.transactions.ordering import Order, place_order
from aelang.requests.transactions.planning import Change
from aelang.requests.transactions.standing import Standing, read_standing
from aelang.requests.transactions.types import Types
from tests.requests.working import AtWork


class Desk(AtWork):
    """Takes orders for accounts of the services in the datastore `opened`, and works them."""

    def __init__(
        self, store: Store, opened: Compilation, modules: MethodRunner, clock: WorkClock | None = None,
        poll: float = 0, drain: bool = True,
    ) -> None:  # fmt: skip
        super().__init__(store, opened, modules, clock, poll, drain)
        self.types = Types(opened)
        self.requester = self.admin

    def account(self, name: str = "acme", packages: tuple[str, ...] = ()) -> None:
        """A new account."""
        with self.store.writing() as connection:
            create_account(connection, name, {"email": f"info@{name}.example"}, packages, self.clock.now())

    def order(self, change: Change, account: str = "acme", most_failures: int | None = None) -> int:
        """A request for `change`. Raises CannotPrepare."""
        with self.store.writing() as connection:
            order = Order(find_account(connection, account), change, most_failures=most_failures)
            return place_order(connection, self.types, order, self.requester, self.clock.now())

    def standing(self, number: int) -> Standing:
        """How a transaction stands."""
        with self.store.reading() as connection:
            found = read_standing(connection, number)
        assert found is not None
        return found
