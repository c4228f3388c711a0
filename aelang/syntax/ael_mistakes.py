"""Mistakes that people make in `.ael`: what they wrote out of habit, and what to write instead.

Each row of a table is tried on a line that the grammar refused. Where the change gives a line that the grammar
accepts, the advice shows it; where no row fits, the advice is the form of such a line.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import Span
from aelang.syntax.ael_words import CLASS_WORDS, FIELD_WORDS, KINDS, METHOD_LINES, METHOD_WORDS

if TYPE_CHECKING:
    from aelang.syntax.ael_lines import Line
    from aelang.syntax.grammars import Refused

UNREADABLE_AEL = DiagnosticKind("unreadable-ael", Severity.ERROR, "this is not `.ael`: {problem}")

CLASS_FORM = 'write `class NAME`, or `class NAME < PARENT "display name"`, and indent the rest by two blanks'
ONE_CLASS = "a file holds one class: put this one into a file of its own"
YAML_IN_AEL = "`aelang convert --to ael` makes `.ael` of YAML; here a class begins with `class NAME`"
TOO_DEEP = "indent it as far as the declaration above it"
TAB_IN_TEXT = r'put a blank in its place; in double quotes a text can say a tab as "\t"'
BODY_FORM = "the body stands below the word `code`, indented deeper; or in a file `__methods__/NAME.py`, or `.rb`"
OPTION_FORM = "write `KEY = VALUE`, or `KEY` alone and what it holds below, indented; `- VALUE` in a list"

_FORMS = {
    "header": CLASS_FORM,
    "field": "write `KIND NAME : DATATYPE on MESSAGE = VALUE`, with what is to be said of it only",
    "instance": 'write `instance NAME`, or `instance NAME < PARENT "display name"`, and the values below, indented',
    "method": "write `method NAME(INPUT : DATATYPE = DEFAULT, INPUT) python`, or `ruby`, `builtin` ... in its place",
    "body": "write `FIELD = VALUE`; a text with two blanks in it, or with ` #`, stands in quotes",
    "clauses": "write a clause as `WORD TEXT`, as in `entry check(what => 5)`; two blanks part it from the next",
    "parts": "write a clause as `WORD TEXT`, or `embeds /Ns/Class/method, /Ns/Class/other`",
    "option": OPTION_FORM,
    "item": OPTION_FORM,
}


class Mistake(NamedTuple):
    """A habit: what it looks like, what to put in its place (None where only a person can know), what is wrong, and
    the advice where nothing is put in its place."""

    pattern: str
    instead: str | None
    problem: str
    advice: str = ""


_KIND = rf"(?:{'|'.join(KINDS)}|input)"
_WORDS = "|".join(sorted({*FIELD_WORDS, *METHOD_WORDS} - {"if", "unless"}))
_SAID = rf"^( +{_KIND} +[\w.$-]+(?: *: *\w+)?(?: on [\w*, ]+?)?)"

_ANYWHERE = (
    Mistake(r"= *[“”„]([^“”]*)[“”]", r'= "\1"', "quotes that are not straight"),
    Mistake(r"[“”„]([^“”]*)[“”]", r'"\1"', "quotes that are not straight"),
    Mistake(r"[‘’‚]([^‘’]*)[‘’]", r"'\1'", "quotes that are not straight"),
    Mistake("\u00a0", " ", "a blank that is none (U+00A0)"),
    Mistake(r"(?<=\S) (#.*)$", r"  \1", "a comment stands behind two blanks"),
    Mistake(r"(?<=\S) +//(?= |$)", "  #", "a comment begins with `#`"),
    Mistake(r"(?<=\S) +/\* *(.*?) *\*/", r"  # \1", "a comment begins with `#`"),
    Mistake(r"[;,] *$", "", "a line ends without a sign"),
    Mistake(r": *$", "", "a line ends without a colon"),
    Mistake(r"== ?", "= ", "a value stands behind one `=`"),
    Mistake(r" *:= ?", " = ", "a value stands behind `=`"),
    Mistake(r" (?:=>|->|<-|=) ?>? ?", " = ", "a value stands behind `=`"),
    Mistake(r"= #(?! )(?=.)", "= off ", "a value is switched off by `off`"),
    Mistake(r"= # ?(\S.*)$", r"  # \1", "nothing stands between `=` and the comment"),
    Mistake(r"= *$", None, "nothing stands behind `=`", "write a value; `nil`, or `''` for an empty text"),
    Mistake(r"= *(?=  +\S)", None, "nothing stands behind `=`", "write a value; `nil`, or `''` for an empty text"),
    Mistake(r"= *(?= (?:if|unless)(?: |$))", None, "nothing stands between `=` and the condition",
            "write a value before it, or take the `=` away; a text that begins so stands in quotes"),
    Mistake(r" +(if|unless) *$", None, r"a condition without an expression",
            "write an expression behind it, such as `if ${/#count} > 3`"),
    Mistake(r" (if|unless)  +\S", None, r"a condition without an expression",
            "write an expression behind it, such as `if ${/#count} > 3`"),
    Mistake(rf"(  +(?:{_WORDS}))(?: *=| *:) *", r"\1 ", "a clause has neither `=` nor a colon"),
    Mistake(r"  +(?:on|max)_(entry|exit|error|retries|time) *[:=] *", r"  \1 ", "a clause has neither `=` nor a colon"),
    Mistake(r"(  +(?:if|unless)) *(?:=|:) *", r"\1 ", "a condition has neither `=` nor a colon"),
    Mistake(r"((?:=| )) *\|-? +(\S.*)$", None, "text behind `|`", "put it on the next line, indented, or in quotes"),
    Mistake(r"(?:=| ) *>[-+]? *$", None, "a text of several lines stands below `|`",
            "write `|` in place of the `>`, or `|-` to leave out the last line break"),
    Mistake(r"(?<![\w.$-])\|.*$", None, "a text that begins with `|`",
            "put the text on the lines below, indented, behind a `|` alone; or put it in quotes"),
    Mistake(r"((?:=| ) *)'([^']+)'([^' ][^']*)'(?=  |$)", r"\1'\2''\3'", "a quote inside quotes is written twice"),
    Mistake(r"^([^'\"]*(?:=| ) *)'([^']*(?:'[^' ][^']*)*)$", r"\1'\2'", "a quote is not closed"),
    Mistake(r'^([^"]*(?:=| ) *)"([^"]*)$', r'\1"\2"', "a quote is not closed"),
    Mistake(r"(?<= )('[^']*'|\"[^\"]*\") +(?!#|if |unless |:|=|on |<)(\S.*)$", None, "text behind a closing quote",
            "put all of the text into the quotes; two blanks part it from a clause"),
)  # fmt: skip
_FIELD = (
    Mistake(rf"^( +{_KIND} +[\w.$-]+) *: *(?=[^\sA-Za-z_]|nil$)", r"\1 = ", "a value stands behind `=`"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+ *: *)null_coalescing", r"\1null coalescing", "the data type is `null coalescing`"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+) *\( *(\w+) *\)", r"\1 : \2", "a data type stands behind a colon"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+) *\[ *([\w, *]+?) *\]", r"\1 on \2", "messages stand behind `on`"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+(?: *: *\w+)?) +on[:=] *", r"\1 on ", "messages stand behind `on`"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+(?: *: *\w+)?) +on *(?==|  |$)", None, "no message behind `on`",
            "write the messages, as in `on create, notify`; a value stands behind `=`"),
    Mistake(r"( on \w+)((?: (?:and )?\w+)+)(?= |$)", None, "messages without a comma between them",
            "write a comma between two messages, as in `on create, notify`"),
    Mistake(r"^( +)method +([\w.$-]+) +(python|ruby|builtin|inline|expression|playbook|uri)\b", r"\1method \2() \3",
            "the declaration of a method has parentheses, be there inputs or not"),
    Mistake(rf"{_SAID} +(?!on |\"|'|=|:|if |unless )(\S+)(?=  |$)", r"\1 = \2", "an `=` is missing before the value"),
    Mistake(rf"^( +{_KIND}) +([\w.$-]+)((?:, *[\w.$-]+)+) *$", None, "several names", "declare one field a line"),
    Mistake(rf"^( +{_KIND} +[\w.$-]+) +(string|integer|boolean|float|array|symbol|time) *(?==)", r"\1 : \2 ",
            "a data type stands behind a colon"),
    Mistake(rf"^ +{_KIND} *=", None, "a field without a name", "write its name before the `=`"),
    Mistake(rf"^ +{_KIND} +[\w.$-]+ +[\w.$-]+ *[=:]", None, "a name with a blank in it",
            "a name has letters, digits and `_`; a data type stands behind a colon"),
    Mistake(rf"^( +{_KIND} +)(['\"]?)(\w+)-", None, "a name with `-` in it", "use letters, digits and `_`"),
    Mistake(rf"^ +{_KIND} *$", None, "a field without a name", "write its name behind its kind"),
    Mistake(rf"{_SAID} +(?!on |\"|'|=|:|if |unless )(\S.*?)(?=  |$)", r"\1 = \2", "an `=` is missing before the value"),
)  # fmt: skip
_CLASS = (
    Mistake(r" *\{ *$", "", "what belongs together is indented, without braces"),
    Mistake(r"^( +class +[\w.$-]+) *\(? *(?:extends|inherits|inherits from|from|:|\() *([^\s)]+) *\)?:?", r"\1 < \2",
            "the class that this one inherits from stands behind `<`"),
    Mistake(r"^( +class +[\w.$-]+(?: *< *\S+)?) +([^\"'<\s].*)$", r'\1 "\2"', "a display name stands in quotes"),
    Mistake(r"^ +class *$", None, "a class without a name", CLASS_FORM),
    Mistake(r"^( +class +)/?(?:[\w.$-]+/)+([\w.$-]+)", r"\1\2", "a class is named without its path"),
)  # fmt: skip
_INSTANCE = (
    Mistake(r" *\{ *$", "", "what belongs together is indented, without braces"),
    Mistake(r"^( +instance +[\w.$-]+) *(?:extends|inherits|inherits from|from|:) *(\S+)", r"\1 < \2",
            "the instance that this one inherits from stands behind `<`"),
    Mistake(r"^( +instance +[\w.$-]+) +([\w.$-]+ *=)", r"\1  \2", "two blanks stand before a value"),
    Mistake(r"^( +instance +[\w.$-]+) +([\w.$-]+) *: *(?=\S)", r"\1  \2 = ", "a value stands behind `=`"),
    Mistake(r"^ +instance +[\w.$-]+ *= *\S", None, "a value that is of no field",
            "write two blanks and the field's name before the `=`"),
    Mistake(r"^( +instance +[\w.$-]+) +(\w+):? +(/\S+)$", r"\1  \2 = \3", "an `=` is missing before the value"),
    Mistake(r"^( +instance +[\w.$-]+(?: *< *\S+)?) +([^\"'<\s].*)$", r'\1 "\2"', "a display name stands in quotes"),
    Mistake(r"^ +instance *$", None, "an instance without a name", "write its name behind `instance`"),
)  # fmt: skip
_VALUE = (
    Mistake(r"^( +[\w.$-]+) *: *(?=\S)", r"\1 = ", "a value stands behind `=`, not behind a colon"),
    Mistake(r"^( +)- +([\w.$-]+) *: *", r"\1\2 = ", "a value is `FIELD = VALUE`"),
    Mistake(r"^( +[\w.$-]*\d[\w.$-]*|  +[A-Z][\w.$-]*) +(?=\S)", r"\1 = ", "an `=` is missing before the value"),
)
_CLAUSES = (
    Mistake(r"^ +[\w.$-]+ *= *\S.*$", None, "a value among clauses",
            "a value stands below an instance, indented as the first one; a clause has no `=`"),
    Mistake(r"^( +\w+): +(?=\S)", r"\1 ", "a clause has no colon"),
)  # fmt: skip
_METHOD = (
    Mistake(r"\(([^()]*)$", None, "the inputs' parenthesis is not closed", "write `)` behind the last input"),
    Mistake(r"\): *$", ") python", "a line ends without a colon"),
    Mistake(r"([(,] *)(?:string|integer|boolean|float|array|symbol|time) +(\w+)", None,
            "a data type before its input", "write the input first: `NAME : DATATYPE`"),
    Mistake(r", *\)", ")", "a comma behind the last input"),
    Mistake(r"= *(?=[,)])", None, "nothing stands behind `=`", "write a default, or take the `=` away"),
    Mistake(r"; *(?=[^()]*\))", ", ", "a comma stands between two inputs"),
    Mistake(r"(\w) +(?=\w+ *[:=,)])(?=[^()]*\))", r"\1, ", "a comma is missing between two inputs"),
    Mistake(r"\) *(?:->|=>|=|:|in|as|is) *(\w+)", r") \1", "between the parentheses and the language stands nothing"),
)  # fmt: skip
_OPTION = (
    Mistake(r"^( +[^\s:=]+) *: +(?=\S)", r"\1 = ", "an option's value stands behind `=`"),
    Mistake(r"^( +[^\s:=]+) *:$", r"\1", "an option with lines below is its key alone"),
    Mistake(r"^( +)-(?=\S)", r"\1- ", "a blank stands behind the `-` of an item"),
)
_TABLES = {
    "header": (*_ANYWHERE[1:3], *_CLASS, *_ANYWHERE),
    "field": (*_FIELD[:5], *_ANYWHERE, *_FIELD[5:]),
    "instance": (*_INSTANCE[:2], *_ANYWHERE, *_INSTANCE[2:], *_VALUE),
    "method": (*_METHOD[:3], *_ANYWHERE, *_METHOD[3:]),
    "body": (*_VALUE, *_ANYWHERE),
    "clauses": (*_CLAUSES[1:], *_ANYWHERE, *_CLAUSES[:1]),
    "parts": (*_CLAUSES[1:], *_ANYWHERE, *_CLAUSES[:1]),
    "option": (*_OPTION, *_ANYWHERE),
    "item": (*_OPTION, *_ANYWHERE),
}
_LONGEST = 400  # some rows take the square of the length


def unreadable(problem: str, line: int, column: int, length: int, advice: str) -> Diagnostic:
    """The diagnostic that a stretch of a file is no `.ael`."""
    return UNREADABLE_AEL.at(Span("", line, column, max(1, length)), advice, problem=problem)


def tab_indentation(line: int, column: int) -> Diagnostic:
    """The diagnostic that a line is indented by a tab."""
    from aelang.syntax.yaml_faults import TAB_INDENTATION

    message = "a tab where `.ael` wants blanks"
    return Diagnostic(TAB_INDENTATION, Span("", line, column, 1), message, "indent with two blanks a level")


def explain(rule: str, line: "Line", refused: "Refused") -> Diagnostic:
    """What is wrong with `line`, which `rule` of the grammar refused, and what to write instead."""
    text = line.text
    place = line.place(min(refused.at, len(text)))
    for row in _TABLES[rule] if len(text) <= _LONGEST else ():
        found = re.search(row.pattern, text)
        if found is None:
            continue
        if row.instead is None:
            return unreadable(row.problem, *place, refused.length, row.advice)
        changed = re.sub(row.pattern, row.instead, text, count=1)
        if _is_accepted(rule, changed):
            return unreadable(row.problem, *place, refused.length, f"write `{changed.strip()}`")
    return unreadable(refused.reason, *place, refused.length, _FORMS[rule])


def _is_accepted(rule: str, text: str) -> bool:
    from aelang.syntax.ael_lines import Line, read_line

    text = "  " + text.strip(" ")
    if rule in ("field", "instance", "method", "header"):
        rule = _rule_of(text)
    elif rule in ("option", "item"):
        rule = "item" if text.startswith("  - ") else "option"
    return read_line(rule, Line(1, text, 0)) is not None


def _rule_of(text: str) -> str:
    word = text.split(maxsplit=1)[0] if text.split() else ""
    if word in ("class", "instance"):
        return "header" if word == "class" else word
    return "method" if re.match(r" +method +[^ (]+ *\(", text) else "field"


def is_folded(text: str) -> bool:
    """Whether a line ends with the sign that YAML has for a text folded below."""
    return re.search(r"= *>[-+]?\Z", text) is not None


def is_lone_key(text: str) -> bool:
    """Whether a line is a key of YAML with what it holds below."""
    return re.fullmatch(r"[\w.-]+ *:", text) is not None


def is_code(text: str) -> bool:
    """Whether a line below a method looks like one of its body."""
    word = _WORD.match(text)
    if word is None or text[word.end() : word.end() + 1] not in ("", " "):
        return True
    from aelang.diagnostics import nearest

    known = (*METHOD_WORDS, *METHOD_LINES)
    return word[0] not in known and nearest(word[0], known) is None


# -- lines that begin with no word of the language -------------------------------------------------------------------

_YAML = re.compile(r"---|%YAML|- |-$|[\w.'\"-]+:(?: |$)")
_YAML_FIRST = re.compile(r"---|%YAML|object_type *:|version *: *1|object *:")
_WORD = re.compile(r"[\w.$-]+")
_OTHERS = frozenset(("def", "end", "function", "func", "sub", "endclass"))
_OTHER_KINDS = {
    "attr": "attribute", "attributes": "attribute", "var": "attribute", "let": "attribute", "string": "attribute",
    "integer": "attribute", "boolean": "attribute", "rel": "relationship", "relation": "relationship",
    "assert": "assertion", "guard": "assertion", "stage": "state", "methods": "method", "instances": "instance",
    "object": "instance", "states": "state", "steps": "step", "secret": "password",
}  # fmt: skip


def is_yaml(text: str) -> bool:
    """Whether a line looks like one of YAML."""
    return _YAML_FIRST.match(text) is not None or (_YAML.match(text) is not None and not text.startswith("- ="))


def runs_on(text: str) -> str:
    """A word for a mistake that a file has on many lines, empty for others."""
    return "merge" if text.startswith(_MERGE) else "yaml" if is_yaml(text) else ""


_MERGE = ("<<<<<<<", "=======", ">>>>>>>")


def is_class_attribute(text: str) -> bool:
    """Whether a line gives an attribute of the class."""
    word = _WORD.match(text)
    return word is not None and word[0] in CLASS_WORDS and text[word.end() : word.end() + 1] in ("", " ")


def is_clause_word(word: str) -> bool:
    """Whether `word` begins a clause of a field or value."""
    return word in _CLAUSE_WORDS


def is_class_word(text: str) -> bool:
    """Whether a line that does not begin with `class` is meant to be the line of the class."""
    return re.match(r"(?i)class\b|(?:module|def class|abstract class|klass)\b", text) is not None


def no_class(text: str, line: int, column: int) -> Diagnostic:
    """What is said of a file whose first line is not that of its class."""
    word = text.partition(" ")[0]
    if is_class_word(text):
        return unreadable(f"`{word}` is not how a class begins", line, column, len(word), CLASS_FORM)
    return unreadable("no class stands at the beginning of the file", line, column, len(word), CLASS_FORM)


def is_value_with_kind(text: str) -> bool:
    """Whether a line below an instance is a value with the kind of its field before it."""
    return re.match(r"(?:assertion|attribute|relationship|state|step|password|method) +[\w.$-]+ *=", text) is not None


def meant_kind(text: str) -> str | None:
    """The line as it would be with the kind of field that its first word is near to; None where it is near to none."""
    word = _WORD.match(text)
    if word is None or word[0] in _OTHERS or text[word.end() : word.end() + 1] != " ":
        return None
    kind = _near_kind(word[0])
    return None if kind is None else kind + text[word.end() :]


def _near_kind(word: str) -> str | None:
    from aelang.diagnostics import nearest

    return _OTHER_KINDS.get(word.lower()) or nearest(word, (*KINDS, "instance"))


def unknown_member(text: str, line: int, column: int) -> Diagnostic:
    """What is said of a line below the class that begins with no word of the language."""
    found = _WORD.match(text)
    word = found[0] if found else text.partition(" ")[0]
    problem, advice = _unknown_member(text, word)
    return unreadable(problem, line, column, len(word), advice)


def _unknown_member(text: str, word: str) -> tuple[str, str]:
    if text.startswith(_MERGE):
        return "the mark of a merge that was not finished", "keep one of the two versions, and take the marks away"
    if is_yaml(text):
        return "this is YAML", "`aelang convert --to ael` makes `.ael` of YAML; a field is `KIND NAME = VALUE`"
    if "\u00a0" in text:
        return "a blank that is none (U+00A0)", f"write `{text.replace(chr(0xA0), ' ')}`"
    if text.startswith(("//", "/*", "--", ";", '"""')):
        return "a comment begins with `#`", f"write `# {text.lstrip('/*-;').strip()}`"
    if word in ("end", "}", "endclass") or text in ("}", "{"):
        return f"`{word}` closes nothing", "take it away: what belongs together is indented"
    if word in ("def", "function", "func", "sub"):
        return f"`{word}` declares nothing", "write `method NAME(INPUT) python`, and `code` with the body below it"
    if word in ("inherits", "extends", "display_name"):
        form = "class NAME < PARENT" if word != "display_name" else 'class NAME "DISPLAY NAME"'
        return f"`{word}` below the class", f"put it on the line of the class: `{form}`"
    if word in _CLAUSE_WORDS:
        return f"`{word}` below the class", "indent it below the field that it belongs to"
    if (meant := meant_kind(text)) is not None:
        return f"`{word}` declares nothing", f"did you mean `{meant.split(' ')[0]}`?"
    if re.match(r"[\w.$-]+ *=", text):
        return "a value below the class", (
            f"write the field's kind before it, as in `attribute {text}`, or put it below an `instance NAME`"
        )
    if re.match(r"[\w.$-]+(?: *: *\w+)?$", text):
        return f"`{word}` declares nothing", f"write the field's kind before it, as in `attribute {text}`"
    kinds = ", ".join(KINDS)
    return f"`{word}` declares nothing", f"begin the line with a kind of field ({kinds}), with `instance` or `method`"


_CLAUSE_WORDS = frozenset((*FIELD_WORDS, *FIELD_WORDS.values())) - frozenset(CLASS_WORDS)
