"""Code: an inline method has it and can be called by it, and no code lies about that nothing calls."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.loader.assemble import TWO_CODES
from aelang.names import fold
from aelang.rules.compiled import Compiled
from aelang.rules.outline import MethodOutline, Outline
from aelang.source import Span

MISSING_CODE = DiagnosticKind("missing-code", Severity.ERROR, "the inline method `{method}` has no code")
CODE_WITHOUT_DECLARATION = DiagnosticKind(
    "code-without-declaration", Severity.WARNING, "this code is never run: {reason}"
)
MISSING_MAIN = DiagnosticKind("missing-main", Severity.ERROR, "the Python method `{method}` cannot be called: {reason}")


def check(outline: Outline, _compiled: Compiled) -> Iterator[Diagnostic]:
    """Inline methods without code: missing-code."""
    for method in outline.methods:
        if fold(method.location) == "inline" and not method.has_code:
            span = outline.span(method.place)
            yield MISSING_CODE.at(span, _where_code_goes(span.source, method), method=method.name)


class _WithoutEntry(NamedTuple):
    """A method that cannot be called, and why: for want of a `main`, or else. `embeds`: others may have one for it."""

    name: str
    reason: str
    is_absent: bool
    embeds: bool
    place: Span


class _Declared(NamedTuple):
    """A method that is declared for a file of code."""

    name: str
    location: str
    place: Span


class Codes:
    """Code without methods, methods with two codes, and such as cannot be called: code-without-declaration, two-codes,
    missing-main."""

    def __init__(self, compiled: Compiled) -> None:
        self._files = compiled.code_files
        self._wanted: dict[str, list[str]] = {}  # of an `.ael` method the file may be called in any case
        for path in compiled.code_files:
            self._wanted.setdefault(_key(path.rpartition(".")[0]), []).append(path)
        self._declared: dict[str, list[_Declared]] = {}
        self._embedded: set[str] = set()
        self._without_entry: list[_WithoutEntry] = []
        self._homes: set[str] = set()  # of the code of classes written in `.ael`

    @staticmethod
    def note(outline: Outline, _compiled: Compiled) -> Any:  # Any: plain data, which `look` takes
        """The source of the class of `outline`, and of each method the name, the location, the place, which others it
        embeds, and why it cannot be called."""
        methods = [
            (
                method.name,
                fold(method.location),
                outline.span(method.place),
                [fold(path).rpartition("/")[2].strip() for path, _ in method.embedded],
                method.entry and (method.entry[0], method.entry[1], outline.span(method.entry[2])),
            )
            for method in outline.methods
        ]
        is_ael = outline.sources[0].endswith(".ael")
        return (outline.sources[0], methods) if methods or is_ael else None

    def look(self, path: str, note: Any, *, own: bool) -> None:
        """Take down what the methods of a class declare."""
        if not own:
            return
        source, methods = note
        if source.endswith(".ael"):
            self._homes.update(stem.rpartition("/__methods__/")[0] for stem in _stems(source, ""))
        for name, location, place, embedded, entry in methods:
            self._embedded.update(embedded)
            if entry is not None:
                reason, is_absent, at = entry
                self._without_entry.append(_WithoutEntry(name, reason, is_absent, bool(embedded), Span(*at)))
            for file in self._files_of(place[0], name) if self._wanted else ():
                self._declared.setdefault(file, []).append(_Declared(name, location, Span(*place)))

    def _files_of(self, source: str, method: str) -> Iterator[str]:
        """The files in which the code of a method stands that `source` declares, the one that counts first."""
        for stem in _stems(source, method):
            for file in self._wanted.get(_key(stem), ()):
                if source.endswith(".ael") or file.rpartition(".")[0] == stem:
                    yield file

    def _two(self) -> Iterator[Diagnostic]:
        """Files that only a method of a class in `.ael` could have, which has another of that language."""
        for file, (method, *others) in self._declared.items():
            source = method.place.source
            first = next((each for each in self._files_of(source, method.name) if each[-3:] == file[-3:]), file)
            if not others and first != file and source.endswith(".ael"):
                advice = f"take away this file or `{first}`, which is the one that is run"
                labels = (Label(Span(first), "the other one"),)
                yield TWO_CODES.at(Span(file), advice, labels, method=method.name, file=first)

    def found(self) -> Iterator[Diagnostic]:
        """What is wrong with the classes that were looked at."""
        for path in self._files:
            is_of_ael = path.rpartition("/__methods__/")[0] in self._homes
            yield from _lonely(path, self._declared.get(path), is_of_ael=is_of_ael)
        yield from self._two()
        for method in self._without_entry:
            yield from _uncalled(method, self._embedded)


def _key(stem: str) -> str:
    home, _, name = stem.rpartition("/")
    return f"{home}/{fold(name)}"


def _stems(source: str, method: str) -> tuple[str, ...]:
    """The files, without what they end with, in which the code of a method may stand that `source` declares."""
    if not source.endswith(".ael"):
        return (source.removesuffix(".yaml"),)
    namespace = source.rpartition("/")[0]
    return (f"{source.removesuffix('.ael')}.class/__methods__/{method}", f"{namespace}/__methods__/{method}")


def _where_code_goes(source: str, method: MethodOutline) -> str:
    if source.endswith(".ael"):
        return (
            f"write it below the word `code` here, or into `__methods__/{method.name}{method.suffix}` beside the file"
        )
    return f"write it into `{source.rpartition('/')[2].removesuffix('.yaml')}{method.suffix}` beside it"


def _uncalled(method: _WithoutEntry, embedded: set[str]) -> Iterator[Diagnostic]:
    """A method that others embed needs no `main`, and one that embeds others may have theirs."""
    if not (method.is_absent and (method.embeds or fold(method.name) in embedded)):
        yield MISSING_MAIN.at(method.place, "write `def main(evm):`", method=method.name, reason=method.reason)


def _lonely(path: str, declared: list[_Declared] | None, *, is_of_ael: bool) -> Iterator[Diagnostic]:
    if declared is None:
        name = path.rpartition("/")[2].rpartition(".")[0]
        if is_of_ael:
            advice, reason = "declare the method, or take the file away", f"no method `{name}` is declared for it"
        else:
            advice = f"declare the method in `{name}.yaml`, or take the file away"
            reason = f"there is no `{name}.yaml` beside it"
        yield CODE_WITHOUT_DECLARATION.at(Span(path), advice, reason=reason)
    elif all(each.location != "inline" for each in declared):
        advice, found = "make it an inline method, or take the file away", declared[-1]
        labels = (Label(found.place, "the method is declared here"),)
        yield CODE_WITHOUT_DECLARATION.at(
            Span(path), advice, labels, reason=f"the method is of location {found.location}"
        )
