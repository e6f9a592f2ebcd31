"""The map: places that are the same everywhere, and a well-chosen part of a large graph."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kg import layout
from kg.graph import build_graph
from kg.layout import lay_out, sunflower
from kg.records import Claim, Entity, Evidence, Paper, Resolution
from tests.small import small_graph


def test_layout_does_not_depend_on_the_hash_seed() -> None:
    script = """if True:
        from hashlib import sha256
        from kg.graph import build_graph
        from kg.layout import lay_out
        from kg.records import Claim, Entity, Evidence, Paper, Resolution
        edges = sorted({(i, j) for i in range(120) for j in (i * 7 % 60, i * i % 60, i // 9)})
        found = [
            Evidence(id=f"{i}-{j}", paper=f"p/{i}", start=1, end=1, surface="", quote="", rule="")
            for i, j in edges
        ]
        graph = build_graph(Resolution(
            papers=tuple((f"p/{i}", Paper(title=f"{i}", abstract="")) for i in range(120)),
            entities=tuple(Entity(id=f"e/{i}", type="Model", label=f"{i}") for i in range(60)),
            claims=tuple(
                Claim(id=f.id, subject=f.paper, predicate="uses", object=to, confidence=1, evidence=(f,))
                for to, f in zip((f"e/{j}" for _, j in edges), found)
            ),
            outcomes=(),
        ))
        print(sha256(repr(lay_out(graph)).encode()).hexdigest(), len(lay_out(graph).regions))
    """
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_layout_has_a_place_for_every_node() -> None:
    graph = small_graph()
    layout = lay_out(graph)
    assert layout.positions.keys() == set(graph)
    assert len(set(layout.positions.values())) == len(graph)
    assert all(isinstance(v, int) for point in layout.positions.values() for v in point)


def test_layout_sunflower_seeds_keep_apart() -> None:
    seeds = sunflower([900] * 200)
    closest = min((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for i, a in enumerate(seeds) for b in seeds[:i])
    assert closest > 20**2


def test_layout_of_a_large_graph_shows_what_most_papers_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "FEW", 0)
    monkeypatch.setattr(layout, "MANY", 3)
    # entity i is named by papers i, i + 1 and so on: the first by most; paper 4 introduces the first
    named = [(p, e) for e in range(6) for p in range(e, 8)]
    claims = tuple(
        Claim(
            id=f"claim/{p}-{e}", subject=f"paper/{p}", predicate="introduces" if (p, e) == (4, 0) else "uses",
            object=f"model/{e}", confidence=1,
            evidence=(Evidence(id=f"{p}-{e}", paper=f"paper/{p}", start=0, end=1, surface="", quote="", rule=""),),
        )
        for p, e in named
    )  # fmt: skip
    found = lay_out(
        build_graph(
            Resolution(
                papers=tuple((f"paper/{p}", Paper(title=str(p), abstract="")) for p in range(8)),
                entities=tuple(Entity(id=f"model/{e}", type="Model", label=str(e)) for e in range(6)),
                claims=claims,
                outcomes=(),
            )
        )
    )
    shown = set(found.region_of)
    assert {n for n in shown if n.startswith("model/")} == {"model/0", "model/1", "model/2"}
    assert "paper/4" in shown
    assert len([n for n in shown if n.startswith("paper/")]) == 3
    assert found.least == 6
    assert found.positions.keys() >= {f"paper/{p}" for p in range(8)}
