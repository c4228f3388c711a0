"""The two forms of a trace are brought together as the log's own omissions ask for, and by nothing else."""

import pytest

from tests.lab.comparing import PROVISIONING, Node, compared, folded, log_lines, trees

needs_log = pytest.mark.skipif(not PROVISIONING.is_file(), reason=f"the log is not at {PROVISIONING} (AELANG_TRACES)")


@needs_log
def test_the_log_has_three_lines_more_than_are_printed() -> None:
    assert 189 + 3 == len(log_lines())


@needs_log
def test_the_log_is_of_five_contexts() -> None:
    assert {
        "-", "miq_provision 1", "service_template_provision_request 1", "service_template_provision_task 1",
        "service_template_provision_task 2",
    } == set(trees(log_lines()))  # fmt: skip


@needs_log
def test_the_folded_log_checks_once_and_has_all_other_lines() -> None:
    (made, *_) = [each for each in compared(log_lines())["service_template_provision_task 1"] if "check" in each.uri]
    assert "/service/provisioning/statemachines/methods/checkprovisioned#create" == made.uri


def _machine(*states: str) -> Node:
    return Node("run", (Node("profile"), Node("machine", tuple(map(Node, states)))))


def test_a_pass_of_a_state_in_retry_is_folded_with_what_encloses_it() -> None:
    found = [_machine("a", "b"), _machine("b"), _machine("b"), _machine("b", "c")]
    assert (_machine("a", "b"), _machine("c")) == folded("task 1", found)


def test_another_state_is_not_folded() -> None:
    found = (_machine("a", "b"), _machine("c", "b"))
    assert found == folded("task 1", found)


def test_events_are_not_folded() -> None:
    assert (Node("e"), Node("e")) == folded("-", [Node("e"), Node("e")])
