"""The pages that list things: domains, namespaces, entry points, findings, and the overview of all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from aelang import ir, model
from aelang.analysis.differences.texts import plain
from aelang.analysis.impact import EVENT, INSTANCE, PROCESS, path_of
from aelang.analysis.listing import Counts, list_domains
from aelang.analysis.reaching import Node
from aelang.diagnostics import Severity
from aelang.diagnostics.text import counted
from aelang.names import fold
from aelang.site.addresses import ENTRIES, FINDINGS, OVERVIEW, domain_page, namespace_page
from aelang.site.book import link_to
from aelang.site.html import Child, Html, separated, tag, together
from aelang.site.parts import badge, facts, finding, folded, paragraphs, place, row, section, table
from aelang.site.shell import Page
from aelang.source import Span

if TYPE_CHECKING:
    from aelang.diagnostics import Diagnostic
    from aelang.site.book import Book


class Space:
    """A namespace of all domains together: `path` as it is first written, and what lies directly in it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.spaces: dict[str, str] = {}
        self.classes: dict[str, list[ir.ClassEntry]] = {}
        self.domains: dict[str, None] = {}


def spaces_of(index: ir.Index) -> Mapping[str, Space]:
    """The namespaces by their folded paths; that of the root, "", has those at the top."""
    spaces: dict[str, Space] = {"": Space("")}
    rank = {fold(domain.name): at for at, domain in enumerate(index.domains)}
    for entry in sorted(index, key=lambda each: rank.get(fold(each.path.partition("/")[0]), len(rank))):
        domain, *parts, name = entry.path.split("/")
        above = spaces[""]
        for at in range(1, len(parts) + 1):
            path = "/".join(parts[:at])
            above.spaces.setdefault(fold(path), path)
            above = spaces.setdefault(fold(path), Space(path))
            above.domains[domain] = None
        above.classes.setdefault(fold(name), []).append(entry)
    return spaces


def list_pages(book: "Book") -> Iterator[Page]:
    """The pages of domains and namespaces, and that of the entry points."""
    spaces = spaces_of(book.index)
    for domain in book.opened.datastore.domains:
        yield _domain(book, domain, spaces)
    for space in spaces.values():
        if space.path:
            yield _namespace(book, space, spaces)
    yield _entries(book)


# -- namespaces and domains --------------------------------------------------------------------------------------


def _namespace(book: "Book", space: Space, spaces: Mapping[str, Space]) -> Page:
    here = namespace_page(space.path)
    said = [
        _said(found.attributes)
        for domain in book.opened.datastore.domains
        for found in domain.namespaces
        if fold(found.path) == fold(space.path)
    ]
    domains = [book.domain_link(here, name) for name in space.domains]
    body = together(
        paragraphs("\n\n".join(dict.fromkeys(filter(None, said)))),
        facts(("Path", tag("code", f"/{space.path}")), ("In", separated(domains))),
        _below(here, space, spaces),
        _classes(book, here, "Classes", [entry for some in _in_order(space.classes) for entry in some]),
    )
    parts = space.path.split("/")
    way = [(part, namespace_page("/".join(parts[: at + 1]))) for at, part in enumerate(parts[:-1])]
    return Page(here, "Namespace", parts[-1], way, body)


def _in_order(found: Mapping[str, "Sequence[ir.ClassEntry]"]) -> "Iterator[Sequence[ir.ClassEntry]]":
    return (found[key] for key in sorted(found))


def _below(here: str, space: Space, spaces: Mapping[str, Space], anchor: str = "namespaces") -> Html | None:
    rows = [
        row(link_to(here, namespace_page(path), path.rpartition("/")[2]), _count_below(key, spaces))
        for key, path in sorted(space.spaces.items())
    ]
    listed = table("Namespaces", ("Namespace", "Holds"), rows)
    return section(anchor, "Namespaces", listed, note=str(len(rows))) if rows else None


def _count_below(key: str, spaces: Mapping[str, Space]) -> str:
    space = spaces[key]
    parts = []
    if space.spaces:
        parts.append(counted(len(space.spaces), "namespace"))
    if space.classes:
        parts.append(counted(len(space.classes), "class", "classes"))
    return ", ".join(parts)


def _classes(book: "Book", here: str, title: str, entries: "Iterable[ir.ClassEntry]", cut: str = "") -> Html | None:
    """The classes `entries`, each in each of its domains; `cut` is what their names need not say."""
    rows = []
    for entry in entries:
        domain, _, relative = entry.path.partition("/")
        node = Node(fold(entry.path), "")
        shown = relative.removeprefix(cut) if cut else entry.path.rpartition("/")[2]
        mark = None if book.is_answering(node) else together(" ", badge("hidden", "off"))
        rows.append(row(together(book.class_link(here, entry.path, shown), mark), book.domain_link(here, domain),
                        _number(entry.instances), _number(entry.methods)))  # fmt: skip
    listed = table(title, ("Class", "Domain", "Instances", "Methods"), rows, "numbers")
    return section("classes", title, listed, note=str(len(rows))) if rows else None


def _number(found: Mapping[str, str]) -> str:
    return str(len(found)) if found else ""


def _domain(book: "Book", domain: model.Domain, spaces: Mapping[str, Space]) -> Page:
    here = domain_page(domain.name)
    own = sorted((each for each in book.index if fold(each.path.partition("/")[0]) == fold(domain.name)), key=_by_path)
    order = [each.name for each in book.index.domains]
    rank = [fold(each) for each in order].index(fold(domain.name)) + 1
    is_on = fold(domain.name) in book.enabled
    body = together(
        paragraphs(_said(domain.attributes)),
        facts(
            ("Standing", together(f"{rank} of {len(order)} in the order of look-up ",
                                  None if is_on else badge("domain disabled", "off"))),
            ("Priority", domain.get("priority")),
            ("Declared in", place(book.place(_first(domain)))),
        ),
        _classes(book, here, "Classes", own, cut="/"),
    )  # fmt: skip
    return Page(here, "Domain", domain.name, (), body)


def _first(domain: model.Domain) -> Span:
    name = domain.attributes.get("name")
    return Span(domain.source) if name is None else name.span(domain.source)


def _by_path(entry: ir.ClassEntry) -> str:
    return fold(entry.path)


def _said(attributes: model.Attributes) -> str:
    """What the author says of a domain or namespace."""
    texts = [attributes[key].value for key in ("display_name", "description") if key in attributes]
    return "\n\n".join(dict.fromkeys(plain(each.strip()) or "" for each in texts if each and each.strip()))


# -- entry points ------------------------------------------------------------------------------------------------

_KINDS = {
    PROCESS: ("Deliveries", "Where a run begins that a request, a button or a call asks for."),
    EVENT: ("Events", "Where a run begins when something happened."),
    INSTANCE: ("Other entry points", "Named from outside, or by a target that only a run puts together."),
}


def _entries(book: "Book") -> Page:
    by_kind: dict[str, list[Node]] = {kind: [] for kind in _KINDS}
    for kind, node in book.entry_points:
        by_kind[kind].append(node)
    parts = [_entry_section(book, kind, nodes) for kind, nodes in by_kind.items() if nodes]
    lead = tag("p", "Where runs begin: nothing in the datastore leads here, or the outside does.", class_="lead")
    return Page(ENTRIES, "", "Entry points", (), together(lead, *parts))


def _entry_section(book: "Book", kind: str, nodes: Sequence[Node]) -> Html:
    title, about = _KINDS[kind]
    groups: dict[str, list[Html]] = {}
    for node in sorted(nodes, key=lambda each: fold(path_of(each, book.index))):
        path = path_of(node, book.index)
        klass, _, name = path.rpartition("/")
        groups.setdefault(klass, []).append(tag("li", book.link(ENTRIES, node, name)))
    lists = [together(tag("h3", tag("code", klass)), _names(names)) for klass, names in groups.items()]
    return section(kind, title, tag("p", about, class_="said"), *lists, note=str(len(nodes)))


def _names(names: Sequence[Html]) -> Html:
    listed = tag("ul", *names, class_="names")
    return folded(counted(len(names), "instance"), listed) if len(names) > _MANY else listed


_MANY = 24


# -- findings ----------------------------------------------------------------------------------------------------


def findings_page(book: "Book") -> Page:
    """The page of all findings; the pages of what they are about have been made."""
    parts: list[Child] = []
    for severity in sorted(Severity, key=lambda each: -each.value):
        found = [each for each in book.found if each.severity is severity]
        if found:
            parts.append(section(severity.word, f"{severity.word.capitalize()}s", _by_source(book, found),
                                 note=str(len(found))))  # fmt: skip
    lead = "What `aelang validate` says of the datastore." if parts else "`aelang validate` finds nothing wrong."
    return Page(FINDINGS, "", "Findings", (), together(tag("p", lead.replace("`", ""), class_="lead"), *parts))


def _by_source(book: "Book", found: "Sequence[Diagnostic]") -> Html:
    """Findings, those of a file together; the file's name leads to the page where it is told."""
    groups: dict[str, list[Html]] = {}
    for each in found:
        groups.setdefault(each.span.source, []).append(tag("li", finding(book, each), class_=each.severity.word))
    parts = []
    for source, items in groups.items():
        shown = tag("code", book.place(Span(source)) or "the datastore")
        parts.append(tag("h3", link_to(FINDINGS, book.pages.get(source), shown)))
        parts.append(tag("ul", *items, class_="findings"))
    return together(*parts)


# -- the overview ------------------------------------------------------------------------------------------------


def overview_page(book: "Book") -> Page:
    """The first page of the site."""
    spaces = spaces_of(book.index)
    domains = list_domains(book.index)
    total = [sum(each) for each in zip(*(counts for _, counts in domains), strict=True)] or [0, 0, 0]
    numbers = (
        (counted(len(domains), "domain"), None),
        (counted(total[0], "class", "classes"), None),
        (counted(total[1], "instance"), None),
        (counted(total[2], "method"), None),
        (counted(len(book.entry_points), "entry point"), ENTRIES),
        (counted(len(book.found), "finding"), FINDINGS),
    )
    figures = tag("ul", *(tag("li", _figure(text, file)) for text, file in numbers), class_="figures")
    body = together(figures, _domains(book, domains), _below(OVERVIEW, spaces[""], spaces), _top_classes(book, spaces))
    return Page(OVERVIEW, "Automate datastore", book.title, (), body)


def _figure(text: str, file: str | None) -> Html:
    number, _, word = text.partition(" ")
    shown = together(tag("strong", number), " ", tag("span", word))
    return shown if file is None else link_to(OVERVIEW, file, shown)


def _domains(book: "Book", domains: "Sequence[tuple[object, Counts]]") -> Html:
    rows = []
    for domain, (_, counts) in zip(book.index.domains, domains, strict=True):
        mark = None if domain.enabled else together(" ", badge("disabled", "off"))
        cells = [str(each) if each else "" for each in counts]
        rows.append(row(together(book.domain_link(OVERVIEW, domain.name), mark), *cells))
    heads = ("Domain", "Classes", "Instances", "Methods")
    about = tag("p", "In the order of look-up: the first that has an instance or a method answers.", class_="said")
    return section("domains", "Domains", about, table("Domains", heads, rows, "numbers all"))


def _top_classes(book: "Book", spaces: Mapping[str, Space]) -> Html | None:
    entries = [entry for some in _in_order(spaces[""].classes) for entry in some]
    return _classes(book, OVERVIEW, "Classes outside of namespaces", entries)
