"""What `explain` says beside what a run sees: the value of every field of every instance, and what runs set."""

from collections.abc import Iterator

from aelang.analysis.explain import ExplainedField, explain
from aelang.compiler.frames import COALESCING, read_messages
from aelang.compiler.origins import VALUE
from aelang.engine import Engine
from aelang.interpreter.instances import values
from aelang.interpreter.limits import Limits
from aelang.names import fold, is_off
from aelang.project import Compilation

LIMITS = Limits(steps=20_000)


def disagreements(compiled: Compilation) -> tuple[int, list[str]]:
    """How many fields were looked at, and those of which a run reads another value than is explained."""
    runtime = Engine(compiled.image).workspace().runtime
    looked, wrong = 0, []
    for entry in compiled.image.index:
        for name in entry.instances.values():
            path = f"/{entry.path}/{name}"
            seen = values(runtime, path)
            told = explain(compiled.datastore, compiled.image.index, path)
            assert seen is not None
            assert told is not None
            for field in told.fields:
                looked += 1
                if _plain(field, _value(field)) != _plain(field, seen[field.name]):
                    wrong.append(f"{path} {field.name}: {_value(field)!r}, a run reads {seen[field.name]!r}")
    return looked, wrong


def _value(field: ExplainedField) -> str | None:
    text = None if field.value is None else field.value.text
    if field.kind == "step" and text is not None:
        text = text.removesuffix("#${#ae_message}")  # explained with what the compiler adds, read as it was written
    return None if field.kind not in ("attribute", "assertion") and is_off(text) else text


def _plain(field: ExplainedField, text: str | None) -> object:
    """`text` without the blanks around the `||` of alternatives, which a run does not keep."""
    if text is None or field.datatype != COALESCING:
        return text
    return [each.strip() for each in text.split("||")]


def run_disagreements(compiled: Compilation) -> tuple[int, list[str]]:
    """How many attributes of runs were looked at, and those that are not what is explained: attributes of fixed text
    that no other field of the object collects into."""
    engine = Engine(compiled.image, limits=LIMITS)
    looked, wrong = 0, []
    for path in _paths(compiled):
        root = engine.run(path.replace(" ", "%20"), skip_methods=True).workspace.root
        told = explain(compiled.datastore, compiled.image.index, path)
        if root is None or told is None:
            continue
        for field in _fixed(told.fields):
            looked += 1
            seen, said = root.attributes.get(fold(field.name)), field.value
            if said is None or seen != said.text:
                wrong.append(f"{path} {field.name}: {said}, a run has {seen!r}")
    return looked, wrong


def _paths(compiled: Compilation) -> Iterator[str]:
    index = compiled.image.index
    for entry in index:
        relative = entry.path.partition("/")[2]
        for name, written in entry.instances.items():
            if index.instance_home(relative, name) is entry:
                yield f"/{relative}/{written}"


def _fixed(fields: tuple[ExplainedField, ...]) -> Iterator[ExplainedField]:
    collected = {
        name.strip(" /")
        for field in fields
        for said in field.others
        if said.key == "collect"
        for name in fold(said.text or "").replace("=", ",").replace(";", ",").split(",")
    }
    for field in fields:
        sent = next((each.text for each in field.others if each.key == "message"), None)
        answers = {"create", "*"} & set(read_messages(sent))
        text = None if field.value is None else field.value.text
        plain = field.kind == "attribute" and field.datatype in ("", "string") and text is not None and "${" not in text
        if plain and answers and fold(field.name) not in collected:
            yield field


def miscounted(compiled: Compilation) -> list[str]:
    """The fields of which not exactly the layer of the value is told to count."""
    found = []
    for path in _paths(compiled):
        told = explain(compiled.datastore, compiled.image.index, path, with_hidden=True)
        found += [f"{path} {field.name}" for field in (() if told is None else told.fields) if _is_miscounted(field)]
    return found


def _is_miscounted(field: ExplainedField) -> bool:
    counting = [each.origin for each in field.layers if not each.hidden and each.origin.key in (VALUE, "default_value")]
    return counting != ([] if field.value is None else [field.value])
