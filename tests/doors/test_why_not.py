"""`aelang why-not`: exit codes, and what programs get."""

import json

import pytest

from tests.doors.stores import Aelang

pytestmark = pytest.mark.usefixtures("store")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("/System/Request/hello", 0),
        ("/System/Request/hello#nope", 1),
        ("/System/Request/nobody", 1),
        ("/System/Leaf/anything", 0),
        ("request_created", 1),
        ("/System/Request/he llo", 1),
        ("miqaews:/x", 1),
        ("/System/Request/*", 1),
        ("/System/Request/hello?a=1&&b=2", 1),
        ("/", 1),
        ("", 1),
    ],
)
def test_the_exit_code_says_whether_something_comes_of_it(asked: str, code: int, aelang: Aelang) -> None:
    assert code == aelang("why-not", asked, "-d", "store").code


def test_a_program_gets_what_was_looked_at(aelang: Aelang) -> None:
    said = json.loads(aelang("why-not", "/System/Request/failing", "-d", "store", "--json").out)[0]
    looked = [
        {"path": "/High/System/Request", "answers": False, "why": "has neither the instance nor a `.missing`"},
        {"path": "/Low/System/Request", "answers": True, "why": "has the instance"},
    ]
    assert ("/Low/System/Request/failing", looked) == (said["answers"], said["looked"])


def test_a_program_gets_what_each_field_does(aelang: Aelang) -> None:
    said = json.loads(aelang("why-not", "/System/Request/hello#other", "-d", "store", "--json").out)[0]
    assert {"does not"} == {each["verdict"] for each in said["fields"]}
    assert "no field answers the message `other`" == said["fault"]


def test_an_encrypted_text_is_not_shown(aelang: Aelang) -> None:
    assert "abcdef" not in aelang("why-not", "/System/Request/hello", "-d", "store", "--json").out
