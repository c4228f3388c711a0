"""The TextMate grammar of `.ael`, made of the terminals of ael.lark and the words of ael_words.

A TextMate grammar reads line by line: a rule either matches within a line, or begins something that lasts until its
`end` matches, or as long as the lines behind it match its `while`. A declaration lasts while lines are indented deeper
than its own; what a word means inside depends on what was declared. The patterns are those that both Python and
Oniguruma read alike. A text behind `=` or behind the word of a clause is a rule of its own: it begins behind the sign,
knows its forms by `\\G`, which is where it began, and ends where that no longer is.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from aelang.colours.kinds import scope
from aelang.syntax import ael_words as words
from aelang.syntax.ael_lines import terminals

__all__ = ["Rule", "printed", "textmate"]

Rule: TypeAlias = dict[str, Any]
"""A rule as TextMate has it: JSON."""

EMBEDDED = {"python": "source.python", "ruby": "source.ruby"}
"""The languages of bodies, with the grammars that colour them."""

_BELOW = "^(?=\\1 | *$| *#)"
"""As long as lines are blank, comments, or indented deeper than the first, whose indentation is group 1."""

_ENDS = r"(?!\G)|(?=  )|(?= *$)"


def textmate() -> Rule:
    """The grammar, as it is written to `ael.tmLanguage.json`."""
    t = {name: pattern.replace("(?![^ ])", r"(?![^ \n])") for name, pattern in terminals().items()}
    t["NAMED"] = f"{t['NAME']}|{t['SINGLE']}|{t['DOUBLE']}"
    body = ("comment", "class", "method", "field", "instance", "clauses")
    return {
        "name": "ael",
        "scopeName": "source.ael",
        "fileTypes": ["ael"],
        "patterns": [_include(each) for each in body],
        "repository": {**_declarations(t), **_methods(t), **_clauses(t), **_texts(t)},
    }


def printed() -> str:
    """The grammar as the text of its file."""
    import json

    return json.dumps(textmate(), indent=2, ensure_ascii=False) + "\n"


def _include(name: str) -> Rule:
    return {"include": f"#{name}"}


def _captures(*kinds: str, **inner: str) -> Rule:
    """What each group is, "" where it is nothing; `inner` names the patterns within what is of a kind."""
    found: Rule = {}
    for at, kind in enumerate(kinds, 1):
        if kind:
            found[str(at)] = {"name": scope(kind)}
            if kind in inner:
                found[str(at)]["patterns"] = [_include(inner[kind])]
    return found


def _lasting(begin: str, kinds: tuple[str, ...], patterns: tuple[str, ...], *, lasts: str = _BELOW) -> Rule:
    """A declaration: it has the lines below that are indented deeper."""
    captures = _captures(*kinds)
    return {
        "begin": begin,
        "while": lasts,
        "beginCaptures": captures,
        "patterns": [_include(each) for each in patterns],
    }


# -- declarations ------------------------------------------------------------------------------------------------


def _declarations(t: Mapping[str, str]) -> Rule:
    kinds = "|".join(words.KINDS)
    return {
        "comment": {"match": r"^ *+(#(?: .*)?)$|(?<! ) {2,}+(#(?: .*)?)$", "captures": _captures("comment", "comment")},
        "class": {
            "begin": rf"^({t['CLASS']}) +({t['NAMED']})",
            "end": "$",
            "beginCaptures": _captures("declaration", "class"),
            "patterns": [_include(each) for each in ("comment", "parent", "clauses", "display")],
        },
        "parent": {"match": rf"(<) *({t['PARENT']}|{t['NAMED']})", "captures": _captures("sign", "parent")},
        "display": {"match": f"({t['SINGLE']})|({t['DOUBLE']})", "captures": _quoted()},
        "field": _lasting(
            rf"^( *)((?:{kinds})(?= +[^ =\n])) +({t['NAMED']})",
            ("", "declaration", "field"),
            ("comment", "header", "clauses", "display"),
        ),
        "header": {"patterns": [_include(each) for each in ("datatype", "messages", "assigned")]},
        "datatype": {"match": rf"(:) *({t['DATATYPE']})", "captures": _captures("sign", "datatype")},
        "messages": {"match": rf" (on) +({t['MESSAGES']})(?= *$|  | *=| *['\"])",
                     "captures": _captures("clause", "message")},
        "instance": _lasting(
            rf"^( *)(instance(?= +[^ =\n])) +({t['NAMED']})",
            ("", "declaration", "instance"),
            ("comment", "parent", "value", "clauses", "display"),
        ),
        "value": {"patterns": [
            _assigned(rf"(?:^ *+|(?<! ) {{2,}}+)({t['NAMED']}) *(=) *", "value", "sign"),
            {"match": rf"^ *({t['NAMED']})(?= {{2}}| *$)", "captures": _captures("value")},
        ]},
        "assigned": _assigned("(=) *", "sign"),
    }  # fmt: skip


def _quoted() -> Rule:
    return _captures("single", "double", single="in-single", double="in-double")


def _assigned(begin: str, *kinds: str, texts: str = "values") -> Rule:
    """A text that begins behind `begin`."""
    return {"begin": begin, "end": _ENDS, "beginCaptures": _captures(*kinds), "patterns": [_include(texts)]}


# -- methods -----------------------------------------------------------------------------------------------------


def _methods(t: Mapping[str, str]) -> Rule:
    known = re.search(r"\(\?:([a-z|]+)\)", t["HOW"])
    assert known is not None
    rest = ("comment", "input-below", "options")
    end = ("embeds", "clauses", "display")
    bodies = {f"run-in-{name}": _run_in(name, (*rest, f"code-in-{name}", *end)) for name in EMBEDDED}
    return {
        "method": _lasting(
            rf"^( *)(method)(?= +(?:{t['NAMED']}) *\() +({t['NAMED']})",
            ("", "declaration", "method"),
            ("inputs", *bodies, "run", *rest, "code", *end),
            lasts=r"^(?=\1 |\1\)| *$| *#)",
        ),
        "inputs": {
            "begin": r"\(",
            "end": r"(?=\))",
            "beginCaptures": {"0": {"name": scope("sign")}},
            "patterns": [_include(each) for each in ("comment", "datatype", "default", "input")],
        },
        "input": {"match": rf"({t['NAMED']})|(,)", "captures": _captures("input", "sign")},
        "default": _assigned(r"(=) *", "sign", texts="defaults"),
        "run": {
            "match": rf"(\))(?: *((?:{known[1]})(?![^ \n])))?(?: ([\w-]+)(?![^ \n]))?",
            "captures": _captures("sign", "how", "how"),
        },
        **bodies,
        "input-below": _lasting(
            rf"^( *)(input) +({t['NAMED']})", ("", "declaration", "input"), ("comment", "header", "clauses", "display")
        ),
        "embeds": {
            "begin": r"(?:^ *+|(?<! ) {2,}+)(embeds)(?![^ \n]) *",
            "end": "(?=  )|(?= *$)",
            "beginCaptures": _captures("clause"),
            "patterns": [
                {"match": f"(,)|({t['PATH']})", "captures": _captures("sign", "target")},
                _include("display"),
            ],
        },
        "options": _lasting(
            r"^( *)(options)(?= *$| {2,}#)", ("", "clause"), ("comment", "item", "option", "assigned-option")
        ),
        "item": _assigned(r"^ *(-)(?![^ \n]) *", "sign", texts="texts"),
        "option": {"match": rf"^ *({t['KEY']}|{t['NAMED']})(?= *=| *$|  )", "captures": _captures("option")},
        "assigned-option": _assigned("(=) *", "sign", texts="texts"),
        "code": _body({"name": scope("block"), "match": ".+"}),
        **{f"code-in-{name}": _body({"include": source}, f"meta.embedded.block.{name}")
           for name, source in EMBEDDED.items()},
    }  # fmt: skip


def _run_in(name: str, patterns: tuple[str, ...]) -> Rule:
    """The rest of a method whose body is in a language that has colours of its own; the method's end is its end."""
    return _lasting(rf"(\)) *({name})(?![^ \n])", ("sign", "how"), patterns, lasts="^")


def _body(pattern: Rule, content: str = "") -> Rule:
    rule = _lasting(r"^( *)(code)(?= *$| {2,}#)", ("", "clause"), (), lasts=r"^(?=\1 | *$)")
    if not content:
        return {**rule, "patterns": [pattern]}
    nothing = {"match": "(?!)"}  # an editor that does not know the language would pass over a rule without others
    return {**rule, "contentName": content, "patterns": [pattern, nothing]}


# -- clauses and texts -------------------------------------------------------------------------------------------


def _clauses(t: Mapping[str, str]) -> Rule:
    known = set().union(
        words.CLASS_WORDS, words.FIELD_WORDS, words.INSTANCE_WORDS, words.VALUE_WORDS, words.METHOD_WORDS
    )
    listed = "|".join(sorted(known - {"if", "unless"}))
    no_clause = r"(?!#|[A-Za-z_]\w*(?![^ \n]))"  # two blanks before what cannot be one are nothing but blanks
    return {
        "clauses": {"patterns": [
            {"match": rf"(?:^ *+|(?<! ) ++)(if|unless)(?![^ \n])(?! *=) +({t['EXPRESSION']})",
             "captures": _captures("condition", "expression", expression="in-text")},
            _assigned(rf"(?:^ *+|(?<! ) {{2,}}+)({listed})(?![^ \n])(?! *=| {{2,}}[\w.$-]+ *=)"
                      rf"(?: (?! )| {{2,}}+{no_clause})?", "clause", texts="texts"),
        ]},
    }  # fmt: skip


def _texts(t: Mapping[str, str]) -> Rule:
    ends = {"values": r"(?= *$| {2}| (?:if|unless)(?![^ \n]))", "texts": "(?= *$| {2})", "defaults": "(?= *[,)]| *$)"}
    plain = {"values": t["VALUE"], "texts": t["TEXT"], "defaults": t["DEFAULT"]}
    return {
        **{name: {"patterns": _forms(name, t, plain[name], ends[name])} for name in ends},
        "block": {
            "begin": r"\G(\|-?)(?= *$| {2,}#)(?: *$\n?| +(#.*)$\n?)",
            "end": r"^(?=\S)|(?!\G)",
            "beginCaptures": _captures("sign", "comment"),
            "patterns": [{"begin": r"^( +)(?! )", "end": r"^(?!\1|\s*$)", "name": scope("block")}],
        },
        "in-text": {"match": r"\$\{[^}\n]*\}", "name": scope("reference")},
        "in-single": {"patterns": [{"match": "(?<!^)''(?=.)", "name": scope("escape")}, _include("in-text")]},
        "in-double": {"patterns": [
            {"match": r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", "name": scope("escape")},
            _include("in-text"),
        ]},
    }  # fmt: skip


def _forms(name: str, t: Mapping[str, str], plain: str, end: str) -> list[Rule]:
    """What a text may be; each begins where the text begins."""
    block = [] if name == "defaults" else [_include("block"), _assigned(rf"\G({t['OFF']}) +", "off", texts=name)]
    return [
        *block,
        {"match": rf"\G(nil|true|false){end}", "captures": _captures("nil")},
        {"match": rf"\G(-?\d+(?:\.\d+)?){end}", "captures": _captures("number")},
        {"match": rf"\G(?:({t['SINGLE']})|({t['DOUBLE']}))", "captures": _quoted()},
        {"match": rf"\G(?=/)({plain})", "captures": _captures("target", target="in-text")},
        {"match": rf"\G({plain})", "captures": _captures("text", text="in-text")},
    ]
