"""An annotated paper, as ``corpus/gold/`` holds them."""

from __future__ import annotations

from typing import Any

ROW: dict[str, Any] = {
    "title": "FooNet: Fast Pruning",
    "abstract": "We propose FooNet, a pruning method for LLMs. FooNet beats SparseGPT on ImageNet, better with BERT.",
    "entities": [
        {"name": "FooNet", "type": "Technique", "role": "introduces", "mentions": ["FooNet"]},
        {"name": "pruning", "type": "Technique", "role": "uses", "mentions": ["Pruning", "pruning"]},
        {"name": "large language model", "type": "Model", "role": "uses", "mentions": ["LLMs"]},
        {"name": "SparseGPT", "type": "Technique", "role": "compares", "mentions": ["SparseGPT"]},
        {"name": "BERT", "type": "Model", "role": "uses", "mentions": ["BERT"]},
        {"name": "ImageNet", "type": "Dataset", "role": "uses", "mentions": ["ImageNet"]},
    ],
    "improves_on": [{"source": "FooNet", "target": "SparseGPT", "generic": False}],
    "results": [],
}
