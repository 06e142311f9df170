# All the set-up there is: Python 3.11 or newer (with its venv module) and make.
#
#   make study   own .venv, install, run the ILRS scenario, write runs/ilrs/report.html
#   make test    own .venv, install, linters, documentation, every test
#   make docs    build the documentation into site/
#   make pages   write again the pages that follow from the code
#   make picture run the ILRS scenario, take the README's picture of its report, renew the outputs that pages show
#   make bench   measure the speeds that the design promises
#   make clean   remove what was made, but for .venv and runs
#
# PYTHON=/path/to/python3.12 make study   takes that Python.

PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
VENV := .venv
BIN := $(VENV)/bin
USER_READY := $(VENV)/.ready-to-use
TEST_READY := $(VENV)/.ready-to-test
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2

.PHONY: study test lint docs pages picture bench clean
.DEFAULT_GOAL := study

study: $(USER_READY)
	$(BIN)/moonstation study ilrs -o runs/ilrs --overwrite

test: lint docs
	$(BIN)/python -m pytest -p no:benchmark -n $(WORKERS)

lint: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(TEST_READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

pages: $(TEST_READY)
	$(BIN)/python scripts/build_manual.py
	$(BIN)/python scripts/build_scenario_reference.py

picture: study $(TEST_READY)
	$(BIN)/python scripts/screenshot.py runs/ilrs/report.html docs/images/report.png 1100 2190
	$(BIN)/python scripts/refresh_outputs.py README.md docs/tutorial/first-night.md

bench: $(TEST_READY)
	$(BIN)/python -m pytest benchmarks

clean:
	rm -rf build dist site .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "moonstation needs Python 3.11 or newer; install it, or name it: PYTHON=/path/to/python3.12 make"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11"; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "this Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(USER_READY): pyproject.toml | $(BIN)/python
	@echo "installing moonstation into $(VENV), a few minutes the first time"
	@$(PIP) --editable .
	@touch $@

$(TEST_READY): pyproject.toml | $(BIN)/python
	@echo "installing moonstation and its development tools into $(VENV), a few minutes the first time"
	@$(PIP) --editable '.[dev]'
	@touch $@ $(USER_READY)
