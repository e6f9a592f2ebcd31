"""Papers from the fields of a record."""

from __future__ import annotations

import datetime
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.fields import LONGEST, arxiv_of, date_of, doi_of, link_of, names_of, paper_of
from kg.records import Paper, Skipped

ANY: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("title", "abstract", "authors", "date", "venue", "categories", "links", "arxiv", "doi")


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ANY)))
def test_fields_may_hold_anything(fields: dict[str, Any]) -> None:
    found = paper_of("x", 1, **fields)
    if isinstance(found, Paper):
        assert found.title
        assert found.abstract
        assert found.date == "" or datetime.date.fromisoformat((found.date + "-01-01")[:10]).year == found.year
        assert all(isinstance(a, str) and a == a.strip() for a in found.authors)
    else:
        assert found.row == 1


@pytest.mark.parametrize("absent", ["", " ", "nan", "N/A", "None", "[No abstract available]", "No abstract available."])
def test_fields_without_an_abstract_are_told(absent: str) -> None:
    found = paper_of("x", 7, title="On X", abstract=absent)
    assert str(found) == "x:7: no abstract: 'On X'"


@pytest.mark.parametrize("size", [LONGEST + 1, 10_000_000])
def test_fields_that_are_too_long_are_no_papers(size: int) -> None:
    found = paper_of("x", 1, title="On X", abstract="x" * size)
    assert isinstance(found, Skipped)
    assert "characters" in found.reason


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2401.00001", "2401.00001"),
        ("arXiv:2401.00001v12", "2401.00001"),
        ("http://arxiv.org/abs/hep-th/9901001v1", "hep-th/9901001"),
        ("https://arxiv.org/pdf/2401.00001v2.pdf", "2401.00001"),
        ("https://huggingface.co/papers/2401.00001", "2401.00001"),
        ("math.GT/0309136", "math/0309136"),
        ("arXiv:2401.00001 [cs.LG]", "2401.00001"),
        ("https://doi.org/10.48550/arXiv.2401.00001", "2401.00001"),
        ("2499.00001", ""),
        ("12345", ""),
        ("https://evil.org/arxiv.org/abs/2401.00001", ""),
        (None, ""),
    ],
)
def test_fields_hold_arxiv_ids_in_many_ways(value: object, found: str) -> None:
    assert arxiv_of(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("https://dx.doi.org/10.1000/ABC", "10.1000/abc"),
        ("doi:10.1000/x.", "10.1000/x"),
        ("10.1000%2Fx", "10.1000/x"),
        ("10.1000/", ""),
        ("see 10.1000/x", ""),
    ],
)
def test_fields_hold_dois_in_many_ways(value: object, found: str) -> None:
    assert doi_of(value) == found


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.org", "https://", "https://a b.org",
     "http://a.org/<x>",
     'http://a.org/"x', "http://a.org/{x}", "http://a.org\\@b.org"],
)  # fmt: skip
def test_fields_hold_no_links_but_addresses_of_the_web(value: str) -> None:
    assert link_of(value) == ""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Ada Lovelace, Alan Turing and Bo Li", ("Ada Lovelace", "Alan Turing", "Bo Li")),
        ("Lovelace, Ada and Turing, Alan", ("Ada Lovelace", "Alan Turing")),
        ("Lovelace, A.; Turing, A.", ("A. Lovelace", "A. Turing")),
        (["A Li", {"name": "B Wu"}, {"family": "Xu", "given": "C"}, 3], ("A Li", "B Wu", "C Xu")),
        (r"C. Bal\'azs, P. Nadolsky", ("C. Balázs", "P. Nadolsky")),
        ("Lovelace, Ada", ("Ada Lovelace",)),
        ("李明", ("李明",)),
        ("", ()),
    ],
)  # fmt: skip
def test_fields_hold_authors_in_many_ways(value: object, found: tuple[str, ...]) -> None:
    assert names_of(value) == found


@given(st.dates(datetime.date(1500, 1, 1), datetime.date(2199, 12, 31)))
def test_fields_hold_dates_in_many_ways(day: datetime.date) -> None:
    iso = day.isoformat()
    parts = [day.year, day.month, day.day]
    forms = ("%Y/%m/%d", "%d %B %Y", "%b %d, %Y", "%a, %d %b %Y 19:18:42 GMT", "%Y%m%d", "%Y-%m-%dT01:02:03Z")
    for value in (iso, parts, {"date-parts": [list(map(str, parts))]}, *map(day.strftime, forms)):
        assert date_of(value) == iso, value
    assert date_of(day.strftime("%B %Y")) == date_of([day.year, day.month]) == iso[:7]
    assert date_of(day.year) == date_of(str(day.year)) == iso[:4]


def test_fields_without_a_date_take_the_month_of_the_arxiv_id() -> None:
    found = paper_of("x", 1, title="On X", abstract="We.", links=["https://arxiv.org/abs/2405.00001"])
    assert isinstance(found, Paper)
    assert (found.date, found.year) == ("2024-05", 2024)
    dated = paper_of("x", 1, title="On X", abstract="We.", arxiv="2405.00001", date="2023")
    assert isinstance(dated, Paper)
    assert dated.date == "2023"


@given(st.text(alphabet=st.characters() | st.sampled_from("/?#[]@:%&=é\ue000\ud800"), max_size=20))
def test_fields_links_are_iris_whatever_stands_in_them(text: str) -> None:
    for link in (link_of(f"https://a.org{text}"), link_of(f"http://a.org/?b{text}"), link_of(text)):
        assert not link or pyoxigraph.NamedNode(link).value == link


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://a.org/?filter[]=1&b=50%", "https://a.org/?filter%5B%5D=1&b=50%25"),
        ("https://a.org/a%20b#c#d", "https://a.org/a%20b#c%23d"),
        (
            "https://de.wikipedia.org/wiki/Künstliche_Intelligenz",
            "https://de.wikipedia.org/wiki/Künstliche_Intelligenz",
        ),
        ("https://a.org/\ue000", "https://a.org/%EE%80%80"),
    ],
)
def test_fields_links_hold_in_their_bytes_what_an_iri_may_not(link: str, found: str) -> None:
    assert link_of(link) == found
