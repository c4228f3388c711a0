"""All functions that the tables name."""

from collections.abc import Callable

from aelang.interpreter.values import RunValue
from aelang.services import choices, computed, events, machines, options, states, tags

FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    name: function
    for module in (computed, events, machines, options, choices, states, tags)
    for name, function in module.FUNCTIONS.items()
}
"""By name, without `?` and `=`."""
