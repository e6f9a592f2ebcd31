"""All of the ontology that the extraction needs."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg.cues import Cues, read_cues
from kg.kept import open_vocabulary
from kg.overrides import Overrides, check_overrides, read_overrides
from kg.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Ontology:
    """What the field knows: its vocabulary, its cues, and overrides of the resolution."""

    folder: Path
    vocabulary: Vocabulary
    cues: Cues
    overrides: Overrides


@lru_cache(maxsize=4)
def read_ontology(folder: Path) -> Ontology:
    """Read the vocabulary, the cues and the overrides in `folder`; a second call with the same folder costs nothing.

    Raises:
        OntologyError: a file is broken; the message names it and the place.
    """
    collects = gc.isenabled()
    # nothing of the many small things that are read is garbage; to look for it takes as long as all the rest
    gc.disable()
    try:
        vocabulary = open_vocabulary(folder / "vocabulary")
        cues, overrides = read_cues(folder / "cues.toml"), read_overrides(folder / "resolution.toml")
        check_overrides(overrides, vocabulary, folder / "resolution.toml")
        return Ontology(folder=folder, vocabulary=vocabulary, cues=cues, overrides=overrides)
    finally:
        if collects:
            gc.enable()
