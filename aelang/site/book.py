"""The book: what all pages are made from, what they call each thing, and how they lead to it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from aelang import ir
from aelang.analysis.impact import entry_points, path_of
from aelang.analysis.reaching import Graph, Node
from aelang.names import fold
from aelang.site.addresses import class_page, domain_page, field_anchor, instance_page, method_page, way_to
from aelang.site.html import Html, tag

if TYPE_CHECKING:
    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation
    from aelang.source import Span


class Book:
    """The datastore of `opened`, named `title`, with what validate has `found` in it."""

    def __init__(self, opened: "Compilation", title: str, graph: Graph, found: "Sequence[Diagnostic]") -> None:
        self.opened = opened
        self.title = title
        self.graph = graph
        self.found = found
        self.pages: dict[str, str] = {}
        self._roots = (*opened.settings.roots, *opened.settings.references)

    @property
    def index(self) -> ir.Index:
        """The names of the datastore."""
        return self.opened.image.index

    @cached_property
    def findings(self) -> "Mapping[str, list[Diagnostic]]":
        """What was found, by the source that it stands in."""
        by_source: dict[str, list[Diagnostic]] = {}
        for each in self.found:
            by_source.setdefault(each.span.source, []).append(each)
        return by_source

    @cached_property
    def enabled(self) -> frozenset[str]:
        """The folded names of the domains that answer without being named."""
        return frozenset(fold(domain.name) for domain in self.index.domains if domain.enabled)

    @cached_property
    def entry_points(self) -> tuple[tuple[str, Node], ...]:
        """Where runs begin, each with its kind."""
        return tuple(entry_points(self.graph))

    def below(self, domain: str) -> tuple[str, ...]:
        """The enabled domains that answer after `domain`; none where that is not enabled itself."""
        names = [each.name for each in self.index.domains if each.enabled]
        folded = [fold(name) for name in names]
        return tuple(names[folded.index(fold(domain)) + 1 :]) if fold(domain) in folded else ()

    def place(self, span: "Span") -> str:
        """Where something stands, by the file's path below its root: where that lies on one machine is its own."""
        source = span.source
        for root in self._roots:
            if source.startswith(root):
                source = source[len(root) :].lstrip(":/") or source
                break
        return f"{source}:{span.line}" if span.line else source

    def note_page(self, source: str, file: str) -> None:
        """Notes that what stands in `source` is told on the page `file`, if something was found there."""
        if source in self.findings:
            self.pages.setdefault(source, file)

    # -- references from page to page ----------------------------------------------------------------------------

    def file_of(self, node: Node) -> str | None:
        """The page of `node`; None where it is not in the datastore."""
        entry = self.index.class_at(node.klass)
        if entry is None:
            return None
        if node.is_method:
            return method_page(entry.path, node.name) if node.name in entry.methods else None
        if not node.name:
            return class_page(entry.path)
        return instance_page(entry.path, node.name) if node.name in entry.instances else None

    def link(self, here: str, node: Node, shown: str = "") -> Html:
        """A link on the page `here` to that of `node`; the text alone where it has none."""
        shown = shown or path_of(node, self.index)
        return link_to(here, self.file_of(node), shown)

    def class_link(self, here: str, path: str, shown: str = "") -> Html:
        """A link to the class with the full path `/Domain/Ns/Class`."""
        return self.link(here, Node(fold(path.strip("/")), ""), shown or path)

    def owner_link(self, here: str, path: str) -> Html:
        """A link to the class or the instance with the full path `path`."""
        klass, _, name = fold(path.strip("/")).rpartition("/")
        if self.index.class_at(path.strip("/")) is not None:
            return self.class_link(here, path)
        return self.link(here, Node(klass, name), path)

    def domain_link(self, here: str, name: str) -> Html:
        """A link to the page of a domain."""
        return link_to(here, domain_page(name), name)

    def field_link(self, here: str, klass: str, field: str) -> Html:
        """A link to a field on the page of the class with the full path `Domain/Ns/Class`."""
        return link_to(here, f"{class_page(klass)}#{field_anchor(field)}", field)

    def is_answering(self, node: Node) -> bool:
        """Whether `node` is what answers under its path without a domain."""
        relative = node.klass.partition("/")[2]
        if node.is_method:
            home = self.index.method_home(relative, node.name)
        elif node.name:
            home = self.index.instance_home(relative, node.name)
        else:
            home = next(iter(self.index.layers(relative)), None)
        return home is not None and fold(home.path) == node.klass


def link_to(here: str, file: str | None, shown: "str | Html") -> Html:
    """A link on the page `here` to `file`; what is `shown` alone where there is none."""
    return tag("span", shown) if file is None else tag("a", shown, href=way_to(file, here))


def by_name(names: Iterable[str]) -> list[str]:
    """`names` in the order in which people look for them."""
    return sorted(names, key=lambda name: (fold(name), name))
