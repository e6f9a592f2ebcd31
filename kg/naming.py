"""Naming: the id of the node of a thing, from what one paper calls it alone.

A mention of a vocabulary concept is that concept. Any other thing is known by its type and the key of its name, so that
spellings of one name meet and equal names of different types stay apart. A thing with a long and a short form is
known by its short form where that is distinctive (`QLoRA`), else by its long form: papers that coin the same three
letters for different things do not meet.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.finders.names import is_coined
from kg.records import Mention
from kg.text import digest, slug


def entity_id(mention: Mention) -> str:
    """Return the node id of the thing that `mention` names.

    >>> entity_id(Mention(start=0, end=5, surface="QLoRA", name="quantized LoRA", type="Technique",
    ...                   rule="expansion", confidence=1.0, aliases=("QLoRA",)))
    'technique/qlora'
    """
    if mention.concept is not None:
        return mention.concept
    return f"{mention.type.lower()}/{slug(identity(mention.name, mention.aliases)) or digest(mention.name)}"


def identity(name: str, aliases: Sequence[str]) -> str:
    """Return the one of its names that a thing is known by."""
    short = sorted((n for n in (name, *aliases) if is_distinctive(n)), key=lambda n: (len(n), n))
    return short[0] if short else name


def is_distinctive(name: str) -> bool:
    """Tell whether two papers that write this short form mean one thing.

    >>> [is_distinctive(n) for n in ("QLoRA", "SPA", "HAWQ-V2", "low-rank adaptation", "MTRB")]
    [True, False, True, False, False]
    """
    if " " in name or not is_coined(name):
        return False
    return any(c.islower() for c in name.rstrip("s")) or any(c.isdigit() for c in name) or len(name) >= 6


def says_little(name: str) -> bool:
    """Tell whether `name` is a short form in capitals, as many things have by chance.

    >>> [says_little(n) for n in ("SAGE", "DARTs", "QLoRA", "GPT-4", "Sage")]
    [True, True, False, False, False]
    """
    return " " not in name and is_coined(name) and not is_distinctive(name)
