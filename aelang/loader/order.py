"""The order of domains: which of several answers first (LANGUAGE 1, "Domain order")."""

import re
from collections.abc import Iterable, Iterator, Sequence

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.loader.twins import twin
from aelang.model import Attributes, Datastore, Domain
from aelang.names import fold, is_blank
from aelang.regex import regex
from aelang.source import NOWHERE, Span

__all__ = ["VALUE_OF_WRONG_TYPE", "is_enabled", "order_domains", "unread_order"]

VALUE_OF_WRONG_TYPE = DiagnosticKind("value-of-wrong-type", Severity.WARNING, "`{value}` is no {type}: {effect}")
UNKNOWN_DOMAIN = DiagnosticKind("unknown-domain", Severity.ERROR, "there is no domain `{name}`")

_LOWEST = "manageiq"
_FALSE = frozenset(("f", "false", "0", "off"))


def order_domains(
    domains: Iterable[Domain], explicit: Sequence[str] | None = None
) -> tuple[Datastore, tuple[Diagnostic, ...]]:
    """`domains`, given in the order of roots and folders, as a datastore, highest first.

    With `explicit`, the names of the enabled domains, highest first, all others count as disabled. Diagnostics:
    unknown-domain for a name in `explicit`; duplicate-name and case-twins, where only the first domain is kept.
    """
    known, said = _one_of_each(domains)
    ranked = sorted(known.values(), key=_rank)
    if explicit is None:
        return Datastore(tuple(ranked), frozenset(each.name for each in ranked if is_enabled(each))), tuple(said)
    chosen: dict[str, Domain] = {}
    for name in explicit:
        if found := known.get(fold(name)):
            chosen[fold(name)] = found
        else:
            names = tuple(each.name for each in known.values())
            advice = did_you_mean(name, names) or f"there are: {', '.join(names) or 'none'}"
            said.append(UNKNOWN_DOMAIN.at(NOWHERE, advice, name=name))
    others = [each for each in ranked if fold(each.name) not in chosen]
    enabled = frozenset(each.name for each in chosen.values())
    return Datastore((*chosen.values(), *others), enabled), tuple(said)


def unread_order(attributes: Attributes, source: str) -> Iterator[Diagnostic]:
    """What is wrong with the `priority` and `enabled` of a domain, its `attributes` in the file `source`."""
    for key, pattern, effect, advice in _ORDER:
        said = attributes.get(key)
        if said is not None and said.value and not is_blank(said.value) and not pattern.match(said.value):
            yield VALUE_OF_WRONG_TYPE.at(
                said.span(source), advice, value=said.value, type=f"{key} of a domain", effect=effect
            )


_ORDER = (
    ("priority", regex(r"\s*[-+]?[0-9]+\s*\Z"), "only the number counts that it begins with, else 0",
     "write digits only"),
    ("enabled", regex(r"\s*(?:t|f|true|false|0|1|on|off)\s*\Z", re.IGNORECASE), "a run takes it as true",
     "write true or false"),
)  # fmt: skip


def _one_of_each(domains: Iterable[Domain]) -> tuple[dict[str, Domain], list[Diagnostic]]:
    known: dict[str, Domain] = {}
    said: list[Diagnostic] = []
    for domain in domains:
        first = known.setdefault(fold(domain.name), domain)
        if first is not domain:
            said.append(twin("the domain", domain.name, _name_span(domain), first.name, _name_span(first)))
    return known, said


def _name_span(domain: Domain) -> Span:
    name = domain.attributes.get("name")
    return Span(domain.source) if name is None else name.span(domain.source)


def is_enabled(domain: Domain) -> bool:
    """Whether the domain answers without being named: a blank `enabled` means yes; ManageIQ's own always does."""
    said = domain.get("enabled")
    return fold(domain.name) == _LOWEST or is_blank(said) or fold(said or "") not in _FALSE


def _rank(domain: Domain) -> tuple[bool, bool, int]:
    """Sorts the highest first: no priority, then the numbers downwards, ManageIQ's own at the end."""
    said = domain.get("priority")
    number = re.match(r"\s*[-+]?[0-9]+", said or "")
    return fold(domain.name) == _LOWEST, not is_blank(said), -int(number[0]) if number else 0
