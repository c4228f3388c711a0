"""Passwords: none stands there for everyone to read, and none in the format that ManageIQ gave up."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.names import is_blank
from aelang.names.secrets import is_named_as_secret
from aelang.rules.said import Said

V1_PASSWORD = DiagnosticKind(
    "v1-password", Severity.WARNING, "this password is in the old format `v1:{{...}}`, which cannot be decrypted"
)
PLAIN_SECRET = DiagnosticKind(
    "plain-secret", Severity.WARNING, "the {what} `{name}` holds a secret that everyone can read who can read this file"
)


def look(said: Said) -> Iterator[Diagnostic]:
    """Passwords in the old format, and secrets in plain text: v1-password, plain-secret."""
    value = said.value()
    if value is None or is_blank(value):
        return
    if _is_encrypted(value, "v1:{"):
        yield V1_PASSWORD.at(said.span(said.main), "set the password anew: it is then written as `v2:{...}`")
    elif isinstance(said.text, str) and not _is_encrypted(value, "v2:{") and _is_secret(said, said.text.strip()):
        yield PLAIN_SECRET.at(said.span(said.main), _SECRET_HELP, what=_WHAT[said.what], name=said.name)


_SECRET_HELP = "encrypt it, which is then written as `v2:{...}`, and change it, for it is known by now"
_WHAT = {"field": "field", "value": "field", "input": "input"}


def _is_encrypted(value: str, opening: str) -> bool:
    return value.startswith(opening) and value.rstrip().endswith("}")


def _is_secret(said: Said, value: str) -> bool:
    """Whether `value` is a secret: by its type, or by its name where it looks like one."""
    if _is_placeholder(value):
        return False
    return said.datatype == "password" or (is_named_as_secret(said.name) and _looks_secret(value))


def _is_placeholder(value: str) -> bool:
    """Whether `value` is only there to be replaced: stars, `<password>`, `changeme`."""
    return not value.strip("*xX.-_#?") or (value[0] + value[-1]) in ("<>", "[]", "{}") or _plain(value) in _PLACEHOLDERS


_PLACEHOLDERS = frozenset(
    ("changeme", "changeit", "replaceme", "yourpassword", "yoursecret", "yourtoken", "yourapikey", "none", "nil",
     "null", "todo", "tbd", "redacted", "true", "false", "t", "f", "yes", "no", "0", "1")
)  # fmt: skip


def _plain(value: str) -> str:
    return "".join(each for each in value.lower() if each.isalnum())


def _looks_secret(value: str) -> bool:
    """Whether `value` may be a secret: no path, no text of several words, no name of what holds it elsewhere."""
    if (
        len(value) < _SHORTEST
        or any(each.isspace() for each in value)
        or value.startswith(("/", "http://", "https://"))
    ):
        return False
    return not any(word in value.lower() for word in ("password", "secret", "token")) or not value.isidentifier()


_SHORTEST = 4
