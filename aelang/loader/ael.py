"""Reading a `.ael` file: its nodes become the records that the YAML files of the same class would give.

What is not said in `.ael` is what an export of ManageIQ says everywhere, so it is filled in here: a field takes part
in `create`, is substituted, is text, and has the priority of its place. What is checked is what is checked in YAML.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aelang.diagnostics import Diagnostic, did_you_mean
from aelang.loader.allowances import find_allowances
from aelang.loader.read import (
    FIELD_CHOICES,
    FIELD_NAME,
    FIELD_NAME_RULE,
    METHOD_CHOICES,
    NAME,
    NAME_RULE,
    UNKNOWN_DATATYPE,
    UNKNOWN_KEY,
    UNKNOWN_LOCATION,
    Reader,
)
from aelang.loader.records import FileRecord, Role
from aelang.model import CLASS_KEYS, INSTANCE_KEYS, METHOD_KEYS, Attributes, Field, Input, Text, Value
from aelang.syntax.ael import parse_ael
from aelang.syntax.ael_mistakes import unreadable
from aelang.syntax.ael_nodes import (
    ClassNode,
    Clause,
    FieldNode,
    InstanceNode,
    MethodNode,
    OptionNode,
    Scalar,
    ValueNode,
)
from aelang.syntax.ael_words import (
    BOOKKEEPING,
    CLASS_WORDS,
    FIELD_WORDS,
    INSTANCE_WORDS,
    KINDS,
    LANGUAGES,
    METHOD_LINES,
    METHOD_WORDS,
    VALUE_WORDS,
)
from aelang.syntax.yaml import DUPLICATE_KEY

__all__ = ["read_ael"]

_LOCATIONS = METHOD_CHOICES["location"].values
_CLAUSE_IN_TARGET = re.compile(r"(/[^ ]*) ((?:entry|exit|error|undo|retries|time|collect) .*)")
_SUBSTITUTE = {"true": "t", "false": "f"}


def read_ael(data: bytes) -> FileRecord:
    """What the `.ael` file with the content `data` says. Never raises.

    Diagnostics: unreadable-ael, tab-indentation, unknown-key, duplicate-key, and those that `read_file` has for names
    and values.
    """
    parsed = parse_ael(data)
    if parsed.klass is None:
        return FileRecord(Role.AEL, False, {}, diagnostics=parsed.diagnostics)
    return _Class(list(parsed.diagnostics)).read(parsed.klass)._replace(allowances=find_allowances(data))


class _Class:
    """A class being read, and what was found wrong with it so far."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        self.diagnostics = diagnostics
        self.checks = Reader(Role.CLASS, diagnostics)
        self.method_checks = Reader(Role.METHOD, diagnostics)

    def read(self, node: ClassNode) -> FileRecord:
        """The record of the class."""
        fields: list[Field] = []
        inner: list[FileRecord] = []
        for each in node.members:
            if isinstance(each, FieldNode):
                fields.append(Field(self.field(each, len(fields) + 1)))
            else:
                inner.append(self.instance(each) if isinstance(each, InstanceNode) else self.method(each))
        self.checks.check_twins([field.attributes["name"] for field in fields if field.name], "the field")
        said = {"name": _named(node), "display_name": _text(node.display), "inherits": _text(node.parent)}
        attributes = self.attributes(node, CLASS_KEYS, said, CLASS_WORDS, "a class")
        if node.name.value:
            self.check_name(attributes["name"], "a class")
        return FileRecord(
            Role.AEL, True, attributes, tuple(fields), inner=tuple(inner), diagnostics=tuple(self.diagnostics)
        )

    # -- fields and inputs -----------------------------------------------------------------------------------------

    def field(self, node: FieldNode, place: int) -> Attributes:
        """The attributes of the field, or input, that is the one at `place`."""
        at = (node.line, node.column, node.line, node.column)
        nothing = Text(None, *at)
        kind = node.kind
        is_password = kind == "password"
        datatype = _text(node.datatype)
        if datatype is None:
            datatype = Text("password" if is_password else "string", *at)
        elif is_password:
            self.complain("a password with a data type", node.datatype, "write `attribute` in place of `password`")
        found = {
            "aetype": nothing if kind in ("field", "input") else Text("attribute" if is_password else kind, *at),
            "name": _named(node),
            "display_name": _text(node.display) or nothing,
            "datatype": datatype,
            "priority": Text(str(place), *at),
            "owner": nothing,
            "default_value": nothing if node.value is None else self.value_text(node.value, node.name),
            "substitute": Text("t", *at),
            "message": _text(node.messages) or Text("create", *at),
            "visibility": nothing,
            "collect": nothing,
            "scope": nothing,
            "description": nothing,
            "condition": nothing,
            "on_entry": nothing,
            "on_exit": nothing,
            "on_error": nothing,
            "max_retries": nothing,
            "max_time": nothing,
        }
        what = "an input" if kind == "input" else "a field"
        if node.clauses:
            is_said = kind not in ("field", "input")
            header = {"datatype": node.datatype, "message": node.messages, "aetype": node if is_said else None}
            self.clauses(node.clauses, FIELD_WORDS, found, what, [key for key, said in header.items() if said])
        if found["name"].value and not FIELD_NAME.match(found["name"].value or ""):
            self.checks.check_name(found["name"], FIELD_NAME, FIELD_NAME_RULE, what, found["name"])
        said = len(self.diagnostics)
        self.checks.check_choices(found, FIELD_CHOICES, nothing)
        if len(self.diagnostics) > said and self.diagnostics[-1].kind is UNKNOWN_DATATYPE:
            wrong = self.diagnostics[-1]
            self.diagnostics[-1] = wrong._replace(help=f"{wrong.help}; a value stands behind `=`")
        return found

    def value_text(self, value: Scalar, name: Scalar) -> Text:
        """The value of what is called `name`. A target has no blanks in it: there a clause stands behind one only."""
        text = value.value
        if text and text[0] == "/" and not value.style and (found := _CLAUSE_IN_TARGET.match(text)):
            advice = f"write `{found[1]}  {found[2]}`, with two blanks"
            at = value.column + found.start(2)
            self.report(unreadable("one blank before a clause", value.line, at, len(found[2]), advice))
            value = value._replace(value=found[1])
        return _said(value, name.line, name.column)

    def clauses(
        self, clauses: Iterable[Clause], words: Mapping[str, str], into: dict[str, Text], what: str, said: list[str]
    ) -> None:
        """Puts what `clauses` say into the attributes; `said` are the keys that the header has said already."""
        known = set(said)
        for each in clauses:
            key = words.get(each.word)
            if key is None:
                self.unknown_word(each, words, what)
            elif each.text is None:
                advice = f"write its text behind one blank, as in `{each.word} TEXT`, or `{each.word} nil`"
                if key == "condition":
                    advice = f"write an expression behind one blank, as in `{each.word} ${{/#count}} > 3`"
                self.report(unreadable(f"`{each.word}` says nothing", each.line, each.column, len(each.word), advice))
            elif key in known:
                advice = "keep one of the two"
                span = unreadable("", each.line, each.column, len(each.word), "").span
                self.report(DUPLICATE_KEY.at(span, advice, key=each.word))
            else:
                known.add(key)
                into[key] = _clause_text(each, each.text)

    def unknown_word(self, clause: Clause, words: Mapping[str, str], what: str) -> None:
        """Says that there is no such clause, and which is meant."""
        meant = next((word for word, key in words.items() if key == clause.word), None)
        lines = METHOD_LINES if words is METHOD_WORDS else ()
        own = [*(word for word in words if word not in BOOKKEEPING), *lines]
        advice = f"write `{meant}`" if meant else did_you_mean(clause.word, own) or f"there are: {', '.join(own)}"
        if clause.word in lines:
            advice = f"begin a line with `{clause.word}`, below that of the method"
        elif clause.word in KINDS or clause.word == "instance":
            advice = "write each declaration on a line of its own, indented as the one above"
        span = unreadable("", clause.line, clause.column, len(clause.word), "").span
        self.report(UNKNOWN_KEY.at(span, advice, what=what, key=clause.word))

    # -- instances -------------------------------------------------------------------------------------------------

    def instance(self, node: InstanceNode) -> FileRecord:
        """The record of an instance."""
        said = {"name": _named(node), "display_name": _text(node.display), "inherits": _text(node.parent)}
        attributes = self.attributes(node, INSTANCE_KEYS, said, INSTANCE_WORDS, "an instance")
        self.check_name(attributes["name"], "an instance")
        values = tuple(self.value(each) for each in node.values)
        self.checks.check_twins([value.name for value in values], "the value of")
        return FileRecord(Role.INSTANCE, True, attributes, values)

    def value(self, node: ValueNode) -> Value:
        """What the instance says for one field."""
        name = _named(node)
        found: dict[str, Text] = {}
        if node.value is not None:
            found["value"] = self.value_text(node.value, node.name)
        if node.clauses:
            self.clauses(node.clauses, VALUE_WORDS, found, "a value", [])
        return Value(name, found)

    # -- methods ---------------------------------------------------------------------------------------------------

    def method(self, node: MethodNode) -> FileRecord:
        """The record of a method declaration, with the body that stands here."""
        at = (node.line, node.column, node.line, node.column)
        location, language = Text(None, *at), Text("ruby", *at)
        header: list[str] = []
        if (how := _text(node.how)) is not None:
            header = ["location"]
            location = how
            if how.value in LANGUAGES:
                header.append("language")
                location, language = Text("inline", *how[1:]), how
        said: dict[str, Text | None] = {
            "name": _named(node), "display_name": _text(node.display), "location": location, "language": language,
            "scope": Text("instance", *at),
        }  # fmt: skip
        attributes = self.attributes(node, _METHOD_KEYS, said, METHOD_WORDS, "a method", header)
        if attributes["name"].value:
            self.check_name(attributes["name"], "a method", is_method=True)
        self.check_method(node, how, attributes)
        inputs = tuple(Input(self.field(each, place)) for place, each in enumerate(node.inputs, start=1))
        self.checks.check_twins([each.attributes["name"] for each in inputs if each.name], "the input")
        embedded = () if node.embeds is None else tuple(_said(each, *each[1:3]) for each in node.embeds.paths)
        options = {} if node.options is None else self.mapping(node.options.inner)
        code = None if node.code is None else _said(node.code.text, node.code.line, node.code.column)
        if code is not None and attributes["location"].value != "inline":
            advice = "write `python` or `ruby` behind the parentheses, or take the body away"
            self.report(unreadable("a body of a method that is not inline", code.key_line, code.key_column, 4, advice))
        return FileRecord(Role.METHOD, True, attributes, inputs, embedded, options, code=code)

    def check_method(self, node: MethodNode, how: Text | None, attributes: Attributes) -> None:
        """Checks how the method is run, in words of its own, and the other attributes that have certain values."""
        if attributes["location"].value is None:
            advice = "write `python`, `ruby`, `builtin`, `expression` or `playbook` behind the parentheses"
            problem = "a method that does not say how it is run"
            self.report(unreadable(problem, node.line, node.column, len("method"), advice))
        elif how is not None and how.value not in (*LANGUAGES, *_LOCATIONS):
            known = (*LANGUAGES, *sorted(_LOCATIONS))
            advice = f"{did_you_mean(how.value or '', known)} it is one of: {', '.join(known)}".lstrip()
            span = unreadable("", how.line, how.column, len(how.value or ""), "").span
            self.report(UNKNOWN_LOCATION.at(span, advice, value=how.value))
        else:
            self.method_checks.check_choices(attributes, METHOD_CHOICES, attributes["name"])

    def mapping(self, nodes: Iterable[OptionNode]) -> dict[str, Any]:
        """A mapping of options as JSON data."""
        found: dict[str, Any] = {}
        for each in nodes:
            if each.key is None:
                advice = "write `KEY = VALUE`; the items of a list stand below their key, with nothing else"
                self.report(unreadable("an item outside a list", each.line, each.column, 1, advice))
            elif (key := each.key.value or "") in found:
                span = unreadable("", each.line, each.column, len(key), "").span
                self.report(DUPLICATE_KEY.at(span, "keep one of the two", key=key))
            else:
                found[key] = self.option(each)
        return found

    def option(self, node: OptionNode) -> Any:  # Any: an author's own tree of JSON data
        """What stands behind a key or the sign of an item, or below it."""
        if node.value is not None:
            return _plain(node.value)
        if not node.inner:
            advice = "write `KEY = VALUE`, or what it holds below, indented; `nil`, `{}` or `[]` for nothing"
            self.report(unreadable("an option that says nothing", node.line, node.column, 1, advice))
            return None
        if any(each.key is not None for each in node.inner):
            return self.mapping(node.inner)
        return [self.option(each) for each in node.inner]

    # -- what all have ---------------------------------------------------------------------------------------------

    def attributes(
        self,
        node: ClassNode | InstanceNode | MethodNode,
        keys: Iterable[str],
        said: Mapping[str, Text | None],
        words: Mapping[str, str],
        what: str,
        header: Iterable[str] = (),
    ) -> dict[str, Text]:
        """The attributes under `keys`: what the header `said`, then what the clauses say, nil where nothing does.
        `header` are those of them that a clause may not say again."""
        nothing = Text(None, node.line, node.column, node.line, node.column)
        found = {key: said.get(key) or nothing for key in keys}
        if node.clauses:
            self.clauses(node.clauses, words, found, what, [*header])
        return found

    def check_name(self, name: Text, what: str, *, is_method: bool = False) -> None:
        pattern, rule = (FIELD_NAME, FIELD_NAME_RULE) if is_method else (NAME, NAME_RULE)
        self.checks.check_name(name, pattern, rule, what, name)

    def complain(self, problem: str, at: Scalar | None, advice: str) -> None:
        if at is not None:
            self.report(unreadable(problem, at.line, at.column, len(at.value or ""), advice))

    def report(self, found: Diagnostic) -> None:
        if self.checks.has_room():
            self.diagnostics.append(found)


_METHOD_KEYS = tuple(key for key in METHOD_KEYS if key not in ("data", "effect"))


def _named(node: ClassNode | FieldNode | InstanceNode | ValueNode | MethodNode) -> Text:
    name = node.name
    return Text(name.value, name.line, name.column, name.line, name.column)


def _text(scalar: Scalar | None) -> Text | None:
    return None if scalar is None else _said(scalar, scalar.line, scalar.column)


def _said(scalar: Scalar, key_line: int, key_column: int) -> Text:
    """The text that `scalar` means; what is switched off has a `#` before it, as in YAML."""
    if scalar.is_off:
        return Text(f"#{scalar.value}", scalar.line, scalar.column, key_line, key_column)
    return Text(scalar.value, scalar.line, scalar.column, key_line, key_column)


def _clause_text(clause: Clause, text: Scalar) -> Text:
    if clause.word in ("if", "unless"):
        value = f"{clause.word.upper()} {text.value}"
        return Text(value, text.line, text.column - len(clause.word) - 1, clause.line, clause.column)
    said = _said(text, clause.line, clause.column)
    if clause.word == "substitute" and not text.style:
        return said._replace(value=_SUBSTITUTE.get(said.value or "", said.value))
    return said


def _plain(scalar: Scalar) -> Any:  # Any: a scalar of JSON
    """A bare value of options: nil, true, false, numbers, an empty list or mapping; all else is text."""
    raw = scalar.value
    if scalar.style or scalar.is_off or raw is None:
        return _said(scalar, 0, 0).value
    if raw in ("{}", "[]"):
        return {} if raw == "{}" else []
    return _number(raw) if raw[0] in "-0123456789tf" else raw


def _number(raw: str) -> Any:  # Any: a scalar of JSON
    from json import JSONDecodeError, loads

    try:
        found = loads(raw)
    except (JSONDecodeError, RecursionError, ValueError):  # ValueError: more digits than Python reads
        return raw
    return found if isinstance(found, int | float) and found - found == 0 else raw  # neither text nor infinite
