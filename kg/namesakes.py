"""Namesakes: things that have the name of another thing, told apart before they become one node.

The overrides, written by hand, come first (`kg.overrides`). Then a short form that a paper introduces is not the
concept that the vocabulary has under it, where the paper has no longer name of that concept. And of the papers that
introduce one name the first keeps it, and what the others introduce has nodes of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from kg.naming import entity_id, identity, says_little
from kg.overrides import Overrides
from kg.progress import Progress, unseen
from kg.records import RELATIONS, Extraction, Mention
from kg.spool import Spool, united
from kg.text import digest, paper_id
from kg.vocabulary import Vocabulary, squashed

# after all dates
UNDATED = "9999"


def tell_apart(
    extractions: Iterable[Extraction], vocabulary: Vocabulary, overrides: Overrides, progress: Progress = unseen
) -> Iterator[tuple[str, Extraction]]:
    """Return the extractions by the ids of their papers, one for each, with nodes of their own for namesakes.

    A name that several papers introduce is that of several things, if it has a capital letter and the vocabulary does
    not know it, or is a short form that says little. The paper of the earliest date has the name for itself, where no
    date is known the first by id; what does not introduce it means that one.
    """
    held = Spool[tuple[str, Extraction]]()
    first: dict[str, tuple[str, str]] = {}
    later = set[tuple[str, str]]()

    def noted() -> Iterator[tuple[str, tuple[str, Extraction]]]:
        for given in extractions:
            extraction = _coined(_set_right(given, overrides), vocabulary)
            paper = paper_id(extraction.paper.title)
            date = extraction.paper.date or UNDATED
            for target in {r.target for r in extraction.relations if r.predicate == RELATIONS[0]}:
                name = target.surface if target.concept else identity(target.name, target.aliases)
                if says_little(name) if target.concept else any(c.isupper() for c in name):
                    node = entity_id(target)
                    first[node], *others = sorted({first.get(node, (date, paper)), (date, paper)})
                    later.update((other, node) for _, other in others)
            yield paper, (paper, extraction)

    held.add(noted())
    several = progress(united(held, lambda same: same[0]), "Resolving", len(held))
    return ((paper, _apart(paper, extraction, later)) for paper, extraction in several)


def _coined(extraction: Extraction, vocabulary: Vocabulary) -> Extraction:
    """Return `extraction` with names of their own for short forms that it introduces and that mean something else.

    That is so where the vocabulary has the short form for a concept of which the paper has no longer name.
    """
    text = ""
    others = set[tuple[str, str]]()
    for target in {r.target for r in extraction.relations if r.predicate == RELATIONS[0]}:
        known = vocabulary.concepts.get(target.concept or "")
        if known is None or not says_little(target.surface):
            continue
        text = text or squashed(extraction.paper.text)
        longer = [squashed(n) for n in (known.label, *known.aliases, *known.ambiguous) if not says_little(n)]
        if longer and not any(name in text for name in longer):
            others.add((known.id, target.surface))

    def own(mention: Mention) -> Mention:
        if (mention.concept, mention.surface) not in others:
            return mention
        return replace(mention, name=mention.surface, concept=None, head=None, aliases=())

    return _swapped(extraction, own)


def _apart(paper: str, extraction: Extraction, homonyms: Collection[tuple[str, str]]) -> Extraction:
    """Return `extraction` with nodes of its own for the things that are but namesakes of others."""

    def own(mention: Mention) -> Mention:
        node = entity_id(mention)
        return replace(mention, concept=f"{node}-{digest(paper)}") if (paper, node) in homonyms else mention

    return _swapped(extraction, own)


def _set_right(extraction: Extraction, overrides: Overrides) -> Extraction:
    """Return `extraction` with its mentions as the overrides have them."""

    def right(mention: Mention) -> Mention:
        if (mention.surface, entity_id(mention)) in overrides.apart:
            mention = replace(mention, name=mention.surface, concept=None, head=None, aliases=())
        kept = overrides.same.get(entity_id(mention))
        return replace(mention, concept=kept) if kept else mention

    return _swapped(extraction, right)


def _swapped(extraction: Extraction, new: Callable[[Mention], Mention]) -> Extraction:
    """Return `extraction` with what `new` makes of its mentions."""
    changed = {m: made for m in extraction.mentions if (made := new(m)) is not m}
    if not changed:
        return extraction

    def swap(mention: Mention | None) -> Mention | None:
        return changed.get(mention, mention) if mention is not None else None

    return replace(
        extraction,
        mentions=tuple(changed.get(m, m) for m in extraction.mentions),
        relations=tuple(
            replace(r, target=changed.get(r.target, r.target), source=swap(r.source)) for r in extraction.relations
        ),
        results=tuple(
            replace(
                r,
                subject=swap(r.subject),
                baseline=swap(r.baseline),
                dataset=swap(r.dataset),
                hardware=swap(r.hardware),
            )
            for r in extraction.results
        ),
    )
