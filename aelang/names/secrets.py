"""Secrets by their names."""

from aelang.names.words import fold


def is_named_as_secret(name: str) -> bool:
    """Whether what is called `name` is one: `db_password`, `apikey`, but not `password_length`."""
    words = fold(name).strip("_").split("_")
    return words[-1] in _ONE_WORD or "_".join(words[-2:]) in _TWO_WORDS


_ONE_WORD = frozenset(
    ("password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "authtoken", "accesstoken", "privatekey")
)
_TWO_WORDS = frozenset(
    ("api_key", "access_key", "secret_key", "private_key", "auth_key", "client_secret", "encryption_key")
)
