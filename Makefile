# Two commands for a newcomer: `make train` and `make test`. Both set everything up first.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
TOOLS  := $(VENV)/.tools

.PHONY: train test check lint types fuzz torture gradcheck bench data clean
.DEFAULT_GOAL := train

# Compiled here, since where PYTHONDONTWRITEBYTECODE is set, as in many containers, every command would do it anew.
$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nerwin needs Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[report]"
	$(BIN)/python -m compileall -q nerwin
	touch $@

$(TOOLS): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

train: $(READY)  ## train on the shipped corpus, then score on its test part
	$(BIN)/nerwin train --config configs/quickstart.yaml
	$(BIN)/nerwin evaluate

test: $(TOOLS)
	$(BIN)/python -m pytest -q --numprocesses logical

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TOOLS)
	$(BIN)/mypy

check: lint types test

torture: $(TOOLS)  ## two hundred killed trainings, each continued to the same bytes
	$(BIN)/python -m tests.torture

gradcheck: $(READY)  ## every combination of techniques, on the shipped corpus
	$(BIN)/nerwin gradcheck --all

fuzz: $(TOOLS)  ## 100,000 damaged inputs of every kind; a quarter of an hour
	$(BIN)/python -m tests.fuzz

bench: $(TOOLS)  ## F1 and costs of the presets and of CRFsuite on ../shared, then speed against others' tools
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.speed

data: $(READY)  ## compile the inline markup into columns
	$(BIN)/python data/compile.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
