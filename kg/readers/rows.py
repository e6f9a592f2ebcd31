"""Rows: JSON lines, or a JSON array, of objects with a title and an abstract.

The fields are found under the names that people give them (``title``; ``abstract`` or ``summary``);
an object nested under ``paper`` is read as the row itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from kg.readers.listing import LONGEST, clean
from kg.records import Paper, Skipped

IDENTIFIERS = (("arxiv", ("arxiv_id", "arxivId", "arxiv")), ("doi", ("doi", "DOI")), ("url", ("url", "link")))
ABSTRACT = ("abstract", "summary", "description")


def looks_like_rows(text: str) -> bool:
    """Tell whether `text` is JSON rather than a page of text."""
    return bool(re.match(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]]|-?\d+\s*,))", text))


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
            skipped.append(
                Skipped(source=source, row=row, reason=f"{reason}; expected an object with title and abstract")
            )
            continue
        title = _text(item.get("title"))
        abstract = next((t for n in ABSTRACT if (t := _text(item.get(n)))), "")
        if len(title) + len(abstract) > LONGEST:
            reason = f"title and abstract of {len(title) + len(abstract):,} characters are no paper's"
            skipped.append(Skipped(source=source, row=row, reason=reason))
        elif title and abstract:
            papers.append(Paper(title=title, abstract=abstract, pages=(source,), identifiers=_identifiers(item)))
        else:
            missing = "title" if not title else "abstract"
            skipped.append(Skipped(source=source, row=row, reason=f"no {missing}: {(title or abstract)[:60]!r}"))
    return papers, skipped


def _identifiers(item: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the identifiers of a row as pairs of scheme and value."""
    found = ((scheme, _text(item.get(name))) for scheme, names in IDENTIFIERS for name in names)
    return tuple(sorted({(scheme, value) for scheme, value in found if value}))


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _values(text: str) -> Iterator[tuple[int, Any]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as e:
        if text.lstrip().startswith("["):
            yield 1, ValueError(f"broken JSON: {e}")
            return
    else:
        lists = [v for v in whole.values() if isinstance(v, list)] if isinstance(whole, dict) else []
        rows = whole if isinstance(whole, list) else lists[0] if lists and "title" not in whole else [whole]
        yield from enumerate(rows, 1)
        return
    for row, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield row, json.loads(line)
            except (ValueError, RecursionError) as e:
                yield row, ValueError(f"broken JSON: {e}")
