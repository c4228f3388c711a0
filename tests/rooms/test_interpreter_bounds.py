"""Bounds: what would fill the memory or the stack ends the run with a failure that says so."""

from aelang.interpreter.limits import MOST_DIGITS
from aelang.interpreter.outcome import Failed
from aelang.model import Class, Field
from tests.datastores import attributes, engine, field, instance, klass

LONG = "9" * (MOST_DIGITS + 1)


def one(*schema: Field) -> Class:
    return klass("N/C", schema, [instance("i")])


def failure(*schema: Field) -> str:
    outcome = engine(one(*schema)).run("/N/C/i")
    assert isinstance(outcome, Failed), outcome
    return f"{type(outcome.error).__name__}: {outcome.error.message}"


def test_texts_that_double_with_every_field_come_to_an_end() -> None:
    doubled = [field("attribute", f"a{at}", f"${{#a{at - 1}}}" * 2) for at in range(1, 60)]
    assert "LimitExceeded: the substituted texts of the run come to more than 64 MB" == failure(
        field("attribute", "a0", "x" * 1000), *doubled
    )


def test_a_long_text_cannot_be_had_a_thousand_times_in_one_template() -> None:
    assert failure(field("attribute", "a", "x" * 100_000), field("attribute", "b", "${#a}" * 1000)).startswith(
        "LimitExceeded"
    )


def test_lists_that_double_with_every_field_come_to_an_end() -> None:
    doubled = [field("attribute", f"a{at}", "-", collect=f"a{at} = [a{at - 1}, a{at - 1}]") for at in range(1, 60)]
    assert "LimitExceeded: a collected list comes to more than 1000000 elements" == failure(
        field("attribute", "a0", "x"), *doubled
    )


def test_a_reference_that_builds_itself_ends_at_the_depth() -> None:
    assert "LimitExceeded: more than 400 objects inside each other at miqaedb:/N/C/i/a" == failure(
        field("attribute", "a", "${miqaedb:/N/C/i/a}")
    )


def test_a_number_too_long_to_be_one_is_no_integer() -> None:
    assert f"ConversionError: a number of {len(LONG)} digits: at most {MOST_DIGITS} are read" == failure(
        field("attribute", "a", LONG, datatype="integer")
    )


def test_an_argument_too_long_for_a_number_is_refused() -> None:
    outcome = engine(one()).run(f"/N/C/i?Integer::n={LONG}")
    assert isinstance(outcome, Failed)
    assert "ConversionError" == type(outcome.error).__name__


def test_a_number_too_large_for_a_float_is_infinite() -> None:
    many = "9" * 400
    assert float("inf") == attributes("/N/C/i", one(field("attribute", "a", many, datatype="float")))["a"]


def test_a_mean_that_no_float_holds_is_refused() -> None:
    made = [instance("j", n="9" * 400), instance("k", n="8" * 400)]
    leaf = klass("N/L", [field("attribute", "n", datatype="integer")], made)
    outcome = engine(one(field("relationship", "r", "/N/L/*", collect="[n].mean")), leaf).run("/N/C/i")
    assert isinstance(outcome, Failed)
    assert "mean comes to a number that is too large" == outcome.error.message


def seen_of_an_object_with(assertion: str) -> object:
    """What the parent collects from an object with `assertion`: its mark, or nil where it is dropped."""
    guarded = klass("N/D", [field("assertion", "a", assertion), field("attribute", "mark", "here")], [instance("i")])
    return attributes("/N/C/i", one(field("relationship", "r", "/N/D/i", collect="mark")), guarded)["mark"]


def test_an_assertion_about_too_large_a_number_fails() -> None:
    nines = "9" * 900
    assert ["here", None] == [seen_of_an_object_with(f"{nines} * {each} > 1") for each in ("9", f"{nines} * {nines}")]


def test_an_assertion_with_too_long_a_number_fails() -> None:
    assert ["here", None] == [seen_of_an_object_with(f"{each} > 1") for each in (LONG[1:], LONG)]
