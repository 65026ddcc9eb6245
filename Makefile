# make demo    a class of twenty submissions, released, graded, given back: see the end of its output
# make test    everything CI runs
# make format  what `make test` asks of the code's form
# make mutants, make tolerances, make diagnosis    what the checks notice, how far from their limits,
#              and what the feedback says of mistakes it has not seen: benchmarks/
# make bench-grading    how long grading takes, beside stock nbgrader

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# nbgrader calls `alembic` by its bare name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Threads that wait sleep: spinning ones take minutes where the machine is busy.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: demo test format mutants tolerances diagnosis bench-grading clean

demo: $(VENV)/installed
	$(BIN)/vitcourse demo build/demo

test: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m autograder.release.stubs --check
	$(BIN)/pytest -n 2 --dist loadgroup

format: $(VENV)/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

mutants tolerances diagnosis: $(VENV)/installed
	$(BIN)/python -m benchmarks.$@

bench-grading: $(VENV)/installed
	$(BIN)/python -m benchmarks.grading

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build
