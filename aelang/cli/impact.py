"""`aelang impact PATH|A..B [FIELD]`: which entry points, events, requests and tests lead there, and by what way."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang.cli.console import Console, printable
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Hindered, Misused, Option, domain_list
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang import ir
    from aelang.analysis.impact import Impact, Thing
    from aelang.analysis.reaching import Graph, Reached, Step
    from aelang.project import Compilation

_USUAL_LIMIT = 20

COMMAND = Command(
    text="""Tells what leads to PATH: an instance, a class (with a slash at its end where both are there), a method
`/Ns/Class.method`, with FIELD a field of it, with `#message` what that message does there. Named are the entry points
(instances that no fixed relationship leads to, and those of /System/Process), the events, the types of requests and the
tests, each with the way from there. A step says what it depends on: references in its target, a condition, assertions.

With `A..B`, two revisions in git, it is about every instance and method that B has otherwise than A; `A..` compares
with the files as they are, `A...B` from where B left A.""",
    arguments=(Argument("path", "PATH|A..B", completes="names"), Argument("field", "[FIELD]", required=False)),
    options=(
        *WHERE,
        Option(
            ("--tests",), "Where tests are; else as aelang.toml says, or in the folder `tests` beside it.", "PATH",
            many=True, completes="files",
        ),
        Option(("--limit",), f"How many are shown of each sort; {_USUAL_LIMIT}, where nothing is said.", "N", least=1),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang impact /System/Request/hello", "who leads to an instance"),
        ("aelang impact /System/Process.parse_provider_category", "who calls a method"),
        ("aelang impact /System/Request/ rel1 --json", "what a field of a class touches, for a program"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Prints what leads there; 1 where the path names nothing, or a revision or test cannot be read."""
    console = Console(given)
    try:
        found = _between(given, console) if _is_range(given) else _of_path(given, console)
    except Hindered as fault:
        console.error(str(fault))
        return 1
    if found is None:
        return 1
    for said in found.faults:
        console.error(said)
    if given.flag("json"):
        import json

        console.result(json.dumps(_data(found), ensure_ascii=False, indent=2))
    else:
        for line in _lines(found, given.number("limit", _USUAL_LIMIT)):
            console.result(printable(line))
    return 1 if found.faults else 0


def _is_range(given: Given) -> bool:
    """Whether revisions are asked about: a path begins with a slash. Raises Misused where a field is, too."""
    asked = given.text("path") or ""
    if ".." not in asked or asked.startswith("/"):
        return False
    if given.text("field") is not None:
        raise Misused("`A..B` is about all that changed: leave FIELD out")
    return True


class _Start(NamedTuple):
    """Something that leads to the thing: its kind, its name, the way from it, and the names of the datastore."""

    kind: str
    name: str
    reached: "Reached"
    names: "ir.Index"


class _Found(NamedTuple):
    """What was found: the things, what leads to them, and the tests that could not be read."""

    things: "tuple[Thing, ...]"
    starts: tuple[_Start, ...]
    faults: tuple[str, ...]


def _of_path(given: Given, console: Console) -> _Found | None:
    """What leads to one thing; None, and it is told, where it is not there."""
    from aelang.analysis.impact import find_thing

    opened = open_roots(given, console)
    if opened is None:
        return None
    graph = _graph(opened)
    thing = find_thing(opened.image, graph, given.text("path") or "", given.text("field"))
    if thing is None:
        _tell_unknown(console, opened, given.text("path") or "", given.text("field"))
        return None
    return _led_to((thing,), graph, _test_paths(given, opened))


def _graph(opened: "Compilation") -> "Graph":
    from aelang.analysis.edges import kept_edges
    from aelang.analysis.reaching import Graph

    return Graph(kept_edges(opened), opened.image.index)


def _between(given: Given, console: Console) -> _Found | None:
    """What leads to all that is different between two revisions; to what is gone, as it was in the first."""
    from aelang.analysis.touched import touched

    sides = _sides(given, console)
    if sides is None:
        return None
    before, after = sides
    changed = touched(before.image, after.image)
    parts = [_led_to(changed.now, _graph(after), _test_paths(given, after))] if changed.now else []
    if changed.gone:
        parts.append(_led_to(changed.gone, _graph(before), ()))
    known: dict[tuple[str, str], _Start] = {}
    for start in (each for part in parts for each in part.starts):
        known.setdefault((start.kind, start.name), start)
    faults = tuple(fault for part in parts for fault in part.faults)
    return _Found((*changed.now, *changed.gone), tuple(known.values()), faults)


def _sides(given: Given, console: Console) -> "tuple[Compilation, Compilation] | None":
    """The datastore at both revisions; None, and it is told, where one cannot be had. Raises Misused."""
    from aelang.analysis.differences.sides import Asked, open_sides, read_revisions
    from aelang.checking import Unusable
    from aelang.cli.roots import tell_diagnostics
    from aelang.project import ProjectError

    text = given.text("path") or ""
    revisions = read_revisions(text)
    if revisions is None:
        raise Misused(f"`{text}` does not name two revisions: write `A..B`, `A...B`, or `A..`")
    try:
        return open_sides(Asked(given.many("datastore"), given.many("reference"), domain_list(given)), revisions)
    except ProjectError as fault:
        tell_diagnostics(fault.diagnostics, console)
    except Unusable as fault:
        console.error(str(fault))
    return None


def _tell_unknown(console: Console, opened: "Compilation", path: str, field: str | None) -> None:
    from aelang.analysis.lookup import is_known

    path = path.partition("#")[0]
    if field is not None and is_known(opened.image.index, path):
        console.error(f"`{path}` has no field `{field}`; `aelang show {path}` lists its fields")
        return
    from aelang.cli.ls import tell_unknown

    tell_unknown(console, opened.image.index, path, "no class, instance or method")


# -- what leads there --------------------------------------------------------------------------------------------


def _led_to(things: "tuple[Thing, ...]", graph: "Graph", tests: Sequence[str]) -> _Found:
    from aelang.analysis.impact import impact

    found = impact(graph, things)
    starts = [_Start(_KINDS[each.kind], each.path, each.reached, graph.index) for each in found.entries]
    starts += [_Start("request", f"{each.request}: {each.by}", each.reached, graph.index) for each in found.requests]
    faults: list[str] = []
    starts += _tests(tests, found, graph, faults)
    return _Found(things, tuple(starts), tuple(faults))


_KINDS = {"process": "entry", "instance": "entry", "event": "event"}
_TITLES = {"entry": "entry points", "event": "events", "request": "requests", "test": "tests"}


def _test_paths(given: Given, opened: "Compilation") -> "Sequence[str]":
    """Where tests are: as the command line says, else as aelang.toml does, else in the folder `tests` beside it."""
    if not given.many("tests") and opened.settings.folder is None:
        return ()
    from aelang.cli.test import test_paths

    return test_paths(Given({"paths": given.many("tests")}))


def _tests(paths: Iterable[str], found: "Impact", graph: "Graph", faults: list[str]) -> Iterator[_Start]:
    """The tests that may come by; what is wrong with the files is added to `faults`."""
    for path in paths:
        from aelang.analysis.impact import way_from
        from aelang.testing.reading import files_with_tests, read_tests

        for file in files_with_tests(path):
            read = read_tests(file)
            faults += (f"{each.message} ({each.span})" for each in read.diagnostics)
            for test in read.tests:
                message = f"#{test.given.message}" if test.given.message and "#" not in test.uri else ""
                way = way_from(test.uri + message, graph.index, found.reached) if test.uri else None
                if way is not None:
                    yield _Start("test", f"{test.source}:{test.line} {test.name}", way, graph.index)


# -- for people --------------------------------------------------------------------------------------------------


def _lines(found: _Found, limit: int) -> Iterator[str]:
    yield from _things(found.things, limit)
    for kind, title in _TITLES.items():
        ways: dict[tuple[str, ...], list[str]] = {}
        for start in found.starts:
            if start.kind == kind:
                ways.setdefault(tuple(_way(start)), []).append(start.name + _message(start.reached))
        if ways:
            yield ""
            yield title
            yield from _section(ways, limit)
    if not found.starts and found.things:
        yield ""
        yield "nothing leads there"


def _things(things: "Sequence[Thing]", limit: int) -> Iterator[str]:
    if not things:
        yield "nothing is different"
    for thing in things[:limit]:
        yield f"{thing.path}  {thing.kind}"
    if len(things) > limit:
        yield f"and {len(things) - limit} more"


def _section(ways: dict[tuple[str, ...], list[str]], limit: int) -> Iterator[str]:
    """The names of each way, then the way; those that take the same one stand together."""
    left = limit
    for way, names in ways.items():
        if left <= 0:
            break
        yield from (f"  {name}" for name in names[:left])
        if len(names) > left:
            yield f"  and {len(names) - left} more that go the same way"
        yield from (f"    {line}" for line in way)
        left -= len(names)
    total = sum(map(len, ways.values()))
    if total > limit:
        yield f"  {total - limit} of {total} are not named; `--limit` shows more"


def _message(reached: "Reached") -> str:
    """The message under which the way is gone, where that is not the usual one."""
    message = reached.point.message
    return "" if message in ("create", "*") or reached.point.node.is_method else f"#{message}"


def _way(start: _Start) -> Iterator[str]:
    from aelang.analysis.impact import depends_on, path_of

    if not start.reached.way:
        yield "itself"
    for step in start.reached.way:
        said = " and ".join(depends_on(step))
        yield f"{_word(step)} > {path_of(step.end.node, start.names)}{f'  {said}' if said else ''}"


def _word(step: "Step") -> str:
    """What is said where the step is taken: a field, with the key if it is not its value, or a method."""
    use = step.use
    return use.field if use.key == "value" else f"{use.field} ({use.key})"


# -- for programs ------------------------------------------------------------------------------------------------


def _data(found: _Found) -> dict[str, object]:
    return {
        "things": [{"kind": each.kind, "path": each.path} for each in found.things],
        **{
            title.replace(" ", "_"): [_start_data(each) for each in found.starts if each.kind == kind]
            for kind, title in _TITLES.items()
        },
    }


def _start_data(start: _Start) -> dict[str, object]:
    from aelang.analysis.impact import doubt

    return {
        "name": start.name,
        "message": start.reached.point.message,
        "certain": not doubt(start.reached),
        "way": [_step_data(step, start.names) for step in start.reached.way],
    }


def _step_data(step: "Step", index: "ir.Index") -> dict[str, object]:
    from aelang.analysis.impact import depends_on, path_of

    return {
        "from": path_of(step.begin.node, index),
        "message": step.begin.message,
        "field": step.use.field,
        "key": step.use.key,
        "target": step.use.shown,
        "to": path_of(step.end.node, index),
        "depends_on": depends_on(step),
        "file": step.edges.sources[step.use.source],
        "line": step.use.line,
    }
