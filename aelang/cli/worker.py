"""`aelang worker`: what is due in the store is worked."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, WHERE, Command, Given, Misused, Option, domain_list
from aelang.cli.stores import STORE, place_of, shown, with_store

if TYPE_CHECKING:
    from aelang.requests.store import Store

COMMAND = Command(
    text="""Works the messages of the queue, one after the other, until it is told to stop: with SIGTERM or Ctrl-C, upon
which it ends the step in hand. Several workers may share a store. When one dies, another takes over its work as soon as
its lease is over.

Where no domain has a /System/Process, which every request comes in by, the base domain that comes with aelang is taken
along. New requests are run on the datastore as it is then; one that was begun goes on with the datastore that it began
with (`aelang request move-to` changes that).""",
    options=(
        STORE,
        *WHERE,
        Option(("--concurrency",), "So many messages at once, 1 without it.", "N", least=1),
        Option(("--drain",), "End when nothing is due."),
        Option(("--clock",), "`virtual` jumps over all waiting, for retries and schedules. For trials and tests.",
               choices=("real", "virtual")),
        Option(("--lease",), "Seconds after which the work of a worker that is silent is taken over, 30 without it.",
               "N", least=1),
        Option(("--zone",), "Only what is for this zone, or for none.", "ZONE"),
        Option(("--role",), "Only what is for this role, or for none; may be given again.", "ROLE", many=True),
        *HOW,
    ),
    examples=(
        ("aelang worker --drain", "works what is due, and ends"),
        ("aelang worker --drain --clock virtual", "the same, and does not wait for anything"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Works until it is told to stop, or nothing is due: 0; 1 where the store or the datastore cannot be used. Raises
    Misused."""
    from aelang.cli.roots import domains_with_base
    from aelang.providers.joining import extended
    from aelang.requests.telling import Serious
    from aelang.requests.worker import Wanted, run_workers

    console = Console(given)
    virtual = given.text("clock") == "virtual"
    if virtual and not given.flag("drain"):
        raise Misused("`--clock virtual` would jump on without end: add --drain")
    if virtual and given.number("concurrency", 1) > 1:
        raise Misused("`--clock virtual` does one thing after the other: leave out --concurrency")
    if with_store(given, console, lambda store: 0):
        return 1
    references = _references(given, console)
    if references is None:
        return 1
    wanted = Wanted(
        place=place_of(given),
        roots=given.many("datastore"),
        domains=domain_list(given) if references == given.many("reference") else domains_with_base(given),
        references=references,
        concurrency=given.number("concurrency", 1),
        drain=given.flag("drain"),
        virtual=virtual,
        lease=float(given.number("lease", 30)),
        zone=given.text("zone"),
        roles=given.many("role") or None,
        extend=extended,
    )
    code = run_workers(wanted, lambda said: console.tell(said) if isinstance(said, Serious) else console.note(said))
    return code if code or not wanted.drain else with_store(given, console, lambda store: _tell_held(store, console))


def _tell_held(store: "Store", console: Console) -> int:
    """Says what is neither done nor due: messages that another worker has in hand, or had when it died."""
    from aelang.requests.queue import RUNNING, list_items

    with store.reading() as connection:
        held = list_items(connection, (RUNNING,))
    for each in held:
        until = "" if each.lease_until is None else f" until {shown(each.lease_until)}"
        what = f"`{each.method}` of {each.task_id or f'{each.of.model} {each.of.id}'}"
        console.note(f"note: worker {each.worker} holds {what}{until}: if it has died, it is free then")
    return 0


def _references(given: Given, console: Console) -> tuple[str, ...] | None:
    """The reference datastores, with the base domain where nothing else would deal with requests; None where a
    datastore cannot be opened, which has been told."""
    from aelang.cli.roots import open_roots
    from aelang.shipped import datastore_folder

    compiled = open_roots(given, console)
    if compiled is None:
        return None
    if any(compiled.image.index.layers("System/Process")):
        return given.many("reference")
    console.note("note: no domain has /System/Process: the base domain is taken along")
    return (*given.many("reference"), datastore_folder())
