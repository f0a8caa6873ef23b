# Every target works on a bare machine with Python 3.11, make and a package index: it makes .venv
# and installs what it needs. PYTHON chooses another interpreter, VENV another place.
PYTHON ?= python3.11
VENV ?= .venv
# The group of tools in pyproject.toml that goes into it.
TOOLS ?= dev
BIN := $(VENV)/bin
# CI runs the slow tests too; `make test ARGS="-k stream"` narrows a run.
ARGS ?=
# Tests of the matrix wait more than they work.
JOBS ?= 4
# The others work: as many as a small machine has cores.
WORKERS ?= 2
SOAK_SECONDS ?= 300

.DEFAULT_GOAL := help
.PHONY: help venv demo canary test window test-matrix soak bulk-long test-quick test-all lint format types check gen gen-check screens surface document foreign frameworks contract contract-long bench bench-ray coverage coverage-report clean

help: ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

venv: $(VENV)/.ready ## Make .venv with everything that development needs.

$(VENV)/.ready: pyproject.toml scripts/bootstrap.sh
	PYTHON="$(PYTHON)" sh scripts/bootstrap.sh "$(VENV)" "$(TOOLS)" --editable '.[sandbox]'

# Tools of one purpose, which development does not need, have an environment of their own.
.venv-%/.ready: pyproject.toml scripts/bootstrap.sh
	PYTHON="$(PYTHON)" sh scripts/bootstrap.sh ".venv-$*" "$*" --editable '.[sandbox]'

demo: venv ## Start the sandbox and drive every operation through the SDK.
	$(BIN)/python examples/demo.py

canary: venv ## Exercise a live gateway: PAID calls, needs RUNINFRA_API_KEY; SANDBOX=1 needs neither.
	$(BIN)/python scripts/canary.py $(if $(SANDBOX),--sandbox) $(ARGS)

test: venv ## Run the tests.
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

test-matrix: venv ## Run the scenarios over given clients of httpx and httpx2, on uvloop, and over TLS.
	$(BIN)/python -m pytest --matrix -n $(JOBS) tests/e2e/test_operations.py tests/e2e/test_faults.py \
		tests/e2e/test_stream_faults.py tests/e2e/test_clients.py tests/streams/test_sockets.py tests/media $(ARGS)

soak: venv ## Drive both clients over TLS with faults, threads and tasks, for SOAK_SECONDS (300).
	$(BIN)/python -m scripts.soak $(SOAK_SECONDS)

test-quick: venv ## Run the tests that take no time, for a Python other than the first.
	$(BIN)/python -m pytest -m "not slow and not contract and not browser" -n $(JOBS) tests/core tests/streams tests/webhooks \
		tests/media tests/e2e/test_operations.py tests/e2e/test_clients.py tests/test_house_rules.py $(ARGS)

test-all: ## Run the tests on each of Python 3.11, 3.12 and 3.13 that is installed.
	sh scripts/test_all.sh

bench: venv ## Measure the SDK against its peers; QUICK=1 for a first look, RECORD=1 for the page.
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick --rounds 1) $(if $(RECORD),--record)

bench-ray: venv ## Measure rows through Ray Data, by its own recipe and by this SDK; ROWS (3000) of them.
	$(BIN)/python scripts/frameworks.py bench-ray

coverage: venv ## Run the tests and hold branch coverage of runinfra_ext to its limit.
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report= $(ARGS)
	$(MAKE) --no-print-directory coverage-report

coverage-report: venv ## Hold what `make test ARGS="--cov --cov-report="` has measured to its limit.
	$(BIN)/coverage report --skip-covered

bulk-long: venv ## Kill a bulk job at fifty moments, and send a million rows (ROWS) in flat memory.
	$(BIN)/python -m pytest -m bulk_long tests/bulk -s $(ARGS)

window: venv ## Test the sandbox's page and the notebook in Chromium; SHOT=1 renews their pictures in the docs.
	$(if $(SHOT),SCREENSHOTS=docs/images) $(BIN)/python -m pytest -m browser tests/window tests/notebook $(ARGS)

.PHONY: release publish package-test
# No variable, cache or home chooses the modules of what releases.
GUARDED := .venv-release/bin/python -E -s -B -X pycache_prefix=/dev/null

release: .venv-release/.ready ## Build a release and run the strict canary with it: PAID calls; SANDBOX=1 tries all of it.
	$(GUARDED) scripts/release.py $(if $(SANDBOX),--sandbox)

ifneq (,$(filter publish,$(MAKECMDGOALS)))
# With these make would leave the command out, not look at how it ended, or run another one: that must not look like a release.
# Of some, such as -o, make itself says nothing: Linux shows how it was called.
CALLED := $(filter -%,$(shell tr '\0' '\n' < /proc/$$PPID/cmdline 2>/dev/null))
ASKED := $(sort $(filter-out PYTHON=%,$(-*-command-variables-*-)) $(filter-out Makefile,$(MAKEFILE_LIST)) \
	$(foreach flag,i n t q k e,$(if $(findstring $(flag),$(filter-out --%,$(firstword -$(MAKEFLAGS)))),-$(flag))) \
	$(if $(findstring --eval=,$(MAKEFLAGS)),--eval) $(filter-out -j% -s --no-print-directory,$(CALLED)))
ifneq (,$(strip $(ASKED)))
$(error refused: `make publish` takes nothing but PYTHON, got $(strip $(ASKED)))
endif
endif

publish: .venv-release/.ready ## Upload what `make release` made, if nothing stands in the way; for the publishing workflow.
	$(GUARDED) -P scripts/entry.py

.PHONY: site
site: .venv-site/.ready venv ## Build the documentation's site into out/site; a warning or a dead link is a failure.
	.venv-site/bin/python scripts/build_site.py
	$(BIN)/python -m pytest -m browser tests/site/test_browser.py $(ARGS)

.PHONY: compat baseline changelog
compat: venv ## Compare the public surface and the document with the last release, and derive the version.
	$(BIN)/python scripts/compat.py

baseline: venv ## Take what is here as the last release, after it is out.
	$(BIN)/python scripts/compat.py --baseline

changelog: venv ## Make the changelog's entry of this version from the fragments in changes/.
	$(BIN)/python scripts/changelog.py

package-test: .venv-release/.ready ## Install the wheel on each Python, with the oldest and newest requirements.
	.venv-release/bin/python scripts/package_test.py $(ARGS)

lint: venv ## Check formatting, lint rules and workflows.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/zizmor --offline --quiet .github
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: venv ## Format the code and apply safe fixes.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: venv ## Check types with mypy and pyright, and what callers see with pyrefly too.
	$(BIN)/mypy
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python
	$(BIN)/pyrefly check examples/typed.py --search-path . --python-interpreter-path $(BIN)/python

contract: venv ## Hold the sandbox, or the gateway at BASE_URL, against the document.
ifdef BASE_URL
	$(BIN)/python scripts/contract.py --base-url "$(BASE_URL)" $(ARGS)
else
	$(BIN)/python scripts/contract.py $(ARGS)
	$(BIN)/python -m pytest -n $(WORKERS) -m contract tests/contract
endif

contract-long: venv ## The same with many more examples, chosen anew each time.
	$(BIN)/python scripts/contract.py --long $(if $(BASE_URL),--base-url "$(BASE_URL)") $(ARGS)

gen: venv ## Regenerate everything that comes from openapi/runinfra.yaml.
	$(BIN)/python scripts/generate.py

screens: venv ## Renew the screens of docs/cli.md, which a test compares.
	$(BIN)/python scripts/screens.py

surface: venv ## Write down the public surface: every name, its signature and its fields.
	$(BIN)/python scripts/surface.py

gen-check: venv ## Fail when the generated files and the document disagree.
	$(BIN)/python scripts/generate.py --check

document: venv ## Validate and lint the document.
	$(BIN)/python scripts/check_document.py

foreign: venv ## Show that the document serves TypeScript's generators, linters and a mock server; needs npm's registry.
	$(BIN)/python scripts/foreign.py

frameworks: venv ## Run the frameworks of docs/frameworks.md against a sandbox; ONLY=openai3, openai2, ray_data or node narrows it.
	$(BIN)/python scripts/frameworks.py $(ONLY) -- $(ARGS)

check: lint types gen-check document compat contract ## All checks that are not tests.

clean: ## Remove what the targets made.
	rm -rf .venv .venv-* out build dist .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis
