"""Runs over datastores said in a few lines: limits, failures with their places, private attributes, cycles."""

import pytest

from aelang.interpreter.dump import shown_attributes, workspace_xml
from aelang.interpreter.failures import AutomateError, CyclicalRelationship, LimitExceeded
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Failed, Finished, Retry
from aelang.interpreter.trace import Dropped, Event
from aelang.interpreter.values import Password
from tests.datastores import attributes, engine, field, instance, klass

CHAIN = klass(
    "N/Chain",
    [field("relationship", "next")],
    [instance(f"c{at}", next=f"/N/Chain/c{at + 1}") for at in range(9)] + [instance("c9")],
)


def _failure(outcome: object) -> AutomateError:
    assert isinstance(outcome, Failed), outcome
    return outcome.error


def test_a_chain_within_the_depth_limit_is_followed_to_its_end() -> None:
    outcome = engine(CHAIN, limits=Limits(depth=10)).run("/N/Chain/c0")
    assert len(outcome.workspace.nodes) == 10


def test_a_chain_beyond_the_depth_limit_fails_saying_so() -> None:
    failure = _failure(engine(CHAIN, limits=Limits(depth=9)).run("/N/Chain/c0"))
    assert failure.message == "more than 9 relationships inside each other at miqaedb:/N/Chain/c9#create"


def test_a_run_with_too_many_objects_fails() -> None:
    assert isinstance(_failure(engine(CHAIN, limits=Limits(objects=5)).run("/N/Chain/c0")), LimitExceeded)


def test_a_run_with_too_many_steps_fails() -> None:
    assert isinstance(_failure(engine(CHAIN, limits=Limits(steps=5)).run("/N/Chain/c0")), LimitExceeded)


def test_the_depth_limit_may_be_far_above_pythons_own() -> None:
    deep = klass(
        "N/Deep",
        [field("relationship", "next")],
        [instance(f"c{at}", next=f"/N/Deep/c{at + 1}") for at in range(1500)] + [instance("c1500")],
    )
    outcome = engine(deep, limits=Limits(depth=2000)).run("/N/Deep/c0")
    assert len(outcome.workspace.nodes) == 1501


def test_a_failure_says_where_in_the_datastore_it_arose() -> None:
    faulty = klass("N/C", [field("attribute", "a", "${Nobody#x}")], [instance("i")])
    assert str(_failure(engine(faulty).run("/N/C/i")).span) == "N/C.yaml:1:1"


def test_an_object_inside_itself_is_a_cycle() -> None:
    loop = klass("N/C", [field("relationship", "r", "/N/C/I")], [instance("i")])
    assert isinstance(_failure(engine(loop).run("/N/C/i")), CyclicalRelationship)


def test_an_object_inside_itself_under_another_message_is_none() -> None:
    loop = klass("N/C", [field("relationship", "r", "/N/C/i#other")], [instance("i")])
    assert isinstance(engine(loop).run("/N/C/i"), Finished)


@pytest.mark.parametrize("target", ["miqaews:/.", "miqaews:/.#create"])
def test_an_object_entered_again_under_its_own_message_is_a_cycle(target: str) -> None:
    loop = klass("N/C", [field("relationship", "r", target)], [instance("i")])
    assert isinstance(_failure(engine(loop).run("/N/C/i")), CyclicalRelationship)


def test_an_object_entered_again_under_another_message_runs_those_fields() -> None:
    again = klass(
        "N/C",
        [field("relationship", "r", "miqaews:/.#more"), field("attribute", "b", "b", message="more")],
        [instance("i")],
    )
    assert attributes("/N/C/i", again) == {"b": "b"}


def test_nothing_instantiated_is_an_error_that_says_so() -> None:
    outcome = engine(klass("N/C")).run("/N/C/i")
    assert isinstance(outcome, Finished) and (outcome.result, dict(outcome.root)) == ("error", {})


def test_an_object_that_comes_to_nothing_is_told_with_its_reason() -> None:
    events: list[Event] = []
    engine(klass("N/C", [field("assertion", "a", "false")], [instance("i")])).run("/N/C/i", trace=events.append)
    assert events[-1] == Dropped(1, "/D/N/C/i", "AssertionFailure", "Assertion Failed: <false>", False)


def test_a_retry_carries_its_interval_and_its_position() -> None:
    retrying = klass(
        "N/M",
        [
            field("attribute", "ae_retry_interval", "5.minutes"),
            field("attribute", "ae_result", "retry"),
            field("state", "one"),
        ],
        [instance("i")],
    )
    outcome = engine(retrying).run("/N/M/i")
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.checkpoint.root["ae_state"]) == (300, "one")


def test_private_attributes_are_left_out_of_what_the_caller_gets() -> None:
    secretive = klass(
        "N/C", [field("attribute", "a", "1", visibility="private"), field("attribute", "b", "${#a}2")], [instance("i")]
    )
    outcome = engine(secretive).run("/N/C/i")
    shown = shown_attributes(outcome.workspace.roots[0])
    assert {name: value for name, value in shown.items() if name in "ab"} == {"b": "12"}


def test_the_workspace_as_xml_has_attributes_before_children_and_no_password() -> None:
    child = klass("N/Kid", [field("attribute", "x", "<&>")], [instance("k")])
    parent = klass(
        "N/C",
        [
            field("relationship", "r", "/N/Kid/k"),
            field("attribute", "list", "a,b", datatype="array"),
            field("attribute", "key", "v2:{secret}", datatype="password"),
            field("attribute", "half", "0.5", datatype="float"),
        ],
        [instance("i")],
    )
    runner = engine(parent, child)
    workspace = runner.workspace()
    runner.run_in(workspace, "/N/C/i")
    for name in ("user", "tenant", "miq_group"):
        workspace.roots[0].attributes.pop(name, None)
    assert workspace_xml(workspace) == XML


XML = """\
<MiqAeWorkspace>
  <MiqAeObject namespace="D/N" class="C" instance="i">
    <MiqAeAttribute name="half">
      <Float>
        <![CDATA[0.5]]>
      </Float>
    </MiqAeAttribute>
    <MiqAeAttribute name="key">
      <Password>********</Password>
    </MiqAeAttribute>
    <MiqAeAttribute name="list">
      <Array>
        <Element index="1">
          <String>a</String>
        </Element>
        <Element index="2">
          <String>b</String>
        </Element>
      </Array>
    </MiqAeAttribute>
    <MiqAeObject namespace="D/N" class="Kid" instance="k">
      <MiqAeAttribute name="x">
        <String>&lt;&amp;&gt;</String>
      </MiqAeAttribute>
    </MiqAeObject>
  </MiqAeObject>
</MiqAeWorkspace>
"""


def test_a_password_stays_ciphertext_in_the_object() -> None:
    found = attributes(
        "/N/C/i", klass("N/C", [field("attribute", "p", "v2:{x}", datatype="password")], [instance("i")])
    )
    assert found == {"p": Password("v2:{x}")}


def test_released_objects_keep_their_tree_downwards() -> None:
    runner = engine(CHAIN)
    workspace = runner.workspace()
    runner.run_in(workspace, "/N/Chain/c0")
    workspace.release()
    assert [obj.object_name for obj in workspace.roots] == ["/D/N/Chain/c0"]
