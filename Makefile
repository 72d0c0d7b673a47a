PYTHON ?= python3
VENV := .venv
# Stages are run as `python -m ...`: that has to be the environment's Python.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1

# Each worker takes a whole file at a time, in the order that tests/conftest.py gives.
PYTEST := pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help repro plots serve test coverage diagram pin clean
.DEFAULT_GOAL := help

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

repro: $(VENV)/.requirements  ## run the pipeline and print the headline metrics
	dvc repro
	dvc metrics show metrics/evaluate.json

plots: $(VENV)/.requirements  ## write the page of plots, dvc_plots/index.html
	dvc plots show

serve: $(VENV)/.requirements  ## serve the page and the API at http://127.0.0.1:8000/
	python -m app

test: $(VENV)/.requirements-dev  ## check the code and run the tests
	ruff check .
	ruff format --check .
	mypy
	$(PYTEST)

coverage: $(VENV)/.requirements-dev  ## say which lines the tests leave out
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

diagram: $(VENV)/.requirements  ## draw the pipeline in README.md anew, after a change of its stages
	python -m tools.diagram

pin: $(VENV)/.requirements-dev  ## pin all requirements anew
	pip install --quiet uv
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --upgrade --no-header requirements-dev.in -o requirements-dev.txt

clean:  ## remove what can be made again, except the DVC cache
	rm -rf $(VENV) .cache dvc_plots .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(VENV)/.%: %.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	pip install --quiet --disable-pip-version-check -r $<
	touch $@
