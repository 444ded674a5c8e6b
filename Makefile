# The front door. `make` alone says what there is.
PREFIX ?= /usr/local
# The small ones are linked statically on Linux with glibc: they start twice as fast.
SMALL = mamori-status mamori-layout

export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
export SMALL PREFIX DESTDIR

.PHONY: pictures help try try-stop test check bench build install uninstall man clean

help: ## say what there is
	@awk -F ':.* ## ' '/^[a-z-]+:.* ## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

try: ## see it at once: build, then a private tmux with the status bar and a watcher
	@bash scripts/try.sh

try-stop: ## end what `make try` left running
	@bash scripts/try.sh stop

test: ## every test; installs what they need (tmux, ssh, sshd) where that is missing
	@bash scripts/test.sh

check: ## all that CI checks besides the tests: format, lints, documentation, shell, sizes, other platforms
	@bash scripts/check.sh

bench: ## every benchmark: figure, peer's figure, ratio, PASS or FAIL
	@bash tests/bench/run.sh

build: ## build the release programs into target/release
	@bash scripts/build.sh

install: build ## install into PREFIX (/usr/local; on Termux its own), under DESTDIR if given
	@bash scripts/install.sh

uninstall: ## remove what `make install` installed; `mamori setup … --undo` comes before it
	@bash scripts/install.sh remove

man: ## write the manual pages anew from the command line's definition
	MAMORI_BLESS=1 cargo test --locked --test mamori -- man::the_manual_pages_are

pictures: build ## take the README's pictures anew of the real programs
	@bash scripts/pictures.sh

clean: ## remove what was built
	cargo clean
