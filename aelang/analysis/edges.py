"""Edges: what leads where in a compiled datastore: relationships, states, references, calls, and targets in code.

Taken class by class from the image, where inheritance is done and every text parsed. A fixed target is an edge to the
instance that answers for it. One with references in its path is kept as a pattern, since any instance that fits may be
meant. The whole is plain data: it is made once for each state of a datastore and kept beside what was compiled.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir
from aelang.code.paths import HOLE
from aelang.names import MISSING_INSTANCE, InvalidCall, fold, is_off, is_target, read_call, split_path
from aelang.names.calls import Call

if TYPE_CHECKING:
    from aelang.project import Compilation

FIXED, PATTERN, CALL = "at", "like", "call"
"""How an edge ends: at one instance, at those that a path with HOLEs fits, or at a method."""

CODE, EMBEDS, REFERENCE, HOOK = "code", "embeds", "reference", "hook"
"""Keys of edges that are no word of a field: a target in a method's code, a method in a method, `${miqaedb:...}`, and
the methods around a step."""

ANY = "*"
"""Stands among messages for every one."""


class Use(NamedTuple):
    """Where one class, instance or method leads.

    `speaker` is the folded name of the instance or method; empty for all objects of the class but the instances
    `others`, which have a word of their own. `field` answers `messages`. `target` is a folded path: of an instance or a
    method with its class and domain, or with HOLEs. `message` is what is sent: None for the one in hand, and with a
    HOLE in it any. `shown` is the target as it is written, `condition` what else says whether it is followed.
    """

    speaker: str
    others: tuple[str, ...]
    is_method: bool
    field: str
    key: str
    messages: tuple[str, ...]
    end: str
    target: str
    message: str | None
    source: int
    line: int
    shown: str
    condition: str = ""


class Guard(NamedTuple):
    """An assertion: it may keep objects from being processed under `messages`; `speaker`, `others` as in a Use."""

    speaker: str
    others: tuple[str, ...]
    messages: tuple[str, ...]
    text: str


class Loan(NamedTuple):
    """A word that an instance takes over from the one it inherits from: `field` of `instance` stands in `owner`, which
    is a folded full path."""

    instance: str
    field: str
    owner: str


class ClassEdges(NamedTuple):
    """The edges that begin in one class, and what its instances take over from others. `path` is the full one;
    `ancestors` are full paths, too."""

    path: str
    sources: tuple[str, ...]
    ancestors: tuple[str, ...]
    uses: tuple[Use, ...]
    guards: tuple[Guard, ...]
    loans: tuple[Loan, ...] = ()


def edges_of(image: ir.Image) -> Iterator[ClassEdges]:
    """The edges of every class of `image` that has any, or inherits."""
    classes = [klass for entry in image.index if (klass := image.class_at(entry.path)) is not None]
    places = _Places(classes)
    for klass in classes:
        made = ClassEdges(
            klass.path, klass.sources, klass.ancestors, uses_of(klass, image), tuple(_guards(klass)),
            tuple(places.loans(klass)),
        )  # fmt: skip
        if any(made[2:]):
            yield made


def uses_of(klass: ir.Class, image: ir.Image) -> tuple[Use, ...]:
    """Where the class `klass` of `image`, its instances and its methods lead."""
    return tuple(_Taker(klass, image).uses())


def write_edges(edges: Iterable[ClassEdges]) -> bytes:
    """`edges` as a text."""
    import json

    return json.dumps(list(edges), separators=(",", ":"), check_circular=False).encode()


def read_edges(text: bytes) -> tuple[ClassEdges, ...]:
    """The edges that `write_edges` wrote."""
    import json

    return tuple(
        ClassEdges(
            path,
            sources,
            ancestors,
            tuple([Use(*each) for each in uses]),
            tuple([Guard(*each) for each in guards]),
            tuple([Loan(*each) for each in loans]),
        )
        for path, sources, ancestors, uses, guards, loans in json.loads(text)
    )


# -- the words of a class ----------------------------------------------------------------------------------------


def _fields(klass: ir.Class) -> Iterator[tuple[ir.Field, str, tuple[str, ...]]]:
    """Each field of the class with the instances that have their own form of it, then these forms with the instance."""
    own: dict[int, list[str]] = {}
    for name, instance in klass.instances.items():
        for at in instance.fields:
            own.setdefault(at, []).append(name)
    for at, field in enumerate(klass.fields):
        yield field, "", tuple(own.get(at, ()))
    for name, instance in klass.instances.items():
        for field in instance.fields.values():
            yield field, name, ()


def _guards(klass: ir.Class) -> Iterator[Guard]:
    for field, speaker, others in _fields(klass):
        if isinstance(field, ir.AssertionField) and field.tests:
            text = " || ".join(written(test.text) for test in field.tests)
            yield Guard(speaker, others, field.messages, text)


class _Places:
    """Where the instances of all classes stand: what an instance says may stand in one that it inherits from."""

    def __init__(self, classes: Iterable[ir.Class]) -> None:
        self._begins: dict[str, list[tuple[int, str]]] = {}
        for klass in classes:
            for name, instance in klass.instances.items():
                source, line, _ = instance.place
                begins = self._begins.setdefault(klass.sources[source], [])
                begins.append((line, f"{fold(klass.path)}/{name}"))
        for begins in self._begins.values():
            begins.sort()

    def loans(self, klass: ir.Class) -> Iterator[Loan]:
        """What instances of `klass` take over from others."""
        for name, instance in klass.instances.items():
            own = f"{fold(klass.path)}/{name}"
            for field in instance.fields.values():
                owner = self._owner(klass.sources[field.place[0]], field.place[1])
                if owner is not None and owner != own:
                    yield Loan(name, fold(field.name), owner)

    def _owner(self, source: str, line: int) -> str | None:
        """The instance in whose part of `source` the line is; what a class says stands before its instances."""
        begins = self._begins.get(source, ())
        at = bisect(begins, (line, "\uffff"))
        return begins[at - 1][1] if at else None


class _Taker:
    """A class whose edges are being taken."""

    def __init__(self, klass: ir.Class, image: ir.Image) -> None:
        self.klass = klass
        self.image = image
        self.index = image.index

    def uses(self) -> Iterator[Use]:
        for field, speaker, others in _fields(self.klass):
            place, condition = field.place, written_condition(field.condition)
            begun = Use(speaker, others, False, field.name, "value", field.messages, "", "", None, *place[:2], "")
            yield from self._of_field(field, begun._replace(condition=condition))
        for name, method in self.klass.methods.items():
            begun = Use(name, (), True, method.name, EMBEDS, (ANY,), "", "", None, *method.place[:2], "")
            yield from self._of_method(method, begun)

    def _of_field(self, field: ir.Field, begun: Use) -> Iterator[Use]:
        match field:
            case ir.MethodField(action=ir.Action() as action):
                yield from self._action(action, begun, may_lead=False)
            case ir.RelationshipField(action=ir.Action() as action):
                yield from self._action(action, begun, may_lead=True)
            case ir.StateField():
                yield from self._state(field, begun)
            case _:
                pass
        for lookup in _lookups(field):
            path = f"/{lookup.namespace}/{lookup.klass}/{lookup.instance}"
            yield from self._target(f"{path}#{lookup.message}", begun._replace(key=REFERENCE, shown=lookup.uri))

    def _state(self, field: ir.StateField, begun: Use) -> Iterator[Use]:
        if field.action is not None:
            yield from self._action(field.action, begun, may_lead=True)
        for key in ("on_entry", "on_exit", "on_error", "undo"):
            for action in getattr(field, key):
                yield from self._action(action, begun._replace(key=key), may_lead=key == "undo")
        if field.is_step:
            for name in ("before_step", "after_step", "on_state_change"):
                yield from self._call(Call(None, None, name, ()), begun._replace(key=HOOK, shown=name))

    def _of_method(self, method: ir.Method, begun: Use) -> Iterator[Use]:
        for path in method.embedded:
            klass, _, name = path.strip().strip("/").rpartition("/")
            home = self.index.method_home(klass, name) or self.index.class_at(klass)
            if home is not None:
                yield begun._replace(end=CALL, target=f"{fold(home.path)}/{fold(name)}", shown=path)
        if fold(method.location) == "inline" and method.data:
            from aelang.code.paths import paths_in_code

            for found in paths_in_code(fold(method.language), method.data):
                whole = "#" in found.text or found.text.endswith(HOLE)
                code = begun._replace(key=CODE, shown=found.text.replace(HOLE, "${...}"))
                yield from self._target(found.text if whole else found.text + "#", code)

    # -- where they lead -----------------------------------------------------------------------------------------

    def _action(self, action: ir.Action, begun: Use, *, may_lead: bool) -> Iterator[Use]:
        options = action.text.options if isinstance(action.text, ir.Coalesced) else (action.text,)
        for option in options:
            shown = written(option)
            begun = begun._replace(shown=shown.removesuffix(_MESSAGE_OF_STEP))
            if isinstance(action.meaning, Call):
                yield from self._call(action.meaning, begun)
            elif not isinstance(action.meaning, ir.Faulty):
                yield from self._text(_with_holes(option), begun, may_lead=may_lead)

    def _text(self, text: str, begun: Use, *, may_lead: bool) -> Iterator[Use]:
        """A text with references in it, as far as it stands fast."""
        if is_off(text):
            return
        prefixed = fold(text[: len(_METHOD)]) == _METHOD
        if may_lead and not prefixed and (begun.key != "undo" or is_target(text)):
            yield from self._target(text.strip(" \t\n"), begun)
            return
        try:
            call = read_call(text.removeprefix(text[: len(_METHOD)] if prefixed else "").replace(HOLE, _WORD))
        except InvalidCall:
            return
        yield from self._call(call, begun)

    def _target(self, text: str, begun: Use) -> Iterator[Use]:
        text, sharp, fragment = text.partition("#")
        path = text.partition("?")[0]
        scheme, colon, rest = path.partition(":/")
        if colon and "/" not in scheme:
            path = "/" + rest
            if fold(scheme) in ("method", "miqaemethod"):
                klass, _, name = path.strip("/").rpartition("/")
                namespace, _, klass = klass.rpartition("/")
                yield from self._call(Call(namespace and "/" + namespace, klass or None, name, ()), begun)
                return
            if fold(scheme) != "miqaedb":
                return  # it enters an object that the run has already
        message = None if not sharp else fold(fragment) or "create"
        if not sharp and path.startswith(HOLE) and not path.strip(HOLE):
            message = HOLE  # the whole target comes from elsewhere, and its message with it
        begun = begun._replace(message=message)
        if HOLE in path:
            yield begun._replace(end=PATTERN, target=fold(path).strip("/ "))
            return
        for found in self._answering(path):
            yield begun._replace(end=FIXED, target=found)

    def _answering(self, path: str) -> Iterator[str]:
        """The folded full paths of the instances that answer at a fixed `path`; with a slash at the end for a class."""
        if path.endswith("*"):
            yield from (fold(each).strip("/") for each in self.index.instances_matching(path.lstrip("/")[:-1]))
            return
        parts = split_path(path)
        relative = fold(f"{parts.namespace}/{parts.klass}")
        if parts.instance is None:
            home = self.index.missing_home(relative) or self.index.class_at(relative)
            if home is not None:
                yield fold(home.path) + "/"
            return
        name = fold(parts.instance)
        home = self.index.instance_home(relative, name) or self.index.class_at(relative)
        if home is not None:
            answers = name if name in home.instances else MISSING_INSTANCE
            if answers in home.instances:
                yield f"{fold(home.path)}/{answers}"

    def _call(self, call: Call, begun: Use) -> Iterator[Use]:
        if _WORD in f"{call.namespace}{call.klass}{call.method}":
            yield begun._replace(end=CALL, target=HOLE)
            return
        home = _method_home(self.klass, call, self.image)
        if home is not None:
            yield begun._replace(end=CALL, target=f"{fold(home.path)}/{fold(call.method)}")


_METHOD = "method::"
_WORD = "aelang_hole"
"""Stands for a reference while a call is read, where a HOLE could not."""

_MESSAGE_OF_STEP = "#${#ae_message}"
"""What the compiler put behind the target of a step."""


def _method_home(klass: ir.Class, call: Call, image: ir.Image) -> ir.ClassEntry | None:
    """The class with the method that `call` means in an object of `klass`: its own and inherited ones, each overlaid
    (ENGINE-FACTS 3.8)."""
    index, named = image.index, klass.path
    if call.klass is not None:
        space = klass.namespace if call.namespace is None else call.namespace.strip("/")
        named = f"{space}/{call.klass}"
    own = f"/{named}" if call.namespace is not None and call.namespace.startswith("/") else named
    called = klass if call.klass is None else image.class_at(_home_of(named, index))
    for path in (own, *(() if called is None else called.ancestors)):
        found = index.method_home(path.partition("/")[2], call.method)
        if found is not None:
            return found
        exact = index.class_at(path.removeprefix("/"))
        if exact is not None and fold(call.method) in exact.methods:
            return exact
    return None


def _home_of(path: str, index: ir.Index) -> str:
    """The full path of the class that a call of `path` means."""
    layers = () if index.class_at(path) is not None else index.layers(path.partition("/")[2])
    return layers[0].path if layers else path


# -- texts -------------------------------------------------------------------------------------------------------


def written(text: ir.Text) -> str:
    """`text` as its author wrote it, near enough to be known again, and without secrets."""
    from aelang.interpreter.values import sanitize
    from aelang.ir.texts import text_of

    return sanitize(text_of(text) or "")


def _with_holes(text: "str | ir.Template") -> str:
    """`text` with a HOLE for each reference."""
    if isinstance(text, str):
        return text
    return "".join(part if isinstance(part, str) else HOLE for part in text.parts)


def written_condition(condition: ir.Condition | None) -> str:
    """`condition` as `written`; blank without one."""
    from aelang.interpreter.values import sanitize
    from aelang.ir.texts import condition_text

    return "" if condition is None else sanitize(condition_text(condition))


def _lookups(node: object) -> Iterator[ir.InstanceLookup]:
    """The references to instances anywhere in `node`."""
    if isinstance(node, ir.InstanceLookup):
        if node.klass and node.instance:
            yield node
    elif isinstance(node, tuple):
        for each in node:
            if isinstance(each, tuple):
                yield from _lookups(each)


# -- kept --------------------------------------------------------------------------------------------------------

_NOTE = "edges-3"


def kept_edges(opened: "Compilation") -> tuple[ClassEdges, ...]:
    """The edges of the compilation `opened`: those that were kept, else taken now and kept."""
    kept = opened.note(_NOTE)
    if kept is not None:
        return read_edges(kept)
    made = tuple(edges_of(opened.image))
    opened.keep_note(_NOTE, write_edges(made))
    return made
