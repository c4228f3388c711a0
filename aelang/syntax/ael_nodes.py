"""What a `.ael` file says, as it is written: every piece with its place, its comments and the blank lines above it.

Lines and columns count from 1. A piece is what may stand on a line of its own: a declaration, a value, a clause.
"""

from typing import NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic

__all__ = [
    "NO_TRIVIA",
    "AelFile",
    "ClassNode",
    "Clause",
    "Code",
    "Embeds",
    "FieldNode",
    "InstanceNode",
    "MethodNode",
    "OptionNode",
    "Options",
    "Scalar",
    "Trivia",
    "ValueNode",
]


class Trivia(NamedTuple):
    """What stands around a piece without meaning: `above`, its comment lines and "" for blank lines, as many as there
    are; `behind`, the comment at the end of its line. Comments begin with their `#`."""

    above: tuple[str, ...] = ()
    behind: str = ""


NO_TRIVIA = Trivia()


class Scalar(NamedTuple):
    """A text: what it means (None for nil), and where it begins: behind its quote, on the first line of its block.

    `style` is "" for plain text, `'` or `"` in quotes, `|` or `|-` for a block. `is_off`: `off` stands before it;
    `value` is then without the `#` that it has in the model.
    """

    value: str | None
    line: int
    column: int
    style: str = ""
    is_off: bool = False


class Clause(NamedTuple):
    """`WORD TEXT`: the word as written, so `entry`, `if`, `unless`, `description`; the text of `if` is the expression.

    Clauses of a class are its attributes. `text` is None where nothing stands behind the word.
    """

    word: str
    text: Scalar | None
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class FieldNode(NamedTuple):
    """A field, or an input of a method (`kind` is then `input`); `password` and `field` are kinds as written.

    `datatype`, `messages`, `display` and `value` are None where they are not said; `none` and `on nil` are Scalars
    whose value is None.
    """

    kind: str
    name: Scalar
    datatype: Scalar | None
    messages: Scalar | None
    display: Scalar | None
    value: Scalar | None
    clauses: tuple[Clause, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class ValueNode(NamedTuple):
    """What an instance says for one field; `value` is None where it has no `=`."""

    name: Scalar
    value: Scalar | None
    clauses: tuple[Clause, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class InstanceNode(NamedTuple):
    """An instance; its clauses are its attributes: `description "TEXT"`, always in quotes."""

    name: Scalar
    parent: Scalar | None
    display: Scalar | None
    clauses: tuple[Clause, ...]
    values: tuple[ValueNode, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class Embeds(NamedTuple):
    """`embeds PATH, PATH`."""

    paths: tuple[Scalar, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class OptionNode(NamedTuple):
    """`KEY = VALUE`, `- VALUE` (then `key` is None), or either without a value and with `inner` ones below.

    A plain `{}` or `[]` is an empty mapping or list.
    """

    key: Scalar | None
    value: Scalar | None
    inner: tuple["OptionNode", ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class Options(NamedTuple):
    """`options`, and the lines below."""

    inner: tuple[OptionNode, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class Code(NamedTuple):
    """`code`, and the body below: `text` is without the indentation that all its lines share; empty, or it ends in a
    line break. `text.line` is the first line of the body, `text.column` the column at which it begins."""

    text: Scalar
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


class MethodNode(NamedTuple):
    """A method declaration. `inputs` are those in the parentheses, `in_parentheses` of them, and then those
    below. `how` is None where nothing is said."""

    name: Scalar
    inputs: tuple[FieldNode, ...]
    in_parentheses: int
    how: Scalar | None
    display: Scalar | None
    clauses: tuple[Clause, ...]
    embeds: Embeds | None
    options: Options | None
    code: Code | None
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA


Member: TypeAlias = FieldNode | InstanceNode | MethodNode


class ClassNode(NamedTuple):
    """The class of a file: its attributes as clauses, and its members in the order of the file."""

    name: Scalar
    parent: Scalar | None
    display: Scalar | None
    clauses: tuple[Clause, ...]
    members: tuple[Member, ...]
    line: int
    column: int
    trivia: Trivia = NO_TRIVIA
    below: tuple[str, ...] = ()
    """Comments and blank lines behind the last piece."""


class AelFile(NamedTuple):
    """A file: its class, None where it has none, and what is wrong; spans name no source."""

    klass: ClassNode | None
    diagnostics: tuple[Diagnostic, ...]
