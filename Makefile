# make demo       the main job, on screen: a local stack, a site's requests, who sees what
# make test       the tests, on a real stack
# make test-slow  those that take long: whole pipelines, killed processes, fuzzing at full size
# make faults     what was said beside what is stored, while everything is killed and stopped
# make check      format, lint, types, import direction, generated files current
# make format     mends what check complains of, where a machine can
# make clean      stops the stack, removes what the others made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TYPESCRIPT := wakti_sb/stack/embedded/services wakti_sb/dashboard/app bench/site_api/conventional

.PHONY: demo test test-slow faults check format clean

demo: $(READY)
	$(BIN)/wakti-sb demo

# Four workers on two cores: much of a test is waiting for a process or a browser. Each begins with
# a quarter of the files, so that what a file's tests share is made once.
PYTEST := $(BIN)/pytest -n 4 --dist worksteal

# Compiled once and not by every process, where the environment says otherwise.
test test-slow check: export PYTHONDONTWRITEBYTECODE :=

test: $(READY)
	$(PYTEST) -m "not slow"

test-slow: export WAKTI_FUZZ_CASES ?= 5400
test-slow: $(READY)
	$(PYTEST) -m "slow or fuzz"

# Load on all four systems while parts of the stack are killed, stopped, locked or filled up.
faults: $(READY)
	$(BIN)/python -m tests.faults

check: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	for folder in $(TYPESCRIPT); do \
	  (cd $$folder && $(CURDIR)/$(BIN)/deno fmt --check --quiet && \
	   $(CURDIR)/$(BIN)/deno lint --quiet && $(CURDIR)/$(BIN)/deno check --quiet .) || exit 1; \
	done
	$(BIN)/wakti-sb generate --check
	$(BIN)/wakti-sb lint

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	for folder in $(TYPESCRIPT); do (cd $$folder && $(CURDIR)/$(BIN)/deno fmt) || exit 1; done

clean:
	-[ -x $(BIN)/wakti-sb ] && $(BIN)/wakti-sb down --no-backup
	rm -rf $(VENV)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
