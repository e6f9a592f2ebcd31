"""Words, keys, sentences and slugs.

A name is compared by its *key*: the sequence of its atoms (runs of letters and of digits), each
case-folded, in the singular and in one spelling. Hyphens, spaces, case, plural and British or American
spelling thus never make a difference, and no variant has to be stored:

>>> key("Key-Value caches") == key("key value cache")
True
>>> key("LLaMA2-7B"), key("Llama 2 7B")
(('llama', '2', '7', 'b'), ('llama', '2', '7', 'b'))

The tokenizer for spaCy yields the same atoms. A hyphen inside a word belongs to the token before it,
so that neighbouring tokens are the words of a name however it is joined.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING

from slugify import slugify

from kg.records import Quote

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

# letters with the joiner that follows them; numbers; any other sign by itself (ASCII by itself is found faster)
TOKEN = re.compile(
    r"(?:[a-zA-Z]+[^\W\d_]*|[^\W\d_]+|\d+(?:[.,]\d+)*)(?:[-‐‑–_/](?=[^\W_])|\.(?=[a-z\d])|')?|\S", re.UNICODE
)
# a token and whether a single space follows; other white space is a token
SPACED_TOKEN = re.compile(rf"({TOKEN.pattern}|\s+)( (?=\S))?")
JOINERS = "-‐‑–_./'"
SPELLING = (
    (re.compile(r"is(ation|ing|ed|er|e)$"), r"iz\1"),
    (re.compile(r"(mode|labe|channe|trave|leve)ll(ing|ed|er)$"), r"\1l\2"),
    (re.compile(r"(col|behavi|neighb|fav)our"), r"\1or"),
    (re.compile(r"^(cent|fib|lit)re$"), r"\1er"),
)
# -ise words whose s is not a spelling of z: noise, supervised, pairwise, raising, promise
KEPT_ISE = re.compile(r"(?:w|no|ra|om|pr|v|rc|ec|nc|ert|ad|ru)is(?:ing|ed|er|e)$")
PLURALS = (
    (re.compile(r"(?<=..)ies$"), "y"),
    (re.compile(r"(?<=ss)es$|(?<=us)es$|(?<=x)es$|(?<=ch)es$|(?<=sh)es$"), ""),
    (re.compile(r"(?<=..)(?<![sui])s$|(?<=^[a-z]pu)s$"), ""),
)
IRREGULAR = {
    "analyses": "analysis",
    "atlas": "atlas",
    "axes": "axis",
    "bases": "basis",
    "bayes": "bayes",
    "bias": "bias",
    "biases": "bias",
    "bus": "bus",
    "buses": "bus",
    "caches": "cache",
    "canvas": "canvas",
    "cookies": "cookie",
    "corpora": "corpus",
    "criteria": "criterion",
    "data": "data",
    "focuses": "focus",
    "hypotheses": "hypothesis",
    "indices": "index",
    "kubernetes": "kubernetes",
    "losses": "loss",
    "matrices": "matrix",
    "modes": "mode",
    "movies": "movie",
    "niches": "niche",
    "pandas": "pandas",
    "processes": "process",
    "series": "series",
    "species": "species",
    "syntheses": "synthesis",
    "vertices": "vertex",
}


@lru_cache(maxsize=200_000)
def normalise(word: str) -> str:
    """Return the atom of `word`: case-folded, singular, in American spelling, without accents.

    >>> [normalise(w) for w in ("LLMs", "Factorisation", "Policies", "noise", "bias", "Losses", "naïve")]
    ['llm', 'factorization', 'policy', 'noise', 'bias', 'loss', 'naive']
    >>> [normalise(w) for w in ("GPUs", "NAS", "classes", "unsupervised", "APIs")]
    ['gpu', 'nas', 'class', 'unsupervised', 'api']
    """
    bare = word.rstrip(JOINERS)
    folded = bare.lower()
    if not folded.isascii():
        plain = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in plain if not unicodedata.combining(c)).lower() or folded
    if folded in IRREGULAR:
        return IRREGULAR[folded]
    if bare[-1:] == "s" and len(bare) > 2 and bare[:-1].isupper():
        return folded[:-1]
    if len(folded) > 2 and not (bare.isupper() and len(bare) <= 5):
        for pattern, singular in PLURALS:
            folded, n = pattern.subn(singular, folded)
            if n:
                break
    if len(folded) > 5 and not KEPT_ISE.search(folded):
        for pattern, american in SPELLING:
            folded = pattern.sub(american, folded)
    return folded


@lru_cache(maxsize=200_000)
def key(name: str) -> tuple[str, ...]:
    """Return the atoms of `name`; equal keys name one thing.

    >>> key("multi-head Attention"), key("GPT-4o"), key("naïve Bayes")
    (('multi', 'head', 'attention'), ('gpt', '4', 'o'), ('naive', 'bayes'))
    """
    words = (normalise(m.group()) for m in TOKEN.finditer(name) if m.group() not in JOINERS)
    return tuple(w for w in words if w)


# the letters beyond ASCII that `re.IGNORECASE` takes for one of ASCII
FOLDED = str.maketrans({"İ": "i", "ı": "i", "ſ": "s", "\N{KELVIN SIGN}": "k"})
# ASCII in lower case, and a space for all that is no part of a word
WORDS_ALONE = str.maketrans({c: c.lower() if c.isalnum() or c == "_" else " " for c in map(chr, range(128))})


# of the papers that are in work: each of their sentences is asked for many times
@lru_cache(maxsize=4_000)
def word_set(text: str) -> frozenset[str]:
    """Return the words of `text` in lower case: what a search by ``\\w+`` finds, whatever the case.

    >>> sorted(word_set("It doesn't use GPT-4"))
    ['4', 'doesn', 'gpt', 'it', 't', 'use']
    """
    if text.isascii():
        return frozenset(text.translate(WORDS_ALONE).split())
    return frozenset(re.findall(r"\w+", text.translate(FOLDED).lower()))


def slug(name: str) -> str:
    """Return the readable part of an IRI, the same for all spellings with one `key`.

    Signs that a slug cannot hold are named or, where letters would be lost, followed by a short hash,
    so that different things hardly ever meet in a slug.

    >>> slug("Low-Rank Adaptations"), slug("LLaMA2-7B"), slug("C4"), slug("C++"), slug("T5-11B")
    ('low-rank-adaptation', 'llama-2-7b', 'c4', 'c-plus-plus', 't5-11b')
    """
    atoms = key(name)
    parts: list[str] = []
    for atom in atoms:
        after_digit = bool(parts) and parts[-1][-1].isdigit()
        short_word = bool(parts) and parts[-1].isalpha() and len(parts[-1]) <= 3
        if (atom.isalpha() and len(atom) <= 2 and after_digit) or (atom[0].isdigit() and short_word):
            parts[-1] += atom
        else:
            parts.append(atom.replace("+", "plus").replace("#", "sharp").replace("^", "hat").replace("*", "star"))
    readable = slugify("-".join(parts).replace(".", "-"))
    if any(not a.isascii() or not re.search(r"[\w+#^*]", a) for a in atoms) or not readable:
        readable = f"{readable[:60].rstrip('-')}-{digest(' '.join(atoms))}".strip("-")
    return readable if len(readable) <= 80 else f"{readable[:70].rstrip('-')}-{digest(readable)}"


def digest(*parts: object, size: int = 10) -> str:
    """Return a stable short hash of `parts`, `size` hexadecimal digits.

    Of a million things two have the same 10 digits, with 16 hardly two of a thousand million.
    """
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:size]


def title_key(title: str) -> str:
    """Return what two titles of one paper have in common: letters and digits in lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", title).casefold() if c.isalnum())


def paper_id(title: str) -> str:
    """Return the node id of the paper with this title.

    >>> paper_id("LoRA: Low-Rank Adaptation"), paper_id("LoRA : low rank adaptation ")
    ('paper/lora-low-rank-adaptation-0ca396', 'paper/lora-low-rank-adaptation-0ca396')
    """
    identity = title_key(title) or title.strip()
    stem = slugify(re.sub(r"[\W_]+", " ", title), max_length=60, word_boundary=True) or "untitled"
    return f"paper/{stem}-{digest(identity)[:6]}"


# where the tokenizer leaves the text of a document, its words, their offsets and atoms, for `kg.finders.words`
TOKENS = "kg_tokens"


@lru_cache(maxsize=200_000)
def _atom(word: str) -> str:
    """Return the atom of a token, which is the token itself where it has none."""
    return normalise(word) or word


@lru_cache(maxsize=200_000)
def bare_length(word: str) -> int:
    """Return the length of a token without the joiner at its end.

    >>> bare_length("key-"), bare_length("value"), bare_length("-")
    (3, 5, 1)
    """
    return len(word.rstrip(JOINERS)) or len(word)


class Tokenizer:
    """Tokenizer for a spaCy pipeline; see the module's docstring for what a token is."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Return `text` as a Doc that holds its words, their offsets and atoms in ``user_data``."""
        from spacy.tokens import Doc

        pieces = SPACED_TOKEN.findall(text)
        words: tuple[str, ...]
        spaces: tuple[str, ...]
        words, spaces = zip(*pieces, strict=True) if pieces else ((), ())
        doc = Doc(self.vocab, words=list(words), spaces=list(map(bool, spaces)))
        ends = accumulate(map(add, map(len, words), map(len, spaces)))
        starts = (0, *ends)[: len(words)]
        doc.user_data[TOKENS] = text, words, starts, tuple(map(_atom, words))
        return doc

    def to_bytes(self, **_: object) -> bytes:
        """Return the settings: there are none (spaCy serialises pipelines with their tokenizer)."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> Tokenizer:
        """Return the tokenizer itself: it has no settings."""
        return self


# words after which a full stop ends no sentence
ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|cf|vs|viz|resp|approx|et al|etc|Fig|Figs|Eq|Eqs|Sec|Tab|No|Dr|Prof|St|w\.r\.t|a\.k\.a|[A-Z])\.$"
)
SENTENCE_END = re.compile(
    r"[.!?](?:[\"'”’)\]]*(?=\s+[^a-z\s])|(?<=[a-z\d)].)(?=[A-Z][a-z]*[\s,])|[\"'”’)\]]*(?=\s*\n))"
)


def find_sentences(text: str) -> tuple[Quote, ...]:
    """Return the sentences of `text`; a line break always ends one.

    >>> [s.text for s in find_sentences("On X\\nWe use e.g. GPT-4. It is 2.5x faster. Done!")]
    ['On X', 'We use e.g. GPT-4.', 'It is 2.5x faster.', 'Done!']
    """
    found: list[Quote] = []
    line_start = 0
    for line in text.split("\n"):
        start = 0
        for match in SENTENCE_END.finditer(line):
            if match.end() - start < 3 or ABBREVIATED.search(line[max(0, match.start() - 8) : match.start() + 1]):
                continue
            found.append(_stripped(text, line_start + start, line_start + match.end()))
            start = match.end()
        found.append(_stripped(text, line_start + start, line_start + len(line)))
        line_start += len(line) + 1
    return tuple(s for s in found if s.text)


def _stripped(text: str, start: int, end: int) -> Quote:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    body = piece.strip()
    return Quote(start=start + lead, end=start + lead + len(body), text=body)


def blank_pipeline() -> Language:
    """Return spaCy's blank English pipeline with the tokenizer of this module."""
    import spacy

    nlp = spacy.blank("en")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    return nlp
