"""The two spellings in tests: datastores written in the other one, models made by hypothesis."""

import os
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from aelang.loader.load import load
from aelang.model import (
    CLASS_KEYS,
    FIELD_KEYS,
    INSTANCE_KEYS,
    METHOD_KEYS,
    VALUE_KEYS,
    Attributes,
    Class,
    Field,
    Input,
    Instance,
    Method,
    Text,
    Value,
)
from aelang.writer.convert import changes, copied, select, write_copy

CORPUS = Path(os.environ.get("AELANG_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")


def corpora() -> list[Path]:
    """The datastores of the corpus, one folder each; none where it is not here."""
    return sorted(path for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []


def classes_of(root: Path) -> Iterator[Class]:
    """Every class of the datastore in `root`."""
    for domain in load([str(root)]).domains:
        yield from domain.classes.values()


def converted(root: Path, to: str, folder: Path) -> Path:
    """A copy of the datastore `root` in `folder`, every class written as `to` says."""
    selection = select(str(root))
    write_copy(copied(selection, changes(selection, to)), str(folder))
    return folder / selection.name


# -- models ------------------------------------------------------------------------------------------------------

PIECES = (
    "abc", "/X/Y", "it's", '"q"', "#", "# x", ":", "a:", "b: c", "-", "- x", "nil", "off", "off x", "if", "unless",
    " if ", " unless x", "y", "no", "012", "089", "1.0", "~", "null", "\n", "\n\n", "\t", "é", "😀", " ", "  ", "=",
    "${/#a.b}", "||", "=>", "= x", "|", "|-", "[a]", "{b}", ",", "(", ")", "<", "<<", "...", "---", "\u2028", "\x85",
    "\xa0", "\\", "\r", "\x01", "\x7f", "several words", "entry", "  entry x", "  # c", "none", "true", "IF x",
    "UNLESS ${/#a} == 1", "null coalescing", "''", '""', "\ufeff", "%", "&a", "*", "!t", ">", "@", "`",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=8
)
_NAMES = ("a", "b1", "Some_Name", "x.y", "description", "entry", "retries", "instance", "class", "input", "if", "nil",
          "off", "odd name", "odd (x", "it's", "$x", "ä")  # fmt: skip
names = st.sampled_from(_NAMES) | st.text("abcXY_1.-", min_size=1, max_size=6)
optional = st.none() | texts


def _attributes(keys: tuple[str, ...], **known: st.SearchStrategy[str | None]) -> st.SearchStrategy[Attributes]:
    """Some of `keys`, and the key that a newer ManageIQ writes."""
    each = {key: known.get(key, optional).map(Text) for key in (*keys, "relative_path") if key != "name"}
    return st.fixed_dictionaries({"name": names.map(Text)}, optional=each)


_FIELD = {
    "aetype": st.sampled_from(["assertion", "attribute", "method", "relationship", "state", "step", None]) | optional,
    "datatype": st.sampled_from(["string", "integer", "password", "null coalescing", "none", None]) | optional,
    "substitute": st.sampled_from(["t", "f", None, "true", "false"]) | optional,
    "priority": st.sampled_from(["1", "2", "3", None]) | optional,
    "message": st.sampled_from(["create", "*", "a,b", "a, b", "nil", None]) | optional,
}
_METHOD = {
    "location": st.sampled_from(["inline", "builtin", "expression", "python", None]) | optional,
    "language": st.sampled_from(["ruby", "python", "perl", None]) | optional,
    "scope": st.sampled_from(["instance", "class", None]) | optional,
}
_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
_trees = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | texts.filter(bool), inner, max_size=3),
    max_leaves=6,
)
_fields = _attributes(FIELD_KEYS, **_FIELD)
_values = st.tuples(names.map(Text), _attributes(VALUE_KEYS).map(lambda said: {**said})).map(
    lambda pair: Value(pair[0], {key: text for key, text in pair[1].items() if key != "name"})
)


def _unlike(found: list[Instance] | list[Method]) -> bool:
    return len({each.name.lower() for each in found}) == len(found)


def _several(each: st.SearchStrategy[Instance] | st.SearchStrategy[Method]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(each, max_size=3).filter(_unlike).map(tuple)  # type: ignore[arg-type]  # of one kind each


_instances = st.builds(Instance, _attributes(INSTANCE_KEYS), st.lists(_values, max_size=3).map(tuple), st.just(""))
_methods = st.builds(
    Method,
    _attributes(METHOD_KEYS, **_METHOD),
    st.lists(_fields.map(Input), max_size=3).map(tuple),
    st.lists(optional.map(Text), max_size=2).map(tuple),
    st.dictionaries(names | texts.filter(bool), _trees, max_size=2),
    st.none(),
    st.just(""),
)
classes = st.builds(
    Class,
    st.just("D"),
    st.just("N/K"),
    _attributes(CLASS_KEYS).map(lambda said: {**said, "name": Text("K")}),
    st.lists(_fields.map(Field), max_size=4).map(tuple),
    _several(_instances),
    _several(_methods),
    st.just(""),
)
"""Classes that say anything that a model can hold, faults too."""
