"""Schemas: what is right fits, what is wrong does not, and they are schemas themselves."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from aelang import model, shipped
from aelang.loader.read import read_file
from aelang.loader.records import Role
from aelang.project import Compilation, open_project
from aelang.schemas import KINDS, InstanceSchema, class_schema, file_of, file_schema, instance_schemas, yaml_settings
from tests.datastores import compiled, field, klass
from tests.doors.stores import FILES, write

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus")
DOMAINS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []
OWN = (ROOT / "datastore", *sorted(path.parent.parent for path in (ROOT / "examples").rglob("__domain__.yaml")))
BAD = {
    "domain": "object_type: domain\nobject: {attributes: {name: 'a b'}}",
    "namespace": "object_type: namespace\nobject: []",
    "class": "object_type: class\nobject: {attributes: {name: C}, schema: [{field: {name: f, aetype: atribute}}]}",
    "instance": "object_type: instance\nobject: {attributes: {name: i}, fields: [{f: {valeu: 1}}]}",
    "method": "object_type: method\nobject: {attributes: {name: m, scope: instance, language: ruby, location: here}}",
}


@cache
def _validator(kind: str) -> Any:
    return Draft7Validator(file_schema(kind))


def _kind(path: Path) -> str:
    named = {f"__{kind}__.yaml": kind for kind in ("domain", "namespace", "class")}
    return named.get(path.name) or ("method" if path.parent.name == "__methods__" else "instance")


def _read(data: bytes) -> Any:
    """`data` as a language server sees it."""
    yaml = YAML(typ="safe")
    yaml.version = (1, 1)  # type: ignore[assignment]  # a pair is right
    return json.loads(json.dumps(yaml.load(data), default=str))


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*.yaml")):
        if path.name.startswith("__") or ".class" in str(path.relative_to(root)):
            yield path


def _faulty(root: Path) -> list[Path]:
    return [path for path in _files(root) if not _validator(_kind(path)).is_valid(_read(path.read_bytes()))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    Draft7Validator.check_schema(file_schema(kind))


@pytest.mark.parametrize("root", OWN, ids=lambda root: root.name)
def test_every_file_of_ours_fits(root: Path) -> None:
    assert [] == _faulty(root)


@pytest.mark.parametrize("domain", DOMAINS or [pytest.param("", marks=pytest.mark.skip(reason="there is no corpus"))])
def test_files_of_the_corpus_fit_unless_something_is_found_in_them(domain: str) -> None:
    odd = [path for path in _faulty(CORPUS / domain) if not read_file(Role(_kind(path)), path.read_bytes()).diagnostics]
    assert [] == odd


@pytest.mark.parametrize("domain", DOMAINS or [pytest.param("", marks=pytest.mark.skip(reason="there is no corpus"))])
def test_instances_of_the_corpus_fit_the_schemas_of_their_classes(domain: str) -> None:
    compiled = open_project([str(CORPUS / domain)], cache=False)
    odd = []
    for each in instance_schemas(compiled):
        validator = Draft7Validator(each.schema)
        for path in sorted(Path(each.folder).glob("*.yaml")):
            data = path.read_bytes()
            if path.name != "__class__.yaml" and not validator.is_valid(_read(data)):
                odd += [path] if not read_file(Role.INSTANCE, data).diagnostics else []
    assert [] == odd


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_does_not_fit_and_is_found_too(kind: str) -> None:
    data = BAD[kind].encode()
    assert (False, True) == (_validator(kind).is_valid(_read(data)), bool(read_file(Role(kind), data).diagnostics))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_does_not_fit(kind: str) -> None:
    other = "domain" if kind != "domain" else "class"
    assert not _validator(kind).is_valid({"object_type": other, "object": {"attributes": {"name": "x"}}})


@pytest.mark.parametrize("kind", ["domain", "class", "instance", "method"])
def test_every_key_is_explained(kind: str) -> None:
    keys = file_schema(kind)["properties"]["object"]["properties"]["attributes"]["properties"]
    assert {"name", "description", "display_name"} <= {key for key, said in keys.items() if said.get("description")}


# -- classes -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compilation:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "store", FILES)
    return open_project(["store"], cache=False)


def _instance(**values: object) -> Any:
    return {"object": {"attributes": {"name": "x"}, "fields": [{name: said} for name, said in values.items()]}}


def test_a_class_knows_its_fields(store: Compilation) -> None:
    validator = Draft7Validator(class_schema("Low/System/Leaf", store))
    assert [True, True, False] == [
        validator.is_valid(_instance(**{name: {"value": "red"}})) for name in ("color", "COLOR", "colour")
    ]


def test_a_value_has_no_unknown_keys(store: Compilation) -> None:
    validator = Draft7Validator(class_schema("Low/System/Leaf", store))
    assert not validator.is_valid(_instance(color={"val": "red"}))


def test_what_the_class_says_about_a_field_is_shown(store: Compilation) -> None:
    color = class_schema("Low/System/Leaf", store)["definitions"]["color"]
    expected = "attribute, of data type symbol, by default `green`."
    assert (expected, "green") == (color["description"], color["properties"]["value"]["default"])


def test_a_password_is_not_shown(store: Compilation) -> None:
    assert "v2:" not in json.dumps(class_schema("Low/System/Request", store))


def test_inherited_fields_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = "object_type: class\nobject:\n  attributes: {name: Twig, inherits: Leaf}\n  schema: []\n"
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "store", {**FILES, "Low/System/Twig.class/__class__.yaml": child})
    schema = class_schema("Low/System/Twig", open_project(["store"], cache=False))
    assert "by default `green`" in schema["definitions"]["color"]["description"]


def test_an_unknown_class_has_no_schema(store: Compilation) -> None:
    with pytest.raises(KeyError):
        class_schema("Low/System/Nobody", store)


def test_schemas_of_the_shipped_datastore_are_schemas() -> None:
    for each in instance_schemas(open_project([shipped.datastore_folder()], cache=False)):
        Draft7Validator.check_schema(each.schema)


def test_references_get_no_schemas(store: Compilation) -> None:
    compiled = open_project([shipped.datastore_folder()], references=["store"], cache=False)
    assert {"Base"} == {each.klass.partition("/")[0] for each in instance_schemas(compiled)}


def test_the_setting_names_a_schema_for_the_instances_of_each_class(store: Compilation) -> None:
    setting = yaml_settings(".schemas", instance_schemas(store))["yaml.schemas"]
    assert ["store/Low/System/Leaf.class/*.yaml", "!**/__class__.yaml"] == setting[
        ".schemas/instances/Low/System/Leaf.json"
    ]


def test_a_domain_with_an_odd_name_does_not_lead_out_of_the_folder() -> None:
    names = ("../../x/Ns/K", "..", "a\0b/Ns/K", "/etc/K")
    files = [file_of(InstanceSchema(name, "", None)) for name in names]
    expected = ["instances/_/_/x/Ns/K.json", "instances/_.json", "instances/a_b/Ns/K.json", "instances/_/etc/K.json"]
    assert expected == files


@given(st.text(alphabet="aB_.~/%$^[](){}|?*+\\é -", min_size=1, max_size=6))
def test_a_field_of_any_name_is_known_in_any_case(name: str) -> None:
    schema = class_schema("D/Ns/K", _Compiled(klass("Ns/K", [field("attribute", name)])))  # type: ignore[arg-type]
    validator = Draft7Validator(schema)
    said = [validator.is_valid(_instance(**{each: {"value": "x"}})) for each in (name, name.swapcase(), name + "x")]
    assert [True, True, False] == said


class _Compiled:
    """So much of a compilation as a schema asks for."""

    def __init__(self, written: model.Class) -> None:
        self.image, _ = compiled(written)
        self._written = written

    def model_class(self, path: str) -> model.Class:
        return self._written
