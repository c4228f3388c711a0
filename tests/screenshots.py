"""The pictures of docs/: `python -m tests.screenshots` takes them anew, of the site of the examples, in Chromium."""

import html
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.sites import CHROMIUM, NARROW, make_site
from tests.transcripts import ROOT

_SERVER = "domains/ops/patching/server.class"
_ROOTS = ("patching", "overlay", "quota")


class Picture(NamedTuple):
    """A picture in docs/: of which page, how large, in the dark, and on a phone."""

    name: str
    page: str
    width: int
    height: int
    is_dark: bool = False
    is_narrow: bool = False


PICTURES = (
    Picture("site.png", f"{_SERVER}/web.html", 1100, 860),
    Picture("site-dark.png", "index.html#q=patch", 1100, 640, is_dark=True),
    Picture("site-phone.png", f"{_SERVER}/web.html", NARROW, 844, is_narrow=True),
)


def take(site: Path, picture: Picture, folder: Path) -> None:
    """Takes `picture` of the `site` and puts it into `folder`. Chromium's window is never as narrow as a phone, so that
    one is seen through a frame."""
    assert CHROMIUM is not None, "chromium is not installed"
    page = site / picture.page.partition("#")[0]
    url = page.resolve().as_uri() + picture.page[len(picture.page.partition("#")[0]) :]
    if picture.is_narrow:
        frame = site / "frame.html"
        style = f"width:{picture.width}px;height:{picture.height}px;border:0"
        frame.write_text(f'<body style="margin:0"><iframe style="{style}" src="{html.escape(url)}"></iframe>', "utf-8")
        url = frame.resolve().as_uri()
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
             f"--user-data-dir={profile}", "--virtual-time-budget=3000",
             f"--blink-settings=preferredColorScheme={0 if picture.is_dark else 1}",
             f"--window-size={picture.width},{picture.height}", f"--screenshot={folder / picture.name}", url],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "site"
        make_site(made, *(ROOT / "examples" / name for name in _ROOTS), title="Our automation")
        for each in PICTURES:
            take(made, each, into)
