# make demo   the main job, on screen: a local stack, a site's requests, who sees what
# make test   every test
# make check  format, lint, types, import direction, generated files current
# make clean  stop the stack, remove what the others made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.PHONY: demo test check format clean

demo: $(READY)
	$(BIN)/wakti-sb demo

test: $(READY)
	$(BIN)/pytest -n 2

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wakti-sb generate --check

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	-[ -x $(BIN)/wakti-sb ] && $(BIN)/wakti-sb down --no-backup
	rm -rf $(VENV)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
