"""Datastores of one class with methods of ours in it, and what comes of calling one."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aelang import model
from aelang.engine import Engine
from aelang.interpreter import trace
from aelang.interpreter.outcome import Outcome
from aelang.interpreter.ports import ServiceCatalog, Vault
from aelang.methods import Runners
from aelang.methods.settings import Settings
from tests.datastores import Written, compiled, field, instance, klass, texts

SECRETS = {"v2:{canary==}": "tweety-bird-9431", "v2:{other==}": "sylvester-7720"}


class FakeVault:
    """A vault that knows the two passwords of `SECRETS`."""

    def decrypt(self, ciphertext: str) -> str:
        """The text of `ciphertext`."""
        if not ciphertext.startswith("v2:{"):
            return ciphertext
        if ciphertext not in SECRETS:
            raise ValueError("there is no key for passwords")
        return SECRETS[ciphertext]


class Ran(NamedTuple):
    """What came of a call."""

    outcome: Outcome
    root: dict[str, Any]
    lines: list[str]
    events: list[trace.Event]

    @property
    def failure(self) -> str:
        """The text of the failure, blank where there was none."""
        error = getattr(self.outcome, "error", None)
        return "" if error is None else f"{type(error).__name__}: {error.message} {error.detail}".rstrip()


def method(
    name: str, code: str, language: str = "python", inputs: Mapping[str, str | None] | None = None,
    embedded: Sequence[str] = (), location: str = "inline", **others: str | None,
) -> model.Method:  # fmt: skip
    """A declaration in the class `Test/Case`. `inputs` are names and defaults; a name may have a type: `p:password`."""
    written: Written = {"name": name, "language": language, "location": location, "data": code, **others}
    declared = [_input(*each.partition(":")[::2], default) for each, default in (inputs or {}).items()]
    told = tuple(model.Text(each) for each in embedded)
    return model.Method(texts(written), tuple(declared), told, {}, code, f"{name}.yaml")


def _input(name: str, datatype: str, default: str | None) -> model.Input:
    return model.Input(texts({"name": name, "datatype": datatype or None, "default_value": default}))


def case(
    methods: Sequence[model.Method],
    attributes: Sequence[model.Field] = (),
    call: str = "main",
    message: str = "create",
) -> model.Class:
    """The class `Demo/Test/Case`: the instance `run` has `attributes` and then calls `call`; others call others."""
    named = {each.name for each in methods}
    more = [method(name, code) for name, code in _MORE.items() if name not in named]
    instances = [instance("run"), instance("plain", call="#"), *(instance(name, call=name) for name in _MORE)]
    called = field("method", "call", call, collect="result", message=message)
    return klass("Test/Case", [*attributes, called], instances, [*methods, *more], domain="Demo")


_MORE = {"stop": "def main(evm): evm.stop()", "abort": "def main(evm): evm.abort('enough')"}


def engine(
    methods: Sequence[model.Method],
    settings: Settings = Settings(),  # noqa: B008 - immutable
    *,
    attributes: Sequence[model.Field] = (),
    catalog: ServiceCatalog | None = None,
    vault: Vault | None = None,
    runners: Runners | None = None,
    call: str = "main",
    message: str = "create",
) -> Engine:
    """An engine over `case`."""
    return Engine(
        compiled(case(methods, attributes, call, message))[0],
        methods=runners or Runners(settings=settings),
        catalog=catalog,
        vault=vault or FakeVault(),
    )


def run(made: Engine, uri: str = "/Test/Case/run") -> Ran:
    """Runs `uri`, and keeps all that was told."""
    from aelang.cli.formats.trace import log_line

    events: list[trace.Event] = []
    outcome = made.run(uri, trace=events.append)
    root = outcome.workspace.root
    return Ran(outcome, {} if root is None else root.attributes, [log_line(event) for event in events], events)


def constants(**values: str) -> list[model.Field]:
    """Attribute fields with fixed values."""
    return [field("attribute", name, value) for name, value in values.items()]


def passwords(**values: str) -> list[model.Field]:
    """Attribute fields that are passwords."""
    return [field("attribute", name, value, datatype="password") for name, value in values.items()]


def told(values: Mapping[str, object]) -> dict[str, object]:
    """`values` without those of the caller."""
    return {name: value for name, value in values.items() if name not in ("user", "tenant", "miq_group")}
