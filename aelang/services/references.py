"""References: how people write a record, and read one: `Vm:12`."""

import re

from aelang.services.models import PARENTS, ancestors
from aelang.services.records import Reference

_WRITTEN = re.compile(
    r"(?P<model>[A-Za-z]\w*(?:::[A-Z]\w*)*)"
    r"(?:::[a-z]\w*)?"  # the attribute that a target of Automate has it under: `VmOrTemplate::vm=12`
    r"(?:::|[:= ])(?P<number>\d{1,18})",
    re.ASCII,
)


def write_reference(of: Reference) -> str:
    """`of` as lists show it, and as commands take it: `Vm:12`. A provider's own model goes by that which it is a kind
    of: to people a machine is a `Vm`, whoever runs it."""
    model = next((each for each in ancestors(of.model) if each in PARENTS), of.model)
    return f"{model}:{of.id}"


def read_reference(text: str) -> Reference | None:
    """The record that `text` means: `Vm:12`, or as traces and sentences have it, `VmOrTemplate::vm=12`, `Vm::12`,
    `Vm 12`; None where it means none. Whether there is such a model, or record, is not asked."""
    found = _WRITTEN.fullmatch(text.strip())
    return None if found is None else Reference(found["model"], int(found["number"]))
