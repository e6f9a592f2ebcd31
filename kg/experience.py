"""Experience: which roles and types things had in annotated papers that share a clue with a thing.

For each clue (`kg.finders.clues`) it is known how often things with it had each role, or were none, and how often they
were of each type: as the logarithm of its share beside that of all things (target encoding, with the prior's weight
after Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explorations 2001).
The mean over the places of a thing, and over the words in a stretch of text, are measures for the classifiers. Training
is in `kg.training`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from kg.files import reading_weights, write_whole
from kg.finders.clues import BAGS, Clues
from kg.perceptron import Doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What is known of clues: `table` has a row for each of `rows`, and one of zeros, the first, for all others.

    A row has a logarithm for each role, for none, and for each type, and last whether anything is known. What was
    `seen` of words is kept.
    """

    rows: Mapping[str, int]
    table: Doubles
    seen: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    def number(self, clue: str) -> int:
        """Return the row of `clue`."""
        return self.rows.get(clue, 0)


def tell(table: Doubles, clues: Clues) -> Doubles:
    """Return what the `table` of an `Experience` tells of each thing, at least one (things by slots by logarithms)."""
    sums = np.zeros((len(clues.bags) + 1, len(BAGS), table.shape[1]))
    np.cumsum(table[clues.bags], axis=0, out=sums[1:])
    slots = np.arange(len(BAGS))
    stretches = sums[clues.windows[:, :, 1], slots] - sums[clues.windows[:, :, 0], slots]
    every = np.add.reduceat(np.concatenate([table[clues.singles], stretches], axis=1), clues.begins, axis=0)
    found: Doubles = every[:, :, :-1] / np.maximum(every[:, :, -1:], 1)
    return found


@lru_cache(maxsize=4)
def read_experience(path: Path) -> Experience:
    """Read what `write_experience` wrote to `path`.

    Raises:
        OntologyError: the file is missing or broken.
    """
    with reading_weights(path), np.load(path) as parts:
        clues = parts["clues"].tobytes().decode().split("\n")
        known = parts["known"].astype(np.float64)
        table = np.zeros((len(known) + 1, known.shape[1] + 1))
        table[1:, :-1], table[1:, -1] = known, 1
        return Experience(rows={clue: i for i, clue in enumerate(clues, 1)}, table=table)


def write_experience(experience: Experience, path: Path) -> None:
    """Write `experience` to `path` in half precision, the inverse of `read_experience`."""
    with write_whole(path) as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            clues=np.frombuffer("\n".join(experience.rows).encode(), dtype=np.uint8),
            known=experience.table[1:, :-1].astype(np.float16),
        )
