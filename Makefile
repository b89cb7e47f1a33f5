# Two commands do everything: `make run` and `make test`. What they install is decided in helix/install.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check bench chaos upgrade fuzz audit lint types locks clean
.DEFAULT_GOAL := run

run:
	@$(PYTHON) -m helix.install
	@exec $(BIN)/python -m helix.up $(if $(PORT),--port $(PORT))

test:
	@$(PYTHON) -m helix.install --dev --browser
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest tests/unit tests/house -n 2 -q
	$(BIN)/pytest tests/integration -n 2 -q
	$(BIN)/pytest tests/browser -n 2 -q
	$(BIN)/python -m tests.postgres $(BIN)/pytest tests/integration/engine tests/integration/triggers tests/integration/backup tests/integration/metrics -q

check:
	@$(PYTHON) -m helix.install --dev
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest tests/house/test_production.py -q

# Helix and its floors under the same work, side by side: make bench ONLY=w1,w2
bench:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY))

# Processes die, freeze and lose their services at every named line, and at random: make chaos ONLY=storm
chaos:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m tests.chaos $(if $(ONLY),--only $(ONLY))

# An earlier Helix begins runs, this one migrates and ends them: make upgrade FROM=v0.1.0
upgrade:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m tests.upgrade $(if $(FROM),--from $(FROM))

# Generated calls of the whole REST API against the real web server: make fuzz EXAMPLES=2000 SEED=7
fuzz:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m tests.schema $(if $(EXAMPLES),--examples $(EXAMPLES)) $(if $(SEED),--seed $(SEED))

# Known weaknesses of the locked packages; asks a service on the net. What is borne stands in helix/install/audit-waivers.toml.
audit:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m helix.install.audit

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run

types:
	$(BIN)/mypy

# After a change of the dependencies in pyproject.toml.
locks:
	@$(PYTHON) -m helix.install --dev
	@$(BIN)/python -m helix.install.locks

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
