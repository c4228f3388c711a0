"""Times in text: the forms in which people write a date or a time of day; without a zone it is UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:(am|pm)\b)?\s*"
    r"(z\b|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2}\b)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(-?\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s-]*\b([a-z]{3})[a-z]*\b\.?,?[\s-]*(-?\d{4})?", re.IGNORECASE
)
_MONTH_DAY = re.compile(r"\b([a-z]{3})[a-z]*\b\.?\s*(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s*(-?\d{4}))?", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?!\d)")
_DAY_ONLY = re.compile(r"(?<![\d.:])(\d{2})(?![\d.:])")


def parse_time(text: str, now: Callable[[], datetime]) -> datetime | None:
    """The time in `text`, in UTC; None where there is none. Parts that `text` leaves open come from `now`, smaller
    ones are 0. Anything around it is passed over, as Ruby's Time.parse does."""
    clock = _CLOCK.search(text)
    rest = text if clock is None else text[: clock.start()] + " " + text[clock.end() :]
    try:
        date = _date(rest, now)
        if date is None:
            if clock is None:
                return None
            date = now().replace(hour=0, minute=0, second=0, microsecond=0)
        return date if clock is None else _at(date, clock)
    except (ValueError, OverflowError):
        return None


def _date(text: str, now: Callable[[], datetime]) -> datetime | None:
    if found := _YEAR_FIRST.search(text):
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    if found := _DIGITS.search(text):
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]  # six numbers, then tzinfo
    for pattern, day_at, month_at in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        found = pattern.search(text)
        if found and found[month_at].lower() in _MONTHS:
            year = int(found[3]) if found[3] else now().year
            return datetime(year, _MONTHS.index(found[month_at].lower()) + 1, int(found[day_at]), tzinfo=UTC)
    if found := _DAY_ONLY.search(text):
        return datetime(now().year, now().month, int(found[1]), tzinfo=UTC)
    return None


def _at(date: datetime, clock: re.Match[str]) -> datetime:
    hour = int(clock[1])
    if clock[5]:
        hour = hour % 12 + (12 if clock[5].lower() == "pm" else 0)
    fraction = int((clock[4] or "0")[:6].ljust(6, "0"))
    time = date.replace(hour=hour % 24, minute=int(clock[2]), second=min(int(clock[3] or 0), 59), microsecond=fraction)
    if hour == 24:
        time += timedelta(days=1)
    return time.replace(tzinfo=_zone(clock[6])).astimezone(UTC)


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
