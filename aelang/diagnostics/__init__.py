"""What is wrong with a datastore, as values: kinds, diagnostics, and the pages that explain them.

No concrete kind is named here. A kind stands beside the code that reports it.
"""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from aelang.source import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Diagnostic", "DiagnosticKind", "Label", "Severity", "did_you_mean", "nearest", "worst"]


class Severity(Enum):
    """How much a diagnostic weighs; the value is its rank, the heaviest highest."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The severity in lower case, as it is printed."""
        return self.name.lower()


class Label(NamedTuple):
    """A second place that helps to understand a diagnostic: "declared here"."""

    span: Span
    text: str


class Diagnostic(NamedTuple):
    """One finding: its kind, the place, the sentence, and what would put it right.

    `replacement` is the text to write at the place instead, where there is exactly one that is right and safe.
    """

    kind: "DiagnosticKind"
    span: Span
    message: str
    help: str = ""
    labels: tuple[Label, ...] = ()
    replacement: str = ""

    @property
    def severity(self) -> Severity:
        """The severity of its kind."""
        return self.kind.severity


class DiagnosticKind(NamedTuple):
    """A sort of finding: a slug that reads as a sentence after "allow", a severity, a message with holes."""

    slug: str
    severity: Severity
    template: str

    def at(
        self,
        span: Span = NOWHERE,
        help: str = "",  # noqa: A002 - the word authors read
        labels: tuple[Label, ...] = (),
        replacement: str = "",
        **holes: object,
    ) -> Diagnostic:
        """The finding of this kind at `span`; `holes` fill the template."""
        return Diagnostic(self, span, self.template.format(**holes), help, labels, replacement)


def did_you_mean(name: str, known: "Iterable[str]") -> str:
    """A hint that names the word of `known` nearest to `name`, or an empty text where none is near."""
    near = nearest(name, known)
    return "" if near is None else f"did you mean `{near}`?"


def nearest(name: str, known: "Iterable[str]") -> str | None:
    """The word of `known` nearest to `name`, whatever the case; None where none is near, or too many might be.

    Of many words only those are looked at that are about as long and begin or end alike: to compare takes 20 µs each.
    """
    from difflib import get_close_matches  # 5 ms to import: only a datastore with a fault pays for it

    folded = {each.lower(): each for each in known}
    sought = name.lower()
    if sought in folded:
        return folded[sought]
    words = list(folded)
    if len(words) > _MANY:
        words = [
            each
            for each in words
            if abs(len(each) - len(sought)) <= 2 and (each[:2] == sought[:2] or each[-2:] == sought[-2:])
        ]
    near = get_close_matches(sought, words, n=1, cutoff=0.6) if len(words) <= _MANY else ()
    return folded[near[0]] if near else None


_MANY = 300


def worst(found: "list[Diagnostic] | tuple[Diagnostic, ...]") -> Severity | None:
    """The heaviest severity among `found`; None where there is nothing."""
    return max((each.severity for each in found), key=lambda severity: severity.value, default=None)
