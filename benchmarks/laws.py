"""Laws: what must hold of any input, for each target of the fuzzer (`benchmarks.fuzz`).

A target is a function that gives a `Law`, a function from bytes that raises where something does not hold, and seeds to
begin with. To add one, write such a function and a line in `TARGETS`. What is used of `kg` is imported inside, so that
it can be watched.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.seeds import MARKUP, SEEDS

if TYPE_CHECKING:
    from kg.records import Extraction, Paper, Skipped

Law = Callable[[bytes], None]
Target = tuple[Law, Sequence[bytes]]

ROOT = Path(__file__).parent.parent
# of a paper that seeds are made from, so many bytes
SHORT = 700
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def hold(right: bool, law: str, *about: object) -> None:
    """Raise where a law does not hold."""
    if not right:
        raise AssertionError(f"{law}: {', '.join(map(repr, about))}"[:600])


def reader(form: str | None) -> Target:
    """Every input gives papers in order and reasons in words, the same whatever pieces it comes in."""
    from kg.readers import FORMATS, stream_papers
    from kg.records import Paper

    path = Path(tempfile.mkdtemp(prefix="kg-fuzz-")) / "input"

    def law(data: bytes) -> None:
        path.write_bytes(data)
        for found in stream_papers([path], form):
            check_row(found, "input")
        if form:
            text = data.decode("utf-8", "replace").replace("\r", "\n")
            pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
            whole, cut = (list(FORMATS[form](iter(given), "x")) for given in ([text], pieces))
            # the words of a reason may be those of a parser, which goes by pieces
            said = [[f if isinstance(f, Paper) else f.row for f in found] for found in (whole, cut)]
            hold(said[0] == said[1], "pieces make no difference", whole[-3:], cut[-3:])

    formats = [form] if form else list(SEEDS)
    return law, [seed.encode() for name in formats for seed in SEEDS[name]]


def check_row(found: Paper | Skipped, source: str) -> None:
    """Hold what every paper and every reason must be."""
    from kg.markup import clean
    from kg.readers.fields import LONGEST, arxiv_of, date_of, doi_of, link_of
    from kg.records import Skipped

    if isinstance(found, Skipped):
        hold(found.source == source and found.row > 0, "a reason has a place", found)
        hold(0 < len(found.reason) < 600 and not CONTROL.search(found.reason), "a reason is one line", found)
        return
    hold(bool(found.title) and bool(found.abstract), "title and abstract are there", found)
    hold(len(found.title) + len(found.abstract) <= LONGEST, "they have a length", len(found.text))
    for field in (found.title, found.abstract, found.venue, *found.authors, *found.categories, *found.links):
        hold(field == clean(field) and not CONTROL.search(field), "fields are clean", field)
    hold(found.pages == (source,), "the page is the source", found.pages)
    hold(not found.date or date_of(found.date) == found.date, "dates are dates", found.date)
    hold(all(link_of(link) == link for link in found.links), "links are links", found.links)
    for scheme, value in found.identifiers:
        hold({"arxiv": arxiv_of, "doi": doi_of}[scheme](value) == value, "identifiers stay", scheme, value)


def packed() -> Target:
    """Packed input gives what the plain one does, and of a damaged one the beginning."""
    import zstandard

    from kg.readers import stream_papers
    from kg.records import Paper

    folder = Path(tempfile.mkdtemp(prefix="kg-fuzz-"))

    def papers(data: bytes) -> list[tuple[str, str]]:
        (folder / "input").write_bytes(data)
        found = list(stream_papers([folder / "input"], "rows"))
        for one in found:
            check_row(one, "input")
        return [(p.title, p.abstract) for p in found if isinstance(p, Paper)]

    def law(data: bytes) -> None:
        if len(data) < 5:
            return
        pack = gzip.compress if data[0] % 2 else zstandard.compress
        whole = pack(data[4:])
        if data[0] & 2:
            whole += pack(data[4 : 4 + len(data) // 2])
        plain, found = papers(data[4:]), papers(whole)
        hold(data[0] & 2 > 0 or found == plain, "packed as plain", plain, found)
        at = int.from_bytes(data[1:3]) % len(whole)
        papers(whole[:at])
        papers(whole[:at] + data[3:4] + whole[at + 1 :])
        papers(data[4:])

    seeds = [bytes([kind, 0, 40, 7]) + seed.encode() for kind in range(4) for seed in SEEDS["rows"]]
    return law, [*seeds, b"\0\0\0\0\x1f\x8b\x08\x00", b"\0\0\0\0\x28\xb5\x2f\xfd"]


def markup() -> Target:
    """Text becomes plain text of one line, which stays as it is."""
    from kg.latex import without_latex
    from kg.markup import clean, readable
    from kg.text import find_sentences, key, paper_id, slug, title_key

    def law(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        without_latex(text)
        read = readable(text)
        hold(clean(read) == read and not CONTROL.search(read), "read once is read", text, read)
        hold(key(read) == key(read.swapcase().swapcase()) or not read.isascii(), "case makes no key", read)
        hold(bool(re.fullmatch(r"[a-z0-9-]*", slug(read))) and len(slug(read)) <= 81, "slugs are ids", read, slug(read))
        hold(bool(re.fullmatch(r"paper/[a-z0-9-]+", paper_id(read))), "papers have ids", read, paper_id(read))
        hold(title_key(read) == title_key(title_key(read)), "the key of a title is one", read)
        end = 0
        for sentence in find_sentences(read):
            hold(read[sentence.start : sentence.end] == sentence.text, "sentences quote", read, sentence)
            hold(not read[end : sentence.start].strip(), "nothing between sentences", read, sentence)
            end = sentence.end
        hold(not read[end:].strip(), "nothing behind the last sentence", read)

    return law, [text.encode() for text in MARKUP]


def merging() -> Target:
    """Copies become one paper, in any order, and nothing is lost."""
    from kg.readers.fields import paper_of
    from kg.readers.merging import merge_papers
    from kg.records import Paper
    from kg.text import title_key

    def law(data: bytes) -> None:
        given: list[Paper] = []
        for row, line in enumerate(data.decode("utf-8", "replace").split("\n")[:60]):
            title, abstract, arxiv, doi, date, *_ = [*line.split("|"), "", "", "", ""]
            found = paper_of(
                f"{row % 3}",
                row,
                title=title,
                abstract=abstract,
                arxiv=f"2401.{arxiv:0>5}",
                doi=f"10.1000/{doi}",
                date=date,
            )
            given += [found] if isinstance(found, Paper) else []
        merged = tuple(merge_papers(given))
        shuffled = random.Random(len(data)).sample(given, len(given))
        again = tuple(merge_papers(shuffled))
        hold(again == merged, "in any order", merged, again)
        hold(tuple(merge_papers(merged)) == merged, "merged once is merged", merged)
        keys = [title_key(p.title) or p.title for p in merged]
        hold(len(set(keys)) == len(keys), "one paper for a title", keys)
        for kept in ("pages", "identifiers"):
            hold({x for p in given for x in getattr(p, kept)} == {x for p in merged for x in getattr(p, kept)}, kept)

    return law, [
        b"On X|We.|1|a|2024\nOn x.|We study.|2|a|2023-05\nOn Y|We.|1|b|\nOn Z|We.|3|b|2022",
        b"X|Y|1|1|1\n" * 8,
    ]


def listed(data: bytes) -> list[Paper]:
    """Return the papers of a fuzzed text: a line for each title and its abstract, in turn."""
    from kg.readers.fields import paper_of
    from kg.records import Paper

    lines = data.decode("utf-8", "replace").split("\n")[:8]
    rows = [paper_of("x", 1, title=t, abstract=a) for t, a in zip(lines[::2], lines[1::2], strict=False)]
    return list({p.title: p for p in rows if isinstance(p, Paper)}.values())


def abstracts() -> list[bytes]:
    """Return some papers of the corpus, and a list of cues, as seeds for what reads papers."""
    from kg.readers import read_papers

    shipped = read_papers([ROOT / "corpus"]).papers[::40]
    cues = tomllib.loads((ROOT / "ontology" / "cues.toml").read_text(encoding="utf-8"))
    phrases = [" ".join(v) for section in cues.values() for v in section.values() if isinstance(v, list)]
    return [
        b"FooNet: On Y\nWe propose FooNet (FN). It is 2.5x faster than GPT-4, by 3% and 4% on MMLU and GLUE.",
        *(f"{p.title}\n{p.abstract}".encode()[:SHORT] for p in shipped),
        *(f"On X\n{some}"[at : at + SHORT].encode() for some in phrases for at in range(0, len(some), SHORT)),
    ]


def check_extraction(extraction: Extraction) -> None:
    """Hold what every extraction must be."""
    from kg.records import RELATIONS, TYPES

    text = extraction.paper.text
    for mention in extraction.mentions:
        hold(0 <= mention.start < mention.end <= len(text), "mentions lie in the text", mention)
        hold(text[mention.start : mention.end] == mention.surface, "mentions quote", mention)
        hold(
            mention.type in TYPES and 0 < mention.confidence <= 1 and bool(mention.name), "mentions are whole", mention
        )
    for pair in zip(extraction.mentions, extraction.mentions[1:], strict=False):
        hold(pair[0].end <= pair[1].start, "mentions do not overlap", *pair)
    for relation in extraction.relations:
        quote, target = relation.quote, relation.target
        hold(text[quote.start : quote.end] == quote.text, "sentences quote", quote)
        hold(quote.start <= target.start < quote.end, "the sentence holds what it is about", relation)
        hold(relation.predicate in RELATIONS and 0 < relation.confidence <= 1, "relations are whole", relation)
        hold({target, relation.source} - {None} <= {*extraction.mentions}, "relations speak of mentions", relation)
    for result in extraction.results:
        quote = result.quote
        hold(text[result.start : result.end] == result.value, "results quote", result)
        hold(quote.start <= result.start and result.end <= quote.end, "the sentence holds the figure", result)
        hold(text[quote.start : quote.end] == quote.text, "sentences quote", quote)
        hold(
            bool(re.fullmatch(r"\d+(?:\.\d+)?", result.number, re.ASCII)) and bool(result.metric),
            "figures are numbers",
            result,
        )


def extraction(*, model: bool) -> Target:
    """What is found stands where it is said to stand, and does not depend on the other papers."""
    from kg.pipeline import build_pipeline, extract

    nlp = build_pipeline(model=model)

    def law(data: bytes) -> None:
        papers = listed(data)
        found = list(extract(nlp, papers))
        for one in found:
            check_extraction(one)
        if len(papers) > 1:
            [alone] = extract(nlp, papers[-1:])
            hold(alone == found[-1], "alone as among others", alone, found[-1])

    return law, abstracts()


def exports() -> Target:
    """Turtle and GraphML parse back whole, the page is JSON without a tag, and the order of papers does not matter."""
    import networkx as nx
    import pyoxigraph

    from kg.files import ontology_folder
    from kg.graph import build_graph
    from kg.graphml import write_graphml
    from kg.ontology import read_ontology
    from kg.page import embed, page_data
    from kg.pipeline import build_pipeline, extract
    from kg.rdf import rdf_triples, write_turtle
    from kg.resolution import resolve

    ontology, nlp = read_ontology(ontology_folder()), build_pipeline(model=False)
    folder = Path(tempfile.mkdtemp(prefix="kg-fuzz-"))

    def law(data: bytes) -> None:
        found = list(extract(nlp, listed(data)))
        resolution = resolve(found, ontology.vocabulary, ontology.overrides)
        turned = resolve(reversed(found), ontology.vocabulary, ontology.overrides)
        hold(resolution == turned, "in any order", len(found))
        graph = build_graph(resolution)
        known = {node for node, _ in resolution.papers} | {e.id for e in resolution.entities}
        hold({*graph} == known, "every node has a record", {*graph} ^ known)
        for claim in resolution.claims:
            hold(bool(claim.evidence), "every claim has evidence", claim)
        write_turtle(resolution, folder / "graph.ttl")
        store = pyoxigraph.Store()
        store.load(path=folder / "graph.ttl", format=pyoxigraph.RdfFormat.TURTLE)
        hold(len(store) == len({*rdf_triples(resolution)}), "Turtle parses back", len(store))
        write_graphml(graph, folder / "graph.graphml")
        back = nx.read_graphml(folder / "graph.graphml")
        hold({*back} == {*graph}, "GraphML gives back the ids", {*back} ^ {*graph})
        shown = embed(page_data(graph))
        hold(not re.search("[<>&\u2028\u2029]", shown) and bool(json.loads(shown)), "no tag in the page", shown[:200])
        shown.encode()

    return law, abstracts()


def sparql() -> Target:
    """A query is answered, or refused in one line that says why."""
    import pyoxigraph

    from kg.errors import QueryError
    from kg.sparql import read_prefixes, run_query, tokens

    store, known = pyoxigraph.Store(), read_prefixes()
    store.load(b"<http://a/b> <http://a/c> 'd' .", format=pyoxigraph.RdfFormat.TURTLE)

    def law(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        end = 0
        for token in tokens(text):
            hold(text[token.start :].startswith(token.text) and token.start >= end, "tokens quote", token)
            end = token.start + len(token.text)
        try:
            run_query(store, text, known)
        except QueryError as e:
            hold(bool(str(e)) and "\n" not in str(e) and len(str(e)) < 2_000, "a refusal is one line", str(e))

    queries = sorted((ROOT / "ontology" / "queries").glob("*.rq"))
    broken = [
        b"SELECT ?x WHERE { ?x kg:use ?y FILTER(?y > 1 }",
        b"SERVICE <http://a> { ?s ?p 'x }",
        b'INSERT DATA { <a> <b> "c" }',
    ]
    return law, [*broken, *(path.read_bytes() for path in queries)]


def cues() -> Target:
    """Cues and vocabulary find what a plain search would, abbreviations and tokens stand where they are said to."""
    from kg.cues import Phrases
    from kg.files import ontology_folder
    from kg.finders.abbreviations import find_abbreviations
    from kg.finders.surroundings import LISTED, NEW, NUMBERED
    from kg.finders.words import read_words
    from kg.ontology import read_ontology
    from kg.text import blank_pipeline

    ontology, nlp = read_ontology(ontology_folder()), blank_pipeline()
    fields = [getattr(ontology.cues, name) for name in ontology.cues.__slots__]
    phrases = [
        LISTED,
        NEW,
        NUMBERED,
        *(f for f in fields if isinstance(f, Phrases)),
        *(p for _, p in ontology.cues.aspects),
    ]
    longest = max(map(len, ontology.vocabulary.labels))

    def law(data: bytes) -> None:
        for paper in listed(data):
            text, middle = paper.text, len(paper.text) // 3
            for p in phrases:
                hold(
                    list(p.spans(text)) == [m.span() for m in p.compiled.finditer(text)], "spans", p.pattern[:60], text
                )
                plain = [m.span() for m in p.compiled.finditer(text, middle, 2 * middle)]
                hold(
                    list(p.within(text, middle, 2 * middle)) == plain,
                    "within",
                    p.pattern[:60],
                    text[middle : 2 * middle],
                )
            doc = nlp.make_doc(text)
            words = read_words(doc)
            hold(doc.text == text, "tokens make the text", text)
            hold(all(0 <= s < e <= len(text) for s, e in zip(words.starts, words.ends, strict=True)), "tokens", text)
            found = {(first, last) for first, last, _ in ontology.vocabulary.find(words.atoms)}
            n = len(words.atoms)
            runs = ((i, j) for i in range(n) for j in range(i + 1, min(n, i + longest) + 1))
            hold(found == {r for r in runs if words.atoms[slice(*r)] in ontology.vocabulary.labels}, "labels", text)
            for a in find_abbreviations(text):
                hold(text[a.short_start : a.short_end].startswith(a.short), "short forms quote", a)
                hold(a.long in text[a.long_start : a.long_end], "long forms quote", a)

    return law, abstracts()


TARGETS: dict[str, Callable[[], Target]] = {
    **{form: partial(reader, form) for form in SEEDS},
    "detection": partial(reader, None),
    "packed": packed,
    "markup": markup,
    "merging": merging,
    "cues": cues,
    "rules": partial(extraction, model=False),
    "model": partial(extraction, model=True),
    "exports": exports,
    "sparql": sparql,
}
