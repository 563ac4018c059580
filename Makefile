# `make help` lists the targets.  Everything runs in $(VENV); nothing is installed elsewhere.

PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev,docs,tensorboard,fonts,export
# The versions that were tested; `make install CONSTRAINTS=` takes the newest that setup.py allows.
CONSTRAINTS ?= requirements/constraints.txt
TEST_WORKERS ?= 2
PYTEST_ARGS ?=

PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
CONSTRAIN := $(if $(CONSTRAINTS),-c $(CONSTRAINTS))

.DEFAULT_GOAL := help
.PHONY: help install install-ops check-env demo test lint format docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## .venv with the package (editable) and its extras; no compiler needed

# mmcv is built in isolation, where it finds no torch and so compiles no operators.
# Both opencv-python (mmcv) and opencv-python-headless (mmdet) arrive and own the folder cv2; where
# the one on top needs a screen library that is missing, the headless one is put on top.
$(STAMP): setup.py $(CONSTRAINTS)
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	env -u PIP_NO_BUILD_ISOLATION $(PY) -m pip install --quiet $(CONSTRAIN) -e '.[$(EXTRAS)]'
	$(PY) -c 'import cv2' 2>/dev/null || $(PY) -m pip install --quiet --no-deps --force-reinstall $(CONSTRAIN) opencv-python-headless
	touch $@

install-ops: install ## optional, for GPUs: compile mmcv's operators for the installed torch
	$(PY) tools/install_ops.py

check-env: install ## versions, device, operators, disk and memory
	$(PY) tools/check_env.py

demo: install ## make a small data set, test the shipped system on it, draw what it answers
	$(PY) tools/quick_demo.py

test: install lint ## lint and all tests
	OMP_NUM_THREADS=1 $(PY) -m pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

lint: install ## ruff, its formatter as a check, and spelling
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m codespell_lib $$(git ls-files '*.py' '*.md' '*.toml' '*.yml' ':!tests')

format: install ## put the sources into shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: install ## the documentation as a web site, in site/
	$(PY) -m mkdocs build --strict

clean: ## remove what was built or run; keeps .venv and data
	rm -rf build dist site work_dirs *.egg-info .pytest_cache .ruff_cache .mypy_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print | xargs -r rm -rf
