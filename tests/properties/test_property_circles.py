"""Circles of properties: what `aelang validate` says of a type is what happens when it is ordered."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aelang.project import Compilation
from aelang.requests.transactions.planning import Add, CannotPrepare
from tests.properties.examples import examples
from tests.requests.stores import SqliteStores
from tests.requests.transactions.shop import Company, Servers, open_company, write_company
from tests.rules import findings

ANYWHERE = ("x", "x", "::p", "$R::p", "$R::q", "$R/a::p", "$R/b::p", "$R/a/s::p", "$R/c/d::p")
BELOW_SIMPLE = (*ANYWHERE, "/::p", "/::q")
BELOW_COMPLEX = (*ANYWHERE, "$C/d::p", "$C::p")


@st.composite
def datastores(draw: st.DrawFn) -> dict[str, str]:
    """Classes of services, in each other, whose properties `p` and `q` are made from one another."""

    def klass(name: str, base: str, said: tuple[str, ...], parts: dict[str, tuple[str, tuple[str, ...]]]) -> str:
        lines = [f'  attribute {each} = "{draw(st.sampled_from(said))}"' for each in "pq"]
        lines += ["  relationship resource = /Hosting/Server/one"] if base == "SimpleService" and name != "S" else []
        for part, (of, given_) in parts.items():
            argument = draw(st.sampled_from(("", "?p=", "?q=")))
            value = draw(st.sampled_from(given_)) if argument else ""
            lines.append(f"  relationship {part} on init = /Hosting/{of}/standard{argument}{value}")
        body = "\n".join(lines)
        return f"class {name} < /Provisioning/{base}\n\n{body}\n\n  instance standard\n"

    simple, whole = "SimpleService", "ComplexService"
    return {
        "R": klass("R", whole, ANYWHERE, {"a": ("A", ANYWHERE), "b": ("B", ANYWHERE), "c": ("C", BELOW_COMPLEX)}),
        "A": klass("A", simple, ANYWHERE, {"s": ("S", BELOW_SIMPLE)}),
        "S": klass("S", simple, BELOW_SIMPLE, {}),
        "B": klass("B", simple, ANYWHERE, {}),
        "C": klass("C", whole, BELOW_COMPLEX, {"d": ("D", BELOW_COMPLEX)}),
        "D": klass("D", simple, BELOW_COMPLEX, {}),
    }


@given(datastores())
@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_a_circle_is_found_before_it_is_ordered(stores: SqliteStores, tmp_path: Path, files: dict[str, str]) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    opened = open_company(write_company(folder, files))
    said = _refusal(Company(stores.new(), folder, Servers(folder / "servers.json"), opened))
    told = _told(opened)
    assert said == "" or told
    assert said != "" or not any(path.endswith("R.ael") for path in told)  # a part alone may have a circle


def _told(opened: Compilation) -> list[str]:
    """The files in which there is a circle."""
    return [each.span.source for each in findings(opened) if each.kind.slug == "property-circle"]


def _refusal(company: Company) -> str:
    """Why the type cannot be ordered, if that is a circle."""
    company.account()
    try:
        company.order(Add("/Hosting/R/standard"))
    except CannotPrepare as fault:
        assert "is made from itself" in str(fault)
        return str(fault)
    finally:
        company.store.close()
    return ""
