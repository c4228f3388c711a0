"""The site of a datastore with any texts in it is well-formed, whole, and has no markup but its own."""

import json
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.names import fold
from aelang.site.addresses import file_name
from aelang.site.html import escaped, visible
from tests.sites import Strict, contents, faults, make_site, pages, search_data

_HOSTILE = st.sampled_from([
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onmouseover="alert(1)', "' x='",
    "javascript:alert(1)", "]]>", "-->", "<!--", "&lt;b&gt;", "&#x3c;", "\u2028\u2029", "\u202e", "\x00", "\x85",
    "\x1b[2J", "`${x}`", "${/#a}", "\\u003c", "</style>", "../../../etc/passwd", "con", "a" * 300, "Ä ö", "\U0001f600",
    "\r\n", "%00", "v2:{", "v2:{c2VjcmV0}", "#q=<b>", "\ufeff", "<svg/onload=alert(1)>",
])  # fmt: skip
_TEXTS = _HOSTILE | st.text(max_size=12) | st.tuples(_HOSTILE, _HOSTILE).map("".join)
_MARKUP = re.compile(r"<[^>]*>")


def _file(kind: str, attributes: dict[str, str], **others: object) -> str:
    return json.dumps({"object_type": kind, "version": 1.0, "object": {"attributes": attributes, **others}})


def _write(folder: Path, texts: list[str]) -> None:
    name, text, more, code = texts
    klass = folder / "D" / "N" / "K.class"
    (klass / "__methods__").mkdir(parents=True)
    states = [
        {"field": {"aetype": kind, "name": each, "priority": at + 1, "default_value": text, "on_error": more,
                   "description": text, "message": f"create,{more}"}}
        for at, (kind, each) in enumerate((("attribute", name), ("state", f"s{name}"), ("relationship", more)))
    ]  # fmt: skip
    files = {
        folder / "D" / "__domain__.yaml": _file("domain", {"name": "D", "description": text, "priority": "1"}),
        folder / "D" / "N" / "__namespace__.yaml": _file("namespace", {"name": "N", "display_name": more}),
        klass / "__class__.yaml": _file("class", {"name": "K", "description": text}, schema=states),
        klass / "a.yaml": _file("instance", {"name": name, "display_name": text}, fields=[{name: {"value": more}}]),
        klass / "b.yaml": _file("instance", {"name": more}, fields=[{f"s{name}": {"value": f"/N/K/{name}#{text}"}}]),
        klass / "__methods__" / "m.yaml": _file(
            "method", {"name": name, "location": "inline", "language": "ruby", "scope": "instance"},
            inputs=[{"field": {"name": more, "default_value": text, "aetype": "method"}}],
        ),
    }  # fmt: skip
    for path, said in files.items():
        path.write_text(said, "utf-8")
    (klass / "__methods__" / "m.rb").write_bytes(code.encode("utf-8", "replace"))


@settings(max_examples=60, deadline=None)
@given(st.lists(_TEXTS, min_size=4, max_size=4))
def test_data_never_becomes_markup(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _write(folder / "store", texts)
        make_site(folder / "site", folder / "store", title=texts[0])
        assert [] == faults(folder / "site")
        assert {1} == {Strict(path.read_text("utf-8")).scripts for path in pages(folder / "site")}
        search_data(folder / "site")
        script = (folder / "site" / "assets" / "search.js").read_text("ascii")
        assert not set("<>&") & set(script)
        assert [] == [name for name, data in contents(folder / "site").items() if b"v2:{c2VjcmV0}" in data]


@given(st.text() | _TEXTS)
def test_a_text_is_read_as_it_was(text: str) -> None:
    page = f"<p>{escaped(text)}</p>"
    assert ["<p>", "</p>"] == _MARKUP.findall(page)
    assert visible(text) == "".join(Strict(page).texts)


@given(_TEXTS, _TEXTS)
def test_files_are_the_same_where_names_are(one: str, other: str) -> None:
    assert (fold(one) == fold(other)) == (file_name(one) == file_name(other))
    assert re.fullmatch(r"[a-z0-9_~-]{1,80}", file_name(one))
