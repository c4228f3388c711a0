"""All functions that the tables name."""

from collections.abc import Callable

from aelang.interpreter.values import RunValue
from aelang.services import computed, options, tags

FUNCTIONS: dict[str, Callable[..., RunValue]] = {**computed.FUNCTIONS, **options.FUNCTIONS, **tags.FUNCTIONS}
"""By name, without `?` and `=`."""
