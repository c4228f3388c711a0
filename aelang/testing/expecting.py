"""Expecting: what a test expects is compared with what a run did; each difference is a failure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, assert_never

from aelang.diagnostics import Diagnostic
from aelang.interpreter.failures import AutomateError
from aelang.interpreter.outcome import Failed, Finished, Outcome, Retry
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, inspect, mask_secrets, sanitize, to_text
from aelang.interpreter.workspace import Workspace, WorkspaceObject
from aelang.names import fold
from aelang.services import Catalog
from aelang.services.record import Record
from aelang.services.records import Reference
from aelang.testing.nodes import (
    Attributes,
    Called,
    Calls,
    Complaints,
    Ending,
    Expectation,
    Findings,
    NeverCalled,
    RecordState,
    TraceLines,
    Wanted,
)
from aelang.testing.pages import Complaint
from aelang.testing.stand_ins import Call, fits, shown_call


class Failure(NamedTuple):
    """What is not as expected: what it is about, the line of the expectation, both texts where there are two."""

    what: str
    line: int
    expected: str = ""
    actual: str = ""


class Ran(NamedTuple):
    """A run that is over: its outcome, the root's attributes, and what was seen on the way."""

    outcome: Outcome
    root: Mapping[str, RunValue]
    workspace: Workspace
    retries: int
    trace: Sequence[str]
    calls: Sequence[Call]
    catalog: Catalog


def unmet(expected: Sequence[Expectation], ran: Ran | None, findings: Sequence[Diagnostic]) -> list[Failure]:
    """What of `expected` is not so. `ran` is None where nothing was run."""
    found = [failure for each in expected for failure in _unmet(each, ran, findings)]
    return [_clean(each) for each in found]


def _clean(failure: Failure) -> Failure:
    """`failure` without passwords."""
    what, line, expected, actual = failure
    return Failure(sanitize(mask_secrets(what)), line, sanitize(expected), sanitize(actual))


def _unmet(expected: Expectation, ran: Ran | None, findings: Sequence[Diagnostic]) -> Iterator[Failure]:
    if isinstance(expected, Findings):
        yield from _unmet_findings(expected, findings)
    elif isinstance(expected, Complaints):
        yield from _unmet_complaints(expected, findings)
    elif ran is not None:
        yield from _unmet_by_run(expected, ran)


def _unmet_findings(expected: Findings, findings: Sequence[Diagnostic]) -> Iterator[Failure]:
    """A failure with the kinds that are missing, and the findings that nobody expects."""
    missing, extra = list(expected.slugs), []
    for each in findings:
        if each.kind.slug in missing:
            missing.remove(each.kind.slug)
        else:
            extra.append(f"{each.kind.slug}: {each.message}  ({each.span.source}:{each.span.line})")
    if missing or extra:
        yield Failure("findings", expected.line, "\n".join(missing), "\n".join(extra))


def _unmet_complaints(expected: Complaints, findings: Sequence[Diagnostic]) -> Iterator[Failure]:
    found = sorted(Complaint(each.severity.word, each.kind.slug, each.span.source, each.span.line) for each in findings)
    if list(expected.complaints) != found:
        yield Failure("findings", expected.line, _complaint_lines(expected.complaints), _complaint_lines(found))


def _complaint_lines(several: Sequence[Complaint]) -> str:
    return "\n".join(f"{each.severity}: [{each.slug}] {each.path}:{each.line}" for each in several)


def _unmet_by_run(
    expected: Attributes | Ending | TraceLines | Calls | NeverCalled | RecordState, ran: Ran
) -> Iterator[Failure]:
    match expected:
        case Ending():
            yield from _unmet_ending(expected, ran)
        case Attributes("", wanted):
            yield from _unmet_attributes("root", wanted, ran.root)
        case Attributes():
            yield from _unmet_object(expected, ran)
        case TraceLines():
            yield from _unmet_trace(expected, ran)
        case Calls():
            yield from _unmet_calls(expected, ran)
        case NeverCalled(methods, line):
            for name in methods:
                called = [shown_call(call) for call in ran.calls if fits(name, call.method)]
                if called:
                    yield Failure(f"never {name}", line, "", "\n".join(called))
        case RecordState():
            yield from _unmet_record(expected, ran)
        case _:
            assert_never(expected)


# -- how it ended --------------------------------------------------------------------------------------------------


def _unmet_ending(expected: Ending, ran: Ran) -> Iterator[Failure]:
    wanted = expected.wanted
    if isinstance(ran.outcome, Failed) and expected.what in ("result", "failed"):
        said = failure_text(ran.outcome.error)
        if expected.what == "result" or not _meets(wanted, said):
            yield Failure(expected.what, wanted.line, _shown_wanted(wanted), f"the run failed: {said}")
        return
    actual = _ending(expected.what, ran)
    if not _meets(wanted, actual):
        reason = to_text(_ending("reason", ran)) if expected.what == "result" else ""
        more = f"  ({reason})" if reason else ""
        shown = "the run did not fail" if expected.what == "failed" else _shown(actual) + more
        yield Failure(expected.what, wanted.line, _shown_wanted(wanted), shown)


def _ending(what: str, ran: Ran) -> RunValue:
    outcome = ran.outcome
    match what:
        case "result":
            return outcome.result if isinstance(outcome, Finished) else "retry" if isinstance(outcome, Retry) else None
        case "reason":
            return outcome.reason if isinstance(outcome, Finished) else to_text(ran.root.get("ae_reason"))
        case "rollback":
            return outcome.rollback if isinstance(outcome, Finished) else ""
        case "state":
            return to_text(ran.root.get("ae_state"))
        case "retries":
            return ran.retries
        case _:  # failed
            return None


def failure_text(error: AutomateError) -> str:
    """The failure as `aelang run` says it: its name and its message."""
    return f"{type(error).__name__}: {error.message}" + (f" {error.detail}" if error.detail else "")


# -- objects and records -------------------------------------------------------------------------------------------


def _unmet_attributes(name: str, wanted: Mapping[str, Wanted], found: Mapping[str, RunValue]) -> Iterator[Failure]:
    for key, each in wanted.items():
        actual = found.get(key)
        if not _meets(each, actual):
            yield Failure(f"{name}.{key}", each.line, _shown_wanted(each), _shown(actual))


def _unmet_object(expected: Attributes, ran: Ran) -> Iterator[Failure]:
    found = [obj for obj in ran.workspace.nodes if _is_at(expected.path, obj)]
    if not found:
        built = "\n".join(obj.object_name for obj in ran.workspace.nodes)
        yield Failure(f"object {expected.path}", expected.line, expected.path, built or "no object")
        return
    of_each = [list(_unmet_attributes(expected.path, expected.wanted, obj.attributes)) for obj in found]
    if all(of_each):  # of several objects of a name one has to fit
        yield from min(of_each, key=len)


def _is_at(path: str, obj: WorkspaceObject) -> bool:
    name, wanted = fold(obj.object_name), fold(path)
    return name == wanted or f"/{name.lstrip('/').partition('/')[2]}" == wanted


def _unmet_record(expected: RecordState, ran: Ran) -> Iterator[Failure]:
    name = f"{expected.model} {expected.id}"
    row = ran.catalog.records.find(expected.model, expected.id)
    if row is None:
        yield Failure(f"record {name}", expected.line, name, "no such record")
    else:
        yield from _unmet_attributes(name, expected.wanted, row.columns)


# -- the way -------------------------------------------------------------------------------------------------------

_SHOWN_LINES = 40


def _unmet_trace(expected: TraceLines, ran: Ran) -> Iterator[Failure]:
    at = 0
    for text in expected.texts:
        found = next((number for number in range(at, len(ran.trace)) if text in ran.trace[number]), None)
        if found is None:
            rest = ran.trace[at : at + _SHOWN_LINES]
            yield Failure("trace", expected.line, text, "\n".join(rest) or "nothing more is told")
            return
        at = found + 1


def _unmet_calls(expected: Calls, ran: Ran) -> Iterator[Failure]:
    at = 0
    for call in expected.calls:
        found = next((number for number in range(at, len(ran.calls)) if _is_call(call, ran.calls[number])), None)
        if found is None:
            happened = "\n".join(shown_call(each) for each in ran.calls[at:]) or "no call"
            yield Failure("calls", call.line, _shown_called(call), happened)
            return
        at = found + 1


def _is_call(expected: Called, call: Call) -> bool:
    if not fits(expected.method, call.method):
        return False
    inputs = {fold(name): value for name, value in call.inputs.items()}
    return all(_meets(wanted, inputs.get(name)) for name, wanted in expected.inputs.items())


def _shown_called(call: Called) -> str:
    return f"{call.method}({', '.join(f'{name}: {_shown_wanted(each)}' for name, each in call.inputs.items())})"


# -- values --------------------------------------------------------------------------------------------------------


def _meets(wanted: Wanted, actual: RunValue) -> bool:
    match wanted.how:
        case "present":
            return (actual is not None) == (wanted.value is not False)
        case "absent":
            return (actual is None) == (wanted.value is not False)
        case "contains":
            if isinstance(actual, list):
                return any(equals(wanted.value, each) for each in actual)
            return (wanted.spelling or to_text(wanted.value)) in to_text(actual)
        case "matches":
            import re2

            return re2.search(wanted.spelling or "", to_text(actual)) is not None
        case "not":
            return not (equals(wanted.value, actual) or (wanted.spelling is not None and wanted.spelling == actual))
        case _:
            return equals(wanted.value, actual) or (wanted.spelling is not None and wanted.spelling == actual)


def equals(wanted: object, actual: object) -> bool:
    """Whether the two are the same to an author: text that spells a number is that number, as `false` is in text."""
    match wanted, actual:
        case Reference(model, number), Record():
            return actual.id == number and actual.model_is(model)
        case dict(), dict():
            known = {_key(key): value for key, value in actual.items()}
            return len(wanted) == len(known) and all(
                _key(key) in known and equals(value, known[_key(key)]) for key, value in wanted.items()
            )
        case list(), list() | tuple():
            return len(wanted) == len(actual) and all(map(equals, wanted, actual))
        case bool(), bool():
            return wanted is actual
        case bool(), str():
            return actual in (("true", "t") if wanted else ("false", "f"))
        case bool(), _:
            return False
        case int() | float(), bool():
            return False
        case int() | float(), str():
            return to_text(wanted) == actual
        case str(), Symbol() | Password() | datetime() | int() | float():
            return wanted == (MASK if isinstance(actual, Password) else to_text(actual))
        case datetime(), str():
            return to_text(wanted) == actual
        case _:
            return bool(wanted == actual)


def _key(key: object) -> object:
    """A key as a test can write it: YAML's are texts."""
    match key:
        case Symbol(name):
            return name
        case int() | float() if not isinstance(key, bool):
            return to_text(key)
        case _:
            return key


def _shown(value: RunValue) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Record):
        return f"{value.model} {value.id}"
    return value if isinstance(value, str) and value else inspect(value)


def _shown_wanted(wanted: Wanted) -> str:
    said = wanted.spelling if wanted.spelling is not None else _shown_value(wanted.value)
    match wanted.how:
        case "is":
            return said if said != "" else '""'
        case "present" | "absent":
            return "something" if (wanted.how == "present") == (wanted.value is not False) else "nothing"
        case how:
            return f"{how} {said}"


def _shown_value(value: object) -> str:
    if isinstance(value, Reference):
        return f"{value.model} {value.id}"
    return "nothing" if value is None else inspect(value)  # type: ignore[arg-type]  # a test writes no other values
