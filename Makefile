# Two commands do everything on a bare machine with Python 3.11+ and make:
#   make run     the main job on a small news site that ships in seeds/ (ONCE=1: end by itself; CORPUS=DIR: another site)
#   make test    every check and test, on real servers (Debian or Ubuntu, as root or with sudo)
PYTHON ?= python3
CORPUS ?= seeds/corpus
BIN := .venv/bin
# Without compiling everything at once the first run starts half a minute earlier; Python compiles what it uses.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

.PHONY: run test check setup setup-dev lock faults bench soak audit sbom fuzz clean

run: setup
	@$(BIN)/clashwatch up --corpus $(CORPUS) $(if $(ONCE),--once)

setup: .venv/.ready
	@$(BIN)/clashwatch gazetteer build --if-needed

setup-dev: .venv/.ready-dev setup

test: setup-dev check
	@sh tests/system_packages.sh
	$(BIN)/python -m pytest -m "not faults"

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/clashwatch lexicon lint

faults: setup-dev
	@sh tests/system_packages.sh
	$(BIN)/python -m pytest -m faults --timeout 1200 tests/faults

bench: setup-dev
	$(BIN)/python -m benchmarks

# Steady load under random faults for DURATION seconds.
soak: export DURATION ?= 3600
soak: setup-dev
	@mkdir -p var
	$(BIN)/python -m benchmarks.soak > var/soak.jsonl && mv var/soak.jsonl benchmarks/results/soak.jsonl

# Known vulnerabilities of what is locked. It asks the advisory service over the network, and fails without one.
audit: setup-dev
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.lock
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements-dev.lock

# What the program is made of, as CycloneDX: from the lock alone, no network; the same lock gives the same bytes.
sbom: setup-dev
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --short-PURLs \
	  --output-file dist/sbom.cdx.json requirements.lock

# Hostile input: CASES per target, from the case numbered FIRST; python -m benchmarks.fuzz --help names the targets.
CASES ?= 50000
FIRST ?= 0
fuzz: setup-dev
	nice -n 19 $(BIN)/python -m benchmarks.fuzz --cases $(CASES) --first $(FIRST) $(TARGETS)

clean:
	rm -rf var

# Locks are universal and carry hashes; uv only writes them and is not needed to install.
lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header -c requirements.lock -o requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Clashwatch needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }

.venv/.ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing pinned dependencies into .venv (about a minute the first time) ..." >&2
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready-dev: requirements-dev.lock .venv/.ready
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
