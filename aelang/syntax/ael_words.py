"""The words of `.ael`: kinds of fields, and the words that begin a clause, with the keys of the model that they say."""

from collections.abc import Mapping

KINDS = ("assertion", "attribute", "method", "relationship", "state", "step", "password", "field")
"""What begins the line of a field."""

LANGUAGES = ("python", "ruby", "perl")
"""What stands behind the parentheses of an inline method; all else that may stand there is a location."""

BOOKKEEPING = frozenset((
    "id", "created_on", "updated_on", "updated_by", "updated_by_user_id", "class_id", "namespace_id", "domain_id",
    "field_id", "instance_id", "method_id", "ae_class_id", "lock_version", "relative_path", "reserved",
))  # fmt: skip
"""Columns of ManageIQ's tables: its importer takes them, and they say nothing about the automation. Everything may
have them, in either spelling."""

_OTHERS = {key: key for key in sorted(BOOKKEEPING)}
_CLAUSES = {  # in the order in which they are written
    "condition": "condition", "if": "condition", "unless": "condition", "entry": "on_entry", "exit": "on_exit",
    "error": "on_error", "undo": "undo", "retries": "max_retries", "time": "max_time", "collect": "collect",
    "description": "description",
}  # fmt: skip


def _same(*words: str) -> Mapping[str, str]:
    return {word: word for word in words}


CLASS_WORDS = {**_same("description", "type", "visibility", "owner"), **_OTHERS}
FIELD_WORDS = {
    **_CLAUSES, **_same("priority", "owner", "scope", "visibility", "substitute", "aetype", "datatype", "message"),
    **_OTHERS,
}  # fmt: skip
INSTANCE_WORDS = {**_same("description"), **_OTHERS}
VALUE_WORDS = {**_CLAUSES, **_same("display_name"), **_OTHERS}
METHOD_WORDS = {**_same("description", "scope", "data", "effect", "language", "location"), **_OTHERS}
METHOD_LINES = ("input", "embeds", "options", "code")
"""What may begin a line below a method besides its clauses."""
