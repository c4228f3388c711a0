"""The page of the laboratory's trace is that of today's run, and says of each line what caused it."""

import re

from tests.lab.bench import Bench, tracing
from tests.lab.causes import PAGE, page_today


def test_the_page_is_that_of_a_run_today(usual: Bench) -> None:
    assert PAGE.read_text("utf-8") == page_today(usual), "python -m tests.lab.causes writes it anew"


def test_each_line_of_the_trace_is_on_the_page_once(usual: Bench) -> None:
    page = PAGE.read_text("utf-8")
    pairs = [int(each) for row in re.findall(r"^\|[ \d:]*\| (\d+), (\d+) \|", page, re.MULTILINE) for each in row]
    again = [range(int(first), int(last) + 1) for first, last in re.findall(r"\((\d+)-(\d+)\)", page)]
    shown = [line for line in tracing.in_order(tracing.read_runs(usual.store)) if tracing.is_shown(line)]
    assert list(range(1, len(shown) + 1)) == sorted([*pairs, *(each for found in again for each in found)])


def test_each_link_of_the_page_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text("utf-8"))
    assert [] == [each for each in links if not (PAGE.parent / each).is_file()]
