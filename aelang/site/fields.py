"""Fields on a page: what takes effect, where it is from, and the layers that are hidden by it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang.analysis.differences.texts import is_secret
from aelang.analysis.reaching import Node
from aelang.compiler.frames import read_messages
from aelang.compiler.origins import CLASS
from aelang.interpreter.values import MASK
from aelang.names import fold
from aelang.site.addresses import field_anchor
from aelang.site.book import link_to
from aelang.site.html import Child, Html, separated, tag, together
from aelang.site.links import ways_from
from aelang.site.parts import STACKED, badge, folded, place, row, table, value

if TYPE_CHECKING:
    from aelang.analysis.explain import ExplainedField, Explanation, Told
    from aelang.compiler.origins import Origin
    from aelang.site.book import Book

_VALUES = ("value", "default_value")
_QUIET = frozenset((("substitute", "t"), ("visibility", "public")))
"""What need not be said, since it goes for most."""

_ASIDE = frozenset(("message", "display_name", "description", "substitute"))
"""Words with a place of their own, and the one that is told only where it is unusual."""


class _Shown(NamedTuple):
    """The things that the fields of a page belong to."""

    book: "Book"
    here: str
    said: "Explanation"
    ends: Mapping[tuple[str, str], Sequence[Node]]


def fields_table(book: "Book", here: str, said: "Explanation", node: Node) -> Html:
    """The fields of a class or an instance; those of which nothing is said are told by their names."""
    shown = _Shown(book, here, said, _ends(book, node))
    is_class = said.kind == CLASS
    heads = ("Field", "Default" if is_class else "Value", "From")
    told = [each for each in said.fields if is_class or each.value is not None or _words(each)]
    silent = [each for each in said.fields if each not in told]
    rows = [_row(shown, each, has_anchor=_is_first(said, each)) for each in told]
    return together(
        table(f"Fields of {said.path}", heads, rows, STACKED) if rows else None,
        _silent(shown, silent) if silent else None,
    )


def messages_of(field: "ExplainedField") -> tuple[str, ...]:
    """The messages that `field` answers."""
    return read_messages(next((each.text for each in field.others if each.key == "message"), None))


def _is_first(said: "Explanation", field: "ExplainedField") -> bool:
    """Whether the anchor is the field's: of several of one name the first has it."""
    return next(each for each in said.fields if fold(each.name) == fold(field.name)) is field


def _ends(book: "Book", node: Node) -> Mapping[tuple[str, str], Sequence[Node]]:
    """Where each word of each field leads."""
    ends: dict[tuple[str, str], list[Node]] = {}
    for way in ways_from(book, node):
        if way.node is not None and not way.use.is_method:
            ends.setdefault((fold(way.use.field), way.use.key), []).append(way.node)
    return ends


def _row(shown: _Shown, field: "ExplainedField", *, has_anchor: bool) -> Html:
    return row(
        _name(field),
        together(_value(shown, field, field.value), _more(shown, field)),
        together(_from(shown, field), _hidden(shown, field)),
        anchor=field_anchor(field.name) if has_anchor else None,
        kind=STACKED,
    )


def _name(field: "ExplainedField") -> Html:
    kind = " ".join(filter(None, (field.kind, field.datatype if fold(field.kind) == "attribute" else "")))
    said = {each.key: each.text or "" for each in field.others}
    title, about = said.get("display_name"), said.get("description")
    messages = messages_of(field)
    return together(
        tag("span", field.name, class_="field"),
        tag("span", kind, class_=f"sort {field.kind}") if kind else None,
        tag("span", title, class_="aside") if title else None,
        tag("span", about, class_="aside") if about else None,
        tag("span", f"on {', '.join(messages)}", class_="aside") if messages != ("create",) else None,
    )


def _value(shown: _Shown, field: "ExplainedField", origin: "Origin | None") -> Child:
    """The value, as a link where it leads to one thing."""
    if origin is None:
        return tag("span", "nothing", class_="nil")
    return _text(shown, field, origin)


def _text(shown: _Shown, field: "ExplainedField", origin: "Origin") -> Html:
    is_value = origin.key in _VALUES
    if is_value and is_secret(field.name, field.datatype) and (origin.text or "").strip():
        return tag("code", MASK, class_="value secret")
    made = value(origin.text)
    ends = shown.ends.get((fold(field.name), "value" if is_value else origin.key), ())
    files = [file for end in ends if (file := shown.book.file_of(end)) is not None]
    if len(set(files)) != 1 or made.text.startswith("<details"):
        return made
    return link_to(shown.here, files[0], made)


def _words(field: "ExplainedField") -> "list[Origin]":
    """What is said of the field besides its value, and worth a line."""
    return [
        each
        for each in field.others
        if (each.key not in _ASIDE or (each.key, each.text) == ("substitute", "f"))
        and (each.key, each.text) not in _QUIET
    ]


def _more(shown: _Shown, field: "ExplainedField") -> Html | None:
    rows = [
        tag("div", tag("dt", each.key.replace("_", " ")), tag("dd", _text(shown, field, each)))
        for each in _words(field)
    ]
    return tag("dl", *rows, class_="words") if rows else None


def _from(shown: _Shown, field: "ExplainedField") -> Html:
    """Whose the value is, or the field itself where it has none."""
    origin, said = field.value, shown.said
    if origin is None or (origin.layer == CLASS and said.kind == CLASS and not origin.inherited_from):
        owner = field.inherited_from if origin is None else ""
        whose: Child = _inherited(shown, owner) if owner else "this class" if said.kind == CLASS else "the class"
        span = field.span if origin is None else origin.span
    else:
        span = origin.span
        if origin.inherited_from:
            whose = _inherited(shown, origin.inherited_from)
        else:
            whose = f"this {said.kind}" if origin.layer == said.kind else badge("class default", "default")
    marks = (badge(f"over {name}", "overlay") for name in shown.book.below(said.domain) if _is_said(field, name))
    where = shown.book.place(span).rpartition("/")[2]  # the folder stands above
    return together(tag("span", whose, class_="whose"), *((" ", mark) for mark in marks), place(where))


def _is_said(field: "ExplainedField", domain: str) -> bool:
    """Whether the value is said in another domain, too."""
    return any(fold(each.domain) == fold(domain) and each.origin.key in _VALUES for each in field.layers)


def _inherited(shown: _Shown, owner: str) -> Html:
    return together(badge("inherited", "inherited"), " ", shown.book.owner_link(shown.here, owner))


def _hidden(shown: _Shown, field: "ExplainedField") -> Html | None:
    """The layers that do not count, with what hides each."""
    layers = [each for each in field.layers if each.hidden and each.origin.key not in _ASIDE]
    if not layers:
        return None
    items = (tag("li", _layer(shown, field, each)) for each in layers)
    word = "1 hidden layer" if len(layers) == 1 else f"{len(layers)} hidden layers"
    return folded(word, tag("ul", *items), kind="layers")


def _layer(shown: _Shown, field: "ExplainedField", told: "Told") -> Html:
    origin = told.origin
    key = None if origin.key in _VALUES else f"{origin.key} "
    whose = origin.inherited_from or f"{told.domain} {origin.layer}"
    text = _text(shown._replace(ends={}), field, origin)
    return together(key, text, " ", whose, ", ", told.hidden, place(shown.book.place(origin.span)))


def _silent(shown: _Shown, fields: "Sequence[ExplainedField]") -> Html:
    word = "1 field has no value" if len(fields) == 1 else f"{len(fields)} fields have no value"
    names = [
        shown.book.field_link(shown.here, shown.said.path.strip("/").rpartition("/")[0], each.name) for each in fields
    ]
    return folded(word, tag("p", separated(names)), kind="more")
