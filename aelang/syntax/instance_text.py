"""The YAML of an instance, edited: one scalar is put in place of another, all other characters stay as they are.

The file is an author's: comments, the order of keys, blank lines and the way of quoting are kept, because only the
characters of the value that changes are touched. Values are texts or None for nil; what is written reads back as the
same text under the rules of Psych, so `yes` and `012` get quotes.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from aelang.names import fold
from aelang.syntax.psych import text_of

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

__all__ = ["new_instance", "with_attribute", "with_value"]


def new_instance(name: str, values: Mapping[str, str | None]) -> str:
    """The file of a new instance, in ManageIQ's export layout. Raises ValueError for what YAML cannot hold."""
    attributes = (("display_name", None), ("name", name), ("inherits", None), ("description", None))
    lines = ["---", "object_type: instance", "version: 1.0", "object:", "  attributes:"]
    lines += [f"    {key}:{_behind_colon(value)}" for key, value in attributes]
    lines.append("  fields:" if values else "  fields: []")
    for field, value in values.items():
        lines += [f"  - {_scalar(field)}:", f"      value:{_behind_colon(value)}"]
    return "\n".join(lines) + "\n"


def with_attribute(text: str, key: str, value: str | None) -> str:
    """`text` with the attribute `key` set. Raises ValueError where it is written in a way that cannot be edited."""
    attributes = _child(_child(_root(text), "object"), "attributes")
    if attributes is None:
        raise _too_odd("it has no attributes")
    return _with_key(text, attributes, key, value)


def with_value(text: str, field: str, value: str | None) -> str:
    """`text` with the value of `field` set, which is added where the instance has said nothing for it.

    Raises ValueError where the file is written in a way that cannot be edited.
    """
    outer = _child(_root(text), "object")
    if outer is None:
        raise _too_odd("it has no `object`")
    fields = _pair(outer, "fields")
    if fields is None:
        return _with_first_list(text, outer, field, value)
    key, items = fields
    for item in items.value if _is_list(items) else ():
        found = _pair(item, field) if _is_mapping(item) else None
        if found is not None:
            return _with_value_in(text, *found, value)
    return _with_new_field(text, key, items, field, value)


# -- finding -----------------------------------------------------------------------------------------------------


def _root(text: str) -> "Node | None":
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError) as fault:
        raise _too_odd("it is no YAML") from fault
    return root


_Pair: TypeAlias = "tuple[Node, Node]"


def _pair(node: "Node | None", key: str) -> "_Pair | None":
    """The key and the value under `key` (in any case) of a mapping."""
    if node is None or not _is_mapping(node):
        return None
    pairs: list[_Pair] = node.value
    return next((pair for pair in pairs if isinstance(pair[0].value, str) and fold(pair[0].value) == fold(key)), None)


def _child(node: "Node | None", key: str) -> "MappingNode | None":
    found = _pair(node, key)
    return found[1] if found is not None and _is_mapping(found[1]) else None


def _is_mapping(node: "Node") -> "TypeGuard[MappingNode]":
    return isinstance(node.value, list) and (node.tag or "").endswith(":map")


def _is_list(node: "Node") -> "TypeGuard[SequenceNode]":
    return isinstance(node.value, list) and (node.tag or "").endswith(":seq")


def _is_scalar(node: "Node") -> bool:
    return not isinstance(node.value, list)


def _too_odd(why: str) -> ValueError:
    return ValueError(f"{why}: edit it by hand")


# -- changing ----------------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """Where a value stands: from the blanks behind the colon to the value's end. `style` is how it is quoted."""

    start: int
    end: int
    style: str | None


def _place(text: str, key: "Node", value: "Node") -> _Place:
    """The place of the scalar under `key`. Raises ValueError where it is no scalar, or stands elsewhere."""
    colon = text.find(":", key.end_mark.index)
    if not _is_scalar(value) and value.value:
        raise _too_odd(f"the value under `{key.value}` is a list or a mapping")
    if value.end_mark.index <= value.start_mark.index:  # an empty value has the place of what follows it
        blanks = re.compile(r"[ \t]*(?=\r?$)", re.MULTILINE).match(text, colon + 1)
        return _Place(colon + 1, colon + 1 if blanks is None else blanks.end(), None)
    if colon < 0 or value.start_mark.index <= colon:
        raise _too_odd(f"the value under `{key.value}` is an alias of another")
    written = text[value.start_mark.index : value.end_mark.index]
    end = value.start_mark.index + len(written.rstrip("\r\n"))
    return _Place(colon + 1, end, getattr(value, "style", None))


def _with_scalar(text: str, key: "Node", node: "Node", value: str | None, flow: bool) -> str:
    place = _place(text, key, node)
    return text[: place.start] + _behind_colon(value, place.style, flow) + text[place.end :]


def _with_key(text: str, mapping: "MappingNode", key: str, value: str | None) -> str:
    """`text` with `key` of `mapping` set, as its first one where it is new."""
    found = _pair(mapping, key)
    flow = bool(mapping.flow_style)
    if found is not None:
        return _with_scalar(text, *found, value, flow)
    if not mapping.value:
        raise _too_odd("an empty mapping stands where values should")
    first = mapping.value[0][0].start_mark
    joint = ", " if flow else _newline(text) + " " * first.column
    return f"{text[: first.index]}{key}:{_behind_colon(value, None, flow)}{joint}{text[first.index :]}"


def _with_value_in(text: str, key: "Node", node: "Node", value: str | None) -> str:
    """`text` with `value` set in what an instance says for the field `key`."""
    if _is_mapping(node) and node.value:
        return _with_key(text, node, "value", value)
    place = _place(text, key, node)
    if _is_scalar(node) and node.value not in ("", "~", "null"):
        raise _too_odd(f"what stands under `{key.value}` is no mapping")
    said = f"{_newline(text)}{' ' * (key.start_mark.column + 2)}value:{_behind_colon(value)}"
    return text[: place.start] + said + text[place.end :]


def _with_new_field(text: str, key: "Node", items: "Node", field: str, value: str | None) -> str:
    if not items.value:
        place = _place(text, key, items)
        return text[: place.start] + _entry(text, key.start_mark.column, field, value) + text[place.end :]
    if not _is_list(items) or items.flow_style:
        raise _too_odd("`fields` is no list with a line for each")
    last = items.value[-1].start_mark.index
    dash = text.rfind("-", 0, last)
    column = dash - (text.rfind("\n", 0, dash) + 1)
    end = _block_end(text, dash, column)
    return text[:end] + _entry(text, column, field, value) + text[end:]


def _with_first_list(text: str, outer: "MappingNode", field: str, value: str | None) -> str:
    """`text` with a list of fields behind the attributes."""
    found = _pair(outer, "attributes")
    if found is None or outer.flow_style:
        raise _too_odd("it has no attributes")
    start = found[0].start_mark
    end = _block_end(text, start.index, start.column)
    head = f"{_newline(text)}{' ' * start.column}fields:"
    return text[:end] + head + _entry(text, start.column, field, value) + text[end:]


def _entry(text: str, column: int, field: str, value: str | None) -> str:
    """A new entry of the list of fields, whose dashes stand in `column`, on lines of its own."""
    newline = _newline(text)
    said = f"value:{_behind_colon(value)}"
    return f"{newline}{' ' * column}- {_scalar(field)}:{newline}{' ' * (column + 4)}{said}"


def _block_end(text: str, start: int, column: int) -> int:
    """Where the block ends that begins at `start` in `column`: behind its last line that is not blank."""
    end = _line_end(text, start)
    at = end
    while (at := text.find("\n", at)) >= 0:
        at += 1
        stop = _line_end(text, at)
        line = text[at:stop]
        if not line.strip():
            continue
        if len(line) - len(line.lstrip(" ")) <= column:
            break
        end = stop
    return end


def _line_end(text: str, at: int) -> int:
    stop = text.find("\n", at)
    stop = len(text) if stop < 0 else stop
    return stop - 1 if stop > at and text[stop - 1] == "\r" else stop


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


# -- scalars -----------------------------------------------------------------------------------------------------

_PLAIN = re.compile(r"[A-Za-z0-9_/$.(][^\x00-\x1f\x7f]*\Z")
_NEVER_PLAIN = re.compile(r":(?:\s|\Z)|\s#|\s\Z|[^\x20-\x7e\xa0-\ud7ff]")
_IN_FLOW = re.compile(r"[,\[\]{}:#]")


def _behind_colon(value: str | None, style: str | None = None, flow: bool = False) -> str:
    return "" if value is None else f" {_scalar(value, style, flow)}"


def _scalar(text: str, style: str | None = None, flow: bool = False) -> str:
    """`text` quoted in `style` where that can hold it, bare where it is bare text all the same, else in `"`.

    Raises ValueError for what no file in UTF-8 can hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the value is no text that a file in UTF-8 can hold") from None
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if style != '"' and _may_be_plain(text, flow):
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _may_be_plain(text: str, flow: bool) -> bool:
    if not _PLAIN.match(text) or _NEVER_PLAIN.search(text) or text.startswith(("...", "---")):
        return False
    return not (flow and _IN_FLOW.search(text)) and text_of(text) == text


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == " " or char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
