"""The pages of classes, instances and methods."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aelang import ir, model
from aelang.analysis.differences.texts import is_secret
from aelang.analysis.explain import explain_at
from aelang.analysis.reaching import Node
from aelang.compiler.overlay import by_folded_name
from aelang.interpreter.values import MASK
from aelang.names import fold
from aelang.site.addresses import class_page, domain_page, instance_page, method_page, namespace_page
from aelang.site.book import by_name
from aelang.site.code import code_block
from aelang.site.fields import fields_table
from aelang.site.html import Child, Html, separated, tag, together
from aelang.site.links import links, ways_into
from aelang.site.machines import machines
from aelang.site.parts import badge, facts, findings, paragraphs, place, row, section, table, value
from aelang.site.shell import Page
from aelang.source import Span

if TYPE_CHECKING:
    from aelang.analysis.explain import ExplainedMethod, Explanation, HiddenLayer
    from aelang.diagnostics import Diagnostic
    from aelang.site.book import Book


class Changed(Exception):
    """A class is no longer in the datastore, which has changed since it was opened."""


class Thing:
    """A class of the datastore of `book` with all pages of what is in it."""

    def __init__(self, book: "Book", entry: ir.ClassEntry) -> None:
        """Raises Changed where it is no longer there."""
        compiled = book.opened.image.class_at(entry.path)
        written = book.opened.model_class(entry.path)
        if compiled is None or written is None:
            raise Changed(entry.path)
        self.book = book
        self.entry = entry
        self.compiled = compiled
        self.written: model.Class = written
        self.instances = by_folded_name(written.instances)
        self.said = explain_at(book.opened.datastore, book.index, entry)
        self.key = fold(entry.path)

    def pages(self) -> Iterator[Page]:
        """The page of the class, then those of its instances and methods."""
        yield self._class()
        for name in by_name(self.entry.instances.values()):
            yield self._instance(fold(name))
        methods = by_folded_name(self.written.methods)
        for name in by_name(self.entry.methods.values()):
            yield self._method(methods[fold(name)])

    # -- the class -----------------------------------------------------------------------------------------------

    def _class(self) -> Page:
        book, said = self.book, self.said
        here = class_page(self.entry.path)
        node = Node(self.key, "")
        book.note_page(self.written.source, here)
        body = together(
            self._about(here, node, said),
            findings(book, self._found(self.written.source)),
            machines(book, here, self.compiled, ""),
            section("fields", "Fields", fields_table(book, here, said, node)) if said.fields else None,
            self._instance_table(here),
            self._method_table(here),
            links(book, here, node),
            self._elsewhere(here, said.hidden),
        )
        return Page(here, "Class", self.written.name, self._way(with_class=False), body)

    def _instance_table(self, here: str) -> Html | None:
        names = by_name(self.entry.instances.values())
        if not names:
            return None
        rows = [self._instance_row(here, name) for name in names]
        listed = table(f"Instances of {self.entry.path}", ("Instance", "Description", "Led to by"), rows)
        return section("instances", "Instances", listed, note=str(len(names)))

    def _instance_row(self, here: str, name: str) -> Html:
        node = Node(self.key, fold(name))
        said = self.instances[fold(name)].attributes
        title = " · ".join(text for key in ("display_name", "description") if (text := _said(said, key)))
        count = len({(each.node, each.use.field) for each in ways_into(self.book, node) if not each.is_possible})
        return row(self.book.link(here, node, name), title, str(count) if count else "")

    def _method_table(self, here: str) -> Html | None:
        rows = [self._method_row(here, each) for each in self.said.methods]
        heads = ("Method", "Inputs", "Runs")
        listed = table(f"Methods of {self.entry.path}", heads, rows) if rows else None
        return section("methods", "Methods", listed, note=str(len(rows))) if rows else None

    def _method_row(self, here: str, method: "ExplainedMethod") -> Html:
        owner = fold(method.inherited_from.strip("/")) or self.key
        name = self.book.link(here, Node(owner, fold(method.name), True), method.name)
        mark = together(" ", badge("inherited", "inherited")) if method.inherited_from else None
        return row(together(name, mark), ", ".join(method.inputs), f"{method.location} {method.language}".strip())

    # -- an instance ---------------------------------------------------------------------------------------------

    def _instance(self, name: str) -> Page:
        book = self.book
        here = instance_page(self.entry.path, name)
        node = Node(self.key, name)
        said = explain_at(book.opened.datastore, book.index, self.entry, name)
        written = self.instances[name]
        is_apart = written.source != self.written.source
        book.note_page(written.source, here)
        body = together(
            self._about(here, node, said),
            findings(book, self._found(written.source)) if is_apart else None,
            machines(book, here, self.compiled, name),
            section("fields", "Fields", fields_table(book, here, said, node)) if said.fields else None,
            links(book, here, node),
            self._elsewhere(here, said.hidden),
        )
        return Page(here, "Instance", written.name, self._way(), body)

    # -- a method ------------------------------------------------------------------------------------------------

    def _method(self, method: model.Method) -> Page:
        book = self.book
        here = method_page(self.entry.path, method.name)
        node = Node(self.key, fold(method.name), True)
        compiled = self.compiled.methods[fold(method.name)]
        sources = dict.fromkeys(each for each in (method.source, method.code_source) if each != self.written.source)
        for source in sources:
            book.note_page(source, here)
        embedded = [tag("code", each) for each in compiled.embedded]
        about = facts(
            ("Path", together(tag("code", f"/{self.entry.path}.{method.name}"), " ", self._standing(node))),
            ("Runs", f"{compiled.location} {compiled.language}".strip()),
            ("After a crash", _EFFECTS.get(compiled.effect, compiled.effect)),
            ("Embeds", separated(embedded) if embedded else None),
            ("Declared in", place(book.place(_span(method)))),
        )
        said = "\n\n".join(text for key in ("display_name", "description") if (text := _said(method.attributes, key)))
        body = together(
            paragraphs(said),
            about,
            findings(book, [each for source in sources if source for each in self._found(source)]),
            self._inputs(compiled, method),
            self._code(compiled, method),
            links(book, here, node),
        )
        return Page(here, "Method", method.name, self._way(), body)

    def _inputs(self, compiled: ir.Method, method: model.Method) -> Html | None:
        rows = []
        for given, said in zip(compiled.inputs, method.inputs, strict=False):
            default = said.get("default_value")
            secret = is_secret(given.name, given.datatype) and bool((default or "").strip())
            shown: Child = badge("required", "overlay") if given.default is None else value(default)
            rows.append(row(given.name, given.datatype or "", tag("code", MASK) if secret else shown,
                            _said(said.attributes, "description")))  # fmt: skip
        heads = ("Input", "Type", "Default", "Description")
        return section("inputs", "Inputs", table(f"Inputs of {method.name}", heads, rows)) if rows else None

    def _code(self, compiled: ir.Method, method: model.Method) -> Html | None:
        code = method.code or (compiled.data if fold(compiled.location) == "inline" else None)
        if code:
            return section("code", "Code", code_block(f"Code of {method.name}", compiled.language, code))
        if compiled.data and fold(compiled.location) != "inline":
            return section("code", "What is run", value(compiled.data))
        return None

    # -- on every page -------------------------------------------------------------------------------------------

    def _about(self, here: str, node: Node, said: "Explanation") -> Html:
        """What is said of the class or instance as a whole."""
        words = {each.key: each.text or "" for each in said.said}
        names = [word for key in ("display_name", "description") if (word := words.pop(key, ""))]
        book = self.book
        inherits = [book.owner_link(here, each) for each in said.ancestors]
        others = [book.domain_link(here, each.domain) for each in said.hidden]
        return together(
            paragraphs("\n\n".join(names)),
            facts(
                ("Path", together(tag("code", said.path), " ", self._standing(node))),
                ("Class", book.class_link(here, f"/{self.entry.path}") if node.name else None),
                ("Inherits", separated(inherits) if inherits and not node.name else words.pop("inherits", None)),
                ("Also in", separated(others) if others else None),
                *((key.replace("_", " ").capitalize(), text) for key, text in words.items() if key in _TOLD),
                ("Declared in", place(book.place(said.span))),
            ),
        )

    def _standing(self, node: Node) -> Html | None:
        """Whether it answers, where other domains or the priority of its own decide on that."""
        book = self.book
        domain = self.entry.path.partition("/")[0]
        if fold(domain) not in book.enabled:
            return badge("domain disabled", "off")
        if not book.is_answering(node):
            return badge("hidden by a higher domain", "off")
        relative = self.entry.path.partition("/")[2]
        below = [each for each in book.index.layers(relative) if fold(each.path) != self.key]
        kind = "methods" if node.is_method else "instances"
        hides = [each for each in below if not node.name or node.name in getattr(each, kind)]
        names = [each.path.partition("/")[0] for each in hides]
        return badge(f"over {', '.join(names)}", "overlay") if names else None

    def _elsewhere(self, here: str, hidden: "Sequence[HiddenLayer]") -> Html | None:
        items = []
        for each in hidden:
            only = f"; only there: {', '.join(each.only_here)}" if each.only_here else ""
            where = self.book.owner_link(here, each.path)
            items.append(tag("li", where, " ", each.why, only, place(self.book.place(each.span))))
        return section("elsewhere", "In other domains", tag("ul", *items, class_="ways")) if items else None

    def _found(self, source: str) -> "Sequence[Diagnostic]":
        return self.book.findings.get(source, ())

    def _way(self, *, with_class: bool = True) -> list[tuple[str, str | None]]:
        domain, *spaces, name = self.entry.path.split("/")
        way: list[tuple[str, str | None]] = [(domain, domain_page(domain))]
        way += [(space, namespace_page("/".join(spaces[: at + 1]))) for at, space in enumerate(spaces)]
        return [*way, (name, class_page(self.entry.path))] if with_class else way


_TOLD = frozenset(("visibility", "owner", "type"))
_EFFECTS = {
    "none": "it is repeated: it has no effect",
    "idempotent": "it is repeated: the same again does no harm",
    "once": "it waits for an operator: its effect must not come twice",
}


def _said(attributes: model.Attributes, key: str) -> str:
    found = attributes.get(key)
    return "" if found is None else (found.value or "").strip()


def _span(method: model.Method) -> Span:
    name = method.attributes.get("name")
    return Span(method.source) if name is None else name.span(method.source)
