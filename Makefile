# `make` alone lists the targets. Every target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := .venv-peers

.DEFAULT_GOAL := help
.PHONY: help demo test check citations mutants holes schema notebooks docs serve promises conformance changelog release-check \
  search fuzz bench bench-tables bench-province bench-measures bench-peers clean

help:  ## list the targets
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("chuanngheo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

##@ Every day
demo: $(READY)  ## the main job: 5,999 real households under three standards
	$(BIN)/python docs/examples/vlss_1998.py

check: $(READY)  ## style, types, and which room imports which
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

JOBS ?= auto

test: check  ## the same and all tests, on every processor; JOBS=0 for one after the other
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

##@ Rules
citations: $(READY)  ## every figure with its grade, and what would confirm it
	$(BIN)/chuanngheo citations

SHARE ?= 100

mutants: $(READY)  ## which small faults of a rule file no golden case kills; SHARE=20 takes a fixed fifth of them
	$(BIN)/python tests/mutants.py --share $(SHARE)

holes: $(READY)  ## write what the law does not say, and the snapshot of the audit; after any change of a rule file
	$(BIN)/python tests/holes.py
	$(BIN)/python tests/test_audit.py

schema: $(READY)  ## write the JSON Schema of rule files anew, after a change of the grammar or the vocabulary
	$(BIN)/python -m chuanngheo schema >build.json && mv build.json src/chuanngheo/schemas/rule-file-1.json

promises: $(READY)  ## write down what was added to the promised names, facts, codes and exact standards
	$(BIN)/python tests/promised.py

conformance: $(READY)  ## write the conformance suite for ports anew, after a change of a golden case or a rule file
	$(BIN)/python tests/conforming.py

##@ Documents
docs: $(READY)  ## build the site, in both languages, into build/site
	$(BIN)/python docs/site/build.py

PORT ?= 8000

serve: docs  ## build the site and show it on this machine; PORT=8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/site $(PORT)

notebooks: $(READY)  ## write and run the notebooks, after a change of their sources or of a rule file they show
	$(BIN)/python docs/notebooks/build.py

##@ Releases
changelog: $(READY)  ## show what the next section of CHANGELOG.md will say
	@$(BIN)/towncrier build --draft --version "$$($(BIN)/python -c 'import chuanngheo; print(chuanngheo.__version__)')"

release-check: $(READY)  ## build, install on the oldest and newest versions, run the examples; takes long
	$(BIN)/python tests/release_check.py

##@ Long searches and measurements
search: $(READY)  ## the property tests with thousands of examples each; takes long
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/test_possible.py tests/test_invariants.py tests/test_frames.py

RUNS ?= 1000000

fuzz: $(READY)  ## hostile rule files, expressions and households; RUNS=1000000 inputs take long; needs the extra fuzz
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,fuzz]'
	nice -n 10 $(BIN)/python tests/fuzz.py --runs $(RUNS)

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

##@ House
clean:  ## remove environments, caches and everything that was built
	rm -rf $(VENV) $(PEERS) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
