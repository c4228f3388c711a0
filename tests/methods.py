"""Datastores of one class with methods of ours in it, and what comes of calling one."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aelang import ir
from aelang.engine import Engine
from aelang.interpreter import trace
from aelang.interpreter.outcome import Outcome
from aelang.interpreter.ports import ServiceCatalog, Vault

from aelang.methods import Runners
from aelang.methods.settings import Settings

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
        return "" if error is None else f"{type(error).__name__}: {error.message}"


def method(
    name: str, code: str, language: str = "python", inputs: Sequence[ir.Input] = (), embedded: Sequence[str] = (),
    location: str = "inline",
) -> ir.Method:  # fmt: skip
    """A declaration in the class `Demo/Test/Case`."""
    return ir.Method(f"Demo/Test/Case/{name}", location, language, code, tuple(inputs), tuple(embedded), (0, 0, 0))


def image(methods: Sequence[ir.Method], *, call: str = "main", attributes: Sequence[ir.Field] = ()) -> ir.Image:
    """A class whose instance `run` has `attributes` and then calls `call`; `plain` and `stop` are other instances."""
    field = ir.MethodField("call", ("create",), (0, 0, 0), ir.Action(call, None), "result")
    fields = (*attributes, field)
    instances = {
        "run": ir.Instance("run", None, (0, 0, 0), {}),
        "plain": ir.Instance("plain", None, (0, 0, 0), {len(fields) - 1: field._replace(action=None)}),
        "stop": ir.Instance(
            "stop", None, (0, 0, 0), {len(fields) - 1: field._replace(action=ir.Action("stop", None))}
        ),
        "abort": ir.Instance(
            "abort", None, (0, 0, 0), {len(fields) - 1: field._replace(action=ir.Action("abort", None))}
        ),
    }
    others = (method("stop", "def main(evm): evm.stop()"), method("abort", "def main(evm): evm.abort('enough')"))
    table = {each.name.lower(): each for each in (*others, *methods)}
    klass = ir.Class("Demo/Test/Case", ("case.yaml",), fields, instances, table)
    names = {key: each.name for key, each in instances.items()}
    entry = ir.ClassEntry(klass.path, names, {key: each.name for key, each in table.items()})
    index = ir.Index([ir.DomainEntry("Demo", True)], [entry])
    return ir.Image(index, lambda path: ir.to_json(klass) if path == "demo/test/case" else None)


def engine(
    methods: Sequence[ir.Method],
    settings: Settings = Settings(),  # noqa: B008 - immutable
    *,
    attributes: Sequence[ir.Field] = (),
    catalog: ServiceCatalog | None = None,
    vault: Vault | None = None,
    runners: Runners | None = None,
    call: str = "main",
) -> Engine:
    """An engine over `image`."""
    return Engine(
        image(methods, call=call, attributes=attributes),
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


def constants(**values: str) -> list[ir.Field]:
    """Attribute fields with fixed values."""
    return [ir.AttributeField(name, ("create",), (0, 0, 0), value, None) for name, value in values.items()]


def passwords(**values: str) -> list[ir.Field]:
    """Attribute fields that are passwords."""
    return [ir.AttributeField(name, ("create",), (0, 0, 0), value, "password") for name, value in values.items()]


def told(values: Mapping[str, object]) -> dict[str, object]:
    """`values` without those of the caller."""
    return {name: value for name, value in values.items() if name not in ("user", "tenant", "miq_group")}
