"""Intervals: `5.minutes` as seconds."""

import re

from aelang.interpreter.conversion import to_integer
from aelang.interpreter.failures import ConversionError

_SECONDS = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600, "month": 2629746,
    "year": 31556952, "byte": 1, "kilobyte": 1024, "megabyte": 1024**2, "gigabyte": 1024**3, "terabyte": 1024**4,
}  # fmt: skip
_LONGEST = 1000 * _SECONDS["year"]
_INTERVAL = re.compile(r"([0-9]+(?:\.[0-9]+)?)\.([A-Za-z_]+)\s*\Z")


def seconds_of(text: str) -> int:
    """The seconds in an interval: `5.minutes`, or the number that the text begins with (ENGINE-FACTS 8.16).

    Raises ConversionError for an unknown unit (D3).
    """
    text = text.replace(",", "")
    found = _INTERVAL.match(text)
    if found is None:
        return to_integer(text)
    unit = found[2].removesuffix("s")
    if unit not in _SECONDS:
        raise ConversionError(
            f"unknown unit [{found[2]}] in the interval {text!r}: write 30.seconds, 5.minutes, 1.hour"
        )
    seconds = float(found[1]) * _SECONDS[unit]
    if seconds > _LONGEST:
        raise ConversionError(f"the interval {text[:40]!r} is longer than a thousand years")
    return int(seconds)
