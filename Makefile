# make demo       the main job, on screen: a local stack, a site's requests, who sees what
# make test       the tests, on a real stack
# make test-slow  those that take long: whole pipelines, killed processes, fuzzing at full size
# make coverage   which lines the tests of some rooms and the TypeScript's own tests reach
# make faults     what was said beside what is stored, while everything is killed and stopped
# make mutants    small faults in the engine itself, one at a time; its tests have to notice
# make check      format, lint, types, import direction, generated files current
# make format     mends what check complains of, where a machine can
# make clean      stops the stack, removes what the others made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TYPESCRIPT := wakti_sb/stack/embedded/services wakti_sb/dashboard/app site_js bench/site_api/conventional

.PHONY: demo test test-slow coverage faults mutants check format clean

demo: $(READY)
	$(BIN)/wakti-sb demo

# Four workers on two cores: much of a test is waiting for a process or a browser. Each begins with
# a quarter of the files, so that what a file's tests share is made once.
PYTEST := $(BIN)/pytest -n 4 --dist worksteal --durations 25 --durations-min 4

# Compiled once and not by every process, where the environment says otherwise.
test test-slow coverage check: export PYTHONDONTWRITEBYTECODE :=

test: $(READY)
	$(PYTEST) -m "not slow"

test-slow: export WAKTI_FUZZ_CASES ?= 5400
test-slow: $(READY)
	$(PYTEST) -m "slow or fuzz"

# Of the rooms whose tests need little but the processor; a measured run of all tests would take
# longer than the four minutes of `make test`. Commands that are forked or started count too.
# CI takes fewer: make coverage MEASURED="spec generate"
MEASURED ?= spec generate lint migrate
EMPTY :=
COMMA := ,
COVERED := $(CURDIR)/.coverage.deno

coverage: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -m "not slow" -n 2 $(MEASURED:%=tests/%)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered \
	  --include "$(subst $(EMPTY) $(EMPTY),$(COMMA),$(MEASURED:%=wakti_sb/%/*))"
	rm -rf $(COVERED)
	cd wakti_sb/stack/embedded/services && NO_COLOR=1 $(CURDIR)/$(BIN)/deno test --quiet \
	  --frozen --no-check --allow-all --coverage=$(COVERED)
	rm -rf $(COVERED)

# Load on all four systems while parts of the stack are killed, stopped, locked or filled up.
faults: $(READY)
	$(BIN)/python -m tests.faults

# 60 places of each room, some minutes a room: name rooms, take another number or other places
# (MUTANTS="judge rights --most 40 --sample 1").
mutants: $(READY)
	$(BIN)/python -m tests.mutants $(MUTANTS)

check: $(READY)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy -p wakti_sb -p tests -p bench
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
