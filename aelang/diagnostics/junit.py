"""Diagnostics as a JUnit report: each is a test that failed, and a note is one that passed with output."""

from collections.abc import Sequence

from aelang.diagnostics import Diagnostic, Severity


def render(found: Sequence[Diagnostic]) -> str:
    """One suite with a case for each of `found`; with one that passed where there is none."""
    failures = sum(each.severity is not Severity.INFO for each in found)
    counts = f'tests="{len(found) or 1}" failures="{failures}" errors="0"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="aelang" {counts}>']
    lines += [f'  <testsuite name="aelang validate" {counts}>']
    lines += [_one(each) for each in found] or ['    <testcase classname="aelang" name="nothing is wrong"/>']
    return "\n".join((*lines, "  </testsuite>", "</testsuites>"))


def _one(found: Diagnostic) -> str:
    span, name = found.span, f"{found.kind.slug} at line {found.span.line}" if found.span.line else found.kind.slug
    place = f" file={attribute(span.source)}" + (f' line="{span.line}"' if span.line else "") if span.source else ""
    head = f"    <testcase classname={attribute(span.source or 'aelang')} name={attribute(name)}{place}"
    body = escaped(f"{span}: {found.message}" + (f"\n{found.help}" if found.help else ""))
    if found.severity is Severity.INFO:
        return f"{head}><system-out>{body}</system-out></testcase>"
    kind, message = attribute(found.severity.word), attribute(found.message)
    return f"{head}><failure type={kind} message={message}>{body}</failure></testcase>"


def escaped(text: str) -> str:
    """`text` as it stands between tags."""
    return _allowed(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def attribute(text: str) -> str:
    """`text` as the value of an attribute, in quotes."""
    return '"' + escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;") + '"'


def _allowed(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot have."""
    return "".join(each if _may_stand(ord(each)) else "�" for each in text)


def _may_stand(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
