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
from kg.cues import Cues
from kg.finders.names import is_coined
from kg.finders.words import Words
from kg.records import Mention, Quote, Relation
from kg.text import key
from kg.vocabulary import Vocabulary, squashed

CONFIDENCE = {"introduces": 0.9, "uses": 0.75, "comparesWith": 0.7, "mentions": 0.6}
COINED = ("title-name", "proposed-name", "called-name")
NONE = "none"
DOUBT = 0.55
COINED_DOUBT = 0.9
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


def find_roles(
    words: Words, mentions: Sequence[Mention], cues: Cues, vocabulary: Vocabulary, classifier: Classifier | None = None
) -> tuple[Relation, ...]:
    """Return one relation for every mention: the role of its thing, with that sentence.

    A thing that the classifier takes for none has no relation.
    """
    own = own_start(words, cues)
    found: list[Relation] = []
    for places in group_things(mentions).values():
        if classifier is None:
            role, rule = _role(words, places, cues, own, vocabulary)
            confidence = CONFIDENCE[role] * max(m.confidence for m in places)
        else:
            likely = classifier.probabilities(thing_features(words, places, cues, own, vocabulary))
            # the authors' own word for their name outweighs a doubt
            if likely[NONE] > (COINED_DOUBT if any(m.rule in COINED for m in places) else DOUBT):
                continue
            roles = [r for r in likely if r != NONE and (r != "introduces" or _may_be_new(places, vocabulary))]
            role = min(roles, key=lambda r: (-likely[r], r))
            rule, confidence = "classifier", likely[role]
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
    """Tell whether the paper may introduce the thing: what is common knowledge, only where it is the title's name."""
    concept = places[0].concept
    return vocabulary.narrower.get(concept or "", 0) < COMMON or any(m.rule == "title-name" for m in places)


def thing_features(words: Words, places: Sequence[Mention], cues: Cues, own: int, vocabulary: Vocabulary) -> set[str]:
    """Return the features of a thing for the classifier, from all its `places`."""
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
    }
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
    if all(_compared(words, m, cues) for m in places):
        features.add("compared=all")
    for mention in places:
        features |= set(_place_features(words, mention, cues, own))
    features |= {
        f"{first.type}&{f}" for f in list(features) if f.startswith(("at=", "only=", "compared", "cue=", "rule="))
    }
    return features


def _places(words: Words, places: Sequence[Mention], own: int) -> str:
    kinds = {"T" if m.start < words.title_end else "B" if m.start < own else "O" for m in places}
    return "".join(sorted(kinds))


def _place_features(words: Words, mention: Mention, cues: Cues, own: int) -> Iterator[str]:
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
    for distance in (0, 1):
        if following + distance < len(words.atoms):
            yield f"+{distance + 1}={words.atoms[following + distance]}"
    if following < len(words.atoms):
        head = cues.heads.get(words.surface(following, following + 1).lower())
        if head:
            yield f"cue=head-{head}"
    yield from _cue_features(words, mention, cues, before, after)
    if not in_title:
        yield f"cue=own-voice-{bool(cues.own.search(sentence.text))}"


def _cue_features(words: Words, mention: Mention, cues: Cues, before: str, after: str) -> Iterator[str]:
    introduced = list(cues.introduced.finditer(before))
    if introduced:
        between = before[introduced[-1].end() :]
        yield f"cue=introduced{min(len(between.split()), 8) // 2}"
        if _proposed_gap(between):
            yield "cue=proposed"
    verbs = list(cues.verbs.finditer(before))
    if verbs:
        between = before[verbs[-1].end() :]
        yield f"cue=verb{min(len(between.split()), 12) // 3}"
        if _proposed_gap(between):
            yield "cue=verb-object"
    if cues.named.search(before[-40:]):
        yield "cue=named"
    if NEW.search(before):
        yield "cue=new"
    if before.rstrip()[-1:] in (",", "(", ":", '"', "“"):
        yield f"cue=after{before.rstrip()[-1:]}"
    if after.lstrip()[:1] in (",", "(", ")", ":", '"', "”"):
        yield f"cue=before{after.lstrip()[:1]}"
    if NUMBERED.search(before):
        yield "cue=numbered"
    if _compared(words, mention, cues):
        yield "cue=compared"
    if LISTED.search(before):
        yield "cue=listed"
    for name, pattern, text in (
        ("better-before", cues.better, before),
        ("better-after", cues.better, after),
        ("relative-before", cues.relative, before),
        ("unlike-before", cues.unlike, before),
        ("negated", cues.negations, before[-40:]),
    ):
        if pattern.search(text):
            yield f"cue={name}"


def _role(words: Words, places: Sequence[Mention], cues: Cues, own: int, vocabulary: Vocabulary) -> tuple[str, str]:
    if any(m.rule in COINED for m in places) and _may_be_new(places, vocabulary):
        return "introduces", "coined"
    if any(_proposed(words, m, cues) for m in places if m.rule == "expansion"):
        return "introduces", "proposed"
    if all(_compared(words, m, cues) for m in places):
        return "comparesWith", "compared"
    if all(words.title_end < m.start < own for m in places):
        return "mentions", "background"
    return "uses", "own-part"


def _proposed(words: Words, mention: Mention, cues: Cues) -> bool:
    sentence = words.sentence_at(mention.start)
    before = words.text[sentence.start : mention.start]
    verbs = list(cues.introduced.finditer(before))
    return bool(verbs) and _proposed_gap(before[verbs[-1].end() :])


def _proposed_gap(between: str) -> bool:
    """Tell whether what stands after "we propose" up to a name holds nothing but its adjectives."""
    return not re.search(r"[,;:]|\b(?:for|of|that|which|by|using|based|to|with|in|on)\b", between)


def _compared(words: Words, mention: Mention, cues: Cues) -> bool:
    sentence = words.sentence_at(mention.start)
    if sentence.start <= words.title_end:
        return False
    after = words.text[mention.end : sentence.end]
    if cues.compare_after.match(after.lstrip()):
        return True
    return any(
        not CLAUSE.search(words.text[cue : mention.start])
        for cue in _ends(cues.compare_before.finditer(sentence.text[: mention.start - sentence.start]), sentence)
    )


def _ends(matches: Iterable[re.Match[str]], sentence: Quote) -> list[int]:
    return [sentence.start + m.end() for m in matches]
