"""`.ael` in its one style: surface nodes become text, whether they come from a file or from a model.

A piece stands on one line where it fits into 110 columns, its clauses behind two blanks; else its clauses stand below,
as many on a line as fit. Comments keep their place, groups of lines stay groups.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, assert_never

from aelang.syntax.ael_nodes import (
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
from aelang.writer.ael_text import (
    Said,
    clause_text,
    default_text,
    name_text,
    option_text,
    path_text,
    quoted,
    value_text,
)

__all__ = ["print_ael", "print_member"]

_WIDTH = 110
_STEP = "  "
_QUOTES = "'\""


class _Chunk(NamedTuple):
    """What stays together on a line: its text, the block that follows, the comments around it."""

    text: str
    block: tuple[str, ...] = ()
    trivia: Trivia = Trivia()

    @property
    def is_loose(self) -> bool:
        """Whether others may stand before and behind it on a line."""
        return not (self.block or self.trivia.above or self.trivia.behind)


def print_ael(klass: ClassNode) -> str:
    """The text of the file of `klass`, with its line break at the end."""
    head = _Chunk(f"class {name_text(klass.name)}{_parent(klass.parent)}{_display(klass.display)}", (), klass.trivia)
    lines = _lay_out(head, list(map(_clause, klass.clauses)), "")
    before: Member | None = None
    for member in klass.members:
        said = print_member(member)
        if before is None and len(lines) == 1 + len(_above(klass.trivia.above, "")):
            said = said[1:] if not said[0] else said
        elif _stands_apart(member, before, said) and said[0]:
            lines.append("")
        lines += said
        before = member
    lines += _above(klass.below, "")
    return "\n".join(lines).strip("\n") + "\n"


def print_member(member: Member) -> list[str]:
    """The lines of a field, an instance or a method declaration of a class, with the comments above it."""
    match member:
        case FieldNode():
            return _field(member, _STEP)
        case InstanceNode():
            return _instance(member)
        case MethodNode():
            return _method(member)
        case _:
            assert_never(member)


def _stands_apart(member: Member, before: Member | None, said: list[str]) -> bool:
    """Whether a blank line is due above `member`: between groups, and above what takes more than a line."""
    if type(member) is not type(before):
        return True
    return not isinstance(member, FieldNode) and len(said) > 1 + len(member.trivia.above)


# -- fields, instances, methods ----------------------------------------------------------------------------------


def _field(field: FieldNode, indent: str) -> list[str]:
    messages = "" if field.messages is None else f" on {_raw(field.messages)}"
    head = f"{field.kind} {name_text(field.name)}{_datatype(field.datatype)}{messages}{_display(field.display)}"
    return _lay_out(_valued(head, field.value, field.trivia), list(map(_clause, field.clauses)), indent)


def _instance(instance: InstanceNode) -> list[str]:
    text = f"instance {name_text(instance.name)}{_parent(instance.parent)}{_display(instance.display)}"
    head = _Chunk(text, (), instance.trivia)
    attributes = [_attribute(each) for each in instance.clauses]
    values = [_valued(name_text(each.name), each.value, each.trivia) for each in instance.values]
    if all(each.is_loose for each in (*attributes, *values)) and all(map(_is_short, instance.values)):
        line = "  ".join((text, *(each.text for each in (*attributes, *values))))
        if len(values) == 1 or len(_STEP + line) <= _WIDTH:  # one value gains nothing from a line of its own
            return [*_above(head.trivia.above, _STEP), f"{_STEP}{line}{_behind(head.trivia)}"]
    lines = _lay_out(head, attributes, _STEP)
    for value, node in zip(values, instance.values, strict=True):
        lines += _lay_out(value, list(map(_clause, node.clauses)), _STEP * 2)
    return lines


def _is_short(value: ValueNode) -> bool:
    """Whether a value may stand behind the header of its instance."""
    return value.value is not None and not value.clauses


def _attribute(clause: Clause) -> _Chunk:
    """An attribute of an instance: its text is always in quotes, which tells it from a value."""
    text = clause.text
    if text is None or text.value is None:
        return _Chunk(f"{clause.word} nil", (), clause.trivia)
    said = clause_text(text)
    if not said.block:
        said = Said(f"{'off ' if text.is_off else ''}{quoted(text.value)}")
    return _Chunk(f"{clause.word} {said.text}", said.block, clause.trivia)


def _method(method: MethodNode) -> list[str]:
    inputs = [_input(each) for each in method.inputs[: method.in_parentheses]]
    tail = f"){'' if method.how is None else ' ' + _raw(method.how)}{_display(method.display)}"
    name = name_text(method.name)
    first = f"method {name}{' ' if name[0] in _QUOTES else ''}("
    chunks = [*map(_clause, method.clauses), *([_embeds(method.embeds)] if method.embeds else [])]
    if len(_STEP + first + ", ".join(inputs) + tail) <= _WIDTH:
        lines = _lay_out(_Chunk(first + ", ".join(inputs) + tail, (), method.trivia), chunks, _STEP)
    else:
        lines = _wide_method(first, inputs, tail, method.trivia) + _below(chunks, _STEP * 2)
    for each in method.inputs[method.in_parentheses :]:
        lines += _field(each, _STEP * 2)
    return lines + _options(method.options) + _code(method.code)


def _wide_method(first: str, inputs: Sequence[str], tail: str, trivia: Trivia) -> list[str]:
    """A method whose inputs do not fit beside its name: they stand below, as many on a line as fit."""
    lines = [*_above(trivia.above, _STEP), _STEP + first]
    line = _STEP * 3
    for at, each in enumerate(inputs):
        said = each + ("," if at < len(inputs) - 1 else tail)
        if line.strip() and len(line) + 1 + len(said) > _WIDTH:
            lines.append(line)
            line = _STEP * 3
        line += said if not line.strip() else f" {said}"
    return [*lines, line + _behind(trivia)]


def _input(field: FieldNode) -> str:
    value = "" if field.value is None else f" = {default_text(field.value)}"
    return f"{name_text(field.name)}{_datatype(field.datatype)}{value}"


def _embeds(embeds: Embeds) -> _Chunk:
    paths = ", ".join(map(path_text, embeds.paths))
    return _Chunk(f"embeds {paths}", (), embeds.trivia)


def _options(options: Options | None) -> list[str]:
    if options is None:
        return []
    lines = _lay_out(_Chunk("options", (), options.trivia), [], _STEP * 2)
    for each in options.inner:
        lines += _option(each, _STEP * 3)
    return lines


def _option(option: OptionNode, indent: str) -> list[str]:
    key = "-" if option.key is None else _option_key(option.key)
    if option.value is None:
        head = _Chunk(key, (), option.trivia)
    else:
        said = option_text(option.value)
        head = _Chunk(f"{key}{'' if option.key is None else ' ='} {said.text}", said.block, option.trivia)
    lines = _lay_out(head, [], indent)
    for each in option.inner:
        lines += _option(each, indent + _STEP)
    return lines


def _option_key(key: Scalar) -> str:
    return name_text(key) if (key.value or "-")[0] != "-" else quoted(key.value or "")


def _code(code: Code | None) -> list[str]:
    if code is None:
        return []
    lines = (code.text.value or "").removesuffix("\n").split("\n")
    head = _lay_out(_Chunk("code", (), code.trivia), [], _STEP * 2)
    return [*head, *(f"{_STEP * 3}{line}" if line.strip() else "" for line in lines)]


# -- pieces ------------------------------------------------------------------------------------------------------


def _valued(head: str, value: Scalar | None, trivia: Trivia) -> _Chunk:
    if value is None:
        return _Chunk(head, (), trivia)
    said = value_text(value)
    return _Chunk(f"{head} = {said.text}", said.block, trivia)


def _clause(clause: Clause) -> _Chunk:
    if clause.text is None:
        return _Chunk(clause.word, (), clause.trivia)
    if clause.word in ("if", "unless"):
        return _Chunk(f"{clause.word} {clause.text.value}", (), clause.trivia)
    said = Said(_raw(clause.text)) if clause.word == "substitute" else clause_text(clause.text)
    return _Chunk(f"{clause.word} {said.text}", said.block, clause.trivia)


def _raw(text: Scalar) -> str:
    """A word that means something else in quotes."""
    if text.value is None:
        return "nil"
    return quoted(text.value) if text.style else text.value


def _datatype(datatype: Scalar | None) -> str:
    return "" if datatype is None else f" : {datatype.value or 'none'}"


def _display(display: Scalar | None) -> str:
    return "" if display is None or display.value is None else f" {quoted(display.value)}"


def _parent(parent: Scalar | None) -> str:
    if parent is None or parent.value is None:
        return ""
    return f" < {path_text(parent)}"


# -- lines -------------------------------------------------------------------------------------------------------


def _lay_out(head: _Chunk, chunks: Sequence[_Chunk], indent: str) -> list[str]:
    """`head` with `chunks` behind it where all fit on one line, else with them below, one step further in."""
    above = _above(head.trivia.above, indent)
    if not head.block and all(each.is_loose for each in chunks):
        line = indent + "  ".join((head.text, *(each.text for each in chunks)))
        if len(line) <= _WIDTH:
            return [*above, line + _behind(head.trivia)]
    return [*above, indent + head.text + _behind(head.trivia), *_block(head, indent), *_below(chunks, indent + _STEP)]


def _below(chunks: Iterable[_Chunk], indent: str) -> list[str]:
    lines: list[str] = []
    is_open = False
    for each in chunks:
        if is_open and each.is_loose and len(lines[-1]) + 2 + len(each.text) <= _WIDTH:
            lines[-1] += f"  {each.text}"
            continue
        lines += (*_above(each.trivia.above, indent), indent + each.text + _behind(each.trivia), *_block(each, indent))
        is_open = not (each.block or each.trivia.behind)
    return lines


def _block(chunk: _Chunk, indent: str) -> list[str]:
    return [f"{indent}{_STEP * 2}{line}" if line else "" for line in chunk.block]


def _behind(trivia: Trivia) -> str:
    return f"  {trivia.behind}" if trivia.behind else ""


def _above(above: Iterable[str], indent: str) -> list[str]:
    """Comment lines at `indent`; of several blank lines one stays."""
    lines: list[str] = []
    for line in above:
        if line or not lines or lines[-1]:
            lines.append(indent + line if line else "")
    return lines
