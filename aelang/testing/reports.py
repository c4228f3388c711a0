"""Reports: what came of tests, for people, as JSON and as JUnit."""

import json
from collections.abc import Iterator, Mapping, Sequence

from aelang.testing.expecting import Failure
from aelang.testing.results import Result


def text_lines(results: Sequence[Result], *, verbose: bool) -> Iterator[str]:
    """The failures, and with `verbose` every test, for people."""
    for each in results:
        place = f"{each.source}:{each.line}"
        if each.status == "passed":
            if verbose:
                yield f"ok    {place}  {each.name}"
        elif each.status == "skipped":
            yield f"skip  {place}  {each.name}: {each.failures[0].what}"
        else:
            yield f"FAIL  {place}  {each.name}"
            for failure in each.failures:
                yield from _failure_lines(each, failure)


def _failure_lines(result: Result, failure: Failure) -> Iterator[str]:
    yield f"  {failure.what}  ({result.source}:{failure.line})"
    for line in difference(failure):
        yield f"    {line}"


def difference(failure: Failure) -> list[str]:
    """What was expected, `-`, and what is so, `+`; lines that are in both once."""
    if not failure.expected and not failure.actual:
        return []
    expected, actual = failure.expected.splitlines(), failure.actual.splitlines()
    if len(expected) <= 1 and len(actual) <= 1:
        return [*(f"- {line}" for line in expected), *(f"+ {line}" for line in actual)]
    from difflib import ndiff

    return [line.rstrip() for line in ndiff(expected, actual) if not line.startswith("?")]


def summary(results: Sequence[Result], deselected: int) -> str:
    """How many passed and failed."""
    counts = {status: sum(each.status == status for each in results) for status in ("failed", "passed", "skipped")}
    said = [f"{count} {status}" for status, count in counts.items() if count]
    if deselected:
        said.append(f"{deselected} not run")
    return ", ".join(said) or "no test was run"


def results_json(results: Sequence[Result], coverage: Mapping[str, object] | None) -> str:
    """All results as JSON, with what was covered, as JSON has it."""
    counts = {status: sum(each.status == status for each in results) for status in ("passed", "failed", "skipped")}
    tests = [
        {
            "name": each.name, "file": each.source, "line": each.line, "status": each.status,
            "seconds": round(each.seconds, 6), "failures": [failure._asdict() for failure in each.failures],
        }
        for each in results
    ]  # fmt: skip
    said: dict[str, object] = {**counts, "tests": tests}
    if coverage is not None:
        said["coverage"] = coverage
    return json.dumps(said, indent=2, ensure_ascii=False)


def junit(results: Sequence[Result]) -> str:
    """All results as a JUnit report: a suite a file."""
    from aelang.diagnostics.junit import attribute, escaped

    def case(each: Result) -> str:
        head = f"    <testcase classname={attribute(each.source)} name={attribute(each.name)}"
        head += f' file={attribute(each.source)} line="{each.line}" time="{each.seconds:.6f}"'
        if each.status == "passed":
            return head + "/>"
        body = escaped("\n".join(line for failure in each.failures for line in _failure_lines(each, failure)))
        what = attribute(each.failures[0].what if each.failures else "")
        kind = "skipped" if each.status == "skipped" else "failure"
        return f"{head}><{kind} message={what}>{body}</{kind}></testcase>"

    def counted(several: Sequence[Result]) -> str:
        failed, skipped = (sum(each.status == status for each in several) for status in ("failed", "skipped"))
        seconds = sum(each.seconds for each in several)
        return f'tests="{len(several)}" failures="{failed}" errors="0" skipped="{skipped}" time="{seconds:.6f}"'

    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="aelang test" {counted(results)}>']
    for source in dict.fromkeys(each.source for each in results):
        several = [each for each in results if each.source == source]
        lines += [f"  <testsuite name={attribute(source)} {counted(several)}>", *map(case, several), "  </testsuite>"]
    return "\n".join((*lines, "</testsuites>")) + "\n"
