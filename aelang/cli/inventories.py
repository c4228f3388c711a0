"""The service models that a run finds: those of `--inventory`, else the usual ones."""

from aelang.cli.console import Console
from aelang.cli.options import Given, Hindered
from aelang.services import Catalog


def open_catalog(given: Given, console: Console, user: int) -> Catalog:
    """The service models, with `user` as the caller. What is wrong with an inventory is told; raises Hindered."""
    catalog = _catalog(given, console, user)
    if not catalog.caller():
        console.note(f"note: there is no user {user}: the run has no `user`, `tenant` and `miq_group`")
    return catalog


def _catalog(given: Given, console: Console, user: int) -> Catalog:
    path = given.text("inventory")
    if path is None:
        from aelang.services import default_catalog

        return default_catalog(user)
    from aelang.cli.roots import tell_diagnostics
    from aelang.inventory_file import load_inventory

    loaded = load_inventory(path, user)
    if loaded.catalog is None:
        tell_diagnostics(loaded.diagnostics, console)
        raise Hindered(f"nothing was run: the inventory `{path}` is faulty")
    return loaded.catalog
