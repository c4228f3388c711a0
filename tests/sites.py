"""Sites in tests: written, read by a strict reader, and opened in a browser."""

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from aelang.checking import check
from aelang.project import open_project
from aelang.site import Written, write_site
from aelang.site.folder import Folder

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
NARROW = 390

_VOID = frozenset(("br", "hr", "img", "input", "link", "meta"))
_WORDS = """a b body circle code dd details div dl dt footer h1 h2 h3 head header html input label li link main meta nav
    ol p path pre rect script search section small span strong summary svg table tbody td text th thead title tr ul"""
_ELEMENTS = frozenset(_WORDS.split())
"""All that a page is made of."""


def make_site(folder: Path, *roots: Path, title: str = "Title") -> Written:
    """Writes the site of `roots` into `folder`."""
    opened = open_project([str(root) for root in roots], cache=False)
    try:
        with Folder(str(folder)) as entered:
            return write_site(opened, check(opened).found, entered, title)
    finally:
        opened.close()


def pages(folder: Path) -> list[Path]:
    """All pages of the site in `folder`."""
    return sorted(folder.rglob("*.html"))


def contents(folder: Path) -> dict[str, bytes]:
    """All files of the site in `folder`, by their names."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Strict(HTMLParser):
    """A page read as strictly as its rules are known here: what is wrong with it is in `faults`."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.scripts = 0
        self._open: list[str] = []
        self._headings: list[int] = []
        self._named: list[str] = []
        self.feed(text)
        self.close()
        self._end(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, dict(attrs))
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"an attribute of {tag} is there twice")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._element(tag, dict(attrs))
        if "svg" not in self._open:
            self.faults.append(f"{tag} is closed as in XML")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"a declaration: {data}")

    def _element(self, tag: str, said: dict[str, str | None]) -> None:
        if tag not in _ELEMENTS:
            self.faults.append(f"there should be no {tag}")
        if tag[0] == "h" and tag[1:].isdigit():
            self._headings.append(int(tag[1:]))
        self.scripts += tag == "script"
        for name, value in said.items():
            self._attribute(tag, name, value or "")
        if tag in ("div", "section") and said.get("role", "region") == "region" and "tabindex" in said:
            self.faults += [] if said.get("aria-label") else ["a region has no name"]

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name.startswith("on") or name == "style":
            self.faults.append(f"{tag} has {name}")
        if name == "id":
            self.faults += [f"the id {value} is there twice"] if value in self.ids else []
            self.ids.add(value)
        if name in ("href", "src"):
            self.links.append(value)
        if name in ("for", "aria-labelledby", "aria-controls", "aria-describedby"):
            self._named.append(value)

    def _end(self, text: str) -> None:
        if self._open:
            self.faults.append(f"never closed: {self._open}")
        if self._headings.count(1) != 1:
            self.faults.append(f"{self._headings.count(1)} headings of the first rank")
        ranks = [0, *self._headings]
        self.faults += [
            f"a heading of rank {after} behind one of rank {before}"
            for before, after in pairwise(ranks)
            if after > before + 1
        ]
        self.faults += [f"nothing has the id {name}" for name in self._named if name not in self.ids]
        self.faults += [] if text.startswith("<!DOCTYPE html>\n<html lang=") else ["it does not begin as a page"]


def faults(folder: Path) -> list[str]:
    """What is wrong with the pages of the site in `folder`: markup, links that lead nowhere or outside."""
    read = {path.resolve(): Strict(path.read_text("utf-8")) for path in pages(folder)}
    found = [f"{path.relative_to(folder.resolve())}: {fault}" for path, page in read.items() for fault in page.faults]
    for path, page in read.items():
        for link in page.links:
            fault = _broken(path, link, folder.resolve(), read)
            found += [f"{path.relative_to(folder.resolve())}: {link}: {fault}"] if fault else []
    return found


def _broken(page: Path, link: str, root: Path, read: dict[Path, Strict]) -> str:
    if link == "data:,":
        return ""
    file, _, anchor = unquote(link).partition("#")
    target = Path(os.path.normpath(page.parent / file)) if file else page
    if not target.is_relative_to(root):
        return "it leads out of the site"
    if not target.is_file():
        return "there is no such file"
    return "" if not anchor or anchor in read[target].ids else "there is no such part"


def search_data(folder: Path) -> list[Any]:
    """What the search of the site in `folder` knows."""
    text = (folder / "assets" / "search.js").read_text("ascii")
    assert text.startswith("aelangSearch(")
    assert text.endswith(");\n")
    data = json.loads(text.removeprefix("aelangSearch(").removesuffix(");\n"))
    assert isinstance(data, list)
    return data


# -- in a browser ------------------------------------------------------------------------------------------------


def browse(page: Path, address: str = "", *options: str, size: str = "1200,900") -> tuple[str, list[str]]:
    """The page as a browser has it once its scripts have run, and what it complained of. `address` follows the `#`."""
    assert CHROMIUM is not None
    url = page.resolve().as_uri() + (f"#{address}" if address else "")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             f"--user-data-dir={profile}", f"--window-size={size}", "--virtual-time-budget=5000",
             "--enable-logging=stderr", "--dump-dom", *options, url],
            capture_output=True, text=True, check=False, timeout=120, errors="replace",
        )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, complaints


def widths(folder: Path, chosen: Iterable[Path]) -> dict[str, int]:
    """How wide each of `chosen` pages is in a window of NARROW pixels, with all that is folded open."""
    names = [str(path.relative_to(folder)) for path in chosen]
    frames = "".join(f'<iframe src="{html.escape(name)}" width="{NARROW}" height="800"></iframe>' for name in names)
    measure = folder / "measure.html"
    measure.write_text(f"<!DOCTYPE html><meta charset=utf-8><title>m</title>{frames}<p id=m></p>{_MEASURE}", "utf-8")
    try:
        dom, _ = browse(measure, "", "--allow-file-access-from-files")
    finally:
        measure.unlink()
    found = re.search(r'<p id="m">(.*?)</p>', dom)
    assert found is not None, dom[-500:]
    return dict(zip(names, json.loads(found[1]), strict=True))


_MEASURE = """<script>
addEventListener("load", function () {
  const wide = Array.from(document.querySelectorAll("iframe"), function (frame) {
    const inner = frame.contentDocument;
    for (const each of inner.querySelectorAll("details")) each.open = true;
    return inner.documentElement.scrollWidth;
  });
  document.getElementById("m").textContent = JSON.stringify(wide);
});
</script>"""


def sample(chosen: Sequence[Path], most: int) -> list[Path]:
    """Some of `chosen`, spread evenly, and those with the most in them."""
    largest = sorted(chosen, key=lambda path: -path.stat().st_size)[: most // 2]
    return list(dict.fromkeys([*largest, *chosen[:: max(1, len(chosen) // (most - len(largest)))]]))
