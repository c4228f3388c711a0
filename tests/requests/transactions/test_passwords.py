"""A property that is a password is kept as its ciphertext: only the module reads it, and only when it asks."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from aelang.interpreter.values import Password
from aelang.project import Compilation
from aelang.requests.store import Store
from aelang.requests.transactions.accounts import find_account
from aelang.requests.transactions.keeping import services_of
from aelang.requests.transactions.planning import Add, CannotPrepare, Modify
from aelang.services.passwords import KeyFile
from tests.requests.transactions.shop import SERVER, Company, Servers, open_company, simple, values, write_company

KEY = "---\n:algorithm: aes-256-cbc\n:key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
LOCKED = """class Locked < /Provisioning/ComplexService

  password secret
  relationship box on init = /Hosting/Box/standard?code=$Locked::secret&fixed=0000

  instance standard
"""
BOX = simple("Box", "one", "joined").replace("attribute joined\n", "password code\n  password fixed\n")
JOINED = simple("Joined", "one", "joined = \"'x' + ::code\"; note").replace("attribute note\n", "password code\n")
GUARDED = SERVER.replace("  attribute address\n", "  attribute address\n  password key = {key}\n")


class Vault(Servers):
    """Servers that keep what they were told."""

    told: list[dict[str, Any]]

    def _execute(self, call: Any) -> None:
        self.told = [*getattr(self, "told", []), call.handle.state_vars["command"]]


@pytest.fixture(autouse=True)
def key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    path = tmp_path_factory.mktemp("key") / "v2_key"
    path.write_text(KEY)
    monkeypatch.setenv("AELANG_KEY_FILE", str(path))
    return KeyFile()


@pytest.fixture
def opened(tmp_path: Path, key: KeyFile) -> Compilation:
    server = GUARDED.format(key=key.encrypt("opensesame"))
    changed = {"Locked": LOCKED, "Box": BOX, "Joined": JOINED, "Server": server}
    return open_company(write_company(tmp_path / "shop", changed))


@pytest.fixture
def work(store: Store, tmp_path: Path, opened: Compilation) -> Company:
    made = Company(store, tmp_path, Vault(tmp_path / "servers.json"), opened)
    made.account()
    return made


def told(work: Company) -> dict[str, Any]:
    """What the module was told last."""
    assert isinstance(work.servers, Vault)
    return work.servers.told[-1]


def everything(store: Store) -> str:
    names = ("requests", "tasks", "service_params", "database_commands", "commands", "journal", "queue")
    with store.reading() as connection:
        return str([connection.execute(text(f"SELECT * FROM {name}")).all() for name in names])


def test_a_password_reaches_the_module_alone(work: Company, key: KeyFile) -> None:
    work.order(Add("/Hosting/Locked/standard", values(SECRET="hunter2")))
    work.work()
    properties = told(work)["services"][0]["properties"]
    assert ["hunter2", "0000"] == [key.decrypt(properties[name].ciphertext) for name in ("code", "fixed")]
    assert "hunter2" not in everything(work.store)
    with work.store.reading() as connection:
        found = services_of(connection, find_account(connection, "acme").id)
    assert {"********"} == {str(each.values.get("secret") or each.values.get("code")) for each in found}


def test_a_password_that_is_changed_is_kept_in_the_same_way(work: Company, key: KeyFile) -> None:
    work.order(Add("/Hosting/Locked/standard", values(secret="hunter2")))
    work.work()
    work.order(Modify(1, values(secret="hunter3")))
    work.work()
    (box,) = told(work)["services"]
    assert ("hunter3", "hunter2") == tuple(
        key.decrypt(box[each]["code"].ciphertext) for each in ("properties", "before")
    )
    assert "hunter3" not in everything(work.store)


def test_a_module_is_told_the_passwords_of_its_resource(work: Company, key: KeyFile) -> None:
    work.order(Add("/Hosting/Zone/standard", values(domain="x")))
    work.work()
    found = told(work)["resource_properties"]["key"]
    assert (Password, "opensesame") == (type(found), key.decrypt(found.ciphertext))


def test_a_password_is_joined_to_nothing(work: Company) -> None:
    work.order(Add("/Hosting/Joined/standard", values(code="hunter2")))
    work.work()
    assert "`joined` of Joined is joined from a password" in str(work.standing(1).commands[0].message)


def test_without_a_key_there_is_no_password(work: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AELANG_KEY_FILE")
    with pytest.raises(CannotPrepare, match="`secret` of /Hosting/Locked/standard cannot be kept: there is no key for"):
        work.order(Add("/Hosting/Locked/standard", values(secret="hunter2")))
    assert "hunter2" not in everything(work.store)
