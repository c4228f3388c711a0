"""Common mistakes: what people write out of habit in another language, and what to write instead.

Each row is tried on a text that its grammar refused. Where the change gives a text that the grammar accepts, the
advice shows it.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Mistake(NamedTuple):
    """A habit: what it looks like, what to put in its place, and what to say.

    `inside` is for what may stand in quotes too; else quotes and references are left alone.
    """

    pattern: str
    instead: str
    advice: str
    inside: bool = False


EXPRESSION = (
    Mistake(r"[“”]", '"', "use straight quotes", True),
    Mistake(r"[‘’]", "'", "use straight quotes", True),
    Mistake(r"\{\{\s*([^{}]+?)\s*\}\}", r"${\1}", "a reference is written `${...}`", True),
    Mistake(r"#\{\s*([^{}]+?)\s*\}", r"${\1}", "code is not run in quotes; a reference is written `${...}`", True),
    Mistake(r"\$evm\.root\[['\":]?(\w+)['\"]?\]", r"${/#\1}", "an attribute of the root is `${/#name}`", True),
    Mistake(r"\$evm\.(?:object|current)\[['\":]?(\w+)['\"]?\]", r"${#\1}", "an attribute here is `${#name}`", True),
    Mistake(r"\$\(\s*([^()]+?)\s*\)", r"${\1}", "a reference is written `${...}`"),
    Mistake(r"^\s*if\s+", "", "write the expression alone, without `if`"),
    Mistake(r"^\s*unless\s+(.*)$", r"!(\1)", "write the expression alone, without `unless`", True),
    Mistake(r"\s+then\s*$|;\s*$", "", "write the expression alone"),
    Mistake(r"===", "==", "equality is `==`"),
    Mistake(r"!==", "!=", "inequality is `!=`"),
    Mistake(r"<>", "!=", "inequality is `!=`"),
    Mistake(r"~=", "=~", "a match is `=~`"),
    Mistake(r"=>", ">=", "greater or equal is `>=`"),
    Mistake(r"=<", "<=", "less or equal is `<=`"),
    Mistake(r"(?<![=!<>~])=(?![=~>])", "==", "equality is `==`"),
    Mistake(r"(?<!&)&(?![&.])", "&&", "and is `&&`"),
    Mistake(r"(?<!\|)\|(?!\|)", "||", "or is `||`"),
    Mistake(r"&\.", ".", "a call on nil gives nil: write `.`"),
    Mistake(r"\bAND\b", "and", "`and` is written in lower case"),
    Mistake(r"\bOR\b", "or", "`or` is written in lower case"),
    Mistake(r"\bNOT\b", "not", "`not` is written in lower case"),
    Mistake(r"\bIN\b", "in", "`in` is written in lower case"),
    Mistake(r"\b(?:True|TRUE)\b", "true", "true is written `true`"),
    Mistake(r"\b(?:False|FALSE)\b", "false", "false is written `false`"),
    Mistake(r"\b(?:Nil|NIL|None|NONE|NULL|Null|undefined)\b", "nil", "nothing is written `nil`"),
    Mistake(r"\s+eq\s+", " == ", "equality is `==`"),
    Mistake(r"\s+ne\s+", " != ", "inequality is `!=`"),
    Mistake(r"\s+(?:gt|-gt)\s+", " > ", "greater is `>`"),
    Mistake(r"\s+(?:lt|-lt)\s+", " < ", "less is `<`"),
    Mistake(r"\s+(?:ge|-ge)\s+", " >= ", "greater or equal is `>=`"),
    Mistake(r"\s+(?:le|-le)\s+", " <= ", "less or equal is `<=`"),
    Mistake(r"\s+is\s+not\s+", " != ", "inequality is `!=`"),
    Mistake(r"\s+is\s+", " == ", "equality is `==`"),
    Mistake(r"\s+(?:matches|like|match)\s+(?=/)", " =~ ", "a match is `=~`"),
    Mistake(r"\.match\?*\((/(?:[^/\\]|\\.)+/[imx]*)\)", r" =~ \1", "a match is `=~`"),
    Mistake(r"\s+(nil|blank|empty|present)\?", r".\1?", "a call is written with a dot"),
    Mistake(r"\.(nil|blank|empty|present|start_with|end_with)\b(?!\?)", r".\1?", "its name ends in `?`"),
    Mistake(r"\.(?:include|contains?|includes|member\?)(?=\()", ".include?", "the call is `include?`"),
    Mistake(r"\.starts?_?with\??(?=\()", ".start_with?", "the call is `start_with?`"),
    Mistake(r"\.ends?_?with\??(?=\()", ".end_with?", "the call is `end_with?`"),
    Mistake(r"\.(?:lower|toLowerCase|to_lower)\b", ".downcase", "the call is `downcase`"),
    Mistake(r"\.(?:upper|toUpperCase|to_upper)\b", ".upcase", "the call is `upcase`"),
    Mistake(r"\.(?:len|count)\b", ".length", "the call is `length`"),
    Mistake(r"\.trim\b", ".strip", "the call is `strip`"),
    Mistake(r"\b(\d+)_(\d+)\b", r"\1\2", "a number is digits without `_`"),
    Mistake(r"\b(length|size|to_[ifs]|downcase|upcase|strip|blank\?|nil\?|empty\?)\(\)", r"\1", "no argument: no `()`"),
    Mistake(r"^([^']*'[^']*)$", r"\1'", "a quote is not closed", True),
    Mistake(r'^([^"]*"[^"]*)$', r'\1"', "a quote is not closed", True),
    Mistake(r"^([^()]*\([^()]*)$", r"\1)", "a parenthesis is not closed", True),
)  # fmt: skip

REFERENCE = (
    Mistake(r"^\s*([\w]+)((?:\.[\w()]+)*)\s*$", r"#\1\2", "an attribute has a `#` before its name", True),
    Mistake(r"^\s*/([\w]+)((?:\.[\w()]+)*)\s*$", r"/#\1\2", "an attribute of the root is `/#name`", True),
    Mistake(r"^\s*\.(\w+)\s*$", r"#\1", "an attribute has a `#` before its name", True),
    Mistake(r"\s*#\s*", "#", "no blanks stand in a reference", True),
    Mistake(r"\[['\":]?(\w+)['\"]?\]", r".\1", "a step is written with a dot", True),
    Mistake(r"\[|\]|\{|\"|'", "", "a reference holds a path, `#` and a name", True),
    Mistake(r"\s+", "", "no blanks stand in a reference", True),
    Mistake(r"[?!](?=\.|$)", "", "a step's name has no `?` or `!`", True),
)

TARGET = (
    Mistake(r"^\s*(?!/|[A-Za-z]+:)", "/", "a target begins with a slash", True),
    Mistake(r"^(\w+):(?!/)", r"\1:/", "a slash stands behind the scheme", True),
    Mistake(r"\\", "/", "the parts of a path are parted by `/`", True),
    Mistake(r"(?<=\S) (?=\S)", "%20", "a blank is written `%20`"),
    Mistake(r"\[|\]|\{|\}|\^|`|\||\"|<|>", "", "this sign may not stand in a path or message"),
    Mistake(r"%(?![0-9A-Fa-f]{2})", "%25", "a percent sign is written `%25`", True),
)

CALL = (
    Mistake(r"\bMETHOD::", "", "a method field needs no `METHOD::`"),
    Mistake(r"(?<=[\w)]);\s*$", "", "one call a field"),
    Mistake(r"::", ".", "between class and method stands a dot"),
    Mistake(r"[:'\"]?(\w+)['\"]?\s*(?::|(?<!=)=(?!>))\s*", r"\1 => ", "an argument is `key => value`"),
    Mistake(r"(?<=[(,\s])(?:'(\w+)'|\"(\w+)\"|:(\w+))\s*=>", r"\1\2\3 =>", "a key is a bare word", True),
    Mistake(r"=>\s*(-?\d+\.\d+|-\d+)", r"=> '\1'", "a number is digits only; put others in quotes"),
    Mistake(r",\s*\w+\s*=>\s*(?:''|\"\")", "", "an empty argument is passed over: leave it out", True),
    Mistake(r"\w+\s*=>\s*(?:''|\"\")\s*,?\s*", "", "an empty argument is passed over: leave it out", True),
    Mistake(r"=>\s*([\w./-]*[./-][\w./-]*)", r"=> '\1'", "text stands in quotes"),
    Mistake(r"^([^(]*)\s+(\w+)\s*$", r"\1", "one method a call"),
    Mistake(r"^([^()]*\([^()]*)$", r"\1)", "a parenthesis is not closed", True),
    Mistake(r"-", "_", "a name has letters, digits and `_`"),
)

COLLECT = (
    Mistake(r"(?<!=)=(?![>])\s*(?=[^=]*\}\s*$)(?<=\w\s=)", "=>", "a pair is `key => attribute`"),
    Mistake(r"\{([^{}]*)\}\.\w+", r"{\1}", "a hash has no function"),
    Mistake(r"\](\.\w+)(?:\.\w+)+", r"]\1", "only the first function counts"),
    Mistake(r"\](?:\.\w*)", "]", "the functions are sort rsort reverse count min max sum mean variance stddev"),
    Mistake(r"(\w+)\s*:\s*(\w+)", r"\1 => \2", "a pair is `key => attribute`"),
    Mistake(r"\(([^()]*)\)", r"[\1]", "a list stands in `[` and `]`"),
    Mistake(r",\s*(?=[\]},])", "", "no comma without an element"),
    Mistake(r"^\s*=\s*", "", "a name stands before `=`"),
    Mistake(r"^(\s*(?:[./\w]+\s*=\s*)?\w+)[^;\[{]*$", r"\1", "a value is one name"),
)

_TABLES = {
    "expression": (EXPRESSION, "expression", "expression"),
    "reference": (REFERENCE, "template", "reference"),
    "target": (TARGET, "target", "target"),
    "call": (CALL, "call", "call"),
    "collect": (COLLECT, "collect", "collects"),
}
_GENERAL = {
    "expression": "write a comparison such as `${/#count} > 3`, a call such as `${/#name}.blank?`,"
    " or several with `&&`, `||` or `!`: no code is run",
    "reference": "write `${path#attribute}`, and steps behind it as `.name` or `.name(argument)`",
    "target": "write `/Ns/Class/instance?key=value#message`",
    "call": "write `method` or `/Ns/Class.method(key => 'value', other => 5)`",
    "collect": "write `left = [name].sort`, `left = {key => name}` or `left = name`",
}
_LONGEST = 400  # some rows take the square of the length
_KEPT = re.compile(r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\$\{[^}]*\})")


@lru_cache(1024)
def advice(language: str, text: str) -> str:
    """What to write instead of `text`, which the grammar of `language` refused; the form in general where no row fits.

    Where one row, or all that fit one after the other, give a text that the grammar accepts, that is shown.
    """
    table, grammar, start = _TABLES[language]
    if len(text) > _LONGEST:
        return _GENERAL[language]
    fitting = [row for row in table if _changed(row, text) != text]
    for row in fitting:
        if _is_accepted(grammar, start, candidate := _changed(row, text)):
            return f"{row.advice}: write `{_shown(language, candidate)}`"
    said, candidate = [], text
    for row in table:
        changed = _changed(row, candidate)
        if changed != candidate:
            said.append(row.advice)
            candidate = changed
        if said and _is_accepted(grammar, start, candidate):
            return f"{'; '.join(dict.fromkeys(said))}: write `{_shown(language, candidate)}`"
    return fitting[0].advice if fitting and language != "expression" else _GENERAL[language]


def _changed(row: Mistake, text: str) -> str:
    if row.inside:
        return re.sub(row.pattern, row.instead, text)
    pieces = _KEPT.split(text)
    return "".join(piece if at % 2 else re.sub(row.pattern, row.instead, piece) for at, piece in enumerate(pieces))


def _is_accepted(grammar: str, start: str, text: str) -> bool:
    from aelang.syntax.grammars import Refused, parse

    return bool(text.strip()) and not isinstance(parse(grammar, start, text.strip()), Refused)


def _shown(language: str, text: str) -> str:
    return f"${{{text.strip()}}}" if language == "reference" else text.strip()
