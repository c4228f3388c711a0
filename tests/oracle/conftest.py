"""The oracle's last line, at the end of a test run."""

from typing import Any

from tests.oracle.harness import Verdict, tally


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints what was left out and the tally. It is counted from the reports, which come from every worker."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, ())]
    properties = [found for each in reports if each.when == "call" for found in each.user_properties]
    verdicts = [Verdict(value) for name, value in properties if name == "oracle"]
    left_out = [value for name, value in properties if name == "oracle-left-out"]
    if not verdicts:
        return
    for line in left_out:
        count, _, reason = line.partition(" ")
        terminalreporter.write_line(f"oracle: left out {count}: {reason}")
        verdicts += [Verdict.LEFT_OUT] * int(count)
    terminalreporter.write_line(str(tally(verdicts)))
