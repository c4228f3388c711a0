"""How a run ended, as people and programs are told: the exit code, the result, and what went wrong."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.cli.console import Console, printable
from aelang.interpreter.failures import BY_NAME, DatastoreError, InvalidPathFormat
from aelang.interpreter.outcome import Failed, Finished, Outcome, Retry
from aelang.interpreter.trace import Dropped
from aelang.interpreter.values import sanitize

_RETRY = 3
_SHOWN = 5  # objects that were cut short


class Ended(NamedTuple):
    """An outcome, the target as it may be shown, and the last object that came to nothing."""

    outcome: Outcome
    uri: str
    last: Dropped | None


def exit_code(outcome: Outcome) -> int:
    """0 the run came back, 1 it failed, ended in error or built nothing, 3 it asks to be run again."""
    match outcome:
        case Failed():
            return 1
        case Retry():
            return _RETRY
        case Finished(result, workspace=workspace):
            return 1 if result == "error" or workspace.root is None else 0


def show(console: Console, shape: str, ended: Ended, *, private: bool) -> None:
    """Prints the outcome as `shape` says: tree, json, xml, dot or walk."""
    workspace = ended.outcome.workspace
    match shape:
        case "json":
            from aelang.cli.formats.data import run_lines

            _print_all(console, run_lines(_head(ended), workspace, private=private))
        case "xml":
            from aelang.interpreter.dump import workspace_xml

            console.result(workspace_xml(workspace, private=private).rstrip("\n"))
        case "dot":
            from aelang.cli.formats.dot import dot_lines

            _print_all(console, dot_lines(workspace, private=private))
        case "walk":
            from aelang.cli.console import printable
            from aelang.interpreter.walk import walk_lines

            _print_all(console, map(printable, walk_lines(workspace, private=private)))
        case _:
            _show_tree(console, ended, private=private)


def _print_all(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.result(line)


def _show_tree(console: Console, ended: Ended, *, private: bool) -> None:
    from aelang.cli.formats.tree import outcome_line, plain_tree, print_rich_tree

    workspace = ended.outcome.workspace
    console.result(outcome_line(ended.outcome, ended.uri, colored=console.colored))
    if not workspace.roots:
        return
    console.result("")
    if console.colored:
        print_rich_tree(workspace, private=private)
    else:
        _print_all(console, plain_tree(workspace, private=private))


def tell_fault(console: Console, index: ir.Index, ended: Ended) -> None:
    """Tells on standard error what went wrong, if anything did."""
    match ended.outcome:
        case Failed(error):
            console.error(f"{type(error).__name__}: {error.message}", str(error.span))
            if error.detail:
                console.tell(f"  = {printable(error.detail)}")
            if type(error) is InvalidPathFormat and not error.span.source:
                console.tell(_TARGET_FORM)
        case Finished(workspace=workspace) if workspace.root is None:
            console.error(_why_nothing(ended.last))
            tell_nearest(console, index, ended.uri)
        case Finished("error", reason):
            console.error(reason or "the run ended with ae_result = error")
        case _:
            pass


_TARGET_FORM = "  = help: a target is written /Namespace/Class/instance?argument=value#message"


def tell_passed_over(console: Console, dropped: Sequence[Dropped]) -> None:
    """Warns of objects that a fault of the datastore cut short while the run went on."""
    cut = [each for each in dropped if issubclass(BY_NAME[each.failure], DatastoreError)]
    lines = [f"passed over: {each.failure}: {each.message}" for each in cut[:_SHOWN]]
    if len(cut) > _SHOWN:
        lines.append(f"{len(cut) - _SHOWN} more; --trace shows where")
    for line in lines:
        console.note(f"{console.marked('warning', 'yellow')}: {printable(line)}")


def _why_nothing(last: Dropped | None) -> str:
    return "nothing was built" + ("" if last is None else f": {last.failure}: {last.message}")


def tell_nearest(console: Console, index: ir.Index, uri: str) -> None:
    """Tells what is called nearly as the target `uri`, which leads nowhere."""
    from aelang.analysis.lookup import is_known
    from aelang.analysis.names import nearest_path

    path = re.split("[?#]", uri, maxsplit=1)[0]
    if not path.strip("/ "):
        console.tell(_TARGET_FORM)
        return
    hint = "" if is_known(index, path) else nearest_path(index, path)
    if hint:
        console.tell(f"  = help: {hint}")


def _head(ended: Ended) -> dict[str, object]:
    """What the JSON object says before the objects."""
    match ended.outcome:
        case Failed(error):
            place = {"file": error.span.source, "line": error.span.line, "column": error.span.column}
            fault = {"type": type(error).__name__, "message": error.message, "detail": error.detail, **place}
            return {"outcome": "failed", "uri": ended.uri, "error": fault}
        case Retry(after, checkpoint, affinity):
            later = {"after": after, "next_uri": sanitize(checkpoint.uri), "server_affinity": affinity}
            return {"outcome": "retry", "uri": ended.uri, **later}
        case Finished(result, reason, rollback, workspace=workspace):
            reason = _why_nothing(ended.last) if workspace.root is None else reason
            said = {"result": result, "reason": reason, "rollback": rollback}
            return {"outcome": "finished", "uri": ended.uri, **said}
