VENV := .venv
# The environment's own Python, unless another one is asked for: make repro PYTHON=python3.12
PYTHON ?= $(shell test -x $(VENV)/bin/python && echo $(VENV)/bin/python || echo python3)
PRINT_VERSION := -c 'import sys; print("%d.%d" % sys.version_info[:2])'
VERSION := $(shell $(PYTHON) $(PRINT_VERSION) 2>/dev/null)
# Stages run as `python -m ...`, which has to be the environment's Python.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

# A worker for each core. Each takes a whole file at a time, in the order set in tests/conftest.py.
PYTEST := pytest -n $(shell getconf _NPROCESSORS_ONLN) --dist loadfile --no-loadscope-reorder

.PHONY: repository help repro plots serve test test-quick test-remotes coverage docs pin clean
.DEFAULT_GOAL := help

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

repro: repository $(VENV)/.requirements  ## run the pipeline and print the headline metrics
	dvc repro
	dvc metrics show metrics/evaluate.json

plots: repository $(VENV)/.requirements  ## write the page of plots, dvc_plots/index.html
	dvc plots show

serve: $(VENV)/.requirements  ## serve the page and the API at http://127.0.0.1:8000/
	python -m app

test: $(VENV)/.requirements-dev  ## check the code and run the tests
	ruff check .
	ruff format --check .
	mypy
	$(PYTEST)

test-quick: $(VENV)/.requirements-dev  ## run the tests that need neither TensorFlow nor other programs, in under a minute
	$(PYTEST) --quick

test-remotes: $(VENV)/.requirements-remotes  ## run the tests of pushing to S3 and to SSH
	pytest tests/end_to_end/test_remotes.py

coverage: $(VENV)/.requirements-dev  ## list the lines that no test runs
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

docs: $(VENV)/.requirements  ## write the diagram in README.md and docs/data_formats.md
	python -m tools.diagram
	python -m tools.data_formats

pin: $(VENV)/.requirements-dev  ## pin the newest versions of all requirements
	pip install --quiet uv
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements-remotes.in -o requirements-remotes.txt
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements-dask.in -o requirements-dask.txt

clean:  ## remove the environment, the page of plots and the caches of tools; data and models stay
	rm -rf $(VENV) .cache dvc_plots .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

repository:
	@git rev-parse --git-dir >/dev/null || \
	{ echo "error: DVC needs a git repository. Run git init, then this again." >&2; exit 1; }

$(VENV)/.%: %.txt $(VENV)/.python-$(VERSION)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# An environment of another version of Python is replaced.
$(VENV)/.python-$(VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "error: $(PYTHON) is $(or $(VERSION),missing), not Python 3.11 or later. Try PYTHON=python3.11" >&2; exit 1; }
	test "$$($(VENV)/bin/python $(PRINT_VERSION) 2>&1)" = $(VERSION) || $(PYTHON) -m venv --clear $(VENV)
	touch $@
