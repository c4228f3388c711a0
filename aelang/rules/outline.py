"""Outline: what a class uses and what it offers, taken down when the class is compiled, for the rules.

Rules need the places of words that the image does not keep, and of other classes a little only. So each class leaves
an outline behind: its targets and calls with their places, its fields with their messages, its methods with their
inputs, and what its words alone give reason to say. It is plain data, and small; with the names of all classes it is
what the rules see of a datastore. `outlining` takes it.

In texts a reference is a HOLE: what stands there is known only at run time.
"""

import json
from typing import Any, NamedTuple, TypeAlias

from aelang.diagnostics import Diagnostic
from aelang.diagnostics.packed import pack_diagnostics, unpack_diagnostics
from aelang.source import Span

HOLE = "\0"
REFERENCE = "reference"
"""The key of a target that a `${miqaedb:...}` names, wherever it stands."""

CODE = "code"
"""The key of a target that the code of a method names; its `field` is the method."""

CHILD = "\1"
"""The object to which a field leads, as far as a collect reads its attributes."""

Place: TypeAlias = tuple[int, int, int, int]
"""The index of a source in `Outline.sources`, line, column, length."""


class FieldOutline(NamedTuple):
    """A field that the class says something of, or an inherited one. `guarded`: a condition says whether it takes part;
    `limited`: it is a state with max_retries or max_time; `works`: its main part does something. `priority_at` and
    `message_at` are where these are said; places that are not known are None."""

    name: str
    kind: str
    messages: tuple[str, ...]
    place: Place
    priority: int | None = None
    guarded: bool = False
    inherited: bool = False
    limited: bool = False
    works: bool = False
    priority_at: Place | None = None
    message_at: Place | None = None


class TargetUse(NamedTuple):
    """A target that a field leads to. `instance` is empty where the class says it; `key` is `value`, `undo` ...

    It is `REFERENCE` where `${miqaedb:...}` reads an attribute of an instance: `keys` has the attribute's name then.
    `scheme`, `path` and `message` may have HOLEs; a message of None is the one in hand. `leads_to` is the class that
    answers, where the compiler found one. `keys` are the names of the arguments. `at` is how far behind `place` the
    path begins, -1 where that is not known.
    """

    field: str
    instance: str
    key: str
    place: Place
    scheme: str
    path: str
    message: str | None
    leads_to: str | None
    keys: tuple[str, ...] = ()
    at: int = -1


class CallUse(NamedTuple):
    """A call of a method, as a TargetUse; `arguments` are names. `at` is how far behind `place` the method's name
    begins, -1 where that is not known; `written` is the name as it stands there. `constants` are the arguments with a
    fixed value."""

    field: str
    instance: str
    key: str
    place: Place
    namespace: str | None
    klass: str | None
    method: str
    arguments: tuple[str, ...]
    at: int = -1
    written: str = ""
    constants: tuple[tuple[str, str], ...] = ()


class ReadUse(NamedTuple):
    """A reading of `attribute` of the object at `object`: a path as it is written, empty for the object in hand, CHILD
    for where the field leads. An empty attribute is one that is set."""

    object: str
    attribute: str
    field: str
    instance: str
    place: Place


class MethodOutline(NamedTuple):
    """A method: its inputs with whether a call has to say something for it, and what it embeds, with places.

    Of its code, as `code.facts` say: `retries` and `waits`, the latter also where it embeds what may; `next_states`
    and `jumps`. `entry` says of a Python method why it cannot be called, whether for want of a `main`, and where.
    `typed` are the inputs of another data type than `string`; `suffix` is how the name of a file with its code ends.
    """

    name: str
    location: str
    place: Place
    has_code: bool
    inputs: tuple[tuple[str, bool], ...]
    embedded: tuple[tuple[str, Place], ...]
    retries: bool = False
    waits: bool = False
    next_states: tuple[str, ...] = ()
    jumps: bool = False
    entry: tuple[str, bool, Place] | None = None
    typed: tuple[tuple[str, str], ...] = ()
    suffix: str = ".rb"


class PropertyUse(NamedTuple):
    """What a service type says of a property: its own, `field`, or with a `key` the parameter of that name of the part
    `field`. `instance` is empty where the class says it; the text stands `at` so many characters behind `place`, -1
    where that is not known."""

    field: str
    instance: str
    key: str
    text: str
    place: Place
    at: int = 0


class Outline(NamedTuple):
    """A class. `fields` are those of which it says something itself, which have these `positions` among all;
    `absent` are the folded names of those that its `parent`, a full path, has and that take no part in it. All fields
    are known to `Compiled`. `instances` are names with the places of these names; `reads` what is read of objects that
    are named by their class; `findings` what the rules for single words found; `overridden` says for a field and key,
    `field key`, which instances have a word of their own, with `limit` as the key for max_retries and max_time
    together; `provides` is what the class is in a transaction, and `properties` what a type of services says of its own
    and those of its parts."""

    path: str
    sources: tuple[str, ...]
    place: Place
    named: bool
    fields: tuple[FieldOutline, ...]
    instances: tuple[tuple[str, Place], ...]
    targets: tuple[TargetUse, ...]
    calls: tuple[CallUse, ...]
    methods: tuple[MethodOutline, ...]
    reads: tuple[ReadUse, ...]
    overridden: dict[str, tuple[str, ...]]
    parent: str = ""
    positions: tuple[int, ...] = ()
    absent: tuple[str, ...] = ()
    provides: str | None = None
    findings: tuple[Diagnostic, ...] = ()
    properties: tuple[PropertyUse, ...] = ()

    @property
    def relative(self) -> str:
        """The path without the domain."""
        return self.path.partition("/")[2]

    def span(self, place: Place) -> Span:
        """`place` as others know it."""
        source, line, column, length = place
        return Span(self.sources[source], line, column, length)


def write_outline(outline: Outline) -> str:
    """`outline` as a text."""
    plain = outline._replace(findings=pack_diagnostics(outline.findings))
    return json.dumps(plain, separators=(",", ":"), check_circular=False)


def read_outline(text: str) -> Outline:
    """The outline that `write_outline` wrote."""
    (
        path,
        sources,
        place,
        named,
        fields,
        instances,
        targets,
        calls,
        methods,
        reads,
        overridden,
        parent,
        positions,
        absent,
        provides,
        findings,
        properties,
    ) = json.loads(text)
    return Outline(
        path,
        tuple(sources),
        place,
        named,
        tuple(FieldOutline(*each) for each in fields),
        tuple((name, at) for name, at in instances),
        tuple(TargetUse(*each) for each in targets),
        tuple(CallUse(*each) for each in calls),
        tuple(_method(*each) for each in methods),
        tuple(ReadUse(*each) for each in reads),
        overridden,
        parent,
        tuple(positions),
        tuple(absent),
        provides,
        tuple(unpack_diagnostics(findings)),
        tuple(PropertyUse(*each) for each in properties),
    )


def _method(
    name: str,
    location: str,
    place: Any,
    has_code: bool,
    inputs: Any,
    embedded: Any,
    retries: bool,
    waits: bool,
    next_states: Any,
    jumps: bool,
    entry: Any,
    typed: Any,
    suffix: str,
) -> MethodOutline:
    return MethodOutline(
        name, location, place, has_code, tuple(map(tuple, inputs)), tuple(map(tuple, embedded)),
        retries, waits, tuple(next_states), jumps, entry and tuple(entry), tuple(map(tuple, typed)), suffix,
    )  # fmt: skip
