"""Random trees of services: their types, as a datastore would have them, and changes of them."""

from typing import NamedTuple

from hypothesis import strategies as st

from aelang.names.provisioning import COMPLEX, SIMPLE
from aelang.requests.transactions.types import PartType, ResourceType, ServiceType, Types, UnknownType

SERVERS = ("/Hosting/Server/one", "/Hosting/Server/two", "/Hosting/Server/mail")
ROOT = "/Trees/Root/x"


class Grown(NamedTuple):
    """A tree of types: the uppermost is at ROOT. `effect` is that of the module."""

    types: dict[str, ServiceType]
    effect: str
    attempts: int


class GrownTypes(Types):
    """Fills in for the types of a datastore."""

    def __init__(self, grown: Grown) -> None:
        self._grown = grown

    def type(self, path: str) -> ServiceType:
        """The type at `path`. Raises UnknownType."""
        if path not in self._grown.types:
            raise UnknownType(f"there is no `{path}`")
        return self._grown.types[path]

    def resource(self, path: str) -> ResourceType:
        """The resource at `path`."""
        grown = self._grown
        properties = {"address": f"{path}'s"}
        return ResourceType(
            path, "/Hosting/Driver/files", properties, grown.attempts, grown.effect, grown.effect, cleans=False
        )


_EXPRESSIONS = ("plain", "$Root::name", "'a ' + $Root::name", "account::name", "::own", None)
_ON_RESOURCES = (*_EXPRESSIONS, "resource::address")


@st.composite
def grown(draw: st.DrawFn) -> Grown:
    """A tree of up to a dozen types."""
    types: dict[str, ServiceType] = {}

    def grow(depth: int, inside: bool) -> str:
        number = len(types)
        is_simple = inside or depth > 2 or (depth > 0 and draw(st.booleans()))
        path = ROOT if depth == 0 else f"/Trees/T{number}/x"
        values = _ON_RESOURCES if is_simple else _EXPRESSIONS
        properties = {"name": f"n{number}", "own": "own", "value": draw(st.sampled_from(values))}
        server = draw(st.sampled_from(SERVERS)) if is_simple and not inside else None
        kind = SIMPLE if is_simple else COMPLEX
        shared = server is not None and draw(st.sampled_from((False, False, True)))
        types[path] = ServiceType(path, kind, properties, (), server, shared)
        most = 0 if len(types) > 8 or depth > 3 or (inside and depth > 2) else 3
        parts = [
            PartType(f"part{each}", grow(depth + 1, is_simple), draw(st.sampled_from(({}, {"own": "$Root::name"}))))
            for each in range(draw(st.integers(1 if depth == 0 else 0, most)))
        ]
        types[path] = types[path]._replace(parts=tuple(parts))
        return path

    grow(0, inside=False)
    effect = draw(st.sampled_from(("once", "idempotent")))
    return Grown(types, effect, draw(st.integers(1, 3)))


faults = st.lists(st.sampled_from((None, None, None, "before", "part", "die", "die late")), max_size=16)
