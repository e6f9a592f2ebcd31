# The whole project in a few words: make graph, make test, make check.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NODE_PACKAGES := @comunica/query-sparql-rdfjs@5.4.1 n3@2.1.1 jsonld@9.0.0

.PHONY: graph test lint check format bench fuzz engines wheel clean
.DEFAULT_GOAL := graph

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

graph: $(VENV)/.ready  ## build exports/ from corpus/
	$(BIN)/kg build

test: $(VENV)/.ready  ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.ready  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if command -v npx >/dev/null; then npx --yes @biomejs/biome@1.9.4 lint --config-path=kg/web kg/web; else echo "no npx here: the front end in kg/web is not linted"; fi

check: lint test  ## all of it

format: $(VENV)/.ready  ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready  ## measure speed, by hand
	$(BIN)/python benchmarks/extraction.py
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python benchmarks/page.py --stock
	$(BIN)/python -m benchmarks.queries
	$(BIN)/python benchmarks/server.py

SECONDS ?= 60
fuzz: $(VENV)/.ready  ## seek inputs that break a law, by hand: make fuzz SECONDS=600 TARGETS="ris bibtex"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[fuzz]'
	$(BIN)/python -m benchmarks.fuzz --seconds $(SECONDS) $(TARGETS)

engines:  ## install what the tests of other tools use from npm, beside the project
	npm install --no-save --no-audit --no-fund --prefix "$$HOME/.cache/mlkg" $(NODE_PACKAGES)

wheel: $(VENV)/.ready  ## build the wheel into dist/
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
