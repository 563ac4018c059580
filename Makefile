# `make help` lists the targets.  Everything runs in $(VENV); nothing is installed elsewhere.

PYTHON ?= python3
VENV ?= .venv
WEB_VENV ?= .venv-web
EXTRAS ?= dev,docs,tensorboard,fonts,export,a2d
# The versions that were tested; `make install CONSTRAINTS=` takes the newest that setup.py allows.
CONSTRAINTS ?= requirements/constraints.txt
TEST_WORKERS ?= 2
PYTEST_ARGS ?=

PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
WEB_STAMP := $(WEB_VENV)/.installed
CONSTRAIN := $(if $(CONSTRAINTS),-c $(CONSTRAINTS))

.DEFAULT_GOAL := help
.PHONY: help install install-ops install-web check-env demo test test-web lint format docs clean

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

install-web: $(WEB_STAMP) ## .venv-web with the page in the browser, beside .venv

# Gradio does not allow the Pillow of the other constraints.
$(WEB_STAMP): setup.py requirements/constraints.txt requirements/web.txt
	test -x $(WEB_VENV)/bin/python || $(PYTHON) -m venv $(WEB_VENV)
	grep -v '^pillow==' requirements/constraints.txt | cat - requirements/web.txt > $(WEB_VENV)/constraints.txt
	env -u PIP_NO_BUILD_ISOLATION $(WEB_VENV)/bin/python -m pip install --quiet -c $(WEB_VENV)/constraints.txt -e '.[dev,web,web-test]'
	$(WEB_VENV)/bin/python -c 'import cv2' 2>/dev/null || $(WEB_VENV)/bin/python -m pip install --quiet --no-deps --force-reinstall -c $(WEB_VENV)/constraints.txt opencv-python-headless
	touch $@

check-env: install ## versions, device, operators, disk and memory
	$(PY) tools/check_env.py

demo: install ## make a small data set, test the shipped system on it, draw what it answers
	$(PY) tools/quick_demo.py

test: install lint ## lint and all tests
	OMP_NUM_THREADS=1 $(PY) -m pytest -n $(TEST_WORKERS) $(PYTEST_ARGS)

test-web: install-web ## tests of the page; those in a browser where Chromium is installed
	OMP_NUM_THREADS=1 $(WEB_VENV)/bin/python -m pytest tests/test_apis/test_web tests/test_tools/test_web_demo.py $(PYTEST_ARGS)

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
	find . '(' -path ./$(VENV) -o -path ./$(WEB_VENV) ')' -prune -o -name __pycache__ -type d -print | xargs -r rm -rf
