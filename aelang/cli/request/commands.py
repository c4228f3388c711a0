"""`aelang request commands`: what a transaction does on which resource, and how far it has come."""

from typing import TYPE_CHECKING, Any

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.stores import STORE, case_of, number_of, print_json, print_table, with_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.requests.store import Store
    from aelang.requests.transactions.reports import CommandReport
    from aelang.requests.transactions.rows import Command as Row

COMMAND = Command(
    text="""Lists the commands of REQUEST, a transaction, in the order in which they are executed: the resource, what is
done there, how the command stands, and how often it was tried. With --services, each service that a command is about
and its properties. With --resource, the commands of all requests for one resource.""",
    arguments=(Argument("request", "[REQUEST]", required=False),),
    options=(
        STORE,
        Option(("--services",), "The services that each command is about, with their properties."),
        Option(("--resource",), "The commands for this resource: `/Namespace/Class/instance`.", "PATH"),
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request commands 5", "the commands of a transaction"),
        ("aelang request commands 5 --services", "with the services that they are about"),
    ),
)

_TITLES = ("command", "request", "resource", "action", "status", "attempts", "message")


def execute(given: Given) -> int:
    """Prints the list; 1 where there is no such request. Raises Misused."""
    if (given.text("request") is None) == (given.text("resource") is None):
        raise Misused("say which REQUEST, or which --resource")
    console = Console(given)
    return with_store(given, console, lambda store: _print(store, given, console))


def _print(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests.transactions import reports
    from aelang.requests.transactions.standing import read_standing

    resource = given.text("resource")
    with store.reading() as connection:
        if resource is not None:
            _print_commands(given, console, reports.commands_on(connection, resource))
            return 0
        number = number_of(given.text("request") or "", "request")
        case_of(connection, number)
        found = reports.commands_of(connection, number)
        if not found and read_standing(connection, number) is None:
            raise Hindered(f"request {number} is no transaction: it has no commands")
    if found and given.flag("services"):
        _print_services(given, console, found)
    else:
        _print_commands(given, console, [each.command for each in found])
    return 0


def _print_commands(given: Given, console: Console, found: "Sequence[Row]") -> None:
    if given.flag("json"):
        print_json(console, found)
    elif found:
        print_table(console, _TITLES, [
            (str(each.id), str(each.request_id), each.resource, each.action, each.status, str(each.attempts),
             each.message or "")
            for each in found
        ])  # fmt: skip
    else:
        console.note("there are no such commands")


def _print_services(given: Given, console: Console, found: "Sequence[CommandReport]") -> None:
    from aelang.interpreter.values import sanitize, to_text

    if given.flag("json"):
        print_json(console, [{"command": each.command, "services": list(map(_document, each.done))} for each in found])
        return
    rows = []
    for report in found:
        for action, service in report.done:
            values = {} if service is None else service.values
            said = ", ".join(f"{name}={sanitize(to_text(value))}" for name, value in values.items())
            rows.append((str(report.command.id), str(action.service_id), action.name, action.action, action.status,
                         "" if service is None else service.status, said))  # fmt: skip
    print_table(console, ("command", "service", "name", "action", "status", "service is", "properties"), rows)


def _document(done: Any) -> dict[str, Any]:
    action, service = done
    return {**action._asdict(), "service": service}
