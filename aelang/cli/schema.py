"""`aelang schema`: JSON Schema of the files of a datastore, for editors."""

import json
import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, WHERE, Argument, Command, Given, Misused, Option
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang.project import Compilation
    from aelang.schemas import Json

KINDS = ("domain", "namespace", "class", "instance", "method")

COMMAND = Command(
    text="""Prints the JSON Schema of a KIND of file, or with `--class` that of the instances of one class, which knows
its fields. With `-o` it writes all of them into a folder, and prints the setting that tells the YAML language server of
an editor which schema is for which files: put it into `.vscode/settings.json`. One file can say it for itself:
`# yaml-language-server: $schema=FILE` on its first line.""",
    arguments=(Argument("kind", "[KIND]", required=False, choices=KINDS),),
    options=(
        *WHERE,
        Option(("--class",), "The instances of this class: `/Ns/Class` or `/Domain/Ns/Class`.", "PATH",
               completes="names"),
        Option(("-o", "--output"), "Write all schemas into this folder.", "FOLDER", completes="folders"),
        *HOW,
    ),
    examples=(
        ("aelang schema -o .schemas", "all of them, and the setting that an editor wants"),
        ("aelang schema class", "what a `__class__.yaml` may hold"),
        ("aelang schema --class /System/Request", "what instances of a class may say"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Prints or writes schemas; 1 where there is no such class, or the folder cannot be written. Raises Misused."""
    kind, path, output = given.text("kind"), given.text("class"), given.text("output")
    if sum(each is not None for each in (kind, path, output)) != 1:
        raise Misused("name one of these: a KIND of file, a class with `--class`, a folder with `-o`")
    console = Console(given)
    if kind is not None:
        from aelang.schemas import file_schema

        console.result(_text(file_schema(kind)))
        return 0
    compiled = open_roots(given, console)
    if compiled is None:
        return 1
    return _print_class(path, compiled, console) if path is not None else _write_all(output or "", compiled, console)


def _text(schema: "Json") -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _print_class(path: str, compiled: "Compilation", console: Console) -> int:
    from aelang.schemas import class_schema

    name = path.strip("/")
    index = compiled.image.index
    found = index.class_at(name) or next(iter(index.layers(name)), None)
    if found is None:
        from aelang.diagnostics import did_you_mean

        known = sorted({entry.path.partition("/")[2] for entry in index})
        console.error(f"there is no class `{path}`; {did_you_mean(name, known) or '`aelang ls` lists them'}")
        return 1
    console.result(_text(class_schema(found.path, compiled)))
    return 0


def _write_all(folder: str, compiled: "Compilation", console: Console) -> int:
    from aelang.diagnostics.text import counted
    from aelang.schemas import KINDS, file_of, file_schema, instance_schemas, yaml_settings

    written = 0
    instances = []
    try:
        for kind in KINDS:
            _write(file_schema(kind), os.path.join(folder, f"{kind}.json"))
        for each in instance_schemas(compiled):
            instances.append(each._replace(schema=None))
            _write(each.schema, os.path.join(folder, file_of(each)))
        written = len(KINDS) + len(instances)
    except OSError as error:
        console.error(f"`{error.filename or folder}` cannot be written: {error.strerror}")
        return 1
    console.result(_text(yaml_settings(os.path.relpath(folder), instances)))
    console.note(f"wrote {counted(written, 'schema')} into `{folder}`")
    return 0


def _write(schema: "Json", path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(_text(schema) + "\n")
