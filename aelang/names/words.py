"""Reserved names, and the three tests that every look-up and every value goes through."""

MISSING_INSTANCE = ".missing"
"""The instance that answers for every instance its class does not have (ENGINE-FACTS 3.4)."""

DEFAULT_INSTANCE = ".default"
"""The name shown for an object built from a class alone, as `/Ns/Class/` asks for (ENGINE-FACTS 2.4)."""

BASE_CLASS = "$/Object"
"""The class whose methods every class has: log_object, log_workspace, send_email (ENGINE-FACTS 3.7)."""


def fold(name: str) -> str:
    """`name` as it is looked up: names ignore case."""
    return name.lower()


def is_blank(text: str | None) -> bool:
    """Whether `text` is absent or holds nothing but white space."""
    return not text or text.isspace()


def is_off(text: str | None) -> bool:
    """Whether a target or call is blank, or switched off by a `#` as its first character (LANGUAGE 2)."""
    return not text or (stripped := text.lstrip()) == "" or stripped[0] == "#"
