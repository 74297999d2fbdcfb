# `make` lists the targets.  On a bare Debian: apt install make python3-venv

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
APP ?= examples.recipes.app:app
ARGS ?=
OLD ?= HEAD

BIN := .venv/bin
STAMP := .venv/.stamp

.DEFAULT_GOAL := help
.PHONY: help setup run tour prove prove-everything test check fix docs bench bench-compare figures fuzz survive blocked \
	requirements lock clean

help:  ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  ARGS=... is handed on to run, tour, prove, test, bench, bench-compare and fuzz; PORT, HOST to run; APP to prove"

setup: $(STAMP)  ## create .venv with the locked packages (the other targets do it when needed)

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(STAMP)  ## serve the recipes example on http://127.0.0.1:8000
	$(BIN)/python -m examples.recipes serve --host $(HOST) --port $(PORT) $(ARGS)

tour: $(STAMP)  ## a scripted client walks through the example and prints what happens
	$(BIN)/python -m examples.recipes tour $(ARGS)

prove: $(STAMP)  ## the authorization matrix of the example, with 0 disagreements
	$(BIN)/mainstay prove access $(APP) $(ARGS)

prove-everything: $(STAMP)  ## the whole proof of an application with everything in it (2 minutes)
	$(BIN)/mainstay prove access tests.proofs.everything_app:app --random 0 $(ARGS)

test: $(STAMP)  ## all tests in two processes, on SQLite and on PostgreSQL servers that the tests start
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP)  ## format, lint, strict types, floors, the pages and documents that are generated
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.repository.requirements --check
	$(BIN)/python -m tests.repository.reference --check
	$(BIN)/mainstay openapi examples.recipes.app:app --check examples/recipes/openapi.json
	$(BIN)/mainstay openapi examples.orders.app:app --check examples/orders/openapi.json

fix: $(STAMP)  ## format, and mend what ruff can mend; rewrite what is generated
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python -m tests.repository.requirements
	$(BIN)/python -m tests.repository.reference
	$(BIN)/python -m tests.repository.scaffold
	$(BIN)/mainstay openapi examples.recipes.app:app --output examples/recipes/openapi.json
	$(BIN)/mainstay openapi examples.orders.app:app --output examples/orders/openapi.json

docs: $(STAMP)  ## the pages of docs/ as HTML in build/docs, without anything from another host
	$(BIN)/python -m tests.repository.site

requirements: $(STAMP)  ## rewrite docs/reference/requirements.md
	$(BIN)/python -m tests.repository.requirements

bench: $(STAMP)  ## CPU per request, beside what else one could write (20 minutes; ARGS="--works W2 --contenders mainstay,fastapi")
	$(BIN)/python -m benchmarks.run $(ARGS)

bench-compare: $(STAMP)  ## instructions of a request now and at OLD=commit; fails where one became dearer
	$(BIN)/python -m benchmarks.compare $(OLD) $(ARGS)

figures: $(STAMP)  ## measure everything, and write docs/reference/benchmarks.md of it (50 minutes on a quiet machine)
	$(BIN)/python -m benchmarks.figures $(ARGS)

fuzz: $(STAMP)  ## Schemathesis makes up calls of five applications and judges the answers (12 minutes)
	$(BIN)/python -m tests.fuzz $(ARGS)

survive: $(STAMP)  ## kill -9 under 64 writers, then count the acknowledged writes that are lost
	$(BIN)/python -m benchmarks.kill $(ARGS)

blocked: $(STAMP)  ## the longest request while migrations run under load on PostgreSQL
	$(BIN)/python -m benchmarks.blocked $(ARGS)

lock: $(STAMP)  ## rewrite requirements.lock with the newest versions that pyproject.toml admits
	$(BIN)/uv pip compile pyproject.toml --upgrade --all-extras --group build --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--quiet --output-file requirements.lock

clean:  ## remove .venv and the caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov dist build
