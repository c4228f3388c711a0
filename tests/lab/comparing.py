"""Traces side by side: both are brought into one form, and then are equal or not (REQUESTS 4.2, 4.5, 4.6)."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TRACES = Path(os.environ.get("AELANG_TRACES") or Path(__file__).resolve().parents[3] / "shared" / "traces")
PROVISIONING = TRACES / "service_provisioning.json"

NONE = "-"
_HANDLERS = "/system/event_handlers/"
_BEGINNING = "/System/Event/RequestEvent/Request/request_created#create"
_UNENDED = "/Infrastructure/VM/Lifecycle/Provisioning#create"


class Said(NamedTuple):
    """A line in the one form: paths without case, messages with it; tasks by their number in the trace."""

    context: str
    following: bool
    uri: str


class Node(NamedTuple):
    """What was followed, and what was followed within."""

    uri: str
    below: tuple["Node", ...] = ()


def log_lines() -> list[Said]:
    """The published log, with the opening line and the two closing ones that it leaves out (4.6)."""
    found = [(each["context"], each["event"], each["uri"]) for each in json.loads(PROVISIONING.read_text("utf-8"))]
    found.insert(0, (None, "Following", _BEGINNING))
    return said(_closed(found))


def _closed(found: list[tuple[str | None, str, str]]) -> list[tuple[str | None, str, str]]:
    """Where the run of a machine begins while the one before is still open, that one has ended before."""
    lines: list[tuple[str | None, str, str]] = []
    is_open: dict[str | None, list[str]] = {}
    for context, event, uri in found:
        stack = is_open.setdefault(context, [])
        if event == "Following":
            while uri == _UNENDED and stack:
                lines.append((context, "Followed", stack.pop()))
            stack.append(uri)
        else:
            assert stack and stack.pop().lower() == uri.lower(), f"{uri} ends, and has not begun"
        lines.append((context, event, uri))
    return lines


def said(lines: Iterable[tuple[str | None, str, str]]) -> list[Said]:
    """Lines of a trace (context, event, target) in the one form, without those of `/System/event_handlers`."""
    names: dict[str, str] = {}
    kinds: dict[str, int] = {}
    found: list[Said] = []
    for context, event, uri in lines:
        if context is not None and context not in names:
            kind = context.rpartition("_")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            names[context] = f"{kind} {kinds[kind]}"
        path, _, message = uri.partition("#")
        if not path.lower().startswith(_HANDLERS):
            found.append(Said(names[context] if context else NONE, event == "Following", f"{path.lower()}#{message}"))
    return found


def trees(lines: Iterable[Said]) -> dict[str, tuple[Node, ...]]:
    """What was followed in each context, in order. Raises AssertionError where what ends has not begun, or does not
    end."""
    stacks: dict[str, list[tuple[str, list[Node]]]] = {}
    for each in lines:
        stack = stacks.setdefault(each.context, [("", [])])
        if each.following:
            stack.append((each.uri, []))
            continue
        uri, below = stack.pop()
        assert uri == each.uri, f"{each.context}: {each.uri} ends within {uri}"
        stack[-1][1].append(Node(uri, tuple(below)))
    for context, stack in stacks.items():
        assert len(stack) == 1, f"{context}: {stack[-1][0]} does not end"
    return {context: tuple(stack[0][1]) for context, stack in stacks.items()}


def folded(context: str, found: Sequence[Node]) -> tuple[Node, ...]:
    """The passes of a task with equal ones in a row made one: a state that is asked for a retry is entered again in the
    next run, with all that encloses it. Events are no passes."""
    if context == NONE:
        return tuple(found)
    kept: list[Node] = []
    before: dict[str, tuple[str, ...]] = {}
    for each in found:
        last = before.get(each.uri)
        left = each if last is None else _without(each, last)
        if left is not None:
            kept.append(left)
        before[each.uri] = _end(each)
    return tuple(kept)


def _end(node: Node) -> tuple[str, ...]:
    """The way to the last thing that was followed."""
    return (node.uri, *(_end(node.below[-1]) if node.below else ()))


def _without(node: Node, way: tuple[str, ...]) -> Node | None:
    """`node` without what it begins with again; None where nothing else is in it."""
    if len(way) == 1:
        return None if not node.below else node
    place = next((at for at, each in enumerate(node.below) if each.uri == way[1]), None)
    if place is None or (len(way) == 2 and place > 0):
        return node
    left = _without(node.below[place], way[1:])
    if left is None:
        rest = node.below[place + 1 :]
        return node._replace(below=rest) if rest else None
    return node._replace(below=(*node.below[:place], left, *node.below[place + 1 :]))


def compared(lines: Iterable[Said]) -> Mapping[str, tuple[Node, ...]]:
    """What is to be equal of two traces: the passes of each context."""
    return {context: folded(context, found) for context, found in trees(lines).items()}


def shown(found: Mapping[str, Sequence[Node]]) -> list[str]:
    """The same as lines, for people."""
    return [line for context in sorted(found) for node in found[context] for line in _shown(node, f"{context}  ")]


def _shown(node: Node, before: str) -> list[str]:
    return [f"{before}{node.uri}", *(line for each in node.below for line in _shown(each, before + "  "))]
