"""Coined names: what no vocabulary can hold because the paper, or one like it, made it up.

Four rules find them: the part of a title before its colon (`title-name`), a name right after the
authors' verb, "we propose X" (`proposed-name`), a name after "called" and the like (`called-name`), an
expansion with its acronym (`expansion`), and any word shaped like a name, with capitals inside or
figures (`shaped-name`). What a name names (its type) is read from the nouns around it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kg.cues import Cues
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import TYPES, Mention
from kg.text import key
from kg.vocabulary import Vocabulary

CONFIDENCE = {"title-name": 0.95, "proposed-name": 0.9, "called-name": 0.9, "expansion": 0.75, "shaped-name": 0.6}
OPEN = r"[\"'“‘`*({\[]*"
# possessive: a caret may stand between parts and in them, and no shorter match could go on better
PARTS = r"\w*+(?:[-‐‑–+./^@][\w^{}]++)*+[+*]{0,2}"
WORD = rf"[^\W_]{PARTS}"
CAPITAL = rf"(?:[A-Z]|\d+(?:\.\d+)?-?[A-Za-z]){PARTS}"
TITLE_NAME = re.compile(rf"^({WORD}(?: {WORD}){{0,4}})\s*(?::|\s[-–—]{{1,3}}\s)")
NAME_AFTER = re.compile(
    rf"{OPEN}({WORD}(?: (?:of|for|with|and|the|to) (?={CAPITAL})| {CAPITAL}|(?<=[a-z]) \d+(?:\.\d+)?\b){{0,5}})"
)
NOUN_PHRASE_END = re.compile(
    r"\b(?:that|which|who|for|to|of|with|in|on|by|based|using|from|where|whose|built|designed|tailored|trained|consisting|"
    r"containing|comprising|capable|aimed|aiming|called|named|dubbed|termed|is|are|can|via|and)\b|[,.;:()\n]"
)
# the object of "we propose" up to a name in apposition: "a fast engine, FooServe", "a framework FooServe"
APPOSED = re.compile(
    r"(?:\s+(?!(?:of|for|that|which|to|with|in|on|by|using|based|from|how|and|is)\b)[a-z][\w-]*){1,7}"
    r"(?:,|:| -+|–|—)?(?=\s+[\"“'(]?[A-Z\d])"
)
OUR = rf"\b(?:[Oo]ur|[Tt]he proposed|[Oo]ur proposed)\s+({CAPITAL})"
OWNED = re.compile(rf"{OUR}|({CAPITAL})(?=\s+is (?:proposed|introduced|presented)\b)")
# without the costly second alternative, for the texts that have none of its ends
OURS = re.compile(OUR)
OURS_ENDS = ("is proposed", "is introduced", "is presented")
ARTICLE = re.compile(r"\s+([\w-]+),?")
NAMED_ARTICLE = re.compile(r"\s+(?:the|a|an|as|it|this|them)\b", re.IGNORECASE)
AFTER_KNOWN = re.compile(r"\s*(?:,|\(|:|–|—)")
JOINT = re.compile(r"\s*(?:\([^)]*\))?\s*(?:,\s*and|,|and)\s+")
SPACE = re.compile(r"[\s:,]*")
FOLLOWING = re.compile(r"[\"'”’`)]*\s+([\w-]+)(?:\s+([\w-]+))?")
APPOSITION = re.compile(
    r"\s*(?:\([^)]*\))?[\"'”’]?\s*(?:[,:–—-]+|\s(?:is|as|are)\s)\s*(?:a|an|the|our|one of the)\s+", re.IGNORECASE
)
# how far from a name, in characters, its type may be told
NEAR = 300
COLON = re.compile(r"\s*:\s+")
ARTICLE_END = r"\s*(?:the|a|an|as)?$"
HYPHEN = re.compile(r"[-‐‑–]")
HYPHEN_OR_SLASH = re.compile(r"[-‐‑–/]")
LOWER_COINED = re.compile(r"[a-z]+\d+[a-z]+[\w-]*")
# a word after any number of plain ones, which are no names
SHAPED = re.compile(rf"(?:[A-Za-z][a-z]*[ ,\n]+)*({WORD})")
TWO_LETTERS = re.compile(r"[A-Za-z]{2}")
MIXED = re.compile(r"\d|[A-Z][a-z]*[A-Z]")
DOTTED = re.compile(r"[a-z]+\.[A-Z][a-z]+")
URL = re.compile(r"https?:|www\.|\w+\.(?:com|org|io|ai)/")


def find_names(
    words: Words, vocabulary: Vocabulary, cues: Cues, abbreviations: Iterable[Abbreviation]
) -> tuple[Mention, ...]:
    """Return mentions of coined names, the first of each rule and place; repeats are found later."""
    found: dict[tuple[int, int], Mention] = {}
    types: dict[str, str] = {}
    for rule, start, end, aliases in (
        *_title_name(words, cues),
        *_introduced(words, vocabulary, cues),
        *_called(words, cues),
        *_expansions(vocabulary, cues, abbreviations),
        *_shaped(words, vocabulary, cues),
    ):
        surface = words.text[start:end]
        if surface in cues.no_names or not any(c.isalpha() for c in surface):
            continue
        if (start, end) not in found:
            if surface not in types:
                types[surface] = name_type(words, surface, cues, vocabulary)
            found[start, end] = Mention(
                start=start,
                end=end,
                surface=surface,
                name=surface,
                type=types[surface],
                rule=rule,
                confidence=CONFIDENCE[rule],
                aliases=aliases,
            )
    return tuple(found[place] for place in sorted(found))


@lru_cache(maxsize=50_000)
def is_coined(word: str) -> bool:
    """Tell whether `word` is shaped like a made-up name: capitals inside, or with figures.

    >>> [is_coined(w) for w in ("HAWQ-V2", "QALoRA", "wav2vec", "GPT", "Vision", "4-bit", "I", "real-time")]
    [True, True, True, True, False, False, False, False]
    """
    core = word.strip("\"'“”‘’`*")
    letters = [c for c in core if c.isalpha()]
    if len(core) < 2 or len(letters) < 2:
        return False
    if any(c.isupper() for c in core[1:]):
        parts = HYPHEN_OR_SLASH.split(core)
        # "Large-Scale", "State-of-the-Art" are words of a title, no names
        return any(
            any(c.isupper() for c in p[1:]) or (any(c.isdigit() for c in p) and any(c.isalpha() for c in p))
            for p in parts
        ) or (core[0].isupper() and any(c.isdigit() for c in core))
    return (core[0].isupper() and any(c.isdigit() for c in core)) or bool(LOWER_COINED.fullmatch(core))


def name_type(words: Words, name: str, cues: Cues, vocabulary: Vocabulary) -> str:
    """Return the type of `name`: what the nouns around its places say most often, else what its form says."""
    own = _head(name, cues)
    if own and len(name.split()) > 1:
        return own
    places = _places(words.text, name)
    told = Counter(kind for start, end in places if (kind := _told_type(words, start, end, cues)))
    if told:
        return min(told, key=lambda kind: (-told[kind], TYPES.index(kind)))
    for suffix, kind in cues.suffixes:
        before = name.removesuffix(suffix)
        if before not in ("", name) and not (suffix.isupper() and before[-1].isupper()):
            return kind
    return _vocabulary_head(name, vocabulary) or own or "Technique"


def _places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of `name` wherever it stands in `text` as a whole word."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        whole = not (_in_word(text[start - 1 : start]) or _in_word(text[end : end + 1]))
        if whole:
            yield start, end
        start = text.find(name, end if whole else start + 1)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _told_type(words: Words, start: int, end: int, cues: Cues) -> str | None:
    """Return the type that the nouns after and before the name at `start` to `end` tell, if any."""
    text = words.text
    sentence = words.sentence_at(start)
    after = text[end : min(end + NEAR, sentence.end)]
    following = FOLLOWING.match(after)
    if following:
        for pair in (f"{following.group(1)} {following.group(2) or ''}".strip(), following.group(1)):
            if pair.lower() in cues.heads:
                return cues.heads[pair.lower()]
    apposition = APPOSITION.match(after) or COLON.match(after)
    if apposition:
        told = _head(NOUN_PHRASE_END.split(after[apposition.end() :], maxsplit=1)[0], cues)
        if told:
            return told
    before = text[max(start - NEAR, sentence.start) : start].rstrip(" \"'“‘`(,")
    if cues.named.spans(sentence.text):
        before = re.sub(cues.named.pattern + ARTICLE_END, "", before, flags=re.IGNORECASE)
    before = before.rstrip(" ,(-–—:")
    return _head(" ".join(before.split()[-2:]), cues)


def _head(phrase: str, cues: Cues) -> str | None:
    tokens = [t.strip("\"'”’.,").lower() for t in phrase.split()]
    for n in (2, 1):
        if len(tokens) >= n and " ".join(tokens[-n:]) in cues.heads:
            return cues.heads[" ".join(tokens[-n:])]
    return None


def _vocabulary_head(name: str, vocabulary: Vocabulary) -> str | None:
    atoms = key(name)
    for i in range(1, len(atoms)):
        labels = vocabulary.labels.get(atoms[i:])
        if labels and not labels[0].ambiguous and len(" ".join(atoms[i:])) > 3:
            return vocabulary.concepts[labels[0].concept].type
    return None


Found = Iterator[tuple[str, int, int, tuple[str, ...]]]


def _title_name(words: Words, cues: Cues) -> Found:
    match = TITLE_NAME.match(words.text[: words.title_end])
    if not match:
        return
    name = match.group(1)
    abstract = words.text[words.title_end :]
    tokens = name.split()
    shaped = any(is_coined(t) for t in tokens) and tokens[0].lower() not in cues.plain
    again = any(_places(abstract, name)) and name[0].isupper() and not abstract.startswith("\n" + name)
    if (shaped and (len(tokens) <= 3 or again)) or (again and len(tokens) <= 4 and key(name)):
        yield "title-name", match.start(1), match.end(1), ()


def _introduced(words: Words, vocabulary: Vocabulary, cues: Cues) -> Found:
    """Yield the names that authors propose: right after the verb, in its list, or as apposition to its object."""
    for _, at in cues.introduced.spans(words.text):
        while article := ARTICLE.match(words.text, at):
            if article.group(1).lower() not in cues.articles and article.group(1).lower() not in cues.adjectives:
                break
            at = article.end()
        name = _name_at(words, at, cues)
        apposed = False
        if name is None:
            rest = words.text[at : at + 160].split("\n")[0]
            object_ = APPOSED.match(rest)
            apposed = object_ is not None
            name = _name_at(words, at + object_.end(), cues) if object_ else None
        while name is not None:
            start, end = name
            surface, after = words.text[start:end], words.text[end : end + 12]
            known = bool(vocabulary.named(surface))
            if known and not AFTER_KNOWN.match(after):
                break
            if apposed and not is_coined(surface):
                break
            yield "proposed-name", start, end, ()
            joint = JOINT.match(words.text[end : end + 40])
            name = _name_at(words, end + joint.end(), cues) if joint else None
            if name is not None and not is_coined(words.text[name[0] : name[1]]):
                name = None
    owned = OWNED if any(ending in words.text for ending in OURS_ENDS) else OURS
    for match in owned.finditer(words.text):
        group = 1 if match.group(1) else 2
        surface = match.group(group)
        if is_coined(surface) and surface not in cues.no_names and not vocabulary.named(surface):
            yield "proposed-name", match.start(group), match.end(group), ()


def _called(words: Words, cues: Cues) -> Found:
    for _, at in cues.named.spans(words.text):
        article = NAMED_ARTICLE.match(words.text, at)
        name = _name_at(words, article.end() if article else at, cues)
        if name:
            yield "called-name", *name, ()


def _name_at(words: Words, at: int, cues: Cues) -> tuple[int, int] | None:
    """Return the offsets of a name that starts right after `at`, or None."""
    space = SPACE.match(words.text, at)
    match = NAME_AFTER.match(words.text, space.end() if space else at)
    if not match:
        return None
    tokens = match.group(1).split()
    if not (tokens[0][0].isupper() or tokens[0][0].isdigit() or is_coined(tokens[0])):
        return None
    while tokens and not (tokens[-1][0].isupper() or is_coined(tokens[-1]) or tokens[-1][0].isdigit()):
        tokens.pop()
    if not tokens:
        return None
    name = words.text[match.start(1) : match.start(1) + len(" ".join(tokens))]
    if words.text[match.start(1) : match.start(1) + len(name)] != " ".join(tokens):
        return None
    capitalised = [t for t in tokens if t[0].isupper()]
    if not (any(is_coined(t) for t in tokens) or capitalised) or tokens[0].lower() in cues.plain:
        return None
    core, _, ending = name.rpartition("-")
    if core and ending.lower() in cues.based:
        return None
    return match.start(1), match.start(1) + len(name.rstrip(".-"))


def _expansions(vocabulary: Vocabulary, cues: Cues, abbreviations: Iterable[Abbreviation]) -> Found:
    for abbreviation in abbreviations:
        if not vocabulary.named(abbreviation.long) and abbreviation.short not in cues.no_names:
            yield "expansion", abbreviation.long_start, abbreviation.long_end, (abbreviation.short,)


def _shaped(words: Words, vocabulary: Vocabulary, cues: Cues) -> Found:
    shouting = words.text[: words.title_end].isupper()
    for match in SHAPED.finditer(words.text):
        word, start = match.group(1), match.start(1)
        if word.islower() or word[1:].islower():
            continue
        if "://" in words.text[start - 8 : match.end() + 3] or "/" in word or "@" in word or ".com" in word:
            continue
        parts = HYPHEN.split(word)
        while len(parts) > 1 and (parts[-1].lower() in cues.based or parts[-1].islower()):
            parts.pop()
        kept = word[: len("-".join(parts))]
        if len(kept) < 3 or not is_coined(kept) or kept in cues.no_names or kept.rstrip("s") in cues.no_names:
            continue
        if _in_url(words.text, start) or not TWO_LETTERS.search(kept):
            continue
        if kept.isupper() and shouting:
            continue
        if DOTTED.fullmatch(kept) or vocabulary.labels.get(key(kept)):
            continue
        if any(vocabulary.labels.get(key(p)) for p in HYPHEN.split(kept)) and not MIXED.search(parts[-1]):
            continue
        yield "shaped-name", start, start + len(kept), ()


def _in_url(text: str, at: int) -> bool:
    begin = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at), text.rfind("(", 0, at)) + 1
    return bool(URL.match(text[begin : begin + 12]) or "//" in text[begin:at])
