"""What the parser of ael.lark builds: nodes whose lines and columns are those of the text that it was given.

Only `grammars` imports this module: it needs lark.
"""

from typing import Any

from lark import Token, Transformer

from aelang.syntax import ael_nodes as nodes
from aelang.syntax.ael_scalars import InvalidScalar, double, plain, single

Children = list[Any]  # what the parser hands over: tokens, and what the methods below returned


def _place(token: Token) -> tuple[int, int]:
    """Where the token begins, without the blanks before it."""
    return token.line or 1, (token.column or 1) + len(token) - len(token.lstrip(" "))


def _scalar(token: Token, off: Token | None = None) -> nodes.Scalar:
    try:
        return _meant(token, off)
    except InvalidScalar as fault:
        fault.at += token.start_pos or 0
        raise


def _meant(token: Token, off: Token | None) -> nodes.Scalar:
    line, column = _place(token)
    match token.type:
        case "SINGLE":
            return nodes.Scalar(single(token), line, column + 1, "'", off is not None)
        case "DOUBLE":
            return nodes.Scalar(double(token), line, column + 1, '"', off is not None)
        case "BLOCK":
            return nodes.Scalar(None, line, column, str(token), off is not None)
        case _:
            return nodes.Scalar(plain(str(token), off is not None), line, column, "", off is not None)


def _word(token: Token, nothing: str = "") -> nodes.Scalar:
    """A word that is meant as it stands, unless it is the word `nothing`, which means nil."""
    text = str(token.lstrip(" "))
    return nodes.Scalar(None if text == nothing else text, *_place(token))


def _trivia(comment: Token | None) -> nodes.Trivia:
    return nodes.NO_TRIVIA if comment is None else nodes.Trivia((), comment.strip())


class BuildAel(Transformer[Token, Any]):
    """The rules of ael.lark. A line of clauses or values gives them all, and then its comment or None."""

    def header(self, children: Children) -> nodes.ClassNode:
        word, name, parent, display, *clauses, comment = children
        return nodes.ClassNode(name, parent, display, tuple(clauses), (), *_place(word), _trivia(comment))

    def field(self, children: Children) -> nodes.FieldNode:
        kind, name, datatype, _, messages, display, value, *clauses, comment = children
        return nodes.FieldNode(
            str(kind), name, None if datatype is None else _word(datatype, "none"),
            None if messages is None else _word(messages, "nil"), display, value, tuple(clauses), *_place(kind),
            _trivia(comment),
        )  # fmt: skip

    def instance(self, children: Children) -> nodes.InstanceNode:
        word, name, parent, display, *inner, comment = children
        clauses = tuple(each for each in inner if isinstance(each, nodes.Clause))
        return nodes.InstanceNode(
            name, parent, display, clauses, tuple(inner[len(clauses) :]), *_place(word), _trivia(comment)
        )

    def method(self, children: Children) -> nodes.MethodNode:
        word, name, inputs, how, display, *parts, comment = children
        return nodes.MethodNode(
            name, inputs, len(inputs), None if how is None else _word(how, "nil"), display, tuple(parts), None, None,
            None, *_place(word), _trivia(comment),
        )  # fmt: skip

    def body(self, children: Children) -> tuple[Any, ...]:
        *inner, comment = children
        return (*inner, _trivia(comment))

    clauses = body
    parts = body

    def setting(self, children: Children) -> nodes.ValueNode:
        word, value, *clauses = children
        line, column = _place(word)
        raw = word.lstrip(" ")
        name = (
            nodes.Scalar(raw, line, column)
            if raw[0] not in "'\""
            else nodes.Scalar((single if raw[0] == "'" else double)(raw), line, column + 1, raw[0])
        )
        return nodes.ValueNode(name, value, tuple(clauses), line, column)

    def odd(self, children: Children) -> nodes.ValueNode:
        word, *clauses = children
        return self.setting([word, None, *clauses])

    def clause(self, children: Children) -> nodes.Clause:
        word, text = children
        if word.type == "CONDITION":
            text = _word(text)
        return nodes.Clause(word.strip(), text, *_place(word))

    def embeds(self, children: Children) -> nodes.Embeds:
        word, *paths = children
        return nodes.Embeds(tuple(paths), *_place(word))

    def option(self, children: Children) -> nodes.OptionNode:
        key, value, comment = children
        return nodes.OptionNode(key, value, (), key.line, key.column - bool(key.style), _trivia(comment))

    def item(self, children: Children) -> nodes.OptionNode:
        dash, value, comment = children
        return nodes.OptionNode(None, value, (), *_place(dash), _trivia(comment))

    def inputs(self, children: Children) -> tuple[nodes.FieldNode, ...]:
        return tuple(children)

    def input(self, children: Children) -> nodes.FieldNode:
        name, datatype, value = children
        said = None if datatype is None else _word(datatype, "none")
        return nodes.FieldNode("input", name, said, None, None, value, (), name.line, name.column - bool(name.style))

    def name(self, children: Children) -> nodes.Scalar:
        token: Token = children[0]
        return _scalar(token) if token.type in ("SINGLE", "DOUBLE") else _word(token)

    parent = name
    key = name

    def quoted(self, children: Children) -> nodes.Scalar:
        return _scalar(children[0])

    path = quoted
    default = quoted

    def value(self, children: Children) -> nodes.Scalar:
        off, token = children
        return _scalar(token, off)

    text = value
