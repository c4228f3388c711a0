"""Any target on any image ends in an outcome: no datastore and no URI brings a run to a Python exception."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang import model
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Failed, Finished, Retry
from tests.datastores import engine, field, instance, klass
from tests.properties.examples import examples

PIECES = st.sampled_from(
    [
        "${", "}", "#", "/", "/#a", "#b", "..", ".", "||", "a", "b", "'x'", "miqaedb:", "miqaews:", "method:",
        "METHOD::", "/N/C/i", "/N/C/j", "/N/D/", "*", "?", "&", "=", "x=1", "Integer::n=5", "Array::l=1", "User::u=1",
        ";", "[", "]", "{", "=>", "log_object", "log_object()", "nope(x => 1)", " ",
        "%", "%41", "é", "==", "1", "-", "nil", "true", "&&",
        "!current_message", "state_var#v", ".upcase", ".concat(y)", ".sum", ".sort", "create", "other", "/^a+$/", "=~",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=7).map("".join)
MAYBE = st.none() | TEXTS
KINDS = st.sampled_from(["assertion", "attribute", "method", "relationship", "state", "step"])
CONDITIONS = st.none() | st.builds("{}{}".format, st.sampled_from(["IF ", "unless ", ""]), TEXTS)
PARENTS = st.sampled_from([None, None, "super", "C", "/N/D", "/D/N/D", "i", "j", "/N/D/i", "Nobody"])
DATATYPES = st.sampled_from(
    [None, "", "string", "integer", "float", "boolean", "array", "symbol", "time", "password", "null coalescing", "vm",
     "user", "bogus"]
)  # fmt: skip
MESSAGES = st.sampled_from([None, "create", "other", "*", "create,other"])


@st.composite
def fields(draw: st.DrawFn) -> list[model.Field]:
    return [
        field(
            draw(KINDS), name, draw(MAYBE), datatype=draw(DATATYPES), message=draw(MESSAGES), collect=draw(MAYBE),
            on_entry=draw(MAYBE), on_exit=draw(MAYBE), on_error=draw(MAYBE), max_retries=draw(MAYBE),
            max_time=draw(MAYBE), condition=draw(CONDITIONS), undo=draw(MAYBE),
            substitute=draw(st.sampled_from(["t", "f"])),
            priority=draw(st.sampled_from(["1", "2", None])),
        )
        for name in draw(st.lists(st.sampled_from("abcd"), max_size=4, unique=True))
    ]  # fmt: skip


@st.composite
def classes(draw: st.DrawFn) -> list[model.Class]:
    made = []
    for path in ("N/C", "N/D"):
        schema = draw(fields())
        instances = [
            instance(name, draw(PARENTS), **{each.name: draw(MAYBE) for each in schema})
            for name in draw(st.lists(st.sampled_from(["i", "j", ".missing"]), max_size=3, unique=True))
        ]
        made.append(klass(path, schema, instances, inherits=draw(PARENTS)))
    return made


URIS = st.one_of(
    st.sampled_from(["/N/C/i", "/N/C/j#other", "/N/D/i?a=1&b=x", "/N/C/nobody", "/N/C/", "/D/N/C/i"]), TEXTS, st.text()
)


@settings(max_examples=examples(200), deadline=None)
@given(classes(), URIS, st.booleans())
def test_any_target_on_any_image_ends_in_an_outcome(made: list[model.Class], uri: str, skip_methods: bool) -> None:
    runner = engine(*made, limits=Limits(depth=30, objects=200, steps=3000))
    assert isinstance(runner.run(uri, skip_methods=skip_methods), Finished | Retry | Failed)
