"""The README is held true: what it shows runs, and what there is, it names.

With UPDATE_README=1 in the environment the outputs in its console blocks are written anew instead.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kg.build import EXPORTS
from kg.cli import main
from kg.queries import read_named_queries
from kg.readers import FORMATS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def shown() -> list[tuple[str, str]]:
    """Return the commands on the graph that the README shows, with the output below each."""
    found = []
    for block in BLOCK.findall(README.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if re.match(r"kg (query|show|path|validate|--help)\b", command):
                found.append((command, output))
    return found


def output_of(command: str) -> str:
    """Return what `command` prints; a ``| head -N`` behind it is obeyed."""
    words, _, cut = command.partition("|")
    result = CliRunner().invoke(main, shlex.split(words)[1:])
    assert result.exit_code == 0, result.output
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    count = re.fullmatch(r"\s*head -(\d+)\s*", cut)
    return "".join(f"{line}\n" for line in (lines[: int(count.group(1))] if count else lines))


@pytest.mark.parametrize(("command", "output"), shown(), ids=[c for c, _ in shown()])
def test_docs_commands_print_what_the_readme_shows(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    printed = output_of(command)
    if os.environ.get("UPDATE_README"):
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(f"$ {command}\n{output}", f"$ {command}\n{printed}"), encoding="utf-8")
    else:
        assert printed == output


def test_docs_name_every_command_option_format_export_and_query() -> None:
    text = README.read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"kg {name}" in text
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[-1] in text, f"kg {name} {parameter.opts}"
    for name in (*FORMATS, *EXPORTS, *read_named_queries()):
        assert name in text, name


def test_docs_links_lead_to_files() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_docs_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    examples = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert examples
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
