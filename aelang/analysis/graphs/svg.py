"""SVG: graphviz's `dot` lays diagrams out; what comes from it is made fit for a page, and for those who do not see."""

import re
from collections.abc import Sequence
from html import escape

from aelang.analysis.graphs.dot import Href, dot
from aelang.analysis.graphs.looks import beside, clean
from aelang.analysis.graphs.shapes import Arrow, Diagram, Link

PROGRAM = "dot"
TIME_LIMIT = 60.0
"""Seconds for one call of `dot`."""


class DotMissing(Exception):
    """There is no `dot` on the PATH."""


class DotFailed(Exception):
    """`dot` did not draw; the text says why, for people."""


def svg(diagram: Diagram, href: Href | None = None) -> str:
    """`diagram` drawn: an `<svg>` element without declarations before it. Raises DotMissing, DotFailed."""
    return svgs([diagram], href)[0]


def svgs(diagrams: Sequence[Diagram], href: Href | None = None) -> list[str]:
    """`diagrams` drawn by one call of `dot`, each as by `svg`. Raises DotMissing, DotFailed."""
    if not diagrams:
        return []
    links = _Links(href)
    drawn = _run("".join(dot(each, links.number) for each in diagrams))
    elements = re.findall(r"<svg .*?</svg>", drawn, re.DOTALL)
    if len(elements) != len(diagrams):
        raise DotFailed(f"`{PROGRAM}` was given {len(diagrams)} diagrams and drew {len(elements)}")
    return [
        links.put_into(_titled(element, diagram)) + "\n" for element, diagram in zip(elements, diagrams, strict=True)
    ]


class _Links:
    """Where names lead. `dot` does not escape that in all its versions, so it is given numbers in its place."""

    def __init__(self, href: Href | None) -> None:
        self._href = href
        self._given: list[tuple[str, str]] = []

    def number(self, link: Link) -> str | None:
        """What stands for where `link` leads; None where it leads nowhere."""
        leads = None if self._href is None else self._href(link)
        if leads is None:
            return None
        self._given.append((leads, link.path))
        return f"l{len(self._given) - 1}"

    def put_into(self, element: str) -> str:
        """`element` with the links in place of their numbers."""
        return re.sub(r'xlink:href="l(\d+)" xlink:title="l\1"', self._attributes, element)

    def _attributes(self, found: re.Match[str]) -> str:
        leads, path = self._given[int(found[1])]
        return f'xlink:href="{escape(clean(leads))}" xlink:title="{escape(clean(path))}"'


def _run(text: str) -> str:
    import subprocess

    try:
        done = subprocess.run(
            [PROGRAM, "-Tsvg"], input=text.encode(), capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except FileNotFoundError as error:
        raise DotMissing from error
    except subprocess.TimeoutExpired as error:
        raise DotFailed(
            f"`{PROGRAM}` took longer than {TIME_LIMIT:g} seconds: have less drawn, with `--limit`"
        ) from error
    except OSError as error:
        raise DotFailed(f"`{PROGRAM}` cannot be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DotFailed(f"`{PROGRAM}` ended with {done.returncode}" + (f": {said[0]}" if said else ""))
    return done.stdout.decode("utf-8", "replace")


def _titled(element: str, diagram: Diagram) -> str:
    """`element` with titles in place of the names that `dot` was given."""
    element = re.sub(r"<!--.*?-->\n?", "", element, flags=re.DOTALL)
    boxes = {f"n{at}": clean(box.title) for at, box in enumerate(diagram.boxes)}
    ids = {box.key: f"n{at}" for at, box in enumerate(diagram.boxes)}
    arrows: dict[str, str] = {}
    for arrow in diagram.arrows:
        name = f"{ids[arrow.begin]}&#45;&gt;{ids[arrow.end]}"
        arrows[name] = "; ".join(filter(None, (arrows.get(name), _said(arrow))))
    titles = {"aelang": clean(diagram.title), **boxes, **arrows}
    element = re.sub(
        r"<title>([^<]*)</title>", lambda found: f"<title>{escape(titles.get(found[1], ''), False)}</title>", element
    )
    element = re.sub(r'<g id="[^"]*"', "<g", element)  # several drawings may stand on one page
    return element.replace("<svg ", f'<svg role="img" aria-label="{escape(clean(diagram.title))}" ', 1)


def _said(arrow: Arrow) -> str:
    """What `arrow` is."""
    return clean(": ".join(filter(None, (beside(arrow) or arrow.kind, arrow.text))))
