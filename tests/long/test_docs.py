"""The site of each datastore of the corpus: well-formed, every link leads somewhere, and a browser reads it.

The small form, on the examples, is in tests/rooms/test_site.py.
"""

from pathlib import Path

import pytest

from tests.sites import NARROW, browse, faults, make_site, needs_chromium, pages, sample, search_data, widths
from tests.spellings import CORPUS, corpora

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS} (AELANG_CORPUS)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of ManageIQ's domain."""
    folder = tmp_path_factory.mktemp("made") / "site"
    make_site(folder, CORPUS / "manageiq-content")
    return folder


@pytest.mark.parametrize("root", [each.name for each in corpora()])
def test_every_page_is_well_formed_and_every_link_leads_somewhere(root: str, tmp_path: Path) -> None:
    made = make_site(tmp_path / "site", CORPUS / root)
    assert (made.pages, []) == (len(pages(tmp_path / "site")), faults(tmp_path / "site"))


@needs_chromium
def test_a_browser_has_nothing_to_complain_of(site: Path) -> None:
    assert [] == [complaint for page in sample(pages(site), 12) for complaint in browse(page)[1]]


@needs_chromium
def test_the_search_of_a_browser_finds_every_tenth_state(site: Path) -> None:
    states = [
        (each[1], field[1], f"{each[3]}#{field[2]}")
        for each in search_data(site)
        for field in (each[4] if len(each) > 4 else ())
        if field[0] == "state"
    ]
    assert states
    for klass, name, file in states[::10]:
        dom, complaints = browse(site / "index.html", f"q={klass} {name}")
        assert ([], True) == (complaints, f'href="{file}"' in dom), (klass, name)


@needs_chromium
def test_no_page_is_wider_than_a_phone(site: Path) -> None:
    measured = widths(site, sample(pages(site), 60))
    assert {} == {name: width for name, width in measured.items() if width > NARROW}
