"""Roles: what a paper does with each thing it names.

The role is decided for a thing from all its places in the paper. With the trained classifier, its
features (`thing_features`) are the rules that found it, what stands around it, and where; the classes are the
four roles and "none", for what is no entity after all. Without it, rules decide: a name that the authors
coin is introduced; what stands only beside words of comparison is compared with; what is named only before
the paper's own part begins, and not in its title, is mentioned; the rest is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kg.classifier import Classifier
from kg.cues import Cues, Phrases
from kg.finders.mentions import without_overlaps
from kg.finders.names import is_coined
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation
from kg.tagger import Tagging
from kg.text import key
from kg.vocabulary import Vocabulary, squashed

CONFIDENCE = {"introduces": 0.9, "uses": 0.75, "comparesWith": 0.7, "mentions": 0.6}
COINED = ("title-name", "proposed-name", "called-name")
NONE = "none"
# what the classifier takes for none with more than this is left out
DOUBT = 0.55
# a known concept with so many others right below it is common knowledge
COMMON = 3
CLAUSE = re.compile(
    r"[;:()]|, (?:while|but|whereas|which|we|with|achieving|by|where)\b"
    r"|\b(?:while|but|whereas|on|in|for|by|when|using|across)\b"
)
TITLE_HEAD = re.compile(r"^([^:]{2,40}?)(?::|\s[-–—]{1,3}\s)")
NEW = re.compile(r"\b(?:novel|new|our|proposed|first|simple)\b[^,.;:()]{0,40}$", re.IGNORECASE)
NUMBERED = re.compile(
    r"(?:\(?\b(?:\d|[ivx]{1,3}|[abc])\)|\b(?:first|second|third|firstly|secondly|finally),?)[^,.;]{0,40}$",
    re.IGNORECASE,
)
GAP_END = re.compile(r"[,;:]|\b(?:for|of|that|which|by|using|based|to|with|in|on)\b")
LISTED = re.compile(r"(?:such as|e\.g\.,?|including|like|i\.e\.,?)[^.;:]*$", re.IGNORECASE)


def own_start(words: Words, cues: Cues) -> int:
    """Return the offset where the paper's own part begins; what stands before is background."""
    for sentence in words.sentences:
        if sentence.start > words.title_end and cues.own.search(sentence.text):
            return sentence.start
    return words.title_end


def thing_key(mention: Mention) -> str:
    """Return what all mentions of one thing in one paper share."""
    return mention.concept or " ".join(key(mention.name))


def group_things(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    """Return the mentions of each thing, in the order of the text."""
    things: dict[str, list[Mention]] = {}
    for mention in mentions:
        things.setdefault(thing_key(mention), []).append(mention)
    return things


Spans = list[tuple[int, int]]


class Said:
    """The places of the cues in each sentence of one paper, found when first asked for.

    A sentence holds several mentions; each cue is sought in it once.
    """

    def __init__(self, words: Words, cues: Cues) -> None:
        self.words = words
        self.cues = cues
        self.found: dict[tuple[int, str], Spans] = {}

    def spans(self, sentence: Quote, name: str) -> Spans:
        """Return the offsets, in the paper's text, of the cue of that name in `sentence`."""
        place = (sentence.start, name)
        if place not in self.found:
            pattern: Phrases = getattr(self.cues, name)
            start = sentence.start
            self.found[place] = [(start + m.start(), start + m.end()) for m in pattern.finditer(sentence.text)]
        return self.found[place]

    def before(self, sentence: Quote, name: str, at: int, within: int = 10_000) -> Spans:
        """Return those that end before `at`, at most `within` characters before."""
        return [(s, e) for s, e in self.spans(sentence, name) if e <= at and s >= at - within]


def decide_roles(
    words: Words,
    mentions: Sequence[Mention],
    tagging: Tagging,
    cues: Cues,
    vocabulary: Vocabulary,
    classifier: Classifier,
) -> tuple[Relation, ...]:
    """Return the roles of the things among `mentions`, which may overlap, that the classifier takes for entities.

    Where two of them claim the same words, the more probable one has them.
    """
    likely = {
        name: classifier.probabilities(features)
        for name, features in describe_things(words, mentions, tagging, cues, vocabulary).items()
    }
    kept = [m for m in mentions if likely[thing_key(m)].get(NONE, 0.0) <= DOUBT]
    found: list[Relation] = []
    for mention in without_overlaps(kept, lambda m: _claim(m, likely[thing_key(m)].get(NONE, 0.0))):
        roles = {role: p for role, p in likely[thing_key(mention)].items() if role != NONE}
        role = min(roles, key=lambda r: (-roles[r], r))
        found.append(
            Relation(
                predicate=role,
                target=mention,
                quote=words.sentence_at(mention.start),
                rule=f"{mention.rule}/classifier",
                confidence=classifier.confidence(roles[role]),
            )
        )
    return tuple(found)


def describe_things(
    words: Words, mentions: Sequence[Mention], tagging: Tagging, cues: Cues, vocabulary: Vocabulary
) -> dict[str, set[str]]:
    """Return the features of each thing among `mentions`, from the places that no likelier mention takes."""
    free = {(m.start, m.end) for m in without_overlaps(mentions, lambda m: _claim(m, 0.5))}
    own = own_start(words, cues)
    said = Said(words, cues)
    found = {}
    for name, places in group_things(mentions).items():
        chosen = [m for m in places if (m.start, m.end) in free]
        features = thing_features(said, chosen or places, own, vocabulary)
        features |= set(_tagged_features(words, chosen or places, tagging))
        features.add(f"free={min(len(chosen), 2)}of{min(len(places), 2)}")
        found[name] = features
    return found


def _claim(mention: Mention, doubt: float) -> tuple[float, ...]:
    """Return the rank of `mention` among those that overlap it."""
    return (-(mention.tagged + 0.02) * (1 - doubt), mention.start - mention.end, mention.start)


def _tagged_features(words: Words, places: Sequence[Mention], tagging: Tagging) -> Iterator[str]:
    """Yield what the tagger says of the role of a thing in its likeliest place, and at the most."""
    most: dict[str, float] = {}
    for mention in places:
        span = words.token_at(mention.start), words.token_at(mention.end - 1) + 1
        for role, p in tagging.span_roles(*span).items():
            most[role] = max(most.get(role, 0.0), p)
    for role, p in most.items():
        yield f"most-{role}={int(p * 10)}"
    best = max(most, key=lambda r: (most[r], r))
    yield f"best-role={best}"
    yield f"best-role={best}{int(most[best] / (sum(most.values()) + 1e-6) * 5)}"
    yield f"by-role={int(min(sum(most.values()), 1) * 10)}"


def find_roles(words: Words, mentions: Sequence[Mention], cues: Cues, vocabulary: Vocabulary) -> tuple[Relation, ...]:
    """Return one relation for every mention, by rules alone: the role of its thing, with that sentence."""
    own = own_start(words, cues)
    said = Said(words, cues)
    found: list[Relation] = []
    for places in group_things(mentions).values():
        role, rule = _role(said, places, own, vocabulary)
        confidence = CONFIDENCE[role] * max(m.confidence for m in places)
        found += (
            Relation(
                predicate=role,
                target=m,
                quote=words.sentence_at(m.start),
                rule=f"{m.rule}/{rule}",
                confidence=round(confidence, 4),
            )
            for m in places
        )
    return tuple(found)


def _may_be_new(places: Sequence[Mention], vocabulary: Vocabulary) -> bool:
    """Tell whether the paper may introduce the thing: what is common knowledge, only as a proper name in its title."""
    concept = places[0].concept
    if concept is None or vocabulary.narrower.get(concept, 0) < COMMON:
        return True
    proper = not vocabulary.concepts[concept].label.islower()
    return any(m.rule == "title-name" and (proper or is_coined(m.surface)) for m in places)


def thing_features(said: Said, places: Sequence[Mention], own: int, vocabulary: Vocabulary) -> set[str]:
    """Return the features of a thing for the classifier, from all its `places`."""
    words = said.words
    first = places[0]
    name = first.surface
    best = max(m.tagged for m in places)
    features = {
        f"type={first.type}",
        f"tagged={int(best * 10)}",
        f"inside={int(max(m.inside for m in places) * 10)}",
        f"inside={int(min(m.inside for m in places) * 5)}-least",
        f"count={min(len(places), 4)}",
        f"words={min(len(name.split()), 4)}",
        f"known={first.concept is not None}",
        f"case={'lower' if name.islower() else 'title' if name.istitle() else 'mixed'}",
        f"only={_places(words, places, own)}",
        f"last={key(name)[-1] if key(name) else ''}",
        f"first={key(name)[0] if len(key(name)) > 1 else ''}",
    }
    if first.concept is None and first.head:
        head = vocabulary.concepts[first.head].label
        features.add(f"head-proper={any(c.isupper() for c in head)}&words={min(len(name.split()), 4)}")
        features.add(f"head={first.head}")
    coined = is_coined(name)
    features |= {f"coined={coined}&known={first.concept is not None}", f"defined={bool(first.aliases)}&coined={coined}"}
    title = TITLE_HEAD.match(words.text[: words.title_end])
    if title and squashed(name) != squashed(title.group(1)) and squashed(name).startswith(squashed(title.group(1))):
        features.add("variant-of-title")
    features |= {f"rule={m.rule}" for m in places}
    features |= {f"rule={m.rule}&tagged={int(best * 4)}" for m in places}
    if first.concept:
        features.add(f"concept={first.concept}")
        features.add(f"narrower={min(vocabulary.narrower.get(first.concept, 0), 10) // 3}")
    if all(_compared(said, m) for m in places):
        features.add("compared=all")
    for mention in places:
        features.update(_place_features(said, mention, own))
    features |= {
        f"{first.type}&{f}" for f in list(features) if f.startswith(("at=", "only=", "compared", "cue=", "rule="))
    }
    return features


def _places(words: Words, places: Sequence[Mention], own: int) -> str:
    kinds = {"T" if m.start < words.title_end else "B" if m.start < own else "O" for m in places}
    return "".join(sorted(kinds))


def _place_features(said: Said, mention: Mention, own: int) -> Iterator[str]:
    words, cues = said.words, said.cues
    sentence = words.sentence_at(mention.start)
    before = words.text[sentence.start : mention.start]
    after = words.text[mention.end : sentence.end]
    in_title = mention.start < words.title_end
    if in_title:
        yield "at=title-start" if mention.start == 0 else "at=title"
        if before.rstrip().endswith(":"):
            yield "at=title-colon"
        if after.lstrip()[:1] == ":":
            yield "at=title-before-colon"
    else:
        share = (mention.start - words.title_end) / max(1, len(words.text) - words.title_end)
        yield f"at={'background' if mention.start < own else 'own'}"
        yield f"at=part{int(share * 4)}"
        if mention.start >= own and sentence.start <= own:
            yield "at=first-own"
    token = words.token_at(mention.start)
    for distance in (1, 2):
        if token - distance >= 0:
            yield f"-{distance}={words.atoms[token - distance]}"
    following = words.token_at(mention.end - 1) + 1
    opening = words.token_at(sentence.start)
    yield f"opening={words.atoms[opening]}" if opening < len(words.atoms) else "opening="
    order = words.sentences.index(sentence)
    yield f"order={order if order < 4 else 'last' if order + 1 == len(words.sentences) else 'later'}"
    for distance in (0, 1):
        if following + distance < len(words.atoms):
            yield f"+{distance + 1}={words.atoms[following + distance]}"
    if following < len(words.atoms):
        head = cues.heads.get(words.surface(following, following + 1).lower())
        if head:
            yield f"cue=head-{head}"
    yield from _cue_features(said, mention, sentence, before, after)
    if not in_title:
        yield f"cue=own-voice-{bool(said.spans(sentence, 'own'))}"


def _cue_features(said: Said, mention: Mention, sentence: Quote, before: str, after: str) -> Iterator[str]:
    text, at = said.words.text, mention.start
    introduced = said.before(sentence, "introduced", at)
    if introduced:
        between = text[introduced[-1][1] : at]
        yield f"cue=introduced{min(len(between.split()), 8) // 2}"
        if _proposed_gap(between):
            yield "cue=proposed"
    verbs = said.before(sentence, "verbs", at)
    if verbs:
        between = text[verbs[-1][1] : at]
        yield f"cue=verb{min(len(between.split()), 12) // 3}"
        if _proposed_gap(between):
            yield "cue=verb-object"
    if said.before(sentence, "named", at, 40):
        yield "cue=named"
    if NEW.search(before):
        yield "cue=new"
    if before.rstrip()[-1:] in (",", "(", ":", '"', "“"):
        yield f"cue=after{before.rstrip()[-1:]}"
    if after.lstrip()[:1] in (",", "(", ")", ":", '"', "”"):
        yield f"cue=before{after.lstrip()[:1]}"
    if NUMBERED.search(before):
        yield "cue=numbered"
    if _compared(said, mention):
        yield "cue=compared"
    if LISTED.search(before):
        yield "cue=listed"
    for name in ("better", "relative", "unlike"):
        if said.before(sentence, name, at):
            yield f"cue={name}-before"
    if any(start >= mention.end for start, _ in said.spans(sentence, "better")):
        yield "cue=better-after"
    if said.before(sentence, "negations", at, 40):
        yield "cue=negated"


def _role(said: Said, places: Sequence[Mention], own: int, vocabulary: Vocabulary) -> tuple[str, str]:
    if any(m.rule in COINED for m in places) and _may_be_new(places, vocabulary):
        return "introduces", "coined"
    if any(_proposed(said, m) for m in places if m.rule == "expansion"):
        return "introduces", "proposed"
    if all(_compared(said, m) for m in places):
        return "comparesWith", "compared"
    if all(said.words.title_end < m.start < own for m in places):
        return "mentions", "background"
    return "uses", "own-part"


def _proposed(said: Said, mention: Mention) -> bool:
    sentence = said.words.sentence_at(mention.start)
    verbs = said.before(sentence, "introduced", mention.start)
    return bool(verbs) and _proposed_gap(said.words.text[verbs[-1][1] : mention.start])


def _proposed_gap(between: str) -> bool:
    """Tell whether what stands after "we propose" up to a name holds nothing but its adjectives."""
    return not GAP_END.search(between)


def _compared(said: Said, mention: Mention) -> bool:
    words = said.words
    sentence = words.sentence_at(mention.start)
    if sentence.start <= words.title_end:
        return False
    after = words.text[mention.end : sentence.end]
    if said.cues.compare_after.match(after.lstrip()):
        return True
    cues = said.before(sentence, "compare_before", mention.start)
    return any(not CLAUSE.search(words.text, cue, mention.start) for _, cue in cues)
