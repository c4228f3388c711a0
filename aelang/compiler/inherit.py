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

What instances inherit is the business of `inherit_values`.

A class takes over what its parent came to, as it is, and adds its own: so of a long chain each class costs as much as
it says itself. Classes in a circle have no parent that could be had, and stand alone.

Nothing is merged into one text: each word keeps the layer that said it, since a run must tell its place and `show`
its origin. The pass comes after `overlay`, which finds the parent, and before `resolve` and `lower`, which then need
not know where a word was said.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from aelang import ir, model
from aelang.compiler.library import Library
from aelang.compiler.overlay import ALL_NAMES, by_folded_name
from aelang.compiler.remembered import part_count
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


class Layer(NamedTuple):
    """What one class or instance says of a field: its words, their file, and whose they are, as a full path."""

    attributes: model.Attributes
    source: str
    owner: str
    name: model.Text


class Field(NamedTuple):
    """An effective field: the words of the class itself first, then those of its ancestors, the nearest first.

    Where there are several layers, `said` has for each key the one whose word counts.
    """

    layers: tuple[Layer, ...]
    private: bool
    said: "Mapping[str, Layer] | None" = None

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
        if self.said is not None:
            return self.said.get(key)
        nearest = self.layers[0]
        return nearest if key in nearest.attributes else None  # nothing is inherited, as mostly

    def below(self, layer: Layer, *, private: bool) -> "Field":
        """The field of a child that says `layer` of it."""
        said = dict.fromkeys(self.layers[0].attributes, self.layers[0]) if self.said is None else dict(self.said)
        for key, own in layer.attributes.items():
            if key not in said or key == "substitute" or _counts(own.value, said[key].attributes[key].value):
                said[key] = layer
        return Field((layer, *self.layers), private or self.private, said)


def _counts(own: str | None, parents: str | None) -> bool:
    """Whether a child's word counts before that of its parent."""
    return not is_blank(own) or (is_blank(parents) and (own is not None or parents is None))


class Effective(NamedTuple):
    """A class and what it inherits. `lineage` begins with the class itself; `by_name` has its fields by their folded
    names, in processing order. `circle` are the classes that inherit from each other in a circle with this one.

    With a `fault` the class cannot be built; what could be found is there all the same.
    """

    klass: model.Class
    lineage: tuple[model.Class, ...]
    by_name: dict[str, Field]
    fault: ir.Faulty | None
    diagnostics: tuple[Diagnostic, ...]
    circle: frozenset[str] = frozenset()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in processing order."""
        return tuple(self.by_name.values())


def inherit(klass: model.Class, library: Library) -> Effective:
    """The effective class of `klass`. Diagnostics: unknown-parent, inheritance-cycle, changed-aetype,
    instance-of-abstract-class, unknown-field."""
    effective = family(klass, library)
    unknown = () if effective.circle else _unknown_fields(klass, effective.by_name)
    own = (*_abstract_instances(klass), *unknown)
    return effective._replace(diagnostics=(*effective.diagnostics, *own)) if own else effective


def priority(text: str | None) -> float:
    """The rank of a field; absent or unreadable ones go last (ENGINE-FACTS 1.4)."""
    try:
        return int(text or "")
    except ValueError:
        return float("inf")


# -- classes -----------------------------------------------------------------------------------------------------


def family(klass: model.Class, library: Library) -> Effective:
    """As `inherit`, without a look at the instances of `klass`."""
    parent = _Parent.of(klass, library)  # what is asked for counts, whether the answer is known or not
    found = library.known.classes.get(fold(full_path(klass)))
    if found is None or found.klass is not klass:
        found = _descend([(klass, parent)], library.aside())
    if any(each.kind is UNKNOWN_PARENT for each in found.diagnostics):
        library.needs.add(ALL_NAMES)
    return found


class _Parent(NamedTuple):
    """What a class inherits from: the `reference`, None for none, and the class that it leads to, if there is one."""

    reference: str | None
    entry: ir.ClassEntry | None

    @staticmethod
    def of(klass: model.Class, library: Library) -> "_Parent":
        reference = reference_in(klass.attributes)
        entry = None if reference is None else parent_entry(klass, reference, library)
        if entry is not None:
            library.reads.add(fold(entry.path))
        return _Parent(reference, entry)


_Climbed: TypeAlias = list[tuple[model.Class, _Parent]]


def _descend(climbed: _Climbed, library: Library) -> Effective:
    """What the first of `climbed` comes to: up to a class that is known, or has no parent, and down again."""
    above = _climb(climbed, library)
    while climbed:
        klass, parent = climbed.pop()
        above = _made(klass, parent.reference, above, library)
        if climbed or parent.reference is not None:  # most classes have neither parent nor heirs
            _remember(above, library)
    assert above is not None  # there was a first one
    return above


def _remember(effective: Effective, library: Library) -> None:
    parts = len(effective.by_name) + part_count(effective.klass)
    library.known.classes.put(fold(full_path(effective.klass)), effective, parts)


def _climb(climbed: _Climbed, library: Library) -> Effective | None:
    """Adds to `climbed` the ancestors of its first that are to be made; what the last of them inherits."""
    places = {fold(full_path(climbed[0][0])): 0}
    last = next(iter(places))
    while (entry := climbed[-1][1].entry) is not None:
        path = fold(entry.path)
        key = f"/{path}"
        known = library.known.classes.get(key)
        if known is not None and last not in known.circle:
            return known
        if key in places:
            return _closed(climbed, places[key], library)
        klass = library.at(entry)
        if klass is None:
            return None
        last, places[key] = key, len(climbed)
        climbed.append((klass, _Parent.of(klass, library)))
    return None


def _closed(climbed: _Climbed, start: int, library: Library) -> Effective:
    """The classes from `start` on inherit from each other in a circle: they are taken from `climbed`, and stand alone.
    Gives the first of them."""
    members = [klass for klass, _ in climbed[start:]]
    paths = [full_path(each) for each in members]
    circle = frozenset(map(fold, paths))
    del climbed[start:]
    for at, klass in enumerate(members):
        chain = shown_chain([*paths[at:], *paths[: at + 1]])
        text = f"Class [{paths[at]}] inherits from itself: {chain}"
        found = [cycle("class", klass.path, chain, klass.attributes, klass.source)]
        alone = Effective(klass, (klass,), _fields(klass, {}, []), ir.Faulty("InvalidInheritance", text), tuple(found))
        _remember(alone._replace(circle=circle), library)
    first = library.known.classes.get(fold(paths[0]))
    assert first is not None
    return first


def shown_chain(paths: Sequence[str]) -> str:
    """The classes or instances of a chain; of a long one the ends."""
    shown = paths if len(paths) <= _MOST_SHOWN else (*paths[:3], f"({len(paths) - 5} more)", *paths[-2:])
    return " < ".join(shown)


_MOST_SHOWN = 12


def _made(klass: model.Class, reference: str | None, above: Effective | None, library: Library) -> Effective:
    """What `klass` comes to below `above`, the class that `reference` leads to."""
    found: list[Diagnostic] = []
    if above is not None:
        fields = _fields(klass, above.by_name, found)
        return Effective(klass, (klass, *above.lineage), fields, above.fault, tuple(found))
    fields, fault = _fields(klass, {}, found), None
    if reference is not None:
        fault = ir.Faulty("InstanceNotFound", f"Class [{reference}] not found: [{full_path(klass)}] inherits it")
        found.append(_unknown_class(klass, reference, library))
    return Effective(klass, (klass,), fields, fault, tuple(found))


def reference_in(attributes: model.Attributes) -> str | None:
    """What `inherits` says, None where it says nothing."""
    said = attributes.get("inherits")
    return None if said is None or is_blank(said.value) else (said.value or "").strip()


def parent_class(klass: model.Class, library: Library) -> model.Class | None:
    """The class that `klass` inherits from."""
    entry = _Parent.of(klass, library.aside()).entry
    return None if entry is None else library.at(entry)


def parent_entry(klass: model.Class, reference: str, library: Library) -> ir.ClassEntry | None:
    """The class that `reference` means in `klass`, of which no more is needed than where it is."""
    if fold(reference) == "super":
        return library.below(klass)
    path = reference.strip("/")
    return library.answering(path if "/" in reference else f"{klass.path.rpartition('/')[0]}/{path}")


def full_path(klass: model.Class) -> str:
    """`/Domain/Ns/Class`."""
    return f"/{klass.domain}/{klass.path}"


def _fields(klass: model.Class, above: Mapping[str, Field], found: list[Diagnostic]) -> dict[str, Field]:
    """The fields of `klass` below those of its parent; `found` takes what is wrong with them."""
    fields = dict(above)
    is_private = klass.get("visibility") == "private"
    for name, field in in_order(klass.schema):
        attributes = field.attributes
        layer = Layer(attributes, klass.source, full_path(klass), attributes["name"])
        before = above.get(name)
        if before is not None and not _changes_kind(layer, before):
            fields[name] = before.below(layer, private=is_private)
            continue
        if before is not None:
            found.append(_changed_kind(layer, before))
        fields[name] = Field((layer,), is_private)  # new, or in its parent's place and alone
    return fields


def in_order(schema: Sequence[model.Field]) -> list[tuple[str, model.Field]]:
    """The fields that count with their folded names, in the order of their priorities."""
    return sorted(by_folded_name(schema).items(), key=lambda each: priority(each[1].get("priority")))


def _changes_kind(layer: Layer, before: Field) -> bool:
    own, parent = layer.attributes.get("aetype"), before.get("aetype")
    return own is not None and not is_blank(own.value) and not is_blank(parent) and own.value != parent


# -- complaints --------------------------------------------------------------------------------------------------

_PARENT_HELP = "write a path like `/Ns/Class`, the name of a class in the same namespace, or `super`"


def _unknown_class(klass: model.Class, reference: str, library: Library) -> Diagnostic:
    known = {path for entry in library.index for path in (f"/{entry.path.partition('/')[2]}", f"/{entry.path}")}
    if "/" not in reference:
        known = {path.rpartition("/")[2] for path in known}
    advice = did_you_mean(reference, known) or _PARENT_HELP
    at = klass.attributes["inherits"].span(klass.source)
    return UNKNOWN_PARENT.at(at, advice, what="class", reference=reference)


def cycle(what: str, name: str, chain: str, attributes: model.Attributes, source: str) -> Diagnostic:
    """The complaint about `what`, a class or an instance, that inherits from itself."""
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


def _unknown_fields(klass: model.Class, fields: Mapping[str, Field]) -> Iterator[Diagnostic]:
    if "name" not in klass.attributes:
        return  # its own file cannot be read
    hints = 0
    for instance in by_folded_name(klass.instances).values():
        unknown = [value.name for value in instance.values if fold(value.name.value or "") not in fields]
        for at in unknown[:MAX_UNKNOWN]:
            name = at.value or ""
            hints += 1
            advice = did_you_mean(name, [each.name for each in fields.values()]) if hints <= MAX_HINTS else ""
            where = "in the class" if klass.source.endswith(".ael") else "in the `schema` of the class"
            advice = advice or f"declare it {where}, or take the value away"
            yield UNKNOWN_FIELD.at(at.span(instance.source), advice, klass=klass.path, name=name)
