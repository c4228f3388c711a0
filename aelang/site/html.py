"""HTML as values: a text is escaped wherever it stands, and only what was built here is markup."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

from aelang.interpreter.values import sanitize

_NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What a page may not hold, and what would turn the order of the letters around it: it is shown by its number."""

_EMPTY = frozenset(("br", "circle", "hr", "input", "line", "link", "meta", "path", "rect"))
_SHAPES = frozenset(("circle", "line", "path", "rect"))
"""Elements of SVG among them, which are closed by `/>`."""


class Html(NamedTuple):
    """Markup that stands for itself."""

    text: str


Child: TypeAlias = "str | Html | Iterable[Child] | None"
"""What may stand in an element: a text is escaped, None is left out."""

Value: TypeAlias = "str | int | bool | None"
"""The value of an attribute: False and None leave it out, True gives it without a value."""


def tag(name: str, /, *children: Child, **attributes: Value) -> Html:
    """The element `name`. Of the names of `attributes` a last `_` is cut off, another one is a hyphen."""
    head = name + "".join([_attribute(key, value) for key, value in attributes.items()]) if attributes else name
    if name in _EMPTY:
        return Html(f"<{head}/>" if name in _SHAPES else f"<{head}>")
    return Html(f"<{head}>{_markup(children)}</{name}>")


def together(*children: Child) -> Html:
    """`children` one after the other."""
    return Html(_markup(children))


def separated(children: Sequence[Child], by: str = ", ") -> Html:
    """`children` with the text `by` between them."""
    return Html(escaped(by).join(_markup((each,)) for each in children))


def escaped(text: str) -> str:
    """`text` as it is written in markup, in elements and in attributes alike."""
    return escape(visible(text))


def visible(text: str) -> str:
    """`text` without passwords, and with what no page may hold by its number, such as `\\u0000`."""
    return _NO_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", sanitize(text).replace("\r\n", "\n"))


def _markup(children: Iterable[Child]) -> str:
    return "".join(
        [
            each.text if isinstance(each, Html) else escaped(each) if isinstance(each, str) else _markup(each)
            for each in children
            if each is not None
        ]
    )


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escaped(str(value))}"'
