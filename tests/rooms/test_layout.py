"""The layout: what stands where nothing reads it is told, with what would put it right."""

import pytest

from aelang.loader.layout import lay_out
from aelang.loader.trees import MemoryTree

DOMAIN = {"D/__domain__.yaml": "", "D/N/__namespace__.yaml": "", "D/N/K.class/__class__.yaml": ""}


def _told(*paths: str, without: str = "") -> list[tuple[str, str, str]]:
    """The slug, place and help of what is told of a tree with `paths`."""
    files = {path: b"" for path in (*DOMAIN, *paths) if path != without}
    tree = MemoryTree("t", files)
    layout = lay_out(tree.listing(), tree.display)
    return [(each.kind.slug, each.span.source.removeprefix("t/"), each.help) for each in layout.diagnostics]


def _kinds(*paths: str) -> list[tuple[str, str]]:
    return [(slug, place) for slug, place, _ in _told(*paths)]


def test_a_tree_in_order_is_not_told_of() -> None:
    files = ("D/N/K.class/i.yaml", "D/N/K.class/__methods__/m.yaml", "D/N/K.class/__methods__/m.rb", "D/docs/x.yaml")
    assert [] == _told(*files)


@pytest.mark.parametrize("name", ["My NS", "a:b", "a+b", "é"])
def test_a_namespace_is_named_by_its_folder(name: str) -> None:
    assert [("invalid-name", f"D/{name}")] == _kinds(f"D/{name}/__namespace__.yaml")


@pytest.mark.parametrize("name", ["A-b.c_1", "$", "x$y"])
def test_a_namespace_may_have_such_a_name(name: str) -> None:
    assert [] == _kinds(f"D/{name}/__namespace__.yaml")


@pytest.mark.parametrize("name", ["i.yml", "i.YAML", "i.Yml", ".i.yaml"])
@pytest.mark.parametrize("folder", ["D/N/K.class", "D/N/K.class/__methods__"])
def test_a_file_whose_name_is_spelt_otherwise(folder: str, name: str) -> None:
    right = "_i.yaml" if name.startswith(".") else "i.yaml"
    assert [("ignored-file", f"{folder}/{name}", f"name it `{right}`")] == _told(f"{folder}/{name}")


@pytest.mark.parametrize(
    "path",
    [
        "D/stray.yaml",
        "D/N/stray.yml",
        "D/N/Plain/i.yaml",
        "D/N/Plain/deeper/i.yaml",
        "D/N/__methods__/m.yaml",
        "D/N/K.class/sub/i.yaml",
        "D/N/K.class/__methods__/sub/m.yaml",
    ],
)
def test_a_file_in_no_class(path: str) -> None:
    assert [("ignored-file", path)] == _kinds(path)


@pytest.mark.parametrize("name", ["m.rb", "m.py"])
def test_code_beside_instances(name: str) -> None:
    path, advice = f"D/N/K.class/{name}", f"move it to `__methods__/{name}`"
    assert [("ignored-file", path, advice)] == _told(path)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("D/N/X.class/__class__.yml", "missing-class-file"),
        ("D/M/__namespace__.yml", "missing-namespace-file"),
        ("E/__domain__.yml", "ignored-file"),
    ],
)
def test_a_file_that_is_meant_for_another_is_named(path: str, slug: str) -> None:
    right = path.rpartition("/")[2].replace(".yml", ".yaml")
    more = ("D/M/X.class/__class__.yaml",) if "namespace" in path else ()
    (found,) = _told(path, *more)
    assert (slug, True) == (found[0], f"`{right}`" in found[2])
