"""What classes of services mean: which base class of `/Provisioning` a class inherits, and how parts are named."""

from collections.abc import Mapping
from typing import NamedTuple

from aelang.names.uris import read_query, unescape
from aelang.names.words import fold

INIT = "init"
"""The message of relationships that lead to parts."""

COMPLEX, SIMPLE, RESOURCE, MODULE = "complex", "simple", "resource", "module"

_NAMESPACE = "provisioning/"
_KINDS = {"complexservice": COMPLEX, "simpleservice": SIMPLE, "resource": RESOURCE, "module": MODULE}


class PartNamed(NamedTuple):
    """A part as the target of a relationship names it: the path of its type, and what its properties come to."""

    path: str
    parameters: Mapping[str, str]


def kind_of_class(ancestors: tuple[str, ...]) -> str | None:
    """What a class with these ancestors, full paths, is in a transaction; None for any other class."""
    for path in ancestors:
        relative = fold(path).partition("/")[2]
        if relative.startswith(_NAMESPACE):
            return _KINDS.get(relative[len(_NAMESPACE) :])
    return None


def is_property_expression(text: str) -> bool:
    """Whether the text of a property or parameter is an expression, and not the value itself."""
    return "::" in text


def read_part(target: str) -> PartNamed:
    """The part at `/Ns/Class/instance?property=value`. A plus sign is one in expressions, and a blank in other values,
    as in any target. Raises InvalidUri."""
    path, _, query = target.strip().partition("?")
    query = query.partition("#")[0]
    plain = read_query(query or None)
    pairs = (each.partition("=") for each in query.split("&") if each)
    raw = {unescape(key): unescape(value.replace("+", "%2B")) for key, _, value in pairs}
    return PartNamed(
        path.partition("#")[0],
        {key: raw[key] if is_property_expression(raw.get(key, "")) else value for key, value in plain.items()},
    )
