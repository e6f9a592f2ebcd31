"""The vocabulary as it was read the last time, kept in the user's cache folder.

To read the vocabulary takes seconds, most of them for the keys of its labels. What is kept is plain JSON in a file that
is named for the content of the vocabulary and of the modules that make it, so that it never stands for another one. A
file that is missing or broken is made anew; where the folder cannot be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections import Counter
from pathlib import Path

from kg import skos, text, vocabulary
from kg.errors import OutputError
from kg.files import content_digest, remove_leftovers, write_whole
from kg.skos import read_vocabulary, vocabulary_files
from kg.vocabulary import Concept, Label, Vocabulary

# a smaller vocabulary is read as fast, in bytes
SMALL = 2**18


def open_vocabulary(folder: Path) -> Vocabulary:
    """Return the vocabulary in `folder`, read only where it has changed since the last time.

    Raises:
        OntologyError: see `kg.skos.read_vocabulary`.
    """
    files, cache = vocabulary_files(folder), cache_folder()
    makers = map(Path, (text.__file__, vocabulary.__file__, skos.__file__, __file__))
    try:
        if cache is None or sum(path.stat().st_size for path in files) < SMALL:
            return read_vocabulary(folder)
        kept = cache / f"vocabulary-{content_digest((*files, *makers))}.json"
    except OSError:  # it says which file cannot be read
        return read_vocabulary(folder)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return unpack_vocabulary(kept.read_text(encoding="utf-8"))
    found = read_vocabulary(folder)
    _keep(pack_vocabulary(found), kept)
    return found


def cache_folder() -> Path | None:
    """Return where the user's programs keep what they can make anew, None for a user without a home.

    It is as the XDG Base Directory Specification or the system has it.
    """
    given = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else "")
    if given and Path(given).is_absolute():
        return Path(given) / "mlkg"
    home = Path("~").expanduser() if os.path.expanduser("~") != "~" else None  # noqa: PTH111 - it does not raise
    return home and home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "mlkg"


def pack_vocabulary(known: Vocabulary) -> str:
    """Return `known` as JSON, the inverse of `unpack_vocabulary`."""
    concepts = [
        (c.id, c.type, c.label, c.aliases, c.ambiguous, c.broader, c.definition) for c in known.concepts.values()
    ]
    labels = [(key, [(x.concept, x.text, x.ambiguous, x.word) for x in found]) for key, found in known.labels.items()]
    return json.dumps({"concepts": concepts, "labels": labels, "lengths": known.lengths}, separators=(",", ":"))


def unpack_vocabulary(packed: str) -> Vocabulary:
    """Return the vocabulary that `pack_vocabulary` packed.

    Raises:
        ValueError, TypeError, KeyError: it is none.
    """
    data = json.loads(packed)
    concepts = {
        name: Concept(
            id=name,
            type=kind,
            label=label,
            aliases=tuple(aliases),
            ambiguous=tuple(ambiguous),
            broader=tuple(broader),
            definition=definition,
        )
        for name, kind, label, aliases, ambiguous, broader, definition in data["concepts"]
    }
    return Vocabulary(
        concepts=concepts,
        labels={tuple(key): tuple([Label(*label) for label in found]) for key, found in data["labels"]},
        lengths=data["lengths"],
        narrower=Counter(parent for concept in concepts.values() for parent in concept.broader),
    )


def _keep(packed: str, path: Path) -> None:
    """Write `packed` to `path`, whole or not at all, and remove what was kept before."""
    with contextlib.suppress(OSError, OutputError):
        with write_whole(path) as file:
            file.write(packed.encode())
        remove_leftovers(path.parent, ".vocabulary-*")
        for former in path.parent.glob("vocabulary-*.json"):
            if former != path:
                former.unlink()
