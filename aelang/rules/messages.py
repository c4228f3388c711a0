"""Messages: where a target leads, some field answers the message. Otherwise nothing happens there, in silence."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, nearest
from aelang.rules.compiled import Compiled, place_of
from aelang.rules.outline import HOLE, Outline, TargetUse

UNANSWERED_MESSAGE = DiagnosticKind(
    "unanswered-message", Severity.WARNING, "no field of `{klass}` answers the message `{message}`: nothing happens"
)


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """Targets with a message that no field answers: unanswered-message."""
    for outline in compiled.outlines():
        for use in outline.targets:
            if use.message is not None and HOLE not in use.message and use.leads_to is not None:
                yield from _look_at(use, use.message, outline, compiled)


def _look_at(use: TargetUse, message: str, outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    target = compiled.outline(use.leads_to or "")
    sent = message.lower() or "create"
    if target is None or not target.fields:
        return
    answered = {each for field in target.fields for each in field.messages}
    if sent not in answered and "*" not in answered:
        near = nearest(sent, answered)
        advice = f"did you mean `#{near}`?" if near else f"the fields there answer: {', '.join(sorted(answered))}"
        labels = compiled.declared(target.path, "the class is declared here")
        yield UNANSWERED_MESSAGE.at(place_of(outline, use), advice, labels, klass=f"/{target.path}", message=sent)
