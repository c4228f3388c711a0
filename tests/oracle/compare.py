"""Comparing what came out of a run with what a vector says should have."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Observed(NamedTuple):
    """What came out of a run, written as in a vector. `exception` is a name of `failures`, None where none climbed;
    `dropped` names the failures that cut an object short."""

    exception: str | None
    message: str
    roots: list[dict[str, Any]]
    nodes: list[str]
    root: dict[str, Any] | None
    state_vars: dict[str, Any]
    log: list[str]
    dropped: list[str]


class Difference(NamedTuple):
    """One thing that came out otherwise: where, what the vector says, what the run gave."""

    part: str
    expected: object
    actual: object

    def __str__(self) -> str:
        return f"{self.part}\n    expected: {self.expected}\n    actual:   {self.actual}"


_OURS = {"MiqAeException::Error": "AutomateError"}


def is_plain_ruby(exception: str) -> bool:
    """Whether a vector's exception is one of Ruby's own (D3), not one of the engine's."""
    return not exception.startswith("MiqAeException::")


def our_name(exception: str) -> str:
    """The name in `failures` of an exception of the engine."""
    return _OURS.get(exception, exception.removeprefix("MiqAeException::"))


def differences(expected: Mapping[str, Any], actual: Observed) -> list[Difference]:
    """Everything in which `actual` is not what the vector `expected` says."""
    return [
        *_outcome(expected, actual),
        *_trees("roots", expected["roots"], actual.roots),
        *_equal("nodes", expected["nodes"], actual.nodes),
        *_attributes("root", expected.get("root"), actual.root),
        *_attributes("state_vars", expected.get("state_vars") or {}, actual.state_vars),
        *_log(expected.get("log") or [], actual.log),
    ]


def _equal(part: str, expected: object, actual: object) -> Iterator[Difference]:
    if expected != actual:
        yield Difference(part, expected, actual)


def _outcome(expected: Mapping[str, Any], actual: Observed) -> Iterator[Difference]:
    exception = expected.get("exception") if expected["outcome"] == "exception" else None
    if exception is None:
        wanted = None
    elif is_plain_ruby(exception):
        wanted = f"{exception} (any failure)"
    else:
        wanted = our_name(exception)
    if wanted != actual.exception:
        yield Difference("outcome", _told(wanted, expected.get("message")), _told(actual.exception, actual.message))


def _told(exception: str | None, message: object) -> str:
    return "ok" if exception is None else f"{exception}: {message}"


# -- trees -------------------------------------------------------------------------------------------------------


def _trees(part: str, expected: Sequence[Any], actual: Sequence[Any]) -> Iterator[Difference]:
    names = [each["object_name"] for each in expected], [each["object_name"] for each in actual]
    yield from _equal(part, *names)
    for at, (left, right) in enumerate(zip(expected, actual, strict=False)):
        yield from _tree(f"{part}[{at}]", left, right)


def _tree(part: str, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[Difference]:
    for key in ("namespace", "class", "instance"):
        yield from _equal(f"{part}.{key}", expected[key], actual[key])
    yield from _attributes(part, expected["attributes"], actual["attributes"])
    yield from _trees(f"{part}.children", expected["children"], actual["children"])


def _attributes(
    part: str, expected: Mapping[str, Any] | None, actual: Mapping[str, Any] | None
) -> Iterator[Difference]:
    if expected is None or actual is None:
        yield from _equal(part, expected, actual)
        return
    for name in sorted(expected.keys() | actual.keys()):
        left, right = expected.get(name, "absent"), actual.get(name, "absent")
        if not (_is_reason(name, left, right) or same(left, right)):
            yield Difference(f"{part}.{name}", left, right)


def _is_reason(name: str, expected: Any, actual: Any) -> bool:
    """Whether both are a reason that is told: its words are ours."""
    return name == "ae_reason" and bool(_text_of(expected).strip()) and bool(_text_of(actual).strip())


def _text_of(typed: Any) -> str:
    return str(typed.get("value") or "") if isinstance(typed, dict) else ""


def same(expected: Any, actual: Any) -> bool:
    """Whether two values written `{type, value}` are equal: types too, 1 is not 1.0 and not true."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return type(expected) is type(actual) and (expected == actual or (expected != expected and actual != actual))


# -- log ---------------------------------------------------------------------------------------------------------

_COMPARED = re.compile(
    r"Instantiating|Updated namespace|Following Relationship|Followed  Relationship"
    r"|(?:Class|Instance) \[.*\] not found"
)
_GAP = re.compile(r"\[\d+ lines cut\]")
_CUT = "[cut]"


def compared_lines(log: Sequence[str]) -> list[str]:
    """The lines of `log` that are compared, without their level; a gap in the log is a line of its own."""
    texts = (line if _GAP.match(line) else line.partition(": ")[2] for line in log)
    return [text for text in texts if _COMPARED.match(text) or _GAP.match(text)]


def _log(expected: Sequence[str], actual: Sequence[str]) -> Iterator[Difference]:
    left, right = compared_lines(expected), compared_lines(actual)
    gap = next((at for at, line in enumerate(left) if _GAP.match(line)), None)
    if gap is not None:
        tail = len(left) - gap - 1
        left = left[:gap] + left[gap + 1 :]
        right = right[:gap] + right[len(right) - tail :] if tail else right[:gap]
    for at in range(max(len(left), len(right))):
        line, ours = (lines[at] if at < len(lines) else "nothing more" for lines in (left, right))
        if not _same_line(line, ours):
            yield Difference(f"log, line {at + 1} of {len(left)}", line, ours)
            return


def _same_line(expected: str, actual: str) -> bool:
    if "ae_state_data" in expected:  # of a re-delivery: what is behind `?` holds ids of the recording
        expected, actual = expected.partition("?")[0], actual.partition("?")[0]
    if _CUT in expected:
        return actual.startswith(expected.partition(_CUT)[0].rstrip())
    return expected == actual
