"""One line of `.ael`, read without lark: the same nodes as the rules of ael.lark give, from the same terminals.

A class has a line a field or value, so the usual way has to be quick: patterns matched one behind the other. A line
that does not fit gives None; then lark reads it, or says what is wrong.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from aelang.syntax.ael_nodes import (
    NO_TRIVIA,
    ClassNode,
    Clause,
    Embeds,
    FieldNode,
    InstanceNode,
    MethodNode,
    OptionNode,
    Scalar,
    Trivia,
    ValueNode,
)
from aelang.syntax.ael_scalars import InvalidScalar, double, plain, single

__all__ = ["Line", "read_line", "terminals"]


class Line(NamedTuple):
    """A line, or the lines of a method's parentheses: its number, its text behind two blanks, and how many columns
    later than in `text` the first of them stands in the file."""

    number: int
    text: str
    shift: int
    is_several: bool = False

    def place(self, at: int) -> tuple[int, int]:
        """Line and column in the file of the character `at` of the text."""
        if self.is_several and (breaks := self.text.count("\n", 0, at)):
            return self.number + breaks, at - self.text.rfind("\n", 0, at)
        return self.number, at + 1 + self.shift


class _Patterns(NamedTuple):
    """What stands on a line, as far as one pattern goes."""

    header: re.Pattern[str]
    field: re.Pattern[str]
    instance: re.Pattern[str]
    method: re.Pattern[str]
    input: re.Pattern[str]
    inputs_end: re.Pattern[str]
    how: re.Pattern[str]
    clause: re.Pattern[str]
    embeds: re.Pattern[str]
    path: re.Pattern[str]
    setting: re.Pattern[str]
    option: re.Pattern[str]
    item: re.Pattern[str]
    comment: re.Pattern[str]


_TERMINAL = re.compile(r"^([A-Z_]+)(?:\.\d)?: /(.*)/$", re.MULTILINE)


def terminals() -> dict[str, str]:
    """The terminals of the grammar: name to pattern, none of which has a group that is counted."""
    from aelang.shipped import grammar_file

    with open(grammar_file("ael.lark"), encoding="utf-8") as file:
        return dict(_TERMINAL.findall(file.read()))


@cache
def _patterns() -> _Patterns:
    """The patterns, made of the terminals of the grammar at first use."""
    t = terminals()
    name, quoted, blanks = t["NAME"], f"(?: *({t['SINGLE']}|{t['DOUBLE']}))?", "[ \n]*"
    named = rf" +({name})(?: *< *({t['PARENT']}))?{quoted}"
    datatype = f"(?:{blanks}:{blanks}({t['DATATYPE']}))?"
    value, text, default = (_scalar_pattern(t, each) for each in ("VALUE", "TEXT", "DEFAULT"))
    return _Patterns(
        header=re.compile(f" +{t['CLASS']}{named}"),
        field=re.compile(
            rf" +({t['KIND']}) +({name}){datatype}(?:{t['ON']} +({t['MESSAGES']}))?{quoted}(?: *= *{value})?"
        ),
        instance=re.compile(f" +{t['INSTANCE']}{named}"),
        method=re.compile(rf" +{t['METHOD']} +({name}){blanks}\({blanks}"),
        input=re.compile(rf"({name}){datatype}(?:{blanks}={blanks}{default})?{blanks}([,)]){blanks}"),
        inputs_end=re.compile(r"\)"),
        how=re.compile(f"({t['HOW']})?{quoted}"),
        clause=re.compile(
            rf"({t['CONDITION']}) +({t['EXPRESSION']})|({t['CLAUSE']})(?: (?!(?:if|unless)(?![^ ])){text})?"
        ),
        embeds=re.compile(f"({t['EMBEDS']})"),
        path=re.compile(f" *(?:()({t['SINGLE']})|({t['DOUBLE']})|(?!)()|({t['PATH']}))( *,)?"),
        setting=re.compile(f"({t['VALUE_NAME']})(?: *= *{value})?"),
        option=re.compile(f" +({t['KEY']})(?: *= *{text})?"),
        item=re.compile(f" +({t['DASH']})(?: +{text})?"),
        comment=re.compile(f"({t['COMMENT']})? *\\Z"),
    )


def _scalar_pattern(terminals: Mapping[str, str], plain_one: str) -> str:
    """A text, as five groups: `off`, in single quotes, in double ones, the sign of a block, plain."""
    off, one, two, block = (terminals[each] for each in ("OFF", "SINGLE", "DOUBLE", "BLOCK"))
    return f"(?:({off}) +|(?!{off}))(?:({one})|({two})|({block})|({terminals[plain_one]}))"


def read_line(rule: str, line: Line) -> Any:
    """The node, or the nodes and the comment, that `rule` of the grammar makes of `line`; None where lark has to."""
    try:
        return _READERS[rule](line, _patterns())
    except InvalidScalar:
        return None


_Found: TypeAlias = re.Match[str]


def _header(line: Line, p: _Patterns) -> ClassNode | None:
    if (found := p.header.match(line.text)) is None:
        return None
    clauses: list[Any] = []
    trivia = _end(line, p, _clauses_at(line, p, found.end(), clauses))
    if trivia is None:
        return None
    return ClassNode(*_named(line, found), tuple(clauses), (), *line.place(2), trivia)


def _named(line: Line, found: _Found) -> tuple[Scalar, Scalar | None, Scalar | None]:
    """Name, parent and display name of a class or instance."""
    return _word(line, found, 1), _word(line, found, 2) if found[2] else None, _quoted(line, found, 3)


def _field(line: Line, p: _Patterns) -> FieldNode | None:
    if (found := p.field.match(line.text)) is None:
        return None
    clauses: list[Any] = []
    trivia = _end(line, p, _clauses_at(line, p, found.end(), clauses))
    if trivia is None:
        return None
    return FieldNode(
        found[1],
        _word(line, found, 2),
        _word(line, found, 3, "none") if found[3] else None,
        _word(line, found, 4, "nil") if found[4] else None,
        _quoted(line, found, 5) if found[5] else None,
        _scalar(line, found, 6),
        tuple(clauses),
        *line.place(2),
        trivia,
    )


def _instance(line: Line, p: _Patterns) -> InstanceNode | None:
    if (found := p.instance.match(line.text)) is None:
        return None
    clauses: list[Any] = []
    values: list[Any] = []
    at = _clauses_at(line, p, found.end(), clauses, p.setting)
    trivia = _end(line, p, _settings_at(line, p, at, values))
    if trivia is None:
        return None
    return InstanceNode(*_named(line, found), tuple(clauses), tuple(values), *line.place(2), trivia)


def _method(line: Line, p: _Patterns) -> MethodNode | None:
    if (found := p.method.match(line.text)) is None:
        return None
    inputs: list[FieldNode] = []
    at = _inputs_at(line, p, found.end(), inputs)
    how = p.how.match(line.text, at) if at else None
    if how is None:
        return None
    parts: list[Any] = []
    trivia = _end(line, p, _parts_at(line, p, how.end(), parts))
    if trivia is None:
        return None
    return MethodNode(
        _word(line, found, 1),
        tuple(inputs),
        len(inputs),
        _word(line, how, 1, "nil") if how[1] else None,
        _quoted(line, how, 2),
        tuple(parts),
        None,
        None,
        None,
        *line.place(2),
        trivia,
    )


def _inputs_at(line: Line, p: _Patterns, at: int, into: list[FieldNode]) -> int:
    """The inputs up to the parenthesis that closes them, and where that ends; 0 where they do not fit."""
    if found := p.inputs_end.match(line.text, at):
        return found.end()
    while found := p.input.match(line.text, at):
        datatype = _word(line, found, 2, "none") if found[2] else None
        name = _word(line, found, 1)
        into.append(FieldNode("input", name, datatype, None, None, _scalar(line, found, 3), (), *name[1:3]))
        if found[8] == ")":
            return found.end(8)
        at = found.end()
    return 0


def _body(line: Line, p: _Patterns) -> tuple[Any, ...] | None:
    inner: list[Any] = []
    at = _clauses_at(line, p, 0, inner, p.setting)
    return _all(line, p, _settings_at(line, p, at, inner), inner)


def _clauses(line: Line, p: _Patterns) -> tuple[Any, ...] | None:
    inner: list[Any] = []
    return _all(line, p, _clauses_at(line, p, 0, inner), inner)


def _parts(line: Line, p: _Patterns) -> tuple[Any, ...] | None:
    inner: list[Any] = []
    return _all(line, p, _parts_at(line, p, 0, inner), inner)


def _all(line: Line, p: _Patterns, at: int, inner: list[Any]) -> tuple[Any, ...] | None:
    """What was found up to `at`, and the comment; None where there is nothing, or something else behind it."""
    trivia = _end(line, p, at)
    return (*inner, trivia) if inner and trivia is not None else None


def _clauses_at(line: Line, p: _Patterns, at: int, into: list[Any], stop: re.Pattern[str] | None = None) -> int:
    """The clauses from `at` up to the end or what fits `stop`; gives where they end."""
    text = line.text
    while at < len(text) and not (stop and stop.match(text, at)) and (found := p.clause.match(text, at)):
        which, said = (1, _word(line, found, 2)) if found[1] else (3, _scalar(line, found, 4))
        word = found[which].lstrip(" ")
        into.append(Clause(word, said, *line.place(found.end(which) - len(word))))
        at = found.end()
    return at


def _settings_at(line: Line, p: _Patterns, at: int, into: list[Any]) -> int:
    """The values from `at` on, each with its clauses; gives where they end. A name in quotes is left to lark."""
    while at < len(line.text) and (found := p.setting.match(line.text, at)):
        name = found[1].lstrip(" ")
        if name[0] in "'\"":
            break
        place = line.place(found.end(1) - len(name))
        clauses: list[Any] = []
        at = _clauses_at(line, p, found.end(), clauses, p.setting)
        into.append(ValueNode(Scalar(name, *place), _scalar(line, found, 2), tuple(clauses), *place))
    return at


def _parts_at(line: Line, p: _Patterns, at: int, into: list[Any]) -> int:
    """The clauses and embedded methods from `at` on; gives where they end."""
    while at < len(line.text):
        start = at
        at = _clauses_at(line, p, at, into, p.embeds)
        if found := p.embeds.match(line.text, at):
            at = _embeds_at(line, p, found, into)
        if at == start:
            break
    return at


def _embeds_at(line: Line, p: _Patterns, word: _Found, into: list[Any]) -> int:
    paths: list[Scalar] = []
    at = word.end()
    while found := p.path.match(line.text, at):
        path = _scalar(line, found, 1)
        assert path is not None  # one of the ways matched
        paths.append(path)
        at = found.end()
        if not found[6]:
            into.append(Embeds(tuple(paths), *line.place(word.end() - len("embeds"))))
            return at
    return word.start()


def _option(line: Line, p: _Patterns) -> OptionNode | None:
    found = p.option.match(line.text)
    trivia = None if found is None else _end(line, p, found.end())
    if found is None or trivia is None:
        return None
    return OptionNode(_word(line, found, 1), _scalar(line, found, 2), (), *line.place(2), trivia)


def _item(line: Line, p: _Patterns) -> OptionNode | None:
    found = p.item.match(line.text)
    trivia = None if found is None else _end(line, p, found.end())
    if found is None or trivia is None:
        return None
    return OptionNode(None, _scalar(line, found, 2), (), *line.place(2), trivia)


_READERS: dict[str, Callable[[Line, _Patterns], Any]] = {  # Any: a node, or nodes and a comment
    "header": _header,
    "field": _field,
    "instance": _instance,
    "method": _method,
    "body": _body,
    "clauses": _clauses,
    "parts": _parts,
    "option": _option,
    "item": _item,
}


def _end(line: Line, p: _Patterns, at: int) -> Trivia | None:
    """The comment that ends the line at `at`; None where something else stands there."""
    if at == len(line.text):
        return NO_TRIVIA
    found = p.comment.match(line.text, at)
    if found is None:
        return None
    return Trivia((), found[1].strip()) if found[1] else NO_TRIVIA


def _scalar(line: Line, found: _Found, group: int) -> Scalar | None:
    """The text in the five groups from `group` on, None where none of them matched."""
    off = found[group] is not None and found[group] != ""
    if (raw := found[group + 4]) is not None:
        return Scalar(plain(raw, off), *line.place(found.start(group + 4)), "", off)
    for which, meaning in ((group + 1, single), (group + 2, double)):
        if (raw := found[which]) is not None:
            return Scalar(meaning(raw), *line.place(found.start(which) + 1), raw[0], off)
    if (raw := found[group + 3]) is not None:
        return Scalar(None, *line.place(found.start(group + 3)), raw, off)
    return None


def _quoted(line: Line, found: _Found, group: int) -> Scalar | None:
    raw = found[group]
    if raw is None:
        return None
    meaning = single if raw[0] == "'" else double
    return Scalar(meaning(raw), *line.place(found.start(group) + 1), raw[0])


def _word(line: Line, found: _Found, group: int, nothing: str = "") -> Scalar:
    """A word that is meant as it stands, unless it is the word `nothing`, which means nil."""
    text = found[group].lstrip(" ")
    return Scalar(None if text == nothing else text, *line.place(found.end(group) - len(text)))
