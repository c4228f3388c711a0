"""The harness itself: what it reads, what it leaves out, and that it cannot be deceived."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import compare, harness, vectors
from tests.oracle.compare import Observed
from tests.oracle.harness import Verdict

_UNIT = {"id": "units/x/1", "fn": "uri.query2hash", "args": [{"type": "String", "value": "a=1"}]}
_GOOD = {
    **_UNIT,
    "result": {"type": "Hash", "value": [[{"type": "String", "value": "a"}, {"type": "String", "value": "1"}]]},
}
_RUN = {
    "id": "new_area/x",
    "datastore": "cases/none",
    "domains": [],
    "uri": "/A/B/c",
    "outcome": "ok",
    "roots": [],
    "nodes": [],
}
_SEEN = Observed(None, "", [], [], None, {}, [], [])


@pytest.fixture
def put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts lines in as the only vectors."""

    def write(*lines: str, deviations: str = "") -> None:
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "some.jsonl").write_text("\n".join(lines))
        if deviations:
            (tmp_path / "deviations.toml").write_text(deviations)
        monkeypatch.setenv("AELANG_GOLDEN", str(tmp_path))

    return write


def _judged() -> list[harness.Judgement]:
    deviations = vectors.read_deviations()
    return [harness.judge(vector, deviations) for vector in vectors.read_vectors()]


def test_a_vector_that_comes_out_as_it_says_passes(put_in: Any) -> None:
    put_in(json.dumps(_GOOD))
    assert [Verdict.PASSED] == [each.verdict for each in _judged()]


def test_a_vector_that_comes_out_otherwise_fails(put_in: Any) -> None:
    put_in(json.dumps({**_GOOD, "result": {"type": "Hash", "value": []}}))
    assert [Verdict.FAILED] == [each.verdict for each in _judged()]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": "a/b"}', '{"id": "a/b", "fn": "uri.split"}'])
def test_a_malformed_line_is_a_failure_with_a_message(put_in: Any, line: str) -> None:
    put_in(line)
    (judgement,) = _judged()
    assert (Verdict.FAILED, "malformed") == (judgement.verdict, judgement.reason)


def test_arguments_of_an_unknown_shape_are_a_failure(put_in: Any) -> None:
    put_in(json.dumps({**_GOOD, "args": ["a=1"]}))
    assert [Verdict.FAILED] == [each.verdict for each in _judged()]


def test_a_tree_of_an_unknown_shape_is_a_failure(put_in: Any) -> None:
    datastore = {"datastore": "cases/missing", "domains": [{"name": "LOW"}], "uri": "/M/NoMissing/here", "roots": [{}]}
    put_in(json.dumps({**_RUN, **datastore}))
    assert [Verdict.FAILED] == [each.verdict for each in _judged()]


def test_an_unknown_function_is_left_out(put_in: Any) -> None:
    put_in(json.dumps({**_GOOD, "fn": "never.heard_of"}))
    assert [Verdict.LEFT_OUT] == [each.verdict for each in _judged()]


def test_a_vector_without_its_datastore_is_left_out_with_the_reason(put_in: Any) -> None:
    put_in(json.dumps(_RUN))
    assert ["its datastore is not given here"] == [each.reason for each in _judged()]


def test_a_vector_named_among_the_deviations_put_in_deviates(put_in: Any) -> None:
    entry = '[[deviation]]\nvector = "units/x/1"\nnumber = "D7"\nnote = "text behind a second ="'
    put_in(json.dumps({**_GOOD, "result": {"type": "Hash", "value": []}}), deviations=entry)
    assert [(Verdict.DEVIATED, "D7")] == [(each.verdict, each.reason) for each in _judged()]


def test_a_vector_of_our_list_that_no_longer_differs_is_a_failure(put_in: Any) -> None:
    put_in(json.dumps(_GOOD))
    (vector,) = vectors.read_vectors()
    named = {vector.id: vectors.Deviation(vector.id, "D7", "", ours=True)}
    assert (Verdict.FAILED, "no longer deviates") == harness.judge(vector, named)[:2]


def test_a_plain_ruby_error_deviates_where_a_failure_stands_for_it(put_in: Any) -> None:
    text = {"type": "String", "value": "a=1&&b=2"}
    put_in(json.dumps({**_UNIT, "args": [text], "exception": "TypeError", "message": "nil"}))
    assert [(Verdict.DEVIATED, "D3")] == [(each.verdict, each.reason) for each in _judged()]


def test_a_plain_ruby_error_fails_where_nothing_stands_for_it(put_in: Any) -> None:
    put_in(json.dumps({**_UNIT, "exception": "TypeError", "message": "nil"}))
    assert [Verdict.FAILED] == [each.verdict for each in _judged()]


def test_an_id_that_comes_twice_is_two_vectors(put_in: Any) -> None:
    put_in(json.dumps(_GOOD), json.dumps(_GOOD))
    assert 2 == len({vector.id for vector in vectors.read_vectors()})


def test_domains_are_ordered_by_priority_with_manageiq_last() -> None:
    domains = [("A", 1, True), ("ManageIQ", 9, True), ("B", 5, True), ("Off", 7, False), ("C", None, True)]
    data = {"domains": [dict(zip(("name", "priority", "enabled"), each, strict=True)) for each in domains]}
    assert ("C", "B", "A", "ManageIQ") == vectors.domain_order(vectors.Vector("x", data, Path()))


def test_an_integer_is_not_a_float_and_not_a_boolean() -> None:
    one = {"type": "Integer", "value": 1}
    assert [True, False, False] == [compare.same(one, {"type": "Integer", "value": each}) for each in (1, 1.0, True)]


@pytest.mark.parametrize(
    ("part", "value"),
    [("nodes", ["/A/B/c"]), ("root", {}), ("log", ["info: Following Relationship [miqaedb:/A/B/c#create]"])],
)
def test_every_part_of_a_run_is_compared(part: str, value: Any) -> None:
    assert [part] == [
        each.part.partition(",")[0] for each in compare.differences(_RUN, _SEEN._replace(**{part: value}))
    ]


def test_attributes_are_compared_with_their_types() -> None:
    tree = {"namespace": "D/A", "class": "B", "instance": "c", "object_name": "/D/A/B/c", "children": []}
    roots = [[{**tree, "attributes": {"x": {"type": kind, "value": 1}}}] for kind in ("Integer", "Float")]
    found = compare.differences({**_RUN, "roots": roots[0]}, _SEEN._replace(roots=roots[1]))
    assert ["roots[0].x"] == [each.part for each in found]


def test_a_log_that_was_cut_is_compared_on_both_sides_of_the_gap() -> None:
    log = [f"info: Following Relationship [{each}]" for each in "abcde"]
    cut = [log[0], "[3 lines cut]", log[4]]
    wrong = [*log[:4], "info: Following Relationship [x]"]
    expected = {**_RUN, "log": cut}
    counts = [len(compare.differences(expected, _SEEN._replace(log=each))) for each in (log, wrong)]
    assert [0, 1] == counts


def test_a_line_that_was_cut_is_compared_up_to_the_cut() -> None:
    expected = {**_RUN, "log": ["info: Instantiating [/A?b=ccc [cut]"]}
    assert [] == compare.differences(expected, _SEEN._replace(log=["info: Instantiating [/A?b=cccccc]"]))


def test_the_words_of_a_reason_are_not_compared() -> None:
    roots = [{"ae_reason": {"type": "String", "value": each}} for each in ("one", "two")]
    assert [] == compare.differences({**_RUN, "root": roots[0]}, _SEEN._replace(root=roots[1]))


def test_the_tally_counts_what_ran() -> None:
    found = harness.tally([Verdict.PASSED, Verdict.PASSED, Verdict.DEVIATED, Verdict.LEFT_OUT, Verdict.FAILED])
    assert "oracle: ran 4, passed 2, deviated 1, left out 1, failed 1" == str(found)


def test_a_tally_of_nothing_is_not_good() -> None:
    assert not harness.tally([Verdict.LEFT_OUT]).is_good
