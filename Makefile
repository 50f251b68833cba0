# Every target sets itself up: the virtual environment is made once and again when the locks change.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
PEERS := .venv-peers
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
PLANS := $(VENV)/bin/plans
WORKERS ?= $(shell nproc 2>/dev/null || echo 1)

.PHONY: help extract nightly check desk explore review export notebooks harmonise test test-quick bench bench-match bench-ocr calibrate compare-readers lint lock audit licences clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

# The oldest Python that will do is 3.11; the first one found is taken.
$(PY):
	@python=; for p in python3.11 python3.12 python3.13 python3; do \
	  if command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$p; break; fi; done; \
	if [ -z "$$python" ]; then echo "error: Python 3.11 or newer is needed; none was found on the PATH." >&2; exit 2; fi; \
	echo "making $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); echo "error: the venv module is incomplete; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/.runtime: requirements.lock pyproject.toml | $(PY)
	@echo "installing the locked dependencies …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing the locked test tools …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# A stage exits 1 when some plans failed but the rest was written: that is a result, not an error of the run. 2 (nothing could be
# done) and 3 (a fault of the program) are.
extract: $(VENV)/.runtime ## read data/raw/*.pdf and write the dataset into data/processed/
	@$(PLANS) extract data/raw --out data/interim --workers $(WORKERS) || [ $$? -eq 1 ]
	@$(PLANS) normalize data/interim --out data/processed --workers $(WORKERS) || [ $$? -eq 1 ]

nightly: $(VENV)/.runtime ## take new, changed and withdrawn plans; publish when healthy; report in data/processed/runs/
	@$(PLANS) nightly --workers $(WORKERS) || [ $$? -eq 1 ]

check: $(VENV)/.runtime ## print the dataset's findings by severity; fails when one is an error
	@$(PLANS) check data/processed

$(VENV)/.desk: requirements-desk.lock $(VENV)/.runtime
	@echo "installing the locked packages of the desk …"
	@$(PIP) --require-hashes -r requirements-desk.lock
	@touch $@

desk: $(VENV)/.desk ## check, correct and search in the browser; decisions are saved at once
	@$(PLANS) serve --open

explore: $(VENV)/.desk ## ask the dataset anything: plans.db (SQLite) in Datasette
	@$(PLANS) explore --open --workers $(WORKERS)

review: $(VENV)/.runtime ## write the read-only review page, to share, into data/processed/review/
	@$(PLANS) review data/processed --workers $(WORKERS)

export: $(VENV)/.runtime ## write CSV files and an Excel workbook into data/processed/export/
	@$(PLANS) export data/processed

notebooks: $(VENV)/.dev ## open the notebooks in JupyterLab
	@$(PY) -m jupyterlab notebooks

harmonise: $(VENV)/.runtime ## propose matches for names the data files do not know
	@$(PLANS) harmonise data/processed

# A file's tests stay with one worker, which makes their fixtures once; the order is that of conftest.py.
# T=tests/test_lines.py: that file alone, without the seconds that workers need to start.
PYTEST := $(PY) -m pytest $(if $(T),$(T),--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder)

test: $(VENV)/.dev ## run the tests; T=tests/test_lines.py: of one file
	@$(PYTEST)

test-quick: $(VENV)/.dev ## run the tests without the slow ones
	@$(PYTEST) -m "not slow"

$(PEERS)/.ready: benchmarks/peers.txt | $(PY)
	@echo "installing the readers to compare with …"
	@$(PY) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
	@touch $@

bench: $(VENV)/.dev $(PEERS)/.ready ## speed, memory and accuracy beside other readers; growth over pages and plans (twenty minutes)
	@$(PY) -m benchmarks.speed --peers $(PEERS)/bin/python
	@$(PY) -m benchmarks.scale length
	@$(PY) -m benchmarks.scale corpus

bench-match: $(VENV)/.dev ## heading accuracy under noise
	@$(PY) benchmarks/match_noise.py

bench-ocr: $(VENV)/.dev ## accuracy on made scans; time and memory beside RapidOCR's page call
	@$(PY) -m benchmarks.ocr accuracy
	@$(PY) -m benchmarks.ocr speed

calibrate: $(VENV)/.dev ## renew the tables of docs/focus-score.md (from data/interim/) and docs/doubt.md (ten minutes)
	@$(PY) -m normalize.calibrate data/interim --write docs/focus-score.md
	@$(PY) -m benchmarks.calibrate --write docs/doubt.md

compare-readers: $(VENV)/.runtime ## read data/raw/ with both readers and print where they differ
	@$(PY) -m extract.compare data/raw

lint: $(VENV)/.dev ## check style, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

$(VENV)/bin/uv: | $(PY)
	@$(PIP) uv

# For every system and Python at once, with the digest of every file. The test tools are resolved first: what they cannot
# live with must not be pinned for the runtime either.
UV ?= $(VENV)/bin/uv
COMPILE := $(UV) pip compile --quiet --no-header --no-annotate --no-emit-index-url --universal --generate-hashes $(UPGRADE) --python-version 3.11 pyproject.toml
lock: $(UV) ## pin what pyproject.toml asks for; UPGRADE=--upgrade: the newest versions it allows
	@$(COMPILE) --extra dev -o requirements-dev.lock
	@$(COMPILE) --extra build -c requirements-dev.lock -o requirements.lock
	@$(COMPILE) --extra build --extra desk -c requirements-dev.lock -o requirements-desk.lock
	@$(COMPILE) --extra build --extra cluster -c requirements-dev.lock -o deploy/cluster/requirements.lock

audit: $(VENV)/.dev ## look up known weaknesses of what is locked (asks the package index)
	@$(PY) -m pip_audit --strict --disable-pip --require-hashes -r requirements.lock
	@$(PY) -m pip_audit --strict --disable-pip --require-hashes -r requirements-dev.lock

licences: $(VENV)/.dev ## print the licences of what is installed to run; docs/licences.md is this
	@echo "# Licences of what is installed to run"; echo; echo "Printed by \`make licences\`; what only tests and notebooks need is left out."; echo
	@$(PY) -m piplicenses --from=mixed --with-system --no-version --format=markdown --packages $$(sed -nE 's/^([a-z0-9-]+)==.*/\1/p' requirements.lock)

clean: ## delete the environment, the interim records and the dataset
	rm -rf $(VENV) $(PEERS) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find data/interim data/processed -mindepth 1 ! -name .gitkeep -exec rm -rf {} +
