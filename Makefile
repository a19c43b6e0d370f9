# Everything runs from .venv, which is made on first use and needs neither root nor containers.

.DEFAULT_GOAL := help
.PHONY: help setup node up down status test test-python test-containers faults soak check format bench clean

PYTHON ?= 3.13
python := .venv/bin/python
packages := $(wildcard contracts chassis taxonomy services/* gateway cli deploy/development deploy/local)
ready := .venv/ready
with_node := clients/typescript tests/service/gateway/conformance
node_ready := $(with_node:%=%/node_modules/.ready)
peers_ready := bench/reads/with_postgraphile/node_modules/.ready

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

setup: $(ready) ## Make .venv with everything in it

$(ready): uv.lock pyproject.toml $(wildcard $(packages:%=%/pyproject.toml)) tools/setup.sh
	@sh tools/setup.sh
	@touch $@

node: $(node_ready) ## Install the npm packages that some tests need, where there is Node

%/node_modules/.ready: %/package-lock.json tools/node.sh
	@sh tools/node.sh $*

up: $(ready) ## Start the platform here, until Ctrl-C; data stays in .cairn
	@$(python) -m cairn_local up

down: $(ready) ## Stop what `make up` runs in another terminal
	@$(python) -m cairn_local down

status: $(ready) ## Say what runs, and whether it is ready
	@$(python) -m cairn_local status || true

test: $(ready) $(node_ready) ## Run all tests, or some: make test TESTS="tests/unit -k pairing"
	@$(python) -m pytest $(TESTS)

test-python: $(ready) ## Run the unit and service tests on another Python: make test-python PYTHON=3.13
	@UV_PROJECT_ENVIRONMENT=.venv-$(PYTHON) .venv/bin/uv run --frozen --all-packages --no-python-downloads \
		--python $(PYTHON) python -m pytest $(or $(TESTS),tests/unit tests/service)

test-containers: $(ready) ## Test the platform in containers; needs docker, and takes minutes
	@$(python) -m pytest tests/containers -m containers

faults: $(ready) ## Inject every fault that docs/reliability.md lists; SEED=… repeats a schedule
	@$(python) -m pytest tests/faults -m "not soak and not containers" -s $(TESTS)

soak: $(ready) ## Storms of faults: a thousand kills, a million events; takes an hour
	@$(python) -m pytest tests/faults -m soak -s $(TESTS)

check: $(ready) ## Check format, style, types, imports between packages, committed contracts and API
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/basedpyright
	.venv/bin/lint-imports
	$(python) -m tools.contracts check
	$(python) -m tools.schema check

format: $(ready) ## Format the code, and mend what can be mended by itself
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: $(ready) $(peers_ready) ## Measure, and write what was measured
	@$(python) -m bench

clean: ## Remove the platform's data, and what tools left behind
	@! test -x $(python) || $(python) -m cairn_local clean
	@rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache
