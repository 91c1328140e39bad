# `make` alone lists the targets. Every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers

.DEFAULT_GOAL := help
.PHONY: help demo test check search bench bench-peers clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("chuanngheo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

demo: $(READY)  ## the main job: 5,999 real households under three standards
	$(BIN)/python docs/examples/vlss_1998.py

check: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check  ## style, types and all tests
	$(BIN)/python -m pytest

search: $(READY)  ## the property tests with thousands of examples each; takes long
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/test_possible.py tests/test_invariants.py

bench: $(READY)  ## ratios against a plain function; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/one_household.py

bench-peers:  ## the same against openfisca-core and zen-engine
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -c benchmarks/peers-constraints.txt . OpenFisca-Core zen-engine
	$(PEERS)/bin/python benchmarks/peers.py

clean:  ## remove environments and caches
	rm -rf $(VENV) $(PEERS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
