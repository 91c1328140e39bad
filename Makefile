# `make` alone lists the targets. Every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers

.DEFAULT_GOAL := help
.PHONY: help demo test mutants check schema notebooks search fuzz holes bench bench-tables bench-province bench-measures bench-peers clean

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

JOBS ?= auto

test: check  ## style, types and all tests, on every processor; JOBS=0 for one after the other
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

SHARE ?= 100

mutants: $(READY)  ## which small faults of a rule file no golden case kills; SHARE=20 takes a fixed fifth of them
	$(BIN)/python tests/mutants.py --share $(SHARE)

schema: $(READY)  ## write the JSON Schema of rule files anew, after a change of the grammar or the vocabulary
	$(BIN)/python -m chuanngheo schema >build.json && mv build.json src/chuanngheo/schemas/rule-file-1.json

notebooks: $(READY)  ## write and run the notebooks, after a change of their sources or of a rule file they show
	$(BIN)/python docs/notebooks/build.py

search: $(READY)  ## the property tests with thousands of examples each; takes long
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/test_possible.py tests/test_invariants.py tests/test_frames.py

RUNS ?= 1000000

fuzz: $(READY)  ## hostile rule files, expressions and households; RUNS=1000000 inputs take long; needs the extra fuzz
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,fuzz]'
	nice -n 10 $(BIN)/python tests/fuzz.py --runs $(RUNS)

holes: $(READY)  ## write what the law does not say, and the snapshot of the audit; after any change of a rule file
	$(BIN)/python tests/holes.py
	$(BIN)/python tests/test_audit.py

SIZES ?= 1

bench: $(READY)  ## ratios against code written by hand; SIZES=1,10 are millions; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/one_household.py
	$(BIN)/python benchmarks/whole_tables.py --sizes $(SIZES)

bench-tables: $(READY)  ## 1, 10 and 27 million households; takes an hour, 16 GB and 5 GB of disk; writes README.md
	$(BIN)/python benchmarks/whole_tables.py --sizes 1,10,27 --readme

bench-province: $(READY)  ## one province from Parquet to all report forms; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/province.py

bench-measures: $(READY)  ## measures and moves against NumPy and mpitb; writes benchmarks/RESULTS.md
	$(BIN)/python benchmarks/measures.py

bench-peers:  ## the same against openfisca-core, policyengine-core and zen-engine; writes README.md
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -c benchmarks/peers-constraints.txt '.[polars]' OpenFisca-Core policyengine-core zen-engine
	$(PEERS)/bin/python benchmarks/peers.py
	$(PEERS)/bin/python benchmarks/peers_tables.py --sizes 1,10 --persons 1,10 --readme

clean:  ## remove environments and caches
	rm -rf $(VENV) $(PEERS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
