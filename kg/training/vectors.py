"""Word vectors and clusters from the texts of many papers.

Counts of neighbours, close by (two words, each place by itself) and farther (five words, on either side), as positive
pointwise mutual information with smoothed contexts, are reduced by singular value decomposition (Levy, Goldberg
and Dagan, "Improving distributional similarity with lessons learned from word embeddings", TACL 2015); the vectors
of the close neighbours are clustered by k-means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kg.records import Paper
from kg.text import TOKEN, normalise
from kg.vectors import Vectors

LEAST = 4
CONTEXTS = 6_000
# places of neighbours, and the dimensions of the vectors from them
CLOSE, CLOSE_SIZE = ((-2,), (-1,), (1,), (2,)), 64
FAR, FAR_SIZE = ((-5, -4, -3, -2, -1), (1, 2, 3, 4, 5)), 48
CLUSTER_SIZES = (64, 256, 1000)


def learn_vectors(papers: Iterable[Paper]) -> Vectors:
    """Return the vectors and clusters of the atoms that occur often enough in `papers`."""
    from sklearn.cluster import MiniBatchKMeans

    texts = [[normalise(m.group()) for m in TOKEN.finditer(p.text)] for p in papers]
    counts = Counter(atom for atoms in texts for atom in atoms if atom)
    known = [a for a, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n >= LEAST and "\n" not in a]
    index = {atom: i for i, atom in enumerate(known)}
    # papers one after another, with room between them that no window spans
    places = np.array([index.get(a, -1) for atoms in texts for a in (*atoms, *[""] * 5)], dtype=np.int64)
    close = _reduced(places, len(known), CLOSE, CLOSE_SIZE)
    vectors = np.hstack([close, _reduced(places, len(known), FAR, FAR_SIZE)])
    labels = [
        MiniBatchKMeans(size, random_state=0, n_init=3, batch_size=4096).fit(close).labels_ for size in CLUSTER_SIZES
    ]
    return Vectors(
        rows=index,
        vectors=np.rint(np.clip(vectors * 254, -127, 127)).astype(np.int8),
        clusters=np.array(labels, dtype=np.uint16).T,
    )


def _reduced(places: NDArray[np.int64], atoms: int, windows: Sequence[Sequence[int]], size: int) -> NDArray[np.float64]:
    """Return vectors of that `size` from the neighbours in each of `windows`, of length 1."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import svds

    rows, columns = [], []
    for slot, window in enumerate(windows):
        for offset in window:
            here = places[:-offset] if offset > 0 else places[-offset:]
            there = places[offset:] if offset > 0 else places[:offset]
            seen = (here >= 0) & (there >= 0) & (there < CONTEXTS)
            rows.append(here[seen])
            columns.append(there[seen] + slot * CONTEXTS)
    shape = (atoms, len(windows) * CONTEXTS)
    at = (np.concatenate(rows), np.concatenate(columns))
    table = csr_matrix((np.ones(len(at[0])), at), shape=shape).tocoo()
    total = np.asarray(table.sum(1)).ravel()
    smoothed = np.asarray(table.sum(0)).ravel() ** 0.75
    information = np.log(table.data * smoothed.sum() / (total[table.row] * smoothed[table.col]))
    positive = csr_matrix((np.maximum(information, 0), (table.row, table.col)), shape=shape)
    left, strength, _ = svds(positive, k=size, random_state=0)
    vectors: NDArray[np.float64] = left * np.sqrt(strength)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    return vectors
