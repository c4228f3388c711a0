"""A datastore with a state machine that asks for a retry twice, said in fields alone: no method is needed for it."""

from collections.abc import Sequence

from tests.doors.stores import DOMAIN, NAMESPACE, PLAIN

Row = dict[str, str]


def klass(name: str, fields: Sequence[Row]) -> str:
    """The file of a class with these fields, in this order."""
    lines = ["object_type: class", "version: 1.0", "object:", "  attributes:", f"    name: {name}", "  schema:"]
    for priority, field in enumerate(fields, 1):
        lines += ["  - field:", f"      priority: {priority}"]
        lines += [f"      {key}: {value!r}" for key, value in field.items()]
    return "\n".join(lines) + "\n"


def field(aetype: str, name: str, value: str = "", **others: str) -> Row:
    """A field with a default value."""
    return {"aetype": aetype, "name": name, "default_value": value, **others}


def instance(name: str, **values: str) -> str:
    """The file of an instance."""
    lines = ["object_type: instance", "version: 1.0", "object:", "  attributes:", f"    name: {name}"]
    lines += ["  fields:" if values else "  fields: []"]
    for key, value in values.items():
        lines += [f"  - {key}:", f"      value: {value!r}"]
    return "\n".join(lines) + "\n"


def method(name: str) -> str:
    """The declaration of a Python method."""
    lines = ["object_type: method", "version: 1.0", "object:", "  attributes:", f"    name: {name}"]
    return "\n".join(
        [*lines, "    location: inline", "    language: python", "    scope: instance", "  inputs: []", ""]
    )


_ASKS = {"collect": "/ae_result = result; /ae_retry_interval = interval"}

FILES = {
    "D/__domain__.yaml": DOMAIN.format(name="D", priority=1, enabled="true"),
    "D/N/__namespace__.yaml": NAMESPACE.format(name="N"),
    "D/N/Machine.class/__class__.yaml": klass(
        "Machine",
        [
            field("attribute", "secret", "v2:{canary==}", datatype="password"),
            field("state", "first", "/N/Leaf/a"),
            field("state", "wait", "/N/Answer/${/#ae_state_retries}", max_time="10.minutes", **_ASKS),
            field("state", "last", "/N/Leaf/b"),
        ],
    ),
    "D/N/Machine.class/go.yaml": instance("go"),
    "D/N/Answer.class/__class__.yaml": klass(
        "Answer", [field("attribute", "result", "ok"), field("attribute", "interval", "60.seconds")]
    ),
    "D/N/Answer.class/0.yaml": instance("0", result="retry"),
    "D/N/Answer.class/1.yaml": instance("1", result="retry"),
    "D/N/Answer.class/_missing.yaml": instance(".missing"),
    "D/N/Leaf.class/__class__.yaml": klass("Leaf", [field("attribute", "color", "green", datatype="symbol")]),
    "D/N/Leaf.class/a.yaml": PLAIN.format(name="a"),
    "D/N/Leaf.class/b.yaml": PLAIN.format(name="b"),
}
URI = "/N/Machine/go"
