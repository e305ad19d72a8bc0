# The targets a person types; `make help` lists them.  GNU make 3.81 or newer.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
ARGS ?=

# One BLAS thread per process: at these sizes more of them only wait for one another.
export OPENBLAS_NUM_THREADS ?= 1
export OMP_NUM_THREADS ?= 1
export MKL_NUM_THREADS ?= 1
export VECLIB_MAXIMUM_THREADS ?= 1

PY := $(VENV)/bin/python
CODE := logreg_unlearn proofs scripts tests
DOCS := docs/_build/html

.DEFAULT_GOAL := help
.PHONY: help sweep test lint types unit proofs claims docs report bench clean distclean
.DELETE_ON_ERROR:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

sweep: $(VENV)/.installed-real ## the main job: correlation sweep on synthetic and real data (ARGS="--quick")
	@$(PY) -m logreg_unlearn sweep $(ARGS)

test: lint types unit ## lint, types and all tests

lint: $(VENV)/.installed-test ## ruff over the whole tree
	@echo "ruff"
	@$(PY) -m ruff check -q .

types: $(VENV)/.installed-test ## mypy over package, proofs, scripts and tests
	@echo "mypy"
	@$(PY) -m mypy --no-error-summary $(CODE)

unit: $(VENV)/.installed-test $(VENV)/.installed-report ## the tests alone (ARGS="-k harm", WORKERS=4)
	@$(PY) -m pytest -q -n $(WORKERS) $(ARGS)

proofs: $(VENV)/.installed-real ## check every derivation symbolically (ARGS="--only iterations")
	@$(PY) -m proofs $(ARGS)

claims: $(VENV)/.installed-real ## write docs/claims.md and docs/findings.md from the registry
	@$(PY) scripts/claims_table.py

docs: $(VENV)/.installed-docs ## the documentation as HTML, warnings are errors
	@$(PY) scripts/claims_table.py --check
	@rm -rf docs/_api docs/_build  # pages of modules that are gone would stay
	@$(PY) -m sphinx -W --keep-going -q -b html docs $(DOCS)
	@echo "$(DOCS)/index.html"

report: $(VENV)/.installed-report ## every figure and table in one report
	@$(PY) scripts/report.py $(ARGS)

bench: $(VENV)/.installed-bench ## speed against peers, as ratios measured in one run (ARGS="--quick")
	@for each in scripts/benchmarks/[a-z]*.py; do echo "$$each"; $(PY) $$each $(ARGS) || exit 1; done

clean: ## remove what was built; keep the environment and results/
	@rm -rf docs/_api docs/_build build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the environment as well
	@rm -rf $(VENV)

# One stamp per extra, so that each is installed once, and again when its metadata change.
$(VENV)/.installed-%: $(VENV)/.created setup.py setup.cfg pyproject.toml
	@echo "installing logreg-unlearn[$*] into $(VENV)"
	@$(PY) -m pip install -q --disable-pip-version-check -e ".[$*]"
	@touch $@

$(VENV)/.created:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "expected Python 3.10 or newer, got no '$(PYTHON)': set PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "expected Python 3.10 or newer, got $$($(PYTHON) --version 2>&1): set PYTHON=python3.x" >&2; exit 1; }
	@echo "creating $(VENV) with $$($(PYTHON) --version 2>&1)"
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "expected the venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@touch $@
