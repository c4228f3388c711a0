"""Builtin methods, called by a field of a small datastore."""

from email import message_from_bytes
from pathlib import Path

import pytest

from aelang import model
from aelang.engine import Engine
from aelang.interpreter.outcome import Failed, Finished
from aelang.interpreter.trace import Event, Logged
from aelang.methods import Runners
from tests.datastores import attributes, compiled, engine, field, instance, klass, texts


def _class(call: str, *methods: model.Method, **values: str) -> model.Class:
    schema = [*(field("attribute", name, value) for name, value in values.items()), field("method", "m", call)]
    return klass("N/C", schema, [instance("i")], methods)


def _builtin(name: str, location: str = "builtin") -> model.Method:
    return model.Method(texts({"name": name, "location": location, "language": "ruby"}), (), (), {}, None, "m.yaml")


@pytest.mark.parametrize(
    ("request_type", "target"),
    [
        ("vm_provision", ("VM", "Lifecycle", "Provisioning")),
        ("service_retire", ("Service", "Lifecycle", "Retirement")),
        ("configured_system_provision", ("Configured_System", "Lifecycle", "Provisioning")),
        ("provision_via_automation_manager", ("AutomationManager", "Lifecycle", "Provisioning")),
        ("nothing_known", (None, None, None)),
    ],
)
def test_an_automation_request_is_taken_apart(request_type: str, target: tuple[str | None, ...]) -> None:
    name = "parse_automation_request"
    found = attributes("/N/C/i", _class(name, _builtin(name), request=request_type))
    assert (found["target_component"], found["target_class"], found["target_instance"]) == target


def test_a_request_may_say_its_provider_category_by_what_it_is() -> None:
    name = "parse_automation_request"
    found = attributes("/N/C/i", _class(name, _builtin(name), request="provision_via_automation_manager"))
    assert "AutomationManagement" == found["ae_provider_category"]


@pytest.mark.parametrize(("platform", "category"), [("infra", "infrastructure"), ("cloud", "cloud")])
def test_the_provider_category_is_that_of_the_platform(platform: str, category: str) -> None:
    name = "parse_provider_category"
    found = attributes("/N/C/i", _class(name, _builtin(name), platform_category=platform))
    assert found["ae_provider_category"] == category


def test_without_anything_to_tell_from_the_provider_category_is_unknown() -> None:
    name = "parse_provider_category"
    assert attributes("/N/C/i", _class(name, _builtin(name)))["ae_provider_category"] == "unknown"


def test_an_event_without_event_stream_aborts_the_run() -> None:
    name = "parse_event_stream"
    outcome = engine(_class(name, _builtin(name))).run("/N/C/i")
    assert isinstance(outcome, Failed) and outcome.error.message == "Event Stream object not found"


def test_log_object_writes_every_attribute() -> None:
    events: list[Event] = []
    engine(_class("log_object", a="1")).run("/N/C/i", trace=events.append)
    assert "\ta: 1" in [event.text for event in events if isinstance(event, Logged)]


def test_log_workspace_writes_the_workspace_as_xml() -> None:
    events: list[Event] = []
    engine(_class("log_workspace")).run("/N/C/i", trace=events.append)
    assert any(event.text.startswith("<MiqAeWorkspace>") for event in events if isinstance(event, Logged))


def test_a_method_that_nothing_can_run_fails_saying_so() -> None:
    outcome = engine(_class("m", _builtin("m", "playbook"))).run("/N/C/i")
    assert isinstance(outcome, Failed)


MAIL = 'send_email(to => "a@example.com", from => "b@example.com", subject => "Hello", body => "Good day")'


def _mail(spool: Path, call: str = MAIL) -> object:
    return Engine(compiled(_class(call))[0], methods=Runners(spool=str(spool))).run("/N/C/i")


def test_mail_is_written_to_the_spool(tmp_path: Path) -> None:
    assert isinstance(_mail(tmp_path), Finished)
    (written,) = tmp_path.glob("*.eml")
    mail = message_from_bytes(written.read_bytes())
    assert (mail["To"], mail["From"], mail["Subject"], mail.get_content_type()) == (
        "a@example.com", "b@example.com", "Hello", "text/html",
    )  # fmt: skip


def test_a_spool_that_cannot_be_written_aborts_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert isinstance(_mail(tmp_path / "file" / "below"), Failed)


def test_a_mail_without_receiver_is_a_missing_parameter(tmp_path: Path) -> None:
    outcome = _mail(tmp_path, 'send_email(from => "b@example.com", subject => "x", body => "y")')
    assert isinstance(outcome, Failed) and "requires parameter [to]" in outcome.error.message
