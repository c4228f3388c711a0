"""Colours: what the reader of `.ael` sees in a file has the colour of what it is, in editors and in Pygments."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments import lex
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword

from aelang.colours.engine import pieces
from aelang.colours.grammar import printed, textmate
from aelang.colours.kinds import KINDS, TOKENS, scope
from aelang.colours.lexer import AelLexer
from aelang.syntax.ael import parse_ael
from aelang.syntax.ael_nodes import ClassNode, Clause, FieldNode, InstanceNode, MethodNode, OptionNode, Scalar, Trivia
from aelang.writer.ael import print_ael
from aelang.writer.canonical import canonical
from aelang.writer.surface import class_node
from tests.properties.examples import examples
from tests.properties.test_ael_reading import CLASS, edits
from tests.spellings import classes_of, corpora

ROOT = Path(__file__).resolve().parents[2]
EDITORS = ROOT / "editors"
FOLDERS = ("datastore", "examples", "tests/properties")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.ael"))
_BLOCK = re.compile(r"```ael\n(.*?)```", re.DOTALL)
_IN_PAGES = [
    (f"{page.name} {at}", text)
    for page in (ROOT / "grammar" / "SPEC.md", ROOT / "docs" / "ael.md")
    for at, text in enumerate(_BLOCK.findall(page.read_text("utf-8")), 1)
]
TEXTS = [(path.name, path.read_text("utf-8")) for path in FILES] + _IN_PAGES
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Seen = tuple[int, int, frozenset[str]]
"""A line and a column, and the kinds that the piece there may be."""


def seen(klass: ClassNode) -> Iterator[Seen]:
    """Every piece that the reader finds in a class, with what it is."""
    yield _at(klass, "declaration")
    yield from _names(klass, "class")
    yield from _clauses(klass.clauses)
    for member in klass.members:
        match member:
            case FieldNode():
                yield from _field(member, "field")
            case InstanceNode():
                yield from _instance(member)
            case MethodNode():
                yield from _method(member)


def _at(piece: ClassNode | FieldNode | InstanceNode | MethodNode | OptionNode | Clause, *kinds: str) -> Seen:
    return piece.line, piece.column, frozenset(kinds)


def _names(node: ClassNode | InstanceNode, kind: str) -> Iterator[Seen]:
    yield _named(node.name, kind)
    yield from _scalar(node.display)
    if node.parent is not None:
        yield _named(node.parent, "parent")


def _named(name: Scalar, *kinds: str) -> Seen:
    return name.line, name.column, frozenset(kinds)


def _scalar(text: Scalar | None) -> Iterator[Seen]:
    if text is None or not (text.value or text.style == ""):
        return
    yield text.line, text.column, frozenset(_forms(text))


def _forms(text: Scalar) -> tuple[str, ...]:
    value = text.value
    match text.style:
        case "'":
            return ("single", "escape", "reference")
        case '"':
            return ("double", "escape", "reference")
        case "|" | "|-":
            return ("block",)
    if value in (None, "true", "false"):
        return ("nil",)
    if value.startswith("${"):
        return ("reference",)
    return ("number" if _NUMBER.fullmatch(value) else "target" if value.startswith("/") else "text",)


def _clauses(clauses: tuple[Clause, ...]) -> Iterator[Seen]:
    for each in clauses:
        is_condition = each.word in ("if", "unless")
        yield _at(each, "condition" if is_condition else "clause")
        if is_condition and each.text is not None:
            yield _named(each.text, "expression", "reference")
        else:
            yield from _scalar(each.text)


def _field(field: FieldNode, kind: str) -> Iterator[Seen]:
    yield _at(field, "declaration" if kind == "field" else "input")
    yield _named(field.name, kind)
    if field.datatype is not None:
        yield _named(field.datatype, "datatype")
    if field.messages is not None:
        yield _named(field.messages, "message")
    yield from _scalar(field.display)
    yield from _scalar(field.value)
    yield from _clauses(field.clauses)


def _instance(instance: InstanceNode) -> Iterator[Seen]:
    yield _at(instance, "declaration")
    yield from _names(instance, "instance")
    yield from _clauses(instance.clauses)
    for value in instance.values:
        yield _named(value.name, "value")
        yield from _scalar(value.value)
        yield from _clauses(value.clauses)


def _method(method: MethodNode) -> Iterator[Seen]:
    yield _at(method, "declaration")
    yield _named(method.name, "method")
    for at, each in enumerate(method.inputs):
        in_line = at < method.in_parentheses
        yield from _field(each, "input") if in_line else ((_named(each.name, "input"), *_clauses(each.clauses)))
    if method.how is not None:
        yield _named(method.how, "how")
    yield from _scalar(method.display)
    yield from _clauses(method.clauses)
    for path in () if method.embeds is None else method.embeds.paths:
        yield _named(path, "target", "single", "double")
    yield from () if method.options is None else _options(method.options.inner)


def _options(options: tuple[OptionNode, ...]) -> Iterator[Seen]:
    for each in options:
        yield _at(each, "sign" if each.key is None else "option")
        yield from _scalar(each.value)
        yield from _options(each.inner)


def coloured(text: str) -> dict[tuple[int, int], str]:
    """The scope of each character of `text`, by line and column."""
    found = {}
    line = column = 1
    for piece in pieces(text):
        for char in piece.text:
            found[line, column] = piece.scope
            line, column = (line + 1, 1) if char == "\n" else (line, column + 1)
    return found


def wrong_colours(text: str) -> list[str]:
    """Where the colours of `text` are not those of what the reader sees."""
    klass = parse_ael(text.encode()).klass
    assert klass is not None
    scopes, lines = coloured(text), text.split("\n")
    return [
        f"{line}:{column} {lines[line - 1]!r} is {scopes.get((line, column))!r}, not {sorted(kinds)}"
        for line, column, kinds in seen(klass)
        if scopes.get((line, column)) not in {scope(kind) for kind in kinds}
    ]


def _remarks(node: object) -> Iterator[str]:
    """All comments around and in a node."""
    if isinstance(node, Trivia):
        yield from (each for each in (*node.above, node.behind) if each)
    elif isinstance(node, ClassNode):
        yield from (each for each in node.below if each)
        yield from (remark for part in node for remark in _remarks(part))
    elif isinstance(node, tuple) and not isinstance(node, Scalar):
        yield from (remark for part in node for remark in _remarks(part))


def _converted() -> Iterator[str]:
    for root in corpora():
        for klass in classes_of(root):
            yield print_ael(class_node(canonical(klass)))


# -- the tests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name for name, _ in TEXTS])
def test_what_the_reader_sees_has_its_colour(text: str) -> None:
    assert [] == wrong_colours(text)


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name for name, _ in TEXTS])
def test_every_comment_is_one(text: str) -> None:
    klass = parse_ael(text.encode()).klass
    found = sorted(piece.text for piece in pieces(text) if piece.scope == scope("comment"))
    assert sorted(each for each in _remarks(klass) if each.startswith("#")) == found


@pytest.mark.skipif(not corpora(), reason="the corpus is not here")
def test_so_it_is_in_every_class_of_the_corpus() -> None:
    assert [] == [wrong for text in _converted() for wrong in wrong_colours(text)]


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name for name, _ in TEXTS])
def test_pygments_finds_nothing_that_it_does_not_know(text: str) -> None:
    tokens = list(AelLexer(stripnl=False, ensurenl=False).get_tokens(text))
    assert (text, []) == ("".join(part for _, part in tokens), [part for token, part in tokens if token is Error])


def test_a_text_that_is_not_ael_is_shown_as_it_is() -> None:
    text = "{ ]] class\n\tstate x ==\n  '\n  method m(\n    code\n ) \x07 |\n\n\n"
    assert text == "".join(piece.text for piece in pieces(text))


def test_a_word_that_is_no_clause_has_no_colour() -> None:
    text = "class A\n  state x\n    entyr tell\n"
    assert "" == coloured(text)[3, 5]


def test_a_body_has_the_colours_of_its_language() -> None:
    text = "class A\n  method m() python\n    code\n      def main(evm):\n          '''\n  method n() ruby  # c\n"
    tokens = list(AelLexer().get_tokens(text))
    assert (Keyword, "def") in tokens
    assert (Comment.Single, "# c") in tokens  # a text that is not closed ends with the body


def test_pygments_knows_the_language_by_name_and_by_file() -> None:
    assert [AelLexer, AelLexer] == [type(get_lexer_by_name("ael")), type(get_lexer_for_filename("Order.ael"))]


def test_pygments_gives_the_token_of_the_scope() -> None:
    assert [(str(Comment.Single), "# c")] == [
        (str(token), text) for token, text in lex("# c", AelLexer()) if text.strip()
    ]


def test_the_file_for_editors_is_what_the_words_give() -> None:
    assert printed() == (EDITORS / "ael.tmLanguage.json").read_text("utf-8")


def test_the_extension_has_what_it_names() -> None:
    (contributed,) = json.loads((EDITORS / "package.json").read_text("utf-8"))["contributes"]["grammars"]
    assert textmate()["scopeName"] == contributed["scopeName"]
    assert (EDITORS / contributed["path"]).is_file()
    assert (EDITORS / "language-configuration.json").is_file()


def test_every_kind_has_a_scope_of_its_own() -> None:
    assert len(KINDS) == len(TOKENS)


def test_every_kind_is_used() -> None:
    used = {piece.scope for _, text in TEXTS for piece in pieces(text)}
    assert [] == [kind for kind in KINDS if scope(kind) not in used]


@settings(max_examples=examples(100), deadline=None)
@given(edits, st.integers(0, len(CLASS)))
def test_no_piece_of_a_broken_file_is_lost(changes: list[tuple[int, int, str]], end: int) -> None:
    text = CLASS[:end]
    for at, length, instead in changes:
        text = text[:at] + instead + text[at + length :]
    assert text == "".join(piece.text for piece in pieces(text))
