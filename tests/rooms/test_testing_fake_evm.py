"""FakeEvm: the handle of methods over a run that is made up."""

from pathlib import Path
from typing import Any

import pytest

from aelang.testing import FakeEvm


def test_a_method_reads_and_sets_attributes_of_a_fake_run() -> None:
    def main(evm: Any) -> None:
        evm.root["price"] = evm.inputs["count"] * 3
        evm.current["seen"] = evm.root["SIZE"]

    evm = FakeEvm(root={"size": "small"}, object={}, inputs={"count": 4})
    assert (0, 12, "small") == (evm.call(main), evm.root["price"], evm.current["seen"])


def test_a_method_that_asks_for_a_retry_leaves_it_on_the_fake_root() -> None:
    evm = FakeEvm()
    assert (0, "retry", 60) == (
        evm.call(lambda evm: evm.retry(60)),
        evm.root["ae_result"],
        evm.root["ae_retry_interval"],
    )


@pytest.mark.parametrize(("end", "code"), [("stop", 8), ("abort", 16)])
def test_a_fake_handle_tells_how_a_method_ended(end: str, code: int) -> None:
    assert code == FakeEvm().call(lambda evm: getattr(evm, end)("enough"))


def test_a_fake_handle_finds_the_records_of_an_inventory(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text("Vm:\n- {id: 7, name: web}\n")
    assert "web" == FakeEvm(inventory=str(file)).vmdb("Vm", 7).name


def test_a_faulty_inventory_is_told(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text("Wm: []\n")
    with pytest.raises(ValueError, match="no service model `Wm`"):
        FakeEvm(inventory=str(file))


def test_a_fake_handle_keeps_what_is_logged() -> None:
    evm = FakeEvm(method="greet")
    evm.log("info", "hello")
    assert ["info: <AEMethod greet> hello"] == evm.log_lines


def test_mails_are_kept_and_nobody_gets_them() -> None:
    evm = FakeEvm()
    assert True is evm.execute("send_email", "a@example.com", "b@example.com", "Hello", "Good day")
    assert [("a@example.com", "Hello")] == [(each["to"], each["subject"]) for each in evm.mails]
