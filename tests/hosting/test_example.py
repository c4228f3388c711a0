"""The example does what its page shows; its devices and its comparing."""

import json
import re
import socket
import threading
from pathlib import Path

import pytest

from tests.hosting import page
from tests.hosting.example import EXAMPLE, FAULTS, Device, Service, differences
from tests.transcripts import run_command


def test_the_page_shows_what_the_example_prints() -> None:
    assert page.shown() == page.story()


def test_the_page_shows_the_class_as_it_is() -> None:
    found = re.search(r"```ael\n(.*?)```", page.PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1] in (EXAMPLE / "automate/Hoster/Hosting/WebSite.ael").read_text("utf-8")


def test_the_page_says_what_devices_can_be_told() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", page.PAGE.read_text("utf-8"), re.MULTILINE)
    assert list(FAULTS.items()) == rows


def test_nothing_is_wrong_with_its_datastore() -> None:
    assert "nothing is wrong" in run_command("aelang validate automate ../../datastore", EXAMPLE)


# -- devices -----------------------------------------------------------------------------------------------------

ZONE = {"device": "dns", "action": "add", "id": 3, "type": "/Hosting/Zone/standard", "properties": {"domain": "a.b"}}


def told(folder: Path, *faults: str) -> Device:
    found = Device(folder, "dns")
    for each in faults:
        found.tell(each)
    return found


@pytest.mark.parametrize(("fault", "does_it"), [("fail", False), ("fail-after", True), ("lie", False), ("babble", True),
                                                ("fine", True)])  # fmt: skip
def test_a_device_does_what_it_is_told_to_do_wrong(tmp_path: Path, fault: str, does_it: bool) -> None:
    device = told(tmp_path, fault)
    device.answer(ZONE)
    assert does_it == ("3" in device.services())


def test_what_a_device_is_told_holds_for_one_order(tmp_path: Path) -> None:
    device = told(tmp_path, "fail", "fail")
    assert [True, True, False] == ["error" in device.answer(ZONE) for _ in range(3)]


def test_a_device_refuses_to_add_what_is_there(tmp_path: Path) -> None:
    device = told(tmp_path)
    device.answer(ZONE)
    assert {"error": "dns has a service 3", "nothing_done": True} == device.answer(ZONE)


def test_a_device_that_hangs_answers_others(tmp_path: Path) -> None:
    told(tmp_path, "hang")
    with Service(tmp_path) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        host, _, port = service.address.rpartition(":")
        with socket.create_connection((host, int(port))) as hanging:
            hanging.sendall(json.dumps(ZONE).encode() + b"\n")
            while "hang" in (tmp_path / "dns.faults").read_text():
                pass
            with socket.create_connection((host, int(port))) as other, other.makefile("rb") as answer:
                other.sendall(b'{"device": "dns", "action": "look", "id": 3}\n')
                assert {"there": None} == json.loads(answer.readline())
        service.shutdown()


# -- comparing ---------------------------------------------------------------------------------------------------


def test_listings_with_the_same_lines_say_the_same() -> None:
    assert [] == differences("a 1\nb 2\n", "\nb 2\na 1")


def test_a_line_that_stands_in_one_listing_alone_is_a_difference() -> None:
    assert ["- a 1", "+ a 2"] == differences("a 1\nb", "b\na 2")


def test_a_line_that_stands_there_once_more_is_a_difference() -> None:
    assert ["+ a 1"] == differences("a 1", "a 1\na 1")
