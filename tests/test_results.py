"""Numeric results: which figures are outcomes, and how they are read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.records import Extraction, Result

Extract = Callable[[str, str], Extraction]


def results(extract_text: Extract, text: str) -> tuple[Result, ...]:
    return extract_text("FooTune: Cheap Tuning", f"We propose FooTune. {text}").results


@pytest.mark.parametrize(
    ("text", "metric", "value", "number", "unit"),
    [
        ("It is 2.2x faster than before.", "speed", "2.2x", "2.2", "times"),
        ("It achieves a 3.5× speedup.", "speed", "3.5×", "3.5", "times"),
        ("It achieves up to 12-fold speedup.", "speed", "12-fold", "12", "times"),
        ("It improves throughput by 4-7x.", "throughput", "4-7x", "4", "times"),
        ("It attains 79.46% accuracy.", "accuracy", "79.46%", "79.46", "%"),
        ("It reduces memory by 40 percent.", "memory", "40 percent", "40", "%"),
        ("It saves 100 GB of memory.", "memory", "100 GB", "100", "GB"),
        ("It reduces latency to 15 ms.", "latency", "15 ms", "15", "ms"),
        ("Accuracy drops by only 0.3 points.", "accuracy", "0.3 points", "0.3", "points"),
        ("It reaches an accuracy of 91.2.", "accuracy", "91.2", "91.2", "score"),
        ("It improves top-1 accuracy by 1.5%.", "top-1 accuracy", "1.5%", "1.5", "%"),
        ("It saves 1,024 MB of memory.", "memory", "1,024 MB", "1024", "MB"),
        ("It maintains 99% of the accuracy.", "accuracy", "99%", "99", "%"),
    ],
)
def test_results_are_read_with_metric_number_and_unit(
    extract_text: Extract, text: str, metric: str, value: str, number: str, unit: str
) -> None:
    [result] = results(extract_text, text)
    assert (result.metric, result.value, result.number, result.unit) == (metric, value, number, unit)


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("It reduces peak memory usage by 30%.", ["peak memory usage"]),
        ("It has 2.2x higher throughput.", ["throughput"]),
        ("It gives a 2.2x improvement in inference throughput.", ["inference throughput"]),
        ("It is 3x faster in inference.", ["speed"]),
        ("It gives 3x faster inference.", ["inference speed"]),
        ("It uses 20% fewer trainable parameters.", ["trainable parameters"]),
        ("It reduces the number of parameters by 94% and the MACs by 95%.", ["number of parameters", "MACs"]),
        ("It cuts 29% of the execution time.", ["execution time"]),
        ("It handles 4x longer sequences.", ["sequences"]),
        ("It improves branch coverage by 24%.", ["branch coverage"]),
        ("It brings up to 29% latency gains and up to 26% throughput gains.", ["latency", "throughput"]),
        ("It gains 41% and 42% improvement in buffer utilization and inference latency.",
         ["buffer utilization", "inference latency"]),
        ("It outperforms all others by 4%.", ["performance"]),
        ("It runs 7.9 times as fast.", ["speed"]),
        ("Inference latency drops by 60%.", ["inference latency"]),
        ("It attains 1.97 gFID.", ["gFID"]),
        ("It keeps a query latency below 100 ms.", ["query latency"]),
    ],
)  # fmt: skip
def test_results_name_what_is_measured_in_the_words_of_the_text(
    extract_text: Extract, text: str, metrics: list[str]
) -> None:
    assert [r.metric for r in results(extract_text, text)] == metrics


@pytest.mark.parametrize(
    ("text", "value", "number"),
    [
        ("It saves power by 12% to 17%.", "12% to 17%", "12"),
        ("It improves accuracy by 15%-50%.", "15%-50%", "15"),
        ("It is 5.3x to 15.2x faster.", "5.3x to 15.2x", "5.3"),
        ("It raises accuracy from 70% to 75%.", "75%", "75"),
        ("It gains a ten-fold speedup.", "ten-fold", "10"),
        ("It is 100+ times faster.", "100+ times", "100"),
        ("It is an order of magnitude faster.", "an order of magnitude", "1"),
        ("It needs only 2.35T FLOPs.", "2.35T", "2.35"),
    ],
)
def test_results_read_a_range_as_one_value(extract_text: Extract, text: str, value: str, number: str) -> None:
    [result] = results(extract_text, text)
    assert (result.value, result.number) == (value, number)


@pytest.mark.parametrize(
    "text",
    [
        "It achieves 4-bit weights.",
        "It improves LLaMA-7B and a 13B model.",
        "It improves work done in 2023.",
        "It improves top-1 and top-5 lists.",
        "It improves 12 layers and 8 heads.",
        "It improves on a set of 10,000 images.",
        "It improves ResNet-50.",
        "It improves in version 2.0.",
        "There is nothing here.",
    ],
)
def test_results_are_not_sizes_names_and_years(extract_text: Extract, text: str) -> None:
    assert results(extract_text, text) == ()


def test_results_of_the_background_are_not_the_papers(extract_text: Extract) -> None:
    assert extract_text("Notes", "Others reached 30% accuracy. We propose FooTune.").results == ()


def test_results_name_subject_dataset_and_hardware(extract_text: Extract) -> None:
    [result] = results(extract_text, "It attains 79.46% accuracy on ImageNet with an NVIDIA A100.")
    assert result.subject is not None
    assert result.dataset is not None
    assert result.hardware is not None
    assert (result.subject.surface, result.dataset.surface, result.hardware.surface) == (
        "FooTune",
        "ImageNet",
        "NVIDIA A100",
    )
    assert result.quote.text == "It attains 79.46% accuracy on ImageNet with an NVIDIA A100."


def test_results_of_several_figures_are_all_found(extract_text: Extract) -> None:
    found = results(extract_text, "It reduces latency by 30% and improves throughput by 2.5x.")
    assert [(r.metric, r.value) for r in found] == [("latency", "30%"), ("throughput", "2.5x")]


def test_results_stand_where_their_value_is(extract_text: Extract) -> None:
    extraction = extract_text("Notes", "We improve accuracy by 2% and then by 2% again.")
    assert [extraction.paper.text[r.start : r.end] for r in extraction.results] == ["2%", "2%"]
    assert len({r.start for r in extraction.results}) == 2


def test_results_of_a_paper_without_a_name_have_no_subject(extract_text: Extract) -> None:
    [result] = extract_text("Notes", "We improve accuracy by 2%.").results
    assert result.subject is None
