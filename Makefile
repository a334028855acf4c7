# Every command of the project, with its set-up: what is missing is installed first, at a pinned version, and said.
# Needs rustup and Node 20; on Debian the rest comes by itself (with sudo where make is not run by root).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One cargo at a time: two of them only wait for each other.
.NOTPARALLEL:

CHROMIUM ?= /usr/bin/chromium
WASM_TARGET := wasm32-unknown-unknown
# The program must be the crate's own version; Cargo.toml pins it.
WASM_BINDGEN_VERSION := $(shell sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml)
WASM_BINDGEN := target/tools/wasm-bindgen-$(WASM_BINDGEN_VERSION)
PACKAGES := end2end/node_modules/.package-lock.json
SCHEMATHESIS := target/tools/contract/bin/schemathesis
ISLANDS := target/$(WASM_TARGET)/wasm-release/ribbon.wasm
# Written last, so that it stands for the whole site.
SITE := target/site/pkg/name.txt

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# $(call debian,package,what it is for)
debian = { echo "Installing Debian's $(1): $(2)."; $(SUDO) apt-get update -qq; \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1); }

.PHONY: help
help: ## What can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

## The shop

.PHONY: serve
serve: site ## The shop and its sandbox at http://localhost:3000, from whatever is in this folder
	@echo "Building the server (dev profile)."
	@cargo build --locked --bin ribbon
	@exec target/debug/ribbon serve

.PHONY: build
build: site release ## The release program in target/release/ribbon, its site in target/site

.PHONY: release
release: rust
	@echo "Building the release program."
	@cargo build --locked --release --bin ribbon

.PHONY: site
site: $(SITE) ## Islands, style sheet and public files in target/site, hashed and compressed

$(SITE): $(ISLANDS) $(PACKAGES) end2end/site.mjs $(shell find style public -type f) | $(WASM_BINDGEN)
	@echo "Making the site."
	@rm -rf target/islands
	@$(WASM_BINDGEN) --target web --no-typescript --out-name ribbon --out-dir target/islands $(ISLANDS)
	@node end2end/site.mjs

# Cargo knows best whether the islands changed; where they didn't, the file keeps its time and the site stays.
$(ISLANDS): FORCE | rust
	@echo "Building the islands."
	@cargo build --locked --lib --profile wasm-release --target $(WASM_TARGET) --no-default-features --features hydrate

.PHONY: FORCE
FORCE:

## The checks

.PHONY: test
test: check rules browser sdks contract kills ## Format, lints, documents, rules and journeys on both engines, browser, libraries, the API's contract, kills

.PHONY: check
check: rust $(PACKAGES) ## Format, lints of both builds, types of the specs, links of the documents
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --lib --target $(WASM_TARGET) --no-default-features --features hydrate -- -D warnings
	npm run --silent --prefix end2end types
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

.PHONY: rules
rules: rust postgres ## Rules and journeys, on SQLite and on PostgreSQL
	end2end/postgres.sh cargo test --locked

.PHONY: browser
browser: build chromium postgres ## Playwright on the release build, with scripts and without
	CHROMIUM="$(CHROMIUM)" end2end/postgres.sh npm run --silent --prefix end2end test

.PHONY: sdks
sdks: build ## The providers' official libraries against the sandbox of the release build
	npm run --silent --prefix end2end sdks

.PHONY: contract
contract: build $(SCHEMATHESIS) ## Thousands of requests made from the API's own description, legal and not, to the release build
	SCHEMATHESIS=$(SCHEMATHESIS) end2end/contract/run.sh

.PHONY: kills
kills: build postgres ## kill -9 a hundred times while gifts are bought and redeemed, on both engines
	@echo "Building what kills the release program."
	@cargo build --locked --release --bin kills
	end2end/postgres.sh target/release/kills

.PHONY: bench
bench: build ## Ratios, measured in one run: pages against memory, a checkout against the sandbox, redeeming against a bare transaction
	@echo "Building what measures the release program."
	@cargo build --locked --release --bin ratios
	target/release/ratios

.PHONY: lighthouse
lighthouse: build chromium ## What Lighthouse gives to every page in every state, on a phone and at a desk
	CHROMIUM="$(CHROMIUM)" npm run --silent --prefix end2end lighthouse

## What must be installed

.PHONY: rust
rust:
	@command -v cargo > /dev/null || { echo "Rust is missing: install rustup from https://rustup.rs and try again."; exit 1; }
	@command -v cc > /dev/null || $(call debian,build-essential,SQLite and the TLS library are compiled from C)
	@test -d "$$(rustc --print sysroot)/lib/rustlib/$(WASM_TARGET)" || \
		{ echo "Adding Rust's target $(WASM_TARGET)."; rustup target add $(WASM_TARGET); }
	@cargo clippy --version > /dev/null && cargo fmt --version > /dev/null || \
		{ echo "Adding clippy and rustfmt."; rustup component add clippy rustfmt; }

# Its own lock file names a version that not every registry has: the program is pinned, what it is made of is not.
$(WASM_BINDGEN): | rust
	@mkdir -p target/tools
	@if [ "$$(wasm-bindgen --version 2> /dev/null)" = "wasm-bindgen $(WASM_BINDGEN_VERSION)" ]; then \
		ln -sf "$$(command -v wasm-bindgen)" $@; \
	else \
		echo "Installing wasm-bindgen-cli $(WASM_BINDGEN_VERSION) into target/tools; this takes some minutes, once."; \
		CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install wasm-bindgen-cli \
			--version $(WASM_BINDGEN_VERSION) --bin wasm-bindgen --no-default-features --root target/tools --target-dir target/tools/build; \
		rm -rf target/tools/build; \
		ln -sf bin/wasm-bindgen $@; \
	fi

# Without the packages' own scripts: nothing may download a program by itself.
$(PACKAGES): end2end/package.json end2end/package-lock.json
	@command -v npm > /dev/null || { echo "Node is missing: install Node 20 or newer with npm and try again."; exit 1; }
	@echo "Installing the packages that end2end/package-lock.json names."
	@cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Wheels only: nothing that is installed may run anything while it is.
$(SCHEMATHESIS): end2end/contract/requirements.txt
	@python3 -c "import ensurepip" 2> /dev/null || $(call debian,python3-venv,Schemathesis plays against the API)
	@echo "Installing what end2end/contract/requirements.txt names into target/tools."
	@rm -rf target/tools/contract
	@python3 -m venv target/tools/contract
	@target/tools/contract/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --requirement $<
	@touch $@

.PHONY: chromium
chromium:
	@test -x "$(CHROMIUM)" || $(call debian,chromium fonts-liberation,the browser of the specs)

.PHONY: postgres
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null || \
		$(call debian,postgresql,the tests start a cluster of their own)
