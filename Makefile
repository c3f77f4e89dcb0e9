# `make demo` shows the main job, `make test` passes the tests; each sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLAIN := $(VENV)/.plain
READY := $(VENV)/.ready
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# What is run on PostgreSQL, too: whatever keeps something through `kb.store`.
BOTH := tests/bad_input tests/changes tests/hooks tests/incidents tests/learning tests/lookup tests/memory tests/notify tests/proposals \
	tests/review tests/store tests/triage tests/test_learn_then_find.py

.PHONY: help setup demo test test-full browser lint docs bench constraints clean

help:
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: $(READY) ## install everything into .venv and export the embedding model

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# What users get, without what only tests, development and models of another shape need.
$(PLAIN): pyproject.toml constraints.txt hatch_build.py | $(VENV)/bin/python
	@echo "setting up $(VENV) (a minute the first time)"
	$(INSTALL) --editable .
	@touch $(PLAIN)

$(READY): pyproject.toml constraints.txt hatch_build.py | $(VENV)/bin/python
	@echo "setting up $(VENV) for development (some minutes the first time)"
	$(INSTALL) torch
	$(INSTALL) --editable '.[dev]'
	@echo "exporting the embedding model, once, in both precisions (homes of earlier versions have the float one)"
	$(BIN)/python -m kb.index.encoder
	KB_PRECISION=float $(BIN)/python -m kb.index.encoder
	@touch $(PLAIN) $(READY)

demo: $(PLAIN) ## show the main job in a throwaway home
	$(BIN)/python -m docs.demo

test: setup ## run the tests, the slow ones last
	$(BIN)/python -m pytest -q -m "not full" --numprocesses 3 --dist loadfile

test-full: setup browser ## run the tests of engines (PostgreSQL), kills, damage, and the page in a browser
	$(BIN)/python -m pytest -q -m full --numprocesses auto --maxprocesses 4 --dist loadfile
	$(BIN)/python -m pytest -q -m "not full" --engine postgresql --numprocesses auto --maxprocesses 4 --dist loadfile $(BOTH)

browser: ## find or install what shows the page in tests (Debian's Chromium)
	@command -v chromium >/dev/null || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing chromium" && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null \
		|| echo "chromium could not be installed: the tests of the page in a browser are skipped"; \
	else echo "chromium is missing: the tests of the page in a browser are skipped; on Debian: apt-get install chromium"; fi

lint: setup ## ruff, mypy, import-linter, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.generate --check
	$(BIN)/python -m docs.house --check

docs: setup ## write the generated parts of docs/
	$(BIN)/python -m docs.generate

bench: setup ## print the figures of benchmarks/
	$(BIN)/python -m benchmarks

constraints: setup ## pin what is installed now
	{ sed -n '/^#/p' constraints.txt; echo torch==2.13.0; $(BIN)/python -m pip freeze --exclude-editable --exclude torch \
		| sed 's/^soupsieve==.*/&; python_full_version >= "3.11.5"/'; } > constraints.new  # Debian 12 has Python 3.11.2
	mv constraints.new constraints.txt

clean: ## delete what make made
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
