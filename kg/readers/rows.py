"""Rows: JSON lines, or a JSON array, of objects with a title and an abstract.

The fields are found under the names that people give them (``title``; ``abstract`` or ``summary``);
an object nested under ``paper`` is read as the row itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg.readers.listing import clean
from kg.records import Paper, Skipped

ABSTRACT = ("abstract", "summary", "description")


def looks_like_rows(text: str) -> bool:
    """Tell whether `text` is JSON rather than a page of text."""
    return text.lstrip().startswith(("{", "["))


def read_rows(text: str, source: str) -> tuple[list[Paper], list[Skipped]]:
    """Return the papers of JSON lines or of a JSON array, and the rows that are none.

    >>> read_rows('{"title": "On X", "abstract": "We study X."}', "x.jsonl")[0][0].title
    'On X'
    """
    papers: list[Paper] = []
    skipped: list[Skipped] = []
    for row, value in _values(text):
        item = value.get("paper", value) if isinstance(value, dict) else value
        if not isinstance(item, dict):
            reason = value.args[0] if isinstance(value, ValueError) else "no JSON object"
            skipped.append(Skipped(source=source, row=row, reason=f"{reason}; expected an object with title and abstract"))
            continue
        title = clean(str(item.get("title") or ""))
        abstract = clean(str(next((item[n] for n in ABSTRACT if item.get(n)), "")))
        if title and abstract:
            papers.append(Paper(title=title, abstract=abstract, pages=(source,)))
        else:
            missing = "title" if not title else "abstract"
            skipped.append(Skipped(source=source, row=row, reason=f"no {missing}: {(title or abstract)[:60]!r}"))
    return papers, skipped


def _values(text: str) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text), 1)
        except (ValueError, RecursionError) as e:
            yield 1, ValueError(f"broken JSON: {e}")
        return
    for row, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield row, json.loads(line)
            except (ValueError, RecursionError) as e:
                yield row, ValueError(f"broken JSON: {e}")
