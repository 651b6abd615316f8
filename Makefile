# The project's few commands; docs and README say more. PORT, HOST, PYTHON and T (what to test) may be given: make run PORT=9000
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
T ?=
IN = .venv/bin/python
# The whole suite is shared by one process more than there are cores, as tests wait too; a part of it (T=…) runs in one, which begins
# sooner.
PROCESSES = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
TESTS = $(or $(T),--numprocesses $(PROCESSES) --maxprocesses 8 --dist loadfile --no-loadscope-reorder)

.PHONY: run test test-long test-next bench check messages audit sbom

run: export BASE_URL := $(or $(BASE_URL),http://localhost:$(PORT))
run:
	@PORT=$(PORT) $(PYTHON) tools/setup.py run
	@exec $(IN) manage.py serve --prepare --host $(HOST) --port $(PORT)

test:
	@$(PYTHON) tools/setup.py test
	@exec $(IN) -m pytest $(TESTS)

test-long:
	@$(PYTHON) tools/setup.py test
	@REPEAT=$${REPEAT:-20} LONG=1 exec $(IN) -m pytest $(TESTS)

test-next:
	@$(PYTHON) tools/setup.py next
	@exec .venv-next/bin/python -m pytest $(TESTS)

bench:
	@$(PYTHON) tools/setup.py test
	@exec $(IN) -m bench $(BENCH)

check:
	@$(PYTHON) tools/setup.py test
	@exec $(IN) tools/check.py

messages:
	@$(PYTHON) tools/setup.py test
	@exec $(IN) tools/messages.py update

# What the lock brings in: asked about at the advisory sources, and written down in CycloneDX (var/sbom.cdx.json).
audit sbom:
	@$(PYTHON) tools/supply_chain.py $@
