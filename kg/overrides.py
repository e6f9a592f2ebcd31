"""Overrides of the resolution by hand, read from ``ontology/resolution.toml``: these are one, these are not."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import OntologyError, one_line
from kg.records import TYPES
from kg.vocabulary import Vocabulary

NODE = re.compile(rf"(?:{'|'.join(t.lower() for t in TYPES)})/[a-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """For a node id the one it is the same as, and pairs of a name as written and a node id that it is not."""

    same: Mapping[str, str] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()


NONE = Overrides()


def read_overrides(path: Path) -> Overrides:
    """Read the overrides in `path`; a missing file has none.

    Raises:
        OntologyError: the file is no TOML, or an entry has the wrong form; the message names it.
    """
    if not path.exists():
        return NONE
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as e:
        raise OntologyError(f"{path}: cannot be read: {e.strerror or e}") from e
    except (ValueError, RecursionError) as e:
        raise OntologyError(f"{path}: not valid TOML: {one_line(e)}") from e
    for name, entries in data.items():
        if name not in ("same", "apart"):
            raise OntologyError(f"{path}: unknown entry {name!r}; known are same and apart")
        if not isinstance(entries, list):
            raise OntologyError(f"{path}: {name} should be a list of lists, not {entries!r}")
    same: dict[str, str] = {}
    for entry in data.get("same", ()):
        if not (isinstance(entry, list) and len(entry) > 1 and all(_is_node(node) for node in entry)):
            raise OntologyError(f"{path}: same: {entry!r} should be two node ids or more, such as model/bert")
        kept, *merged = entry
        for node in merged:
            if node.split("/")[0] != kept.split("/")[0]:
                raise OntologyError(f"{path}: same: {kept} and {node} are of two types; one thing has one type")
            if same.setdefault(node, kept) != kept:
                raise OntologyError(f"{path}: same: {node} becomes {same[node]} and {kept}; write one entry")
    if chained := sorted({*same} & {*same.values()}):
        raise OntologyError(f"{path}: same: {chained[0]} stays in one entry and goes in another; write one entry")
    apart = set()
    for entry in data.get("apart", ()):
        if not (isinstance(entry, list) and len(entry) == 2 and _is_name(entry[0]) and _is_node(entry[1])):
            raise OntologyError(f"{path}: apart: {entry!r} should be a name and a node id, such as model/bert")
        apart.add((entry[0], entry[1]))
    return Overrides(same=same, apart=frozenset(apart))


def check_overrides(overrides: Overrides, vocabulary: Vocabulary, path: Path) -> None:
    """Refuse `overrides`, read from `path`, that name a node which is likely mistyped.

    A node need not be in the `vocabulary`: papers coin names. But what is merged or kept apart is seldom one that
    differs from a concept by a letter or two, and a concept does not become something unknown.

    Raises:
        OntologyError: the message names the node and the likely one.
    """
    for merged, kept in overrides.same.items():
        if kept not in vocabulary.concepts and merged in vocabulary.concepts:
            raise OntologyError(
                f"{path}: same: the vocabulary knows {merged} and not {kept}; write the known one first"
            )
    for node in sorted({*overrides.same.values(), *(node for _, node in overrides.apart)}):
        if node in vocabulary.concepts:
            continue
        # two that differ in a figure are two versions
        alike = [c for c in vocabulary.concepts if c[:6] == node[:6] and _figures(c) == _figures(node)]
        if near := difflib.get_close_matches(node, alike, n=1, cutoff=0.9):
            raise OntologyError(
                f"{path}: {node} is not in the vocabulary; did you mean {near[0]}? If not, add it to the vocabulary"
            )


def _figures(node: str) -> list[str]:
    return re.findall(r"\d+", node)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_node(value: object) -> bool:
    return isinstance(value, str) and bool(NODE.fullmatch(value))
