# Everything needs only make and Python 3.11 or newer. Paths are relative, so the folder may lie anywhere and have spaces.
# PYTHON=/path/to/python chooses the interpreter; WORKERS=4 the number of test processes.

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$python" && break; done)
endif
WORKERS ?= 3
RUN := .venv/bin/python -m
READY := .venv/ready
OLDEST_POSTGRES := $(firstword $(sort $(wildcard /usr/lib/postgresql/*/bin)))
LOCK_OPTIONS := --universal --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-long lint bench lock openapi clean

help:
	@echo "make run        set up and serve everything at http://127.0.0.1:8000 (PORT=… SANDBOX_PORT=…); Ctrl-C stops it"
	@echo "make demo       a dossier from the phone to the text with its result, over HTTP"
	@echo "make test       set up, lint, types, floors and every test"
	@echo "make test-long  the same with far more random cases, and on Debian's PostgreSQL, PgBouncer and Redis,"
	@echo "                with the branch coverage of floors 0 to 4"
	@echo "make bench      the measurements, each against its own limit"
	@echo "make lock       both requirement files anew (UPGRADE=--upgrade for the newest versions)"
	@echo "make openapi    mobile_contract/openapi.json anew"
	@echo "make clean      removes .venv and what was built; the data in .data stays"

# A virtual environment names its own folder in its scripts, so one that was moved is made anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(shell pwd -P))
.PHONY: $(READY)
endif

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Cần Python 3.11 trở lên. / Python 3.11 or newer is needed." >&2; exit 1; }
	@test ! -e $(READY) || test "$$(cat $(READY))" = "$$(pwd -P)" || rm -rf .venv
	@echo "Lần đầu: tải và cài thư viện vào .venv, khoảng một phút. / First time: fetches and installs the libraries into .venv, about a minute."
	"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "Cần mô-đun venv của Python (Debian, Ubuntu: python3-venv). / Python's venv module is needed." >&2; exit 1; }
	$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@pwd -P > $(READY)

run: $(READY)
	@$(RUN) motcua up $(if $(PORT),--port "$(PORT)") $(if $(SANDBOX_PORT),--sandbox-port "$(SANDBOX_PORT)")

demo: $(READY)
	@$(RUN) motcua demo

lint: $(READY)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy .
	.venv/bin/lint-imports

test: lint
	$(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: lint
	MOTCUA_TEST_PROFILE=long $(RUN) pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	@test -n "$(OLDEST_POSTGRES)" || { echo "apt-get install postgresql pgbouncer redis-server" >&2; exit 1; }
	@# Branch coverage is measured here and not above: the flows measure memory, which a tracer would double.
	@rm -rf build/coverage && mkdir -p build/coverage
	MOTCUA_POSTGRES_PROGRAMS=$(OLDEST_POSTGRES) $(RUN) coverage run -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests/unit tests/db tests/api
	$(RUN) coverage combine --quiet
	$(RUN) coverage report

bench: $(READY)
	$(RUN) bench

lock:
	@test -x build/lock/bin/uv || { "$(PYTHON)" -m venv build/lock && build/lock/bin/python -m pip install -q uv; }
	build/lock/bin/uv pip compile pyproject.toml --extra dev $(LOCK_OPTIONS) $(UPGRADE) --output-file requirements.lock
	@# What an image holds: the same versions, without what only tests need.
	build/lock/bin/uv pip compile pyproject.toml --extra image --constraint requirements.lock $(LOCK_OPTIONS) --output-file requirements.runtime.lock

openapi: $(READY)
	$(RUN) motcua openapi --write

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +
