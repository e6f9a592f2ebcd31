"""Where the ontology is, and all of it that the extraction needs.

In an installed package the folder lies beside the modules, in a checkout at the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg.cues import Cues, read_cues
from kg.errors import OntologyError
from kg.overrides import Overrides, read_overrides
from kg.vocabulary import Vocabulary, read_vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Ontology:
    """What the field knows: its vocabulary, its cues, and overrides of the resolution."""

    folder: Path
    vocabulary: Vocabulary
    cues: Cues
    overrides: Overrides


def ontology_folder() -> Path:
    """Return the folder of the ontology that came with the program.

    Raises:
        OntologyError: the folder is in neither of its two places.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "ontology", here.parent / "ontology"):
        if (folder / "kg.ttl").is_file():
            return folder
    raise OntologyError(f"{here}: the ontology is missing from this installation; install the package again")


@lru_cache(maxsize=4)
def read_ontology(folder: Path) -> Ontology:
    """Read the vocabulary, the cues and the overrides in `folder`; a second call with the same folder costs nothing."""
    return Ontology(
        folder=folder,
        vocabulary=read_vocabulary(folder / "vocabulary"),
        cues=read_cues(folder / "cues.toml"),
        overrides=read_overrides(folder / "resolution.toml"),
    )
