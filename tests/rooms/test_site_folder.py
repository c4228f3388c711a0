"""The folder of a site: only what was made there is replaced or removed, and what is the same is not touched."""

from pathlib import Path

import pytest

from aelang.site.addresses import class_page, file_name, instance_page, method_page, way_to
from aelang.site.folder import MARKER, Folder, FolderError


def _write(path: Path, *names: str, force: bool = False) -> None:
    with Folder(str(path), force=force) as folder:
        for name in names:
            folder.write(name, f"text of {name}")


def _names(path: Path) -> list[str]:
    return sorted(str(each.relative_to(path)) for each in path.rglob("*") if each.is_file() and each.name != MARKER)


def test_what_is_no_longer_part_of_the_site_goes_with_its_folders(tmp_path: Path) -> None:
    _write(tmp_path, "a/b/one.html", "a/two.html")
    _write(tmp_path, "a/two.html")
    assert ["a/two.html"] == _names(tmp_path)
    assert not (tmp_path / "a" / "b").exists()


def test_files_of_others_stay(tmp_path: Path) -> None:
    _write(tmp_path, "a/one.html")
    (tmp_path / "a" / "mine.html").write_text("mine")
    _write(tmp_path)
    assert ["a/mine.html"] == _names(tmp_path)


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="is not empty"):
        Folder(str(tmp_path))


def test_a_folder_of_others_is_written_to_where_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    _write(tmp_path, "one.html", force=True)
    _write(tmp_path)
    assert ["mine.txt"] == _names(tmp_path)


def test_a_file_that_is_as_it_should_be_is_not_touched(tmp_path: Path) -> None:
    _write(tmp_path, "one.html")
    before = (tmp_path / "one.html").stat()
    _write(tmp_path, "one.html")
    after = (tmp_path / "one.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_a_crash_left_behind_is_known_and_removed(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Folder(str(tmp_path)) as folder:
        folder.write("left.html", "left")
        raise KeyError
    assert ["left.html"] == _names(tmp_path)
    _write(tmp_path, "one.html")
    assert ["one.html"] == _names(tmp_path)


def test_a_crash_removes_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "one.html")
    with pytest.raises(KeyError), Folder(str(tmp_path)):
        raise KeyError
    assert ["one.html"] == _names(tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/{outside}", "a/../../outside", "..\\outside", ".", ""])
def test_a_list_that_was_tampered_with_removes_nothing_elsewhere(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    made = tmp_path / "made"
    _write(made)
    with (made / MARKER).open("a") as file:
        file.write(name.replace("{outside}", str(outside)) + "\n")
    _write(made)
    assert outside.exists()


def test_a_link_out_of_the_folder_is_not_followed_to_remove(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "one.html").write_text("not ours")
    made = tmp_path / "made"
    _write(made, "a/one.html")
    (made / "a" / "one.html").unlink()
    (made / "a").rmdir()
    (made / "a").symlink_to(outside)
    _write(made)
    assert (outside / "one.html").exists()


def test_a_file_in_place_of_a_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="cannot be written"):
        _write(tmp_path / "file" / "site")


# -- addresses ---------------------------------------------------------------------------------------------------


def test_pages_lie_as_in_a_datastore() -> None:
    assert "domains/d/shop/order.class.html" == class_page("D/Shop/Order")
    assert "domains/d/shop/order.class/machine.html" == instance_page("D/Shop/Order", "Machine")
    assert "domains/d/shop/order.class/machine.method.html" == method_page("D/Shop/Order", "Machine")


@pytest.mark.parametrize(
    "name", ["con", "LPT1", ".missing", "a b", "a/b", "..", "", "-a", "a" * 200, "Ä", "a~b", "a.b"]
)
def test_an_odd_name_makes_a_plain_file(name: str) -> None:
    made = file_name(name)
    assert made.replace("~", "").replace("-", "").replace("_", "").isalnum()
    assert ("~" in made, len(made) < 80) == (True, True)


@pytest.mark.parametrize(
    ("file", "begin", "way"),
    [
        ("index.html", "index.html", "index.html"),
        ("index.html", "a/b/c.html", "../../index.html"),
        ("a/x.html", "a/b/c.html", "../x.html"),
        ("a/b/x.html#f", "a/c.html", "b/x.html#f"),
    ],
)
def test_a_page_leads_to_another(file: str, begin: str, way: str) -> None:
    assert way == way_to(file, begin)
