"""What people see of a laboratory: each run on a line as it ends, and how it all ended."""

from collections.abc import Iterator, Sequence

from tracing import Line, Run, is_shown

from aelang.cli.request.report import lines as report_lines
from aelang.diagnostics.text import counted
from aelang.requests.history import read_history
from aelang.requests.rows import Case
from aelang.requests.store import Store
from aelang.requests.store.record_rows import find_row, find_rows

_WIDTH = 38


def run_line(run: Run) -> str:
    """A run on one line: when, in which context, what it began with, and the last things that were followed."""
    return f"{run.at:%H:%M:%S}  {(run.context or '-').ljust(_WIDTH)}{steps(run)}"


def steps(run: Run) -> str:
    """What a run began with, and the last things that were followed."""
    lines = [line for line in run.lines if is_shown(line)]
    tops = [line for line in lines if line.depth == 0 and line.event == "Following"]
    ends = list(_ends(lines))
    if len(tops) != 1:
        return ", ".join(map(_short, ends))
    within = [each for each in ends if each is not tops[0] and ("/Profile/" not in each.uri or len(ends) == 1)]
    title = _short(tops[0])
    return f"{title}: {', '.join(map(_short, within))}" if within else title


def _ends(lines: Sequence[Line]) -> Iterator[Line]:
    """What was followed and led to nothing further; how the provider is found out is left out."""
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        is_end = line.event == "Following" and (after is None or after.event == "Followed")
        if is_end and "parse_provider_category" not in line.uri:
            yield line


def _short(line: Line) -> str:
    """The last two names of a target, or one where the class is called after what it holds."""
    path = line.uri.removesuffix("#create").partition("?")[0]
    *_, klass, name = path.split("/")
    plain = line.depth == 0 or klass.endswith(("Methods", "Email"))
    return name if plain and klass != "Lifecycle" else f"{klass}/{name}"


def why(run: Run) -> Iterator[str]:
    """A run, and the field that caused each of its lines."""
    yield f"{run.at:%H:%M:%S}  {run.context or '-'}  {run.root}"
    for line in run.lines:
        if is_shown(line) and line.event == "Following":
            yield f"{'  ' * (line.depth + 1)}{line.field}  {line.uri}"


def trace_line(line: Line) -> str:
    """A line of the trace."""
    return f"{line.context or '-'}  {'  ' * line.depth}{line.event} [{line.uri}]"


def summary(store: Store, number: int, case: Case) -> Iterator[str]:
    """How the request ended, and what came of it; of the states those that were asked more than once."""
    with store.reading() as connection:
        history = read_history(connection, number)
        assert history is not None  # it was ordered
        yield from (line for line in report_lines(history) if not line.endswith(", 1 attempt"))
        for task in case.tasks:
            vm = None if task.destination_id is None else find_row(connection, "Vm", task.destination_id)
            if vm is None or task.destination_type == "Service":
                continue
            of = {"vm_or_template_id": vm.id}
            (hardware,) = find_rows(connection, "Hardware", of)
            disks = find_rows(connection, "Disk", {"hardware_id": hardware.id})
            yield (
                f"{vm.columns['name']} is {vm.columns['raw_power_state']}: {hardware.columns['cpu_sockets']} CPUs, "
                f"{hardware.columns['memory_mb']} MB, {counted(len(disks), 'disk')}"
            )
