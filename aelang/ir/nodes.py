"""The nodes of the intermediate form: what a field means, with nothing left to parse."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from aelang.names.calls import Argument, Attribute, Call

Place: TypeAlias = tuple[int, int, int]
"""A span in a record: the index of the source in `Class.sources`, line, column."""


class Faulty(NamedTuple):
    """A piece that cannot work. It raises `error` (a class of `failures`) when a run reaches it."""

    error: str
    message: str


# -- substitution ------------------------------------------------------------------------------------------------


class Step(NamedTuple):
    """One `.name(argument)` behind a reference; `symbol` tells `(:x)` from `(x)`. No argument is None."""

    name: str
    argument: str | None = None
    symbol: bool = False


class Lookup(NamedTuple):
    """`${object#attribute.a.b}`: an attribute of an object of the run. `object` is empty for the object in hand."""

    object: str
    attribute: str
    steps: tuple[Step, ...] = ()


class StateVariable(NamedTuple):
    """`${state_var#name}`; the name's case counts."""

    name: str
    steps: tuple[Step, ...] = ()


class CurrentMessage(NamedTuple):
    """`${!current_message}`."""


class InstanceLookup(NamedTuple):
    """`${miqaedb:/Ns/Class/instance/attribute#message}`: an attribute of an object built for this alone."""

    uri: str
    namespace: str
    klass: str | None
    instance: str | None
    attribute: str | None
    message: str


Reference: TypeAlias = Lookup | StateVariable | CurrentMessage | InstanceLookup | Faulty
Part: TypeAlias = str | Reference
"""Plain text stands for itself."""


class Template(NamedTuple):
    """A text with references in it; at least one."""

    parts: tuple[Part, ...]


class Coalesced(NamedTuple):
    """`a || b || c` of datatype "null coalescing": the first that is not blank; each one swallows its errors."""

    options: tuple[str | Template, ...]


Text: TypeAlias = str | Template | Coalesced | None
"""A value as a run reads it: fixed text, nil, or what has to be put together first."""


# -- expressions -------------------------------------------------------------------------------------------------


class Literal(NamedTuple):
    """A text, number, boolean or nil."""

    value: str | int | float | bool | None


class Referred(NamedTuple):
    """The value of the assertion's reference number `index`, counted from 0, with its type."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a node


class Quoted(NamedTuple):
    """Text in quotes with references in it: each part is text or the number of a reference."""

    parts: tuple[str | int, ...]


class ListOf(NamedTuple):
    """`[a, b]` or `%w(a b)`."""

    items: tuple["Expression", ...]


class Message(NamedTuple):
    """`message`: the message in hand."""


class Not(NamedTuple):
    """`!a` and `not a`."""

    operand: "Expression"


class Negative(NamedTuple):
    """`-a`."""

    operand: "Expression"


class And(NamedTuple):
    """`a && b`, `a and b`: the first false value, else the last."""

    left: "Expression"
    right: "Expression"


class Or(NamedTuple):
    """`a || b`, `a or b`: the first value that is not false, else the last."""

    left: "Expression"
    right: "Expression"


class Binary(NamedTuple):
    """`a OP b`; the operators are == != < <= > >= in "not in" + - * / %."""

    operator: str
    left: "Expression"
    right: "Expression"


class Matches(NamedTuple):
    """`a =~ /pattern/flags`; `negated` for `!~`."""

    operand: "Expression"
    pattern: str
    flags: str
    negated: bool


class Calls(NamedTuple):
    """`a.name(b)`: one of the calls of LANGUAGE section 3."""

    operand: "Expression"
    name: str
    arguments: tuple["Expression", ...]


Expression: TypeAlias = (
    Literal | Referred | Quoted | ListOf | Message | Not | Negative | And | Or | Binary | Matches | Calls | Faulty
)


class Test(NamedTuple):
    """An assertion's text and what it means. `text` is for the blank test and for messages; its references, counted
    from the left, are those that `Referred` and `Quoted` number."""

    text: str | Template
    meaning: Expression


class Condition(NamedTuple):
    """`IF expression`, or with `negated` `UNLESS expression`: whether a field is processed at all."""

    negated: bool
    test: Test


# -- what a field does -------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """A target in its parts. `leads_to` is the path of the class that answers (`Domain/Ns/Class`), None where none
    does or it is not for the compiler to say (another scheme, a wildcard)."""

    scheme: str
    path: str
    query: str | None
    fragment: str | None
    leads_to: str | None = None


class Action(NamedTuple):
    """What a relationship, a method field or a state does: the text, and where it is fixed, its meaning.

    `meaning` is None where the text has references: it is read when the run gets there.
    """

    text: str | Template | Coalesced
    meaning: Target | Call | Faulty | None = None


class CollectList(NamedTuple):
    """`left = [a, b].function`."""

    left: str | None
    elements: tuple[Argument, ...]
    function: str | None


class CollectHash(NamedTuple):
    """`left = {key => attribute, ...}`; a key is text, a symbol, or the attribute that holds it."""

    left: str | None
    pairs: tuple[tuple["str | SymbolKey | Attribute", str], ...]


class SymbolKey(NamedTuple):
    """`:name` as a key."""

    name: str


class CollectValue(NamedTuple):
    """`left = name`."""

    left: str | None
    name: str


Collect: TypeAlias = CollectList | CollectHash | CollectValue | Faulty


class AssertionField(NamedTuple):
    """`tests` holds one, or with null coalescing the alternatives; none where the text is fixed and blank."""

    name: str
    messages: tuple[str, ...]
    place: Place
    tests: tuple[Test, ...]
    coalesced: bool = False
    condition: Condition | None = None


class AttributeField(NamedTuple):
    """An attribute: `text`, converted to `datatype`, becomes the attribute `name`; then `collect`."""

    name: str
    messages: tuple[str, ...]
    place: Place
    text: Text
    datatype: str | None
    collect: tuple[Collect, ...] = ()
    private: bool = False
    condition: Condition | None = None


class MethodField(NamedTuple):
    """A method call; `collect` names the attribute that takes the result."""

    name: str
    messages: tuple[str, ...]
    place: Place
    action: Action | None
    collect: str | None = None
    condition: Condition | None = None


class RelationshipField(NamedTuple):
    """A relationship, and what is collected from where it leads."""

    name: str
    messages: tuple[str, ...]
    place: Place
    action: Action | None
    collect: tuple[Collect, ...] = ()
    condition: Condition | None = None


class StateField(NamedTuple):
    """A state of a state machine (LANGUAGE 6), or a step (LANGUAGE 5). Limits are texts: "3", "10.minutes".

    The action of a step is the relationship it became, `TARGET#${#ae_message}`.
    """

    name: str
    messages: tuple[str, ...]
    place: Place
    action: Action | None
    collect: tuple[Collect, ...] = ()
    on_entry: tuple[Action, ...] = ()
    on_exit: tuple[Action, ...] = ()
    on_error: tuple[Action, ...] = ()
    max_retries: str | None = None
    max_time: str | None = None
    condition: Condition | None = None
    undo: tuple[Action, ...] = ()
    is_step: bool = False


Field: TypeAlias = AssertionField | AttributeField | MethodField | RelationshipField | StateField


class Input(NamedTuple):
    """A declared input of a method."""

    name: str
    datatype: str | None
    default: Text


class Method(NamedTuple):
    """A method: where it runs (`location`), in what language, its code or, for a builtin, its name (`data`).

    `effect` is what a crash in the middle of it means: `none`, `idempotent` or `once` (LANGUAGE 7). `options` are the
    declaration's own, as JSON has them, with tuples for its lists. `code_line` is the line of an `.ael` file at which
    the code begins, 0 where it has a file of its own.
    """

    path: str
    location: str
    language: str
    data: str | None
    inputs: tuple[Input, ...]
    embedded: tuple[str, ...]
    place: Place
    effect: str = "idempotent"
    options: Mapping[str, Any] = {}  # Any: an author's own tree of JSON data
    code_line: int = 0

    @property
    def name(self) -> str:
        """The method's own name, as written."""
        return self.path.rpartition("/")[2]


class Instance(NamedTuple):
    """An instance: the fields in which it differs from its class, by their position in `Class.fields`.

    What it inherits is in them. With a `fault`, an instance to inherit from that cannot be had, it is not built.
    """

    name: str
    place: Place
    fields: dict[int, Field]
    fault: Faulty | None = None


class Class(NamedTuple):
    """The effective class: fields in the order in which they are processed, with the class's own values.

    `path` is `Domain/Ns/Class`; instances and methods are keyed by their folded names. `sources` begin with the files
    of the ancestors, the oldest first, and go on with the class's own. `fields` has the inherited ones; methods are
    looked up in the class and then in `ancestors`, full paths, the parent first. With a `fault`, a parent that cannot
    be had, no object of the class is built.
    """

    path: str
    sources: tuple[str, ...]
    fields: tuple[Field, ...]
    instances: dict[str, Instance]
    methods: dict[str, Method]
    ancestors: tuple[str, ...] = ()
    fault: Faulty | None = None

    @property
    def namespace(self) -> str:
        """The path without the class: `Domain/Ns`."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The class's own name."""
        return self.path.rpartition("/")[2]

    @property
    def source(self) -> str:
        """The file of the class itself."""
        return self.sources[len(self.ancestors)]

    @property
    def is_state_machine(self) -> bool:
        """Whether the schema has a state, of whatever message (ENGINE-FACTS 8.1)."""
        return any(isinstance(field, StateField) for field in self.fields)


class Heir(NamedTuple):
    """A class that inherits, as it is stored: what it has beyond its parent, so that long chains stay small.

    `parent` is the full path of the parent, and `check` the sum of its record, so that this record changes with it.
    `sources` come behind the first `inherited` ones of the parent, and `fields`, by position, in place of the parent's
    or behind them.
    """

    path: str
    parent: str
    inherited: int
    sources: tuple[str, ...]
    fields: dict[int, Field]
    instances: dict[str, Instance]
    methods: dict[str, Method]
    check: int = 0
