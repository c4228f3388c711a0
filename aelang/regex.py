"""Regular expressions that are compiled when they are first used: a start needs few of those that it imports."""

import re
from typing import Any, cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, for the constants of a module; a `text` that is no pattern is noticed at first use."""
    return cast("re.Pattern[str]", _Late(text, flags))


class _Late:
    """Stands for a pattern. At the first use the pattern's methods become its own, so that later ones cost no more."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # Any: an attribute of `re.Pattern`
        pattern = re.compile(self._text, self._flags)
        self.__dict__.update((each, getattr(pattern, each)) for each in _METHODS)
        return getattr(pattern, name)
