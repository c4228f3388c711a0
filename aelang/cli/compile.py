"""`aelang compile`: datastores are compiled, what is wrong with them is told, and the image is written."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Misused, Option
from aelang.cli.roots import open_roots, tell_diagnostics

if TYPE_CHECKING:
    from aelang.ir.codec import Json
    from aelang.project import Compilation

COMMAND = Command(
    text="""Compiles the datastores ROOT (a folder, a git tree `repo@rev:path`, a zip export; none: as everywhere) and
tells what is wrong with them, each finding with its line and a way out. A faulty piece does not stop the rest.

Exit codes: 0 no errors, 1 errors. Only what changed since the last time is read and compiled again.""",
    arguments=(Argument("roots", "[ROOT]...", required=False, many=True, completes="folders"),),
    options=(
        *WHERE,
        Option(("-o", "--output"), "Write the image to this file: `aelang run --image` needs no sources.", "FILE",
               completes="files"),
        Option(("--emit",), "Print the compiled classes for reading.", choices=("json",)),
        JSON._replace(help="Print the findings on standard output, one JSON object a line."),
        Option(("-v", "--verbose"), "Tell how many files were read and classes compiled."),
        *HOW,
    ),
    examples=(
        ("aelang compile", "what is wrong with the datastore of this folder"),
        ("aelang compile -o our.image && aelang run --image our.image /System/Request/hello", "an image, and its use"),
        ("aelang compile --emit json > classes.json", "what the classes mean"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Compiles, tells, writes; 1 where there are errors. Raises Misused."""
    if given.flag("json") and given.text("emit"):
        raise Misused("`--json` and `--emit` both want standard output: leave one out")
    console = Console(given)
    compiled = open_roots(given, console, given.many("roots"))
    if compiled is None:
        return 1
    _tell_findings(compiled, given, console)
    output = given.text("output")
    if output is not None and not _write(compiled, output, console):
        return 1
    if given.text("emit"):
        _emit(compiled, console)
    return 1 if _has_errors(compiled) else 0


def _tell_findings(compiled: "Compilation", given: Given, console: Console) -> None:
    found = compiled.diagnostics
    if given.flag("json"):
        from aelang.diagnostics.jsonl import render

        if found:
            console.result(render(found))
    elif found:
        tell_diagnostics(found, console, (*compiled.settings.roots, *compiled.settings.references))
    if given.flag("verbose"):
        _tell_counts(compiled, console)
    console.note(_in_short(compiled))


def _in_short(compiled: "Compilation") -> str:
    from aelang.diagnostics.text import counted, summary

    index = compiled.image.index
    instances = sum(len(entry.instances) for entry in index)
    methods = sum(len(entry.methods) for entry in index)
    parts = (
        counted(len(index.domains), "domain"),
        counted(len(index), "class", "classes"),
        counted(instances, "instance"),
        counted(methods, "method"),
    )
    return f"compiled {', '.join(parts)}: {summary(compiled.diagnostics) or 'nothing is wrong'}"


def _tell_counts(compiled: "Compilation", console: Console) -> None:
    said = compiled.statistics
    console.tell(f"files: {said.files} seen, {said.files_read} read")
    kept = said.classes - said.classes_compiled
    console.tell(f"classes: {said.classes}, {said.classes_compiled} compiled, {kept} from the cache")


def _write(compiled: "Compilation", output: str, console: Console) -> bool:
    from aelang.ir import ImageError

    try:
        compiled.write_image(output)
    except ImageError as fault:
        console.error(str(fault))
        return False
    return True


def _emit(compiled: "Compilation", console: Console) -> None:
    """Prints the image as JSON, a class at a time, so that no more than one is in memory."""
    import json

    from aelang import ir

    index = compiled.image.index
    domains = [{"name": domain.name, "enabled": domain.enabled} for domain in index.domains]
    console.result(
        f'{{"version": {ir.IMAGE_VERSION}, "domains": {json.dumps(domains, ensure_ascii=False)}, "classes": ['
    )
    comma = ""
    for entry in index:
        klass = _masked(ir.readable(compiled.image.class_at(entry.path)))
        console.result(comma + json.dumps(klass, ensure_ascii=False))
        comma = ","
    console.result("]}")


def _masked(node: "Json") -> "Json":
    """`node` with the text of every field and input of data type password masked."""
    from aelang.interpreter.values import MASK, sanitize

    if isinstance(node, list):
        return [_masked(each) for each in node]
    if not isinstance(node, dict):
        return sanitize(node) if isinstance(node, str) else node
    masked = {name: _masked(each) for name, each in node.items()}
    if node.get("datatype") == "password":
        masked.update({key: MASK for key in ("text", "default") if node.get(key) is not None})
    return masked


def _has_errors(compiled: "Compilation") -> bool:
    from aelang.diagnostics import Severity, worst

    return worst(compiled.diagnostics) is Severity.ERROR
