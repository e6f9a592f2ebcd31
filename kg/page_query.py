"""The file beside the page: one script with the SPARQL engine, the graph and the named queries.

The page loads it when its queries are first opened, so that it opens as fast without. It is a script, because a page
on a disk may read nothing else, and the policy of the page lets it in because the page's own script asks for it
(``strict-dynamic``): a hash would be checked over HTTP alone. Engine and graph travel packed, as base64. The graph is
the Turtle file in another order: what a paper says stands beside the paper, so that packing finds each quote next to
the abstract it is from, and each name of evidence next to the claim that has it, which halves the size.
"""

from __future__ import annotations

import base64
import mmap
import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from kg.files import content_digest, write_whole
from kg.page import embed, joined
from kg.queries import read_named_queries
from kg.sparql import AGGREGATES, TERMS, UPDATES, WORDS, read_terms
from kg.store import known_prefixes

ENGINE = "web/vendor/oxigraph"
WORKER = "worker.js"
BLOCK = re.compile(rb"[^\n]*\n(?:\t[^\n]*\n)*")
STATED = re.compile(rb"\tkg:statedIn (\S+)")
EVIDENCE = re.compile(rb"evidence:\w+")
PREFIX = re.compile(r"^PREFIX (\w+): <[^>]*>\n\n?", re.MULTILINE)
Span: TypeAlias = tuple[int, int]


def write_page_query(turtle: Path, path: Path) -> None:
    """Write to `path` what the page needs to run queries on the graph in the file `turtle`.

    Raises:
        OutputError: `turtle` cannot be read, or the folder or the file cannot be written.
    """
    with write_whole(path) as file:
        file.writelines(_script(turtle))


def graph_key(turtle: Path) -> str:
    """Return what tells the graph in the file `turtle` from any other, for the page and the file beside it."""
    return content_digest([turtle])


def _script(turtle: Path) -> Iterator[bytes]:
    known = known_prefixes(turtle)
    about = {
        "key": graph_key(turtle),
        "prefixes": known,
        "ours": TERMS,
        "terms": read_terms(),
        "words": sorted(WORDS),
        "updates": sorted(UPDATES),
        "aggregates": sorted(AGGREGATES),
        "queries": [[q.name, q.title, without_prefixes(q.text, known)] for q in read_named_queries().values()],
        "worker": worker_script(),
    }
    yield b"/* What graph.html runs queries with. It holds Oxigraph, https://github.com/oxigraph/oxigraph:\n"
    yield files("kg").joinpath(*ENGINE.split("/"), "LICENSE-MIT").read_bytes().replace(b"\r", b"")
    yield b"*/\nreceiveGraph(" + embed(about)[:-1].encode() + b',"engine":"'
    yield base64.b64encode(files("kg").joinpath(*ENGINE.split("/"), "web_bg.wasm.gz").read_bytes())
    yield b'","graph":"'
    with turtle.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        yield from _base64(_deflated(text[start:end] for start, end in close_together(text)))
    yield b'"});\n'


def without_prefixes(text: str, known: Collection[str]) -> str:
    """Return the query `text` without the prefixes that are `known` anyway, in this graph perhaps on another base.

    >>> without_prefixes("# Which?\\nPREFIX kg: <x#>\\nPREFIX my: <y#>\\n\\nASK { ?a kg:uses my:b }\\n", {"kg"})
    '# Which?\\nPREFIX my: <y#>\\n\\nASK { ?a kg:uses my:b }\\n'
    """
    return PREFIX.sub(lambda m: "" if m[1] in known else m[0], text)


def worker_script() -> str:
    """Return the script of the worker: the engine, whose module becomes a function, and our part."""
    engine = files("kg").joinpath(*ENGINE.split("/"), "web.js").read_text(encoding="utf-8").replace("\r\n", "\n")
    engine = re.sub(r"^export (?=class |function )", "", engine, flags=re.MULTILINE)
    engine = re.sub(r"^export \{[^}]*\};$", "return { Store, initSync };", engine, flags=re.MULTILINE)
    # the engine is given its bytes, so that the place it would fetch them from is never asked for
    return f"const oxigraph = (() => {{\n{engine.replace('import.meta.url', 'undefined')}}})();\n{joined(WORKER)}"


def close_together(turtle: mmap.mmap | bytes) -> Iterator[Span]:
    """Yield start and end of the subjects in `turtle`, prefixes first, what a paper says right after the paper.

    >>> text = b"claim:c\\n\\tkg:evidence evidence:e .\\n\\nevidence:e\\n\\tkg:statedIn paper:p .\\npaper:p\\nx:y .\\n"
    >>> [text[start:end].split()[0].decode() for start, end in close_together(text)]
    ['x:y', 'paper:p', 'claim:c', 'evidence:e']
    """
    papers, evidence = dict[bytes, list[Span]](), dict[bytes, tuple[Span, bytes]]()
    carriers = list[tuple[Span, list[bytes]]]()  # claims and results, with the names of their evidence
    for block in BLOCK.finditer(turtle):
        name = block[0].split(maxsplit=1)[0] if block[0] != b"\n" else b""
        kind = name.partition(b":")[0]
        if kind == b"paper":
            papers[name] = [block.span()]
        elif kind == b"evidence" and (stated := STATED.search(block[0])):
            evidence[name] = (block.span(), stated[1])
        elif kind in (b"claim", b"result"):
            carriers.append((block.span(), EVIDENCE.findall(block[0])))
        elif name:
            yield block.span()
    placed = set[bytes]()
    for span, pieces in carriers:
        known = [piece for piece in pieces if piece in evidence]
        if not known:
            yield span
            continue
        papers.setdefault(evidence[known[0]][1], []).append(span)
        for piece in known:
            place, paper = evidence[piece]
            if piece not in placed:
                papers.setdefault(paper, []).append(place)
        placed.update(known)
    yield from (span for spans in papers.values() for span in spans)
    yield from (span for name, (span, _) in evidence.items() if name not in placed)


def _deflated(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(9)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def _base64(parts: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for part in parts:
        left += part
        whole = len(left) - len(left) % 3
        yield base64.b64encode(left[:whole])
        left = left[whole:]
    yield base64.b64encode(left)
