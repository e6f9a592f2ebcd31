"""The words of a paper: its tokens as parallel tuples, with sentences; what all finders work on."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import add, attrgetter
from typing import TYPE_CHECKING

from kg.records import Mention, Quote
from kg.text import TOKENS, bare_length, find_sentences

if TYPE_CHECKING:
    from spacy.tokens import Doc


# the order of mentions by all their fields, as `<` has it, to sort by several times faster
in_order = attrgetter(*(f.name for f in fields(Mention)))

_start = attrgetter("start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Tokens of `text`: their atoms and character offsets, n of each, and the sentences.

    `title_end` is the offset of the line break after the title.
    """

    text: str
    atoms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    sentences: tuple[Quote, ...]
    title_end: int

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the character offsets of tokens `first` to `last` (excluded), without a trailing joiner."""
        return self.starts[first], self.ends[last - 1]

    def surface(self, first: int, last: int) -> str:
        """Return the text of tokens `first` to `last` (excluded), without a trailing joiner."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    def token_at(self, offset: int) -> int:
        """Return the index of the first token that ends after `offset`."""
        return bisect.bisect_right(self.ends, offset)

    def sentence_at(self, offset: int) -> Quote:
        """Return the sentence that holds the character at `offset`."""
        at = bisect.bisect_right(self.sentences, offset, key=_start) - 1
        return self.sentences[max(at, 0)]

    def in_one_sentence(self, mention: Mention) -> bool:
        """Tell whether `mention` ends where its sentence does or before: two may lack the space between them."""
        return mention.end <= self.sentence_at(mention.start).end

    def by_sentence(self, mentions: Iterable[Mention]) -> list[tuple[Quote, list[Mention]]]:
        """Return each sentence with those of `mentions` that begin in it, in the order given."""
        inside: list[list[Mention]] = [[] for _ in self.sentences]
        starts = [s.start for s in self.sentences]
        for mention in mentions:
            at = bisect.bisect_right(starts, mention.start) - 1
            if at >= 0 and mention.start < self.sentences[at].end:
                inside[at].append(mention)
        return list(zip(self.sentences, inside, strict=True))


def read_words(doc: Doc) -> Words:
    """Return the words of `doc`, which was made by `kg.text.Tokenizer`."""
    text, words, starts, atoms = doc.user_data[TOKENS]
    ends = tuple(map(add, starts, map(bare_length, words)))
    newline = text.find("\n")
    return Words(
        text=text,
        atoms=atoms,
        starts=starts,
        ends=ends,
        sentences=find_sentences(text),
        title_end=newline if newline >= 0 else len(text),
    )
