"""`aelang request show`: what happened to a request."""

from typing import TYPE_CHECKING, Any

from aelang.cli.options import HOW, JSON, Command, Given
from aelang.cli.request.deciding import REQUEST
from aelang.cli.stores import STORE, print_one

if TYPE_CHECKING:
    from aelang.requests.history import History

COMMAND = Command(
    text="""Shows on one screen how REQUEST stands: who approved or denied it, when and why; its tasks, with how often
each state of their machines was tried; the last error with its place in the datastore; what it waits for, and the
command that helps. REQUEST is an id, or a context as traces show it: `automation_request_4`.""",
    arguments=(REQUEST,),
    options=(STORE, JSON, *HOW),
    examples=(("aelang request show 1", "`aelang request trace 1` shows what was followed and called"),),
)


def execute(given: Given) -> int:
    """Shows it; 1 where there is no such request."""
    from aelang.cli.request.report import document, lines, painted

    return print_one(given, "request", _history, lines, document, painted)


def _history(connection: Any, number: int) -> "History | None":
    from aelang.requests.history import read_history

    return read_history(connection, number)
