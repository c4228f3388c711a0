"""Texts: what stood in the files for a piece of the image, as people write it, without secrets."""

import re
from typing import assert_never

from aelang import ir
from aelang.interpreter.values import MASK, sanitize
from aelang.ir.texts import text_of
from aelang.names.calls import Attribute
from aelang.names.secrets import is_named_as_secret

PASSWORD = "password"


def is_secret(name: str, datatype: str | None) -> bool:
    """Whether the value of what is called `name` is nobody's business."""
    return datatype == PASSWORD or is_named_as_secret(name)


def plain(text: str | None) -> str | None:
    """`text` with every password in it masked, and what is passed under the name of a secret."""
    return None if text is None else _ARGUMENT.sub(_masked, sanitize(text))


_ARGUMENT = re.compile(r"(\w+)(\s*=>\s*|\s*=\s*|:\s+)('[^']*'|\"[^\"]*\"|[^\s,&)#'\"$]+)")


def _masked(found: re.Match[str]) -> str:
    return found[1] + found[2] + MASK if is_named_as_secret(found[1]) else found[0]


def action_text(action: ir.Action | None) -> str | None:
    """What a relationship, method field or state does."""
    return None if action is None else text_of(action.text)


def actions_text(actions: tuple[ir.Action, ...]) -> str | None:
    """Calls one after the other; None without any."""
    return "; ".join(action_text(each) or "" for each in actions) or None


def tests_text(tests: tuple[ir.Test, ...]) -> str | None:
    """What an assertion asks; None where it asks nothing."""
    return " || ".join(text_of(each.text) or "" for each in tests) or None


def collect_text(collect: "str | tuple[ir.Collect, ...] | None") -> str | None:
    """What is collected; None where nothing is."""
    return collect if collect is None or isinstance(collect, str) else "; ".join(map(_collect, collect)) or None


def _collect(collect: ir.Collect) -> str:
    match collect:
        case ir.CollectList(left, elements, function):
            inside = ", ".join(_argument(each) for each in elements)
            return f"{_left(left)}[{inside}]{'.' + function if function else ''}"
        case ir.CollectHash(left, pairs):
            return f"{_left(left)}{{{', '.join(f'{_key(key)} => {value}' for key, value in pairs)}}}"
        case ir.CollectValue(left, name):
            return _left(left) + name
        case ir.Faulty(_, message):
            return message
        case _:
            assert_never(collect)


def _left(left: str | None) -> str:
    return "" if left is None else f"{left} = "


def _argument(argument: str | int | float | Attribute) -> str:
    return argument.name if isinstance(argument, Attribute) else repr(argument)


def _key(key: str | ir.SymbolKey | Attribute) -> str:
    match key:
        case ir.SymbolKey(name):
            return f":{name}"
        case Attribute(name):
            return name
        case _:
            return f"'{key}'"
