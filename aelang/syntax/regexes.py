"""Whether a regular expression runs in linear time: asked of re2, which will run it."""

from functools import cache


@cache
def why_no_regex(pattern: str, flags: str) -> str | None:
    """The reason for which re2 does not take `pattern` with Ruby's `flags`, or None where it does."""
    import re2  # 10 ms to import: only an expression with a pattern pays for it

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "m" in flags
    try:
        re2.compile(f"(?m){pattern}", options)
    except re2.error as wrong:
        reason = wrong.args[0] if wrong.args else wrong
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None
