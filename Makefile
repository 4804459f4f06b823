.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PYTEST := $(BIN)/python -m pytest
# Processes that share the tests of a run, a file to each (decision 0030); each has services of its own, so memory counts too.
WORKERS ?= 2
TOGETHER := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PACKAGES := models config classifiers dispatcher streams console hotline

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	      /^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Start here
run: setup ## Run everything embedded; ends at a URL, Ctrl-C stops it
	@$(BIN)/hotline up

test: setup ## Run every test, the long ones in their short, seeded form
	$(PYTEST) $(TOGETHER) -m "not long and not kafka"
	$(PYTEST) $(TOGETHER) -m "not long and (kafka or integration)" --broker=apache tests/integration tests/fault

##@ Every day
setup: .venv/ready ## Make .venv from the lock file, if it is missing or old

check: setup ## Lint, types, layer contracts, profiles; seconds, no services
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hotline check --profile haikou
	$(BIN)/hotline check --profile shouguang
	$(BIN)/hotline check --profile beijing-like

unit: setup ## Run the unit tests; seconds, no services
	$(PYTEST) -m "not integration" tests/unit tests/contracts

##@ Now and then
test-long: setup ## Run the long tests whole, on the embedded broker and on Apache Kafka
	$(PYTEST) -m long
	$(PYTEST) -m long --broker=apache tests/integration tests/fault

bench: setup ## Measure the pipe: contacts per second, latency, where the time goes
	$(BIN)/python -m bench.pipe

bench-classifier: setup ## Measure the classifier; on real messages too with LEAF=file and TAIDI=directory
	$(BIN)/python -m bench.classifier $(if $(LEAF),--leaf "$(LEAF)") $(if $(TAIDI),--taidi "$(TAIDI)")

bench-deadlines: setup ## Measure the clocks: deadlines per second and core
	$(BIN)/python -m bench.deadlines

bench-timers: setup ## Measure the timers' sweep over 100,000 open tickets; minutes
	$(BIN)/python -m bench.timers

schema: setup ## Write docs/schema.sql from the migrations
	$(BIN)/python -m hotline.embedded.schema > docs/schema.sql

model-card: setup ## Train the default profile's model and write its figures into docs/model-card.md
	$(BIN)/hotline train --profile haikou --out var/model-card
	$(BIN)/python -m hotline.model_card var/model-card haikou docs/model-card.md

lock: setup ## Choose dependency versions anew from setup.cfg
	$(BIN)/pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
		--extra fast --extra pictures --extra embedded --extra dev --output-file requirements.lock setup.cfg

clean: ## Remove .venv, state and caches
	rm -rf .venv var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/ready: requirements.lock setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed" >&2; exit 1; }
	@echo "setting up .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: help run test setup check unit test-long bench bench-classifier bench-deadlines bench-timers schema model-card lock clean
