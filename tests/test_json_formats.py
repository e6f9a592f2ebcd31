"""The formats of JSON that have a module each: what is read from an item of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.readers.crossref import read_crossref
from kg.readers.csl import read_csl
from kg.readers.huggingface import read_huggingface
from kg.readers.openalex import in_order, read_openalex
from kg.readers.rows import NAMES, read_rows
from kg.readers.semanticscholar import read_semanticscholar
from kg.readers.snapshot import read_snapshot
from kg.records import Paper, Skipped

Reader = Callable[[Iterable[str], str], Iterator[Paper | Skipped]]
ITEMS: dict[str, tuple[Reader, dict[str, Any], dict[str, Any]]] = {
    "huggingface": (
        read_huggingface,
        {
            "paper": {
                "id": "2401.00001",
                "title": "On\n Foo",
                "summary": "We study\nfoo.",
                "publishedAt": "2024-01-05T17:59:53.000Z",
                "authors": [{"_id": "1", "name": "Ada Lovelace"}, {"_id": "2", "user": {}, "name": "Bo Li"}],
                "githubRepo": "https://github.com/a/b",
            },
            "publishedAt": "2024-01-06T13:59:53.000Z",
            "title": "On Foo",
            "numComments": 3,
        },
        {"identifiers": (("arxiv", "2401.00001"),), "links": ("https://github.com/a/b",)},
    ),
    "snapshot": (
        read_snapshot,
        {
            "id": "2401.00001",
            "authors": "A. Lovelace, B. Li",
            "title": "On\n  Foo",
            "abstract": "  We study\nfoo.\n",
            "categories": "cs.LG stat.ML",
            "doi": "10.1000/ABC",
            "journal-ref": "J. Foo 1",
            "versions": [{"version": "v1", "created": "Fri, 5 Jan 2024 19:18:42 GMT"}],
            "update_date": "2024-11-26",
            "authors_parsed": [["Lovelace", "Ada", ""], ["Li", "Bo", ""]],
        },
        {
            "identifiers": (("arxiv", "2401.00001"), ("doi", "10.1000/abc")),
            "venue": "J. Foo 1",
            "categories": ("cs.LG", "stat.ML"),
        },
    ),
    "semanticscholar": (
        read_semanticscholar,
        {
            "paperId": "20",
            "externalIds": {"ArXiv": "2401.00001", "DOI": "10.1000/ABC"},
            "title": "On Foo",
            "abstract": "We study foo.",
            "year": 2024,
            "publicationDate": "2024-01-05",
            "venue": "NeurIPS",
            "authors": [{"name": "Ada Lovelace"}, {"name": "Bo Li"}],
            "fieldsOfStudy": ["Computer Science"],
            "openAccessPdf": {"url": "https://a.org/x.pdf"},
            "url": "https://www.semanticscholar.org/paper/20",
        },
        {
            "identifiers": (("arxiv", "2401.00001"), ("doi", "10.1000/abc")),
            "venue": "NeurIPS",
            "categories": ("Computer Science",),
            "links": ("https://a.org/x.pdf", "https://www.semanticscholar.org/paper/20"),
        },
    ),
    "openalex": (
        read_openalex,
        {
            "id": "https://openalex.org/W1",
            "doi": "https://doi.org/10.1000/ABC",
            "title": "On Foo",
            "publication_date": "2024-01-05",
            "publication_year": 2024,
            "topics": [{"display_name": "Foology"}],
            "authorships": [{"author": {"display_name": "Ada Lovelace"}}, {"author": {"display_name": "Bo Li"}}],
            "abstract_inverted_index": {"study": [1], "We": [0], "foo.": [2]},
            "open_access": {"oa_url": "https://a.org/x.pdf"},
            "primary_location": {
                "source": {"display_name": "J. Foo"},
                "landing_page_url": "https://arxiv.org/abs/2401.00001",
            },
        },
        {
            "identifiers": (("arxiv", "2401.00001"), ("doi", "10.1000/abc")),
            "venue": "J. Foo",
            "categories": ("Foology",),
            "links": ("https://a.org/x.pdf",),
        },
    ),
    "crossref": (
        read_crossref,
        {
            "DOI": "10.1000/ABC",
            "title": ["On <i>Foo</i>"],
            "abstract": "<jats:title>Abstract</jats:title><jats:p>We study foo.</jats:p>",
            "author": [{"given": "Ada", "family": "Lovelace", "sequence": "first"}, {"given": "Bo", "family": "Li"}],
            "issued": {"date-parts": [[2024, 1, 5]]},
            "container-title": ["J. Foo"],
            "subject": ["Foology"],
            "URL": "https://doi.org/10.1000/ABC",
            "link": [{"URL": "https://a.org/x.pdf"}],
        },
        {
            "identifiers": (("doi", "10.1000/abc"),),
            "venue": "J. Foo",
            "categories": ("Foology",),
            "links": ("https://a.org/x.pdf",),
        },
    ),
    "csl": (
        read_csl,
        {
            "id": "doi:10.1000/ABC",
            "type": "article-journal",
            "title": "On Foo",
            "abstract": "We study foo.",
            "DOI": "10.1000/ABC",
            "author": [{"family": "Lovelace", "given": "Ada"}, {"literal": "Bo Li"}],
            "issued": {"date-parts": [["2024", 1, "5"]]},
            "container-title": "J. Foo",
            "URL": "https://a.org/x",
            "keyword": "foo, bar",
        },
        {
            "identifiers": (("doi", "10.1000/abc"),),
            "venue": "J. Foo",
            "categories": ("bar", "foo"),
            "links": ("https://a.org/x",),
        },
    ),
    "rows": (
        read_rows,
        {
            "Paper Title": "On Foo",
            "Summary": "We study foo.",
            "Authors": "Ada Lovelace, Bo Li",
            "published": "2024-01-05",
            "year": 2020,
            "arxiv_id": "2401.00001v3",
            "DOI": "10.1000/ABC",
            "journal_ref": "J. Foo",
            "categories": ["cs.LG"],
            "pdf_url": "https://arxiv.org/pdf/2401.00001",
            "code_links": ["https://github.com/a/b"],
        },
        {
            "identifiers": (("arxiv", "2401.00001"), ("doi", "10.1000/abc")),
            "venue": "J. Foo",
            "categories": ("cs.LG",),
            "links": ("https://github.com/a/b",),
        },
    ),
}


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("damaged", [False, True], ids=["json", "repr"])
def test_json_formats_read_all_that_an_item_says(name: str, damaged: bool) -> None:
    reader, item, more = ITEMS[name]
    expected = Paper(
        title="On Foo",
        abstract="We study foo.",
        pages=("x",),
        authors=("Ada Lovelace", "Bo Li"),
        date="2024-01-05",
        **more,
    )
    text = json.dumps([repr(item)] if damaged else [item])
    assert list(reader([text], "x")) == [expected]


@pytest.mark.parametrize("name", ITEMS)
def test_json_formats_take_any_value_in_any_field(name: str) -> None:
    reader, item, _ = ITEMS[name]
    odds: list[Any] = [None, 3, -1.5, True, "x", [], {}, [None], [[]], [{}], {"a": [1]}, ["x", 2], [[["x"]]]]
    for odd in odds:
        for field in item:
            for found in reader([json.dumps([{**item, field: odd}])], "x"):
                assert isinstance(found, Paper | Skipped)


@given(st.dictionaries(st.sampled_from(["a", "b", "c c"]), st.lists(st.integers(-2, 10**12) | st.none(), max_size=4)))
def test_json_formats_order_an_inverted_index_without_filling_gaps(index: dict[str, Any]) -> None:
    assert len(in_order(index)) <= sum(4 * len(places) for places in index.values())


@pytest.mark.parametrize("field", NAMES)
def test_json_formats_rows_find_a_field_under_each_of_its_names(field: str) -> None:
    if field in ("title", "abstract"):
        for name in NAMES[field].split():
            row = {"title": "On Foo", "abstract": "We study foo."}
            row[name] = row.pop(field)
            [paper] = read_rows([json.dumps(row)], "x")
            assert isinstance(paper, Paper), name
