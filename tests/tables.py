"""The tables of the language page, run: each gives its rows back with the last cell as it comes out today."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aelang.engine import Engine
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.outcome import Failed
from aelang.interpreter.values import RunValue, Symbol, inspect, to_text, type_name
from aelang.project import open_project
from aelang.services import default_catalog
from tests.transcripts import write_files

Rows = Sequence[tuple[str, ...]]


def in_file(rows: Rows, folder: Path) -> list[tuple[str, ...]]:
    """Rows of a value as it stands in a file, and the text that it becomes."""
    values = [  # in block style: in a flow mapping a comma would end the value
        f"\n      name: v{at}\n      aetype: attribute\n      default_value: {written}"
        for at, (written, _) in enumerate(rows)
    ]
    found = _attributes(_engine(folder, values))
    return [(row[0], str(found.get(f"v{at}"))) for at, row in enumerate(rows)]


def becomes(rows: Rows, folder: Path) -> list[tuple[str, ...]]:
    """Rows of a value, its data type, and the type and value that it becomes."""
    fields = [
        f"{{name: v{at}, aetype: attribute, datatype: {kind}, default_value: {_quoted(value)}}}"
        for at, (value, kind, _) in enumerate(rows)
    ]
    found = _attributes(_engine(folder, fields))
    return [(*row[:2], _typed(found.get(f"v{at}"))) for at, row in enumerate(rows)]


def texts(rows: Rows, folder: Path) -> list[tuple[str, ...]]:
    """Rows of a template, the arguments of the object above, and the text that it gives."""
    engine = _engine(folder, ["{name: text, aetype: attribute}"], "text", [row[0] for row in rows])
    return [(*row[:2], _text(engine, f"/Rows/Top/t{at}?{row[1]}")) for at, row in enumerate(rows)]


def outcomes(rows: Rows, folder: Path) -> list[tuple[str, ...]]:
    """Rows of an assertion, the arguments of the object above, and whether it holds."""
    fields = ["{name: guard, aetype: assertion, priority: 1}", "{name: here, aetype: attribute, default_value: x}"]
    engine = _engine(folder, fields, "guard", [row[0] for row in rows])
    return [(*row[:2], _verdict(engine, f"/Rows/Top/t{at}?{row[1]}")) for at, row in enumerate(rows)]


def _engine(folder: Path, fields: list[str], name: str = "", values: Sequence[str] = ()) -> Engine:
    """A datastore of a class with `fields`; its instance rN has the Nth of `values` for the field `name`."""
    files = {
        "Demo/Rows/Row.class/__class__.yaml": _class("Row", fields),
        "Demo/Rows/Row.class/it.yaml": _instance("it"),
        "Demo/Rows/Top.class/__class__.yaml": _class("Top", ["{name: row, aetype: relationship}"]),
    }
    for at, value in enumerate(values):
        files[f"Demo/Rows/Row.class/r{at}.yaml"] = _instance(f"r{at}", name, value)
        files[f"Demo/Rows/Top.class/t{at}.yaml"] = _instance(f"t{at}", "row", f"/Rows/Row/r{at}")
    write_files(folder, files)
    return Engine(open_project([str(folder)], cache=False).image, catalog=default_catalog())


def _class(name: str, fields: list[str]) -> str:
    schema = "".join(f"  - field: {field}\n" for field in fields)
    return f"object_type: class\nobject:\n  attributes: {{name: {name}}}\n  schema:\n{schema}"


def _instance(name: str, field: str = "", value: str = "") -> str:
    fields = f"\n  - {field}: {{value: {_quoted(value)}}}\n" if field else " []\n"
    return f"object_type: instance\nobject:\n  attributes: {{name: {name}}}\n  fields:{fields}"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _attributes(engine: Engine) -> Mapping[str, RunValue]:
    root = engine.run("/Rows/Row/it").workspace.root
    assert root is not None
    return root.attributes


def _typed(value: RunValue) -> str:
    shown = inspect(value) if isinstance(value, str | list | Symbol) else to_text(value)
    return f"{type_name(value)} {shown}"


def _text(engine: Engine, uri: str) -> str:
    row = engine.run(uri).workspace.nodes[-1]
    return str(row.attributes["text"])


def _verdict(engine: Engine, uri: str) -> str:
    outcome = engine.run(uri)
    if isinstance(outcome, Failed):
        return _failure(outcome.error)
    return "holds" if any(node.klass == "Row" for node in outcome.workspace.nodes) else "fails"


def _failure(error: AutomateError) -> str:
    return f"the run ends: {type(error).__name__}"
