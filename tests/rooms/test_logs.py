"""Logs: lines become entries, entries become runs."""

import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest

from aelang.logs.assemble import Assembling, Log
from aelang.logs.choosing import of_context, of_request
from aelang.logs.entries import Entry, Unread, read_entries
from aelang.logs.runs import walk
from aelang.logs.sources import LogError, follow_lines, read_lines

FOLLOWING = "t|Following Relationship [/A/c]"
FOLLOWED = "t|Followed  Relationship [/A/c]"
TASK = "ServiceTemplateProvisionTask%3A%3Aservice_template_provision_task"
CLASSIC = "[----] I, [2016-01-07T11:30:16.230391 #2394:85598c]  INFO -- : "


def entry_of(line: str) -> Entry:
    """The one entry of a line."""
    (entry,) = read_entries([line], Unread())
    assert isinstance(entry, Entry)
    return entry


def log_of(*lines: str, everything: bool = False) -> Log:
    """The log of lines that an appliance wrote a second after one another: `context|text`, `-` without a task."""
    written = []
    for number, line in enumerate(lines):
        context, _, text = line.partition("|")
        level, text = ("E", text[7:]) if text.startswith("error: ") else ("I", text)
        task = "" if context == "-" else f"Q-task_id([{context}]) "
        written.append(
            f"[----] {level}, [2026-01-02T03:04:{number:02}.000000 #7:abc]  INFO -- automation: {task}{text}\n"
        )
    log = Assembling(everything=everything)
    log.take(read_entries(written, Unread()))
    return log.log()


def entries_of(lines: list[str]) -> list[str]:
    """The texts of the entries of `lines`."""
    return [each.text for each in read_entries(lines, Unread()) if isinstance(each, Entry)]


def tree_of(log: Log) -> list[tuple[int, str, str]]:
    """Depth, text and result of all that is in the first context."""
    return [(node.depth, node.shape.text, node.shape.result) for run in log.contexts[0].runs for node in walk(run)]


# -- entries -----------------------------------------------------------------------------------------------------


def test_a_line_of_an_appliance_has_time_level_context_and_text() -> None:
    line = f"{CLASSIC}Q-task_id([miq_provision_119]) <AutomationEngine> Following Relationship [miqaedb:/A/b#create]\n"
    text = "Following Relationship [miqaedb:/A/b#create]"
    assert Entry(1452166216.230391, "I", "miq_provision_119", "2394:85598c", text) == entry_of(line)


def test_a_line_without_task_belongs_to_none() -> None:
    assert "-" == entry_of(f"{CLASSIC}Instantiating [/System/Process/Event]").context


@pytest.mark.parametrize("name", ["", "automation", "evm"])
def test_the_name_of_the_program_may_be_there(name: str) -> None:
    assert "hello: you" == entry_of(f"[----] W, [2016-01-07T11:30:16.230391 #1:2]  WARN -- {name}: hello: you").text


def test_a_line_of_json_is_an_entry() -> None:
    line = (
        '{"@timestamp":"2021-02-03T04:05:06.5Z","pid":8,"service":"automation","level":"err",'
        '"message":"Q-task_id([automation_task_3]) it broke"}'
    )
    assert Entry(1612325106.5, "E", "automation_task_3", "8", "it broke") == entry_of(line)


@pytest.mark.parametrize("at", ['"2026-01-02T03:04:05.5Z"', "1767323045.5"])
def test_a_line_of_a_trace_has_the_time_of_its_event(at: str) -> None:
    line = f'{{"event": "Following", "context": "t", "uri": "/A/c#create", "at": {at}}}'
    assert Entry(1767323045.5, "I", "t", "", "Following Relationship [/A/c#create]") == entry_of(line)


def test_runs_without_task_that_were_told_at_once_are_told_apart_by_their_number() -> None:
    said = [("Following", "/A/b", 1), ("Following", "/A/c", 2), ("Followed", "/A/b", 1), ("Followed", "/A/c", 2)]
    written = [json.dumps({"event": event, "context": None, "uri": uri, "run": run}) for event, uri, run in said]
    log = Assembling()
    log.take(read_entries(written, Unread()))
    assert [(0, "", ""), (1, "/A/b", ""), (0, "", ""), (1, "/A/c", "")] == tree_of(log.log())


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('{"event": "Following", "depth": 1, "uri": "/A/b#create"}', "Following Relationship [/A/b#create]"),
        ('{"event": "MethodEnded", "depth": 1, "path": "/A/b", "code": 16}', "Method exited with rc=MIQ_ABORT"),
        ('{"event": "Logged", "depth": 1, "level": "warn", "text": "careful"}', "careful"),
    ],
)
def test_an_event_of_a_trace_is_the_line_that_tells_it(line: str, text: str) -> None:
    assert text == entry_of(line).text


def test_a_trace_of_several_tasks_has_the_context_before_each_line() -> None:
    assert Entry(None, "I", "automation_task_3", "", "Instantiating [/A/b]") == entry_of(
        "automation_task_3  info: Instantiating [/A/b]"
    )


def test_an_array_of_events_is_read_over_many_lines() -> None:
    lines = ["[\n", ' {"event": "Following",\n', '  "uri": "/A/b", "context": null}\n', "]\n"]
    assert ["Following Relationship [/A/b]"] == [
        each.text for each in read_entries(lines, Unread()) if isinstance(each, Entry)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[----] I, [",
        "[----] I, [2016-13-07T11:30:16.230391 #2394:85598c]  INFO -- : x",
        "[----] I, [2016-01-07Txx:30:16.230391 #2394:85598c]  INFO -- : x",
        '{"event": 3}',
        '{"event": "Following"}',
        '{"a": ',
        "[1, 2]",
        "[",
    ],
)
def test_what_is_no_entry_is_counted(line: str) -> None:
    unread = Unread()
    assert [] == [*read_entries([line], unread)]
    assert unread.count > 0


def test_a_line_without_prefix_goes_on_with_the_one_before_it() -> None:
    assert ["  from x.rb:3"] == [
        each for each in read_entries([f"{CLASSIC}a\n", "  from x.rb:3\n"], Unread()) if isinstance(each, str)
    ]


# -- runs --------------------------------------------------------------------------------------------------------


def test_runs_that_are_alike_are_one_that_came_several_times() -> None:
    run = (
        "t|Instantiating [/A/b?ae_state_retries=1]",
        "t|Processing State=[x]",
        "t|Processed State=[x] with Result=[retry]",
    )
    (found,) = log_of(*run, *run, *run).contexts[0].runs
    assert (3, "retry", 8.0) == (found.times, found.result, (found.end or 0) - (found.begin or 0))


def test_a_run_ends_with_its_last_line() -> None:
    log = log_of(
        "t|Instantiating [/A/b]",
        FOLLOWING,
        FOLLOWED,
        "t|Instantiating [/A/d]",
    )
    first, _ = log.contexts[0].runs
    assert [2.0, 1.0] == [node.seconds for node in walk(first)]


def test_what_is_never_closed_did_not_end() -> None:
    log = log_of("t|Instantiating [/A/b]", FOLLOWING, "t|Processing State=[x]")
    assert [(0, "/A/b", ""), (1, "/A/c", "not ended"), (2, "x", "not ended")] == tree_of(log)


def test_closing_something_closes_what_is_open_in_it() -> None:
    log = log_of(
        "t|Instantiating [/A/b]",
        FOLLOWING,
        "t|Processing State=[x]",
        FOLLOWED,
    )
    assert [(0, "/A/b", ""), (1, "/A/c", ""), (2, "x", "not ended")] == tree_of(log)


def test_what_began_before_the_log_is_there_without_a_time() -> None:
    log = log_of(FOLLOWED, "t|Following Relationship [/A/d]", "t|Followed  Relationship [/A/d]")
    assert [None, 1.0] == [node.seconds for node in walk(log.contexts[0].runs[0]) if node.depth == 1]


def test_things_without_task_are_told_apart_by_their_process() -> None:
    lines = [
        f"[----] I, [2026-01-02T03:04:0{number}.000000 #{pid}:abc]  INFO -- automation: {text}\n"
        for number, (pid, text) in enumerate(
            [(1, "Instantiating [/A/b]"), (2, "Instantiating [/A/c]"), (1, "Following Relationship [/A/x]"),
             (2, "Following Relationship [/A/y]")]
        )
    ]  # fmt: skip
    log = Assembling()
    log.take(read_entries(lines, Unread()))
    assert [(0, "/A/b"), (1, "/A/x"), (0, "/A/c"), (1, "/A/y")] == [each[:2] for each in tree_of(log.log())]


def test_what_methods_say_is_kept_only_where_it_is_wanted() -> None:
    lines = ("t|Instantiating [/A/b]", "t|<AEMethod x> hello")
    assert ([1], [2]) == (
        [run.shape.size for run in log_of(*lines).contexts[0].runs],
        [run.shape.size for run in log_of(*lines, everything=True).contexts[0].runs],
    )


# -- what went wrong ---------------------------------------------------------------------------------------------


def test_lines_of_an_error_are_one_fault_that_says_where_it_was() -> None:
    log = log_of(
        "t|Instantiating [/A/b]", "t|Processing State=[x]", "t|Invoking [inline] method [/D/A/m] with inputs [{}]",
        "t|error: <AEMethod m> The following error occurred:", "t|error: <AEMethod m>   NoMethodError: no x",
        "t|Method exited with rc=MIQ_ABORT", "t|Processed State=[x] with Result=[error]",
    )  # fmt: skip
    (fault,) = log.faults
    assert ("x, /D/A/m", ("The following error occurred:", "  NoMethodError: no x")) == (fault.inside, fault.lines)


def test_a_failure_that_no_line_explains_is_a_fault_by_itself() -> None:
    log = log_of("t|Instantiating [/A/b]", "t|Processing State=[x]", "t|Processed State=[x] with Result=[error]")
    assert ["Processed State=[x] with Result=[error]"] == [fault.lines[0] for fault in log.faults]


def test_the_same_error_again_is_counted() -> None:
    run = ("t|Instantiating [/A/b]", "t|error: it broke")
    assert [3] == [fault.times for fault in log_of(*run, *run, *run).faults]


# -- requests ----------------------------------------------------------------------------------------------------


def test_a_task_belongs_to_the_request_whose_context_mentions_it() -> None:
    log = log_of(
        f"service_template_provision_request_59|Instantiating [/A/b?{TASK}=117]",
        "service_template_provision_task_117|MIQ(MiqQueue.put) Message id: [8], Task id: [miq_provision_119], Args: []",
        "miq_provision_119|Instantiating [/A/d]",
        "automation_task_7|Instantiating [/A/e]",
    )
    assert {"service_template_provision_request_59", "miq_provision_119"} == {
        context.name for context in of_request(log, 59).contexts
    }


def test_the_prefix_of_a_context_names_its_request() -> None:
    log = log_of("r603_service_template_provision_task_1683|Instantiating [/A/b]")
    assert [603] == [context.request for context in log.contexts]


def test_events_about_a_request_belong_to_it() -> None:
    log = log_of(
        "-|Instantiating [/System/Process/Event?MiqRequest%3A%3Amiq_request=59&User%3A%3Auser=1]",
        "-|Instantiating [/System/Process/Event?MiqRequest%3A%3Amiq_request=590]",
    )
    assert 1 == len(of_request(log, 59).contexts[0].runs)


def test_what_went_wrong_in_no_task_belongs_to_a_request_if_all_of_it_does() -> None:
    about, other = (f"-|Instantiating [/System/Process/Event?MiqRequest%3A%3Amiq_request={each}]" for each in (59, 590))
    faults = [of_request(log_of(*lines, "-|error: no"), 59).faults for lines in ((about,), (about, other))]
    assert [1, 0] == [len(each) for each in faults]


def test_one_context_may_be_chosen() -> None:
    log = log_of("a|Instantiating [/A/b]", "b|error: no", "b|Instantiating [/A/c]")
    assert (["a"], ()) == ([each.name for each in of_context(log, "a").contexts], of_context(log, "a").faults)


# -- sources -----------------------------------------------------------------------------------------------------


def test_logs_are_read_in_the_order_of_their_times(tmp_path: Path) -> None:
    (tmp_path / "automation.log").write_text("[----] I, [2016-01-08T11:30:16.230391 #1:2]  INFO -- : new\n")
    with gzip.open(tmp_path / "automation.log-1.gz", "wt") as file:
        file.write("[----] I, [2016-01-07T11:30:16.230391 #1:2]  INFO -- : old\n")
    lines = read_lines([str(tmp_path / "automation.log"), str(tmp_path / "automation.log-1.gz")])
    assert ["old", "new"] == [line.split()[-1] for line in lines]


@pytest.mark.parametrize("damage", [b"\x1f\x8bnonsense", gzip.compress(b"abc\n" * 1000, mtime=0)[:20]])
def test_a_damaged_file_is_told(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(damage)
    with pytest.raises(LogError, match=r"a\.gz"):
        [*read_lines([str(tmp_path / "a.gz")])]


def test_what_is_no_text_is_read_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"\xff\xfe\x00\n")
    assert 1 == len([*read_lines([str(tmp_path / "a.log")])])


def test_a_log_is_followed_as_it_grows_and_over_its_rotation(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("one\n")

    def grow() -> None:
        with log.open("a") as file:
            file.write("tw")

    def go_on() -> None:
        with log.open("a") as file:
            file.write("o\n")

    def rotate() -> None:
        log.rename(tmp_path / "a.log.1")
        log.write_text("three\n")

    class Over(Exception):
        pass

    def end() -> None:
        raise Over

    waits = iter([grow, go_on, rotate, end])
    lines = []
    with suppress(Over):
        for line in follow_lines(str(log), lambda: next(waits)()):  # noqa: PLW0108 - another one at each call
            lines.append(line)  # noqa: PERF402 - kept when it ends with an exception
    assert ["one\n", "two\n", "three\n"] == lines
