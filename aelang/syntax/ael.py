"""`.ael`: one file becomes the nodes of a class, with every comment; what is wrong becomes diagnostics.

Lines belong together by their indentation: what is indented deeper than a declaration is part of it, at which level
tells what it is: below the class its attributes, fields, instances and methods, below those their clauses and values,
below a value its clauses. A line that is not understood is said once; what can be told of it, the name of a field, is
kept, so that nothing else seems wrong because of it. Spans name no source: the loader knows whose bytes they were.
"""

import re
from typing import Any

from aelang.syntax import ael_mistakes as mistakes
from aelang.syntax.ael_nodes import (
    AelFile,
    ClassNode,
    Clause,
    Code,
    Embeds,
    FieldNode,
    InstanceNode,
    Member,
    MethodNode,
    OptionNode,
    Options,
    Scalar,
    Trivia,
    ValueNode,
)
from aelang.syntax.ael_source import Source, decoded
from aelang.syntax.ael_words import KINDS

__all__ = ["parse_ael"]

MAX_DEPTH = 100
"""How many levels the options of a method may have."""

_KIND = f"(?:{'|'.join(KINDS)})"
_FIELD = re.compile(rf"{_KIND}(?![^ ])")
_METHOD = re.compile(r"""method +(?:'(?:[^'\n]|'')*'|"(?:[^"\\\n]|\\.)*"|[^ (]+) *\(""")
_DECLARED = re.compile(rf"(?:{_KIND}|instance) [^ =:]+(?: *[=(:]| +on |$)")
_NAMED = re.compile(r"(\w+) +['\"]?([\w.$-]+)")
_BELOW_METHOD = re.compile(r"(options|code)(?: {2,}(#(?: .*)?))?\Z")


def parse_ael(data: bytes) -> AelFile:
    """The class that `data` describes, with the diagnostics, whose spans name no source. Never raises.

    Faults: unreadable-ael, tab-indentation.
    """
    text, fault = decoded(data)
    if fault is not None:
        return AelFile(None, (fault,))
    source = Source(text)
    return AelFile(_class(source), tuple(source.diagnostics))


def _class(source: Source) -> ClassNode | None:
    if source.indent < 0:
        source.report(mistakes.unreadable("the file is empty", 1, 1, 1, mistakes.CLASS_FORM))
        return None
    if mistakes.is_yaml(source.text):
        source.complain("this is YAML", mistakes.YAML_IN_AEL)
        return None
    klass = _header(source)
    clauses = list(klass.clauses)
    members: list[Member] = []
    while source.indent >= 0:
        if source.indent or not _is_class(source.text):
            _member(source, clauses, members)
        else:
            source.complain("a second class", mistakes.ONE_CLASS)
            _skip_with_all_below(source)
    return klass._replace(clauses=tuple(clauses), members=tuple(members), below=source.take_above())


def _is_class(text: str) -> bool:
    return text.startswith("class ") or text == "class"


def _is_member(text: str) -> bool:
    """Whether a line is one that stands below a class."""
    return bool(_FIELD.match(text)) or text.startswith("instance ") or mistakes.is_class_attribute(text)


def _header(source: Source) -> ClassNode:
    """The line of the class; one without a name where it is not understood or not there."""
    if not _is_class(source.text):
        source.report(mistakes.no_class(source.text, source.number, source.indent + 1))
        while source.indent >= 0 and not _is_class(source.text) and not _is_member(source.text):
            source.skip()
    number, column, text = source.number, source.indent + 1, source.text
    nameless = ClassNode(Scalar("", number, column), None, None, (), (), number, column)
    if not _is_class(text):
        source.once("outside")  # what is below no class is not indented below it
        return nameless
    if source.indent:
        source.complain("the class is indented", "begin the line with `class`, without blanks before it", 5)
    node, above = source.read("header")
    if node is None:
        name = _NAMED.match(text)
        node = nameless if name is None else nameless._replace(name=Scalar(name[2], number, column + name.start(2)))
    header: ClassNode = node._replace(trivia=_trivia(above, node.trivia))
    return header


def _trivia(above: tuple[str, ...], trivia: Trivia) -> Trivia:
    return Trivia(above, trivia.behind) if above else trivia


def _skip_with_all_below(source: Source) -> None:
    """Passes over the line at hand and what belongs to it."""
    indent = source.indent
    source.skip()
    while source.indent > indent:
        source.skip()


def _member(source: Source, clauses: list[Clause], members: list[Member]) -> None:
    """What stands below the class: attributes go to `clauses`, declarations to `members`."""
    text = source.text
    if not source.indent and _is_member(text) and source.once("outside"):
        source.complain("this is not indented", "indent all that belongs to the class by two blanks")
    if _METHOD.match(text):
        members.append(_method(source))
    elif _FIELD.match(text):
        members.append(_field(source))
    elif text.startswith("instance ") or text == "instance":
        instance = _instance(source)
        if instance.name.value or instance.name.style:  # one without a name was said
            members.append(instance)
    elif mistakes.is_class_attribute(text):
        clauses += _line_of_clauses(source)
    else:
        _unknown(source, members)


def _unknown(source: Source, members: list[Member]) -> None:
    """A line below the class that begins with no word of the language."""
    text = source.text
    if not source.has_room():
        _skip_with_all_below(source)
        return
    runs_on = mistakes.runs_on(text)
    if not runs_on or source.once(runs_on):
        source.report(mistakes.unknown_member(text, source.number, source.indent + 1))
    meant = mistakes.meant_kind(text)
    if meant is None:
        _skip_with_all_below(source)
        return
    said = len(source.diagnostics)
    source.text = meant
    members.append(_instance(source) if meant.startswith("instance") else _field(source))
    del source.diagnostics[said:]  # of one mistake one message


def _line_of_clauses(source: Source, rule: str = "clauses") -> list[Any]:
    """The clauses on the line at hand; the first has the comments above it, the last the one behind."""
    nodes, above = source.read(rule)
    if nodes is None:
        return []
    found: list[Any] = list(nodes[:-1])
    trivia: Trivia = nodes[-1]
    if above:
        found[0] = found[0]._replace(trivia=Trivia(above))
    if trivia.behind:
        found[-1] = found[-1]._replace(trivia=found[-1].trivia._replace(behind=trivia.behind))
    return found


# -- fields ----------------------------------------------------------------------------------------------------------


def _field(source: Source) -> FieldNode:
    indent, number, text = source.indent, source.number, source.text
    node, above = source.read("field")
    if node is None:
        node = _field_by_name(text, number, indent)
        if mistakes.is_folded(text):
            while source.indent > indent:
                source.skip()
    field: FieldNode = node
    if above:
        field = field._replace(trivia=Trivia(above, field.trivia.behind))
    if source.indent > indent:
        field = field._replace(clauses=_clauses_below(source, indent, field.clauses))
    return field


def _field_by_name(text: str, number: int, indent: int) -> FieldNode:
    """A field whose line is not understood: its kind and name."""
    found = _NAMED.match(text)
    kind, name, at = (text.partition(" ")[0], "", 0) if found is None else (found[1], found[2], found.start(2))
    return FieldNode(kind, Scalar(name, number, indent + at + 1), None, None, None, None, (), number, indent + 1)


def _clauses_below(source: Source, indent: int, first: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """`first` and the clauses on the lines that are indented deeper than `indent`."""
    clauses: list[Clause] = list(first)
    while source.indent > indent and not _is_too_deep(source):
        clauses += _line_of_clauses(source)
    return tuple(clauses)


def _is_too_deep(source: Source) -> bool:
    """Whether the line at hand declares something: it belongs to the class, and its indentation is wrong."""
    if not _DECLARED.match(source.text):
        return False
    if source.once("deep"):
        source.complain("a declaration that is indented as a part of the one above", mistakes.TOO_DEEP)
    return True


# -- instances -------------------------------------------------------------------------------------------------------


def _instance(source: Source) -> InstanceNode:
    indent, number, text = source.indent, source.number, source.text
    node, above = source.read("instance")
    if node is None:
        found = _NAMED.match(text)
        name, at = ("", 0) if found is None else (found[2], found.start(2))
        node = InstanceNode(Scalar(name, number, indent + at + 1), None, None, (), (), number, indent + 1)
    clauses: list[Clause] = []
    values: list[ValueNode] = []
    for each in (*node.clauses, *node.values):
        _sort(source, each, clauses, values)
    if source.indent > indent:
        _lines_below(source, indent, clauses, values)
    instance: InstanceNode = node
    return instance._replace(clauses=tuple(clauses), values=tuple(values), trivia=_trivia(above, instance.trivia))


def _sort(source: Source, found: Clause | ValueNode, clauses: list[Clause], values: list[ValueNode]) -> None:
    """Puts what stands on the line of an instance, or below it, where it belongs: attributes are always in quotes."""
    if isinstance(found, ValueNode):
        values.append(found)
        return
    word, text, line, column, trivia = found
    if text is None or text.style or text.value is None or mistakes.is_clause_word(word):
        clauses.append(found)
        return
    length = len(word)
    if mistakes.is_class_attribute(word):
        advice = f'write `{word} "{text.value}"`'
        source.report(mistakes.unreadable("a text without quotes", line, column, length, advice))
        clauses.append(found)
    else:
        advice = f"write `{word} = {text.value}`"
        source.report(mistakes.unreadable("an `=` is missing before the value", line, column, length, advice))
        values.append(ValueNode(Scalar(word, line, column), text, (), line, column, trivia))


def _lines_below(source: Source, indent: int, clauses: list[Clause], values: list[ValueNode]) -> None:
    """What stands below an instance."""
    deepest = -1  # the indentation of the line with the last value: what is deeper belongs to it
    while source.indent > indent:
        here = source.indent
        if mistakes.is_value_with_kind(source.text):
            _field_in_instance(source)
            continue
        if _is_too_deep(source):
            break
        if values and here > deepest >= 0:
            values[-1] = values[-1]._replace(clauses=(*values[-1].clauses, *_line_of_clauses(source)))
            continue
        if mistakes.is_lone_key(source.text):
            _yaml(source, f"write `{source.text.rstrip(' :')} = VALUE`")
            continue
        before = len(values)
        for each in _line_of_clauses(source, "body"):
            _sort(source, each, clauses, values)
        if len(values) > before:
            deepest = here


def _yaml(source: Source, advice: str) -> None:
    """Passes over the line at hand, which is YAML, and what is below it."""
    if source.once("yaml"):
        source.complain("this is YAML", advice)
    _skip_with_all_below(source)


def _field_in_instance(source: Source) -> None:
    """Passes over a declaration below an instance: the class may have no such field, which is the same mistake."""
    kind, _, rest = source.text.partition(" ")
    advice = f"fields are declared in the class; write `{rest.lstrip(' ')}`"
    source.complain(f"a {kind} inside an instance", advice, len(kind))
    _skip_with_all_below(source)


# -- methods ---------------------------------------------------------------------------------------------------------


def _method(source: Source) -> MethodNode:
    indent, number, text = source.indent, source.number, source.text
    node, above = source.read("method")
    is_understood = node is not None
    if node is None:
        name = text[len("method") :].partition("(")[0].strip(" ")
        how = Scalar("builtin", number, indent + 1)  # which needs neither code nor anything else
        node = MethodNode(Scalar(name, number, indent + 1), (), 0, how, None, (), None, None, None, number, indent + 1)
    parts = _Parts(source, node, indent)
    while source.indent > indent and not _is_too_deep(source):
        parts.read()
    method = parts.node()._replace(trivia=_trivia(above, node.trivia))
    return method if is_understood else method._replace(code=None)


class _Parts:
    """The parts of a method as they are found."""

    def __init__(self, source: Source, node: MethodNode, indent: int) -> None:
        self.source = source
        self.indent = indent
        self.header = node
        self.inputs = list(node.inputs)
        self.clauses: list[Clause] = []
        self.embeds: Embeds | None = None
        self.options: Options | None = None
        self.code: Code | None = None
        self.sort(node.clauses)

    def sort(self, found: Any) -> None:
        """Puts clauses and embedded methods where they belong."""
        for each in found:
            if isinstance(each, Embeds):
                if self.embeds is not None:
                    self.twice("embeds", each.line, each.column)
                self.embeds = each
            else:
                self.clauses.append(each)

    def twice(self, word: str, line: int, column: int) -> None:
        self.source.report(mistakes.unreadable(f"a second `{word}`", line, column, len(word), "keep one of the two"))

    def read(self) -> None:
        """The line at hand, with what belongs to it."""
        source = self.source
        if source.text.startswith("input "):
            self.inputs.append(_field(source))
        elif found := _BELOW_METHOD.match(source.text):
            self.below(found[1], found[2] or "")
        elif source.text.startswith(("options ", "code ")):
            word = source.text.partition(" ")[0]
            source.complain(f"text behind `{word}`", "put it on the lines below, indented deeper than the word")
            _skip_with_all_below(source)
        elif mistakes.is_code(source.text):
            source.complain("code where a clause of the method is wanted", mistakes.BODY_FORM)
            while source.indent > self.indent:
                source.skip()
        else:
            self.sort(_line_of_clauses(source, "parts"))

    def below(self, word: str, behind: str) -> None:
        source = self.source
        line, column = source.number, source.indent + 1
        trivia = Trivia(source.take_above(), behind)
        if getattr(self, word) is not None:
            self.twice(word, line, column)
        if word == "code":
            text, first, at = source.body()
            self.code = Code(Scalar(text, first, at, "|"), line, column, trivia)
        else:
            indent = source.indent
            source.skip()
            self.options = Options(_options_below(source, indent, 0), line, column, trivia)

    def node(self) -> MethodNode:
        """The method with all that was found."""
        return self.header._replace(
            inputs=tuple(self.inputs), clauses=tuple(self.clauses), embeds=self.embeds, options=self.options,
            code=self.code,
        )  # fmt: skip


def _options_below(source: Source, indent: int, depth: int) -> tuple[OptionNode, ...]:
    """The options on the lines that are indented deeper than `indent`, each with those below it."""
    found: list[OptionNode] = []
    while source.indent > indent:
        here, number, text = source.indent, source.number, source.text
        node, above = source.read("item" if text == "-" or text.startswith("- ") else "option")
        if node is None:  # what it was meant for is taken up, so that nothing else seems to be missing
            key = None if text.startswith("-") else Scalar(text, number, here + 1)
            node = OptionNode(key, Scalar(None, number, here + 1), (), number, here + 1)
        elif source.indent > here and (node.value is not None or depth >= MAX_DEPTH):
            problem = f"more than {MAX_DEPTH} levels" if node.value is None else "a value, and more below it"
            source.complain(problem, mistakes.OPTION_FORM)
        while source.indent > here and (node.value is not None or depth >= MAX_DEPTH):
            source.skip()
        inner = _options_below(source, here, depth + 1)
        found.append(node._replace(inner=inner, trivia=_trivia(above, node.trivia)))
    return tuple(found)
