"""Inherit: a class with what it inherits becomes the effective class; an instance gets the values behind its own.

The rules, for a class (LANGUAGE 2):

1. `inherits` names the parent: `/Ns/Parent` is the class of the highest enabled domain that has the path; a path that
   begins with a domain pins that one; a bare name stands in the same namespace; `super` is the same path in the next
   lower domain that has it.
2. The parent's effective fields come first, in their order. A field of the child that has the name of one of them
   takes its place, and where the child says nothing the parent's word stands. The child's other fields follow.
3. A field stays of its kind. One that changes it stands alone, for what the parent said was meant for another kind.
4. Methods are not copied here: the ancestors are kept, and a run looks from child to root. Instances are not
   inherited, `.missing` included.

An instance inherits by `inherits` too: a bare name is an instance of the same class, or with the instance's own name
that of the parent class; a path is one of an instance of the class or of an ancestor.

Nothing is merged into one text: each word keeps the layer that said it, since a run must tell its place and `show`
its origin. The pass comes after `overlay`, which finds the parent, and before `resolve` and `lower`, which then need
not know where a word was said.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from aelang import ir, model
from aelang.compiler.overlay import ALL_NAMES, DOMAIN_ORDER, by_folded_name
from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity, did_you_mean
from aelang.names import fold, is_blank

UNKNOWN_PARENT = DiagnosticKind("unknown-parent", Severity.ERROR, "there is no {what} `{reference}` to inherit from")
INHERITANCE_CYCLE = DiagnosticKind(
    "inheritance-cycle", Severity.ERROR, "the {what} `{name}` inherits from itself: {chain}"
)
CHANGED_AETYPE = DiagnosticKind(
    "changed-aetype", Severity.ERROR, "the field `{name}` is of kind {own}, but {parent} where it is inherited from"
)
INSTANCE_OF_ABSTRACT_CLASS = DiagnosticKind(
    "instance-of-abstract-class", Severity.ERROR, "the class `{klass}` is abstract and has no instances of its own"
)
UNKNOWN_FIELD = DiagnosticKind("unknown-field", Severity.ERROR, "the class `{klass}` has no field `{name}`")

MAX_UNKNOWN = 100
"""Values without field that are reported of one instance."""

MAX_HINTS = 200
"""Values without field of one class for which a field is looked for that has a name like theirs."""

ReadClass: TypeAlias = Callable[[str], model.Class | None]
"""Gives the class with the full path `Domain/Ns/Class`, None where it cannot be had."""


def no_class(path: str) -> model.Class | None:
    """A `ReadClass` without classes, for what inherits nothing."""
    return None


class Library:
    """Where other classes are looked up. It keeps what was asked for: `needs` are folded paths whose names were, and
    `reads` folded full paths whose content was."""

    __slots__ = ("_read", "index", "needs", "reads")

    def __init__(self, index: ir.Index, read: ReadClass = no_class) -> None:
        self.index = index
        self.needs: set[str] = set()
        self.reads: set[str] = set()
        self._read = read

    def at(self, entry: ir.ClassEntry) -> model.Class | None:
        """The class of `entry`, as its author wrote it."""
        self.reads.add(fold(entry.path))
        return self._read(entry.path)

    def answering(self, path: str) -> ir.ClassEntry | None:
        """The class at `path`: of the highest enabled domain that has it, else the one with this full path."""
        key = fold(path)
        self.needs.add(key)
        layers = self.index.layers(key)
        return layers[0] if layers else self.index.class_at(key)

    def below(self, klass: model.Class) -> ir.ClassEntry | None:
        """The class of the same path in the next lower enabled domain that has it."""
        self.needs.update((fold(klass.path), DOMAIN_ORDER))
        names = [fold(domain.name) for domain in self.index.domains]
        own = names.index(fold(klass.domain)) if fold(klass.domain) in names else len(names)
        lower = frozenset(names[own + 1 :])
        layers = self.index.layers(klass.path)
        return next((entry for entry in layers if fold(entry.path).partition("/")[0] in lower), None)


class Layer(NamedTuple):
    """What one class or instance says of a field: its words, their file, and whose they are, as a full path."""

    attributes: model.Attributes
    source: str
    owner: str
    name: model.Text


class Field(NamedTuple):
    """An effective field: the words of the class itself first, then those of its ancestors, the nearest first."""

    layers: tuple[Layer, ...]
    private: bool

    @property
    def name(self) -> str:
        """The name as the nearest class writes it."""
        return self.layers[0].name.value or ""

    def get(self, key: str) -> str | None:
        """The text under `key`, None where no layer has one."""
        found = self.saying(key)
        return None if found is None else found.attributes[key].value

    def saying(self, key: str) -> Layer | None:
        """The layer whose word under `key` counts: the first that is not blank, else the first that is not nil.

        `substitute` is the exception: its nil is a word too, for it means no.
        """
        nearest = self.layers[0]
        if len(self.layers) == 1:  # nothing is inherited, as mostly
            return nearest if key in nearest.attributes else None
        have = [layer for layer in self.layers if key in layer.attributes]
        if len(have) < 2 or key == "substitute":
            return have[0] if have else None
        said = (layer for layer in have if not is_blank(layer.attributes[key].value))
        not_nil = (layer for layer in have if layer.attributes[key].value is not None)
        return next(said, None) or next(not_nil, have[0])


class Effective(NamedTuple):
    """A class and what it inherits. `lineage` begins with the class itself; `fields` are in processing order.

    With a `fault` the class cannot be built; what could be found is there all the same.
    """

    klass: model.Class
    lineage: tuple[model.Class, ...]
    fields: tuple[Field, ...]
    fault: ir.Faulty | None
    diagnostics: tuple[Diagnostic, ...]


def inherit(klass: model.Class, library: Library) -> Effective:
    """The effective class of `klass`. Diagnostics: unknown-parent, inheritance-cycle, changed-aetype,
    instance-of-abstract-class, unknown-field."""
    lineage, fault, found = _lineage(klass, library)
    fields = _fields(lineage, found)
    found += _abstract_instances(klass)
    found += _unknown_fields(klass, fields)
    return Effective(klass, lineage, fields, fault, tuple(found))


def priority(text: str | None) -> float:
    """The rank of a field; absent or unreadable ones go last (ENGINE-FACTS 1.4)."""
    try:
        return int(text or "")
    except ValueError:
        return float("inf")


# -- classes -----------------------------------------------------------------------------------------------------

_Lineage: TypeAlias = tuple[tuple[model.Class, ...], ir.Faulty | None, list[Diagnostic]]


def _lineage(klass: model.Class, library: Library) -> _Lineage:
    """`klass` and its ancestors. What is wrong is reported of `klass` alone: its ancestors report the rest."""
    lineage, known = [klass], {_path(klass)}
    while (reference := _reference(lineage[-1].attributes)) is not None:
        entry = _parent(lineage[-1], reference, library)
        parent = None if entry is None else library.at(entry)
        if parent is None:
            fault = ir.Faulty("InstanceNotFound", f"Class [{reference}] not found: [{_path(lineage[-1])}] inherits it")
            found = [_unknown_class(klass, reference, library)] if len(lineage) == 1 else []
            return tuple(lineage), fault, found
        if _path(parent) in known:
            chain = " < ".join(map(_path, (*lineage, parent)))
            fault = ir.Faulty("InvalidInheritance", f"Class [{_path(parent)}] inherits from itself: {chain}")
            found = (
                [_cycle("class", klass.path, chain, klass.attributes, klass.source)]
                if _path(parent) == _path(klass)
                else []
            )
            return tuple(lineage), fault, found
        lineage.append(parent)
        known.add(_path(parent))
    return tuple(lineage), None, []


def _reference(attributes: model.Attributes) -> str | None:
    said = attributes.get("inherits")
    return None if said is None or is_blank(said.value) else (said.value or "").strip()


def _parent(klass: model.Class, reference: str, library: Library) -> ir.ClassEntry | None:
    if fold(reference) == "super":
        return library.below(klass)
    path = reference.strip("/")
    return library.answering(path if "/" in reference else f"{klass.path.rpartition('/')[0]}/{path}")


def _path(klass: model.Class) -> str:
    return f"/{klass.domain}/{klass.path}"


def _fields(lineage: Sequence[model.Class], found: list[Diagnostic]) -> tuple[Field, ...]:
    fields: dict[str, Field] = {}
    for klass in reversed(lineage):
        schema = by_folded_name(klass.schema)
        is_private = klass.get("visibility") == "private"
        for name, field in sorted(schema.items(), key=lambda each: priority(each[1].get("priority"))):
            attributes = field.attributes
            layer = Layer(attributes, klass.source, _path(klass), attributes["name"])
            before = fields.get(name)
            if before is not None and not _changes_kind(layer, before):
                fields[name] = Field((layer, *before.layers), is_private or before.private)
                continue
            if before is not None and klass is lineage[0]:
                found.append(_changed_kind(layer, before))
            fields[name] = Field((layer,), is_private)  # new, or in its parent's place and alone
    return tuple(fields.values())


def _changes_kind(layer: Layer, before: Field) -> bool:
    own, parent = layer.attributes.get("aetype"), before.get("aetype")
    return own is not None and not is_blank(own.value) and not is_blank(parent) and own.value != parent


# -- instances ---------------------------------------------------------------------------------------------------


class Values(NamedTuple):
    """What is said by an instance and those it inherits from: by folded name of the field, its own words first."""

    layers: dict[str, tuple[Layer, ...]]
    fault: ir.Faulty | None
    diagnostics: tuple[Diagnostic, ...]


class _Holder(NamedTuple):
    """An instance in its class; `lineage` is the class and its ancestors."""

    instance: model.Instance
    lineage: tuple[model.Class, ...]

    @property
    def path(self) -> str:
        return f"{_path(self.lineage[0])}/{self.instance.name}"


def values_of(instance: model.Instance, effective: Effective, library: Library) -> Values:
    """The values of `instance`, an instance of the class of `effective`, with those that stand in for blank ones.

    Diagnostics: unknown-parent and inheritance-cycle, where the instance itself is at fault.
    """
    holders = [_Holder(instance, effective.lineage)]
    fault: ir.Faulty | None = None
    found: tuple[Diagnostic, ...] = ()
    while (reference := _reference(holders[-1].instance.attributes)) is not None:
        parent = _parent_instance(holders[-1], reference, library, holders)
        if parent is None:
            name = reference if reference.startswith("/") else f"{_path(holders[-1].lineage[0])}/{reference}"
            fault = ir.Faulty("InstanceNotFound", f"Instance [{name}] not found: [{holders[-1].path}] inherits it")
            found = (_unknown_instance(instance, effective.lineage, reference),) if len(holders) == 1 else ()
            break
        if any(parent.path == each.path for each in holders):
            chain = " < ".join(each.path for each in (*holders, parent))
            fault = ir.Faulty("InvalidInheritance", f"Instance [{parent.path}] inherits from itself: {chain}")
            is_own = parent.path == holders[0].path
            found = (_cycle("instance", instance.name, chain, instance.attributes, instance.source),) if is_own else ()
            break
        holders.append(parent)
    return Values(_values(holders), fault, found)


def _values(holders: Sequence[_Holder]) -> dict[str, tuple[Layer, ...]]:
    layers: dict[str, tuple[Layer, ...]] = {}
    for holder in holders:
        own: dict[str, Layer] = {}
        for value in holder.instance.values:  # of two values for one field the first counts
            own.setdefault(
                fold(value.name.value or ""), Layer(value.attributes, holder.instance.source, holder.path, value.name)
            )
        for name, layer in own.items():
            layers[name] = (*layers.get(name, ()), layer)
    return layers


def _parent_instance(holder: _Holder, reference: str, library: Library, holders: Sequence[_Holder]) -> _Holder | None:
    if "/" not in reference:
        own = fold(reference) == fold(holder.instance.name)
        homes = holder.lineage[1:] if own else holder.lineage
        return _found(homes, reference, library, holders) if homes else None
    path, _, name = reference.strip("/").rpartition("/")
    for at, klass in enumerate(holder.lineage):
        if fold(path) == fold(f"{klass.domain}/{klass.path}"):
            return _in(klass, name, holder.lineage[at:])
        if fold(path) == fold(klass.path):
            return _found(holder.lineage[at:], name, library, holders)
    return None


def _found(lineage: tuple[model.Class, ...], name: str, library: Library, holders: Sequence[_Holder]) -> _Holder | None:
    """The instance `name` of the first class of `lineage`, else that of its path in the highest domain that has it."""
    here = _in(lineage[0], name, lineage)
    if here is not None:
        return here
    library.needs.add(fold(lineage[0].path))
    tried = {each.path for each in holders}
    for entry in library.index.layers(lineage[0].path):
        if fold(name) not in entry.instances:
            continue
        klass = library.at(entry)
        found = None if klass is None else _in(klass, name, _lineage(klass, library)[0])
        if found is not None and found.path not in tried:
            return found
    return None


def _in(klass: model.Class, name: str, lineage: tuple[model.Class, ...]) -> _Holder | None:
    found = by_folded_name(klass.instances).get(fold(name))
    return None if found is None else _Holder(found, lineage)


# -- complaints --------------------------------------------------------------------------------------------------

_PARENT_HELP = "write a path like `/Ns/Class`, the name of a class in the same namespace, or `super`"
_INSTANCE_HELP = "write the name of an instance of the same class, or the path of one of a class that it inherits"


def _unknown_class(klass: model.Class, reference: str, library: Library) -> Diagnostic:
    library.needs.add(ALL_NAMES)
    known = {path for entry in library.index for path in (f"/{entry.path.partition('/')[2]}", f"/{entry.path}")}
    if "/" not in reference:
        known = {path.rpartition("/")[2] for path in known}
    advice = did_you_mean(reference, known) or _PARENT_HELP
    at = klass.attributes["inherits"].span(klass.source)
    return UNKNOWN_PARENT.at(at, advice, what="class", reference=reference)


def _unknown_instance(instance: model.Instance, lineage: Sequence[model.Class], reference: str) -> Diagnostic:
    known = [each.name for each in lineage[0].instances if each.name != instance.name]
    advice = did_you_mean(reference, known) or _INSTANCE_HELP
    at = instance.attributes["inherits"].span(instance.source)
    return UNKNOWN_PARENT.at(at, advice, what="instance", reference=reference)


def _cycle(what: str, name: str, chain: str, attributes: model.Attributes, source: str) -> Diagnostic:
    at = attributes["inherits"].span(source)
    return INHERITANCE_CYCLE.at(at, "take away `inherits` in one of them", what=what, name=name, chain=chain)


def _changed_kind(layer: Layer, before: Field) -> Diagnostic:
    parent = before.saying("aetype")
    own, its = layer.attributes["aetype"], "" if parent is None else parent.attributes["aetype"].value or ""
    labels = () if parent is None else (Label(parent.attributes["aetype"].span(parent.source), "inherited from here"),)
    return CHANGED_AETYPE.at(
        own.span(layer.source),
        f"give the field another name, or make it of kind {its} as it is inherited",
        labels,
        name=layer.name.value,
        own=own.value,
        parent=its,
    )


def is_abstract(klass: model.Class) -> bool:
    """Whether `klass` may only be inherited from."""
    return fold((klass.get("type") or "").strip()) == "abstract"


def _abstract_instances(klass: model.Class) -> Iterator[Diagnostic]:
    if not is_abstract(klass):
        return
    for instance in by_folded_name(klass.instances).values():
        yield INSTANCE_OF_ABSTRACT_CLASS.at(
            instance.attributes["name"].span(instance.source),
            "move the instance to a class that inherits from this one, or take `type: abstract` away",
            (Label(klass.attributes["type"].span(klass.source), "declared abstract here"),),
            klass=klass.name,
        )


def _unknown_fields(klass: model.Class, fields: Sequence[Field]) -> Iterator[Diagnostic]:
    if "name" not in klass.attributes:
        return  # its own file cannot be read
    names = {fold(field.name): field.name for field in fields}
    hints = 0
    for instance in by_folded_name(klass.instances).values():
        unknown = [value.name for value in instance.values if fold(value.name.value or "") not in names]
        for at in unknown[:MAX_UNKNOWN]:
            name = at.value or ""
            hints += 1
            advice = did_you_mean(name, names.values()) if hints <= MAX_HINTS else ""
            advice = advice or "declare it in the `schema` of the class, or take the value away"
            yield UNKNOWN_FIELD.at(at.span(instance.source), advice, klass=klass.path, name=name)
