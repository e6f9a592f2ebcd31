"""The SKOS files in ``ontology/vocabulary/`` as a `Vocabulary`, checked while they are read.

They are written by hand, so what is easily mistyped is refused in one line that names file, line and remedy: a term
that SKOS does not have, a concept without type or label, one that is broader than itself, a label of two concepts.
What only affects looks is left to ``vocabulary-shapes.ttl`` and the tests.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kg.errors import OntologyError, one_line
from kg.records import TYPES
from kg.text import key
from kg.vocabulary import BASE, KG, Concept, Vocabulary, build_vocabulary

SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# what may be said of a concept in these two namespaces; what is not read does no harm
TERMS = {
    KG: ("ambiguousLabel",),
    SKOS: (
        "prefLabel", "altLabel", "broader", "definition", "hiddenLabel", "narrower", "related", "notation", "note",
        "scopeNote", "changeNote", "editorialNote", "historyNote", "example", "inScheme", "topConceptOf",
        "broaderTransitive", "narrowerTransitive", "semanticRelation", "mappingRelation", "broadMatch", "closeMatch",
        "exactMatch", "narrowMatch", "relatedMatch",
    ),
}  # fmt: skip
# what only a concept has
TELLING = (f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{SKOS}broader", f"{KG}ambiguousLabel")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
BOM = b"\xef\xbb\xbf"
# what is said of a subject: objects and whether each is a text, by predicate
Facts: TypeAlias = Mapping[str, list[tuple[str, bool]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mistake:
    """What is wrong with a concept, to be told with its place."""

    concept: str
    told: str


def vocabulary_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of the vocabulary in `folder`, sorted, without the hidden ones that editors leave."""
    return tuple(path for path in sorted(folder.glob("*.ttl")) if not path.name.startswith("."))


def read_vocabulary(folder: Path) -> Vocabulary:
    """Read every ``*.ttl`` in `folder` as SKOS and check that the concepts fit together.

    Raises:
        OntologyError: a file cannot be read or is no Turtle, or a concept is not as the docstring of this module says;
            the message names the file, the line and the concept.
    """
    concepts: dict[str, Concept] = {}
    places: dict[str, Path] = {}
    files = vocabulary_files(folder)
    if not files:
        raise OntologyError(f"{folder}: no vocabulary here; expected *.ttl files with SKOS concepts")
    for path in files:
        for found in _read_concepts(path):
            if isinstance(found, _Mistake):
                raise _error(found, path)
            if found.id in concepts:
                told = f"is already defined in {places[found.id].name}; merge the two"
                raise _error(_Mistake(concept=found.id, told=told), path)
            concepts[found.id] = found
            places[found.id] = path
    vocabulary = build_vocabulary(concepts.values())
    for mistake in (*_broader_mistakes(concepts), *_circles(concepts), *_doubles(vocabulary)):
        raise _error(mistake, places[mistake.concept])
    return vocabulary


def _error(mistake: _Mistake, path: Path) -> OntologyError:
    """Return the error that names the line where the concept of `mistake` begins."""
    name = re.escape(mistake.concept.rpartition("/")[2])
    text = path.read_text(encoding="utf-8", errors="replace")
    begins = re.search(rf"^[ \t]*(?:[\w-]*:|<[^>\n]*/){name}(?![\w-])", text, re.MULTILINE)
    place = f"{path}:{text.count(chr(10), 0, begins.start()) + 1}" if begins else str(path)
    return OntologyError(f"{place}: {one_line(mistake.concept)} {one_line(mistake.told)}")


def _read_concepts(path: Path) -> Iterator[Concept | _Mistake]:
    import pyoxigraph

    facts: defaultdict[str, defaultdict[str, list[tuple[str, bool]]]] = defaultdict(lambda: defaultdict(list))
    try:
        turtle = path.read_bytes().removeprefix(BOM)
        for s, p, o, _ in pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE):
            said = (str(getattr(o, "value", o)), isinstance(o, pyoxigraph.Literal))
            known = facts[str(getattr(s, "value", s))][p.value]
            if said not in known:
                known.append(said)
    except OSError as e:
        raise OntologyError(f"{path}: cannot be read: {e.strerror or e}; mend it or take it away") from e
    except (SyntaxError, ValueError) as e:
        raise OntologyError(f"{path}: not valid Turtle: {one_line(getattr(e, 'msg', e))}") from e
    for iri, fact in sorted(facts.items()):
        types = [t.removeprefix(KG) for t, _ in fact[RDF_TYPE] if t.startswith(KG)]
        if types or any(term in fact for term in TELLING):
            yield _concept(iri, types, fact)


def _concept(iri: str, types: list[str], fact: Facts) -> Concept | _Mistake:
    name = iri.removeprefix(BASE)

    def mistake(told: str) -> _Mistake:
        return _Mistake(concept=name, told=told)

    def values(term: str) -> list[str]:
        return [value for value, _ in fact.get(term, ())]

    if len(types) != 1 or types[0] not in TYPES:
        given = ", ".join(types) or ", ".join(values(RDF_TYPE)) or "none"
        return mistake(f"needs one type of {', '.join(f'kg:{t}' for t in TYPES)}, not {given}")
    begin = f"{types[0].lower()}/"
    if not name.startswith(begin) or not ID.fullmatch(name.removeprefix(begin)):
        return mistake(f"should have the IRI {BASE}{begin} and then small letters, figures and single hyphens")
    for told in _wrong_terms(fact):
        return mistake(told)
    labels = values(f"{SKOS}prefLabel")
    if len(labels) != 1:
        return mistake(f"needs one skos:prefLabel and has {len(labels)}")
    for term in ("prefLabel", "altLabel", "definition"):
        for value, is_text in fact.get(SKOS + term, ()):
            if not is_text or (term != "definition" and not key(value)):
                return mistake(f"has no word in its skos:{term} {value!r}")
    return Concept(
        id=name,
        type=types[0],
        label=labels[0],
        aliases=tuple(sorted(values(f"{SKOS}altLabel"))),
        ambiguous=tuple(sorted(values(f"{KG}ambiguousLabel"))),
        broader=tuple(sorted(b.removeprefix(BASE) for b in values(f"{SKOS}broader"))),
        definition=next(iter(values(f"{SKOS}definition")), None),
    )


def _wrong_terms(fact: Facts) -> Iterator[str]:
    """Yield what is wrong with the predicates of a concept: what is mistyped would be passed over in silence."""
    for predicate in fact:
        for space, prefix in ((KG, "kg"), (SKOS, "skos")):
            if predicate.startswith(space) and (term := predicate.removeprefix(space)) not in TERMS[space]:
                every = {t.lower(): f"{p}:{t}" for s, p in ((KG, "kg"), (SKOS, "skos")) for t in TERMS[s]}
                near = difflib.get_close_matches(term.lower(), every, n=1)
                yield f"has an unknown {prefix}:{term}" + (f"; did you mean {every[near[0]]}?" if near else "")


def _broader_mistakes(concepts: Mapping[str, Concept]) -> Iterator[_Mistake]:
    for concept in concepts.values():
        for parent in concept.broader:
            if parent not in concepts:
                near = difflib.get_close_matches(parent, (c for c in concepts if c[:8] == parent[:8]), n=1, cutoff=0.8)
                told = f"has skos:broader {parent}, which no file defines" + (
                    f"; did you mean {near[0]}?" if near else ""
                )
                yield _Mistake(concept=concept.id, told=told)
            elif concepts[parent].type != concept.type:
                told = f"is a {concept.type} and has skos:broader {parent}, a {concepts[parent].type}; give one type"
                yield _Mistake(concept=concept.id, told=f"{told} to both or leave it out")


def _doubles(vocabulary: Vocabulary) -> Iterator[_Mistake]:
    """Yield the labels that stand for two concepts alike: what a paper means by them could not be told."""
    for labels in vocabulary.labels.values():
        first, *others = sorted((label for label in labels if not label.ambiguous), key=lambda x: x.concept) or (None,)
        for other in others:
            if first is not None and other is not None and other.concept != first.concept:
                same = "" if first.text == other.text else f"the same words as {first.text!r}, "
                told = f"has the label {other.text!r}, {same}a label of {first.concept}; merge the two, or declare it"
                yield _Mistake(concept=other.concept, told=f"{told} a kg:ambiguousLabel of one of them")


def _circles(concepts: Mapping[str, Concept]) -> Iterator[_Mistake]:
    done: set[str] = set()
    for start in concepts:
        path: list[str] = []
        stack = [(start, iter(concepts[start].broader))] if start not in done else []
        on_path = {start}
        path.append(start)
        while stack:
            node, parents = stack[-1]
            parent = next(parents, None)
            if parent is None:
                stack.pop()
                path.pop()
                on_path.discard(node)
                done.add(node)
            elif parent in on_path:
                circle = path[path.index(parent) :]
                shown = (*circle[:3], "…", *circle[-2:]) if len(circle) > 6 else circle
                told = f"goes round in a circle by skos:broader: {' → '.join((*shown, parent))}; remove one of them"
                yield _Mistake(concept=parent, told=told)
                return
            elif parent not in done:
                stack.append((parent, iter(concepts.get(parent, concepts[start]).broader)))
                path.append(parent)
                on_path.add(parent)
