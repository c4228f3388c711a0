"""`aelang show PATH`: a class or an instance as it takes effect, and where every word of it comes from."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.ls import tell_unknown
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang import ir
    from aelang.analysis.blame import Blame
    from aelang.analysis.explain import ExplainedField, ExplainedMethod, Explanation
    from aelang.compiler.origins import Origin
    from aelang.source import Span

COMMAND = Command(
    text="""Shows what PATH, a class or an instance, amounts to: its fields in the order in which they are processed,
each with its value and where that comes from: class or instance, file, line, and the commit if the file is in git.

A path is read as a run reads it; one that begins with a domain is about that domain alone. A slash at its end asks for
the class where a class and an instance have the same path.""",
    arguments=(Argument("path", "PATH", completes="names"),),
    options=(*WHERE, JSON, *HOW),
    examples=(
        ("aelang show /System/Request/hello", "an instance"),
        ("aelang show /System/Request", "a class, with its methods and instances"),
        ("aelang show /Base/System/Request --json", "the class of one domain, for a program"),
    ),
)


def execute(given: Given) -> int:
    """Prints the explanation; 1 where the path names nothing that has fields."""
    from aelang.analysis.blame import Blame

    console = Console(given)
    found = explained(given, console, given.text("path") or "")
    if found is None:
        return 1
    blame = Blame()
    print_explained(given, console, lambda: _data(found, blame), lambda: _lines(found, blame))
    return 0


def explained(given: Given, console: Console, path: str, *, with_hidden: bool = False) -> "Explanation | None":
    """What `path` amounts to in the datastore that is meant; None, and it is told, where that has no fields."""
    from aelang.analysis.explain import explain

    opened = open_roots(given, console)
    if opened is None:
        return None
    found = explain(opened.datastore, opened.image.index, path, with_hidden=with_hidden)
    if found is None:
        _tell_without_fields(console, opened.image.index, path)
    return found


def _tell_without_fields(console: Console, index: "ir.Index", path: str) -> None:
    from aelang.analysis.impact import method_thing

    if method_thing(index, path) is None:
        tell_unknown(console, index, path, "neither a class nor an instance")
    else:
        console.error(f"`{path}` is a method, which has no fields; `aelang impact {path}` tells who calls it")


def print_explained(
    given: Given, console: Console, data: Callable[[], object], lines: Callable[[], Iterator[str]]
) -> None:
    """Prints `lines`, or `data` for a program, whichever was asked for."""
    if given.flag("json"):
        import json

        console.result(json.dumps(data(), ensure_ascii=False, indent=2))
        return
    for line in lines():
        console.result(printable(line))


# -- for people --------------------------------------------------------------------------------------------------

Row = tuple[str, str, str, str, str, str]
"""Name, kind, text, layer, place, commit."""

_WIDEST = 60


def _lines(found: "Explanation", blame: "Blame") -> Iterator[str]:
    yield found.path
    yield f"  {found.kind} in {file_and_line(found.span)}"
    if found.missing:
        yield f"  answers for {found.asked}, which is not there"
    if len(found.layers) > 1:
        yield f"  {found.layers[0]} answers; also in {', '.join(found.layers[1:])}"
    if found.ancestors:
        yield f"  inherits from {', then '.join(found.ancestors)}"
    yield from (f"  {said.key}: {one_line(said.text)}" for said in found.said)
    yield from _table("fields", [row for field in found.fields for row in _field_rows(field, found.domain, blame)])
    yield from _table("methods", [_method_row(method, blame) for method in found.methods])
    if found.instances:
        yield ""
        yield "instances"
        yield from (f"  {name}" for name in found.instances)


def _field_rows(field: "ExplainedField", domain: str, blame: "Blame") -> Iterator[Row]:
    kind = f"{field.kind} {field.datatype}".strip()
    if field.value is None:
        layer = field.inherited_from or f"{domain} class"
        yield (field.name, kind, "", layer, file_and_line(field.span), _commit(field.span, blame))
    else:
        yield _row(field.name, kind, domain, field.value, blame)
    for said in field.others:
        if (said.key, said.text) not in USUAL:
            yield _row(f"  {said.key}", "", domain, said, blame)


USUAL = frozenset((("message", "create"), ("substitute", "t"), ("visibility", "public")))
"""What need not be said of a field, since it goes for most."""


def _row(name: str, kind: str, domain: str, said: "Origin", blame: "Blame") -> Row:
    layer = said.inherited_from or f"{domain} {said.layer}"
    return (name, kind, one_line(said.text), layer, file_and_line(said.span), _commit(said.span, blame))


def _method_row(method: "ExplainedMethod", blame: "Blame") -> Row:
    where = f"{method.location} {method.language}".strip()
    inputs = f"({', '.join(method.inputs)})"
    return (method.name, where, inputs, method.inherited_from, file_and_line(method.span), _commit(method.span, blame))


def _commit(span: "Span", blame: "Blame") -> str:
    return blame.commit(span.source, span.line)


def file_and_line(span: "Span") -> str:
    """`span` as people are told it."""
    return f"{span.source}:{span.line}" if span.line else span.source


def one_line(text: str | None) -> str:
    """`text` on one line; in quotes where its edges would not be seen."""
    from aelang.interpreter.values import inspect

    if text is None:
        return "nil"
    return inspect(text) if not text or text != text.strip() or not text.isprintable() else text


def _table(title: str, rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    widths = [min(_WIDEST, max(len(row[at]) for row in rows)) for at in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width)
        yield ("  " + "  ".join(cells)).rstrip()


# -- for programs ------------------------------------------------------------------------------------------------


def _data(found: "Explanation", blame: "Blame") -> dict[str, object]:
    return {
        "path": found.path,
        "kind": found.kind,
        "domain": found.domain,
        "domains": found.layers,
        "missing": found.missing,
        **_place(found.span, blame),
        "attributes": [_said(each, blame) for each in found.said],
        "fields": [_field_data(field, blame) for field in found.fields],
        "methods": [
            {"name": each.name, "location": each.location, "language": each.language, "inputs": each.inputs,
             **_inherited(each.inherited_from), **_place(each.span, blame)}
            for each in found.methods
        ],
        "instances": found.instances,
        "ancestors": found.ancestors,
    }  # fmt: skip


def _field_data(field: "ExplainedField", blame: "Blame") -> dict[str, object]:
    return {
        "name": field.name,
        "kind": field.kind,
        "datatype": field.datatype,
        **_inherited(field.inherited_from),
        **_place(field.span, blame),
        "value": None if field.value is None else _said(field.value, blame),
        "others": [_said(each, blame) for each in field.others],
    }


def _said(said: "Origin", blame: "Blame") -> dict[str, object]:
    place = _place(said.span, blame)
    return {"key": said.key, "text": said.text, "from": said.layer, **_inherited(said.inherited_from), **place}


def _inherited(path: str) -> dict[str, object]:
    """Whose it is, where it is inherited."""
    return {"inherited_from": path} if path else {}


def _place(span: "Span", blame: "Blame") -> dict[str, object]:
    return {"file": span.source, "line": span.line, "column": span.column, "commit": _commit(span, blame)}
