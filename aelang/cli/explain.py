"""`aelang explain PATH[#message] [FIELD]`: each layer that says a value, which one counts, and what hides the rest."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Option
from aelang.cli.show import USUAL, explained, file_and_line, one_line, print_explained
from aelang.names import fold

if TYPE_CHECKING:
    from aelang.analysis.blame import Blame
    from aelang.analysis.explain import ExplainedField, Explanation, Told
    from aelang.source import Span

NO_BLAME = Option(("--no-blame",), "Do not ask git who wrote which line.")

COMMAND = Command(
    text="""Explains the fields of PATH, a class or an instance, or one FIELD of it: every layer that says something,
with domain, file, line and, from git, commit, author and day. The layer that counts is marked `=`; of the others it
says what hides them: an instance, a nearer class, a higher domain, or that they are blank.

With `#message` only the fields that answer that message are explained.""",
    arguments=(
        Argument("path", "PATH[#message]", completes="names"),
        Argument("field", "[FIELD]", required=False),
    ),
    options=(*WHERE, NO_BLAME, JSON, *HOW),
    examples=(
        ("aelang explain /System/Request/hello subject", "where one value is from"),
        ("aelang explain '/System/Process/Request#create'", "what an instance does under a message"),
        ("aelang explain /System/Request --json", "the defaults of a class, for a program"),
    ),
)


def execute(given: Given) -> int:
    """Prints the explanation; 1 where the path names nothing that has fields, or there is no such field."""
    from aelang.analysis.blame import Blame

    console = Console(given)
    path, _, message = (given.text("path") or "").partition("#")
    found = explained(given, console, path, with_hidden=True)
    if found is None:
        return 1
    fields = _wanted(console, found, given.text("field"), fold(message))
    if fields is None:
        return 1
    blame = Blame(ask=not given.flag("no_blame"))
    print_explained(given, console, lambda: _data(found, fields, blame), lambda: _lines(found, fields, blame))
    return 0


def _wanted(
    console: Console, found: "Explanation", name: str | None, message: str
) -> "Sequence[ExplainedField] | None":
    """The fields that are asked for; None, and it is told, where there are none."""
    fields = [each for each in found.fields if name is None or fold(each.name) == fold(name)]
    if not fields and name is not None:
        from aelang.diagnostics import did_you_mean

        names = [each.name for each in found.fields]
        hint = did_you_mean(name, names) or f"its fields are: {', '.join(names) or 'none'}"
        console.error(f"`{found.path}` has no field `{name}`; {hint}")
        return None
    if message:
        answering = [each for each in fields if message in (told := messages_of(each)) or "*" in told]
        if not answering:
            sent = dict.fromkeys(sent for each in fields for sent in messages_of(each))
            console.error(
                f"no field of `{found.path}` answers `{message}`; they answer: {', '.join(sent) or 'nothing'}"
            )
            return None
        fields = answering
    return fields


def messages_of(field: "ExplainedField") -> tuple[str, ...]:
    """The messages that `field` answers."""
    from aelang.compiler.frames import read_messages

    return read_messages(next((each.text for each in field.others if each.key == "message"), None))


# -- for people --------------------------------------------------------------------------------------------------

_WIDEST = 60


def _lines(found: "Explanation", fields: "Sequence[ExplainedField]", blame: "Blame") -> Iterator[str]:
    yield found.path
    yield f"  {found.kind} in {file_and_line(found.span)}"
    if found.missing:
        yield f"  answers for {found.asked}, which is not there"
    if found.ancestors:
        yield f"  inherits from {', then '.join(found.ancestors)}"
    for layer in found.hidden:
        yield f"  hidden: {layer.path} in {file_and_line(layer.span)}: {layer.why}"
        if layer.only_here:
            yield f"    its fields {', '.join(layer.only_here)} are not here: fields are not merged across domains"
    rows = [[_row(told, blame) for told in _told(field)] for field in fields]
    widths = [min(_WIDEST, max(map(len, cells))) for cells in zip(*(row for some in rows for row in some), strict=True)]
    for field, some in zip(fields, rows, strict=True):
        yield ""
        yield f"{field.name}  {f'{field.kind} {field.datatype}'.strip()}"
        for row in some:
            yield (
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
            ).rstrip()
        if not some:
            yield f"  nothing is said; declared in {file_and_line(field.span)}"


def _told(field: "ExplainedField") -> "list[Told]":
    """The layers worth a line."""
    unusual = {each.origin.key for each in field.layers if (each.origin.key, each.origin.text) not in USUAL}
    return [each for each in field.layers if each.origin.key in unusual]


Row = tuple[str, str, str, str, str, str]
"""Mark and word, text, whose it is, place, who wrote it, why it is hidden."""


def _row(told: "Told", blame: "Blame") -> Row:
    origin = told.origin
    key = "" if origin.key in ("value", "default_value") else f" {origin.key}:"
    who = " ".join(filter(None, blame.line(origin.span.source, origin.span.line)))
    return (
        f"{'-' if told.hidden else '='}{key}",
        one_line(origin.text),
        origin.inherited_from or f"{told.domain} {origin.layer}",
        file_and_line(origin.span),
        who,
        told.hidden,
    )


# -- for programs ------------------------------------------------------------------------------------------------


def _data(found: "Explanation", fields: "Sequence[ExplainedField]", blame: "Blame") -> dict[str, object]:
    return {
        "path": found.path,
        "asked": found.asked,
        "kind": found.kind,
        "domain": found.domain,
        "missing": found.missing,
        **_place(found.span),
        "ancestors": found.ancestors,
        "hidden": [
            {"domain": each.domain, "path": each.path, "why": each.why, "fields_only_there": each.only_here,
             **_place(each.span)}
            for each in found.hidden
        ],
        "fields": [_field_data(field, blame) for field in fields],
    }  # fmt: skip


def _field_data(field: "ExplainedField", blame: "Blame") -> dict[str, object]:
    return {
        "name": field.name,
        "kind": field.kind,
        "datatype": field.datatype,
        "value": None if field.value is None else field.value.text,
        "layers": [_told_data(told, blame) for told in field.layers],
    }


def _told_data(told: "Told", blame: "Blame") -> dict[str, object]:
    origin = told.origin
    line = blame.line(origin.span.source, origin.span.line)
    inherited = {"inherited_from": origin.inherited_from} if origin.inherited_from else {}
    return {
        "key": origin.key,
        "text": origin.text,
        "counts": not told.hidden,
        "hidden": told.hidden,
        "domain": told.domain,
        "from": origin.layer,
        **inherited,
        **_place(origin.span),
        **line._asdict(),
    }


def _place(span: "Span") -> dict[str, object]:
    return {"file": span.source, "line": span.line, "column": span.column}
