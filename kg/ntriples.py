"""The graph as N-Triples, one triple a line, compressed: what bulk loaders read fastest.

The lines are those of the Turtle file, in its order. The archive holds neither a name nor a time, so that the same
graph gives the same bytes, as long as zlib stays the same.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kg.files import write_whole
from kg.progress import Progress, unseen


def write_ntriples(turtle: Path, path: Path, progress: Progress = unseen) -> None:
    """Write what the file `turtle` says to `path` as N-Triples under gzip, whole or not at all."""
    with (
        write_whole(path) as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0) as packed,
    ):
        quads = progress(pyoxigraph.parse(path=str(turtle), format=pyoxigraph.RdfFormat.TURTLE), f"Writing {path.name}")
        lines = cast("IO[bytes]", packed)
        pyoxigraph.serialize((quad.triple for quad in quads), lines, format=pyoxigraph.RdfFormat.N_TRIPLES)
