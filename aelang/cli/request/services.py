"""Requests for services of accounts: what `aelang request create add_service` and its like order."""

from typing import TYPE_CHECKING, Any

from aelang.cli.console import Console
from aelang.cli.options import Given, Hindered, Misused, Option
from aelang.cli.stores import find_person, now, print_json, rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aelang.project import Compilation
    from aelang.requests.store import Store
    from aelang.requests.transactions.planning import Change
    from aelang.requests.transactions.rows import Account

KINDS = ("add_service", "modify_service", "delete_service", "ProvisioningRequest")
OPTIONS = (
    Option(("--account",), "Of services: the account that they are for, by name or id.", "ACCOUNT"),
    Option(("--service",), "The service that is modified or deleted, as `aelang account show` lists it.", "ID"),
    Option(("--parent",), "The service that gets a new one as a part.", "ID"),
    Option(("--package",), "The package that a new service belongs to.", "NAME"),
    Option(("--name",), "How a new service is called; as its class without it.", "NAME"),
    Option(("--most-failures",), "Roll back when commands have failed more often than this in all.", "N", least=0),
)
"""What such requests say beside properties, which are their options."""

_MOST_DIGITS = 18


def order_service(store: "Store", given: Given, console: Console, properties: "Mapping[str, Any]") -> int:
    """Makes and prepares the request. Raises Hindered, and Misused."""
    from aelang.requests.transactions.accounts import find_account
    from aelang.requests.transactions.ordering import Order, place_order
    from aelang.requests.transactions.planning import CannotPrepare
    from aelang.requests.transactions.types import Types

    _refuse_others(given)
    _refuse_misplaced(given)
    compiled = _compiled(given, console)
    if compiled is None:
        return 1
    requester, ruled, at = find_person(store, given), rules(), now()
    most = given.number("most_failures", 0) if given.value("most_failures") is not None else None
    try:
        with store.writing() as connection:
            account = find_account(connection, _needed(given, "account"))
            change = _change(connection, given, account, properties)
            order = Order(account, change, given.text("description") or "", most)
            number = place_order(connection, Types(compiled), order, requester, at, ruled)
    except CannotPrepare as fault:
        raise Hindered(str(fault)) from None
    _tell(store, given, console, number)
    return 0


def refuse_service_options(given: Given) -> None:
    """Refuses what other requests do not hear. Raises Misused."""
    for each in ("account", "service", "parent", "package", "name", "most_failures"):
        if given.value(each) is not None:
            flag = each.replace("_", "-")
            raise Misused(f"`--{flag}` is for `add_service`, `modify_service` and `delete_service`: leave it out")


def _refuse_others(given: Given) -> None:
    for each in ("attr", "source", "approver", "approvals", "cart", "at"):
        if given.value(each):
            raise Misused(f"`--{each}` is for other requests: one for services is approved and prepared at once")


def _refuse_misplaced(given: Given) -> None:
    """Refuses what is said of a new service where none is made, and the other way about. Raises Misused."""
    kind = given.text("type")
    if kind in ("add_service", "ProvisioningRequest"):
        if given.text("service") is not None:
            raise Misused("`--service` is for `modify_service` and `delete_service`: a new one gets `--parent`")
        return
    for each in ("target", "parent", "package", "name"):
        if given.text(each) is not None:
            said = "a TARGET" if each == "target" else f"`--{each}`"
            raise Misused(f"{said} is for `add_service`: `{kind}` has only `--service` to say which one")


def _compiled(given: Given, console: Console) -> "Compilation | None":
    """The datastore with the types of services; the base domain with it, where it does not bring that along."""
    from aelang.cli.roots import domains_with_base, open_roots
    from aelang.shipped import datastore_folder

    compiled = open_roots(given, console)
    if compiled is None or any(compiled.image.index.layers("Provisioning/SimpleService")):
        return compiled
    from aelang.project import ProjectError, open_project

    try:
        references = (*given.many("reference"), datastore_folder())
        return open_project(given.many("datastore"), domains=domains_with_base(given), references=references)
    except ProjectError:  # it could be opened without it
        return compiled


def _needed(given: Given, key: str) -> str:
    found = given.text(key)
    if found is None:
        raise Misused(f"`{given.text('type')}` needs `--{key}`: write which one")
    return found


def _change(connection: Any, given: Given, account: "Account", properties: "Mapping[str, Any]") -> "Change":
    from aelang.requests.transactions.accounts import find_package
    from aelang.requests.transactions.planning import Add, Delete, Modify

    kind = given.text("type")
    if kind == "modify_service":
        return Modify(_service(_needed(given, "service")), properties)
    if kind == "delete_service":
        if properties:
            raise Misused("a service that is deleted takes no properties: leave out `-o`")
        return Delete(_service(_needed(given, "service")))
    parent, package, target = given.text("parent"), given.text("package"), given.text("target")
    if target is None:
        raise Misused("`add_service` needs a TARGET: the type of the service, /Namespace/Class/instance")
    return Add(
        target,
        properties,
        given.text("name"),
        None if parent is None else _service(parent),
        None if package is None else find_package(connection, account, package),
    )


def _service(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise Hindered(f"`{text}` is no id of a service: write a number, as `aelang account show` has it")
    return int(text)


def _tell(store: "Store", given: Given, console: Console, number: int) -> None:
    from aelang.requests.transactions.standing import read_standing

    with store.reading() as connection:
        standing = read_standing(connection, number)
    assert standing is not None  # it was just made
    if given.flag("json"):
        print_json(console, {"id": number, "transaction": standing.transaction, "commands": standing.commands})
        return
    commands = len(standing.commands)
    told = "1 command" if commands == 1 else f"{commands} commands"
    console.result(f"request {number}: {given.text('type')}, {standing.transaction.status}, {told}")
    console.note("next: aelang worker --drain")
