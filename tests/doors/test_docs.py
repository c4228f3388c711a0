"""`aelang docs`: the folder, what it tells, and what it refuses."""

import shutil
from pathlib import Path

import pytest

from tests.doors.stores import Aelang
from tests.sites import contents, faults

pytestmark = pytest.mark.usefixtures("store")


def test_a_site_is_written_and_told(aelang: Aelang, tmp_path: Path) -> None:
    done = aelang("docs", "store", "-o", "site")
    assert (0, "") == (done.code, done.out)
    assert done.err.startswith("wrote ")
    assert [] == faults(tmp_path / "site")


def test_a_site_without_a_folder_is_a_misuse(aelang: Aelang) -> None:
    done = aelang("docs", "store")
    assert (2, True) == (done.code, "`-o DIR`" in done.err)


def test_a_folder_with_other_files_is_refused(aelang: Aelang) -> None:
    done = aelang("docs", "store", "-o", "store")
    assert (1, True) == (done.code, "is not empty" in done.err)


def test_a_folder_that_cannot_be_made_is_told(aelang: Aelang, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = aelang("docs", "store", "-o", "file/site")
    assert (1, True) == (done.code, "cannot be written" in done.err)


def test_a_datastore_that_is_not_there_leaves_no_folder(aelang: Aelang, tmp_path: Path) -> None:
    assert 1 == aelang("docs", "nowhere", "-o", "site").code
    assert not (tmp_path / "site").exists()


def test_a_password_is_in_no_file(aelang: Aelang, tmp_path: Path) -> None:
    assert "abcdef==" in (tmp_path / "store/Low/System/Request.class/__class__.yaml").read_text()
    aelang("docs", "store", "-o", "site")
    assert [] == [name for name, data in contents(tmp_path / "site").items() if b"abcdef==" in data]


def test_what_is_gone_from_the_datastore_goes_from_the_site(aelang: Aelang, store: Path, tmp_path: Path) -> None:
    aelang("docs", "store", "-o", "site")
    page = tmp_path / "site/domains/low/system/leaf.class/one.html"
    assert page.exists()
    (store / "Low/System/Leaf.class/one.yaml").unlink()
    aelang("docs", "store", "-o", "site")
    assert not page.exists()


def test_it_is_the_same_from_the_cache(aelang: Aelang, tmp_path: Path) -> None:
    aelang("docs", "store", "-o", "cold")
    aelang("docs", "store", "-o", "warm")
    assert contents(tmp_path / "cold") == contents(tmp_path / "warm")


def test_the_title_is_a_matter_of_taste(aelang: Aelang, tmp_path: Path) -> None:
    aelang("docs", "store", "-o", "site", "--title", "Ours & <theirs>")
    assert "<title>Ours &amp; &lt;theirs&gt;</title>" in (tmp_path / "site/index.html").read_text()


def test_a_finding_is_on_the_page_of_its_thing(aelang: Aelang, store: Path, tmp_path: Path) -> None:
    page = store / "High/System/Request.class/hello.yaml"
    page.write_text(page.read_text().replace("/System/Leaf/one", "/System/Nowhere/one"))
    aelang("docs", "store", "-o", "site")
    for name in ("findings.html", "domains/high/system/request.class/hello.html"):
        assert "/System/Nowhere/one" in (tmp_path / "site" / name).read_text()
    assert 'href="domains/high/system/request.class/hello.html"' in (tmp_path / "site/findings.html").read_text()


def test_a_site_of_an_archive_is_that_of_the_folder(aelang: Aelang, store: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "export"), "zip", store)
    aelang("docs", "store", "-o", "folder")
    aelang("docs", "export.zip", "-o", "archive")
    assert contents(tmp_path / "folder") == contents(tmp_path / "archive")


@pytest.mark.parametrize(("states", "drawn", "rest"), [(200, 200, ""), (203, 200, "and 3 more")])
def test_of_a_large_machine_the_list_has_all_and_the_drawing_the_first(
    aelang: Aelang, store: Path, tmp_path: Path, states: int, drawn: int, rest: str
) -> None:
    said = "".join(f"  state s{at} = /System/Request/hello\n" for at in range(states))
    (store / "Low/System/Long.ael").write_text(f"class Long\n{said}  instance it\n")
    aelang("docs", "store", "-o", "site")
    page = (tmp_path / "site/domains/low/system/long.class/it.html").read_text()
    assert (drawn, states) == (page.count("<rect "), page.count("<li><p><strong>s"))
    assert rest in page
    assert (rest == "") == ('class="ring"' in page)  # the end of the whole
