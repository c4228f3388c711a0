"""The two layouts of what Automate is told: the classic one, and the one that sends an event on by its source."""

from collections.abc import Callable
from pathlib import Path

from aelang.cli.formats.trace import RENDERERS
from aelang.events.receiving import attributes_of
from aelang.events.settings import Settings
from aelang.interpreter.trace import Followed, Following, Instantiating, Missing, UpdatedNamespace
from aelang.requests.queue import list_items
from aelang.requests.raising import told_uri
from aelang.requests.store.record_rows import keep_rows
from tests.events.hearing import Hearing, Raised
from tests.events.test_rows import VM

CLASSIC = Settings(layout="classic")
SERVER = 1000000000001

CLASSIC_URI = (
    "/System/Process/Event?EmsEvent%3A%3Aems_event=1000000003170&Host%3A%3Ahost=1000000000001"
    "&MiqServer%3A%3Amiq_server=1000000000001&VmOrTemplate%3A%3Avm=1000000000029&event_id=1000000003170"
    "&event_type=USER_RUN_VM&host_id=1000000000001&object_name=Event&vm_id=1000000000029&vmdb_object_type=ems_event"
)

CLASSIC_DATASTORE = {
    "ManageIQ/__domain__.yaml": "object_type: domain\nobject:\n  attributes: {name: ManageIQ, enabled: true}\n",
    "ManageIQ/System/__namespace__.yaml": "object_type: namespace\nobject:\n  attributes: {name: System}\n",
    "ManageIQ/System/Process.ael": "class Process\n\n  relationship rel5\n\n  instance Event\n"
    "    rel5 = /System/Event/${#event_type}\n",
    "ManageIQ/System/Event.ael": "class Event\n\n  relationship rel5\n\n  instance .missing\n",
}

OF_THE_BOOK = {
    "Vm": [{"id": 1000000000029, "name": "cfme", "ems_id": 1, "ems_ref": "/vms/29"}],
    "Host": [{"id": 1000000000001, "name": "h", "ems_id": 1, "ems_ref": "/hosts/1"}],
}


def classic(hear: Callable[..., Hearing], folder: Path) -> Hearing:
    """A datastore of the classic age, and the records of the book."""
    for name, text in CLASSIC_DATASTORE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = hear(folder, settings=CLASSIC)
    with made.store.writing() as connection:
        keep_rows(connection, OF_THE_BOOK)
    return made


def receive(hearing: Hearing) -> None:
    """The event of the book."""
    hearing.receive("USER_RUN_VM", vm_ems_ref="/vms/29", host_ems_ref="/hosts/1", id=1000000003170)


def test_the_classic_target_is_the_same_byte_for_byte(hear: Callable[..., Hearing], tmp_path: Path) -> None:
    hearing = classic(hear, tmp_path)
    receive(hearing)
    with hearing.store.reading() as connection:
        (item,) = list_items(connection)
    assert CLASSIC_URI == told_uri(item.arguments, None, SERVER)


def test_the_log_tells_the_classic_attributes_in_their_order(hear: Callable[..., Hearing], tmp_path: Path) -> None:
    hearing = classic(hear, tmp_path)
    receive(hearing)
    (event,) = hearing.events()
    assert ["event_id", "event_type", "VmOrTemplate::vm", "vm_id", "Host::host", "host_id"] == [
        *attributes_of(event, CLASSIC)
    ]


def test_the_log_tells_how_the_event_is_delivered(hear: Callable[..., Hearing], tmp_path: Path) -> None:
    hearing = classic(hear, tmp_path)
    receive(hearing)
    hearing.work()
    said, *_ = map(RENDERERS["log"], hearing.trace(1000000003170))
    attributes = (
        '{"event_id"=>1000000003170, "event_type"=>"USER_RUN_VM", "VmOrTemplate::vm"=>1000000000029, '
        '"vm_id"=>1000000000029, "Host::host"=>1000000000001, "host_id"=>1000000000001}'
    )
    line = f"Delivering {attributes} for object [EmsEvent.1000000003170] with state [] to Automate"
    assert f"info: MIQ(MiqAeEngine.deliver) {line}" == said


def test_what_the_log_says_after_the_classic_target(hear: Callable[..., Hearing], tmp_path: Path) -> None:
    hearing = classic(hear, tmp_path)
    receive(hearing)
    hearing.work()
    kinds = (Following, UpdatedNamespace, Missing, Followed)
    lines = [
        RENDERERS["log"](each).partition(": ")[2] for each in hearing.trace(1000000003170) if isinstance(each, kinds)
    ]
    assert [
        "Following Relationship [miqaedb:/System/Event/USER_RUN_VM#create]",
        "Updated namespace [miqaedb:/System/Event/USER_RUN_VM#create  ManageIQ/System]",
        "Instance [/ManageIQ/System/Event/USER_RUN_VM] not found in MiqAeDatastore - trying [.missing]",
        "Followed  Relationship [miqaedb:/System/Event/USER_RUN_VM#create]",
    ] == lines[1:]


def test_the_base_domain_deals_with_the_classic_layout_too(hearing: Hearing) -> None:
    hearing.settings = CLASSIC
    hearing.receive("USER_RUN_VM")
    hearing.work()
    assert ["Following /System/Event/USER_RUN_VM#create", "Missing /Base/System/Event/USER_RUN_VM",
            "Followed /System/Event/USER_RUN_VM#create"] == hearing.lines()[1:]  # fmt: skip


def test_in_the_classic_layout_a_table_says_what_is_done_before_automate_is_told(hearing: Hearing) -> None:
    calls = ("event_action_policy?target=src_vm&policy_event=vm_start&param=", "event_action_refresh?target=src_vm")
    hearing.settings = Settings(layout="classic", handling={"USER_RUN_VM": calls})
    hearing.receive("USER_RUN_VM")
    assert ([Raised("vm_start", VM)], [["policy", "vm_start", "Vm", "12"], ["refresh", "Vm", "12"]]) == (
        hearing.general(), hearing.handled(),
    )  # fmt: skip


def test_otherwise_an_event_is_sent_on_by_its_source(hearing: Hearing) -> None:
    hearing.receive("USER_RUN_VM", host_ems_ref="/hosts/5")
    hearing.work()
    (asked,) = [each.uri for each in hearing.trace() if isinstance(each, Instantiating)]
    assert (
        "/System/Process/Event?EventStream%3A%3Aevent_stream=1&Host%3A%3Ahost=5&MiqServer%3A%3Amiq_server=1"
        "&VmOrTemplate%3A%3Avm=12&event_id=1&event_stream_id=1&event_type=USER_RUN_VM&host_id=5&object_name=Event"
        "&vm_id=12&vmdb_object_type=event_stream"
    ) == asked
