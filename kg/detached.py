"""Annotations apart from their texts, for texts that are not ours to pass on.

A row holds a hash of the text and the offsets of the mentions in it, and no word of it. It is read where the texts
are at hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.errors import InputError
from kg.markup import clean
from kg.readers.chunks import decoded, unpacked
from kg.readers.fields import as_text
from kg.readers.objects import objects
from kg.records import Paper, Skipped


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSON lines file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, ValueError) as e:
        raise InputError(f"{path}: cannot be read as JSON lines ({e})") from e


def text_hash(text: str) -> str:
    """Return the hash by which an annotation apart from its text knows it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def detach(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an annotated paper without its text and without any words of it; `attach` is the inverse.

    >>> row = {"title": "On X", "abstract": "X is fast.", "improves_on": [], "results": [],
    ...        "entities": [{"name": "X", "type": "Model", "role": "uses", "mentions": ["X"]}]}
    >>> attach(detach(row), Paper(title="On X", abstract="X is fast."))["entities"][0]["mentions"]
    ['X']
    """
    text = Paper(title=row["title"], abstract=row["abstract"]).text
    names = [e["name"] for e in row["entities"]]
    return {
        "text": text_hash(text),
        "entities": [
            [e["type"], e["role"], *([text.index(m), text.index(m) + len(m)] for m in e["mentions"])]
            for e in row["entities"]
        ],
        "improves_on": [
            [names.index(i["source"]) if i["source"] in names else None, names.index(i["target"]), bool(i["generic"])]
            for i in row["improves_on"]
        ],
    }


def attach(row: Mapping[str, Any], paper: Paper) -> dict[str, Any]:
    """Return the annotation `row` of `paper` in full; an entity is called by its first mention."""
    entities: list[dict[str, Any]] = []
    for kind, role, *places in row["entities"]:
        mentions = [paper.text[start:end] for start, end in places]
        entities.append({"name": f"{mentions[0]}", "type": kind, "role": role, "mentions": mentions})
    taken: set[str] = set()
    for i, entity in enumerate(entities):
        if entity["name"] in taken:
            entity["name"] = f"{entity['name']} {i}"
        taken.add(entity["name"])
    return {
        "title": paper.title,
        "abstract": paper.abstract,
        "entities": entities,
        "improves_on": [
            {
                "source": "PAPER" if source is None else entities[source]["name"],
                "target": entities[target]["name"],
                "generic": generic,
            }
            for source, target, generic in row["improves_on"]
        ],
        "results": [],
    }


def read_written(path: Path) -> Iterator[Paper]:
    """Yield the papers of a file of JSON rows as they are written there, LaTeX and all.

    The hash and the offsets of an annotation apart from its text are those of this form.
    """
    with path.open("rb") as file:
        chunks = decoded(unpacked(file, lambda _: None), lambda _: None)
        for found in objects(chunks, path.name):
            if not isinstance(found, Skipped):
                _, row = found
                yield Paper(title=clean(as_text(row.get("title"))), abstract=clean(as_text(row.get("abstract"))))


def attach_rows(rows: Iterable[Mapping[str, Any]], papers: Iterable[Paper]) -> Iterator[dict[str, Any]]:
    """Yield those of the annotations `rows` whose text is among `papers`, in full."""
    wanted = {row["text"]: row for row in rows}
    for paper in papers:
        if (row := wanted.get(text_hash(paper.text))) is not None:
            yield attach(row, paper)
