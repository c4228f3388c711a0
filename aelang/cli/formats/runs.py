"""Runs of a log, drawn for people: a column of times, a column of durations, and the tree."""

from collections.abc import Iterable, Iterator

from aelang.cli.console import paint, printable
from aelang.logs.assemble import Log
from aelang.logs.entries import ANYWHERE, Entry
from aelang.logs.runs import Context, Fault, Node, Run, Shape, walk

_COLORS = {"error": "red", "retry": "yellow", "not ended": "yellow"}
_DAY = 86_400


def headline(log: Log) -> str:
    """How much the log has: entries, from when to when, contexts, runs, errors."""
    runs = sum(run.times for context in log.contexts for run in context.runs)
    errors = sum(fault.times for fault in log.faults)
    counts = [_counted(log.entries, "entry", "entries"), _counted(len(log.contexts), "context"),
              _counted(runs, "run"), _counted(errors, "error") if errors else "no errors"]  # fmt: skip
    return f"{', '.join(counts)}{_span(log.begin, log.end)}"


def _counted(number: int, thing: str, several: str = "") -> str:
    return f"{number:,} {thing if number == 1 else several or thing + 's'}"


def _span(begin: float | None, end: float | None) -> str:
    if begin is None or end is None:
        return ""
    first, last = _date_and_time(begin), _date_and_time(end)
    if begin == end:
        return f"; {first}"
    last = last[11:] if last[:10] == first[:10] else last
    return f"; {first} to {last}, {_duration(end - begin)}"


# -- what went wrong ---------------------------------------------------------------------------------------------


def draw_faults(log: Log, most: int, *, lines: int, colored: bool) -> Iterator[str]:
    """What went wrong, in order, `lines` of each; of more than `most` the rest is counted."""
    yield _painted("errors", "red", colored)
    several = _is_of_days(log.begin, log.end)
    for fault in log.faults[:most]:
        yield from _fault(fault, lines, several)
    if len(log.faults) > most:
        yield f"  and {len(log.faults) - most} more: `--errors` shows all"


def _fault(fault: Fault, lines: int, several: bool) -> Iterator[str]:
    times = f"  x {fault.times}" if fault.times > 1 else ""
    yield f"  {_time(fault.at, several)}  {_context_name(fault.context)}  {printable(fault.inside)}{times}".rstrip()
    for line in fault.lines[:lines]:
        yield f"    {printable(line)}"
    if len(fault.lines) > lines:
        yield f"    ... {len(fault.lines) - lines} more lines"


# -- contexts ----------------------------------------------------------------------------------------------------


def list_contexts(log: Log, *, colored: bool) -> Iterator[str]:
    """A line for each context: when it began, how long it took, its runs, what it came to."""
    several = _is_of_days(log.begin, log.end)
    width = max(len(_context_name(context.name)) for context in log.contexts)
    for context in log.contexts:
        last = context.runs[-1]
        runs = _counted(sum(run.times for run in context.runs), "run")
        yield (
            f"  {_time(context.runs[0].begin, several)}  {_context_name(context.name).ljust(width)}"
            f"  {_took(context):>7}  {runs:>9}  {_result(last.result, colored)}"
        ).rstrip()


def draw_context(context: Context, *, colored: bool) -> Iterator[str]:
    """The runs of a context below its name."""
    request = f", request {context.request}" if context.request is not None else ""
    runs = _counted(sum(run.times for run in context.runs), "run")
    first, last = context.runs[0].begin, context.runs[-1].end
    yield _painted(f"{_context_name(context.name)}{request}", "bold", colored) + f": {runs}{_span(first, last)}"
    several = _is_of_days(first, last)
    for run in context.runs:
        yield from _run(run, several, colored)


def _run(run: Run, several: bool, colored: bool) -> Iterator[str]:
    for node in walk(run):
        if node.depth == 0 and not node.shape.text:
            continue  # a log that has no begins of runs
        again = _again(run, several) if node.depth == 0 else f"  x {node.times}" * (node.times > 1)
        inset = "  " * (node.depth if run.shape.text else node.depth - 1)
        yield f"  {_times(run, node, several)}{inset}{_said(node, colored)}{again}".rstrip()


def _times(run: Run, node: Node, several: bool) -> str:
    """The columns of times: when the run began, in its first line, and how long the thing took."""
    if run.begin is None:
        return ""
    time = _time(run.begin, several)
    took = _duration(node.seconds) if node.seconds else ""
    return f"{time if node.depth == 0 else ' ' * len(time)}  {took:>7}  "


def _said(node: Node, colored: bool) -> str:
    shape = node.shape
    text = printable(shape.text)
    match shape.kind:
        case "run" | "relationship":
            said = text
        case "said":
            return _painted(text, "red" if text.startswith("error:") else "dim", colored)
        case _:
            said = f"{shape.kind} {text}"
    return f"{said}{_after(shape, colored)}"


def _after(shape: Shape, colored: bool) -> str:
    shown = "" if shape.result == "ok" else shape.result
    return f": {_result(shown, colored)}" if shown else ""


def _again(run: Run, several: bool) -> str:
    if run.times == 1:
        return ""
    return f"  x {run.times}" + (f", until {_time(run.end, several)}" if run.end is not None else "")


def _took(context: Context) -> str:
    first, last = context.runs[0].begin, context.runs[-1].end
    return "" if first is None or last is None or first == last else _duration(last - first)


def _result(result: str, colored: bool) -> str:
    return _painted(result, _COLORS.get(result, "red"), colored) if result else ""


def _context_name(name: str) -> str:
    return "no task" if name == ANYWHERE else printable(name)


def _painted(text: str, color: str, colored: bool) -> str:
    return paint(text, color) if colored else text


# -- times -------------------------------------------------------------------------------------------------------


def _is_of_days(begin: float | None, end: float | None) -> bool:
    return begin is not None and end is not None and begin // _DAY != end // _DAY


def _time(at: float | None, several: bool) -> str:
    """The time of day; with the date where there are several days."""
    if at is None:
        return "-"
    text = _date_and_time(at)
    return text if several else text[11:]


def _date_and_time(at: float) -> str:
    text = iso(at)
    return "" if text is None else text[:19].replace("T", " ")


def iso(at: float | None) -> str | None:
    """A time as ISO 8601 has it, in UTC."""
    if at is None:
        return None
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _duration(seconds: float) -> str:
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02}m"


# -- for programs ------------------------------------------------------------------------------------------------


def fault_data(fault: Fault) -> dict[str, object]:
    """A fault for JSON."""
    return {"at": iso(fault.at), "context": fault.context, "inside": fault.inside, "lines": list(fault.lines),
            "times": fault.times}  # fmt: skip


def context_data(context: Context) -> dict[str, object]:
    """A context for JSON."""
    return {"context": context.name, "request": context.request, "runs": [_run_data(run) for run in context.runs]}


def _run_data(run: Run) -> dict[str, object]:
    tree = _tree([*walk(run)])
    return {"uri": run.uri, "from": iso(run.begin), "to": iso(run.end), **tree, "times": run.times}


def _tree(nodes: list[Node]) -> dict[str, object]:
    """The nodes of a walk as objects with their parts; of a thing only what it has is said."""
    open_parts: list[list[dict[str, object]]] = [[]]
    for node in nodes:
        del open_parts[node.depth + 1 :]
        parts: list[dict[str, object]] = []
        shape = node.shape
        open_parts[node.depth].append({
            "kind": shape.kind, "text": shape.text, "seconds": node.seconds, "result": shape.result,
            "times": node.times, "parts": parts,
        })  # fmt: skip
        open_parts.append(parts)
    return open_parts[0][0]


# -- live --------------------------------------------------------------------------------------------------------

_TOLD = ("Instantiating [", "Following ", "Followed ", "Processed State=[", "Invoking [", "Method exited", "Aborting ")


def live_lines(entries: Iterable[Entry | str], *, everything: bool, colored: bool) -> Iterator[str]:
    """What happens, a line each, further in by how deep it is in its context; errors and warnings always."""
    depths: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, str):
            yield f"{'':>10}{printable(entry)}"
            continue
        if entry.level not in "WEF" and not everything and not entry.text.startswith(_TOLD):
            continue
        key = entry.context if entry.context != ANYWHERE else entry.thread
        if entry.text.startswith("Instantiating ["):
            depths[key] = 0
        if entry.text.startswith("Followed "):
            depths[key] = max(0, depths.get(key, 0) - 1)
        inset = "  " * depths.get(key, 0)
        yield f"{_time(entry.at, several=False)}  {_context_name(entry.context)}  {inset}{_live(entry, colored)}"
        if entry.text.startswith(("Instantiating [", "Following ")):
            depths[key] = depths.get(key, 0) + 1


def _live(entry: Entry, colored: bool) -> str:
    text = printable(entry.text)
    if entry.level in "EF":
        return _painted(f"error: {text}", "red", colored)
    return _painted(f"warning: {text}", "yellow", colored) if entry.level == "W" else text
