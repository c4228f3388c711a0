"""`aelang graph PATH[#message]`: a state machine, or what is reached from there, as a drawing."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang import ir
    from aelang.analysis.graphs.shapes import Arrow, Box, Diagram, Link
    from aelang.analysis.graphs.subjects import Subject

_USUAL_LIMIT = 100

COMMAND = Command(
    text="""Draws PATH. Of an instance of a state machine: its states in their order, what each does, its limits, and
where the code of its methods asks for a retry, a restart or another state. Of anything else, or with `--reached`: what
it leads to, step by step, under the message that is sent. PATH is an instance, a class (with a slash at its end where
both are there) or a method `/Ns/Class.method`; the message is `create` where there is none.

Solid arrows stand fast; whether a dashed one is taken, and where it leads, only a run knows. The drawing is text for
Mermaid, which GitHub and GitLab draw in Markdown, or SVG, for which `dot` of graphviz has to be installed.""",
    arguments=(Argument("path", "PATH[#message]", completes="names"),),
    options=(
        *WHERE,
        Option(("--machine",), "Draw the state machine, or say that there is none."),
        Option(("--reached",), "Draw what is reached, of a state machine too."),
        Option(("--depth",), "How many steps away may be what is drawn of what is reached.", "N", least=1),
        Option(("--limit",), f"The most states of a machine, or boxes of what is reached; {_USUAL_LIMIT} unless given.",
               "N", least=1),
        Option(("--from",), "Draw a machine from this state on.", "STATE"),
        Option(("--format",), "How it is drawn; else as the name of the file says, else `mermaid`.",
               choices=("mermaid", "svg", "dot", "json")),
        JSON._replace(help="The same as `--format json`."),
        Option(("-o", "--output"), "Write the drawing into this file: .svg, .mmd, .dot or .json.", "FILE",
               completes="files"),
        *HOW,
    ),
    examples=(
        ("aelang graph /System/Request/hello", "as text for Mermaid"),
        ("aelang graph /System/Process/Request -o request.svg", "a picture of what it leads to"),
        ("aelang graph /System/Process/Event --depth 2 --json", "the nearest, for a program"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Draws; 1 where there is nothing at the path, no machine, no `dot`, or the file cannot be written.

    Raises Misused.
    """
    shape = _shape(given)
    wants_machine = given.flag("machine") or given.text("from") is not None
    if wants_machine and _wants_reached(given):
        word = "--machine" if given.flag("machine") else "--from"
        raise Misused(f"`{word}` does not go with `--reached` or `--depth`: leave it out")
    console = Console(given)
    opened = open_roots(given, console)
    if opened is None:
        return 1
    try:
        diagram = _diagram(given, opened.image, console)
        if diagram is None:
            return 1
        _write(_drawn(diagram, shape), given.text("output"), console)
    except Hindered as fault:
        console.error(str(fault))
        return 1
    if diagram.left_out:
        console.note(_left_out(diagram))
    return 0


def _left_out(diagram: "Diagram") -> str:
    from aelang.analysis.graphs.shapes import MACHINE
    from aelang.diagnostics.text import counted

    if diagram.kind == MACHINE:
        states = counted(diagram.left_out, "state")
        return f"left out: {states}; `--from STATE` says where to begin, `--limit` how many are drawn"
    return f"left out: {diagram.left_out} that are farther away; `--depth` and `--limit` say how much is drawn"


_BY_ENDING = {
    ".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".json": "json",
}  # fmt: skip


def _shape(given: Given) -> str:
    """How it is to be drawn. Raises Misused where that is said in two ways, or a file's name does not say it."""
    shape, output = given.text("format"), given.text("output")
    if given.flag("json"):
        if shape not in (None, "json"):
            raise Misused("`--json` and `--format` say different things: leave one out")
        shape = "json"
    if shape is not None or output is None:
        return shape or "mermaid"
    ending = output[output.rfind(".") :].lower() if "." in output else ""
    if ending not in _BY_ENDING:
        raise Misused(
            f"the name `{output}` does not say how to draw: end it in .svg, .mmd, .dot or .json, or give `--format`"
        )
    return _BY_ENDING[ending]


# -- what is drawn -----------------------------------------------------------------------------------------------


def _diagram(given: Given, image: "ir.Image", console: Console) -> "Diagram | None":
    """The diagram that is asked for; None, and it is told, where there is nothing at the path. Raises Hindered."""
    from aelang.analysis.graphs.subjects import find_subject

    path = given.text("path") or ""
    subject = find_subject(image, path)
    if subject is None:
        from aelang.cli.ls import tell_unknown

        bare = path.partition("#")[0].partition("?")[0]
        tell_unknown(console, image.index, bare, "no class, instance or method")
        return None
    machine = None
    if not _wants_reached(given):
        machine = _machine(given, image, subject)
        if machine is None and (given.flag("machine") or given.text("from") is not None):
            raise Hindered(_why_no_machine(path, subject, image))
    if machine is not None:
        return machine
    from aelang.analysis.graphs.reached import reached_from

    depth = given.number("depth", 0) or None
    return reached_from(image, subject, depth, given.number("limit", _USUAL_LIMIT))


def _machine(given: Given, image: "ir.Image", subject: "Subject") -> "Diagram | None":
    from aelang.analysis.graphs.machine import NoSuchState, machine_of

    begin = given.text("from")
    try:
        return machine_of(image, subject, given.number("limit", _USUAL_LIMIT), begin)
    except NoSuchState as fault:
        from aelang.diagnostics import did_you_mean

        hint = did_you_mean(begin or "", fault.names)
        raise Hindered(f"the machine has no state `{begin}`" + (f": {hint}" if hint else "")) from None


def _wants_reached(given: Given) -> bool:
    """Whether something is said that only what is reached has."""
    return given.flag("reached") or given.value("depth") is not None


def _why_no_machine(path: str, subject: "Subject", image: "ir.Image") -> str:
    path, klass = path.partition("#")[0], image.class_at(subject.node.klass)
    if subject.node.is_method or klass is None or not klass.is_state_machine:
        return f"`{path}` is no state machine: it has no state; without `--machine` what it leads to is drawn"
    sent = dict.fromkeys(each for field in klass.fields for each in field.messages)
    return f"no state of `{path}` answers `{subject.message}`; its fields answer: {', '.join(sent)}"


# -- how it is drawn ---------------------------------------------------------------------------------------------


def _drawn(diagram: "Diagram", shape: str) -> str:
    """`diagram` as a text. Raises Hindered where it cannot be drawn so."""
    match shape:
        case "json":
            import json

            return json.dumps(_data(diagram), ensure_ascii=False, indent=2) + "\n"
        case "dot":
            from aelang.analysis.graphs.dot import dot

            return dot(diagram)
        case "svg":
            return _svg(diagram)
        case _:
            from aelang.analysis.graphs.mermaid import mermaid

            return mermaid(diagram)


def _svg(diagram: "Diagram") -> str:
    from aelang.analysis.graphs.svg import DotFailed, DotMissing, svg

    try:
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + svg(diagram)
    except DotMissing:
        raise Hindered(
            "SVG is drawn by `dot`, which is not installed: install graphviz, or ask for `--format mermaid`"
        ) from None
    except DotFailed as fault:
        raise Hindered(f"{fault}; `--format mermaid` does without it") from None


def _write(text: str, output: str | None, console: Console) -> None:
    """Puts `text` where it is wanted. Raises Hindered where the file cannot be written."""
    if output is None:
        console.result(text.removesuffix("\n"))
        return
    from aelang.interpreter.values import mask_secrets

    try:
        with open(output, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(mask_secrets(text))
    except OSError as error:
        raise Hindered(f"`{output}` cannot be written: {error.strerror}") from error


# -- for programs ------------------------------------------------------------------------------------------------


def _data(diagram: "Diagram") -> dict[str, object]:
    return {
        "kind": diagram.kind,
        "title": diagram.title,
        "boxes": [_box_data(box) for box in diagram.boxes],
        "arrows": [_arrow_data(arrow) for arrow in diagram.arrows],
        "left_out": diagram.left_out,
    }


def _box_data(box: "Box") -> dict[str, object]:
    place = {} if box.span is None else {"file": box.span.source, "line": box.span.line, "column": box.span.column}
    return {
        "key": box.key,
        "kind": box.kind,
        "title": box.title,
        **({} if box.link is None else {"leads_to": _link_data(box.link)}),
        "rows": [
            {"label": row.label, "text": row.text, "leads_to": [_link_data(link) for link in row.links]}
            for row in box.rows
        ],
        "marks": box.marks,
        **place,
        "more": box.more,
    }


def _link_data(link: "Link") -> dict[str, object]:
    return link._asdict()


def _arrow_data(arrow: "Arrow") -> dict[str, object]:
    data = arrow._asdict()
    data["possible"] = data.pop("is_possible")
    return data
