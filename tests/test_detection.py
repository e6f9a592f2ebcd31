"""Formats told by content."""

from __future__ import annotations

import time

import pytest

from kg.readers import FORMATS
from kg.readers.detection import HEAD, detect_format

HEADS = {
    "listing": [
        "",
        "On Foo\n\nWe study foo.",
        "Get trending papers\nSubscribeOn X\nWe.",
        "@mentions in threads\nWe study them.",
        "<s> tokens\nWe study <s> tokens.",
        "Title, Abstract Thinking\nWe do.",
    ],
    "html": [
        "<!DOCTYPE html><html>",
        "\n<html lang=en>",
        "<!-- saved from url=(0026)https://a.org -->\n<html>",
        "<article><h3>X</h3>",
    ],
    "huggingface": [
        '[{"paper": {"id": "1", "summary": "x"}}]',
        "[\"{'paper': {'id': '1', 'summary': 'x'}}\"]",
        '{"title": "x", "numComments": 1}',
    ],
    "atom": [
        '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
        "<feed>",
        "<?xml version='1.0'?><!-- x --><feed>",
    ],
    "snapshot": ['{"id": "1", "title": "x", "update_date": "2007"}'],
    "semanticscholar": ['{"total": 1, "data": [{"paperId": "x"}]}', "{'paperId': 'x'}"],
    "openalex": ['{"results": [{"id": "https://openalex.org/W1"}]}', '{"title": "x", "abstract_inverted_index": null}'],
    "crossref": [
        '{"status": "ok", "message-type": "work-list"}',
        '[{"DOI": "10.1/x", "title": ["x"]}]',
        '{"title": ["x"], "DOI": "1"}',
    ],
    "csl": [
        '[{"id": 1, "type": "article-journal", "title": "x"}]',
        '[{"title": "x", "issued": {"date-parts": [[1]]}}]',
    ],
    "bibtex": [
        "% x\n\n@article{a,\n",
        "@string{x = {y}}\n@InProceedings{a2024, title={T}}",
        "Some notes\n@misc(a, title={T})",
    ],
    "ris": ["TY  - JOUR\n", "Provider: x\nContent: y\n\nTY  - JOUR\n", "TY - JOUR"],
    "markdown": ["# On X\n\n**Abstract**: We.", "## On X\n- **Abstract:** We.", "# On X\n### Abstract\nWe."],
    "table": ["title,abstract\n", "Authors;Title;Abstract", "sep=,\nTitle,Abstract", "arxiv_id\tpaper_title\tsummary"],
    "rows": ['{"title": "T", "abstract": "A"}', '[{"title": "T"}]', "[1, 2]", "[]", "{}", "{'title': 'T'}"],
}


@pytest.mark.parametrize(("name", "head"), [(name, head) for name, heads in HEADS.items() for head in heads])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n \n"], ids=["bare", "bom", "blank"])
def test_detection_goes_by_content(name: str, head: str, before: str) -> None:
    assert detect_format(before + head) == name


def test_detection_knows_every_format() -> None:
    assert set(HEADS) == set(FORMATS)


@pytest.mark.parametrize(
    "piece",
    [
        '{"DOI": ',
        '{"title": [',
        '{"paper": {',
        "<!--",
        "@a{",
        "a,",
        " ",
        "\n",
        " \n",
        "<?xml",
        "**",
        '"title": ["x", "DOI" ',
    ],
)
def test_detection_takes_no_time(piece: str) -> None:
    began = time.process_time()
    detect_format(piece * (HEAD // len(piece)))
    for before in ("{", "x"):
        detect_format(before + piece * (HEAD // len(piece)))
    assert time.process_time() - began < 3
