"""How deep, large and long a run may be. Limits hold for every user."""

from typing import NamedTuple


class Limits(NamedTuple):
    """`depth` of relationships inside each other, `objects` in the workspace, `steps` (fields processed)."""

    depth: int = 400
    objects: int = 100_000
    steps: int = 2_000_000


LONG_TEXT = 64 * 1024
"""Texts longer than this are counted when a substitution makes them."""
MOST_TEXT = 64 * 1024 * 1024
"""What the long texts of a run may come to: attributes that name each other twice double with every field."""
MOST_ELEMENTS = 1_000_000
"""What a collected list or hash may hold, those in it counted: lists that hold another twice double as well."""
MOST_DIGITS = 1000
"""A number with more is none: Python reads no 4,300 digits, and a sum or product of a few must stay below that."""
