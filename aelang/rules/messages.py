"""Messages: where a target leads, some field answers the message. Otherwise nothing happens there, in silence.

A target without a message of its own sends the one in hand, which is one of those that its field answers; a step does
so too (LANGUAGE 5). That a field answers a message which nobody sends is no fault, for anyone may start a run with it;
but where it is a slip away from one that is sent or answered elsewhere, it was meant to be that.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.names import fold
from aelang.names.provisioning import COMPLEX, INIT, RESOURCE, SIMPLE
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import CODE, HOLE, REFERENCE, FieldOutline, Outline, TargetUse
from aelang.rules.slips import is_slip
from aelang.source import Span

UNANSWERED_MESSAGE = DiagnosticKind(
    "unanswered-message", Severity.WARNING, "no field of `{klass}` answers the message `{message}`: nothing happens"
)
MISSPELT_MESSAGE = DiagnosticKind(
    "misspelt-message", Severity.WARNING, "the field `{name}` answers `{message}`, which nothing here sends"
)


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Messages that no field answers: unanswered-message."""
    fields = {fold(field.name): field for field in compiled.fields(outline)} if outline.targets else {}
    for use in outline.targets:
        field = fields.get(fold(use.field))
        sent = _sent(use, field) if use.scheme == "miqaedb" and use.key != REFERENCE else ()
        if sent and not (field is not None and _is_looked_up(outline, field)):
            yield from _look_at(use, sent, outline, compiled)


def _is_looked_up(outline: Outline, field: FieldOutline) -> bool:
    """Whether the field names a part of a service, or where that lives: no run follows it, and `provisioning` sees what
    it leads to."""
    return outline.provides in (COMPLEX, SIMPLE) and (INIT in field.messages or fold(field.name) == RESOURCE)


def _sent(use: TargetUse, field: FieldOutline | None) -> tuple[str, ...]:
    """The messages of which `use`, of a field or in code, sends one; none where that cannot be said."""
    if field is None or use.key == CODE:
        return () if use.message is None or HOLE in use.message else (use.message.lower() or "create",)
    if use.message is None or (field.kind == "step" and use.key == "value"):
        return () if "*" in field.messages or use.key != "value" else field.messages
    return () if HOLE in use.message else (use.message.lower() or "create",)


def _look_at(use: TargetUse, sent: tuple[str, ...], outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    targets = _led_to(use, compiled)
    answered = {each for target in targets for field in compiled.fields(target) for each in field.messages}
    if not answered or "*" in answered or not answered.isdisjoint(sent):
        return
    near = nearest(sent[0], answered)
    advice = f"did you mean `#{near}`?" if near else f"the fields there answer: {', '.join(sorted(answered))}"
    labels = compiled.declared(targets[0].path, "the class is declared here")
    yield UNANSWERED_MESSAGE.at(place_of(outline, use), advice, labels, klass=f"/{targets[0].path}", message=sent[0])


def _led_to(use: TargetUse, compiled: Compiled) -> list[Outline]:
    """The classes to which `use` may lead: all of them have fields, and there are not too many to look at each."""
    if HOLE not in use.path and "*" not in use.path:
        target = compiled.led_to(use)
        return [] if target is None else [target]
    found: list[Outline] = []
    for path in compiled.patterns.classes(use.path, _MOST_CLASSES):
        entries = (*compiled.index.layers(path), compiled.index.class_at(path))
        found += [
            target for each in entries if each is not None and (target := compiled.outline(each.path)) is not None
        ]
    return found if all(compiled.fields(target) for target in found) else []


_MOST_CLASSES = 30


class Misspelt:
    """Answers to a message that was meant to be another: misspelt-message."""

    def __init__(self, _compiled: Compiled) -> None:
        self._count: Counter[str] = Counter()
        self._answered: list[tuple[str, str, Span]] = []

    @staticmethod
    def note(outline: Outline, _compiled: Compiled) -> Any:  # Any: plain data, which `look` takes
        """How many fields answer a message or targets send it, and the fields that answer one of their own."""
        own = [(field, message) for field in outline.fields for message in field.messages]
        count = Counter(message for _, message in own)
        count.update(use.message.lower() for use in outline.targets if use.message)
        answered = [
            (field.name, message, outline.span(field.message_at or field.place))
            for field, message in own
            if message not in _FROM_OUTSIDE
        ]
        return (count, answered) if count else None

    def look(self, path: str, note: Any, *, own: bool) -> None:
        """Take down the messages of a class."""
        count, answered = note
        self._count.update(count)
        if own:
            self._answered += [(name, message, Span(*place)) for name, message, place in answered]

    def found(self) -> Iterator[Diagnostic]:
        """What is wrong with the classes that were looked at."""
        often = [each for each, count in self._count.items() if count > 1]
        for name, message, place in self._answered:
            if self._count[message] == 1:
                meant = next((each for each in (*_FROM_OUTSIDE, *often) if is_slip(message, each)), None)
                if meant is not None:
                    yield MISSPELT_MESSAGE.at(place, f"did you mean `{meant}`?", name=name, message=message)


_FROM_OUTSIDE = (
    "create", "*", "get_vmname", "get_dialogs", "get_dialog_name", "get_pre_dialog_name", "get_networks",
    "get_host_and_storage", "get_customization", "get_allowed_num_vms", "get_container_info", "get_lease_times",
    "get_ttl_warnings",
    "get_state_machine", "get_auto_approval_state_machine", "get_quota_state_machine", "include_service", "discover",
)  # fmt: skip
"""Messages with which those begin a run who use a datastore, so that nothing in it sends them."""
