# Two commands do everything: `make audit` and `make test`. Both make the environment first.
PYTHON ?= python3
VENV   ?= .venv
AUDIT_FLAGS ?=
FORMAL_JOBS ?= 2
BIN     = $(VENV)/bin
READY   = $(VENV)/.ready
# A test that does not end is named, and fails: its worker ends with it (`faulthandler_timeout`), and is replaced.
# A worker more than the two cores that are expected: some tests wait for processes that are slow, or killed.
PYTEST  = -m pytest -n 3 --dist worksteal -q -o faulthandler_exit_on_timeout=true

.PHONY: audit site variants falsify formal test versions coverage covered seeds test-sweep-full bench extras lint lock clean
.DELETE_ON_ERROR:
# Where Python may keep no bytecode, every process compiles the theory and every worker of pytest rewrites all tests.
unexport PYTHONDONTWRITEBYTECODE

audit: $(READY)  ## run all evidence, print the verdicts, write build/audit.json (AUDIT_FLAGS=--quick for a short one)
	@$(BIN)/audit run --json build/audit.json $(AUDIT_FLAGS); code=$$?; \
	  $(BIN)/audit report --from build/audit.json --out build/report && exit $$code

SITE ?= build/site
site: $(READY)  ## the last run as a static site with permalinks, badges and (where TeX is) the notes as a PDF (SITE=build/site)
	@test -f build/audit.json || { echo "no run yet: make audit" >&2; exit 2; }
	@mkdir -p $(SITE); $(BIN)/audit report --from build/audit.json --book $(SITE)/book.pdf || echo "the site has no book.pdf" >&2
	$(BIN)/audit report --from build/audit.json --out $(SITE)
	@touch $(SITE)/.nojekyll

formal: $(READY)  ## Coq: build formal/ once per content, then coqchk (Debian: coq libcoq-mathcomp-ssreflect libcoq-mathcomp-fingroup)
	@$(BIN)/python -m formal.tie.build --jobs $(FORMAL_JOBS)

variants: $(READY)  ## every claim's wrong variants, for the report's pages (some minutes)
	$(BIN)/audit mutants --json proofs_notes/variants.json

SECONDS ?= 600
falsify: $(READY)  ## random search for counterexamples inside every claim's own region (SECONDS=600 for all)
	$(BIN)/audit falsify --seconds $(SECONDS) --workers 2

TEST_FLAGS ?=
test: $(READY)  ## all tests, and all evidence, but what is marked thorough or in_ci: THOROUGH=1 make test runs that, too (SKIP="FILES", TEST_FLAGS)
	$(BIN)/python $(PYTEST) $(foreach x,$(SKIP),--ignore=$(x) --ignore-glob='$(x)/*') $(TEST_FLAGS)

versions: $(READY)  ## a short set of tests with the oldest declared versions of the dependencies, and with the newest
	.ci/versions oldest newest

# Tests of the tool alone; what judges a theory is not judged by that theory's evidence. The short ones are measured in
# CI, in place of being run by `make test`, since tracing costs half as much again; `make coverage COVERED="$(TOOL_TESTS)"`
# measures all, in many minutes.
TOOL_TESTS = theorem_audit/tests tests/tool tests/kernel tests/falsify/test_every_claim.py
SHORT = verdict outcomes verdict_types cli doubts sabotage evidence_words files stale instances promises second_opinion \
  hostile_words mutants compare fuzz fuzz_statements receipt report notes workers book accepted_variants again
KERNEL = bernstein_kernel kernel_identities kernel_tampering
SINGLE = tool_mutants.py::test_the_original_passes_its_battery \
  tool_mutants.py::test_the_judge_agrees_with_the_second_implementation guide.py::test_the_guide_is_a_page_of_the_site \
  guide.py::test_another_output_is_another_guide
# MEASURED=FOLDER: theorem_audit/tests were measured by `MEASURE=FOLDER .ci/ship`, and are not run again.
COVERED ?= $(if $(MEASURED),,theorem_audit/tests) $(SHORT:%=tests/tool/test_%.py) $(KERNEL:%=tests/kernel/test_%.py) $(SINGLE:%=tests/tool/test_%)
COVERAGE_BAR ?= 95
coverage: $(READY)  ## the tool's branches that its short tests reach, printed; fails below COVERAGE_BAR
	rm -rf build/coverage && mkdir -p build/coverage
	COVERAGE_FILE=$(CURDIR)/build/coverage/data $(BIN)/coverage run $(PYTEST) $(COVERED)
	COVERAGE_FILE=$(CURDIR)/build/coverage/data $(BIN)/coverage combine -q build/coverage $(MEASURED)
	COVERAGE_FILE=$(CURDIR)/build/coverage/data $(BIN)/coverage report --fail-under=$(COVERAGE_BAR)

covered:  ## names the tests that `make coverage` runs
	@echo $(COVERED)

SEEDS = 1 2 3 4 5
seeds: $(READY)  ## the whole audit once more at other seeds: does any evidence fail by bad luck?
	@mkdir -p build; for seed in $(SEEDS); do $(BIN)/audit run --seed $$seed > build/seed.log; code=$$?; \
	  grep -E "^seed|claims:|^refuted|^  refuted" build/seed.log; [ $$code = 0 ] || exit $$code; done

test-sweep-full: $(READY)  ## every fault of sweeps, many times (some minutes)
	SWEEP_FULL=1 $(BIN)/python $(PYTEST) sim/tests/test_store.py sim/tests/test_sweep.py sim/tests/test_sweep_cells.py sim/tests/test_sweep_tables.py sim/tests/test_sweep_clusters.py sim/tests/test_sweep_faults.py

bench: $(READY)  ## the simulator beside its peers (those that are installed); minutes
	$(BIN)/python -m benchmarks

extras: $(READY)  ## optional parts: numba, dask, MPI, pandas, a browser driver, z3
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-extras.lock

lint: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# pip compiles on one core, and every package's own tests with it; compileall takes both cores and what is imported.
$(READY): requirements.lock pyproject.toml theorem_audit/pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v >= (3, 11) else \
	  f"PYTHON={sys.executable} is Python {v[0]}.{v[1]}; 3.11 or newer is needed (make PYTHON=/path/to/python)")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -qq -j 2 -x '/(tests|pip|mypy|mypyc)/' \
	  $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || echo "the rest is compiled as it is imported" >&2
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e ./theorem_audit -e .
	@touch $@

lock:  ## re-resolve requirements.lock from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --upgrade \
	  --no-emit-index-url --no-emit-package theorem-audit pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-package theorem-audit \
	  --extra fast --extra cluster --extra table --extra browser --extra solver \
	  -c requirements.lock pyproject.toml -o requirements-extras.lock

clean:
	rm -rf $(VENV) build
