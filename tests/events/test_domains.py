"""The domains that ManageIQ has published: their own instances of events are worked by the same handlers."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aelang.ir import Image
from aelang.project import open_project
from tests.events.hearing import Hearing
from tests.events.test_rows import rows
from tests.requests.stores import SqliteStores

CORPUS = Path(os.environ.get("AELANG_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
DARGA, NOW = CORPUS / "manageiq-darga" / "ManageIQ", CORPUS / "manageiq-content" / "ManageIQ"

OTHERWISE = {
    "USER_REMOVE_VM": "vm_unregister", "USER_REMOVE_VM_FINISHED": "vm_unregister",
    "USER_REMOVE_VM_TEMPLATE_FINISHED": "vm_unregister",
}  # fmt: skip
"""What the older domain says in place of our own."""


@pytest.fixture(params=[DARGA, NOW], ids=["darga", "now"])
def published(request: pytest.FixtureRequest, stores: SqliteStores) -> Hearing:
    """A worker with one of the domains."""
    if not request.param.is_dir():
        pytest.skip(f"ManageIQ's own domain is not at {request.param} (AELANG_CORPUS)")
    return Hearing(stores.new(), open_project([str(request.param)]))


def _instances(image: Image, source: str) -> list[str]:
    """The events of a source that the domain knows."""
    found = next((layer for layer in image.index.layers(f"System/Event/EmsEvent/{source}")), None)
    return [] if found is None else [str(name) for name in found.instances]


def test_the_events_that_both_know_raise_the_same_general_ones(
    published: Hearing, hear: Callable[..., Hearing]
) -> None:
    image = published.datastore.image
    both = [(source, name, general) for source, name, general in rows() if name.lower() in _instances(image, source)]
    for source, name, _ in both:
        published.receive(name, source=source, host_ems_ref="/hosts/5")
    published.work()
    wanted = {name: {general, OTHERWISE.get(name, general)} for _, name, general in both}
    found = {str(row.columns["event_type"]): {line[1] for line in published.handled(row.id) if line[0] == "policy"}
             for row in published.events("EmsEvent")}  # fmt: skip
    assert len(both) > 30
    assert {} == {name: said for name, said in found.items() if said and not said <= wanted.get(name, said)}


def test_no_event_of_a_published_domain_fails(published: Hearing) -> None:
    image = published.datastore.image
    names = [(source, name) for source in ("RHEVM", "OPENSTACK", "VC", "EVM", "AMAZON", "GOOGLE")
             for name in _instances(image, source) if name != ".missing"]  # fmt: skip
    for source, name in names:
        published.receive(name, source=source, host_ems_ref="/hosts/5", dest_host_ems_ref="/hosts/5")
    published.work()
    failed = {row.columns["event_type"]: published.failure(row.id) for row in published.events("EmsEvent")
              if published.failure(row.id)}  # fmt: skip
    assert {} == failed
