"""URIs: split, joined and their queries read, by the rules of RFC 3986 as the reference engine applies them.

Sources: ENGINE-FACTS part 2, LANGUAGE deviations D2, D3 and D7.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from aelang.regex import regex

SCHEMES = frozenset(("miqaedb", "miqaews", "miqaemethod", "method"))
"""The schemes a run knows; `miqae` is read as `miqaews`."""

_SEGMENT = r"(?:%[0-9A-Fa-f]{2}|[!$&-.0-;=@-Z_a-z~])"
_NO_COLON = r"(?:%[0-9A-Fa-f]{2}|[!$&-.0-9;=@-Z_a-z~])"
_TAIL = rf"(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>(?:{_SEGMENT}|[/?])*))?\Z"
_ABSOLUTE = regex(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+\-.]*):(?:(?P<path>(?:/{_SEGMENT}*)*)|(?P<opaque>{_SEGMENT}+(?:/{_SEGMENT}*)*)){_TAIL}"
)
_RELATIVE = regex(rf"(?P<path>(?:/{_SEGMENT}*)+|{_NO_COLON}+(?:/{_SEGMENT}*)*|){_TAIL}")
_BLANKS = " \t\n\v\f\r\0"
_SLASHES = regex("/{2,}")
_ESCAPES = regex("(?:%[0-9A-Fa-f]{2})+")
_LEFT_IN_QUERY = regex(r"%[0-9A-Fa-f]{2}|[!$-&(-;=?-_a-~]")
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~"
_ESCAPED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]


class InvalidUri(ValueError):
    """A text that is no URI, or a query that cannot be read."""


class Uri(NamedTuple):
    """A URI in its parts. `path` is None where the text behind the scheme has no leading slash (`opaque`)."""

    scheme: str | None
    path: str | None
    opaque: str | None = None
    query: str | None = None
    fragment: str | None = None


def collapse_slashes(text: str) -> str:
    """`text` with every run of slashes made one, in the part before `?` or `#` only (D2)."""
    if "//" not in text:
        return text
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    return _SLASHES.sub("/", text[:end]) + text[end:]


def split_uri(text: str, default_scheme: str | None = "miqaews") -> Uri:
    """The parts of `text`; a text without scheme gets `default_scheme`.

    Raises InvalidUri where a character may not stand in its part, or `text` is not ASCII (ENGINE-FACTS 2.3).
    """
    text = collapse_slashes(text.strip(_BLANKS))
    if not text.isascii():
        raise InvalidUri(f"a URI has ASCII characters only: {text!r}")
    found = _ABSOLUTE.match(text)
    if found is not None:
        path, opaque, query, fragment = found["path"], found["opaque"], found["query"], found["fragment"]
        scheme = found["scheme"].lower()
        if opaque is not None:
            return Uri(scheme, None, opaque if query is None else f"{opaque}?{query}", None, fragment)
        return Uri("miqaews" if scheme == "miqae" else scheme, path, None, query, fragment)
    found = _RELATIVE.match(text)
    if found is None:
        raise InvalidUri(f"not a URI: {text!r}")
    return Uri(default_scheme, found["path"], None, found["query"], found["fragment"])


def join_uri(uri: Uri) -> str:
    """The text of `uri`; what may not stand in a query is written `%XX` (ENGINE-FACTS 2.3)."""
    text = "" if uri.scheme is None else uri.scheme + ":"
    if uri.opaque is not None:
        text += uri.opaque
    else:
        text += uri.path or ""
        if uri.query is not None:
            text += "?" + _escape_query(uri.query)
    return text if uri.fragment is None else f"{text}#{uri.fragment}"


def _escape_query(query: str) -> str:
    if _LEFT_IN_QUERY.sub("", query) == "":
        return query
    kept = query.replace("\t", "").replace("\r", "").replace("\n", "")
    return "".join(
        character if _LEFT_IN_QUERY.match(character) else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in kept
    )


def read_query(query: str | None) -> dict[str, str]:
    """The arguments in a query, in order, unescaped; a later key wins and `+` is a blank.

    Text after a second `=` is kept (D7). Raises InvalidUri for a part without a key and a value (D3).
    """
    if not query:
        return {}
    arguments: dict[str, str] = {}
    for part in query.rstrip("&").split("&"):
        key, _, value = part.partition("=")
        if not key and not value.strip("="):
            raise InvalidUri(f"an argument without a name in the query {query!r}")
        arguments[unescape(key)] = unescape(value)
    return arguments


def unescape(text: str) -> str:
    """`text` with `+` as a blank and `%XX` as the UTF-8 it stands for; what is no escape stays."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return _ESCAPES.sub(lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text)


def write_query(arguments: Mapping[str, str | None]) -> str | None:
    """The query of `arguments`, sorted by key and escaped; None where there are none. A None value is left out."""
    if not arguments:
        return None
    return "&".join([f"{_key(key)}={_escape(value)}" for key, value in sorted(arguments.items()) if value is not None])


def _escape(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    return "".join([_ESCAPED[byte] for byte in _bytes(text)])


_key = lru_cache(256)(_escape)  # they are few, and come again and again


def _bytes(text: str) -> bytes:
    """`text` in UTF-8; what came as a byte that is none, in a word of the command line, is that byte again."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
