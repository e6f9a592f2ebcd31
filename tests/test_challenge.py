"""A challenge set: sentences that are easily read wrongly, by rules alone and with the model.

What a sentence claims turns on a negation, a hedge, the direction of a comparison or a list; what an acronym
stands for turns on the paper that expands it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.pipeline import build_pipeline, extract
from kg.records import Extraction, Paper

Extract = Callable[[str, str], Extraction]


@pytest.fixture(scope="module", params=[False, True], ids=["rules", "model"])
def extract_text(request: pytest.FixtureRequest) -> Extract:
    """Return a function from a title and an abstract to what is found in them."""
    nlp = build_pipeline(model=request.param)

    def find(title: str, abstract: str) -> Extraction:
        [extraction] = extract(nlp, [Paper(title=title, abstract=abstract)])
        return extraction

    return find


def targets(extract_text: Extract, sentence: str) -> list[str]:
    """Return what the sentence says that FooTune, which the paper proposes, improves on."""
    extraction = extract_text("FooTune: Cheap Tuning", f"We propose FooTune. {sentence}")
    return sorted({r.target.surface for r in extraction.relations if r.predicate == "improvesOn"})


@pytest.mark.parametrize(
    "sentence",
    [
        "FooTune does not outperform LoRA.",
        "FooTune did not outperform LoRA.",
        "FooTune doesn't outperform LoRA.",
        "FooTune never outperforms LoRA.",
        "FooTune cannot beat LoRA.",
        "FooTune could not surpass LoRA.",
        "FooTune fails to outperform LoRA.",
        "FooTune failed to improve over LoRA.",
        "FooTune shows no improvement over LoRA.",
        "FooTune is no better than LoRA.",
        "FooTune is not faster than LoRA.",
        "FooTune is not superior to LoRA.",
        "FooTune brings no speedup over LoRA.",
        "FooTune hardly improves on LoRA.",
        "FooTune neither outperforms LoRA nor GPTQ.",
        "FooTune is unable to outperform LoRA.",
        "FooTune needs nothing more than LoRA.",
        "FooTune is not as accurate as LoRA.",
        "FooTune reaches lower accuracy compared to LoRA.",
        "FooTune has higher latency than LoRA.",
        "FooTune uses more memory than LoRA.",
        "FooTune reaches higher perplexity than LoRA.",
        "FooTune is slower than LoRA.",
        "FooTune is less accurate than LoRA.",
        "FooTune is less efficient than LoRA.",
        "FooTune degrades performance compared to LoRA.",
        "FooTune is inferior to LoRA.",
        "FooTune underperforms LoRA.",
    ],
)
def test_challenge_negation_takes_the_claim_back(extract_text: Extract, sentence: str) -> None:
    assert targets(extract_text, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("FooTune needs no labels and outperforms LoRA on all of the many tasks that we tried.", ["LoRA"]),
        ("Without any loss of quality on the many tasks that we tried, FooTune outperforms LoRA.", ["LoRA"]),
        ("FooTune not only matches quality but is also, on all tasks, 2x faster than LoRA.", ["LoRA"]),
        ("FooTune achieves comparable or better accuracy than LoRA.", ["LoRA"]),
        ("FooTune has comparable or even higher throughput compared to LoRA.", ["LoRA"]),
        ("FooTune uses less memory than LoRA.", ["LoRA"]),
        ("FooTune reduces perplexity compared to LoRA.", ["LoRA"]),
        ("FooTune has lower latency than LoRA.", ["LoRA"]),
        ("FooTune needs fewer parameters than LoRA.", ["LoRA"]),
    ],
)
def test_challenge_negation_of_something_else_leaves_the_claim(
    extract_text: Extract, sentence: str, expected: list[str]
) -> None:
    assert targets(extract_text, sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "FooTune achieves comparable accuracy to LoRA.",
        "FooTune achieves accuracy comparable to LoRA.",
        "FooTune is competitive with LoRA.",
        "FooTune is on par with LoRA.",
        "FooTune performs on par with LoRA.",
        "FooTune reaches on-par accuracy compared to LoRA.",
        "FooTune achieves similar accuracy compared to LoRA.",
        "FooTune matches LoRA.",
        "FooTune rivals LoRA.",
        "FooTune performs as well as LoRA.",
        "We compare FooTune with LoRA.",
        "We evaluate FooTune against LoRA.",
        "FooTune may outperform LoRA.",
        "FooTune might outperform LoRA.",
        "We hope to outperform LoRA.",
        "We study whether FooTune outperforms LoRA.",
        "It is unclear if FooTune outperforms LoRA.",
        "FooTune runs in more than 80% of LoRA deployments.",
        "FooTune is similar to LoRA.",
        "FooTune uses LoRA.",
        "FooTune is applied to LoRA.",
        "FooTune is trained with LoRA.",
        "FooTune combines LoRA and GPTQ.",
        "Although it has advantages over LoRA, FooTune is simple.",
    ],
)
def test_challenge_hedges_and_ties_are_no_claims(extract_text: Extract, sentence: str) -> None:
    assert targets(extract_text, sentence) == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("FooTune outperforms LoRA.", ["LoRA"]),
        ("FooTune consistently and significantly outperforms LoRA.", ["LoRA"]),
        ("FooTune surpasses the performance of LoRA.", ["LoRA"]),
        ("FooTune is better than LoRA.", ["LoRA"]),
        ("FooTune is 2x faster than LoRA.", ["LoRA"]),
        ("FooTune gives a 3-fold speedup over LoRA.", ["LoRA"]),
        ("FooTune yields a 3x speedup relative to LoRA.", ["LoRA"]),
        ("FooTune improves LoRA by 2%.", ["LoRA"]),
        ("FooTune improves upon LoRA.", ["LoRA"]),
        ("FooTune is an improved version of LoRA.", ["LoRA"]),
        ("FooTune is a generalization of LoRA.", ["LoRA"]),
        ("FooTune extends LoRA.", ["LoRA"]),
        ("FooTune builds upon LoRA.", ["LoRA"]),
        ("FooTune replaces LoRA.", ["LoRA"]),
        ("FooTune is a drop-in replacement for LoRA.", ["LoRA"]),
        ("Compared to LoRA, FooTune reduces memory by 30%.", ["LoRA"]),
        ("Compared with LoRA, our method is 2x faster.", ["LoRA"]),
        ("Relative to LoRA, it halves the time and reduces memory.", ["LoRA"]),
        ("Unlike LoRA, FooTune needs no examples.", ["LoRA"]),
        ("In contrast to LoRA, FooTune runs everywhere.", ["LoRA"]),
        ("Contrary to LoRA, FooTune runs everywhere.", ["LoRA"]),
        ("Our method outperforms LoRA.", ["LoRA"]),
        ("It outperforms LoRA.", ["LoRA"]),
        ("The resulting model is faster than LoRA.", ["LoRA"]),
        ("Experiments show that FooTune outperforms LoRA.", ["LoRA"]),
        ("FooTune outperforms the state-of-the-art (SOTA) method GPTQ.", ["GPTQ"]),
        ("FooTune is outperformed by LoRA.", []),
        ("FooTune is surpassed by LoRA.", []),
        ("FooTune is beaten by LoRA.", []),
        ("LoRA outperforms FooTune.", []),
        ("LoRA is better than FooTune.", []),
        ("LoRA is 2x faster than FooTune.", []),
        ("FooTune lags behind LoRA.", []),
        ("FooTune saves time at the expense of accuracy compared to LoRA.", []),
        ("FooTune outperforms experts on ImageNet.", []),
        ("FooTune is faster on an NVIDIA A100.", []),
        ("FooTune is better than humans in question answering.", []),
        ("FooTune beats FooTune.", []),
    ],
)
def test_challenge_direction_decides_who_is_better(extract_text: Extract, sentence: str, expected: list[str]) -> None:
    assert targets(extract_text, sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("FooTune is faster than LoRA and GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune is faster than both LoRA and GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune is better than either LoRA or GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA, GPTQ, and BERT.", ["BERT", "GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA, GPTQ and BERT.", ["BERT", "GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA/GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA as well as GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA and even GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune outperforms LoRA (and GPTQ).", ["GPTQ", "LoRA"]),
        ("FooTune outperforms strong baselines such as LoRA and GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune outperforms strong baselines, including LoRA, GPTQ, and BERT.", ["BERT", "GPTQ", "LoRA"]),
        ("FooTune outperforms strong baselines (e.g., LoRA).", ["LoRA"]),
        ("FooTune beats quantization methods like GPTQ.", ["GPTQ"]),
        ("FooTune outperforms pruning methods such as SparseGPT and Wanda.", ["SparseGPT", "Wanda"]),
        ("Compared to LoRA, GPTQ, and BERT, FooTune reduces memory.", ["BERT", "GPTQ", "LoRA"]),
        ("Compared to LoRA and GPTQ, FooTune reduces memory.", ["GPTQ", "LoRA"]),
        ("Compared with LoRA, FooTune is faster.", ["LoRA"]),
        ("FooTune outperforms LoRA on GLUE and SQuAD.", ["LoRA"]),
        ("FooTune outperforms LoRA with GPTQ on GLUE.", ["LoRA"]),
        ("FooTune outperforms LoRA, while GPTQ stays in use.", ["LoRA"]),
        ("FooTune outperforms LoRA, and we apply it to BERT.", ["LoRA"]),
        ("FooTune outperforms LoRA when applied to BERT.", ["LoRA"]),
        ("FooTune outperforms LoRA by 2% and is 3x faster than GPTQ.", ["GPTQ", "LoRA"]),
        ("FooTune is faster than LoRA but not better than GPTQ.", ["LoRA"]),
        ("FooTune outperforms LoRA but is outperformed by GPTQ.", ["LoRA"]),
        ("Unlike LoRA and GPTQ, FooTune needs no examples.", ["GPTQ", "LoRA"]),
    ],
)
def test_challenge_coordination_names_every_target_and_no_more(
    extract_text: Extract, sentence: str, expected: list[str]
) -> None:
    assert targets(extract_text, sentence) == expected


@pytest.mark.parametrize(
    ("short", "long", "usual"),
    [
        ("DP", "dynamic programming", "differential-privacy"),
        ("DP", "data parallelism", "differential-privacy"),
        ("DP", "differential privacy", "dynamic-programming"),
        ("RAM", "recurrent attention model", "random-access-memory"),
        ("MLP", "masked layer pruning", "multilayer-perceptron"),
        ("SAM", "sharpness-aware minimization", "segment-anything-model"),
        ("SAM", "segment anything model", "sharpness-aware-minimization"),
        ("CAM", "content-addressable memory", "class-activation-map"),
        ("CAM", "class activation mapping", "content-addressable-memory"),
        ("PP", "prompt pruning", "pipeline-parallelism"),
        ("TP", "token pruning", "tensor-parallelism"),
        ("EP", "equilibrium propagation", "expert-parallelism"),
        ("KD", "kernel density", "knowledge-distillation"),
        ("RL", "residual layer", "reinforcement-learning"),
        ("FL", "focal loss", "federated-learning"),
        ("CL", "contrastive learning", "continual-learning"),
        ("CL", "continual learning", "curriculum-learning"),
        ("QA", "quantum annealing", "question-answering"),
        ("SSM", "sparse softmax memory", "state-space-model"),
        ("GAN", "graph alignment network", "generative-adversarial-network"),
        ("LSH", "layered sketch hashing", "locality-sensitive-hashing"),
        ("MoE", "margin of error", "mixture-of-experts"),
    ],
)
def test_challenge_acronyms_mean_what_the_paper_says(extract_text: Extract, short: str, long: str, usual: str) -> None:
    extraction = extract_text("Notes on Lists", f"We study {long} ({short}) for lists. We find that {short} is cheap.")
    concepts = {m.concept or "" for m in extraction.mentions if m.surface == short}
    assert concepts
    assert not any(c.endswith(f"/{usual}") for c in concepts)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("DP", "differential privacy"),
        ("DP", "dynamic programming"),
        ("SAM", "sharpness-aware minimization"),
        ("CL", "contrastive learning"),
        ("CL", "continual learning"),
        ("KD", "knowledge distillation"),
        ("FL", "federated learning"),
        ("PP", "pipeline parallelism"),
        ("TP", "tensor parallelism"),
        ("MLP", "multilayer perceptron"),
        ("RL", "reinforcement learning"),
    ],
)
def test_challenge_acronyms_stand_for_their_expansion_throughout(extract_text: Extract, short: str, long: str) -> None:
    extraction = extract_text("Notes on Lists", f"We study {long} ({short}) for lists. We find that {short} is cheap.")
    concepts = {m.concept for m in extraction.mentions if m.surface in {short, long, f"{long} ({short})"}}
    assert len(concepts) == 1
