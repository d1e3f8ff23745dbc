# Every target does the set-up that it needs. VENV=DIR puts the virtual environment elsewhere.

VENV ?= .venv
export VENV
BIN := $(VENV)/bin
ARGS ?=
# One more than there are cores: many tests wait for a server, a browser or another process.
WORKERS ?= $(shell echo $$(( $$(nproc) + 1 )))

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test slow hunt campaign faults bench format docs lock mutate

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install what the program needs and leave .venv/bin/smtp-posture
	@scripts/set-up runtime

setup-dev: # the same, and what the tests need
	@scripts/set-up dev

demo: setup ## the whole job on a simulated tenant: reports under ./smtp-posture-runs (ARGS="--mailboxes 500")
	$(BIN)/smtp-posture demo $(ARGS)

test: setup-dev ## lint, format, types, import rules and tests (ARGS go to pytest)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --hypothesis-profile=ci $(ARGS)

slow: setup-dev ## the tests that take longer
	$(BIN)/pytest -m slow $(ARGS)

hunt: setup-dev ## property tests on new inputs, ten times as many as make test takes
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "hypothesis and not campaign" --hypothesis-profile=hunt $(ARGS)

campaign: setup-dev ## fault campaigns against the simulated tenant
	$(BIN)/pytest -m campaign $(ARGS)

faults: setup-dev ## the fault campaign: 20 minutes, a table, and a failure on one wrong value (ARGS="--only R7")
	$(BIN)/python -m tests.campaign $(ARGS)

bench: setup-dev ## every benchmark at its own default size
	@for subject in benchmarks/*.py; do echo "$$subject" && $(BIN)/python "$$subject" $(ARGS) || exit 1; done

mutate: setup-dev ## change the core in small ways and see whether a test notices
	scripts/mutate $(ARGS)

format: setup-dev ## put the code into its one format, and repair what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup-dev ## generate the pages that are derived from the code
	$(BIN)/python scripts/generate_docs.py

lock: setup-dev ## pin every dependency anew (ARGS="--upgrade" for newer versions)
	scripts/lock $(ARGS)
