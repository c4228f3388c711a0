"""Code of methods: whether it parses. It is read by the language's own parser, in a process of its own, and never run.

What was read before is not read again: results are kept by content, and what all of them came to for the state at hand.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aelang.code.reader import Fault, Reader, reader_of, reader_version
from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.diagnostics.packed import pack_diagnostics, unpack_diagnostics
from aelang.source import Span

if TYPE_CHECKING:
    from aelang.building.codes import Code
    from aelang.project import Compilation

INVALID_CODE = DiagnosticKind("invalid-code", Severity.ERROR, "this is not {language}: {problem}")
UNCHECKED_CODE = DiagnosticKind("unchecked-code", Severity.WARNING, "this {language} was not checked: {reason}")

_LANGUAGES = {"ruby": "Ruby", "python": "Python"}


def check_code(compiled: "Compilation") -> tuple[list[Diagnostic], tuple[str, ...]]:
    """What of the code of `compiled` does not parse, and sentences about what could not be looked at.

    Diagnostics: invalid-code, unchecked-code.
    """
    versions = {language: reader_version(language) for language in _LANGUAGES}
    name = f"code {json.dumps(versions)}"
    known = compiled.note(name)
    if known is not None:
        found, notes = json.loads(known)
        return unpack_diagnostics(found), tuple(notes)
    said: list[Diagnostic] = []
    told: list[str] = []
    for language in _LANGUAGES:
        codes = [code for code in compiled.codes() if code.language == language]
        if codes and versions[language]:
            said += _check(compiled, language, versions[language], codes)
        elif codes:
            told.append(_without_ruby(len(codes)))
    if all(each.kind is INVALID_CODE for each in said):  # what could not be checked may be checked the next time
        compiled.keep_note(name, json.dumps([pack_diagnostics(said), told]).encode())
    return said, tuple(told)


def _without_ruby(count: int) -> str:
    methods = "1 Ruby method" if count == 1 else f"{count} Ruby methods"
    return f"the code of {methods} was not checked: there is no `ruby` on the PATH (Debian: apt install ruby)"


def _check(compiled: "Compilation", language: str, version: str, codes: "list[Code]") -> Iterator[Diagnostic]:
    checker = f"{language} {version}"
    known = {digest: _fault(data) for digest, data in compiled.kept_results(checker, {c.digest for c in codes}).items()}
    unknown = {code.digest: code for code in codes if code.digest not in known}
    if unknown:
        reader = reader_of(language)
        assert reader is not None  # it has a version
        try:
            made = dict(_read(compiled, reader, unknown.values()))
        finally:
            reader.close()
        lasting = {digest: fault for digest, fault in made.items() if fault is None or fault.is_read}
        compiled.keep_results(checker, {digest: json.dumps(fault).encode() for digest, fault in lasting.items()})
        known |= made
    for code in codes:
        fault = known.get(code.digest)
        if fault is not None:
            yield _diagnostic(code, fault)


def _read(compiled: "Compilation", reader: Reader, codes: "Iterable[Code]") -> Iterator[tuple[str, Fault | None]]:
    for code, text in compiled.code_texts(codes):
        yield code.digest, reader.read(text)


def _fault(data: bytes) -> Fault | None:
    said = json.loads(data)
    return None if said is None else Fault(*said)


def _diagnostic(code: "Code", fault: Fault) -> Diagnostic:
    language = _LANGUAGES[code.language]
    if not fault.is_read:
        return UNCHECKED_CODE.at(Span(code.source), "shorten it, or split it", language=language, reason=fault.problem)
    span = Span(code.source, code.line + fault.line - 1, code.column + fault.column - 1, 1)
    advice = f"write {language} that parses, or declare the language in which it is written"
    return INVALID_CODE.at(span, advice, language=language, problem=fault.problem)
