"""Generated: a domain in which every kind of field and every key occurs, without a fault, from a seed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

_FIRST = (
    "amber", "brisk", "cedar", "delta", "ember", "frost", "grove", "heron", "indigo", "jolly", "kelp", "lunar", "maple",
    "north", "ochre", "pearl", "quartz", "raven", "silver", "timber",
)  # fmt: skip
_LAST = (
    "anchor", "bridge", "castle", "drawer", "engine", "filter", "garden", "harbor", "island", "jacket", "kettle",
    "ladder", "mirror", "needle", "orchard", "pillar", "quiver", "ribbon", "saddle", "tunnel",
)  # fmt: skip
_SPACES = 3
_KINDS = (
    ("integer", "12"), ("float", "2.5"), ("boolean", "'true'"), ("string", "plain words"), ("symbol", "open"),
    ("array", "'1,2,3'"), ("null coalescing", '"${/#whom} || somebody"'), ("time", "'2024-05-06 07:08:09'"),
)  # fmt: skip


def write_domain(folder: Path, seed: int) -> None:
    """Writes the domain of `seed` below `folder`."""
    for path, text in _Maker(Random(seed)).files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _head(kind: str, name: str, **attributes: str) -> str:
    said = "".join(f"    {key}: {value}\n" for key, value in attributes.items())
    return (
        f"---\nobject_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n"
        f"    display_name: A {kind}\n    description: Says what the {kind} is for\n{said}"
    )


def _keys(indent: str, said: Mapping[str, str]) -> Iterator[str]:
    for key, value in said.items():
        yield f"{indent}{key}: {value}"


def _schema(*fields: Mapping[str, str]) -> str:
    lines = ["  schema:"]
    for at, field in enumerate(fields, start=1):
        said = {"priority": str(at * 10), "substitute": "true", "description": "What it is for", **field}
        lines += ["  - field:", *_keys("      ", said)]
    return "\n".join(lines) + "\n"


def _values(said: Mapping[str, str | Mapping[str, str]]) -> str:
    if not said:
        return "  fields: []\n"
    lines = ["  fields:"]
    for name, value in said.items():
        keys = {"value": value} if isinstance(value, str) else value
        lines += [f"  - {name}:", *_keys("      ", {**keys, "display_name": f"Of {name}"})]
    return "\n".join(lines) + "\n"


class _Maker:
    """A domain that is being made."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.taken: set[str] = set()
        self.written: dict[str, str] = {}

    def name(self) -> str:
        """A name that nothing has yet."""
        while True:
            made = f"{self.random.choice(_FIRST)}_{self.random.choice(_LAST)}"
            if made not in self.taken:
                self.taken.add(made)
                return made

    def files(self) -> dict[str, str]:
        """The files of the domain, by path."""
        self.written["Made/__domain__.yaml"] = _head("domain", "Made", enabled="true", priority="5")
        for _ in range(_SPACES):
            space = self.name().title()
            self.written[f"Made/{space}/__namespace__.yaml"] = _head("namespace", space)
            self._space(f"{space}")
        return self.written

    def _class(self, path: str, schema: str, **attributes: str) -> str:
        self.written[f"Made/{path}.class/__class__.yaml"] = (
            _head("class", path.rpartition("/")[2], **attributes) + schema
        )
        return path

    def _instance(
        self, path: str, values: Mapping[str, str | Mapping[str, str]], name: str = "", **attributes: str
    ) -> str:
        name = name or self.name()
        file = "_missing" if name == ".missing" else name
        self.written[f"Made/{path}.class/{file}.yaml"] = _head("instance", name, **attributes) + _values(values)
        return f"/{path}/{name}"

    def _method(self, path: str, inputs: Mapping[str, str | None], code: str = "", embeds: str = "") -> str:
        name = self.name()
        head = _head("method", name, scope="instance", language="ruby" if not code else "python",
                     location="builtin" if not code else "inline")  # fmt: skip
        if embeds:
            head += f"    embedded_methods:\n    - {embeds}\n"
        lines = ["  inputs:"] if inputs else ["  inputs: []"]
        for at, (field, default) in enumerate(inputs.items(), start=1):
            said = {"name": field, "datatype": "string", "priority": str(at), "substitute": "true"}
            lines += ["  - field:", *_keys("      ", said if default is None else {**said, "default_value": default})]
        stem = f"Made/{path}.class/__methods__/{name}"
        self.written[f"{stem}.yaml"] = head + "\n".join(lines) + "\n"
        if code:
            self.written[f"{stem}.py"] = code
        return name

    # -- a namespace -----------------------------------------------------------------------------------------------

    def _space(self, space: str) -> None:
        settings, instances = self._settings(space)
        message = self.name()
        work, jobs = self._work(space, message, instances)
        machine = self._machine(space, work, jobs, message)
        self._steps(space, work, jobs)
        self._requests(space, settings, instances, machine, jobs, message)

    def _settings(self, space: str) -> tuple[str, list[str]]:
        """A class of attributes of every type; its child; their instances."""
        path = f"{space}/{self.name().title()}"
        guard = {"aetype": "assertion", "name": self.name(), "default_value": "\"'${/#stage}' != 'shut'\""}
        fields = [
            {"aetype": "attribute", "name": self.name(), "datatype": kind, "default_value": text, "message": "create"}
            for kind, text in _KINDS
        ]
        self._class(path, _schema(guard, *fields))
        own = {fields[0]["name"]: "7", fields[3]["name"]: '"for ${/#whom}"'}
        instances = [self._instance(path, own if at else {}) for at in range(3)]
        child = f"{space}/{self.name().title()}"
        added = {"aetype": "attribute", "name": self.name(), "datatype": "integer", "default_value": "3"}
        self._class(child, _schema({**added, "priority": "200"}), inherits=f"/{path}")
        first = self._instance(child, {added["name"]: "4"})
        self._instance(child, {fields[1]["name"]: "1.5"}, inherits=first.rpartition("/")[2])
        return path, [*instances, first]

    def _work(self, space: str, message: str, instances: list[str]) -> tuple[str, list[str]]:
        """A class whose instances call methods."""
        path = f"{space}/{self.name().title()}"
        embedded = self._method(path, {}, "def helper():\n    return 1\n\n\ndef main(evm):\n    helper()\n")
        shown = self.random.choice(instances)
        called = self._method(
            path,
            {"label": None, "amount": "'5'"},
            f'def main(evm):\n    evm.instantiate("{shown}")\n',
            f"/{path}/{embedded}",
        )
        plain = self._method(path, {"reason": None})
        call = {"aetype": "method", "name": self.name(), "message": "create"}
        other = {"aetype": "method", "name": self.name(), "message": f"{message}, create"}
        self._class(path, _schema(call, other))
        jobs = [
            self._instance(path, {
                call["name"]: f"\"{called}(label => '{self.name()}', amount => 2)\"",
                other["name"]: f"{plain}(reason => 'because')",
            })
            for _ in range(4)
        ]  # fmt: skip
        return path, jobs

    def _machine(self, space: str, work: str, jobs: list[str], message: str) -> str:
        path = f"{space}/{self.name().title()}"
        tell = self._method(path, {"status": None, "step": "none"})
        act = self._method(path, {"unit": None})
        states = [
            {
                "aetype": "state", "name": self.name(), "default_value": value, "message": "create",
                "on_entry": f"{tell}(status => 'Begun', step => 1)",
                "on_exit": f"{tell}(status => 'Done'); {tell}(status => 'Left')",
                "on_error": f"{tell}(status => 'Failed')", "undo": undo, "max_retries": "'20'", "max_time": "2.hours",
            }
            for value, undo in (
                (f'"{jobs[0]}"', f'"{jobs[1]}"'), (f"METHOD::{act}(unit => 'box')", f"{tell}(status => 'Undone')"),
                (f'"{jobs[2]}#{message}"', f'"{jobs[3]}#{message}"'), (f'"/{work}/${{/#job}}"', f'"{jobs[0]}"'),
            )
        ]  # fmt: skip
        self._class(path, _schema(*states))
        changed = {"value": f'"{jobs[3]}"', "on_entry": f"{tell}(status => 'Other')"}
        self._instance(path, {})
        return self._instance(path, {states[0]["name"]: changed, states[1]["name"]: f'"{jobs[1]}"'})

    def _steps(self, space: str, work: str, jobs: list[str]) -> None:
        path = f"{space}/{self.name().title()}"
        steps = [
            {"aetype": "step", "name": self.name(), "default_value": f'"{job}"', "message": "create",
             "condition": "\"UNLESS ${/#quiet} == 'yes'\"", "undo": f'"{jobs[0]}"'}
            for job in jobs[1:3]
        ]  # fmt: skip
        self._class(path, _schema(*steps))
        self._instance(
            path, {steps[1]["name"]: {"value": f'"{jobs[3]}"', "condition": '"IF ${/#loud} && ${/#count} > 3"'}}
        )

    def _requests(
        self, space: str, settings: str, instances: list[str], machine: str, jobs: list[str], message: str
    ) -> None:
        path = f"{space}/{self.name().title()}"
        asked, deep = self.name(), self.name()
        any_space = f'"/${{/#space}}/{settings.partition("/")[2]}/${{/#which}}"'

        def lead(default: str = "", name: str = "", **others: str) -> dict[str, str]:
            said = {"default_value": default} if default else {}
            return {"aetype": "relationship", "name": name or self.name(), "message": "create", **said, **others}

        fields = [
            {"aetype": "assertion", "name": self.name(), "default_value": '"${/#count} > 3 || ${/#whom}.blank?"'},
            lead(name=asked, message="create, notify", collect='"size = seven; names = [name].sort"'),
            lead(f'"/{settings}/*"', collect='"all = [name].count"'),
            lead(f'"{machine}?why=asked&who=${{/#whom}}"'),
            lead(f'"{jobs[0]}#{message}"', deep, message=message),
            lead(any_space),
            lead(f'"{jobs[1]}#${{/#message}}"'),
        ]
        self._class(path, _schema(*fields))
        for at in range(3):
            said = {"value": f'"{self.random.choice(instances)}"', "condition": '"IF ${/#count} >= 2"'}
            self._instance(path, {asked: said if at else f'"{instances[at]}#create"', deep: f'"{jobs[at]}#{message}"'})
        self._instance(path, {asked: f'"{machine}"'}, ".missing")
