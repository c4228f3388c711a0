"""The lines of sources, for the renderers: each file is read once, when a finding in it is shown."""

from collections.abc import Callable


def line_reader(read: Callable[[str], bytes]) -> Callable[[str, int], "str | None"]:
    """A function from a source's name and a line number to the line. `read` gives a source's bytes or raises OSError
    or LookupError; then there are no lines."""
    texts: dict[str, list[str]] = {}

    def line(source: str, number: int) -> str | None:
        if source not in texts:
            if len(texts) >= _KEPT:
                texts.clear()
            texts[source] = _lines(source, read)
        lines = texts[source]
        return lines[number - 1] if 0 < number <= len(lines) else None

    return line


_KEPT = 50  # findings come sorted by source, and there may be a hundred thousand


def _lines(source: str, read: Callable[[str], bytes]) -> list[str]:
    try:
        # YAML's and people's idea of a line: not every break of str.splitlines is one
        return read(source).decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except (OSError, LookupError):
        return []
