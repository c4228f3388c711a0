"""The small readers: what they write they read again, and any text gives a value or their own complaint."""

from hypothesis import given
from hypothesis import strategies as st

from aelang import names

_PATHS = st.text("abcXYZ019-._~!$&'()*+,;=:@%", max_size=12).filter(lambda text: "%" not in text)
_ARGUMENTS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4)
_ANY = st.text(max_size=40) | st.text("/#?&=%:*.{}$ abA1\n", max_size=40)


@given(_ARGUMENTS)
def test_a_query_that_was_written_is_read_again(arguments: dict[str, str]) -> None:
    assert arguments == names.read_query(names.write_query(arguments))


@given(st.sampled_from(sorted(names.SCHEMES)), st.lists(_PATHS, min_size=1, max_size=4), _ARGUMENTS, st.none() | _PATHS)
def test_a_uri_that_was_joined_is_split_again(
    scheme: str, parts: list[str], arguments: dict[str, str], fragment: str | None
) -> None:
    path = names.collapse_slashes("/" + "/".join(parts))
    uri = names.Uri(scheme, path, None, names.write_query(arguments), fragment)
    assert uri == names.split_uri(names.join_uri(uri))


@given(_ANY)
def test_any_text_is_a_uri_or_is_none(text: str) -> None:
    try:
        uri = names.split_uri(text)
    except names.InvalidUri:
        return
    assert isinstance(names.join_uri(uri), str)


@given(_ANY)
def test_what_was_split_once_is_split_the_same_again(text: str) -> None:
    try:
        uri = names.split_uri(text, None)
    except names.InvalidUri:
        return
    again = names.split_uri(names.join_uri(uri), None)
    assert (uri.scheme, uri.path, uri.opaque, uri.fragment) == (again.scheme, again.path, again.opaque, again.fragment)


@given(_ANY)
def test_any_text_is_a_call_or_is_none(text: str) -> None:
    try:
        call = names.read_call(text)
    except names.InvalidCall:
        return
    assert call.method == call.method.lower()


@given(_ANY)
def test_any_query_is_read_or_refused(text: str) -> None:
    try:
        arguments = names.read_query(text)
    except names.InvalidUri:
        return
    assert all(isinstance(value, str) for value in arguments.values())


@given(_ANY)
def test_the_parts_of_a_path_make_the_path(text: str) -> None:
    path = names.split_path(text, with_attribute=True)
    assert all(part is None or "/" not in part for part in (path.klass, path.instance, path.attribute))
