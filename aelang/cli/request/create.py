"""`aelang request create TYPE`: a request is made."""

from typing import TYPE_CHECKING, Any

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.request.order import checking_out
from aelang.cli.request.services import KINDS, OPTIONS, order_service, refuse_service_options
from aelang.cli.stores import STORE, USER, find_person, now, print_json, rules, with_store

if TYPE_CHECKING:
    from datetime import datetime

    from aelang.requests.creating import Approver, Wanted
    from aelang.requests.decision import Decision
    from aelang.requests.rows import Person, Request
    from aelang.requests.store import Store
    from aelang.requests.store.records import StoreRecords
    from aelang.services.records import Row

COMMAND = Command(
    text="""Makes a request of TYPE (`automation`, `template`, `clone_to_service`, `vm_migrate`, ... or the name of its
model). It waits for approval unless --approve is given; `aelang worker` then works it.

An automation request has a TARGET: what is to be run, `/Namespace/Class/instance?argument=value#message`. What other
types need stands in options: `number_of_vms`, `src_vm_id`, `vm_memory`, ... A value is JSON where it is well-formed
JSON (3, true, [1, 2]), and text otherwise.

For the services of an --account there are `add_service` with the type of the service for a TARGET, `modify_service` and
`delete_service` with a --service. Their options are the properties of the service, each a text; they need no approval,
and are prepared at once: what they touch is locked.""",
    arguments=(
        Argument("type", "TYPE"),
        Argument("target", "[TARGET]", required=False, completes="names"),
    ),
    options=(
        STORE,
        USER,
        Option(("-o", "--option"), "An option of the request; may be given again.", "KEY=VALUE", many=True),
        Option(("--attr",), "An argument of the target; may be given again.", "KEY=VALUE", many=True),
        Option(("--source",), "What it is for, by model and id or name: `MiqTemplate:rhel`, `Vm:7`.", "MODEL:NAME"),
        Option(("--description",), "How it is described.", "TEXT"),
        Option(("--at",), "Work it at this time, not at once: 2026-12-24T18:00:00Z.", "TIME"),
        Option(("--approve",), "It is approved as soon as it is made."),
        Option(("--approver",), "Who is asked: a userid, or `group:NAME` for anyone of a group. May be given again.",
               "USERID|group:NAME", many=True),
        Option(("--approvals",), "How many of them must approve; all without it.", "N", least=1),
        Option(("--cart",), "A service lies in the cart of its requester until `aelang request check-out`."),
        *OPTIONS,
        *WHERE,
        JSON,
        *HOW,
    ),
    examples=(
        ("aelang request create automation /System/Request/hello --attr name=Ada --approve", "runs when a worker does"),
        ("aelang request create template -o number_of_vms=3 -o vm_memory=4096", "waits for approval"),
        ("aelang request create automation /System/Request/hello --at 2030-01-01T06:00:00Z --approve", "runs then"),
        ("aelang request create add_service /Hosting/WebSite/standard --account acme -o domain=acme.example",
         "orders a service"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Makes the request; 1 where it cannot be made. Raises Misused."""
    console = Console(given)
    return with_store(given, console, lambda store: _create(store, given, console))


def _create(store: "Store", given: Given, console: Console) -> int:
    if given.text("type") in KINDS:
        return order_service(store, given, console, dict(_pair("--option", each) for each in given.many("option")))
    refuse_service_options(given)
    return _create_request(store, given, console)


def _create_request(store: "Store", given: Given, console: Console) -> int:
    from aelang.requests import creating
    from aelang.requests.decision import Refused
    from aelang.requests.store.cases import RowNumbers, carry_out
    from aelang.requests.store.records import StoreRecords

    options, records = _options(given), StoreRecords(store)
    requester, wanted = find_person(store, given), _wanted(given, records, options)
    ruled, at = rules(), now()
    with store.writing() as connection:
        made = creating.create(wanted, requester, RowNumbers(connection), at, ruled)
        if isinstance(made, Refused):
            raise Hindered(made.sentence)
        if not made.case.request.process:
            made = _in_cart(connection, made, requester, at)
        carry_out(connection, None, made, at)
    request = made.case.request
    if given.flag("json"):
        print_json(console, {**request._asdict(), "approvals": made.case.approvals})
        return 0
    console.result(f"request {request.id}: {request.type}, {request.description}, {request.approval_state}")
    doubt = _doubt(request, records)
    if doubt:
        console.note(f"note: {doubt}")
    console.note(_next(request, given))
    return 0


def _doubt(request: "Request", records: "StoreRecords") -> str:
    """What will keep `request` from coming to anything, as far as the store can tell; blank where nothing will."""
    from aelang.requests.options import check_count

    kind = request.kind
    if kind.tasks == "vms" and request.source_id is None:
        return "it is not said what it is made from, or that is not in the store: `--source MiqTemplate:NAME` names it"
    if kind.source is None:
        return ""
    missing = (each for each in check_count(kind, request.options) if records.find(kind.source, each) is None)
    return next((f"there is no {kind.source} {each} in the store that it could be for" for each in missing), "")


def _next(request: "Request", given: Given) -> str:
    """What whoever made `request` may do now."""
    from aelang.requests.types import TEMPLATE

    if request.type == TEMPLATE:
        return "it is never executed: items of the catalog that have it as a resource are made as it says"
    if not request.process:
        return f"next: aelang {checking_out(given)}"
    waits = request.approval_state == "pending_approval"
    return f"next: aelang {f'request approve {request.id}' if waits else 'worker --drain'}"


def _in_cart(connection: Any, made: "Decision", requester: "Person", at: "datetime") -> "Decision":
    from aelang.requests.ordering import in_order

    return in_order(connection, made, requester, at)


def _wanted(given: Given, records: "StoreRecords", options: dict[str, Any]) -> "Wanted":
    from aelang.requests.creating import Wanted

    wanted = given.text("type") or ""
    row = _source(given.text("source"), records) or _made_from(wanted, options, records)
    return Wanted(
        wanted,
        options if row is None else {**options, **_for_source(wanted, row, options)},
        given.text("description") or "",
        source=None if row is None else row.reference,
        auto_approve=given.flag("approve"),
        approvers=tuple(_approver(each, records) for each in given.many("approver")),
        approvals_needed=given.number("approvals", 0) or None,
        cart=given.flag("cart"),
    )


def _approver(text: str, records: "StoreRecords") -> "Approver":
    from aelang.requests.creating import Approver

    kind, _, name = text.rpartition(":")
    model, column = ("MiqGroup", "description") if kind == "group" else ("User", "userid")
    row = next(iter(records.where(model, {column: name})), None)
    if row is None or kind not in ("", "group"):
        raise Hindered(f"there is no {'group' if kind == 'group' else 'user'} `{name}` to ask for approval")
    return Approver(model, row.id, str(row.columns.get("name") or name))


def _for_source(wanted: str, row: "Row", options: dict[str, Any]) -> dict[str, Any]:
    """The options that say the same as --source, for the types that go by them; those that are in `options` stay, but a
    bare number gets its name beside it."""
    from aelang.requests.options import for_source
    from aelang.requests.types import type_named

    kind = type_named(wanted)
    said = {} if kind is None else for_source(kind, row.id, str(row.columns.get("name") or ""))
    return {name: value for name, value in said.items() if name not in options or str(options[name]) == str(row.id)}


def _made_from(wanted: str, options: dict[str, Any], records: "StoreRecords") -> "Row | None":
    """What machines are made from, where an option says it in place of --source."""
    from aelang.requests.options import SOURCE_VM
    from aelang.requests.types import type_named

    kind, said = type_named(wanted), options.get(SOURCE_VM)
    number = str(said[0] if isinstance(said, list) and said else said)
    if said is None or kind is None or kind.tasks != "vms":
        return None
    return records.find("VmOrTemplate", int(number)) if number.isdecimal() and len(number) < 19 else None


def _source(text: str | None, records: "StoreRecords") -> "Row | None":
    if text is None:
        return None
    from aelang.services.models import is_model
    from aelang.services.references import read_reference

    of = read_reference(text)
    model, _, name = text.rpartition(":") if of is None else (of.model, ":", str(of.id))
    if not is_model(model):
        raise Hindered(f"`--source {text}` names no record: write MODEL:ID or MODEL:NAME, such as Vm:7")
    row = records.find(model, int(name)) if name.isdecimal() and len(name) < 19 else None
    row = row or next(iter(records.where(model, {"name": name})), None)
    if row is None:
        raise Hindered(f"there is no {model} `{name}` in the store: `aelang store load` takes records in")
    return row


def _options(given: Given) -> dict[str, Any]:
    options = {key: _value(text) for key, text in (_pair("--option", each) for each in given.many("option"))}
    if given.text("at") is not None:
        options["schedule_time"] = given.text("at")
    target = given.text("target")
    attributes = dict(_pair("--attr", each) for each in given.many("attr"))
    if target is None:
        if attributes:
            raise Misused("`--attr` is an argument of a TARGET, and none is given")
        return options
    if given.text("type") not in ("automation", "AutomationRequest"):
        raise Misused("a TARGET is run by a request of the type `automation`: leave it out, or write that type")
    return {**options, **_called(target, attributes)}


def _called(target: str, attributes: dict[str, str]) -> dict[str, Any]:
    """The options of an automation request that runs `target`."""
    from aelang.names import InvalidUri, read_query, split_path

    path, _, message = target.partition("#")
    path, _, query = path.partition("?")
    found = split_path(path)
    try:
        attributes = {**read_query(query or None), **attributes}
    except InvalidUri as fault:
        raise Hindered(f"`{target}` is no target: {fault}") from None
    if not (found.namespace and found.klass and found.instance):
        raise Hindered(f"`{target}` is no target: write /Namespace/Class/instance")
    called: dict[str, Any] = {
        "namespace": found.namespace,
        "class_name": found.klass,
        "instance_name": found.instance,
    }
    return {**called, **({"message": message} if message else {}), **({"attrs": attributes} if attributes else {})}


def _pair(option: str, text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Misused(f"`{option} {text}` is no pair: write `{option} key=value`")
    return key.strip(), value


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        return text
