# make demo    a class of twenty submissions, released, graded, given back: see the end of its output
# make test    everything CI runs
# make test-long    the long form of the tests that `make test` takes a sample of, where the log is out
#              of date (FILE=tests/test_fuzz_zips.py: that one); commit tests/long_log.toml afterwards
# make format  what `make test` asks of the code's form
# make mutants, make tolerances, make diagnosis    what the checks notice, how far from their limits,
#              and what the feedback says of mistakes it has not seen: benchmarks/
# make bench-grading    how long grading takes, beside stock nbgrader
# make bench-training, make results, make stuck, make tricks    how fast training is, how far it gets,
#              why a known run did not, what each trick gains (DATA=cifar10, a folder, or sample)
# make gpu     every figure that wants a GPU: call it again until it says that nothing is left

PYTHON ?= python3
VENV := .venv
DATA ?= cifar10
MINUTES ?= 6
BIN := $(VENV)/bin

# nbgrader calls `alembic` by its bare name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
COURSE := PYTHONPATH=solutions:assignment:.
# Threads that wait sleep: spinning ones take minutes where the machine is busy.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: demo test test-long format mutants tolerances diagnosis bench-grading bench-training results stuck tricks gpu clean

demo: $(VENV)/installed
	$(BIN)/vitcourse demo build/demo

test: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m autograder.release.stubs --check
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-long: $(VENV)/installed
	$(BIN)/python tests/long_log.py $(FILE)

format: $(VENV)/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

mutants tolerances diagnosis: $(VENV)/installed
	$(BIN)/python -m benchmarks.$@

bench-grading: $(VENV)/installed
	$(BIN)/python -m benchmarks.grading

bench-training: $(VENV)/installed
	$(COURSE) $(BIN)/python -m benchmarks.training --data $(DATA)

results stuck tricks: $(VENV)/installed
	$(COURSE) $(BIN)/python -m benchmarks.$@ --data $(DATA)

gpu: $(VENV)/installed
	$(COURSE) $(BIN)/python -m benchmarks.results --data $(DATA) --minutes $(MINUTES)
	$(COURSE) $(BIN)/python -m benchmarks.training --data $(DATA) --device cuda --seconds 0.5 \
	  --resume --minutes 2 --output benchmarks/training-gpu.md

$(VENV)/installed: pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) build
