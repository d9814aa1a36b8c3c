# Everything that is done with this tree; `make` alone says what there is.

ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
PYTHON ?= python3
VENV := $(ROOT).venv
LAB := $(ROOT)acceptance-tests/lab

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),$(ROOT)target))
# All members at once, with an example, which brings the features of the tests' dependencies, as `make test` builds them:
# without those tokio has fewer features, and everything above it would be compiled twice. With progress: the first time
# takes minutes.
BUILD := cargo build --workspace --bins --example docs

.DEFAULT_GOAL := help
.PHONY: help tools tools-oldest test install install-agent function lab bench demo docs docs-check lint-modules

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

tools: ## Make the virtual environment of the lab: the local AWS and Terraform 1.15, pinned with hashes
	@$(LAB)/tools.sh "$(PYTHON)" "$(VENV)" "$(LAB)/requirements.txt"

tools-oldest: ## Make the environment of Terraform 1.9, the oldest that is supported, for the tests
	@$(LAB)/tools.sh "$(PYTHON)" "$(VENV)-terraform-1.9" "$(LAB)/terraform-1.9.txt"

# Half as many again as there are cores: most tests wait for processes of their own.
THREADS := $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)

test: tools tools-oldest ## Run every test; needs Terraform 1.11 or later in the PATH
	@nextest=$$($(ROOT).ci/tool cargo-nextest 0.9.143) && \
		CRR_PROVIDER=$(TARGET)/debug/terraform-provider-crr PATH="$$nextest:$$PATH" cargo nextest run --workspace --test-threads $(THREADS)

install: ## Build the provider and put it where Terraform and OpenTofu find it
	@cargo build --release --package terraform-provider-crr
	@$(ROOT).ci/install $(TARGET)/release/terraform-provider-crr

install-agent: ## Build the agent and the checks, `crr`, and put them into ~/.local/bin, or PREFIX/bin
	@cargo build --release --package crr
	@install -D -m 755 $(TARGET)/release/crr $(or $(PREFIX),$(HOME)/.local)/bin/crr
	@echo "$(or $(PREFIX),$(HOME)/.local)/bin/crr"

function: ## Build the agent as a Lambda function, target/crr-function.zip; on Amazon Linux 2023, or with no newer C library
	@cargo build --release --package crr
	@$(PYTHON) $(ROOT).ci/function $(TARGET)/release/crr $(TARGET)/crr-function.zip

demo: tools ## See it work on the lab: a two-way pair, objects that arrive, drift found and mended; a site that the agent keeps
	@$(BUILD)
	@CRR_PROVIDER=$(TARGET)/debug/terraform-provider-crr $(TARGET)/debug/demo

bench: tools ## Measure calls, round trips, time and memory for 1, 100 and 1,000 pairs and a whole site, with the release build
	@cargo build --release --workspace --bin terraform-provider-crr --bin crr --bin bench
	@CRR_PROVIDER=$(TARGET)/release/terraform-provider-crr $(TARGET)/release/bench

lab: tools ## Start the lab in the foreground and print its sites as JSON (`tfvars` is the provider's); ends with Ctrl-C
	@$(BUILD)
	@$(TARGET)/debug/lab

docs: ## Write the registry pages in docs/ from the schemas and the examples
	@$(BUILD) && $(TARGET)/debug/examples/docs

lint-modules: ## Put modules and examples before checkov, installed (300 MB) into an environment of its own
	@PYTHON="$(PYTHON)" $(ROOT).ci/lint-modules

docs-check: ## Fail where a page in docs/ is stale, or a link in it leads nowhere
	@$(BUILD) && $(TARGET)/debug/examples/docs check
