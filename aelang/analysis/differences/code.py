"""Code: whether two texts of a method do the same, as far as one can see without running them.

Blanks at the ends of lines, blank lines and lines that are comments do nothing. In Ruby that only goes for lines that
stand in code, not in a text or here document; comments that Ruby itself reads count. Two Python texts are the same when
they have the same syntax tree. Anything else is compared as it is written, line ends aside.
"""

_MAGIC = ("coding", "frozen_string_literal", "frozen-string-literal", "warn_indent", "shareable_constant_value")


def is_same_code(language: str, old: str | None, new: str | None) -> bool:
    """Whether the code `old` and `new` of a method in `language` is the same."""
    if old is None or new is None:
        return old == new
    old, new = (text.replace("\r\n", "\n").rstrip("\n") for text in (old, new))
    if old == new:
        return True
    if language.strip().lower() == "python":
        return _python_tree(old) == _python_tree(new)
    return language.strip().lower() == "ruby" and _ruby_lines(old) == _ruby_lines(new)


def _python_tree(text: str) -> str:
    """The syntax tree of `text`, written down; `text` itself where it has none."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape is told by `validate`
        try:
            return ast.dump(ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return text


def _ruby_lines(text: str) -> list[str]:
    """The lines of `text` that do something."""
    from aelang.code.ruby import code_line_ends

    text += "\n"
    ends = code_line_ends(text)
    kept: list[str] = []
    start, in_code = 0, True
    while start < len(text):
        end = text.index("\n", start)
        line, ends_in_code = text[start:end], end in ends
        if ends_in_code and not line.rstrip().endswith("\\"):
            line = line.rstrip()
        if not (in_code and ends_in_code and _does_nothing(line.strip())):
            kept.append(line)
        start, in_code = end + 1, ends_in_code
    return kept


def _does_nothing(line: str) -> bool:
    return not line or (line[0] == "#" and not line.startswith("#!") and not any(word in line for word in _MAGIC))
