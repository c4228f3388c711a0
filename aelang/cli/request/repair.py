"""`aelang request repair`: an operator says what became of a method, or of a command, that was cut short."""

from datetime import datetime
from typing import Any

from aelang.cli.options import HOW, JSON, Command, Given, Misused, Option
from aelang.cli.request.deciding import REQUEST, change_one
from aelang.cli.request.retry import TASK
from aelang.cli.stores import STORE, USER

COMMAND = Command(
    text="""A method that is declared with `effect: once` is not run again by itself when a crash cut it short: look
whether it had done its work, and say so. Then `aelang request continue` lets the request go on.

Of a command of a transaction, which `aelang request broken` lists, say how it really stands with --status, and why with
--because: one that was cut short is Ok where it was executed, else Pending; one whose undo was cut short or failed is
FailedUndoDone where it was undone, else Ok: then it is undone again.""",
    arguments=(REQUEST,),
    options=(
        STORE,
        USER,
        Option(("--done",), "It has done its work: it is not run again."),
        Option(("--again",), "It has not: it is run again."),
        TASK,
        Option(("--command",), "The command that is meant; needed where several are in question.", "ID", least=1),
        Option(("--status",), "How the command really stands: Ok, Pending or FailedUndoDone.", "STATUS"),
        Option(("--because",), "What was found on the resource: kept in the journal.", "TEXT"),
        Option(("--produced",), "Of a command that is Ok: what came of it, a property of its service, or of that with"
               " the ID that `aelang request commands --services` shows.", "[ID:]NAME=VALUE", many=True),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request repair 4 --done", "`aelang request show 4` names the method"),
        ("aelang request repair 5 --command 2 --status Ok --because 'the zone is there'", "of a transaction"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Keeps what the operator says; 1 where nothing waits for it. Raises Misused."""
    if given.text("status") is not None:
        return _repair_command(given)
    if given.value("command") is not None or given.text("because") is not None or given.many("produced"):
        raise Misused("say with --status how the command really stands")
    if given.flag("done") == given.flag("again"):
        raise Misused("say either --done (it had done its work) or --again (run it again), or of a command --status")

    def repair(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests import recovery

        by, task = given.text("user") or "admin", given.number("task", 0) or None
        refused = recovery.repair(connection, number, given.flag("done"), by, at, task)
        return None if refused is None else refused.sentence

    return change_one(given, repair, "request continue {}")


def _repair_command(given: Given) -> int:
    if given.flag("done") or given.flag("again"):
        raise Misused("--status is for a command, --done and --again are for a method: leave one of them out")
    by, produced = given.text("user") or "admin", _produced(given.many("produced"))

    def repair(connection: Any, number: int, at: datetime) -> str | None:
        from aelang.requests.transactions import operating

        status, because = given.text("status") or "", given.text("because") or ""
        said = operating.Repair(status, because, by, given.number("command", 0) or None, produced)
        refused = operating.repair(connection, number, said, at)
        return None if refused is None else refused.sentence

    return change_one(given, repair, "request continue {}")


def _produced(texts: tuple[str, ...]) -> dict[str, Any]:
    """`NAME=VALUE` for the only service, `ID:NAME=VALUE` for one of several. Raises Misused."""
    plain: dict[str, Any] = {}
    by_service: dict[str, Any] = {}
    for each in texts:
        name, equals, value = each.partition("=")
        number, colon, inner = name.rpartition(":")
        if not equals or not inner.strip():
            raise Misused(f"`--produced {each}` is no pair: write `--produced name=value`")
        (by_service.setdefault(number.strip(), {}) if colon else plain)[inner.strip()] = value
    if plain and by_service:
        raise Misused("write `--produced` with the id of a service each time, or never")
    return by_service or plain
