"""SPARQL 1.1 on a store of Oxigraph: prefixes known, nothing contacted, errors that say where and what to do.

``SERVICE`` is refused: a query never contacts another machine. What is refused is any text that reads like the
clause, wherever it stands: to tell a clause from a string or a comment takes a whole parser of SPARQL, and the least
difference from that of Oxigraph would be a way round. What `explain` says of a query that Oxigraph rejects comes from
its words alone (https://www.w3.org/TR/sparql11-query/#sparqlGrammar), and decides nothing.
"""

from __future__ import annotations

import difflib
import multiprocessing
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from kg.errors import QueryError
from kg.files import ontology_folder

if TYPE_CHECKING:
    import pyoxigraph

    Answer: TypeAlias = pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples

T = TypeVar("T")
TERMS = "https://w3id.org/mlkg/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s+<([^>]*)>\s*\.", re.MULTILINE)
SPACE = r"(?:\s|\#[^\r\n]*+)*+"
# SERVICE [SILENT] <iri>, variable or prefixed name, {; SPARQL wants no space before, between or after
SERVICE = re.compile(
    rf"(?<![?$:]) SERVICE {SPACE} (?:SILENT {SPACE})? (?:<[^<>]*> | (?:\\. | [^\s{{}}<>\\\#])++) {SPACE} \{{",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
TOKEN = re.compile(
    r"""(?P<string> '{3} (?:[^'\\]|\\.|'{1,2}(?!'))*+ '{3} | "{3} (?:[^"\\]|\\.|"{1,2}(?!"))*+ "{3}
                  | ' (?:[^'\\\n\r]|\\.)*+ ' | " (?:[^"\\\n\r]|\\.)*+ ")
      | (?P<comment> \#[^\r\n]*+)
      | (?P<iri> <[^<>"{}|^`\\\x00-\x20]*+>)
      | (?P<variable> [?$]\w+)
      | (?P<tag> @[a-zA-Z][\w-]*)
      | (?P<name> (?P<prefix>[^\W\d_][\w.-]*)?:(?P<local>(?:[\w:%-]|\\.|\.(?=[\w:%-]))*+) | _:\w+)
      | (?P<number> [\d.]+(?:[eE][+-]?\d+)?)
      | (?P<word> [^\W\d]\w*)
      | (?P<space> \s+)
      | (?P<sign> .)""",
    re.VERBOSE | re.DOTALL,
)
UPDATES = frozenset("INSERT DELETE LOAD CLEAR CREATE DROP COPY MOVE ADD WITH".split())
WORDS = frozenset(
    """a true false BASE PREFIX SELECT ASK CONSTRUCT DESCRIBE DISTINCT REDUCED AS FROM NAMED WHERE GROUP BY HAVING ORDER
    ASC DESC LIMIT OFFSET VALUES UNDEF OPTIONAL GRAPH UNION FILTER MINUS SERVICE SILENT BIND EXISTS NOT IN COUNT SUM
    MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR
    ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS
    MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI
    ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE LATERAL""".split()
)
AGGREGATES = frozenset("COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT".split())
DEEPEST, LONGEST, MOST_OPEN = 200, 1000, 50
SIGNS = frozenset("!+-*/^|&=<")
BROKEN_IRI = re.compile(r"<[^\s<>=][^<>\n]{0,1000}>")
PAIRS = {"}": "{", ")": "(", "]": "["}
QUOTES = ("'", '"')


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query and where it starts, counted from 0."""

    kind: str
    text: str
    start: int


@lru_cache(maxsize=4)
def read_prefixes(folder: Path | None = None) -> Mapping[str, str]:
    """Return the prefixes that ``kg.ttl`` declares, with their IRIs."""
    return dict(PREFIX.findall(_terms_file(folder)))


@lru_cache(maxsize=4)
def read_terms(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the classes and properties that ``kg.ttl`` declares, without their prefix, sorted."""
    return tuple(sorted(re.findall(r"^kg:(\w+) a owl:", _terms_file(folder), re.MULTILINE)))


def _terms_file(folder: Path | None) -> str:
    return ((folder or ontology_folder()) / "kg.ttl").read_text(encoding="utf-8")


def run_query(
    store: pyoxigraph.Store,
    text: str,
    prefixes: Mapping[str, str],
    bound: Mapping[pyoxigraph.Variable, pyoxigraph.NamedNode] | None = None,
) -> Answer:
    """Return the answer of `store` to the SPARQL query `text`, with values `bound` to some of its variables.

    Raises:
        QueryError: the query has a SERVICE clause, uses a term that the ontology has not, or is no SPARQL; the message
            gives line and column.
    """
    if len(re.findall("SERVICE", text, re.IGNORECASE)) > LONGEST or SERVICE.search(text):
        raise QueryError("SERVICE is not allowed: queries run on the given graph alone; remove the clause")
    pieces = tuple(tokens(text))
    wrong = next(_too_deep(text, pieces), None) or next(_unknown_terms(text, pieces, prefixes), None)
    if wrong:
        raise QueryError(wrong)
    try:
        return store.query(text, prefixes=dict(prefixes), substitutions=dict(bound or {}))
    except SyntaxError as e:
        raise QueryError(explain(text, str(e), prefixes)) from e
    except (ValueError, OSError, RuntimeError) as e:
        raise QueryError(f"query: {' '.join(str(e).split())}") from e


def within(seconds: float | None, work: Callable[[], T]) -> T:
    """Return what `work` returns, done in a thread of its own, so that the process can be interrupted meanwhile.

    After `seconds` the work cannot be waited for any more, nor stopped but by ending the process.

    Raises:
        QueryError: it takes longer than `seconds`.
    """
    pool = ThreadPool(1)
    try:
        return pool.apply_async(work).get(seconds)
    except multiprocessing.TimeoutError as e:
        raise QueryError(f"the query took longer than {seconds:g} s; narrow it, or raise --timeout") from e
    finally:
        pool.terminate()


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of the query `text`, but for space and comments, up to `MOST_OPEN` strings that never end."""
    opened = 0
    for match in TOKEN.finditer(text):
        # each of them is sought to the end of the text
        opened += match[0] in QUOTES
        if opened > MOST_OPEN:
            return
        if match.lastgroup not in ("space", "comment"):
            kind = "name" if match["name"] is not None else str(match.lastgroup)
            yield Token(kind, match[0], match.start())


def _too_deep(text: str, pieces: Sequence[Token]) -> Iterator[str]:
    """Yield a complaint where the query `text` is nested deeper than its parser's stack, which ends the process."""
    depth = signs = opened = 0
    for token in pieces:
        opened += token.text in QUOTES
        if opened == MOST_OPEN:
            yield f"{_place(text, token.start)}: the {MOST_OPEN}th string that never ends; close them"
        depth += (token.text in PAIRS.values()) - (token.text in PAIRS)
        signs += token.text in SIGNS or token.text.upper() in ("OPTIONAL", "UNION", "MINUS")
        if depth > DEEPEST:
            yield f"{_place(text, token.start)}: nested more than {DEEPEST} deep; no query needs that"
        if signs > LONGEST:
            yield f"{_place(text, token.start)}: more than {LONGEST:,} operators; split the query"


def declared_prefixes(pieces: Sequence[Token], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return `prefixes` and those that the query declares itself."""
    found = dict(prefixes)
    for word, name, iri in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if word.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri":
            found[name.text.rstrip(":")] = iri.text[1:-1]
    return found


def _unknown_terms(text: str, pieces: Sequence[Token], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield a complaint for each term of our namespace in the query `text` that the ontology has not."""
    ours = {f"{name}:" for name, iri in declared_prefixes(pieces, prefixes).items() if iri == TERMS}
    known = read_terms()
    for token in pieces:
        prefix, colon, local = token.text.partition(":")
        if token.kind == "name" and prefix + colon in ours and local and local not in known:
            near = nearest(local, known)
            hint = f"did you mean {prefix}:{near}?" if near else f"the terms are {', '.join(known)}"
            yield f"{_place(text, token.start)}: {token.text} is no term of the ontology; {hint}"


def explain(text: str, error: str, prefixes: Mapping[str, str]) -> str:
    """Return in one line what is wrong with the query `text` that Oxigraph rejects with `error`."""
    pieces = list(tokens(text))
    return next(_complaints(text, pieces, prefixes), None) or _expected(text, pieces, error)


def _complaints(text: str, pieces: Sequence[Token], prefixes: Mapping[str, str]) -> Iterator[str]:
    known = declared_prefixes(pieces, prefixes)
    opened: list[Token] = []
    last = ""
    if not pieces:
        yield "query, line 1, column 1: the query is empty; it starts with SELECT, ASK, CONSTRUCT or DESCRIBE"
    for here, token in placed(text, pieces):
        if token.kind == "word" and token.text.upper() in UPDATES:
            yield f"{here}: {token.text} is an update; the graph is only read: SELECT, ASK, CONSTRUCT and DESCRIBE"
        elif token.kind == "word" and token.text.upper() not in WORDS and token.text not in WORDS:
            near = nearest(token.text.upper(), sorted(WORDS))
            yield f"{here}: {token.text} is no word of SPARQL" + (f"; did you mean {near}?" if near else "")
        elif token.kind == "name" and token.text[:2] != "_:" and token.text.split(":")[0] not in known:
            prefix = token.text.split(":")[0]
            near = nearest(prefix, sorted(known))
            hint = f"did you mean {near}:? " if near else ""
            yield f"{here}: unknown prefix {prefix}:; {hint}known prefixes: {', '.join(sorted(known))}"
        elif token.kind == "word" and token.text.upper() in AGGREGATES and last.upper() in ("SELECT", "DISTINCT"):
            yield f"{here}: an aggregate of SELECT stands in parentheses and has a name: ({token.text}(?x) AS ?name)"
        elif token.text == "<" and (broken := BROKEN_IRI.match(text, token.start)):
            yield f"{here}: {broken[0]} is no IRI: it holds a space or a sign that must be written as %20 and the like"
        elif token.text in QUOTES:
            yield f"{here}: the string that begins here never ends; close it with {token.text}"
        elif token.kind == "sign" and token.text in "{([":
            opened.append(token)
        elif token.kind == "sign" and token.text in PAIRS:
            if not opened or opened[-1].text != PAIRS[token.text]:
                yield f"{here}: {token.text} closes nothing" + (
                    f": {opened[-1].text} of {_place(text, opened[-1].start)[7:]} is open" if opened else ""
                )
                return
            opened.pop()
        last = token.text
    if opened:
        yield f"{_place(text, opened[-1].start)}: {opened[-1].text} is never closed"


def _expected(text: str, pieces: Sequence[Token], error: str) -> str:
    """Return the complaint of Oxigraph in the words of the query at its place."""
    if "unbound" in error and "SELECT" in error:
        return "query: SELECT has a variable that is neither in GROUP BY nor inside an aggregate such as COUNT(?x)"
    place = re.search(r"(\d+):(\d+)", error)
    if place is None:
        return f"query: {' '.join(error.split())}"
    lines = text.split("\n")
    line, column = int(place[1]), int(place[2])
    at = sum(len(above) + 1 for above in lines[: line - 1]) + column - 1
    before = [t for t in pieces if t.start + len(t.text) <= at]
    after = pieces[len(before) :]
    if after:
        what = f"{after[0].text} is not expected" + (f" after {before[-1].text}" if before else "")
    elif before and before[-1].text == "}":
        what = "what stands before the last } is incomplete"
    else:
        what = "the query ends too early" + (f" after {before[-1].text}" if before else "")
    named = re.findall(r'"([^"\s\\\w]{1,3})"|\b([A-Z]{2,})\b', error.partition("expected")[2])
    wanted = sorted({sign or word for sign, word in named if sign or word in WORDS} - {"SERVICE", "LATERAL"})
    hint = f"; possible here: {' '.join(wanted)}" if 0 < len(wanted) <= 12 and "incomplete" not in what else ""
    return f"query, line {line}, column {column}: {what}{hint}"


def nearest(word: str, known: tuple[str, ...] | list[str]) -> str | None:
    """Return which of `known` is written most like `word`, in any case, if one is."""
    folded = {k.lower(): k for k in known}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None


def placed(text: str, pieces: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    """Yield each of `pieces` with its place in words, counted from the one before."""
    line, start, at = 1, 0, 0
    for token in pieces:
        if more := text.count("\n", at, token.start):
            line, start = line + more, text.rindex("\n", at, token.start) + 1
        at = token.start
        yield f"query, line {line}, column {at - start + 1}", token


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"query, line {line}, column {at - text.rfind(chr(10), 0, at)}"


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return `iri` with the longest prefix that fits.

    >>> shorten("https://w3id.org/mlkg/model/bert", {"model": "https://w3id.org/mlkg/model/"})
    'model:bert'
    """
    fits = [(len(base), name) for name, base in prefixes.items() if base and iri.startswith(base)]
    if not fits:
        return iri
    length, name = max(fits)
    return f"{name}:{iri[length:]}"
