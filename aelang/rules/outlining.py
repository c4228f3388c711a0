"""Outlining: the outline of a class is taken from what its author wrote and from what that means.

Each word of the class is looked at once: the targets and calls in it are noted with their places, and the rules that
need no more than the word itself say what they have to say of it.
"""

import contextlib
from collections.abc import Iterable

from aelang import ir, model
from aelang.code.facts import facts_of
from aelang.code.paths import paths_in_code
from aelang.compiler.inherit import priority
from aelang.compiler.overlay import by_folded_name
from aelang.diagnostics import Diagnostic
from aelang.names import InvalidCall, InvalidUri, fold, is_blank, is_off, is_target, join_path, read_call
from aelang.names.calls import Attribute, Call
from aelang.names.provisioning import INIT, kind_of_class, read_part
from aelang.rules.outline import (
    CODE,
    HOLE,
    REFERENCE,
    CallUse,
    FieldOutline,
    MethodOutline,
    Outline,
    Place,
    PropertyUse,
    ReadUse,
    TargetUse,
)
from aelang.rules.profile import look_at_class
from aelang.rules.reads import reads_of
from aelang.rules.said import Said, inputs_of, positions_in, words_of
from aelang.rules.words import look
from aelang.syntax.calls import METHOD_PREFIX

_WORD = "aelang_hole"
"""Stands for a reference while a call is read, where a HOLE could not."""


def take_outline(klass: model.Class, compiled: ir.Class) -> Outline:
    """The outline of `klass`, which means `compiled`."""
    return _Taker(klass, compiled).take()


_ACTIONS = ("on_entry", "on_exit", "on_error", "undo")

_KINDS: dict[type, str] = {
    ir.AssertionField: "assertion",
    ir.AttributeField: "attribute",
    ir.MethodField: "method",
    ir.RelationshipField: "relationship",
    ir.StateField: "state",
}


class _Taker:
    """A class whose outline is being taken."""

    def __init__(self, klass: model.Class, compiled: ir.Class) -> None:
        self.klass = klass
        self.compiled = compiled
        self.sources: dict[str, int] = {klass.source: 0}
        self.targets: list[TargetUse] = []
        self.calls: list[CallUse] = []
        self.reads: list[ReadUse] = []
        self.findings: list[Diagnostic] = []
        self.overridden: dict[str, list[str]] = {}
        self.properties: list[PropertyUse] = []
        self.provides = kind_of_class(compiled.ancestors)
        self.positions = positions_in(compiled)

    def take(self) -> Outline:
        klass, compiled = self.klass, self.compiled
        for said, instance in words_of(klass, compiled, self.positions):
            self._word(said, instance)
        self.findings += look_at_class(klass)
        for of_instance in compiled.instances.values():
            self._limits(of_instance)
        methods = tuple(self._method(each) for each in klass.methods)  # it notes targets, too
        name = klass.attributes.get("name")
        fields = self._fields()
        return Outline(
            compiled.path,
            (),
            self._place(name, klass.source),
            name is not None,
            tuple(fields.values()),
            tuple((each.name, self._place(each.attributes.get("name"), each.source)) for each in klass.instances),
            tuple(self.targets),
            tuple(self.calls),
            methods,
            tuple(self.reads),
            {key: tuple(names) for key, names in self.overridden.items()},
            compiled.ancestors[0] if compiled.ancestors else "",
            tuple(fields),
            self._absent(),
            self.provides,
            tuple(self.findings),
            tuple(self.properties),
        )._replace(sources=tuple(self.sources))

    def _place(self, said: model.Text | None, source: str) -> Place:
        at = self.sources.setdefault(source, len(self.sources))
        return (at, 0, 0, 0) if said is None else (at, said.line, said.column, max(1, len(said.value or "")))

    def _fields(self) -> dict[int, FieldOutline]:
        """The fields of which the class says something, by their positions."""
        found: dict[int, FieldOutline] = {}
        for name, own in by_folded_name(self.klass.schema).items():
            at = self.positions.get(name)
            if at is not None:
                found[at] = self._field(self.compiled.fields[at], own)
        return dict(sorted(found.items()))

    def _field(self, field: ir.Field, own: model.Field) -> FieldOutline:
        return FieldOutline(
            field.name,
            _kind(field),
            field.messages,
            self._place(own.attributes["name"], self.klass.source),
            _priority(own),
            field.condition is not None,
            False,
            isinstance(field, ir.StateField) and _is_limited(field),
            getattr(field, "action", None) is not None,
            self._said_at(own, "priority"),
            self._said_at(own, "message"),
        )

    def _absent(self) -> tuple[str, ...]:
        """The names of fields that may be the parent's and that take no part here."""
        if not self.compiled.ancestors:
            return ()
        return tuple(name for name in by_folded_name(self.klass.schema) if name not in self.positions)

    def _said_at(self, field: model.Field, key: str) -> Place | None:
        said = field.attributes.get(key)
        return None if said is None or is_blank(said.value) else self._place(said, self.klass.source)

    def _limits(self, instance: ir.Instance) -> None:
        """Notes for which states an instance has a limit of its own."""
        for at, field in instance.fields.items():
            if isinstance(field, ir.StateField) and _is_limited(field):
                self.overridden.setdefault(f"{fold(self.compiled.fields[at].name)} limit", []).append(instance.name)

    # -- what fields say -----------------------------------------------------------------------------------------

    def _word(self, said: Said, instance: str) -> None:
        """Notes what one field or value uses."""
        self.findings += look(said)
        node, attributes = said.node, said.attributes
        assert node is not None
        value = attributes.get(said.main)
        if value is not None and value.value and value.value.strip():
            self._main(value, node, instance, said.source)
            if self.provides is not None:
                self._properties(value, node, instance, said.source)
        if isinstance(node, ir.StateField):
            for key in _ACTIONS:
                text = attributes.get(key)
                if text is not None and not is_blank(text.value):
                    self._list(text, key, getattr(node, key), node.name, instance, said.source)
        self._reads(said, instance)

    def _main(self, value: model.Text, node: ir.Field, instance: str, source: str) -> None:
        if isinstance(node, ir.AssertionField | ir.AttributeField):
            return
        if instance:
            self.overridden.setdefault(f"{fold(node.name)} value", []).append(instance)
        if node.action is not None:
            where = (node.name, instance, "value", self._place(value, source))
            known = len(self.targets), len(self.calls)
            self._action(node.action, where, may_call=not isinstance(node, ir.RelationshipField),
                         is_call=isinstance(node, ir.MethodField))  # fmt: skip
            self._spelling(value.value or "", *known)

    def _properties(self, said: model.Text, node: ir.Field, instance: str, source: str) -> None:
        """Notes what a service's properties are made of, and those of its parts."""
        text, place = said.value or "", self._place(said, source)
        match node:
            case ir.AttributeField(name):
                self.properties.append(PropertyUse(name, instance, "", text, place))
            case ir.RelationshipField(name, messages) if INIT in messages:
                with contextlib.suppress(InvalidUri):  # the compiler has said so
                    for key, value in read_part(text).parameters.items():
                        at = text.find(value) if text.count(value) == 1 else -1
                        self.properties.append(PropertyUse(name, instance, key, value, place, at))
            case _:
                pass

    def _reads(self, said: Said, instance: str) -> None:
        """Notes the instances and objects that references and collects name."""
        for part, text, at, length in reads_of(said):
            place = self._within(text, said.source, at, length)
            match part:
                case ir.Lookup(object_path, attribute):
                    self.reads.append(ReadUse(object_path, attribute, said.name, instance, place))
                case ir.InstanceLookup(_, namespace, klass, name, attribute, message) if klass and name:
                    path, where = join_path(namespace, klass, name), (said.name, instance, REFERENCE, place)
                    self.targets.append(TargetUse(*where, "miqaedb", path, message, None, (attribute or "",)))

    def _within(self, text: model.Text, source: str, at: int, length: int) -> Place:
        """The place of a piece of `text`; that of all where it has several lines."""
        place = self._place(text, source)
        if "\n" in (text.value or "").rstrip("\n"):
            return place
        return (place[0], place[1], place[2] + at, length)

    # -- targets and calls ---------------------------------------------------------------------------------------

    def _list(
        self, said: model.Text, key: str, actions: tuple[ir.Action, ...], field: str, instance: str, source: str
    ) -> None:
        if instance:
            self.overridden.setdefault(f"{fold(field)} {key}", []).append(instance)
        text, begins = said.value or "", []
        offset = 0
        for part in text.split(";"):
            if not is_off(part):
                begins.append((offset + len(part) - len(part.lstrip()), len(part.strip())))
            offset += len(part) + 1
        for (begin, length), action in zip(begins, actions, strict=False):
            place = self._within(said, source, begin, length)
            is_call = key != "undo" or not is_target(text[begin : begin + length])
            known = len(self.targets), len(self.calls)
            self._action(action, (field, instance, key, place), may_call=is_call, is_call=is_call)
            if "\n" not in text:
                self._spelling(text[begin : begin + length], *known)

    def _spelling(self, text: str, targets: int, calls: int) -> None:
        """Notes of the uses that `text` has just given where in it their names stand, and how calls are written."""
        if "\n" in text:
            return
        for place, use in enumerate(self.targets[targets:], targets):
            if text.count(use.path) == 1:
                self.targets[place] = use._replace(at=text.index(use.path))
        for place, call in enumerate(self.calls[calls:], calls):
            if text.isascii() and text.lower().count(call.method) == 1:
                at = text.lower().index(call.method)
                self.calls[place] = call._replace(at=at, written=text[at : at + len(call.method)])

    def _action(self, action: ir.Action, where: tuple[str, str, str, Place], *, may_call: bool, is_call: bool) -> None:
        match action.meaning:
            case ir.Target(scheme, path, query, fragment, leads_to):
                self.targets.append(TargetUse(*where, scheme, path, fragment, leads_to, tuple(_keys(query))))
            case Call() as call:
                self._call(call, where)
            case ir.Faulty():
                pass  # the compiler has said so
            case None:
                self._text(action.text, where, may_call=may_call, is_call=is_call)

    def _call(self, call: Call, where: tuple[str, str, str, Place]) -> None:
        names = tuple(name for name, _ in call.arguments)
        if _WORD not in f"{call.namespace}{call.klass}{call.method}":
            fixed = tuple(
                (name, str(value))
                for name, value in call.arguments
                if not isinstance(value, Attribute) and _WORD not in str(value)
            )
            self.calls.append(CallUse(*where, call.namespace, call.klass, call.method, names, constants=fixed))

    def _text(
        self,
        text: str | ir.Template | ir.Coalesced,
        where: tuple[str, str, str, Place],
        *,
        may_call: bool,
        is_call: bool,
    ) -> None:
        """A text with references in it: so much of it as stands fast. Of alternatives any may be the one."""
        if isinstance(text, ir.Coalesced):
            for option in text.options:
                self._text(option, where, may_call=may_call, is_call=is_call)
            return
        shown = (
            text if isinstance(text, str) else "".join(part if isinstance(part, str) else HOLE for part in text.parts)
        )
        if is_off(shown):
            return
        prefix = METHOD_PREFIX.search(shown) if may_call and not is_call else None
        if not is_call and prefix is None:
            self._target(shown.strip(" \t\n"), where)
            return
        with contextlib.suppress(InvalidCall):  # it may become a call at run time
            self._call(read_call((prefix[1] if prefix else shown).replace(HOLE, _WORD)), where)

    def _target(self, text: str, where: tuple[str, str, str, Place]) -> None:
        text, sharp, fragment = text.partition("#")
        path, _, query = text.partition("?")
        scheme, colon, rest = path.partition(":/")
        if colon and "/" not in scheme:
            path = "/" + rest
        self.targets.append(
            TargetUse(
                *where, scheme if colon else "miqaedb", path, fragment if sharp else None, None, tuple(_keys(query))
            )
        )

    # -- methods -------------------------------------------------------------------------------------------------

    def _method(self, method: model.Method) -> MethodOutline:
        compiled = self.compiled.methods[fold(method.name)]
        for said in inputs_of(method, compiled):
            self.findings += look(said)
            self._reads(said, "")
        inputs = tuple((each.name, each.default is None) for each in compiled.inputs)
        embedded = tuple((each.value, self._place(each, method.source)) for each in method.embedded if each.value)
        place = self._place(method.attributes.get("name"), method.source)
        code = method.code or method.get("data")
        if fold(compiled.location) == "inline" and code:
            self._code(method, code)
        typed = tuple((each.name, each.datatype) for each in compiled.inputs if each.datatype not in (None, "string"))
        facts = facts_of(code)
        waits = facts.waits or bool(embedded)
        return MethodOutline(
            method.name, compiled.location, place, bool(code), inputs, embedded,
            facts.retries, waits, facts.next_states, facts.jumps, self._entry(method, compiled.location, code), typed,
            ".py" if fold(compiled.language) == "python" else ".rb",
        )  # fmt: skip

    def _entry(self, method: model.Method, location: str, code: str | None) -> tuple[str, bool, Place] | None:
        """Why a Python method cannot be called."""
        if not code or fold(method.get("language") or "") != "python" or fold(location) != "inline":
            return None
        from aelang.code.entry import entry_fault  # few have one, and `ast` takes its time

        found = entry_fault(code)
        return None if found is None else (found.reason, found.is_absent, self._in_code(method, found.line, 1, 1))

    def _code(self, method: model.Method, code: str) -> None:
        """Notes the targets that the code of a method names. Without a message one is sent `create`."""
        for found in paths_in_code(fold(method.get("language") or "ruby"), code):
            place = self._in_code(method, found.line, found.column, found.length)
            is_whole = "#" in found.text or found.text.endswith(HOLE)
            self._target(found.text if is_whole else found.text + "#", (method.name, "", CODE, place))

    def _in_code(self, method: model.Method, line: int, column: int, length: int) -> Place:
        """A place in the code of a method, which has a file of its own or stands in the declaration."""
        at = self.sources.setdefault(method.code_source or method.source, len(self.sources))
        data = None if method.code else method.attributes.get("data")
        down, right = (method.code_line - 1, 0) if data is None else (data.line - 1, data.column - 1)
        return at, line + down, column + right, length


def _priority(field: model.Field) -> int | None:
    rank = priority(field.get("priority"))
    return None if rank == float("inf") else int(rank)


def _kind(field: ir.Field) -> str:
    return "step" if isinstance(field, ir.StateField) and field.is_step else _KINDS[type(field)]


def _is_limited(field: ir.StateField) -> bool:
    return not is_blank(field.max_retries) or not is_blank(field.max_time)


def _keys(query: str | None) -> Iterable[str]:
    return (part.partition("=")[0] for part in (query or "").split("&") if part)
