"""Coined names: what no vocabulary can hold because the paper, or one like it, made it up.

Four rules find them: the part of a title before its colon (`title-name`), a name right after the
authors' verb, "we propose X" (`proposed-name`), a name after "called" and the like (`called-name`), an
expansion with its acronym (`expansion`), and any word shaped like a name, with capitals inside or
figures (`shaped-name`). What a name names (its type) is read from the nouns around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.cues import Cues
from kg.finders.abbreviations import Abbreviation
from kg.finders.words import Words
from kg.records import Mention
from kg.text import key
from kg.vocabulary import Vocabulary

CONFIDENCE = {"title-name": 0.95, "proposed-name": 0.9, "called-name": 0.9, "expansion": 0.75, "shaped-name": 0.6}
OPEN = r"[\"'“‘`*({\[]*"
WORD = r"[^\W_][\w]*(?:[-‐‑–+./^@][\w^{}]+)*[+*]{0,2}"
CAPITAL = r"(?:[A-Z]|\d+(?:\.\d+)?-?[A-Za-z])[\w]*(?:[-‐‑–+./^@][\w^{}]+)*[+*]{0,2}"
TITLE_NAME = re.compile(rf"^({WORD}(?: {WORD}){{0,4}})\s*(?::|\s[-–—]{{1,3}}\s)")
NAME_AFTER = re.compile(rf"{OPEN}({WORD}(?: (?:of|for|with|and|the|to) (?={CAPITAL})| {CAPITAL}|(?<=[a-z]) \d+(?:\.\d+)?\b){{0,5}})")
NOUN_PHRASE_END = re.compile(
    r"\b(?:that|which|who|for|to|of|with|in|on|by|based|using|from|where|whose|built|designed|tailored|trained|consisting|"
    r"containing|comprising|capable|aimed|aiming|called|named|dubbed|termed|is|are|can|via|and)\b|[,.;:()\n]"
)
CLAUSE_END = re.compile(r"[;:.](?:\s|$)|\n")


def find_names(
    words: Words, vocabulary: Vocabulary, cues: Cues, abbreviations: Iterable[Abbreviation]
) -> tuple[Mention, ...]:
    """Return mentions of coined names, the first of each rule and place; repeats are found later."""
    found: dict[tuple[int, int], Mention] = {}
    for rule, start, end, aliases in (
        *_title_name(words, cues),
        *_introduced(words, cues),
        *_called(words, cues),
        *_expansions(vocabulary, cues, abbreviations),
        *_shaped(words, vocabulary, cues),
    ):
        surface = words.text[start:end]
        if surface in cues.no_names or not any(c.isalpha() for c in surface):
            continue
        if (start, end) not in found:
            found[start, end] = Mention(
                start=start,
                end=end,
                surface=surface,
                name=surface,
                type=name_type(words, start, end, cues, vocabulary),
                rule=rule,
                confidence=CONFIDENCE[rule],
                aliases=aliases,
            )
    return tuple(sorted(found.values()))


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
        parts = re.split(r"[-‐‑–/]", core)
        # "Large-Scale", "State-of-the-Art" are words of a title, no names
        return any(any(c.isupper() for c in p[1:]) or (any(c.isdigit() for c in p) and any(c.isalpha() for c in p)) for p in parts) or (
            core[0].isupper() and any(c.isdigit() for c in core)
        )
    return (core[0].isupper() and any(c.isdigit() for c in core)) or bool(re.fullmatch(r"[a-z]+\d+[a-z]+[\w-]*", core))


def name_type(words: Words, start: int, end: int, cues: Cues, vocabulary: Vocabulary) -> str:
    """Return the type of the name at `start` to `end`, from the nouns in, after and before it."""
    text = words.text
    name = text[start:end]
    own = _head(name, cues)
    if own and len(name.split()) > 1:
        return own
    sentence = words.sentence_at(start)
    after = text[end : sentence.end]
    following = re.match(r"[\"'”’`)]*\s+([\w-]+)(?:\s+([\w-]+))?", after)
    if following:
        for pair in (f"{following.group(1)} {following.group(2) or ''}".strip(), following.group(1)):
            if pair.lower() in cues.heads:
                return cues.heads[pair.lower()]
    apposition = re.match(
        r"\s*(?:\([^)]*\))?[\"'”’]?\s*(?:[,:–—-]+|\s(?:is|as|are)\s)\s*(?:a|an|the|our|one of the)\s+", after, re.IGNORECASE
    )
    if apposition:
        told = _head(NOUN_PHRASE_END.split(after[apposition.end() :], maxsplit=1)[0], cues)
        if told:
            return told
    before = text[sentence.start : start].rstrip(" \"'“‘`(,")
    before = re.sub(cues.named.pattern + r"\s*(?:the|a|an|as)?$", "", before, flags=re.IGNORECASE).rstrip(" ,(-–—:")
    told = _head(" ".join(before.split()[-2:]), cues)
    if told:
        return told
    for suffix, kind in cues.suffixes:
        if name.endswith(suffix) and len(name) > len(suffix):
            return kind
    if vocabulary_type := _vocabulary_head(name, vocabulary):
        return vocabulary_type
    return own or "Technique"


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
    again = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", abstract) and name[0].isupper() and not abstract.startswith("\n" + name)
    if (shaped and (len(tokens) <= 3 or again)) or (again and len(tokens) <= 4 and key(name)):
        yield "title-name", match.start(1), match.end(1), ()


def _introduced(words: Words, cues: Cues) -> Found:
    for match in cues.introduced.finditer(words.text):
        at = match.end()
        while article := re.match(r"\s+([\w-]+)", words.text[at:]):
            if article.group(1).lower() not in cues.articles and article.group(1).lower() not in cues.plain:
                break
            at += article.end()
        name = _name_at(words, at, cues)
        if name:
            yield "proposed-name", *name, ()


def _called(words: Words, cues: Cues) -> Found:
    for match in cues.named.finditer(words.text):
        at = match.end()
        article = re.match(r"\s+(?:the|a|an|as|it|this|them)\b", words.text[at:], re.IGNORECASE)
        name = _name_at(words, at + (article.end() if article else 0), cues)
        if name:
            yield "called-name", *name, ()


def _name_at(words: Words, at: int, cues: Cues) -> tuple[int, int] | None:
    """Return the offsets of a name that starts right after `at`, or None."""
    space = re.match(r"[\s:,]*", words.text[at:])
    start = at + (space.end() if space else 0)
    match = NAME_AFTER.match(words.text, start)
    if not match:
        return None
    tokens = match.group(1).split()
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
    return match.start(1), match.start(1) + len(name.rstrip(".-"))


def _expansions(vocabulary: Vocabulary, cues: Cues, abbreviations: Iterable[Abbreviation]) -> Found:
    for abbreviation in abbreviations:
        if not vocabulary.named(abbreviation.long) and abbreviation.short not in cues.no_names:
            yield "expansion", abbreviation.long_start, abbreviation.long_end, (abbreviation.short,)


def _shaped(words: Words, vocabulary: Vocabulary, cues: Cues) -> Found:
    for match in re.finditer(WORD, words.text):
        word = match.group()
        if "://" in words.text[match.start() - 8 : match.end() + 3] or "/" in word or "@" in word or ".com" in word:
            continue
        parts = re.split(r"[-‐‑–]", word)
        while len(parts) > 1 and (parts[-1].lower() in cues.based or parts[-1].islower()):
            parts.pop()
        kept = word[: len("-".join(parts))]
        if len(kept) < 3 or not is_coined(kept) or kept in cues.no_names or kept.rstrip("s") in cues.no_names:
            continue
        if _in_url(words.text, match.start()) or not re.search(r"[A-Za-z]{2}", kept):
            continue
        if kept.isupper() and words.text[: words.title_end].isupper():
            continue
        if any(vocabulary.labels.get(key(p)) for p in re.split(r"[-‐‑–]", kept)) and not re.search(r"\d|[A-Z][a-z]*[A-Z]", parts[-1]):
            continue
        yield "shaped-name", match.start(), match.start() + len(kept), ()


def _in_url(text: str, at: int) -> bool:
    begin = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at), text.rfind("(", 0, at)) + 1
    return bool(re.match(r"https?:|www\.|\w+\.(?:com|org|io|ai)/", text[begin : begin + 12]) or "//" in text[begin:at])
