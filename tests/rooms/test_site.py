"""The site of the examples: well-formed, whole, the same each time, and what its pages say."""

import re
import shutil
from pathlib import Path

import pytest

from tests.sites import NARROW, Strict, browse, contents, faults, make_site, needs_chromium, pages, search_data, widths
from tests.transcripts import ROOT

EXAMPLES = ROOT / "examples"
ROOTS = (EXAMPLES / "overlay", EXAMPLES / "patching", EXAMPLES / "quota", EXAMPLES / "ci" / "automate")
SERVER = "domains/ops/patching/server.class"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of all examples."""
    folder = tmp_path_factory.mktemp("made") / "site"
    make_site(folder, *ROOTS)
    return folder


def _text(site: Path, page: str) -> str:
    return " ".join("".join(Strict((site / page).read_text("utf-8")).texts).split())


def test_every_page_is_well_formed_and_every_link_leads_somewhere(site: Path) -> None:
    assert [] == faults(site)


def test_the_same_datastore_makes_the_same_files(site: Path, tmp_path: Path) -> None:
    make_site(tmp_path / "again", *ROOTS)
    assert contents(site) == contents(tmp_path / "again")


def test_where_a_datastore_lies_is_its_own_business(site: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(EXAMPLES / "quota", tmp_path / "moved"))
    make_site(tmp_path / "a", EXAMPLES / "quota")
    make_site(tmp_path / "b", moved)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_page_says_which_layer_a_value_is_from(site: Path) -> None:
    said = _text(site, "domains/company/shop/size.class/small.html")
    assert "cpusattribute integer" in said
    assert "2class default over Vendor__class__.yaml:14" in said
    assert "Vendor class, the domain Company goes before Vendor" in said


def test_a_hidden_instance_says_so(site: Path) -> None:
    assert "hidden by a higher domain" in _text(site, "domains/vendor/shop/size.class/small.html")
    assert "domain disabled" in _text(site, "domains/trial/shop/size.class/small.html")


def test_a_machine_is_drawn_and_told(site: Path) -> None:
    text = (site / SERVER / "web.html").read_text("utf-8")
    assert 1 == text.count("<svg ")
    assert 4 == text.count('<rect x="')
    said = _text(site, f"{SERVER}/web.html")
    assert "reboot conditional" in said
    assert "undonote(what => 'back in its pool')" in said


def test_a_method_is_shown_with_its_inputs_and_code_and_who_calls_it(site: Path) -> None:
    said = _text(site, f"{SERVER}/note.method.html")
    assert "Called by/Patching/Server (any instance) drain" in said
    assert 'log = evm.get_state_var("log") or []' in said
    assert "whatrequired" in said.replace("string", "")


def test_code_has_colours(site: Path) -> None:
    text = (site / SERVER / "note.method.html").read_text("utf-8")
    assert '<span class="keyword">def</span>' in text


def test_both_ends_of_a_relationship_tell_it(site: Path) -> None:
    assert "size → /Shop/Size/${/#size}" in _text(site, "domains/vendor/shop/order.class/machine.html")
    assert "Reached from/Shop/Order (any instance) size possible" in _text(
        site, "domains/vendor/shop/size.class/large.html"
    )


def test_the_search_knows_states(site: Path) -> None:
    found = [each for each in search_data(site) if each[:2] == ["class", "Server"]]
    assert [["state", "drain", "field-drain"]] == [each for each in found[0][4] if each[1] == "drain"]


def test_every_page_but_the_last_can_be_found(site: Path) -> None:
    names = {str(path.relative_to(site)) for path in pages(site)}
    assert names - {each[3] for each in search_data(site)} == {"index.html", "findings.html"}


@needs_chromium
def test_the_search_of_a_browser_finds_a_state(site: Path) -> None:
    dom, complaints = browse(site / SERVER / "web.html", "q=drain%20server")
    assert [] == complaints
    assert ('class="unseen">1 result</p>' in dom, f'href="../../../../{SERVER}.html#field-drain"' in dom) == (
        True,
        True,
    )


@needs_chromium
def test_a_browser_shows_the_search_and_has_nothing_to_complain_of(site: Path) -> None:
    dom, complaints = browse(site / "index.html")
    assert [] == complaints
    found = re.search(r"<search [^>]*>", dom)
    assert found is not None
    assert "hidden" not in found[0]


@needs_chromium
def test_no_page_is_wider_than_a_phone(site: Path) -> None:
    measured = widths(site, pages(site))
    assert {} == {name: width for name, width in measured.items() if width > NARROW}


# -- the style ---------------------------------------------------------------------------------------------------

_TINTED = [(ink, f"{ink}-tint") for ink in ("red", "amber", "blue", "violet")]
_READ = [
    (ink, on)
    for ink in ("ink", "soft", "link", "strong", "violet", "green", "amber", "blue", "red")
    for on in ("paper", "sheet")
]
_PAIRS = [*_READ, *_TINTED, ("soft", "shade"), ("ink", "shade"), ("ink", "tint"), ("soft", "tint"), ("strong", "tint"),
          ("link", "tint")]  # fmt: skip


def _light(colour: str) -> float:
    """The relative luminance of `#rrggbb`, as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    style = (ROOT / "aelang" / "site" / "assets" / "site.css").read_text("utf-8")
    blocks = style.split("prefers-color-scheme: dark")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme == "dark"].partition("}")[0]))
    weak = {}
    for ink, on in _PAIRS:
        low, high = sorted((_light(colours[ink]), _light(colours[on])))
        if (high + 0.05) / (low + 0.05) < 4.5:
            weak[ink, on] = round((high + 0.05) / (low + 0.05), 2)
    assert {} == weak
