"""Names, paths, URIs and calls: the small readers that both the compiler and a run need.

Nothing is looked up here and nothing is imported that a run could do without. Names ignore case in every
look-up and keep the case in which they were written: what is looked up is `fold(name)`.
"""

from aelang.names.calls import Call, InvalidCall, is_target, method_path, read_arguments, read_call
from aelang.names.paths import InstancePath, is_wildcard, join_path, split_path
from aelang.names.uris import (
    SCHEMES,
    InvalidUri,
    Uri,
    collapse_slashes,
    join_uri,
    read_query,
    split_uri,
    unescape,
    write_query,
)
from aelang.names.words import BASE_CLASS, DEFAULT_INSTANCE, MISSING_INSTANCE, fold, is_blank, is_off

__all__ = [
    "BASE_CLASS",
    "DEFAULT_INSTANCE",
    "MISSING_INSTANCE",
    "SCHEMES",
    "Call",
    "InstancePath",
    "InvalidCall",
    "InvalidUri",
    "Uri",
    "collapse_slashes",
    "fold",
    "is_blank",
    "is_off",
    "is_target",
    "is_wildcard",
    "join_path",
    "join_uri",
    "method_path",
    "read_arguments",
    "read_call",
    "read_query",
    "split_path",
    "split_uri",
    "unescape",
    "write_query",
]
