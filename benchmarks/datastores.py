"""Generated datastores: one in the shape of ManageIQ's own domain at any scale, and three small ones to run.

The shape is counted, not copied: 1,401 files of 890 kB are 81 namespaces, 120 classes of 10.8 fields, 956 instances of
1.35 values, half of them with a reference, and 243 methods; the kinds of the fields stand in `_KINDS`. Every text has a
number of its own in it, so that nothing gains from having read the same text before. As in that domain, next to nothing
is wrong but that the code of the methods lies elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

NAMESPACES, CLASSES, INSTANCES, METHODS = 81, 120, 956, 243
FILES = 1 + NAMESPACES + CLASSES + INSTANCES + METHODS

_KINDS = ("method", "relationship", "method", "state", "attribute", "relationship", "method", "state", "relationship",
          "method", "assertion")  # fmt: skip
_SCHEMA_KEYS = ("display_name", "owner", "visibility", "collect", "scope", "description", "condition", "on_exit",
                "max_retries", "max_time")  # fmt: skip


def write_large(folder: Path, scale: int) -> int:
    """Writes `scale` times the shape as the domain `Generated` below `folder`; the number of YAML files written."""
    return write_files(folder, large(scale))


def write_files(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """Writes `files`, pairs of name and text, below `folder`; their number."""
    made: set[Path] = set()
    count = 0
    for name, text in files:
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_text(text, encoding="utf-8")
        count += 1
    return count


def large(scale: int) -> Iterator[tuple[str, str]]:
    """The files of `scale` times the shape, folders before what is in them."""
    yield "Generated/__domain__.yaml", _domain("Generated")
    for number in range(NAMESPACES * scale):
        yield (
            f"Generated/{_namespace_path(number)}/__namespace__.yaml",
            _namespace(_namespace_path(number).rpartition("/")[2]),
        )
    for number in range(CLASSES * scale):
        yield from _class_folder(number, _share(number, INSTANCES), _share(number, METHODS))


def _share(number: int, total: int) -> int:
    return total * (number % CLASSES + 1) // CLASSES - total * (number % CLASSES) // CLASSES


def _namespace_path(number: int) -> str:
    area, group = divmod(number, 9)
    return f"Area{area}" if group == 0 else f"Area{area}/Group{group}"


def _class_path(number: int) -> str:
    return f"{_namespace_path(number * NAMESPACES // CLASSES)}/Klass{number}"


def _class_folder(number: int, instances: int, methods: int) -> Iterator[tuple[str, str]]:
    folder = f"Generated/{_class_path(number)}.class"
    yield (
        f"{folder}/__class__.yaml",
        _class(f"Klass{number}", [_field(number, at) for at in range(10 + (number % 5 != 0))]),
    )
    for at in range(instances):
        yield f"{folder}/instance_{at}.yaml", _instance(f"Instance_{at}", _values(number, at))
    for at in range(methods):
        yield (
            f"{folder}/__methods__/method_{at}.yaml",
            _method(f"Method_{at}", with_input=at == 0 and _teller(number) == number),
        )


def _field(number: int, at: int) -> dict[str, object]:
    kind = _KINDS[at]
    value = {
        "method": f"Method_{at % 2}" if at < 3 else None,
        "relationship": f"/{_class_path(max(0, number - 1))}/Instance_{at % 3}?get={number}" if at < 3 else None,
        "attribute": f"value {number} of {at}",
        "assertion": f"'${{/#kind_{number}}}' == 'vm{number}'",
        "state": None,
    }[kind]
    entry = f"/Generated/{_class_path(_teller(number))}.Method_0(status => 'Step {at} of {number}')"
    return {
        "aetype": kind, "name": f"{kind}{at}", "datatype": "string", "priority": at + 1, "default_value": value,
        "substitute": True, "message": "create", "on_entry": entry if kind == "state" else None,
        "on_error": entry.replace("Step", "Error in step") if kind == "state" else None,
    }  # fmt: skip


def _teller(number: int) -> int:
    """The class whose first method has an input, among those about `number`."""
    return number - number % 3


def _values(number: int, at: int) -> dict[str, str]:
    target = f"/{_class_path(max(0, number - 1 - at))}/Instance_{at % 5}"
    values = {"relationship1": f"{target}?event=e{number}_{at}"}
    if at % 2:
        values = {"relationship5": f"/Area0/Klass0/Instance_${{/#provider_{number}_{at}}}#${{/#message_{at}}}"}
    if at % 3 == 0:
        values["attribute4"] = f"setting {at} of class {number}"
    return values


def link_chain(length: int) -> Mapping[str, str]:
    """A class with one relationship and `length` + 1 instances, each leading to the next: `/Run/Link/i0`."""
    files = _run_domain("Link", [{"aetype": "relationship", "name": "next", "priority": 1}])
    for number in range(length + 1):
        values = {"next": f"/Run/Link/i{number + 1}"} if number < length else {}
        files[f"Bench/Run/Link.class/i{number}.yaml"] = _instance(f"i{number}", values)
    return files


def wide_object(attributes: int) -> Mapping[str, str]:
    """One object, `/Run/Wide/one`, with a name and `attributes` attributes whose text has a reference in it."""
    fields: list[dict[str, object]] = [{"aetype": "attribute", "name": "vm_name", "priority": 1}]
    fields += [{"aetype": "attribute", "name": f"a{at}", "priority": at + 2} for at in range(attributes)]
    values = {"vm_name": "web01"} | {f"a{at}": f"disk {at} of ${{#vm_name}}.img" for at in range(attributes)}
    return _run_domain("Wide", fields) | {"Bench/Run/Wide.class/one.yaml": _instance("one", values)}


def machine(states: int) -> Mapping[str, str]:
    """A state machine, `/Run/Machine/one`, of `states` states that do nothing."""
    fields: list[dict[str, object]] = [
        {"aetype": "state", "name": f"s{at}", "priority": at + 1} for at in range(states)
    ]
    return _run_domain("Machine", fields) | {"Bench/Run/Machine.class/one.yaml": _instance("one", {})}


def durable_machine(states: int) -> Mapping[str, str]:
    """The same with a method in each state, and what the life of a request calls, which does nothing."""
    fields: list[dict[str, object]] = [
        {"aetype": "state", "name": f"s{at}", "priority": at + 1, "default_value": "METHOD::work", "max_retries": 9999}
        for at in range(states)
    ]
    about: list[dict[str, object]] = [{"aetype": "attribute", "name": "about", "priority": 1}]
    folder = "Bench/Run/Machine.class"
    declared = _file("method", {"name": "work", "scope": "instance", "language": "python", "location": "inline"})
    return _run_domain("Machine", fields) | {
        f"{folder}/one.yaml": _instance("one", {}),
        f"{folder}/__methods__/work.yaml": declared + "  inputs: []\n",
        f"{folder}/__methods__/work.py": "def main(evm):\n    pass\n",
        "Bench/System/__namespace__.yaml": _namespace("System"),
        "Bench/System/Process.class/__class__.yaml": _class("Process", about),
        "Bench/System/Process.class/Event.yaml": _instance("Event", {}),
    }


def method(language: str, code: str) -> Mapping[str, str]:
    """An object, `/Run/Caller/one`, that calls one method with this code."""
    files = _run_domain("Caller", [{"aetype": "method", "name": "call", "priority": 1, "default_value": "work"}])
    folder = "Bench/Run/Caller.class"
    declared = _file("method", {"name": "work", "scope": "instance", "language": language, "location": "inline"})
    ending = {"python": "py", "ruby": "rb"}[language]
    return files | {
        f"{folder}/one.yaml": _instance("one", {}),
        f"{folder}/__methods__/work.yaml": declared + "  inputs: []\n",
        f"{folder}/__methods__/work.{ending}": code,
    }


def _run_domain(klass: str, fields: list[dict[str, object]]) -> dict[str, str]:
    return {
        "Bench/__domain__.yaml": _domain("Bench"),
        "Bench/Run/__namespace__.yaml": _namespace("Run"),
        f"Bench/Run/{klass}.class/__class__.yaml": _class(klass, fields),
    }


def _domain(name: str) -> str:
    return _file("domain", {"name": name, "description": None, "priority": 1, "enabled": True})


def _namespace(name: str) -> str:
    return _file(
        "namespace", {"name": name, "description": None, "display_name": None, "priority": None, "enabled": None}
    )


def _class(name: str, fields: list[dict[str, object]]) -> str:
    text = _file("class", {"description": None, "display_name": None, "name": name, "type": None, "inherits": None,
                           "visibility": None, "owner": None})  # fmt: skip
    text += "  schema:\n"
    for field in fields:
        text += "  - field:\n" + _lines(field | dict.fromkeys(_SCHEMA_KEYS), 6)
    return text


def _instance(name: str, values: Mapping[str, str]) -> str:
    text = _file("instance", {"display_name": None, "name": name, "inherits": None, "description": None})
    text += "  fields:\n" if values else "  fields: []\n"
    return text + "".join(f"  - {field}:\n      value: {_scalar(value)}\n" for field, value in values.items())


def _method(name: str, *, with_input: bool) -> str:
    text = _file("method", {"name": name, "display_name": None, "description": None, "scope": "instance",
                            "language": "ruby", "location": "inline"})  # fmt: skip
    if not with_input:
        return text + "  inputs: []\n"
    given = {"aetype": None, "name": "status", "datatype": "string", "priority": 1, "default_value": "ok"}
    return text + "  inputs:\n  - field:\n" + _lines(given, 6)


def _file(object_type: str, attributes: Mapping[str, object]) -> str:
    return f"---\nobject_type: {object_type}\nversion: 1.0\nobject:\n  attributes:\n{_lines(attributes, 4)}"


def _lines(attributes: Mapping[str, object], indent: int) -> str:
    return "".join(f"{' ' * indent}{key}:{_scalar_behind_key(value)}\n" for key, value in attributes.items())


def _scalar_behind_key(value: object) -> str:
    return "" if value is None else f" {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return text if text.replace("_", "").isalnum() else '"' + text.replace('"', '\\"') + '"'
