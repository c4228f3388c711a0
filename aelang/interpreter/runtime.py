"""What runs over one image share: prepared targets and, per class, instance and message, the plan of its fields.

Plans are closures, made at first use: they pay from the second use on.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from aelang import ir
from aelang.interpreter.failures import InvalidPathFormat
from aelang.interpreter.limits import Limits
from aelang.interpreter.ports import Clock, DatastoreEditor, MethodRunner, ServiceCatalog, Vault
from aelang.interpreter.values import RunValue, sanitize
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import (
    SCHEMES,
    InstancePath,
    InvalidUri,
    Uri,
    fold,
    is_blank,
    join_path,
    join_uri,
    read_query,
    split_path,
    split_uri,
)
from aelang.source import Span

Act: TypeAlias = Callable[[Workspace, WorkspaceObject], None]
"""What one field does to an object."""

_REMEMBERED = 20_000
"""Targets kept prepared; over that all are forgotten, which costs a little time and bounds memory."""


class Plan(NamedTuple):
    """What is done to an object under one message, in order; `spans` are the places of `fields`. `undoes` where a state
    has an undo."""

    assertions: tuple[Act, ...]
    fields: tuple[Act, ...]
    attributes: tuple[Act, ...]
    spans: tuple[Span, ...]
    undoes: bool = False


class RuntimeClass:
    """A class of the image with the plans made from it so far."""

    __slots__ = ("ir", "is_machine", "plans", "private")

    def __init__(self, klass: ir.Class) -> None:
        self.ir = klass
        self.is_machine = klass.is_state_machine
        self.private = frozenset(
            fold(field.name) for field in klass.fields if isinstance(field, ir.AttributeField) and field.private
        )
        self.plans: dict[tuple[str | None, str], Plan] = {}


class Prepared(NamedTuple):
    """A URI ready to be instantiated; in `uri` passwords are masked, it is for the trace.

    `found` is the namespace that the domain search gave, None without a hit; `home` is None where the class does not
    exist. `key` tells whether it is already under way.
    """

    uri: str
    scheme: str
    path: str
    arguments: dict[str, str]
    message: str
    namespace: str
    klass: str | None
    instance: str | None
    found: str | None
    home: RuntimeClass | None
    key: tuple[str, str, str] | None


class Runtime:
    """An image, its outside, and everything that is worked out only once."""

    __slots__ = (
        "_classes", "_prepared", "build_plan", "catalog", "clock", "editor", "image", "limits", "methods",
        "read_state", "vault",
    )  # fmt: skip

    def __init__(
        self,
        image: ir.Image,
        methods: MethodRunner,
        catalog: ServiceCatalog,
        clock: Clock,
        limits: Limits,
        build_plan: "Callable[[Runtime, RuntimeClass, str | None, str], Plan]",
        read_state: Callable[[str], dict[str, RunValue]],
        vault: Vault,
        editor: DatastoreEditor | None = None,
    ) -> None:
        self.image = image
        self.methods = methods
        self.catalog = catalog
        self.clock = clock
        self.limits = limits
        self.build_plan = build_plan
        self.read_state = read_state
        self.vault = vault
        self.editor = editor
        self._classes: dict[str, RuntimeClass] = {}
        self._prepared: dict[str, Prepared] = {}

    def refresh(self, image: ir.Image) -> None:
        """Goes on with `image`, the datastore after an edit. Plans under way go on as they were made."""
        self.image = image
        for known in self._classes.values():
            known.plans.clear()  # objects that are there keep their class, and what they are asked for is made anew
        self._classes.clear()
        self._prepared.clear()

    def class_at(self, path: str) -> RuntimeClass | None:
        """The class with the full path, None where there is none."""
        key = fold(path)
        known = self._classes.get(key)
        if known is None:
            klass = self.image.class_at(key)
            if klass is None:
                return None
            known = self._classes[key] = RuntimeClass(klass)
        return known

    def plan(self, home: RuntimeClass, instance: str | None, message: str) -> Plan:
        """What `message` does to an object of `instance` (its folded name; None for the class alone)."""
        plan = home.plans.get((instance, message))
        if plan is None:
            plan = home.plans[instance, message] = self.build_plan(self, home, instance, message)
        return plan

    def prepare(self, text: str) -> Prepared:
        """The target `text`, with the scheme miqaedb where it has none. Raises InvalidPathFormat."""
        prepared = self._prepared.get(text)
        if prepared is None:
            if len(self._prepared) >= _REMEMBERED:
                self._prepared.clear()
            prepared = self._prepared[text] = self._prepare(text)
        return prepared

    def _prepare(self, text: str) -> Prepared:
        uri = split(text, "miqaedb")
        scheme = uri.scheme or ""
        if scheme not in SCHEMES:
            raise InvalidPathFormat(f"unsupported scheme [{scheme}]: use miqaedb:, miqaews: or method:")
        if uri.path is None:
            raise InvalidPathFormat(f"invalid URI <{text}>: a path begins with a slash")
        message = "create" if is_blank(uri.fragment) else fold(uri.fragment or "")
        path = split_path(uri.path)
        found = self.search(path) if scheme == "miqaedb" else None
        namespace = path.namespace if found is None else found
        return Prepared(
            sanitize(text), scheme, uri.path, arguments(uri), message, namespace, path.klass, path.instance, found,
            self.class_at(f"{namespace}/{path.klass}") if scheme == "miqaedb" and path.klass else None,
            cycle_key(namespace, path.klass, path.instance, message),
        )  # fmt: skip

    def search(self, path: InstancePath) -> str | None:
        """The namespace, with its domain, of the class that answers for a path without domain (ENGINE-FACTS 3.1)."""
        if path.klass is None:
            return None
        relative = f"{path.namespace}/{path.klass}"
        index = self.image.index
        home = index.missing_home(relative) if path.instance is None else index.instance_home(relative, path.instance)
        return None if home is None else home.namespace


def split(text: str, default_scheme: str) -> Uri:
    """`text` as a URI. Raises InvalidPathFormat, the run's own failure for what is none."""
    try:
        return split_uri(text, default_scheme)
    except InvalidUri as fault:
        raise InvalidPathFormat(str(fault)) from None


def arguments(uri: Uri) -> dict[str, str]:
    """The arguments in the query of `uri`. Raises InvalidPathFormat."""
    try:
        return read_query(uri.query)
    except InvalidUri as fault:
        raise InvalidPathFormat(str(fault)) from None


def rejoin(uri: Uri, message: str) -> str:
    """The text of a relationship as it is followed: its own fragment, else the message in hand (ENGINE-FACTS 1.6)."""
    return join_uri(uri if uri.fragment is not None else uri._replace(fragment=message))


def cycle_key(namespace: str, klass: str | None, instance: str | None, message: str) -> tuple[str, str, str] | None:
    """What must not be under way twice at a time (ENGINE-FACTS 2.8); None where no cycle is ever seen."""
    if instance is None or klass is None:
        return None
    return fold(join_path(namespace, klass, None)), fold(instance), message
