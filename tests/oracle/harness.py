"""The judge: for each vector passed, deviated, left out or failed, and why."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from tests.oracle import compare, runs, units
from tests.oracle.compare import Difference, Observed, is_plain_ruby, our_name
from tests.oracle.vectors import Deviation, Vector, left_out


class Verdict(Enum):
    """What became of a vector; the value is the word of the report."""

    PASSED = "passed"
    DEVIATED = "deviated"
    LEFT_OUT = "left out"
    FAILED = "failed"


class Judgement(NamedTuple):
    """A verdict, its reason in a word or number, and for a failure what differs."""

    verdict: Verdict
    reason: str = ""
    differences: tuple[Difference, ...] = ()


class Tally(NamedTuple):
    """How many vectors were judged how."""

    passed: int = 0
    deviated: int = 0
    left_out: int = 0
    failed: int = 0

    def __str__(self) -> str:
        ran = self.passed + self.deviated + self.failed
        return (
            f"oracle: ran {ran}, passed {self.passed}, deviated {self.deviated}, "
            f"left out {self.left_out}, failed {self.failed}"
        )

    @property
    def is_good(self) -> bool:
        """Whether something ran and nothing failed."""
        return not self.failed and bool(self.passed + self.deviated)


def tally(verdicts: list[Verdict]) -> Tally:
    """The count of each verdict."""
    return Tally(
        *(verdicts.count(each) for each in (Verdict.PASSED, Verdict.DEVIATED, Verdict.LEFT_OUT, Verdict.FAILED))
    )


def reason_to_leave_out(vector: Vector) -> str:
    """Why `vector` is not run, blank where it is."""
    if not vector.fault and "fn" in vector.data and not units.has_counterpart(vector.data["fn"]):
        return units.why_not(vector.data["fn"])
    return left_out(vector)


def judge(vector: Vector, deviations: dict[str, Deviation]) -> Judgement:
    """Runs `vector`, and says what becomes of it."""
    if vector.fault:
        return Judgement(Verdict.FAILED, "malformed", (Difference("vector", "a vector", vector.fault),))
    if reason := reason_to_leave_out(vector):
        return Judgement(Verdict.LEFT_OUT, reason)
    differences = _unit(vector) if "fn" in vector.data else _run(vector)
    return _verdict(vector, differences, deviations.get(vector.id))


def _verdict(vector: Vector, differences: list[Difference], named: Deviation | None) -> Judgement:
    if named is not None and differences:
        return Judgement(Verdict.DEVIATED, named.number)
    if named is not None and named.ours:
        expected = f"a difference under {named.number}: {named.note}"
        return Judgement(Verdict.FAILED, "no longer deviates", (Difference("deviations.toml", expected, "none"),))
    if differences and differences[0].part == _PLAIN_RUBY:
        return Judgement(Verdict.DEVIATED, "D3")
    return Judgement(Verdict.FAILED if differences else Verdict.PASSED, "", tuple(differences))


_PLAIN_RUBY = "a plain error of Ruby"


def _plain_ruby(exception: str, message: str, failure: str | None) -> list[Difference]:
    """The one difference of a vector that ends in one of Ruby's own errors: a deviation where a failure stands for
    it (D3), be it one that cuts an object short (D17), or where lists with nil are in order (D13)."""
    if failure is not None or "comparison of NilClass with" in message or "with nil failed" in message:
        return [Difference(_PLAIN_RUBY, exception, failure)]
    return [Difference("outcome", f"any failure, for {exception}: {message}", "ok")]


def _unit(vector: Vector) -> list[Difference]:
    wanted: str | None = vector.data.get("exception")
    message = str(vector.data.get("message"))
    try:
        found = units.answer(vector.data["fn"], vector.data["args"])
    except Exception as error:  # what a function raises is what is judged here
        ours = units.our_exception(error)
        if ours is None:
            return [Difference("fault", wanted or vector.data.get("result"), repr(error))]
        if wanted is not None and is_plain_ruby(wanted):
            return _plain_ruby(wanted, message, ours)
        if wanted is not None and our_name(wanted) == ours:
            return []
        return [Difference("outcome", wanted or vector.data.get("result"), f"{ours}: {error}")]
    if wanted is not None:
        if is_plain_ruby(wanted):
            return _plain_ruby(wanted, message, None)
        return [Difference("outcome", wanted, found)]
    expected = units.compared(vector.data["fn"], vector.data.get("result"))
    return [] if compare.same(expected, found) else [Difference("result", expected, found)]


def _run(vector: Vector) -> list[Difference]:
    try:
        return _deliveries(vector) if "deliver" in vector.data else _differences(vector.data, runs.run(vector))
    except Exception as error:  # a fault of ours, or of the line, is a failed vector, and the others go on
        wanted = vector.data.get("outcome", "deliveries")
        return [Difference("fault", wanted, f"{type(error).__name__}: {error} ({_place(error)})")]


def _differences(expected: Mapping[str, Any], found: Observed) -> list[Difference]:
    exception = expected.get("exception")
    if expected["outcome"] == "exception" and exception and is_plain_ruby(exception):
        failure = found.exception or next(iter(found.dropped), None)
        return _plain_ruby(exception, str(expected.get("message")), failure)
    return compare.differences(expected, found)


def _deliveries(vector: Vector) -> list[Difference]:
    """What differs in the deliveries of a vector; those after the first that differs are not looked at."""
    expected = vector.data["deliveries"]
    ran = 0
    for number, (uri, found, after) in enumerate(runs.deliver(vector), 1):
        ran = number
        wanted = expected[number - 1]
        differences = _differences(wanted, found)
        if number == 1 and wanted.get("uri") not in (None, uri):
            differences.append(Difference("uri", wanted["uri"], uri))
        requeue = wanted.get("requeue")
        if requeue is not None and requeue["in_seconds"] != after:
            differences.append(Difference("requeue", requeue["in_seconds"], after))
        if differences:
            return [each._replace(part=_of_delivery(number, each.part)) for each in differences]
    return [] if ran == len(expected) else [Difference("deliveries", len(expected), ran)]


def _of_delivery(number: int, part: str) -> str:
    return part if part == _PLAIN_RUBY else f"delivery {number}: {part}"


def _place(error: BaseException) -> str:
    from traceback import extract_tb

    frames = extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
