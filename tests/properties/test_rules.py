"""Rules: what is said to hold in every run does, whatever the references of an expression stand for; slips."""

from hypothesis import example, given
from hypothesis import strategies as st

from aelang import ir
from aelang.interpreter.conditions import CannotEvaluate, Given, evaluate, is_true
from aelang.rules.slips import is_slip
from aelang.rules.truths import truth_of

VALUES = st.sampled_from([None, True, False, 0, 1, 3, 2.5, "", "a", "3", "true", "abc", [1], []])
LITERALS = st.sampled_from([None, True, False, 0, 1, 3, "", "a", "3"]).map(ir.Literal)
LEAVES = st.one_of(
    LITERALS,
    st.sampled_from([ir.Referred(0), ir.Referred(1), ir.Quoted((0,)), ir.Quoted(("x", 1)), ir.Message()]),
)
OPERATORS = st.sampled_from(["==", "!=", "<", ">=", "in", "not in", "+", "-", "/", "%"])
CALLS = st.sampled_from(["blank?", "length", "to_i", "downcase", "nil?", "to_s", "empty?", "reverse", "first"])


def _larger(inner: st.SearchStrategy[ir.Expression]) -> st.SearchStrategy[ir.Expression]:
    return st.one_of(
        inner.map(ir.Not),
        inner.map(ir.Negative),
        st.builds(ir.And, inner, inner),
        st.builds(ir.Or, inner, inner),
        st.builds(ir.Binary, OPERATORS, inner, inner),
        st.builds(ir.Calls, inner, CALLS, st.just(())),
        st.builds(ir.ListOf, st.tuples(inner)),
        st.builds(ir.Matches, inner, st.sampled_from(["a", "^3$"]), st.just(""), st.booleans()),
    )


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=6)


@given(EXPRESSIONS, VALUES, VALUES)
@example(ir.Or(ir.Binary("<", ir.Referred(0), ir.Literal(3)), ir.Literal(True)), None, None)
@example(ir.Not(ir.Negative(ir.Referred(0))), "a", None)
def test_what_is_true_in_every_run_is_true_in_each(expression: ir.Expression, one: object, two: object) -> None:
    truth = truth_of(expression)
    assert truth in (None, _truth(expression, Given((one, two), "create")))  # type: ignore[arg-type]  # run values


def _truth(expression: ir.Expression, given: Given) -> bool:
    try:
        return is_true(evaluate(expression, given))
    except CannotEvaluate:
        return False


WORDS = st.text("abcxez", min_size=5, max_size=9)


@given(WORDS, st.integers(0, 3), st.sampled_from("pqvw"))
def test_a_letter_that_is_wrong_too_many_or_missing_is_a_slip(word: str, at: int, letter: str) -> None:
    wrong = (word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + word[at + 1 :])
    assert [True] * 3 == [is_slip(each, word) for each in wrong]


@given(WORDS)
def test_a_word_is_no_slip_of_itself(word: str) -> None:
    assert not is_slip(word, word)


@given(WORDS, st.sampled_from("sd0123456789"))
def test_an_ending_makes_another_word(word: str, ending: str) -> None:
    assert not is_slip(word + ending, word)
