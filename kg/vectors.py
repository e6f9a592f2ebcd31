"""What the distribution of words in many papers says of them: a vector and clusters for each atom.

They are learned by `kg.training.vectors` and shipped as small whole numbers.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.errors import OntologyError
from kg.files import write_whole

VECTORS = "vectors.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """For each of n atoms (`rows` gives its row) a vector of 8-bit numbers and its cluster at each size."""

    rows: Mapping[str, int]
    vectors: NDArray[np.int8]
    clusters: NDArray[np.uint16]


def read_vectors(folder: Path) -> Vectors:
    """Read the vectors in `folder`.

    Raises:
        OntologyError: they are missing or broken.
    """
    try:
        with np.load(folder / VECTORS) as parts:
            atoms = parts["atoms"].tobytes().decode().split("\n")
            return Vectors(
                rows={atom: i for i, atom in enumerate(atoms)}, vectors=parts["vectors"], clusters=parts["clusters"]
            )
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as e:
        raise OntologyError(f"{folder}: the word vectors cannot be read ({e}); learn them with: kg train --text") from e


def write_vectors(vectors: Vectors, folder: Path) -> None:
    """Write `vectors` to `folder`."""
    with write_whole(folder / VECTORS) as file:
        np.savez_compressed(
            file,
            atoms=np.frombuffer("\n".join(vectors.rows).encode(), dtype=np.uint8),
            vectors=vectors.vectors,
            clusters=vectors.clusters,
        )
