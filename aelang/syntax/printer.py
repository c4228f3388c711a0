"""Printing: a node becomes the text it is read from. `parse(print(node)) == node`, places aside."""

from typing import assert_never

from aelang.names.calls import Attribute, Call
from aelang.syntax import nodes
from aelang.syntax.collects import HashRead, ListRead, Unreadable, ValueRead

# -- references and texts ----------------------------------------------------------------------------------------


def print_reference(node: nodes.AnyReference) -> str:
    """`${...}`, or `$<...>` where it was written so."""
    match node:
        case nodes.Reference(path, attribute, steps, scheme, angled):
            inner = f"{scheme + ':' if scheme else ''}{path}#{attribute}{''.join(map(_print_step, steps))}"
            return _in_brackets(inner, angled)
        case nodes.StoredReference(path, message, angled):
            return _in_brackets(f"miqaedb:{path}{'' if message is None else '#' + message}", angled)
        case nodes.MessageReference():
            return "${!current_message}"
        case nodes.OddReference(inner):
            return _in_brackets(inner, False)
        case _:
            assert_never(node)


def _in_brackets(inner: str, angled: bool) -> str:
    return f"$<{inner}>" if angled else f"${{{inner}}}"


def _print_step(step: nodes.Step) -> str:
    return f".{step.name}" if step.argument is None else f".{step.name}({step.argument})"


def print_parts(parts: nodes.Parts) -> str:
    """Text and references in turn."""
    return "".join(part if isinstance(part, str) else print_reference(part) for part in parts)


def print_template(node: nodes.Template) -> str:
    """The text with its references."""
    return print_parts(node.parts)


def print_coalesced(node: nodes.Coalesced) -> str:
    """`a || b || c`."""
    return " || ".join(map(print_template, node.options))


# -- targets and calls -------------------------------------------------------------------------------------------


def print_target(node: nodes.Target) -> str:
    """`scheme:/Ns/Class/instance?key=value#message`."""
    text = (node.scheme + ":" if node.scheme else "") + print_parts(node.path)
    if node.query is not None:
        text += "?" + "&".join(map(_print_target_argument, node.query))
    return text if node.message is None else f"{text}#{print_parts(node.message)}"


def _print_target_argument(argument: nodes.TargetArgument) -> str:
    key = print_parts(argument.key)
    return key if argument.value is None else f"{key}={print_parts(argument.value)}"


def print_call(node: nodes.Call) -> str:
    """`Ns/Class.method(key => value)`."""
    path = print_parts(node.path)
    if node.arguments is None:
        return path
    return f"{path}({', '.join(f'{each.key} => {_print_operand(each.value)}' for each in node.arguments)})"


def _print_operand(node: nodes.Word | nodes.InQuotes | nodes.Number | nodes.SymbolWord | nodes.AnyReference) -> str:
    match node:
        case nodes.Word(name):
            return name
        case nodes.InQuotes(parts, quote):
            return quote + print_parts(parts) + quote
        case nodes.Number(text):
            return text
        case nodes.SymbolWord(name):
            return ":" + name
        case _:
            return print_reference(node)


def print_read_call(call: Call) -> str:
    """A call as it was read, written well."""
    klass = "/".join(each for each in (call.namespace, call.klass) if each is not None)
    path = f"{klass}.{call.method}" if klass else call.method
    if not call.arguments:
        return path
    return f"{path}({', '.join(f'{key} => {_print_value(value)}' for key, value in call.arguments)})"


def _print_value(value: str | int | float | Attribute) -> str:
    match value:
        case Attribute(name):
            return name
        case str():
            return f'"{value}"' if "'" in value else f"'{value}'"
        case _:
            return str(value)


# -- collects ----------------------------------------------------------------------------------------------------


def print_collects(node: nodes.Collects) -> str:
    """Collects with `;` between them."""
    return "; ".join(map(_print_collect, node.collects))


def _print_collect(node: nodes.Collect) -> str:
    left = f"{node.left} = " if node.left else ""
    match node:
        case nodes.CollectList(_, elements, function):
            return f"{left}[{', '.join(map(_print_operand, elements))}]{'.' + function if function else ''}"
        case nodes.CollectHash(_, pairs):
            return f"{left}{{{', '.join(f'{_print_operand(key)} => {value.name}' for key, value in pairs)}}}"
        case nodes.CollectValue(_, name):
            return left + name
        case _:
            assert_never(node)


def print_read_collect(read: ListRead | HashRead | ValueRead | Unreadable) -> str:
    """A collect as it was read, written well."""
    match read:
        case ListRead(left, elements, function):
            return f"{_print_left(left)}[{', '.join(elements)}]{'.' + function if function else ''}"
        case HashRead(left, pairs):
            return f"{_print_left(left)}{{{', '.join(f'{key} => {name}' for key, name in pairs)}}}"
        case ValueRead(left, name):
            return _print_left(left) + name
        case Unreadable(reason):
            return reason
        case _:
            assert_never(read)


def _print_left(left: str | None) -> str:
    return "" if left is None else f"{left} = "


# -- expressions -------------------------------------------------------------------------------------------------


def print_expression(node: nodes.Expression) -> str:
    """The expression; its `Group` nodes are its parentheses, none are added."""
    match node:
        case nodes.Number() | nodes.InQuotes():
            return _print_operand(node)
        case nodes.Named(name):
            return name
        case nodes.ListOf(items):
            return f"[{_print_items(items)}]"
        case nodes.Words(words):
            return f"%w({' '.join(map(print_parts, words))})"
        case nodes.Group(inner):
            return f"({print_expression(inner)})"
        case nodes.Prefixed(sign, operand):
            return f"{sign}{' ' if sign == 'not' else ''}{print_expression(operand)}"
        case nodes.Joined(sign, left, right):
            return f"{print_expression(left)} {sign} {print_expression(right)}"
        case nodes.Matching(sign, operand, pattern, flags):
            return f"{print_expression(operand)} {sign} /{pattern}/{flags}"
        case nodes.Called(operand, name, arguments):
            text = f"{print_expression(operand)}.{name}"
            return text if arguments is None else f"{text}({_print_items(arguments)})"
        case _:
            return print_reference(node)


def _print_items(items: tuple[nodes.Expression, ...]) -> str:
    return ", ".join(map(print_expression, items))
