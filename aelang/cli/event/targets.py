"""What the commands about events have in common: records and providers, as people name them."""

from typing import TYPE_CHECKING, Any

from aelang.cli.options import Hindered

if TYPE_CHECKING:
    from aelang.events.settings import Settings
    from aelang.services.records import Reference, Row


def target_of(text: str) -> "Reference":
    """The record that `text` names: `Vm:12`. Raises Hindered."""
    from aelang.diagnostics import did_you_mean
    from aelang.services.models import PARENTS, is_model
    from aelang.services.references import read_reference

    of = read_reference(text)
    if of is None:
        raise Hindered(f"`--target {text}` names no record: write MODEL:ID, such as Vm:12")
    if not is_model(of.model):
        hint = did_you_mean(of.model, PARENTS)
        raise Hindered(f"there is no model `{of.model}`" + (f"; {hint}" if hint else ""))
    return of


def find_target(connection: Any, text: str) -> "Row":  # a connection of SQLAlchemy, which is not imported for this
    """The record that `text` names, as it is in the store. Raises Hindered where there is none."""
    from aelang.requests.store.record_rows import find_row

    of = target_of(text)
    row = find_row(connection, of.model, of.id)
    if row is None:
        raise Hindered(f"there is no {of.model} {of.id} in the store: `aelang store load` takes records in")
    return row


def provider_of(connection: Any, text: str) -> int:  # as above
    """The id of the provider that `text` names. Raises Hindered."""
    from aelang.events.listening import find_provider

    try:
        return find_provider(connection, text).id
    except ValueError as fault:
        raise Hindered(str(fault)) from None


def settings() -> "Settings":
    """How events are received, by the aelang.toml of here or above. Raises Hindered."""
    from aelang.events.settings import here

    try:
        return here()
    except ValueError as fault:
        raise Hindered(str(fault)) from None
