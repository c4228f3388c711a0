"""Whatever a run builds, `impact` names the target from which it began, and `why-not` names what answers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang import model
from aelang.analysis.impact import way_from
from aelang.analysis.reaching import Point, reach
from aelang.analysis.why_not import why_not
from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.interpreter.workspace import WorkspaceObject
from tests.datastores import compiled, field, instance, klass
from tests.properties.examples import examples
from tests.reaching import built_by, graph_of

PATHS = ["/N/C/i", "/N/C/j", "/N/D/i", "/N/D/j", "/N/D/nobody", "/N/C/${/#a}", "/N/${/#b}/i", "/N/D/", "/n/d/J?x=1"]
SENT = ["", "", "#create", "#other", "#OTHER", "#${/#c}", "#${/#c}", "#"]
ODD = [
    "/N/C/*", "/D/N/D/j", "/L/N/C/i", "miqaedb:/N/D/j", "${/#whole}", "/${/#space}/D/${/#a}", "/N/C/${#nothing}j",
    "/D/N/${/#b}/x", "#/N/C/i", "", "/N/${miqaedb:/N/C/i/t}/j",
]  # fmt: skip
TARGETS = st.builds("{}{}".format, st.sampled_from(PATHS), st.sampled_from(SENT)) | st.sampled_from(ODD)
TEXTS = st.sampled_from(["x", "", "${/#a}", "${miqaedb:/N/D/j/t}", "${miqaedb:/N/C/i/u#other}", "D"])
MESSAGES = st.sampled_from([None, "create", "other", "*", "create,other"])
CONDITIONS = st.sampled_from([None, None, "IF ${/#a} == 'j'", "UNLESS true"])
KINDS = st.sampled_from(["relationship", "relationship", "state", "step", "attribute", "assertion"])
ARGUMENTS = "a=j&b=D&c=other&space=N&whole=%2FN%2FD%2Fi%23other"


@st.composite
def classes(draw: st.DrawFn) -> list[model.Class]:
    made = []
    for domain, path in (("D", "N/C"), ("D", "N/D"), ("L", "N/C")):
        kinds = ["relationship", *draw(st.lists(KINDS, max_size=3))]
        schema = [
            field(kind, f"{kind[0]}{at}", _value(draw, kind), message=draw(MESSAGES), condition=draw(CONDITIONS))
            for at, kind in enumerate(kinds)
        ]
        schema += [field("attribute", name, draw(TEXTS), message="*") for name in ("t", "u")]
        instances = [
            instance(name, **{each.name: draw(TARGETS) for each in schema[: len(kinds)] if draw(st.booleans())})
            for name in draw(st.sampled_from([("i", "j"), ("i", ".missing"), (".missing",), ("i", "j", ".missing")]))
        ]
        made.append(klass(path, schema, instances, domain=domain))
    return made


def _value(draw: st.DrawFn, kind: str) -> str:
    return draw(TEXTS) if kind in ("attribute", "assertion") else draw(TARGETS)


@settings(max_examples=examples(200), deadline=None)
@given(classes(), st.sampled_from(["", "#create", "#other"]))
def test_what_a_run_builds_is_reached_from_its_target(made: list[model.Class], message: str) -> None:
    image, _ = compiled(*made)
    graph = graph_of(image)
    runs = Engine(image, limits=Limits(depth=30, objects=200, steps=3000))
    for uri in (f"{path}?{ARGUMENTS}{message}" for path in ("/N/C/i", "/N/C/j", "/N/D/i", "/N/D/j", "/N/D/x")):
        for node in built_by(runs, uri):
            reached = reach(graph, [Point(node, reads=True)])
            assert way_from(uri, image.index, reached) is not None, (uri, node)


@settings(max_examples=examples(100), deadline=None)
@given(
    classes(), st.sampled_from(["/N/C/i", "/N/C/x", "/N/D/j", "/D/N/C/j", "/L/N/C/i", "/L/N/C/x", "/N/E/i", "/N/D/"])
)
def test_the_instance_that_answers_is_the_one_that_a_run_builds(made: list[model.Class], path: str) -> None:
    image, _ = compiled(*made)
    workspace = Engine(image, limits=Limits(depth=30, objects=200, steps=3000)).run(path, skip_methods=True).workspace
    told = why_not(image, path)
    first = workspace.built[0] if workspace.built else None
    assert told.answers == (None if first is None else f"/{first.home.ir.path}/{_written(first.answers_as, first)}")


def _written(folded: str | None, obj: WorkspaceObject) -> str:
    return "" if folded is None else obj.home.ir.instances[folded].name
