# SPDX-License-Identifier: GPL-2.0-only
# make prove    prove everything on the shapes        make test      the tests
# make kernels  fetch real trees from Debian          make check     lint, types and tests
# make bench    measure, as ratios                    make clean     remove what was made
# make crosscheck   compare the procedures with what GCC makes of the same C, in every tree of .kernels
# make coq      theorems of the model of v6.17 as Gallina, checked by Coq's kernel; installs coq as root
# make browser  as root, on Debian: the Chromium that the tests of report.html use
# make cross    as root, on Debian: the compiler for arm64 and the emulator that try the reproducers

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
KERNELS ?=

.PHONY: prove test kernels lint types check bench crosscheck coq cross browser clean
.DELETE_ON_ERROR:

prove: $(VENV)/installed
	$(BIN)/python -m proofs.run

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto

kernels: $(VENV)/installed
	@# 3 says that a tree which nobody requires was not to be had: it was reported, and stops nothing.
	@$(BIN)/python -m proofs.fetch $(KERNELS) || [ $$? -eq 3 ]

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-test
	$(BIN)/mypy

check: lint types test

bench: $(VENV)/installed
	$(BIN)/python -m proofs.bench

crosscheck: $(VENV)/installed
	@# 1 (a mismatch) counts more than 3 (something was not run), which was reported and is no error here.
	@ls -d .kernels/*/ >/dev/null 2>&1 || { echo "crosscheck: not run: there is no tree in .kernels; run make kernels." >&2; exit 3; }
	@worst=0; for tree in .kernels/*/; do \
	  $(BIN)/python -m proofs.crosscheck --linux $$tree --inputs 20000 --claims; code=$$?; \
	  if [ $$code -ne 0 ] && [ $$code -ne 3 ]; then worst=$$code; fi; \
	done; exit $$worst

coq: $(VENV)/installed
	@if ! command -v coqc >/dev/null && [ "$$(id -u)" -eq 0 ]; then \
	  apt-get update && apt-get install -y --no-install-recommends coq; fi
	@$(BIN)/python -m pip install --quiet --editable '.[evidence]'
	@# 3 says that some were not covered, or not run where there is no coqc: it was reported, and is no error.
	@$(BIN)/python -m proofs.gallina --shape v6.17 || [ $$? -eq 3 ]

browser:
	@[ "$$(id -u)" -eq 0 ] || { echo "browser: apt-get needs root; run it as root." >&2; exit 2; }
	apt-get update
	apt-get install -y --no-install-recommends chromium chromium-driver

cross:
	@[ "$$(id -u)" -eq 0 ] || { echo "cross: apt-get needs root; run it as root." >&2; exit 2; }
	apt-get update
	apt-get install -y --no-install-recommends gcc-aarch64-linux-gnu libc6-dev-arm64-cross linux-libc-dev-arm64-cross qemu-user

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
