"""What a test says: what is given, what is run, what is expected; each expectation with the line it stands on."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from aelang.interpreter.values import RunValue
from aelang.syntax.yaml import Node
from aelang.testing.pages import Complaint


class Wanted(NamedTuple):
    """A value that is expected. `how` is `is`, `not`, `contains`, `matches`, `present` or `absent`; `spelling` is how
    a plain scalar is written, which counts as well: `on` is text where text is found."""

    how: str
    value: RunValue
    spelling: str | None
    line: int


class Attributes(NamedTuple):
    """Attributes of an object: the path of one or more, blank for the root."""

    path: str
    wanted: Mapping[str, Wanted]
    line: int


class Ending(NamedTuple):
    """How the run ends: `what` is result, reason, state, rollback, retries or failed."""

    what: str
    wanted: Wanted


class TraceLines(NamedTuple):
    """Texts that lines of the trace contain, in this order; others may stand between them."""

    texts: tuple[str, ...]
    line: int


class Called(NamedTuple):
    """A call: the method, and some of its inputs."""

    method: str
    inputs: Mapping[str, Wanted]
    line: int


class Calls(NamedTuple):
    """Calls in this order; others may stand between them."""

    calls: tuple[Called, ...]
    line: int


class NeverCalled(NamedTuple):
    """Methods that must not be called."""

    methods: tuple[str, ...]
    line: int


class Findings(NamedTuple):
    """The kinds of all findings of `aelang validate`, each as often as it is found."""

    slugs: tuple[str, ...]
    line: int


class Complaints(NamedTuple):
    """The findings that comments in files announce, and no others."""

    complaints: tuple[Complaint, ...]
    line: int


class RecordState(NamedTuple):
    """What a record of the inventory holds when the run is over."""

    model: str
    id: int
    wanted: Mapping[str, Wanted]
    line: int


Expectation: TypeAlias = Attributes | Ending | TraceLines | Calls | NeverCalled | Findings | Complaints | RecordState


class Act(NamedTuple):
    """What a stand-in does when it is called: attributes that it sets, and how it ends. `value` None means that of
    a method that went well; `retry` is the interval it asks for, blank for none."""

    root: Mapping[str, RunValue] = {}
    object: Mapping[str, RunValue] = {}
    state_vars: Mapping[str, RunValue] = {}
    value: RunValue = None
    code: int = 0
    says: str = ""
    retry: str = ""


class Stub(NamedTuple):
    """A stand-in for the methods whose path fits `pattern`: what it does call by call; the last goes on."""

    pattern: str
    acts: tuple[Act, ...]


class Given(NamedTuple):
    """What a run begins with; `state_vars` are as if a run before it had set them. `inventory` is a tree of YAML, or
    None for the usual records; `now` blank is the machine's time; `answers` are what commands of service models give,
    by name."""

    user: int = 1
    arguments: Mapping[str, str] = {}
    message: str = ""
    state_vars: Mapping[str, RunValue] = {}
    inventory: Node | None = None
    inventory_source: str = ""
    now: str = ""
    stubs: tuple[Stub, ...] = ()
    answers: Mapping[str, RunValue] = {}
    limit: int = 100


class Test(NamedTuple):
    """A test: where it stands, the files laid over the datastore, what is run (blank: nothing), what is expected.

    `alone`: the files are all there is. `digest` changes with everything that the test says."""

    name: str
    source: str
    line: int
    files: Mapping[str, str]
    uri: str
    given: Given
    expected: tuple[Expectation, ...]
    alone: bool = False
    roots: tuple[str, ...] = (".",)
    domains: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()
    digest: str = ""

    @property
    def is_checked(self) -> bool:
        """Whether its datastore has to be validated."""
        return any(isinstance(each, Findings | Complaints) for each in self.expected)
