"""Nodes as JSON and back: a node is a list that begins with its tag, a plain tuple one that begins with ""."""

from typing import Any, NamedTuple, TypeAlias, cast

from aelang.ir import nodes
from aelang.names.calls import Attribute, Call

Json: TypeAlias = Any  # what `json` reads and writes; its own type cannot be said without a cycle

_NODES: tuple[type[Any], ...] = (
    nodes.Faulty, nodes.Step, nodes.Lookup, nodes.StateVariable, nodes.CurrentMessage, nodes.InstanceLookup,
    nodes.Template, nodes.Coalesced, nodes.Literal, nodes.Referred, nodes.Quoted, nodes.ListOf, nodes.Message,
    nodes.Not, nodes.Negative, nodes.And, nodes.Or, nodes.Binary, nodes.Matches, nodes.Calls, nodes.Test,
    nodes.Condition, nodes.Target, nodes.Action, nodes.CollectList, nodes.CollectHash, nodes.SymbolKey,
    nodes.CollectValue, nodes.AssertionField, nodes.AttributeField, nodes.MethodField, nodes.RelationshipField,
    nodes.StateField, nodes.Input, nodes.Method, nodes.Instance, nodes.Class, nodes.Heir, Attribute, Call,
)  # fmt: skip
_TAG_OF = {node: node.__name__ for node in _NODES}
_PLAIN = frozenset((str, int, float, bool, type(None)))
_NODE_OF = {tag: node for node, tag in _TAG_OF.items()}


def to_json(node: object) -> Json:
    """`node` as lists, mappings and scalars, for storing."""
    if isinstance(node, tuple):  # most of what a node holds is plain: a call for each of them would double the time
        return [_TAG_OF.get(type(node), ""), *[each if type(each) in _PLAIN else to_json(each) for each in node]]
    if isinstance(node, dict):
        return {str(key): to_json(value) for key, value in node.items()}
    return node


def from_json(stored: Json) -> Any:  # Any: whatever node was stored; callers say which they expect
    """The node that `to_json` stored. Raises KeyError, TypeError or ValueError where it is none."""
    if isinstance(stored, list):
        tag, *items = stored
        values = map(from_json, items)
        return _NODE_OF[tag](*values) if tag else tuple(values)
    if isinstance(stored, dict):
        return {key: from_json(value) for key, value in stored.items()}
    return stored


def record_from_json(stored: Json) -> nodes.Class | nodes.Heir:
    """The class that `to_json` stored, or what it has beyond its parent."""
    found = from_json(stored)
    if not isinstance(found, nodes.Class | nodes.Heir):
        raise ValueError("not the record of a class")
    instances = {
        name: instance._replace(fields=_by_position(instance.fields)) for name, instance in found.instances.items()
    }
    if isinstance(found, nodes.Heir):
        return found._replace(instances=instances, fields=_by_position(found.fields))
    return found._replace(instances=instances)


def _by_position(fields: dict[int, nodes.Field]) -> dict[int, nodes.Field]:
    return {int(at): field for at, field in fields.items()}


def readable(node: object) -> Json:
    """`node` for people: mappings with named parts, `kind` first (`aelang compile --emit json`)."""
    if isinstance(node, tuple) and type(node) in _TAG_OF:
        parts = cast(NamedTuple, node)._asdict()
        return {"kind": _TAG_OF[type(node)], **{name: readable(value) for name, value in parts.items()}}
    if isinstance(node, tuple):
        return [readable(each) for each in node]
    if isinstance(node, dict):
        return {str(key): readable(value) for key, value in node.items()}
    return node
