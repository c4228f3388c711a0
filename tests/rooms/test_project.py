"""The project: what is opened, what the cache spares, and that nothing that happens to the cache can be noticed."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aelang import cache as cache_module
from aelang import ir
from aelang.building import build as build_module
from aelang.building import files as files_module
from aelang.building import progress as progress_module
from aelang.building import sight as sight_module
from aelang.ir.store import open_image, read_header
from aelang.loader.load import load
from aelang.project import Compilation, ProjectError, Statistics, open_project

CLASS = """object_type: class
object:
  attributes:
    name: {name}
  schema:
  - field:
      name: go
      aetype: relationship
      default_value: {target}
"""


@pytest.fixture(autouse=True)
def _caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache_module, "_WAIT", 0)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes files for settled however young they are, as if the test had waited."""
    monkeypatch.setattr(sight_module, "_UNSETTLED", -(10**18))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A domain with the class Top, which leads to an instance of Leaf, and the class Other."""
    root = tmp_path / "store"
    write(root / "D/__domain__.yaml", "object_type: domain\nobject:\n  attributes:\n    name: D\n")
    write(root / "D/Ns/__namespace__.yaml", "object_type: namespace\nobject:\n  attributes:\n    name: Ns\n")
    for name, target in (("Top", "/Ns/Leaf/one"), ("Leaf", ""), ("Other", "")):
        write(root / f"D/Ns/{name}.class/__class__.yaml", CLASS.format(name=name, target=target))
    add_instance(root, "Leaf", "one")
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def add_instance(root: Path, klass: str, name: str, more: str = "") -> Path:
    path = root / f"D/Ns/{klass}.class/{name}.yaml"
    write(path, f"object_type: instance\nobject:\n  attributes:\n    name: {name}\n{more}")
    return path


def opened(*roots: Path | str) -> Compilation:
    return open_project([str(root) for root in roots])


def image_of(compilation: Compilation, folder: Path) -> bytes:
    path = folder / "compared.image"
    compilation.write_image(str(path))
    return path.read_bytes()


def cold_image(root: Path, folder: Path) -> bytes:
    return image_of(open_project([str(root)], cache=False), folder)


def cache_file(tmp_path: Path) -> Path:
    return next((tmp_path / "cache").iterdir())


def go_of(compilation: Compilation, path: str) -> str | None:
    """Where the field `go` of the class at `path` leads."""
    klass = compilation.image.class_at(path)
    assert klass is not None
    field = klass.fields[0]
    assert isinstance(field, ir.RelationshipField)
    assert field.action is not None
    assert isinstance(field.action.meaning, ir.Target)
    return field.action.meaning.leads_to


def slugs(error: pytest.ExceptionInfo[ProjectError]) -> list[str]:
    return [each.kind.slug for each in error.value.diagnostics]


# -- what is opened ----------------------------------------------------------------------------------------------


def test_without_roots_the_nearest_configuration_says_what_is_opened(store: Path, tmp_path: Path) -> None:
    write(tmp_path / "aelang.toml", 'roots = ["store"]\n')
    assert ["D"] == [domain.name for domain in open_project(start=str(store / "D")).image.index.domains]


def test_roots_are_opened_as_if_there_were_no_configuration(store: Path, tmp_path: Path) -> None:
    write(tmp_path / "aelang.toml", "roots = 7\n")
    assert 3 == len(opened(store).image.index)


def test_a_configuration_may_name_the_order_of_domains(store: Path, tmp_path: Path) -> None:
    write(tmp_path / "aelang.toml", 'roots = ["store"]\ndomains = []\n')
    assert (ir.DomainEntry("D", False),) == open_project().image.index.domains


def test_a_key_that_is_misspelt_in_the_configuration_stops_the_start(tmp_path: Path) -> None:
    write(tmp_path / "aelang.toml", 'rots = ["store"]\n')
    with pytest.raises(ProjectError) as error:
        open_project()
    assert [("aelang.toml:1:1", "did you mean `roots`?")] == [
        (str(each.span), each.help) for each in error.value.diagnostics
    ]


def test_a_configuration_that_is_no_toml_says_where(tmp_path: Path) -> None:
    write(tmp_path / "aelang.toml", "roots = [\n  oops\n]\n")
    with pytest.raises(ProjectError) as error:
        open_project()
    assert [2] == [each.span.line for each in error.value.diagnostics]


def test_a_root_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as error:
        opened(tmp_path / "nowhere")
    assert ["not-a-datastore"] == slugs(error)


def test_a_root_without_a_domain_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectError) as error:
        opened(tmp_path / "empty")
    assert ["not-a-datastore"] == slugs(error)


def test_a_reference_is_looked_up_in_and_never_reported_on(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store, tmp_path / "lib")
    write(tmp_path / "lib/D/__domain__.yaml", "object_type: domain\nobject:\n  attributes:\n    name: Lib\n")
    write(tmp_path / "lib/D/Ns/Leaf.class/broken.yaml", "\t- no\n")
    shutil.rmtree(store / "D/Ns/Leaf.class")
    found = open_project([str(store)], references=[str(tmp_path / "lib")])
    assert ("Lib/Ns/Leaf", ()) == (go_of(found, "D/Ns/Top"), found.diagnostics)


def test_a_domain_of_its_own_goes_before_one_of_the_same_name_in_a_reference(store: Path, tmp_path: Path) -> None:
    shutil.copytree(store, tmp_path / "lib")
    found = open_project([str(store)], references=[str(tmp_path / "lib")])
    assert ((ir.DomainEntry("D", True),), ()) == (found.image.index.domains, found.diagnostics)


def test_a_broken_file_is_said_and_the_rest_compiles(store: Path) -> None:
    write(store / "D/Ns/Leaf.class/two.yaml", "object: [\n")
    found = opened(store)
    assert (["unreadable-yaml"], 3) == ([each.kind.slug for each in found.diagnostics], len(found.image.index))


# -- what the cache spares ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("settled")
def test_a_start_where_nothing_changed_reads_and_compiles_nothing(store: Path) -> None:
    opened(store)
    assert Statistics(6, 0, 3, 0, from_cache=True) == opened(store).statistics


@pytest.mark.usefixtures("settled")
def test_of_a_class_with_a_changed_file_the_files_are_read_and_no_others(store: Path) -> None:
    opened(store)
    add_instance(store, "Leaf", "one", "    description: changed\n")
    assert Statistics(6, 2, 3, 1, from_cache=False) == opened(store).statistics


CHILD = "object_type: class\nobject:\n  attributes:\n    name: {}\n    inherits: {}\n  schema: []\n"


@pytest.fixture
def family(store: Path) -> Path:
    """`store` with Child, which inherits from Leaf, and Grandchild, which inherits from Child."""
    write(store / "D/Ns/Child.class/__class__.yaml", CHILD.format("Child", "Leaf"))
    write(store / "D/Ns/Grandchild.class/__class__.yaml", CHILD.format("Grandchild", "/Ns/Child"))
    return store


def target_of_grandchild(opened: Compilation) -> str:
    klass = opened.image.class_at("D/Ns/Grandchild")
    assert klass is not None
    return str(klass.fields[0].action.text) if isinstance(klass.fields[0], ir.RelationshipField) else ""  # type: ignore[union-attr]


@pytest.mark.usefixtures("settled")
def test_a_changed_class_has_all_compiled_that_inherit_from_it(family: Path) -> None:
    opened(family)
    write(family / "D/Ns/Leaf.class/__class__.yaml", CLASS.format(name="Leaf", target="/Ns/Top/"))
    again = opened(family)
    assert (3, "/Ns/Top/") == (again.statistics.classes_compiled, target_of_grandchild(again))


@pytest.mark.usefixtures("settled")
def test_a_changed_child_leaves_its_parent_as_it_was(family: Path) -> None:
    opened(family)
    write(family / "D/Ns/Child.class/__class__.yaml", CHILD.format("Child", "Top"))
    again = opened(family)
    assert (2, "/Ns/Leaf/one") == (again.statistics.classes_compiled, target_of_grandchild(again))


@pytest.mark.usefixtures("settled")
def test_a_parent_that_comes_to_be_has_its_children_compiled(family: Path) -> None:
    write(family / "D/Ns/Child.class/__class__.yaml", CHILD.format("Child", "Later"))
    assert ["unknown-parent"] == [each.kind.slug for each in opened(family).diagnostics]
    write(family / "D/Ns/Later.class/__class__.yaml", CLASS.format(name="Later", target="/Ns/Top/"))
    assert "/Ns/Top/" == target_of_grandchild(opened(family))


@pytest.mark.usefixtures("settled")
def test_a_new_instance_has_the_classes_compiled_that_lead_to_its_class(store: Path) -> None:
    opened(store)
    add_instance(store, "Leaf", "two")
    assert Statistics(7, 4, 3, 2, from_cache=False) == opened(store).statistics


@pytest.mark.usefixtures("settled")
def test_a_target_is_led_elsewhere_when_its_instance_goes(store: Path) -> None:
    opened(store)
    (store / "D/Ns/Leaf.class/one.yaml").unlink()
    assert go_of(opened(store), "D/Ns/Top") is None


def test_a_file_that_is_too_young_to_trust_is_read_again_and_compared_by_content(store: Path) -> None:
    opened(store)
    assert Statistics(6, 6, 3, 0, from_cache=False) == opened(store).statistics


@pytest.mark.usefixtures("settled")
def test_the_findings_of_the_last_start_are_kept(store: Path) -> None:
    add_instance(store, "Leaf", "one", "  fields:\n  - nope:\n      value: 1\n")
    first = opened(store).diagnostics
    assert (["unknown-field"], first) == ([each.kind.slug for each in first], opened(store).diagnostics)


def test_without_the_cache_nothing_is_kept(store: Path, tmp_path: Path) -> None:
    open_project([str(store)], cache=False)
    assert not (tmp_path / "cache").exists()


def test_a_folder_of_the_project_takes_the_cache(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AELANG_CACHE")
    write(tmp_path / "aelang.toml", 'roots = ["store"]\n')
    (tmp_path / ".aelang").mkdir()
    open_project()
    assert [".sqlite"] == [path.suffix for path in (tmp_path / ".aelang").iterdir()]


@pytest.mark.usefixtures("settled")
def test_a_cache_that_came_with_the_project_is_not_believed(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AELANG_CACHE")
    write(tmp_path / "aelang.toml", 'roots = ["store"]\n')
    (tmp_path / ".aelang").mkdir()
    open_project().close()
    made = next((tmp_path / ".aelang").iterdir())
    shutil.copy(made, tmp_path / "copy")
    (tmp_path / "copy").replace(made)
    assert not open_project().statistics.from_cache


def test_a_git_tree_that_did_not_move_is_not_read_again(store: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(store), *command], check=True)
    opened(f"{store}@HEAD")
    assert Statistics(6, 0, 3, 0, from_cache=True) == opened(f"{store}@HEAD").statistics


# -- what happens to the cache -----------------------------------------------------------------------------------


def _garbage(path: Path) -> None:
    path.write_bytes(b"\0garbage\0" * 5000)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE projects (key TEXT)")
    connection.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 97):
        data[at] ^= 0x55
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_garbage, _cut, _empty, _foreign, _folder, _flipped])
@pytest.mark.usefixtures("settled")
def test_a_damaged_cache_changes_nothing(damage: Callable[[Path], None], store: Path, tmp_path: Path) -> None:
    opened(store).close()
    damage(cache_file(tmp_path))
    assert cold_image(store, tmp_path) == image_of(opened(store), tmp_path)


@pytest.mark.parametrize("damage", [_garbage, _cut, _foreign])
@pytest.mark.usefixtures("settled")
def test_a_damaged_cache_is_made_anew(damage: Callable[[Path], None], store: Path, tmp_path: Path) -> None:
    opened(store).close()
    damage(cache_file(tmp_path))
    opened(store).close()
    assert opened(store).statistics.from_cache


@pytest.mark.usefixtures("settled")
def test_a_cache_that_another_process_holds_is_done_without(store: Path, tmp_path: Path) -> None:
    opened(store).close()
    add_instance(store, "Leaf", "two")
    holder = sqlite3.connect(cache_file(tmp_path), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    found = image_of(opened(store), tmp_path)
    holder.close()
    assert cold_image(store, tmp_path) == found


def test_a_cache_that_cannot_be_made_is_done_without(store: Path, tmp_path: Path) -> None:
    write(tmp_path / "cache", "a file in its way")
    assert 3 == opened(store).statistics.classes_compiled


@pytest.mark.usefixtures("settled")
def test_a_cache_that_may_not_be_written_is_read(store: Path, tmp_path: Path) -> None:
    opened(store).close()
    cache_file(tmp_path).chmod(0o444)
    with _not_as_root(cache_file(tmp_path).parent):
        assert opened(store).statistics.from_cache


@contextmanager
def _not_as_root(folder: Path) -> Iterator[None]:
    """Root may write everything, so it is somebody else for a while, who can reach `folder`."""
    if os.geteuid() != 0:
        yield
        return
    for each in (folder, *folder.parents):
        if each.stat().st_mode & 0o055 != 0o055:
            each.chmod(each.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.usefixtures("settled")
def test_a_record_that_is_lost_after_the_start_is_made_again(store: Path, tmp_path: Path) -> None:
    opened(store).close()
    found = opened(store)
    with sqlite3.connect(cache_file(tmp_path)) as connection:
        connection.execute("DELETE FROM classes")
    connection.close()
    assert cold_image(store, tmp_path) == image_of(found, tmp_path)


@pytest.mark.usefixtures("settled")
def test_a_record_that_another_process_replaced_is_not_mixed_in(store: Path) -> None:
    opened(store).close()
    before = opened(store)
    (store / "D/Ns/Top.class/__class__.yaml").write_text(CLASS.format(name="Top", target="/Ns/Leaf/two"))
    opened(store).close()
    klass = before.image.class_at("D/Ns/Top")
    assert klass is not None
    assert ir.Action("/Ns/Leaf/two", ir.Target("miqaedb", "/Ns/Leaf/two", None, None)) == getattr(
        klass.fields[0], "action", None
    )


# -- the datastore behind it, and the image in a file ---------------------------------------------------------------


@pytest.mark.usefixtures("settled")
def test_the_datastore_is_what_the_loader_reads(store: Path) -> None:
    opened(store).close()
    found = opened(store).datastore.domains[0]
    wanted = load([str(store)]).domains[0]
    assert (wanted.name, dict(wanted.classes)) == (found.name, dict(found.classes))


def test_a_class_as_written_is_found_by_its_full_path(store: Path) -> None:
    found = opened(store).model_class("d/ns/TOP")
    assert found is not None
    assert "Ns/Top" == found.path


def test_an_image_in_a_file_has_the_same_classes(store: Path, tmp_path: Path) -> None:
    found = opened(store)
    found.write_image(str(tmp_path / "x.image"))
    image = open_image(str(tmp_path / "x.image"))
    paths = [entry.path for entry in found.image.index]
    assert [found.image.class_at(path) for path in paths] == [image.class_at(path) for path in paths]


@pytest.mark.usefixtures("settled")
def test_the_same_datastore_gives_the_same_bytes(store: Path, tmp_path: Path) -> None:
    first = image_of(opened(store), tmp_path)
    assert first == image_of(opened(store), tmp_path)


def test_an_image_knows_the_content_of_its_sources(store: Path, tmp_path: Path) -> None:
    opened(store).write_image(str(tmp_path / "x.image"))
    sources = dict(read_header(str(tmp_path / "x.image")).sources)
    from hashlib import sha256

    path = store / "D/__domain__.yaml"
    assert (6, sha256(path.read_bytes()).hexdigest()) == (len(sources), sources[str(path)])


def _image_error(path: Path, klass: str = "") -> str:
    with pytest.raises(ir.ImageError) as error:
        open_image(str(path)).class_at(klass)
    return str(error.value).replace(str(path), "FILE")


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "x.image", "hello\n")
    assert "`FILE` is not an image of aelang" == _image_error(tmp_path / "x.image")


def test_an_image_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "cannot read the image `FILE`: No such file or directory" == _image_error(tmp_path / "x.image")


def test_an_image_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "cannot read the image `FILE`: it is no ordinary file" == _image_error(tmp_path / "pipe")


def test_an_image_of_another_version_is_refused(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.image"
    ours = ir.IMAGE_VERSION
    path.write_bytes(image_of(opened(store), tmp_path).replace(b'image":%d,' % ours, b'image":99,', 1))
    said = f"`FILE` is an image of version 99, and this aelang reads version {ours}: compile it again"
    assert said == _image_error(path)


def test_an_image_with_a_damaged_first_line_is_refused(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.image"
    path.write_bytes(image_of(opened(store), tmp_path).replace(b"D/Ns/Top", b"D/Ns/Tip", 1))
    assert "`FILE` is damaged: its first line is not what was written; compile it again" == _image_error(path)


def test_a_damaged_record_is_refused_when_it_is_reached(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.image"
    path.write_bytes(image_of(opened(store), tmp_path).replace(b"/Ns/Leaf/one", b"/Ns/Leaf/eno"))
    said = "`FILE` is damaged: the record of `d/ns/top` is not what was written; compile it again"
    assert said == _image_error(path, "D/Ns/Top")


def test_an_image_that_cannot_be_written_is_said(store: Path, tmp_path: Path) -> None:
    with pytest.raises(ir.ImageError, match="cannot write"):
        opened(store).write_image(str(tmp_path / "no" / "x.image"))


# -- a large datastore -------------------------------------------------------------------------------------------


def test_classes_that_are_packed_while_names_are_gathered_come_out_as_they_were(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = cold_image(store, tmp_path)
    monkeypatch.setattr(build_module, "MANY_FILES", 0)
    assert expected == cold_image(store, tmp_path)


def test_files_for_which_there_is_no_room_are_read_when_their_class_is(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = cold_image(store, tmp_path)
    monkeypatch.setattr(files_module, "_BYTES_AT_ONCE", 200)
    assert expected == cold_image(store, tmp_path)


def test_of_a_class_folder_that_is_too_large_the_rest_is_left_out_and_said(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "MAX_FOLDER_BYTES", 300)
    add_instance(store, "Leaf", "two", f"    description: {'x' * 300}\n")
    leaf = opened(store)
    assert ["unreadable-file"] == [each.kind.slug for each in leaf.diagnostics]
    entry = leaf.image.index.class_at("D/Ns/Leaf")
    assert entry is not None
    assert {"one": "one"} == entry.instances


# -- code, and what others find out about a project ----------------------------------------------------------------


@pytest.fixture
def coded(store: Path) -> Path:
    """`store` with a method whose code is in a file of its own, and one with its code in the declaration."""
    for name, more in (("own", ""), ("inside", "    data: 'puts 2'\n")):
        text = f"object_type: method\nobject:\n  attributes:\n    name: {name}\n    scope: instance\n"
        text += f"    language: ruby\n    location: inline\n{more}  inputs: []\n"
        write(store / f"D/Ns/Leaf.class/__methods__/{name}.yaml", text)
    write(store / "D/Ns/Leaf.class/__methods__/own.rb", "puts 1\n")
    return store


def test_pieces_of_code_are_named_with_the_place_where_they_begin(coded: Path) -> None:
    folder = f"{coded}/D/Ns/Leaf.class/__methods__"
    assert [("inside", f"{folder}/inside.yaml", 8), ("own", f"{folder}/own.rb", 1)] == [
        (code.name, code.source, code.line) for code in opened(coded).codes()
    ]


def test_pieces_of_code_are_read_by_themselves(coded: Path) -> None:
    compilation = opened(coded)
    assert ["puts 2", "puts 1\n"] == [text for _, text in compilation.code_texts(compilation.codes())]


def test_code_of_a_reference_is_none_of_the_project(coded: Path, tmp_path: Path) -> None:
    write(tmp_path / "mine/M/__domain__.yaml", "object_type: domain\nobject:\n  attributes:\n    name: M\n")
    assert () == open_project([str(tmp_path / "mine")], references=[str(coded)]).codes()


def test_what_was_found_out_about_a_text_is_known_to_every_project(store: Path, coded: Path) -> None:
    opened(store).keep_results("checker 1", {"digest": b"fine"})
    assert {"digest": b"fine"} == opened(coded / "D").kept_results("checker 1", ["digest", "other"])


def test_another_version_of_a_checker_knows_nothing_of_the_first(store: Path) -> None:
    opened(store).keep_results("checker 1", {"digest": b"fine"})
    assert {} == opened(store).kept_results("checker 2", ["digest"])


@pytest.mark.usefixtures("settled")
def test_a_note_holds_while_nothing_changes(store: Path) -> None:
    opened(store).keep_note("name", b"note")
    assert b"note" == opened(store).note("name")


@pytest.mark.usefixtures("settled")
def test_a_note_is_lost_when_anything_changes(store: Path) -> None:
    opened(store).keep_note("name", b"note")
    add_instance(store, "Leaf", "two")
    assert opened(store).note("name") is None


def test_what_a_namespace_and_a_domain_allow_is_read(store: Path) -> None:
    for name in ("D/__domain__.yaml", "D/Ns/__namespace__.yaml"):
        path = store / name
        path.write_text(path.read_text() + "# aelang: allow unread-key -- for the test\n")
    assert [f"{store}/D/__domain__.yaml", f"{store}/D/Ns/__namespace__.yaml"] == [
        source for source, _ in opened(store).allowances
    ]


# -- remarks -------------------------------------------------------------------------------------------------------


def test_remarks_are_the_same_whether_or_not_they_were_asked_for_in_advance(store: Path) -> None:
    write(store / "D/Ns/Top.class/__class__.yaml", CLASS.format(name="Top", target="/Ns/Leaf/tow"))
    late = opened(store).remarks
    announced = open_project([str(store)], cache=False, remarks=True).remarks
    assert ["unknown-instance"] == [each.kind.slug for each in late]
    assert announced == late


@pytest.mark.usefixtures("settled")
def test_remarks_are_kept(store: Path) -> None:
    write(store / "D/Ns/Top.class/__class__.yaml", CLASS.format(name="Top", target="/Ns/Leaf/tow"))
    expected = opened(store).remarks
    assert expected == opened(store).remarks


# -- progress ------------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every step told, however short the work."""
    monkeypatch.setattr(progress_module, "_PATIENCE", 0)
    monkeypatch.setattr(progress_module, "_PAUSE", 0)


@pytest.mark.usefixtures("impatient")
def test_progress_is_told_phase_by_phase(store: Path) -> None:
    told: list[tuple[int, int, str]] = []
    _ = open_project([str(store)], remarks=True, progress=lambda *said: told.append(said)).remarks
    assert ["reading files", "compiling classes", "checking classes"] == list(
        dict.fromkeys(what for _, _, what in told)
    )
    assert (3, 3, "compiling classes") in told


@pytest.mark.usefixtures("impatient", "settled")
def test_a_start_where_nothing_changed_tells_no_progress(store: Path) -> None:
    _ = opened(store).remarks
    told: list[tuple[int, int, str]] = []
    _ = open_project([str(store)], remarks=True, progress=lambda *said: told.append(said)).remarks
    assert [] == told


def test_classes_that_stay_at_hand_are_what_their_records_say(store: Path) -> None:
    image = open_project([str(store)], whole=True).image
    at_hand = [image.class_at(entry.path) for entry in image.index]
    image.forget()
    assert at_hand == [image.class_at(entry.path) for entry in image.index]
