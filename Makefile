# make demo    see it work: crawl a little web of invented blogs on this machine and search it in a browser
# make test    install what the tests need and run all of them, in two processes (WORKERS=4: in four)
# make torture the long versions of the tests that docs/reliability.md tells of: two hours
# make docs    write the parts of docs/ that are made from the code anew
# make screenshots   take the pictures of docs/screenshots anew; needs Chromium
# make check   style, types, spelling and walls between the packages
# make coverage   which lines and branches the tests reach, and the 15 modules they reach least
# make dist    build the source archive and the wheel of a release
# make audit   compare the pinned versions with known advisories; needs the Internet
# make clean   remove what this file made; archives stay
#
# Needs Python 3.11 or newer and make; everything else goes into .venv.

# How many processes run the tests; 0 runs them in pytest itself, as a debugger needs.
WORKERS ?= 2

PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)

INSTALL = .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# The dependency groups of pyproject.toml that a target needs.
GROUPS-lint = lint
GROUPS-test = browser
GROUPS-torture = torture
GROUPS-coverage = coverage
GROUPS-dist = dist

.PHONY: demo test torture docs screenshots check coverage dist audit clean

demo: .venv/installed
	.venv/bin/sales-archive demo $(DEMO)

test: .venv/installed-test
	.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

torture: .venv/installed-torture
	SALES_ARCHIVE_TORTURE=1 .venv/bin/python -m pytest -m torture -o timeout=7200 --ignore=tests/browser $(TESTS)

docs: .venv/installed
	.venv/bin/python docs/generate.py

screenshots: .venv/installed-test
	.venv/bin/python -m tests.browser.screenshots

check: .venv/installed-lint
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/codespell

coverage: .venv/installed-coverage
	.venv/bin/coverage erase
	.venv/bin/coverage run -m pytest $(TESTS); status=$$?; \
  .venv/bin/coverage combine --quiet && .venv/bin/coverage report --sort=cover | sed -n '1,17p;$$p'; exit $$status

dist: .venv/installed-dist
	rm -rf build dist
	PIP_CONSTRAINT=$(CURDIR)/constraints.txt .venv/bin/python -m build

audit: | .venv/bin/python
	.venv/bin/python -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	.venv/audit/bin/pip-audit --strict --disable-pip --no-deps --requirement constraints.txt

clean:
	rm -rf .venv .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv: a minute at first, then never again until the versions change."
	$(INSTALL) -e .
	@touch $@

.venv/installed-%: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) pip  # an older one knows no groups
	PYTHONWARNINGS='ignore:Editable installation' $(INSTALL) -e . --group $(GROUPS-$*)
	@touch $@ .venv/installed

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
