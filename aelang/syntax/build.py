"""What the parsers build: one method a grammar rule, called bottom-up while the text is parsed.

Only `grammars` imports this module: it needs lark.
"""

import re
from itertools import pairwise
from typing import Any

from lark import Token, Transformer

from aelang.diagnostics import did_you_mean
from aelang.names import InvalidCall, method_path
from aelang.syntax import nodes
from aelang.syntax.regexes import why_no_regex
from aelang.syntax.templates import find_references, lenient_parts, read_parts, reference_node

Children = list[Any]  # what the parser hands over: tokens, and what the methods below returned


class Unacceptable(Exception):
    """A text that the grammar's rules accept and its meaning does not."""

    def __init__(self, at: int, length: int, reason: str) -> None:
        super().__init__(reason)
        self.at, self.length, self.reason = at, length, reason


def _parts(text: str, at: int) -> nodes.Parts:
    parts, faults = read_parts(text, at)
    if parts is None:
        raise Unacceptable(faults[0].at, faults[0].length, faults[0].message)
    return parts


def _all_parts(tokens: Children) -> nodes.Parts:
    """The parts of tokens that stand one behind the other."""
    tokens = [each for each in tokens if each is not None]
    for before, each in pairwise(tokens):
        if each.start_pos != before.end_pos:
            raise Unacceptable(before.end_pos, 1, "a blank may not stand here")
    return _parts("".join(tokens), tokens[0].start_pos) if tokens else ()


def _one_reference(token: Token) -> nodes.AnyReference:
    _parts(token, token.start_pos or 0)
    return reference_node(next(find_references(token)), token.start_pos or 0)


def _in_quotes(token: Token) -> nodes.InQuotes:
    at = token.start_pos or 0
    return nodes.InQuotes(_parts(token[1:-1], at + 1), token[0], at)


class BuildTemplate(Transformer[Token, Any]):
    """The rules of template.lark."""

    def template(self, children: Children) -> nodes.Template:
        return nodes.Template(_all_parts(children))

    option = template

    def coalesced(self, children: Children) -> nodes.Coalesced:
        return nodes.Coalesced(tuple(children))

    def reference(self, children: Children) -> nodes.AnyReference:
        node: nodes.AnyReference = children[0]
        return node

    def lookup(self, children: Children) -> nodes.Reference:
        scheme, path, name, *steps = children
        return nodes.Reference(str(path or ""), str(name), tuple(steps), str(scheme or "")[:-1])

    def step(self, children: Children) -> nodes.Step:
        name, argument = children
        return nodes.Step(str(name), None if argument is None else str(argument[1:-1]))

    def stored(self, children: Children) -> nodes.StoredReference:
        path, message = children
        return nodes.StoredReference(str(path), None if message is None else str(message))

    def current(self, children: Children) -> nodes.MessageReference:
        return nodes.MessageReference()


class BuildTarget(Transformer[Token, Any]):
    """The rules of target.lark."""

    def target(self, children: Children) -> nodes.Target:
        scheme, path, query, message = children
        if isinstance(path[0], str) and not path[0].startswith("/"):
            raise Unacceptable(len(scheme or ""), len(path[0]), f"its path `{path[0]}` does not begin with a slash")
        return nodes.Target(str(scheme or "")[:-1].lower(), path, query, message)

    def query(self, children: Children) -> tuple[nodes.TargetArgument, ...]:
        return tuple(children)

    def argument(self, children: Children) -> nodes.TargetArgument:
        (key, at), *value = children
        return nodes.TargetArgument(key, value[0] if value else None, at)

    def path(self, children: Children) -> nodes.Parts:
        return _all_parts(children)

    def key(self, children: Children) -> tuple[nodes.Parts, int]:
        return _all_parts(children), children[0].start_pos

    value = path
    message = path


class BuildCall(Transformer[Token, Any]):
    """The rules of call.lark."""

    def call(self, children: Children) -> nodes.Call:
        path, arguments = children
        try:
            method_path(path[0] if len(path) == 1 and isinstance(path[0], str) else "x")
        except InvalidCall:
            raise Unacceptable(0, len(path[0]), "a path has one dot, between class and method") from None
        return nodes.Call(path, arguments)

    def path(self, children: Children) -> nodes.Parts:
        return _all_parts(children)

    def arguments(self, children: Children) -> tuple[nodes.CallArgument, ...]:
        return tuple(each for each in children if each is not None)

    def argument(self, children: Children) -> nodes.CallArgument:
        key, value = children
        return nodes.CallArgument(str(key), _operand(value), key.start_pos)


def _operand(token: Token) -> Any:  # Any: the node of the token's kind
    at = token.start_pos or 0
    match token.type:
        case "NUMBER":
            return nodes.Number(str(token), at)
        case "IN_QUOTES":
            return _in_quotes(token)
        case "REFERENCE":
            return _one_reference(token)
        case "SYMBOL":
            return nodes.SymbolWord(str(token[1:]), at)
        case _:
            return nodes.Word(str(token), at)


class BuildCollect(Transformer[Token, Any]):
    """The rules of collect.lark."""

    def collects(self, children: Children) -> nodes.Collects:
        return nodes.Collects(tuple(children))

    def left(self, children: Children) -> Token:
        token: Token = children[0]
        return token

    def element(self, children: Children) -> Any:  # Any: the node of the token's kind
        token: Token = children[0]
        return _plain(token)

    def pair(self, children: Children) -> nodes.Pair:
        return nodes.Pair(_plain(children[0]), _plain(children[1]))

    def list(self, children: Children) -> nodes.CollectList:
        left, *elements, function = children
        present = tuple(each for each in elements if each is not None)
        return nodes.CollectList(str(left or ""), present, str(function or "").lower())

    def hash(self, children: Children) -> nodes.CollectHash:
        left, *pairs = children
        return nodes.CollectHash(str(left or ""), tuple(each for each in pairs if each is not None))

    def value(self, children: Children) -> nodes.CollectValue:
        left, name = children
        return nodes.CollectValue(str(left or ""), str(name))


def _plain(token: Token) -> Any:  # Any: as _operand; a collect is not substituted
    if token.type == "IN_QUOTES":
        text = str(token[1:-1])
        return nodes.InQuotes((text,) if text else (), token[0], token.start_pos or 0)
    return _operand(token)


class BuildExpression(Transformer[Token, Any]):
    """The rules of expression.lark."""

    def expression(self, children: Children) -> nodes.Expression:
        node: nodes.Expression = children[0]
        return node

    def any_sign(self, children: Children) -> nodes.Expression:
        return _chain("||", children[::2])

    def all_sign(self, children: Children) -> nodes.Expression:
        return _chain("&&", children[::2])

    def any_word(self, children: Children) -> nodes.Expression:
        return _chain("or", children[::2])

    def all_word(self, children: Children) -> nodes.Expression:
        return _chain("and", children[::2])

    def negation(self, children: Children) -> nodes.Prefixed:
        return nodes.Prefixed("not", children[1], children[0].start_pos)

    def joined(self, children: Children) -> nodes.Joined:
        left, sign, right = children
        return nodes.Joined(str(sign), left, right, sign.start_pos)

    def not_in(self, children: Children) -> nodes.Joined:
        left, sign, _, right = children
        return nodes.Joined("not in", left, right, sign.start_pos)

    def matching(self, children: Children) -> nodes.Matching:
        operand, sign, regex = children
        pattern, _, flags = regex[1:].rpartition("/")
        _check_regex(regex, pattern, flags)
        return nodes.Matching(str(sign), operand, pattern, flags, regex.start_pos)

    def prefixed(self, children: Children) -> nodes.Prefixed:
        sign, operand = children
        return nodes.Prefixed(str(sign), operand, sign.start_pos)

    def called(self, children: Children) -> nodes.Called:
        operand, name, arguments = children
        _check_call(name, arguments)
        return nodes.Called(operand, str(name), arguments, name.start_pos)

    def arguments(self, children: Children) -> tuple[nodes.Expression, ...]:
        return children[0] or ()

    def items(self, children: Children) -> tuple[nodes.Expression, ...]:
        return tuple(children)

    def number(self, children: Children) -> nodes.Number:
        return nodes.Number(str(children[0]), children[0].start_pos)

    def in_quotes(self, children: Children) -> nodes.InQuotes:
        token: Token = children[0]
        at = token.start_pos or 0
        if "#{" in _REFERENCE.sub("", token):
            raise Unacceptable(at + token.index("#{"), 2, "`#{` in quotes would run code")
        return nodes.InQuotes(lenient_parts(token[1:-1], at + 1), token[0], at)

    def reference(self, children: Children) -> nodes.AnyReference:
        return reference_node(next(find_references(children[0])), children[0].start_pos)

    def named(self, children: Children) -> nodes.Named:
        return nodes.Named(str(children[0]), children[0].start_pos)

    def list_of(self, children: Children) -> nodes.ListOf:
        return nodes.ListOf(children[0] or ())

    def words_of(self, children: Children) -> nodes.Words:
        return _words(children[0])

    def group(self, children: Children) -> nodes.Group:
        return nodes.Group(children[0])


_REFERENCE = re.compile(r"\$\{[^}]+\}")

CALLS: dict[str, tuple[int, int]] = {
    "blank?": (0, 0), "present?": (0, 0), "nil?": (0, 0), "empty?": (0, 0), "include?": (1, 1), "includes": (1, 1),
    "start_with?": (1, 99), "end_with?": (1, 99), "downcase": (0, 0), "upcase": (0, 0), "capitalize": (0, 0),
    "reverse": (0, 0), "strip": (0, 0), "length": (0, 0), "size": (0, 0), "to_i": (0, 0), "to_f": (0, 0),
    "to_s": (0, 0), "first": (0, 1), "last": (0, 1),
}  # fmt: skip
"""The calls that an expression may make, with the least and the greatest number of arguments (LANGUAGE 3)."""


def _check_call(name: Token, arguments: tuple[nodes.Expression, ...] | None) -> None:
    at, length = name.start_pos or 0, len(name)
    if name not in CALLS:
        hint = did_you_mean(name, tuple(CALLS)) or "the calls are " + " ".join(CALLS)
        raise Unacceptable(at, length, f"there is no call `{name}` in expressions; {hint}")
    least, most = CALLS[name]
    given = len(arguments or ())
    if not least <= given <= most:
        wanted = "no argument" if most == 0 else "one argument" if most == least else f"{least} to {most} arguments"
        raise Unacceptable(at, length, f"`{name}` takes {wanted}, not {given}")


def _check_regex(regex: Token, pattern: str, flags: str) -> None:
    at, length = regex.start_pos or 0, len(regex)
    if any(True for _ in find_references(pattern)):
        raise Unacceptable(at, length, "a reference may not stand in a regular expression")
    if flags.strip("im"):
        raise Unacceptable(at, length, f"`{flags}` are no flags of a regular expression; there are i and m")
    if (reason := why_no_regex(pattern, flags)) is not None:
        raise Unacceptable(at, length, f"the regular expression is not one that runs in linear time: {reason}")


def _chain(sign: str, operands: Children) -> nodes.Expression:
    chain: nodes.Expression = operands[0]
    for operand in operands[1:]:
        chain = nodes.Joined(sign, chain, operand)
    return chain


def _words(token: Token) -> nodes.Words:
    """The words of `%w(...)`: blanks part them, except inside a reference."""
    start = token.start_pos or 0
    words: list[list[str | nodes.AnyReference]] = [[]]
    for part in lenient_parts(token[3:-1], start + 3):
        if not isinstance(part, str):
            words[-1].append(part)
            continue
        first, *others = _BLANKS.split(part)
        words[-1].append(first)
        words += [[each] for each in others]
    kept = (tuple(part for part in word if part) for word in words)
    return nodes.Words(tuple(word for word in kept if word), start)


_BLANKS = re.compile(r"[ \t\r\n\f\v]+")

BUILDERS: dict[str, type[Transformer[Token, Any]]] = {
    "template": BuildTemplate,
    "target": BuildTarget,
    "call": BuildCall,
    "collect": BuildCollect,
    "expression": BuildExpression,
}
