"""Overrides of the resolution by hand, read from ``ontology/resolution.toml``: these are one, these are not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import OntologyError
from kg.records import TYPES

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
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise OntologyError(f"{path}: not valid TOML: {e}") from e
    same: dict[str, str] = {}
    for entry in data.get("same", ()):
        if not (isinstance(entry, list) and len(entry) > 1 and all(_is_node(node) for node in entry)):
            raise OntologyError(f"{path}: same: {entry!r} should be two node ids or more, such as model/bert")
        kept, *merged = entry
        same.update((node, kept) for node in merged)
    if chained := sorted({*same} & {*same.values()}):
        raise OntologyError(f"{path}: same: {chained[0]} stays in one entry and goes in another; write one entry")
    apart = set()
    for entry in data.get("apart", ()):
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str) and _is_node(entry[1])):
            raise OntologyError(f"{path}: apart: {entry!r} should be a name and a node id, such as model/bert")
        apart.add((entry[0], entry[1]))
    return Overrides(same=same, apart=frozenset(apart))


def _is_node(value: object) -> bool:
    return isinstance(value, str) and bool(NODE.fullmatch(value))
